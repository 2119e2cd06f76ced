import { type Html, html } from "../../html.ts";
import { deskAddress } from "../frame.ts";
import type { DeskWords } from "../messages.ts";

/**
 * Leads a person to the second factor that is missing.
 *
 * @param missing - `enrol`: none is there; `use`: there is one; `keys`: it is needed to change how one signs in.
 */
export function secondFactorPage(missing: "enrol" | "use" | "keys", words: DeskWords): Html {
  if (missing === "enrol")
    return html`<p>${words.text("second.enrol")}</p>
<p><a class="go" href="${deskAddress(words, ["account", "passkeys", "new"])}">${words.text("second.enrolLink")}</a></p>`;
  return html`<p>${words.text(`second.${missing}`)}</p>
<p><a class="go" href="${deskAddress(words, ["sign-in", "passkey"])}">${words.text("second.useLink")}</a></p>
<p class="small">${words.text("second.lost")}</p>`;
}

/** The own account, where a second factor that is demanded elsewhere is not demanded. */
export const withoutSecondFactor = (content: Html, words: DeskWords): Html =>
  html`<p class="said">${words.text("second.off")}</p>${content}`;
