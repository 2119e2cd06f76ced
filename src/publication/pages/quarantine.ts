import { type ObservatoryReader, type QuarantinedRow, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { numberCell, renderTable } from "./table.ts";

/** Rows of the quarantine that one page lists. */
export const quarantineLimit = 50;

/** The streams with what became of their rows. */
export function quarantineIndexPage(reader: ObservatoryReader, messages: Messages): Html {
  const rows = [...reader.definitions.streams].map(([id, { value: stream }]) => {
    const summary = reader.manifest.streams[id]?.summary ?? null;
    return [
      {
        content: html`<a href="${address([messages.language, "quarantine", id])}">${textIn(stream.title, messages.language)}</a>`,
      },
      numberCell(summary === null ? "—" : messages.number(summary.quarantined, 0)),
      numberCell(summary === null ? "—" : messages.number(summary.flagged, 0)),
    ];
  });
  return html`<p class="lead">${messages.text("quarantine.lead")}</p>
${renderTable(
  messages.text("quarantine.title"),
  [
    messages.text("sources.stream"),
    numberCell(messages.text("sources.quarantined")),
    numberCell(messages.text("sources.flagged")),
  ],
  rows,
)}`;
}

/** The rows of one stream that were put apart or flagged, with rule, finding and what was delivered. */
export function quarantinePage(
  reader: ObservatoryReader,
  stream: string,
  rows: readonly QuarantinedRow[],
  messages: Messages,
): Html {
  const summary = reader.manifest.streams[stream]?.summary ?? null;
  if (summary === null) return html`<p>${messages.text("sources.missing")}</p>`;
  const used = summary.rules.filter((rule) => rule.rows > 0);
  const all = summary.quarantined + summary.flagged;
  return html`<p class="lead">${messages.text("quarantine.lead")}</p>
${
  used.length === 0
    ? ""
    : renderTable(
        messages.text("quarantine.rule"),
        [
          messages.text("quarantine.rule"),
          messages.text("quarantine.end"),
          numberCell(messages.text("quarantine.rows")),
          messages.text("quarantine.expected"),
        ],
        used.map((rule) => [
          rule.rule,
          messages.text(`quarantine.end.${rule.end}`),
          numberCell(messages.number(rule.rows, 0)),
          rule.expected,
        ]),
      )
}
${
  summary.totals.length === 0
    ? ""
    : renderTable(
        messages.text("quarantine.totals"),
        [
          messages.text("quarantine.total"),
          numberCell(messages.text("quarantine.published")),
          numberCell(messages.text("quarantine.found")),
          messages.text("quarantine.agrees"),
          messages.text("quarantine.where"),
        ],
        summary.totals.map((total) => [
          total.total,
          numberCell(messages.number(total.expected)),
          numberCell(messages.number(total.found)),
          total.agrees
            ? messages.text("quarantine.yes")
            : { content: html`<span class="mark">${messages.text("quarantine.no")}</span>` },
          total.source,
        ]),
      )
}
${
  rows.length === 0
    ? html`<p>${messages.text("quarantine.none")}</p>`
    : html`<p>${messages.text("quarantine.first", { shown: messages.number(rows.length), all: messages.number(all) })}</p>${renderTable(
        messages.text("quarantine.title"),
        [
          messages.text("quarantine.where"),
          messages.text("quarantine.rule"),
          messages.text("quarantine.found"),
          messages.text("quarantine.expected"),
          messages.text("quarantine.delivered"),
        ],
        rows.map((row) => [
          row.row === null
            ? messages.text("quarantine.line", { part: row.part + 1, line: row.line ?? 0 })
            : messages.text("quarantine.row", { part: row.part + 1, row: row.row }),
          row.rule,
          row.found ?? "—",
          row.expected ?? "",
          { content: html`<code>${row.delivered ?? "—"}</code>` },
        ]),
      )}`
}`;
}
