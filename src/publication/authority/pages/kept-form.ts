import { type Html, html } from "../../html.ts";
import type { FormValues } from "../form-values.ts";
import { type Desk, deskAddress, form } from "../frame.ts";
import type { DeskWords } from "../messages.ts";

/** A form that was sent when nobody, or somebody anew, was signed in. */
export interface KeptForm {
  /** Path with its query on this desk where the form goes. */
  readonly target: string;
  readonly values: FormValues;
}

/** Inputs that a form carries for itself: nobody typed them. */
const own: ReadonlySet<string> = new Set(["csrf", "command", "sequence", "by", "then", "kept", "target"]);

function typed({ values }: KeptForm, words: DeskWords): Html | string {
  const texts = Object.entries(values).flatMap(([name, given]) =>
    own.has(name) ? [] : given.filter((one) => one !== ""),
  );
  return texts.length === 0
    ? ""
    : html`<details><summary>${words.text("kept.typed")}</summary><ul>${texts.map(
        (text) => html`<li class="typed" dir="auto">${text}</li>`,
      )}</ul></details>`;
}

/** The session ended: what was typed stays here until the person is signed in again, by whatever means. */
export function sessionEndedPage(kept: KeptForm, desk: Desk, words: DeskWords): Html {
  return html`<p>${words.text("kept.ended")}</p>
<p><a class="go" href="${deskAddress(words, ["sign-in"])}" target="_blank" rel="noopener">${words.text("kept.newWindow")}</a></p>
<p>${words.text("kept.thenBack")}</p>
${form(desk, deskAddress(words, ["go-on"]), html`<button>${words.text("kept.goOn")}</button>`, {
  target: kept.target,
  kept: JSON.stringify(kept.values),
})}${typed(kept, words)}`;
}

/** The person is signed in anew: the same form, to be sent with one press. */
export function sendAgainPage(kept: KeptForm, desk: Desk, words: DeskWords): Html {
  return html`<p>${words.text("kept.signedIn", { person: desk.worker?.name ?? "" })}</p>
<form method="post" action="${kept.target}"><input type="hidden" name="csrf" value="${desk.csrf}">
${Object.entries(kept.values).flatMap(([name, given]) =>
  name === "csrf" ? [] : given.map((text) => html`<textarea hidden name="${name}">\n${text}</textarea>`),
)}
<button>${words.text("kept.send")}</button></form>${typed(kept, words)}`;
}
