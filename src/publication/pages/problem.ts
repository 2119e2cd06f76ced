import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";

/** A page for what cannot be shown: what is the matter and where to go. */
export function problemPage(messages: Messages, hint: string): Html {
  return html`<p>${hint}</p><p><a href="${address([messages.language])}">${messages.text("site.home")}</a></p>`;
}
