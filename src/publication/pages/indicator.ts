import {
  type Definitions,
  type Indicator,
  type Observation,
  type ObservatoryReader,
  textIn,
} from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { barFigure, type FigureSeries, seriesColour, timeFigure } from "../figure.ts";
import { address, type Html, html, trusted } from "../html.ts";
import {
  areaLabel,
  dimensionLabel,
  periodLabel,
  reasonText,
  shownFactor,
  unitLabel,
  valueLabel,
  valueText,
} from "../labels.ts";
import { figureSentences } from "../sentences.ts";
import { methodSection } from "./method.ts";
import { numberCell, renderTable } from "./table.ts";

/** What a reader chose to see on an indicator's page. */
export interface IndicatorChoice {
  readonly area: string;
  readonly grouping: string;
}

export interface IndicatorPageInput {
  readonly reader: ObservatoryReader;
  readonly id: string;
  readonly indicator: Indicator;
  readonly choice: IndicatorChoice;
  readonly areas: readonly string[];
  readonly groupings: readonly string[];
  /** Observations of the chosen area and grouping, by dimensions and time. */
  readonly series: readonly Observation[];
  /** Observations of the chosen area without a breakdown, by time. */
  readonly total: readonly Observation[];
  /** The total of each area of the smallest published level in the latest whole period. */
  readonly places: readonly Observation[];
}

/** Most rows of the table behind a figure: a page is to be read on a slow line, the download has all. */
const tableRowLimit = 150;
/** Most lines that one figure can hold and still be read. */
const seriesLimit = 11;

/** The page of an indicator: figure, sentence, table, places, method, completeness, line back, downloads, citation. */
export function indicatorPage(input: IndicatorPageInput, messages: Messages): Html {
  const { reader, id, indicator, choice, series } = input;
  const { definitions } = reader;
  const { language } = messages;
  const title = textIn(indicator.title, language);
  const area = areaLabel(definitions, messages, choice.area);
  const unit = unitLabel(definitions, messages, indicator);
  const groups = groupSeries(series);
  const drawn = [...groups.entries()].slice(0, seriesLimit);
  const figureTitle = messages.text("indicator.figureOf", { title, area });
  const events = [...definitions.events.values()]
    .map(({ value }) => value)
    .filter(
      (event) =>
        event.areas.length === 0 ||
        event.areas.some(
          (code) => isWithin(definitions, choice.area, code) || isWithin(definitions, code, choice.area),
        ),
    );
  const factor = shownFactor(indicator);
  const figure: FigureSeries[] = drawn
    .filter(([, observations]) => observations.some(({ value }) => value !== null))
    .map(([label, observations]) => ({
      label: seriesLabel(messages, observations[0], label),
      points: observations.map((observation) => ({
        date: observation.period,
        value: observation.value === null ? null : observation.value * factor,
        lower: observation.lower === null ? null : observation.lower * factor,
        upper: observation.upper === null ? null : observation.upper * factor,
        partial: observation.status === "partial",
      })),
    }));
  const known = series.some(({ value }) => value !== null);
  const total = figureSentences(definitions, messages, indicator, input.total, { title, area });
  return html`<p class="lead">${textIn(indicator.description, language)}${
    indicator.sdg === undefined
      ? ""
      : html` <span class="mark">${messages.text("indicator.sdg", { sdg: indicator.sdg })}</span>`
  }</p>
${chooser(input, messages)}
${total.length === 0 ? "" : html`<p class="said">${total.join(language === "zh" ? "" : " ")}</p>`}
${
  known
    ? html`<figure>
<figcaption>${figureTitle} (${unit})</figcaption>
${figure.length > 1 ? html`<ul class="legend">${figure.map(({ label }, index) => html`<li><span style="background:${seriesColour(index)}"></span>${label}</li>`)}</ul>` : ""}
${trusted(timeFigure({ title: figureTitle, unit, series: figure, events: events.map((event) => ({ label: textIn(event.title, language), from: event.from, until: event.until })), language: messages.tag }))}
</figure>`
    : html`<p>${messages.text("indicator.noFigures")}</p>`
}
${
  events.length === 0 || !known
    ? ""
    : html`<h3>${messages.text("indicator.events")}</h3><ul>${events.map(
        (event) =>
          html`<li>${textIn(event.title, language)} (${event.from}${event.until === undefined ? "" : ` – ${event.until}`})</li>`,
      )}</ul>`
}
<h2 id="download">${messages.text("indicator.download")}</h2>
<p><a href="${address(["data", `${id}.csv`])}">${messages.text("indicator.downloadCsv")}</a> · <a href="${address(["data", `${id}.parquet`])}">${messages.text("indicator.downloadParquet")}</a></p>
<h2 id="table">${messages.text("indicator.table")}</h2>
${figureTable(input, messages)}
${placesSection(input, messages, title, unit)}
<h2 id="method">${messages.text("indicator.method")}</h2>
${methodSection(definitions, indicator, messages)}
<h2 id="limits">${messages.text("indicator.limits")}</h2>
<p>${textIn(indicator.limits, language)}</p>
<h2 id="line-back">${messages.text("indicator.lineBack")}</h2>
${sourcesOf(reader, indicator, messages)}
<h2 id="cite">${messages.text("indicator.cite")}</h2>
<p>${messages.text("indicator.citation", {
    publisher: textIn(definitions.observatory.value.publisher ?? definitions.observatory.value.title, language),
    title,
    date: reader.manifest.builtAt.slice(0, 10),
    vintage: vintageOf(reader, indicator),
  })}</p>`;
}

