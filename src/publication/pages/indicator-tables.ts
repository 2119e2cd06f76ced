import type { Observation } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { areaLabel, dimensionLabel, reasonText, seriesLabel, shownNumber, valueLabel, valueText } from "../labels.ts";
import { periodLabel } from "../periods.ts";
import { placesFigure } from "./indicator-figure.ts";
import type { IndicatorPageInput } from "./indicator-input.ts";
import { type Cell, moreRows, numberCell, renderTable, wholeCell } from "./table.ts";

/** Most rows of the table behind a figure: a page is to be read on a slow line, the download has all. */
const tableRowLimit = 150;
/** Most areas in the table of places. */
const placeLimit = 300;

type TableInput = Pick<IndicatorPageInput, "id" | "indicator" | "choice" | "series">;
type Identified = Pick<IndicatorPageInput, "id" | "indicator">;

/** The figures behind the figure, newest first; what is not known is said in words. */
export function figureTable(input: TableInput, messages: Messages): Html {
  const { indicator, choice, series } = input;
  const dimensions = choice.grouping === "" ? [] : choice.grouping.split(",");
  const quotient = indicator.measure !== "count";
  const rows = [...series].sort((a, b) => b.period.localeCompare(a.period)).slice(0, tableRowLimit);
  const withInterval = rows.some(({ lower }) => lower !== null);
  const withCoverage = rows.some(({ coverage }) => coverage !== null);
  const heads = [
    messages.text("column.period"),
    ...dimensions.map((name) => dimensionLabel(messages, name)),
    numberCell(messages.text("column.value")),
    ...(withInterval ? [messages.text("column.interval")] : []),
    ...(quotient
      ? [
          numberCell(messages.text("column.numerator")),
          numberCell(messages.text(indicator.measure === "rate" ? "column.population" : "column.denominator")),
        ]
      : []),
    ...(withCoverage ? [numberCell(messages.text("column.coverage"))] : []),
    messages.text("column.status"),
    messages.text("column.lineBack"),
  ];
  const notKnown = messages.text("dimension._U");
  const number = (value: number | null, digits?: number): Cell =>
    numberCell(value === null ? notKnown : messages.number(value, digits));
  const cells = rows.map((observation) => [
    wholeCell(periodLabel(observation.period, observation.frequency)),
    ...dimensions.map((name) => valueLabel(messages, name, observation.dimensions[name] ?? "_T")),
    valueCell(input, observation, messages),
    ...(withInterval ? [intervalCell(input, observation, messages)] : []),
    ...(quotient ? [number(observation.numerator), number(observation.denominator, 0)] : []),
    ...(withCoverage
      ? [numberCell(observation.coverage === null ? notKnown : `${messages.percent(observation.coverage)} %`)]
      : []),
    statusText(input, observation, messages),
    lineBackCell(input, observation, messages),
  ]);
  return html`${renderTable(messages.text("indicator.table"), heads, cells, true)}
${
  series.length > rows.length
    ? html`<p>${messages.text("indicator.tableRows", { shown: messages.number(rows.length), all: messages.number(series.length) })}</p>`
    : ""
}`;
}

/** The total of every area of the finest level: figure and table. Nothing where there are fewer than two. */
export function placesSection(input: IndicatorPageInput, messages: Messages, title: string): Html | string {
  const { reader, places } = input;
  const [first] = places;
  if (first === undefined || places.length < 2) return "";
  const heading = messages.text("indicator.allAreasTitle", {
    title,
    period: periodLabel(first.period, first.frequency),
  });
  const known = places.filter(({ value }) => value !== null).sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const rows = [...known, ...places.filter(({ value }) => value === null)].slice(0, placeLimit);
  const withInterval = rows.some(({ lower }) => lower !== null);
  return html`<h2 id="areas">${messages.text("indicator.allAreas")}</h2>
${placesFigure(input, known, heading, messages)}
${renderTable(
  heading,
  [
    messages.text("column.area"),
    numberCell(messages.text("column.value")),
    ...(withInterval ? [messages.text("column.interval")] : []),
    messages.text("column.status"),
    messages.text("column.lineBack"),
  ],
  rows.map((place) => [
    areaLabel(reader.definitions, messages, place.area),
    valueCell(input, place, messages),
    ...(withInterval ? [intervalCell(input, place, messages)] : []),
    statusText(input, place, messages),
    lineBackCell(input, place, messages, areaLabel(reader.definitions, messages, place.area)),
  ]),
  known.length > 0,
)}
${moreRows(messages, rows.length, places.length)}`;
}

function valueCell({ indicator }: Identified, observation: Observation, messages: Messages): Cell {
  const text = valueText(messages, indicator, observation);
  return observation.value === null ? { content: html`<em>${text}</em>` } : numberCell(text);
}

function intervalCell({ indicator }: Identified, observation: Observation, messages: Messages): Cell {
  const { lower, upper } = observation;
  if (lower === null || upper === null) return { content: messages.text("table.none") };
  return wholeCell(
    messages.text("interval.range", {
      lower: shownNumber(messages, indicator, lower),
      upper: shownNumber(messages, indicator, upper),
    }),
  );
}

function statusText({ indicator }: Identified, observation: Observation, messages: Messages): string {
  const status = messages.text(`status.${observation.status}`);
  const reason = observation.value === null ? "" : reasonText(messages, indicator, observation);
  return reason === "" ? status : `${status}: ${reason}`;
}

/** The link from a figure to what it was made from; its name for assistive technology says which figure. */
function lineBackCell({ id }: Identified, observation: Observation, messages: Messages, area?: string): Cell {
  const names = observation.grouping === "" ? [] : observation.grouping.split(",");
  const which = [
    area,
    periodLabel(observation.period, observation.frequency),
    names.length === 0 ? undefined : seriesLabel(messages, observation),
  ].filter((part) => part !== undefined);
  const target = address([messages.language, "explain", id], {
    area: observation.area,
    by: observation.grouping,
    period: observation.period,
    ...Object.fromEntries(names.map((name) => [`d.${name}`, observation.dimensions[name]])),
  });
  const text = messages.text("column.lineBack");
  return wholeCell(
    html`<a href="${target}" aria-label="${text}: ${which.join(messages.text("punctuation.list"))}">${text}</a>`,
  );
}
