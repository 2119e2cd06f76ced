import { type ObservatoryReader, textIn } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { type Html, html } from "../html.ts";
import { moreRows, numberCell, renderTable } from "./table.ts";

/** Most files of one delivery that are listed. */
const partLimit = 50;

/** Every stream: who publishes it, under which terms, when it was retrieved, and the hashes of its bytes. */
export function sourcesPage(reader: ObservatoryReader, messages: Messages): Html {
  return html`<p class="lead">${messages.text("sources.lead")}</p>
${[...reader.definitions.streams].map(([id, { value: stream }]) => {
  const result = reader.manifest.streams[id];
  const { language } = messages;
  return html`<h2 id="${id}">${textIn(stream.title, language)}</h2>
${stream.description === undefined ? "" : html`<p>${textIn(stream.description, language)}</p>`}
<dl>
<dt>${messages.text("sources.publisher")}</dt><dd>${textIn(stream.publisher, language)}</dd>
<dt>${messages.text("sources.licence")}</dt><dd>${stream.licence}</dd>
${stream.homepage === undefined ? "" : html`<dt>${messages.text("sources.location")}</dt><dd><a href="${stream.homepage}">${stream.homepage}</a></dd>`}
${result?.retrievedAt == null ? "" : html`<dt>${messages.text("sources.retrieved")}</dt><dd>${result.retrievedAt.slice(0, 19).replace("T", " ")} UTC</dd>`}
</dl>
${stream.updated === undefined ? "" : html`<p>${messages.text("sources.updated", { updated: stream.updated })}</p>`}
${
  result === undefined || result.delivery === null
    ? html`<p><span class="mark">${messages.text("sources.missing")}</span> ${stream.obtain}</p>`
    : html`${renderTable(
        `${textIn(stream.title, language)} — ${messages.text("sources.file")}`,
        [messages.text("sources.file"), numberCell(messages.text("sources.bytes")), messages.text("sources.hash")],
        result.parts
          .slice(0, partLimit)
          .map((part) => [
            part.name,
            numberCell(messages.number(part.bytes, 0)),
            { content: html`<span class="hash">${part.sha256}</span>` },
          ]),
        true,
      )}${moreRows(messages, partLimit, result.parts.length)}`
}`;
})}`;
}
