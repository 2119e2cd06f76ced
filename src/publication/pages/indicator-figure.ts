import {
  type Definitions,
  type Indicator,
  type Observation,
  type ObservatoryEvent,
  textIn,
} from "../../evidence/index.ts";
import { type BarFigure, barFigure } from "../bar-figure.ts";
import type { Messages } from "../catalogue.ts";
import { bandLimit, type FigureSeries, legendKey, pointLimit, type TimeFigure, timeFigure } from "../figure.ts";
import { type Html, html, trusted } from "../html.ts";
import { areaLabel, seriesLabel, shownFactor, shownNumber, unitLabel } from "../labels.ts";
import { periodEnd, periodLabel } from "../periods.ts";
import { seriesLimit } from "../strokes.ts";
import type { IndicatorPageInput } from "./indicator-input.ts";

/** Most bars that one figure holds. */
const barLimit = 40;

/** The figure through time: lines, legend in the order in which the lines end, notes, events. */
export function timeSection(input: IndicatorPageInput, messages: Messages): Html {
  const { reader, indicator, choice } = input;
  const { definitions } = reader;
  const known = groupSeries(input.series).filter((group) => group.some(({ value }) => value !== null));
  if (known.length === 0) return html`<p>${messages.text("indicator.noFigures")}</p>`;
  const drawn = inOrderOfEnds(known.slice(0, seriesLimit));
  const title = messages.text("indicator.figureOf", {
    title: textIn(indicator.title, messages.language),
    area: areaLabel(definitions, messages, choice.area),
  });
  const factor = shownFactor(indicator);
  const series = drawn.map(
    (group): FigureSeries => ({
      label: seriesLabel(messages, group[0]),
      points: group.map((observation) => ({
        from: observation.period,
        until: periodEnd(observation.period, observation.frequency),
        value: scaled(observation.value, factor),
        lower: scaled(observation.lower, factor),
        upper: scaled(observation.upper, factor),
        partial: observation.status === "partial",
      })),
    }),
  );
  const points = series.flatMap((each) => each.points);
  const events = eventsWithin(definitions, indicator, choice.area, points).map((event) => ({
    from: event.from,
    until: event.until,
    label: textIn(event.title, messages.language),
  }));
  const figure: TimeFigure = {
    id: "time",
    title,
    description: timeDescription(input, drawn, messages),
    unit: unitLabel(definitions, messages, indicator),
    series,
    events,
    language: messages.tag,
  };
  const level = messages.number(indicator.intervalLevel * 100);
  const notes = [
    known.length > drawn.length
      ? messages.text("note.someLines", { shown: drawn.length, all: known.length })
      : undefined,
    series.length <= bandLimit && points.some(({ lower }) => lower !== null)
      ? messages.text("note.bands", { level })
      : undefined,
    points.some(({ partial, value }) => partial && value !== null) ? messages.text("note.partial") : undefined,
    points.some(({ value }) => value === null) ? messages.text("note.gaps") : undefined,
    series.some((each) => each.points.length > pointLimit) ? messages.text("note.thinned") : undefined,
  ];
  return html`<figure>
<figcaption>${title}</figcaption>
${series.length > 1 ? html`<ul class="legend">${series.map(({ label }, index) => html`<li>${trusted(legendKey(index))} ${label}</li>`)}</ul>` : ""}
<div class="wide">${trusted(timeFigure(figure, "wide"))}</div><div class="narrow">${trusted(timeFigure(figure, "narrow"))}</div>
${noteList(notes)}
</figure>
${
  events.length === 0
    ? ""
    : html`<h3>${messages.text("indicator.events")}</h3><ol class="events">${events.map(
        (event) =>
          html`<li>${event.label} (<span class="whole">${event.from}</span>${event.until === undefined ? "" : html` – <span class="whole">${event.until}</span>`})</li>`,
      )}</ol>`
}`;
}

/** The figure of places: a bar for each, the largest above. */
export function placesFigure(
  input: IndicatorPageInput,
  known: readonly Observation[],
  title: string,
  messages: Messages,
): Html | string {
  const { reader, indicator } = input;
  const [first] = known;
  const drawn = known.slice(0, barLimit);
  const last = drawn.at(-1);
  if (first === undefined || last === undefined) return "";
  const factor = shownFactor(indicator);
  const label = ({ area }: Observation): string => areaLabel(reader.definitions, messages, area);
  const shown = ({ value }: Observation): string => shownNumber(messages, indicator, value ?? 0);
  const figure: BarFigure = {
    id: "places",
    title,
    description: `${messages.text("figure.bars", { first: label(first), most: shown(first), last: label(last), least: shown(last) })} ${messages.text("figure.table")}`,
    unit: unitLabel(reader.definitions, messages, indicator),
    bars: drawn.map((place) => ({
      key: place.area,
      label: label(place),
      value: (place.value ?? 0) * factor,
      lower: scaled(place.lower, factor),
      upper: scaled(place.upper, factor),
      partial: place.status === "partial",
    })),
    language: messages.tag,
  };
  const notes = [
    known.length > drawn.length
      ? messages.text("note.someBars", { shown: drawn.length, all: known.length })
      : undefined,
    drawn.some(({ lower }) => lower !== null)
      ? messages.text("note.whiskers", { level: messages.number(indicator.intervalLevel * 100) })
      : undefined,
    drawn.some(({ status }) => status === "partial") ? messages.text("note.partialBars") : undefined,
  ];
  return html`<figure>
<figcaption>${title}</figcaption>
<div class="wide">${trusted(barFigure(figure, "wide"))}</div><div class="narrow">${trusted(barFigure(figure, "narrow"))}</div>
${noteList(notes)}
</figure>`;
}

