import type { Messages } from "../catalogue.ts";
import { type Html, html } from "../html.ts";

/** A cell: text, or markup. */
export interface Cell {
  readonly content: Html | string;
  /** Stands at the end of its column, on one line. */
  readonly number?: boolean;
  /** Is kept on one line. */
  readonly whole?: boolean;
  readonly emphasis?: boolean;
}

/** From here on a table scrolls within its own height. */
const longRows = 24;

/**
 * A table with a caption and column heads, in a box of its own that scrolls on a small screen.
 *
 * @param caption - Names the table and its box; in a page no two are equal.
 * @param silent - The heading above says the same already: the caption is for assistive technology only.
 */
export function renderTable(
  caption: string,
  heads: readonly (string | Cell)[],
  rows: readonly (readonly (string | Cell)[])[],
  silent = false,
): Html {
  const cell = (value: string | Cell): Cell => (typeof value === "string" ? { content: value } : value);
  return html`<div class="${rows.length > longRows ? "scroll long" : "scroll"}" tabindex="0" role="region" aria-label="${caption}"><table>
<caption${silent ? html` class="silent"` : ""}>${caption}</caption>
<thead><tr>${heads.map(cell).map((head) => html`<th scope="col"${classOf(head)}>${head.content}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row
        .map(cell)
        .map((each, index) =>
          index === 0
            ? html`<th scope="row"${classOf(each)}>${each.content}</th>`
            : html`<td${classOf(each)}>${each.content}</td>`,
        )}</tr>`,
  )}</tbody>
</table></div>`;
}

function classOf({ number, whole, emphasis }: Cell): Html | string {
  const names = [number ? "n" : "", whole ? "whole" : "", emphasis ? "gap" : ""].filter((name) => name !== "");
  return names.length === 0 ? "" : html` class="${names.join(" ")}"`;
}

/** A number in its cell. */
export function numberCell(content: Html | string): Cell {
  return { content, number: true };
}

/** A text that is not broken, such as a period. */
export function wholeCell(content: Html | string): Cell {
  return { content, whole: true };
}

/** Says how many rows a table has that are not shown; nothing where all are. */
export function moreRows(messages: Messages, shown: number, all: number): Html | string {
  if (shown >= all) return "";
  return html`<p>${messages.text("table.someRows", { shown: messages.number(shown), all: messages.number(all) })}</p>`;
}
