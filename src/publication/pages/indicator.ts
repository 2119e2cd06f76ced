import { type Definitions, type Indicator, type ObservatoryReader, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { areaLabel } from "../labels.ts";
import { figureSentences } from "../sentences.ts";
import { chooser } from "./chooser.ts";
import { timeSection } from "./indicator-figure.ts";
import type { IndicatorPageInput } from "./indicator-input.ts";
import { figureTable, placesSection } from "./indicator-tables.ts";
import { methodSection } from "./method.ts";

/** The page of an indicator: sentence, figure, table, places, method, completeness, line back, downloads, citation. */
export function indicatorPage(input: IndicatorPageInput, messages: Messages): Html {
  const { reader, id, indicator, choice } = input;
  const { definitions } = reader;
  const { language } = messages;
  const title = textIn(indicator.title, language);
  const area = areaLabel(definitions, messages, choice.area);
  const said = figureSentences(definitions, messages, indicator, input.total, { title, area });
  return html`<p class="lead">${textIn(indicator.description, language)}${
    indicator.sdg === undefined
      ? ""
      : html` <span class="mark">${messages.text("indicator.sdg", { sdg: indicator.sdg })}</span>`
  }</p>
${chooser(definitions, messages, id, choice, input)}
${said.length === 0 ? "" : html`<p class="said">${said.join(language === "zh" ? "" : " ")}</p>`}
${timeSection(input, messages)}
<h2 id="table">${messages.text("indicator.table")}</h2>
${figureTable(input, messages)}
<p id="download">${messages.text("indicator.download")} <a href="${address(["data", `${id}.csv`])}">${messages.text("indicator.downloadCsv")}</a> · <a href="${address(["data", `${id}.parquet`])}">${messages.text("indicator.downloadParquet")}</a></p>
${placesSection(input, messages, title)}
<h2 id="method">${messages.text("indicator.method")}</h2>
${methodSection(definitions, indicator, messages)}
<h2 id="limits">${messages.text("indicator.limits")}</h2>
<p>${textIn(indicator.limits, language)}</p>
<h2 id="coverage">${messages.text("indicator.coverage")}</h2>
${coverageSection(input, messages)}
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

/** How complete the figures shown are, counted from the figures themselves. */
function coverageSection({ series }: IndicatorPageInput, messages: Messages): Html {
  const shares = series.flatMap(({ coverage }) => (coverage === null ? [] : [coverage]));
  const low = messages.percent(Math.min(...shares));
  const high = messages.percent(Math.max(...shares));
  const covered =
    shares.length === 0
      ? messages.text("indicator.coverageUnknown")
      : low === high
        ? messages.text("indicator.coverageOne", { share: low })
        : messages.text("indicator.coverageRange", { low, high });
  const states = messages.text("indicator.coverageStates", {
    all: messages.number(series.length),
    partial: messages.number(series.filter(({ status, value }) => status === "partial" && value !== null).length),
    unknown: messages.number(series.filter(({ value }) => value === null).length),
  });
  return html`<p>${covered} ${states} <a href="${address([messages.language, "coverage"])}">${messages.text("coverage.title")}</a></p>`;
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
