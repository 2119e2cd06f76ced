import { type Html, html } from "../html.ts";

/** A cell: text, or markup; a number stands at the end of its column. */
export interface Cell {
  readonly content: Html | string;
  readonly number?: boolean;
}

/** A table with a caption and column heads, in a box of its own that scrolls on a small screen. */
export function renderTable(
  caption: string,
  heads: readonly (string | Cell)[],
  rows: readonly (readonly (string | Cell)[])[],
): Html {
  const cell = (value: string | Cell): Cell => (typeof value === "string" ? { content: value } : value);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map(cell).map(({ content, number }) => html`<th scope="col"${number ? html` class="n"` : ""}>${content}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row
        .map(cell)
        .map(({ content, number }, index) =>
          index === 0
            ? html`<th scope="row">${content}</th>`
            : html`<td${number ? html` class="n"` : ""}>${content}</td>`,
        )}</tr>`,
  )}</tbody>
</table></div>`;
}

/** A number in its cell. */
export function numberCell(content: Html | string): Cell {
  return { content, number: true };
}
