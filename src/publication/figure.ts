import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A point of a series. `value` is null where there is no figure: the line has a gap there, never a zero. */
export interface FigurePoint {
  /** First day of the period, `YYYY-MM-DD`. */
  readonly date: string;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** A period of which only a part was reported is drawn as an open circle and is not joined to the line. */
  readonly partial: boolean;
}

export interface FigureSeries {
  readonly label: string;
  readonly points: readonly FigurePoint[];
}

export interface FigureEvent {
  readonly label: string;
  readonly from: string;
  readonly until: string | undefined;
}

export interface TimeFigure {
  /** What the figure shows, for readers who do not see it. */
  readonly title: string;
  readonly unit: string;
  readonly series: readonly FigureSeries[];
  readonly events: readonly FigureEvent[];
  /** Language tag for dates and numbers. */
  readonly language: string;
}

export interface BarFigure {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly lower: number | null;
    readonly upper: number | null;
  }[];
  readonly language: string;
}

/** Colours that differ in lightness too, dark enough on white (contrast of 3 to 1 and more). */
const colours = [
  "#0b4f8a",
  "#b3420e",
  "#2f6b2f",
  "#7a3b8f",
  "#8a6d00",
  "#5a5a5a",
  "#a01f4b",
  "#006d77",
  "#4b4bb5",
  "#6b4226",
  "#3a3a3a",
];

const width = 720;

/** A line through time with its interval as a band and events as shaded spans. Static SVG, drawn left to right. */
export function timeFigure(figure: TimeFigure): string {
  const rows = figure.series.flatMap((series) =>
    series.points.map((point) => ({ ...point, series: series.label, day: new Date(`${point.date}T00:00:00Z`) })),
  );
  const whole = rows.map((row) => (row.partial ? { ...row, value: null, lower: null, upper: null } : row));
  const partial = rows.filter((row) => row.partial && row.value !== null);
  const top = Math.max(0, ...rows.flatMap(({ value, upper }) => [value ?? 0, upper ?? 0]));
  const days = rows.map(({ day }) => day.getTime());
  const first = new Date(Math.min(...days));
  const last = new Date(Math.max(...days));
  const events = figure.events
    .map((event) => ({
      label: event.label,
      from: clamp(new Date(`${event.from}T00:00:00Z`), first, last),
      until: clamp(event.until === undefined ? last : new Date(`${event.until}T00:00:00Z`), first, last),
    }))
    .filter(({ from, until }) => until.getTime() > from.getTime());
  const showBand = rows.length > 0 && figure.series.length <= 3;
  return draw(figure.title, {
    width,
    height: 320,
    marginTop: 28,
    marginLeft: 56,
    marginRight: 16,
    x: { type: "utc", label: null, tickFormat: (day: Date) => dateTick(day, figure.language, first, last) },
    y: {
      label: figure.unit,
      grid: true,
      domain: [0, top === 0 ? 1 : top],
      nice: true,
      tickFormat: (value: number) => tick(value, figure.language),
    },
    color: { domain: figure.series.map(({ label }) => label), range: colours },
    marks: [
      Plot.rectY(events, { x1: "from", x2: "until", fill: "#d8a200", fillOpacity: 0.18 }),
      Plot.ruleY([0]),
      ...(showBand
        ? [Plot.areaY(whole, { x: "day", y1: "lower", y2: "upper", z: "series", fill: "series", fillOpacity: 0.18 })]
        : []),
      Plot.lineY(whole, { x: "day", y: "value", z: "series", stroke: "series", strokeWidth: 1.75 }),
      ...(rows.length <= 60
        ? [
            Plot.dot(
              whole.filter(({ value }) => value !== null),
              { x: "day", y: "value", fill: "series", r: 2.2 },
            ),
          ]
        : []),
      Plot.dot(partial, { x: "day", y: "value", stroke: "series", fill: "white", r: 3.2, strokeWidth: 1.5 }),
    ],
  });
}

/** Horizontal bars with their intervals, longest first. */
export function barFigure(figure: BarFigure): string {
  const rows = [...figure.bars].sort((a, b) => b.value - a.value);
  const longest = Math.max(4, ...rows.map(({ label }) => labelWidth(label)));
  return draw(figure.title, {
    width,
    height: 44 + rows.length * 20,
    marginLeft: Math.min(300, 12 + longest * 6.2),
    marginTop: 8,
    x: { label: figure.unit, grid: true, tickFormat: (value: number) => tick(value, figure.language), nice: true },
    y: { label: null, domain: rows.map(({ label }) => label) },
    marks: [
      Plot.barX(rows, { x: "value", y: "label", fill: seriesColour(0) }),
      Plot.ruleY(
        rows.filter(({ lower, upper }) => lower !== null && upper !== null),
        { x1: "lower", x2: "upper", y: "label", stroke: "#b3420e", strokeWidth: 1.5 },
      ),
      Plot.ruleX([0]),
    ],
  });
}

/** The colour of the n-th series, for the legend in the page. */
export function seriesColour(index: number): string {
  return colours[index % colours.length] ?? "#0b4f8a";
}

function draw(title: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, document, style: { fontSize: "12px", fontFamily: "inherit" } });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  // Plot labels its groups, which is no use to a reader of a picture and not allowed without a role.
  for (const labelled of svg.querySelectorAll("g[aria-label]")) labelled.removeAttribute("aria-label");
  for (const described of svg.querySelectorAll("[aria-description]")) described.removeAttribute("aria-description");
  return roundCoordinates(svg.outerHTML);
}

/** Cuts coordinates to one decimal: a reader sees no difference and the page is half as large. */
function roundCoordinates(svg: string): string {
  return svg.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10));
}

function clamp(day: Date, first: Date, last: Date): Date {
  return new Date(Math.min(Math.max(day.getTime(), first.getTime()), last.getTime()));
}

function labelWidth(label: string): number {
  let width = 0;
  for (const character of label) width += (character.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1;
  return width;
}

function tick(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    maximumSignificantDigits: 6,
    notation: Math.abs(value) >= 1e6 ? "compact" : "standard",
  }).format(value);
}

function dateTick(day: Date, language: string, first: Date, last: Date): string {
  const years = (last.getTime() - first.getTime()) / (365.25 * 86_400_000);
  if (years > 2 || (day.getUTCMonth() === 0 && day.getUTCDate() === 1)) return String(day.getUTCFullYear());
  return new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" }).format(day);
}
