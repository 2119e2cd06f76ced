import * as Plot from "@observablehq/plot";
import { drawSvg, type FigureWords, textWidth, tickText } from "./drawing.ts";
import { type PlacedEvent, placeEvents } from "./figure-events.ts";
import { seriesStroke } from "./strokes.ts";

/** A point of a series. `value` is null where there is no figure: the line has a gap there, never a zero. */
export interface FigurePoint {
  /** First day of the period, and the first day after it, `YYYY-MM-DD`. The point stands in the middle. */
  readonly from: string;
  readonly until: string;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** A period of which only a part was reported is drawn hollow and is not joined to the line. */
  readonly partial: boolean;
}

export interface FigureSeries {
  readonly label: string;
  readonly points: readonly FigurePoint[];
}

export interface FigureEvent {
  readonly label: string;
  readonly from: string;
  /** First day on which it no longer holds; undefined for what stays, which is marked where it begins. */
  readonly until: string | undefined;
}

export interface TimeFigure extends FigureWords {
  /** Unique in the page. */
  readonly id: string;
  readonly unit: string;
  readonly series: readonly FigureSeries[];
  /** Events within the time shown, numbered in this order. */
  readonly events: readonly FigureEvent[];
  /** Language tag for dates and numbers. */
  readonly language: string;
}

/** A wide figure is for screens and paper, a narrow one for phones: letters have the same size in both. */
export type FigureSize = "wide" | "narrow";
const sizes = {
  wide: { width: 720, height: 300, ticks: 6 },
  narrow: { width: 328, height: 230, ticks: 4 },
} as const;

/** Most lines whose intervals can be told apart. */
export const bandLimit = 3;
/** A line with more points than this is thinned out: a page is to be read on a slow line. */
export const pointLimit = 300;
/** Most points of a line that are all marked; a longer line has marks only where it would vanish or is partial. */
const markerLimit = 40;

interface Mark {
  readonly day: Date;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Lines through time from a baseline of zero, with their intervals as bands, events as numbered marks, and what is partly
 * reported as hollow points beside the line. Time runs from left to right in every language.
 */
export function timeFigure(figure: TimeFigure, size: FigureSize): string {
  const { width, height, ticks } = sizes[size];
  const longest = Math.max(...figure.series.map((series) => series.points.length));
  const points = figure.series.flatMap((series) => series.points);
  const from = new Date(Math.min(...points.map((point) => dayOf(point.from).getTime())));
  const until = new Date(Math.max(...points.map((point) => dayOf(point.until).getTime())));
  const top = Math.max(0, ...points.flatMap(({ value, upper }) => [value ?? 0, upper ?? 0]));
  const marginLeft = Math.max(34, textWidth(tickText(top * 1.2, figure.language)) + 16);
  const frame = { left: marginLeft, right: width - 12 };
  const position = (day: string): number =>
    frame.left +
    ((dayOf(day).getTime() - from.getTime()) / (until.getTime() - from.getTime())) * (frame.right - frame.left);
  const { placed, rows } = placeEvents(figure.events, position, frame, size === "wide");
  const marginTop = 28 + rows * 17;
  const days = timeTicks(points, from, until, size);
  const options: Plot.PlotOptions = {
    width,
    height: height + rows * 17,
    marginTop,
    marginLeft,
    marginRight: 12,
    marginBottom: 28,
    x: {
      type: "utc",
      label: null,
      domain: [from, until],
      ticks: days,
      tickFormat: (day: Date) => timeTickText(day, days, figure.language),
    },
    y: {
      label: figure.unit,
      labelArrow: "none",
      grid: true,
      domain: [0, top === 0 ? 1 : top],
      nice: true,
      ticks,
      tickFormat: (value: number) => tickText(value, figure.language),
    },
    marks: [
      ...placed.flatMap((event) => eventMarks(event, from, until, marginLeft)),
      Plot.ruleY([0]),
      ...figure.series.flatMap((series, index) => seriesMarks(series, index, figure.series.length <= bandLimit)),
    ],
  };
  return drawSvg(`${figure.id}-${size}`, figure, options, longest > pointLimit ? 0 : 1);
}

function eventMarks(event: PlacedEvent, from: Date, until: Date, marginLeft: number): Plot.Markish[] {
  const begin = clamp(dayOf(event.from), from, until);
  const end = event.until === undefined ? begin : clamp(dayOf(event.until), from, until);
  const height = 3 + event.row * 17;
  return [
    ...(end.getTime() > begin.getTime()
      ? [Plot.rect([{ begin, end }], { x1: "begin", x2: "end", fill: "#d8a200", fillOpacity: 0.25 })]
      : []),
    Plot.ruleX([begin], { insetTop: -height, stroke: "#7a5c00", strokeDasharray: "3 2" }),
    Plot.text([event.text], {
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      dx: event.left - marginLeft,
      dy: -height - 1,
      fill: "#5c4200",
    }),
  ];
}

function seriesMarks(series: FigureSeries, index: number, band: boolean): Plot.Markish[] {
  const { colour, dash, symbol } = seriesStroke(index);
  const line = thinned(brokenLine(series.points));
  const known = line.filter(({ value }) => value !== null);
  const isAlone = (mark: Mark): boolean => {
    const at = line.indexOf(mark);
    return (line[at - 1]?.value ?? null) === null && (line[at + 1]?.value ?? null) === null;
  };
  const marked = known.length <= markerLimit ? known : known.filter(isAlone);
  const partial = series.points
    .filter((point) => point.partial && point.value !== null)
    .map((point) => ({ ...point, day: middle(point) }));
  return [
    ...(band ? [Plot.areaY(line, { x: "day", y1: "lower", y2: "upper", fill: colour, fillOpacity: 0.16 })] : []),
    Plot.lineY(line, {
      x: "day",
      y: "value",
      stroke: colour,
      strokeWidth: 1.9,
      ...(dash === undefined ? {} : { strokeDasharray: dash }),
    }),
    Plot.dot(marked, { x: "day", y: "value", fill: colour, symbol, r: 3 }),
    ...(band
      ? [
          Plot.ruleX(
            [...marked.filter(isAlone), ...partial].filter(({ lower, upper }) => lower !== null && upper !== null),
            { x: "day", y1: "lower", y2: "upper", stroke: colour, strokeOpacity: 0.5 },
          ),
        ]
      : []),
    Plot.dot(partial, { x: "day", y: "value", stroke: colour, fill: "white", symbol, r: 3.4, strokeWidth: 1.4 }),
  ];
}

/** The whole figures of a series; what is partial, unknown or absent breaks the line. */
function brokenLine(points: readonly FigurePoint[]): Mark[] {
  return points.flatMap((point, index) => {
    const next = points[index + 1];
    const { value, lower, upper } = point;
    const nothing = { value: null, lower: null, upper: null };
    const isWhole = value !== null && !point.partial;
    const mark = { day: middle(point), ...(isWhole ? { value, lower, upper } : nothing) };
    return next === undefined || next.from === point.until ? [mark] : [mark, { day: dayOf(point.until), ...nothing }];
  });
}

/**
 * A line of more points than there is room for, without any of its peaks and troughs: of every few neighbours the lowest
 * and the highest. Gaps stay where they are.
 */
function thinned(line: readonly Mark[]): readonly Mark[] {
  if (line.length <= pointLimit) return line;
  const stride = Math.ceil((2 * line.length) / pointLimit);
  const kept: Mark[] = [];
  let run: (Mark & { readonly value: number })[] = [];
  const keep = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const low = run.reduce((least, mark) => (mark.value < least.value ? mark : least), first);
    const high = run.reduce((greatest, mark) => (mark.value >= greatest.value ? mark : greatest), first);
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a.day.getTime() - b.day.getTime())));
    run = [];
  };
  for (const mark of line) {
    if (mark.value === null) {
      keep();
      kept.push(mark);
    } else {
      run.push({ ...mark, value: mark.value });
      if (run.length === stride) keep();
    }
  }
  keep();
  return kept;
}