function chooser(input: IndicatorPageInput, messages: Messages): Html {
  const { reader, id, choice, areas, groupings } = input;
  const action = address([messages.language, "indicators", id]);
  return html`<form class="choose" action="${action}" method="get" aria-label="${messages.text("indicator.choose")}">
<label>${messages.text("indicator.area")}<br><select name="area">${areas.map(
    (code) =>
      html`<option value="${code}"${code === choice.area ? html` selected` : ""}>${areaLabel(reader.definitions, messages, code)}</option>`,
  )}</select></label>
<label>${messages.text("indicator.breakdown")}<br><select name="by">${groupings.map(
    (name) =>
      html`<option value="${name}"${name === choice.grouping ? html` selected` : ""}>${groupingLabel(messages, name)}</option>`,
  )}</select></label>
<button type="submit">${messages.text("indicator.show")}</button>
</form>`;
}

function groupingLabel(messages: Messages, grouping: string): string {
  if (grouping === "") return messages.text("indicator.total");
  return grouping
    .split(",")
    .map((name) => dimensionLabel(messages, name))
    .join(" × ");
}

/** The observations of each line of the figure, the line with the largest sum first. */
function groupSeries(series: readonly Observation[]): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>();
  for (const observation of series) {
    const key = Object.values(observation.dimensions).join("\u0000");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [observation]);
    else group.push(observation);
  }
  const size = (group: readonly Observation[]): number => group.reduce((sum, { value }) => sum + (value ?? 0), 0);
  return new Map([...groups].sort(([, a], [, b]) => size(b) - size(a)));
}

