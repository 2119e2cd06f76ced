import * as Plot from "@observablehq/plot";
import { drawSvg, type FigureWords, textWidth, tickText } from "./drawing.ts";
import type { FigureSize } from "./figure.ts";

export interface Bar {
  /** Tells bars with equal labels apart. */
  readonly key: string;
  readonly label: string;
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Drawn hollow. */
  readonly partial: boolean;
}

export interface BarFigure extends FigureWords {
  /** Unique in the page. */
  readonly id: string;
  readonly unit: string;
  /** From above to below. */
  readonly bars: readonly Bar[];
  readonly language: string;
}

const colour = "#0b4f8a";

/** Horizontal bars from zero with their intervals. On a phone a label stands above its bar, so that none is cut. */
export function barFigure(figure: BarFigure, size: FigureSize): string {
  const { bars, language } = figure;
  const labels = new Map(bars.map(({ key, label }) => [key, label]));
  const wide = size === "wide";
  const longest = Math.max(20, ...bars.map(({ label }) => textWidth(label)));
  const rowHeight = wide ? 21 : 34;
  const inset = wide ? 3 : 17;
  const most = Math.max(...bars.flatMap(({ value, upper }) => [value, upper ?? 0]));
  const place = { y: "key", insetTop: inset, insetBottom: 3 };
  const whiskers = bars.filter(({ lower, upper }) => lower !== null && upper !== null);
  return drawSvg(`${figure.id}-${size}`, figure, {
    width: wide ? 720 : 328,
    height: 52 + bars.length * rowHeight,
    marginLeft: wide ? Math.min(380, longest + 14) : 8,
    marginRight: 24,
    marginTop: 4,
    marginBottom: 48,
    x: {
      label: figure.unit,
      labelArrow: "none",
      labelAnchor: "center",
      labelOffset: 40,
      grid: true,
      domain: [0, most === 0 ? 1 : most],
      nice: true,
      ticks: wide ? 7 : 4,
      tickFormat: (value: number) => tickText(value, language),
    },
    y: {
      type: "band",
      padding: 0,
      label: null,
      domain: bars.map(({ key }) => key),
      axis: wide ? "left" : null,
      tickSize: 0,
      tickFormat: (key: string) => labels.get(key) ?? key,
    },
    marks: [
      Plot.barX(
        bars.filter(({ partial }) => !partial),
        { ...place, x: "value", fill: colour, fillOpacity: 0.55 },
      ),
      Plot.barX(
        bars.filter(({ partial }) => partial),
        { ...place, x: "value", fill: "white", stroke: colour, strokeDasharray: "3 2" },
      ),
      Plot.link(whiskers, {
        x1: "lower",
        x2: "upper",
        y1: "key",
        y2: "key",
        stroke: "#1a1a1a",
        strokeWidth: 1.6,
        dy: (inset - 3) / 2,
      }),
      ...(wide
        ? []
        : [
            Plot.text(bars, {
              x: () => 0,
              y: "key",
              text: "label",
              textAnchor: "start",
              dy: -rowHeight / 2 + 9,
              dx: 1,
            }),
          ]),
      Plot.ruleX([0]),
    ],
  });
}
