import { type LineBack, type LineBackSet, type ObservatoryReader, periodText, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { amountText, areaLabel, iccsLabel, valueLabel, valueText } from "../labels.ts";
import { periodWords } from "../periods.ts";
import { moreRows, numberCell, renderTable, wholeCell } from "./table.ts";

/** Most files of one delivery that are listed; the sources page lists them too. */
const partLimit = 50;

/** From one figure to the bytes: facts, rules, rows of the source, snapshots. */
export function lineBackPage(reader: ObservatoryReader, lineBack: LineBack, messages: Messages): Html {
  const { indicator, observation } = lineBack;
  const { definitions } = reader;
  const { language } = messages;
  const parts = Object.entries(observation.dimensions)
    .filter(([, value]) => value !== "_T")
    .map(([name, value]) => valueLabel(messages, name, value));
  const figure = [
    textIn(indicator.title, language),
    areaLabel(definitions, messages, observation.area),
    ...parts,
    periodWords(messages, observation.period, observation.frequency),
  ].join(messages.text("punctuation.list"));
  const value =
    observation.value === null
      ? valueText(messages, indicator, observation)
      : amountText(definitions, messages, indicator, observation.value);
  const target = address([language, "indicators", indicator.indicator], {
    area: observation.area,
    by: observation.grouping,
  });
  return html`<p class="lead">${messages.text("explain.lead")}</p>
<h2>${messages.text("explain.figure")}</h2>
<p class="said"><a href="${target}">${messages.text("explain.what", { figure, value })}</a></p>
${lineBack.sets.map((set) => setSection(reader, set, messages))}`;
}

function setSection(reader: ObservatoryReader, set: LineBackSet, messages: Messages): Html {
  const { definitions } = reader;
  const stream = definitions.streams.get(set.stream)?.value;
  const frequency = stream?.facts.find(({ facts }) => facts === set.facts)?.period.frequency ?? "A";
  const classified = set.rows.some(({ iccs }) => iccs !== null) || set.crosswalk !== undefined;
  const name = messages.text("explain.set", {
    role: messages.text(`column.${set.role}`),
    title: stream === undefined ? set.stream : textIn(stream.title, messages.language),
    facts: `${set.stream}/${set.facts}`,
  });
  return html`<h2>${name}</h2>
${renderTable(
  `${messages.text("explain.facts")} (${set.stream}/${set.facts})`,
  [
    messages.text("column.area"),
    messages.text("column.period"),
    ...(classified ? [messages.text("column.iccs")] : []),
    messages.text("column.sex"),
    messages.text("column.age"),
    numberCell(messages.text("column.value")),
    numberCell(messages.text("column.records")),
  ],
  set.rows.map((fact) => [
    areaLabel(definitions, messages, fact.area),
    wholeCell(periodText(fact.period, frequency)),
    ...(classified ? [fact.iccs === null ? messages.text("iccs._U") : iccsLabel(messages, fact.iccs)] : []),
    valueLabel(messages, "sex", fact.sex),
    valueLabel(messages, "age", fact.age),
    numberCell(
      fact.value === null ? messages.dynamic(`status.${fact.status}`, fact.status) : messages.number(fact.value),
    ),
    numberCell(messages.number(fact.records, 0)),
  ]),
)}
${set.allRows > set.rows.length ? html`<p>${messages.text("explain.someRows", { shown: messages.number(set.rows.length), all: messages.number(set.allRows) })}</p>` : ""}
${
  set.crosswalk === undefined
    ? html`<p>${messages.text("explain.noRules")}</p>`
    : html`<p>${set.crosswalk.id} ${set.crosswalk.version}</p>${renderTable(
        `${messages.text("explain.rules")} (${set.stream}/${set.facts})`,
        [
          messages.text("crosswalks.code"),
          messages.text("column.iccs"),
          numberCell(messages.text("explain.weight")),
          numberCell(messages.text("column.records")),
          messages.text("explain.rule"),
          messages.text("explain.rows"),
        ],
        set.rules.map((rule) => [
          rule.nationalCode,
          rule.iccs === null ? messages.text("iccs._U") : iccsLabel(messages, rule.iccs),
          numberCell(messages.number(rule.weight)),
          numberCell(messages.number(rule.records, 0)),
          {
            content: html`${rule.rule ?? "—"}${rule.authority === null ? "" : html`<br>${rule.authority}`}${rule.note === null ? "" : html`<br>${rule.note}`}`,
          },
          rule.line === null
            ? messages.text("quarantine.rowIn", { file: rule.part, row: messages.number(rule.row, 0) })
            : messages.text("quarantine.lineIn", { file: rule.part, line: messages.number(rule.line, 0) }),
        ]),
      )}`
}
${renderTable(
  `${messages.text("explain.snapshots")} (${set.stream}/${set.facts})`,
  [
    messages.text("sources.file"),
    messages.text("sources.hash"),
    numberCell(messages.text("sources.bytes")),
    messages.text("sources.retrieved"),
  ],
  set.delivery.parts
    .slice(0, partLimit)
    .map((part) => [
      part.name,
      { content: html`<span class="hash">${part.sha256}</span>` },
      numberCell(messages.number(part.bytes, 0)),
      set.delivery.retrievedAt,
    ]),
)}
${moreRows(messages, partLimit, set.delivery.parts.length)}
<p>${messages.text("sources.location")}${messages.text("punctuation.colon")}<code>${set.delivery.location}</code></p>`;
}
