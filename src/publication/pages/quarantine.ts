import { type ObservatoryReader, type QuarantinedRow, type StreamResult, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { numberCell, renderTable } from "./table.ts";

/** Findings that one page lists. */
export const quarantineLimit = 50;

/** The streams with what became of their rows. */
export function quarantineIndexPage(reader: ObservatoryReader, messages: Messages): Html {
  const rows = [...reader.definitions.streams].map(([id, { value: stream }]) => {
    const summary = reader.manifest.streams[id]?.summary ?? null;
    const number = (value: number | undefined) =>
      numberCell(value === undefined ? messages.text("dimension._U") : messages.number(value, 0));
    return [
      {
        content: html`<a href="${address([messages.language, "quarantine", id])}">${textIn(stream.title, messages.language)}</a>`,
      },
      number(summary?.quarantined),
      number(summary?.flagged),
      number(summary?.rowsIn),
    ];
  });
  return html`<p class="lead">${messages.text("quarantine.lead")}</p>
${renderTable(
  messages.text("quarantine.title"),
  [
    messages.text("sources.stream"),
    numberCell(messages.text("sources.quarantined")),
    numberCell(messages.text("sources.flagged")),
    numberCell(messages.text("sources.in")),
  ],
  rows,
  true,
)}`;
}

/**
 * The rows of one stream that were put apart or flagged, with rule, finding and what was delivered.
 *
 * @param offset - Findings before the first of `found`.
 */
export function quarantinePage(
  reader: ObservatoryReader,
  stream: string,
  found: readonly QuarantinedRow[],
  offset: number,
  messages: Messages,
): Html {
  const result = reader.manifest.streams[stream];
  const summary = result?.summary ?? null;
  if (result === undefined || summary === null) return html`<p>${messages.text("sources.missing")}</p>`;
  const used = summary.rules.filter((rule) => rule.rows > 0);
  return html`<p class="lead">${messages.text("quarantine.lead")}</p>
${
  used.length === 0
    ? ""
    : html`<h2>${messages.text("quarantine.rules.title")}</h2>${renderTable(
        messages.text("quarantine.rules.title"),
        [
          messages.text("quarantine.rule"),
          messages.text("quarantine.end"),
          numberCell(messages.text("quarantine.rows")),
          messages.text("quarantine.expected"),
        ],
        used.map((rule) => [
          { content: html`<code>${rule.rule}</code>` },
          messages.text(`quarantine.end.${rule.end}`),
          numberCell(messages.number(rule.rows, 0)),
          { content: html`<span lang="en">${rule.expected}</span>` },
        ]),
        true,
      )}`
}
${totalsSection(summary, messages)}
${found.length === 0 ? html`<p>${messages.text("quarantine.none")}</p>` : findings(result, stream, found, offset, messages)}`;
}

type Summary = NonNullable<StreamResult["summary"]>;

function totalsSection(summary: Summary, messages: Messages): Html | string {
  if (summary.totals.length === 0) return "";
  return html`<h2>${messages.text("quarantine.totals")}</h2>${renderTable(
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
    true,
  )}`;
}

/** A list and not a table: what was delivered is as wide as the source, and a phone is not. */
function findings(
  result: StreamResult,
  stream: string,
  found: readonly QuarantinedRow[],
  offset: number,
  messages: Messages,
): Html {
  const { summary } = result;
  const all =
    summary?.rules.reduce((sum, { end, rows }) => (end === "set-aside" ? sum : sum + rows), 0) ?? found.length;
  const page = (from: number): string =>
    address([messages.language, "quarantine", stream], { from: from === 0 ? undefined : String(from) });
  const turn = [
    offset === 0
      ? ""
      : html`<a href="${page(Math.max(0, offset - quarantineLimit))}" rel="prev">${messages.text("quarantine.previous")}</a>`,
    offset + found.length >= all
      ? ""
      : html`<a href="${page(offset + found.length)}" rel="next">${messages.text("quarantine.next")}</a>`,
  ];
  return html`<h2>${messages.text("quarantine.rows.title")}</h2>
<p>${messages.text("quarantine.findings", {
    findings: messages.number(all, 0),
    rows: messages.number((summary?.quarantined ?? 0) + (summary?.flagged ?? 0), 0),
    from: messages.number(offset + 1, 0),
    until: messages.number(offset + found.length, 0),
  })}</p>
<ol class="findings">${rowsOf(found).map((row) => findingItem(result, row, messages))}</ol>
<p class="turn">${turn}</p>`;
}

/** Findings of one row together, in the order in which they came. */
function rowsOf(found: readonly QuarantinedRow[]): QuarantinedRow[][] {
  const rows = new Map<string, QuarantinedRow[]>();
  for (const finding of found) {
    const key = `${finding.part} ${finding.row ?? "line"} ${finding.line}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [finding]);
    else row.push(finding);
  }
  return [...rows.values()];
}

function findingItem(result: StreamResult, row: readonly QuarantinedRow[], messages: Messages): Html | string {
  const [first] = row;
  if (first === undefined) return "";
  const colon = messages.text("punctuation.colon");
  const file = result.parts[first.part]?.name ?? String(first.part + 1);
  const place =
    first.line === null
      ? messages.text("quarantine.rowIn", { file, row: messages.number(first.row ?? 0, 0) })
      : messages.text("quarantine.lineIn", { file, line: messages.number(first.line, 0) });
  return html`<li><p><strong>${place}</strong> <span class="mark">${messages.text(`quarantine.end.${first.action}`)}</span></p>
<ul class="plain">${row.map(
    (finding) =>
      html`<li><code>${finding.rule}</code>${
        finding.found === null ? "" : html`<br>${messages.text("quarantine.found")}${colon}<q>${finding.found}</q>`
      }${
        finding.expected === null
          ? ""
          : html`<br>${messages.text("quarantine.expected")}${colon}<span lang="en">${finding.expected}</span>`
      }</li>`,
  )}</ul>
${first.delivered === null ? "" : html`<p class="delivered">${messages.text("quarantine.delivered")}${colon}${deliveredText(first.delivered)}</p>`}</li>`;
}

/** The columns of a delivered row with their values; the text itself where it is no JSON object. */
function deliveredText(delivered: string): Html {
  let cells: unknown;
  try {
    cells = JSON.parse(delivered);
  } catch {
    return html`<code>${delivered}</code>`;
  }
  if (typeof cells !== "object" || cells === null || Array.isArray(cells)) return html`<code>${delivered}</code>`;
  return html`${Object.entries(cells).map(
    ([column, value]: [string, unknown]) =>
      html`<span class="pair"><span>${column}</span> <code>${value === null ? "∅" : typeof value === "string" ? value : JSON.stringify(value)}</code></span> `,
  )}`;
}
