import { type CoverageReport, type ObservatoryReader, periodText, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { type Html, html } from "../html.ts";
import { areaLabel } from "../labels.ts";
import { moreRows, numberCell, renderTable } from "./table.ts";

/** Most missing periods of one unit that are written out. */
const missingLimit = 12;
/** Most areas, and most units, that one table lists. */
const unitLimit = 300;

/** Who reported: the share of the population covered, and every unit that did not report. */
export function coveragePage(reader: ObservatoryReader, reports: readonly CoverageReport[], messages: Messages): Html {
  return html`<p class="lead">${messages.text("coverage.lead")}</p>
${reports.length === 0 ? html`<p>${messages.text("coverage.none")}</p>` : reports.map((report) => reportSection(reader, report, messages))}`;
}

function reportSection(reader: ObservatoryReader, report: CoverageReport, messages: Messages): Html {
  const { definitions } = reader;
  const coverage = definitions.coverages.get(report.coverage)?.value;
  if (coverage === undefined) return html``;
  const years = [...new Set(report.shares.map(({ period }) => period.slice(0, 4)))].sort();
  const areas = [...new Set(report.shares.map(({ area }) => area))];
  const shares = new Map(report.shares.map(({ area, period, share }) => [`${area} ${period.slice(0, 4)}`, share]));
  const late = report.units.filter(({ missing }) => missing.length > 0);
  return html`<h2 id="${report.coverage}">${textIn(coverage.title, messages.language)}</h2>
${coverage.description === undefined ? "" : html`<p>${textIn(coverage.description, messages.language)}</p>`}
<p>${messages.text("coverage.appliesTo", { facts: coverage.appliesTo.join(", ") })}</p>
${"observed" in coverage.ledger ? html`<p><span class="mark">${messages.text("coverage.observed")}</span></p>` : ""}
${renderTable(
  messages.text("coverage.byPeriod"),
  [messages.text("column.area"), ...years.map((year) => numberCell(year))],
  areas.slice(0, unitLimit).map((area) => [
    areaLabel(definitions, messages, area),
    ...years.map((year) => {
      const share = shares.get(`${area} ${year}`);
      if (share === undefined) return numberCell(messages.text("dimension._U"));
      const shown = messages.percent(share);
      return { content: `${shown} %`, number: true, emphasis: shown !== messages.percent(1) };
    }),
  ]),
)}
${moreRows(messages, unitLimit, areas.length)}
${
  late.length === 0
    ? html`<p>${messages.text("coverage.all")}</p>`
    : html`${renderTable(
        messages.text("coverage.nonReporters"),
        [
          messages.text("coverage.unit"),
          messages.text("column.area"),
          numberCell(messages.text("coverage.share")),
          numberCell(messages.text("coverage.reported")),
          messages.text("coverage.missing"),
        ],
        late.slice(0, unitLimit).map((unit) => [
          definitions.areas.has(unit.unit) ? areaLabel(definitions, messages, unit.unit) : unit.unit,
          areaLabel(definitions, messages, unit.area),
          numberCell(`${messages.percent(unit.share)} %`),
          numberCell(`${messages.number(unit.reported, 0)} / ${messages.number(unit.periods, 0)}`),
          `${unit.missing
            .slice(0, missingLimit)
            .map((period) => periodText(period, coverage.frequency))
            .join(", ")}${unit.missing.length > missingLimit ? " …" : ""}`,
        ]),
      )}${moreRows(messages, unitLimit, late.length)}`
}`;
}