function noteList(notes: readonly (string | undefined)[]): Html | string {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? "" : html`<ul class="notes">${said.map((note) => html`<li>${note}</li>`)}</ul>`;
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

/** The observations of each line of the figure, the line with the largest sum first. */
function groupSeries(series: readonly Observation[]): Observation[][] {
  const groups = new Map<string, Observation[]>();
  for (const observation of series) {
    const key = JSON.stringify(observation.dimensions);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [observation]);
    else group.push(observation);
  }
  const size = (group: readonly Observation[]): number => group.reduce((sum, { value }) => sum + (value ?? 0), 0);
  return [...groups.values()].sort((a, b) => size(b) - size(a));
}

/** Lines in the order in which they end at the right, from above to below: a legend in this order is quickly read. */
function inOrderOfEnds(groups: readonly Observation[][]): Observation[][] {
  const end = (group: readonly Observation[]): number => group.findLast(({ value }) => value !== null)?.value ?? 0;
  return [...groups].sort((a, b) => end(b) - end(a));
}

/** For readers who do not see it: the time shown and, of each line, the lowest, highest and latest figure. */
function timeDescription(input: IndicatorPageInput, groups: readonly Observation[][], messages: Messages): string {
  const { indicator } = input;
  const all = groups.flat();
  const periods = [...new Set(all.map(({ period }) => period))].sort();
  const frequency = all[0]?.frequency ?? "A";
  const label = (period: string | undefined): string => periodLabel(period ?? "", frequency);
  const sentences = [messages.text("figure.span", { from: label(periods[0]), until: label(periods.at(-1)) })];
  for (const group of groups) {
    const known = group.filter(({ value }) => value !== null);
    const sorted = [...known].sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
    const [low, high, latest] = [sorted[0], sorted.at(-1), known.at(-1)];
    if (low === undefined || high === undefined || latest === undefined) continue;
    const shown = ({ value }: Observation): string => shownNumber(messages, indicator, value ?? 0);
    sentences.push(
      messages.text("figure.series", {
        label: seriesLabel(messages, group[0]),
        low: shown(low),
        lowPeriod: label(low.period),
        high: shown(high),
        highPeriod: label(high.period),
        latest: shown(latest),
        latestPeriod: label(latest.period),
      }),
    );
  }
  return [...sentences, messages.text("figure.table")].join(" ");
}

/** Events that concern what is counted and the area, or a part of it, within the time of the points; by time. */
function eventsWithin(
  definitions: Definitions,
  indicator: Indicator,
  area: string,
  points: readonly { readonly from: string; readonly until: string }[],
): ObservatoryEvent[] {
  const from = points.map((point) => point.from).sort()[0] ?? "";
  const until =
    points
      .map((point) => point.until)
      .sort()
      .at(-1) ?? "";
  return [...definitions.events.values()]
    .map(({ value }) => value)
    .filter((event) => event.from < until && (event.until === undefined ? event.from >= from : event.until > from))
    .filter(
      (event) =>
        event.areas.length === 0 ||
        event.areas.some((code) => isWithin(definitions, area, code) || isWithin(definitions, code, area)),
    )
    .filter((event) => concerns(event.iccs, indicator.numerator.iccs ?? []))
    .sort((a, b) => a.from.localeCompare(b.from) || a.event.localeCompare(b.event));
}

/** Whether some code of an event is one of an indicator, or above or below it. No codes stand for everything. */
function concerns(event: readonly string[], indicator: readonly string[]): boolean {
  if (event.length === 0 || indicator.length === 0) return true;
  return event.some((code) => indicator.some((other) => other.startsWith(code) || code.startsWith(other)));
}

/** Whether an area is another one or lies in it. */
function isWithin(definitions: Definitions, inner: string, outer: string): boolean {
  const seen = new Set<string>();
  for (
    let code: string | undefined = inner;
    code !== undefined && !seen.has(code);
    code = definitions.areas.get(code)?.parent
  ) {
    if (code === outer) return true;
    seen.add(code);
  }
  return false;
}