/** How a line is drawn, for the legend in the page: decoration, for its label says what it is. */
export function legendKey(index: number): string {
  const { colour, dash, symbol } = seriesStroke(index);
  return drawSvg("", undefined, {
    width: 34,
    height: 14,
    margin: 0,
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.ruleY([0.5], { stroke: colour, strokeWidth: 1.9, ...(dash === undefined ? {} : { strokeDasharray: dash }) }),
      Plot.dot([0.5], { x: 0.5, y: 0.5, fill: colour, symbol, r: 3.4 }),
    ],
  });
}

/** Ticks in the middle of years for annual points, else at the beginning of years, or of months for a short time. */
function timeTicks(points: readonly FigurePoint[], from: Date, until: Date, size: FigureSize): Date[] {
  const most = size === "wide" ? 11 : 5;
  const years = (until.getTime() - from.getTime()) / (365.25 * 86_400_000);
  const annual = points.every((point) => dayOf(point.until).getTime() - dayOf(point.from).getTime() > 360 * 86_400_000);
  const first = from.getUTCFullYear();
  if (annual || years > 2) {
    const last = new Date(until.getTime() - 1).getUTCFullYear();
    const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const step = Math.ceil(all.length / most);
    return all
      .filter((year) => (last - year) % step === 0)
      .map((year) => new Date(Date.UTC(year, annual ? 6 : 0, annual ? 2 : 1)))
      .filter((day) => day.getTime() >= from.getTime() && day.getTime() <= until.getTime());
  }
  const months = Math.ceil(years * 12) + 1;
  const step = [1, 2, 3, 6, 12].find((candidate) => months / candidate <= (size === "wide" ? 8 : 4)) ?? 12;
  return Array.from({ length: months }, (_, index) => new Date(Date.UTC(first, from.getUTCMonth() + index, 1))).filter(
    (day) => day.getUTCMonth() % step === 0 && day.getTime() >= from.getTime() && day.getTime() <= until.getTime(),
  );
}

function timeTickText(day: Date, days: readonly Date[], language: string): string {
  const monthly = days.some((other) => other.getUTCMonth() !== day.getUTCMonth());
  return monthly
    ? new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" }).format(day)
    : String(day.getUTCFullYear());
}

function dayOf(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}

function middle(point: FigurePoint): Date {
  return new Date((dayOf(point.from).getTime() + dayOf(point.until).getTime()) / 2);
}

function clamp(day: Date, first: Date, last: Date): Date {
  return new Date(Math.min(Math.max(day.getTime(), first.getTime()), last.getTime()));
}
