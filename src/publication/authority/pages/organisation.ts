import { type Html, html } from "../../html.ts";
import { deskAddress } from "../frame.ts";
import type { DeskWords } from "../messages.ts";

/** The sign-in page of an authority whose people may also come through their organisation. */
export function withOrganisation(form: Html, to: string | undefined, words: DeskWords): Html {
  return html`${form}<p>${words.text("organisation.or")}</p>
<p><a class="go" href="${deskAddress(words, ["sign-in", "organisation"], { to })}">${words.text("organisation.button")}</a></p>`;
}

/** Where somebody comes back to, from whose own page the browser then goes on with its cookies to what is next. */
export function organisationDone(next: string, words: DeskWords): Html {
  return html`<p><a class="go" href="${next}">${words.text("organisation.continue")}</a></p>`;
}