function seriesLabel(messages: Messages, observation: Observation | undefined, fallback: string): string {
  if (observation === undefined) return fallback;
  const parts = Object.entries(observation.dimensions)
    .filter(([, value]) => value !== "_T")
    .map(([name, value]) => valueLabel(messages, name, value));
  return parts.length === 0 ? messages.text("indicator.total") : parts.join(", ");
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

function figureTable(input: IndicatorPageInput, messages: Messages): Html {
  const { indicator, choice, series, id } = input;
  const dimensions = choice.grouping === "" ? [] : choice.grouping.split(",");
  const quotient = indicator.measure !== "count";
  const rows = [...series].sort((a, b) => b.period.localeCompare(a.period)).slice(0, tableRowLimit);
  const factor = shownFactor(indicator);
  const heads = [
    messages.text("column.period"),
    ...dimensions.map((name) => dimensionLabel(messages, name)),
    numberCell(messages.text("column.value")),
    ...(quotient
      ? [
          messages.text("column.interval"),
          numberCell(messages.text("column.numerator")),
          numberCell(messages.text(indicator.measure === "rate" ? "column.population" : "column.denominator")),
        ]
      : []),
    numberCell(messages.text("column.coverage")),
    messages.text("column.status"),
    messages.text("column.lineBack"),
  ];
  const cells = rows.map((observation) => [
    periodLabel(observation.period, observation.frequency),
    ...dimensions.map((name) => valueLabel(messages, name, observation.dimensions[name] ?? "_T")),
    numberCell(observation.value === null ? "—" : valueText(messages, indicator, observation)),
    ...(quotient
      ? [
          observation.lower === null || observation.upper === null
            ? "—"
            : {
                content: html`<span class="whole">${messages.text("interval.range", {
                  lower: messages.number(observation.lower * factor),
                  upper: messages.number(observation.upper * factor),
                })}</span>`,
              },
          numberCell(observation.numerator === null ? "—" : messages.number(observation.numerator)),
          numberCell(observation.denominator === null ? "—" : messages.number(observation.denominator, 0)),
        ]
      : []),
    numberCell(observation.coverage === null ? "—" : `${messages.percent(observation.coverage)} %`),
    statusText(messages, observation),
    {
      content: html`<a href="${address([messages.language, "explain", id], {
        area: observation.area,
        by: choice.grouping,
        period: observation.period,
        ...Object.fromEntries(dimensions.map((name) => [`d.${name}`, observation.dimensions[name]])),
      })}" aria-label="${messages.text("indicator.explainOne")} ${periodLabel(observation.period, observation.frequency)}">${messages.text("column.lineBack")}</a>`,
    },
  ]);
  return html`${renderTable(messages.text("indicator.table"), heads, cells)}
${series.length > rows.length ? html`<p>${messages.text("indicator.tableRows", { shown: messages.number(rows.length), all: messages.number(series.length) })}</p>` : ""}`;
}

function statusText(messages: Messages, observation: Observation): string {
  const status = messages.text(`status.${observation.status}`);
  const reason = observation.value === null ? "" : reasonText(messages, observation);
  return reason === "" ? status : `${status}: ${reason}`;
}

function placesSection(input: IndicatorPageInput, messages: Messages, title: string, unit: string): Html | string {
  const { reader, indicator, places } = input;
  const [first] = places;
  if (first === undefined || places.length < 2) return "";
  const factor = shownFactor(indicator);
  const period = periodLabel(first.period, first.frequency);
  const heading = messages.text("indicator.allAreasTitle", { title, period });
  const known = places.filter(({ value }) => value !== null).sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const bars = known.slice(0, 40).map((place) => ({
    label: areaLabel(reader.definitions, messages, place.area),
    value: (place.value ?? 0) * factor,
    lower: place.lower === null ? null : place.lower * factor,
    upper: place.upper === null ? null : place.upper * factor,
  }));
  const unknown = places.filter(({ value }) => value === null);
  return html`<h2 id="areas">${messages.text("indicator.allAreas")}</h2>
${bars.length === 0 ? "" : html`<figure><figcaption>${heading} (${unit})</figcaption>${trusted(barFigure({ title: heading, unit, bars, language: messages.tag }))}</figure>`}
${renderTable(
  heading,
  [
    messages.text("column.area"),
    numberCell(messages.text("column.value")),
    messages.text("column.interval"),
    messages.text("column.status"),
  ],
  [...known, ...unknown].slice(0, tableRowLimit).map((place) => [
    areaLabel(reader.definitions, messages, place.area),
    numberCell(place.value === null ? "—" : valueText(messages, indicator, place)),
    place.lower === null || place.upper === null
      ? "—"
      : messages.text("interval.range", {
          lower: messages.number(place.lower * factor),
          upper: messages.number(place.upper * factor),
        }),
    statusText(messages, place),
  ]),
)}`;
}

/** The streams behind an indicator, each with its newest bytes. */
function sourcesOf(reader: ObservatoryReader, indicator: Indicator, messages: Messages): Html {
  const { definitions, manifest } = reader;
  return html`<ul>${streamsOf(definitions, indicator).map((id) => {
    const stream = definitions.streams.get(id)?.value;
    const result = manifest.streams[id];
    return html`<li><a href="${address([messages.language, "sources"])}#${id}">${stream === undefined ? id : textIn(stream.title, messages.language)}</a>: ${
      stream === undefined ? "" : textIn(stream.publisher, messages.language)
    }${result?.retrievedAt == null ? "" : `, ${result.retrievedAt.slice(0, 10)}`}${
      result?.parts[0] === undefined
        ? ""
        : html`, <span class="hash">SHA-256 ${result.parts[0].sha256.slice(0, 16)}…</span>`
    }</li>`;
  })}</ul>`;
}

/** The streams whose facts are in an indicator, its population too. */
function streamsOf(definitions: Definitions, indicator: Indicator): string[] {
  const references = [...indicator.numerator.facts];
  if (indicator.measure === "rate") {
    const population = definitions.populations.get(indicator.denominator.population);
    if (population !== undefined) references.push(population.value.facts);
  } else if (indicator.measure !== "count") references.push(...indicator.denominator.facts);
  return [...new Set(references.map((reference) => reference.split("/")[0] ?? ""))];
}

function vintageOf(reader: ObservatoryReader, indicator: Indicator): string {
  return streamsOf(reader.definitions, indicator)
    .map((id) => reader.manifest.streams[id]?.delivery?.slice(0, 12) ?? "—")
    .join(" + ");
}
