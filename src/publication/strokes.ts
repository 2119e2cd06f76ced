/** How the n-th line of a figure is drawn. Lines differ in dash and marker too: colour is never the only difference. */
export interface SeriesStroke {
  readonly colour: string;
  /** SVG `stroke-dasharray`; undefined for a solid line. */
  readonly dash: string | undefined;
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "star" | "wye" | "cross";
}

/** Contrast on white is 3 to 1 or more; neighbours in the list differ in lightness or in hue for colour-blind readers. */
const strokes: readonly SeriesStroke[] = [
  { colour: "#0b4f8a", dash: undefined, symbol: "circle" },
  { colour: "#d55e00", dash: "7 3", symbol: "square" },
  { colour: "#1a1a1a", dash: "2 2.5", symbol: "triangle" },
  { colour: "#00906a", dash: "10 3 2 3", symbol: "diamond" },
  { colour: "#8c2d7d", dash: "4 2", symbol: "star" },
  { colour: "#a67800", dash: "12 4", symbol: "wye" },
  { colour: "#5b8fd6", dash: "6 2 2 2 2 2", symbol: "cross" },
  { colour: "#7a3b1d", dash: "1.5 4", symbol: "circle" },
];

/** Most lines that one figure can hold and still be read. */
export const seriesLimit = strokes.length;

/** The stroke of the n-th series, from 0. */
export function seriesStroke(index: number): SeriesStroke {
  const stroke = strokes[index % strokes.length];
  if (stroke === undefined) throw new RangeError(`a series has an index from 0, not ${index}`);
  return stroke;
}
