import { type CrosswalkReport, type ObservatoryReader, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { type Html, html } from "../html.ts";
import { moreRows, numberCell, renderTable } from "./table.ts";

/** Most unmapped codes that a page lists; the command lists all. */
const unmappedLimit = 50;

/** How much of what was recorded reached which level of the ICCS, by year and fact set. */
export function crosswalksPage(
  reader: ObservatoryReader,
  reports: readonly CrosswalkReport[],
  messages: Messages,
): Html {
  return html`<p class="lead">${messages.text("crosswalks.lead")} ${messages.text("crosswalks.levels")}</p>
${reports.length === 0 ? html`<p>${messages.text("crosswalks.none")}</p>` : reports.map((report) => reportSection(reader, report, messages))}`;
}

function reportSection(reader: ObservatoryReader, report: CrosswalkReport, messages: Messages): Html {
  const { definitions } = reader;
  const stream = definitions.streams.get(report.stream)?.value;
  const title = stream === undefined ? report.stream : textIn(stream.title, messages.language);
  const crosswalk =
    report.crosswalk === undefined ? undefined : definitions.crosswalks.get(report.crosswalk)?.crosswalk;
  const share = (value: number) => numberCell(`${messages.percent(value)} %`);
  const levels = [1, 2, 3, 4].map((level) => numberCell(messages.text("crosswalks.level", { level })));
  const records = report.coverage.map((row) => [
    row.period.slice(0, 4),
    numberCell(messages.number(row.records, 0)),
    ...row.reached.map(share),
    share(row.split),
    share(row.notACrime),
    share(row.unmapped),
  ]);
  const codes = report.coverage.map((row) => [
    row.period.slice(0, 4),
    numberCell(messages.number(row.codes, 0)),
    ...row.codesReached.map(share),
    share(row.codesUnmapped),
  ]);
  const name = `${title} (${report.stream}/${report.facts})`;
  return html`<h2 id="${report.stream}-${report.facts}">${name}</h2>
${
  crosswalk === undefined
    ? ""
    : html`<p>${crosswalk.crosswalk}. ${messages.text("crosswalks.version", { version: crosswalk.version, authority: crosswalk.authority ?? "" })}</p>`
}
${renderTable(
  `${name} — ${messages.text("crosswalks.records")}`,
  [
    messages.text("column.period"),
    numberCell(messages.text("crosswalks.records")),
    ...levels,
    numberCell(messages.text("crosswalks.split")),
    numberCell(messages.text("crosswalks.notACrime")),
    numberCell(messages.text("crosswalks.unmapped")),
  ],
  records,
)}
${renderTable(
  `${name} — ${messages.text("crosswalks.codes")}`,
  [
    messages.text("column.period"),
    numberCell(messages.text("crosswalks.codes")),
    ...levels,
    numberCell(messages.text("crosswalks.unmapped")),
  ],
  codes,
)}
${
  report.unmapped.length === 0
    ? html`<p>${messages.text("crosswalks.allMapped")}</p>`
    : html`${renderTable(
        `${name} — ${messages.text("crosswalks.unmappedCodes")}`,
        [
          messages.text("crosswalks.code"),
          numberCell(messages.text("crosswalks.records")),
          numberCell(messages.text("crosswalks.share")),
        ],
        report.unmapped
          .slice(0, unmappedLimit)
          .map((code) => [code.code, numberCell(messages.number(code.records, 0)), share(code.share)]),
      )}${moreRows(messages, unmappedLimit, report.unmapped.length)}`
}`;
}
