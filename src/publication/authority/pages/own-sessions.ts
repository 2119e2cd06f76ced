import type { Json, Session, SignInNews } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import type { FormValues } from "../form-values.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { passkeyForm } from "./account.ts";
import type { FormState } from "./simple-forms.ts";

/** What a session is called in an address: enough to tell the own ones apart, and nothing that opens one. */
export const sessionName = ({ digest }: Pick<Session, "digest">): string => digest.slice(0, 16);

/** The own sessions that are open, each to be ended by itself but the one in which this is read. */
export function sessionsPage(
  sessions: readonly Session[],
  own: Pick<Session, "digest">,
  desk: Desk,
  words: DeskWords,
): Html {
  return html`<p>${words.text("sessions.hint")}</p>
<ul class="steps">${sessions.map((session) => {
    const here = session.digest === own.digest;
    const browser = session.browser ?? words.text("sessions.browserUnknown");
    return html`<li><strong><bdi>${browser}</bdi></strong> · ${words.text(`sessions.by-${session.means}`)}<br>
${words.text("sessions.since")} ${timeOf(session.startedAt, desk)} · ${words.text("sessions.seen")} ${timeOf(session.seenAt, desk)}
${
  here
    ? html`<br><em>${words.text("sessions.here")}</em>`
    : form(
        desk,
        deskAddress(words, ["account", "sessions", sessionName(session)]),
        html`<button class="quiet">${words.text("sessions.end")} <span class="small">(<bdi>${browser}</bdi>, ${timeOf(session.startedAt, desk)})</span></button>`,
      )
}</li>`;
  })}</ul>`;
}

/**
 * What happened to the own ways to sign in since the time before.
 *
 * @param on - Address where the person goes on.
 */
export function sinceLastTimePage({ previous, acts }: SignInNews, on: string, desk: Desk, words: DeskWords): Html {
  const refused = acts.filter(({ act }) => act === "sign-in-refused");
  const changed = acts.filter(({ act }) => act !== "sign-in-refused");
  const [newest] = refused;
  return html`<p>${previous === undefined ? words.text("since.first") : html`${words.text("since.previous")} ${timeOf(previous, desk)}`}</p>
${
  newest === undefined
    ? html`<p>${words.text("since.noneRefused")}</p>`
    : html`<p class="said"><strong>${words.text("since.refused", { count: refused.length })}</strong> ${words.text("since.refusedLast")} ${timeOf(newest.at, desk)}</p><p>${words.text("since.refusedHint")}</p>`
}
${
  changed.length === 0
    ? html`<p>${words.text("since.noneChanged")}</p>`
    : html`<h2>${words.text("since.changed")}</h2><ul>${changed.map(
        ({ act, at, bySelf }) =>
          html`<li>${timeOf(at, desk)} · ${words.dynamic(`act.${act}`, act)} · ${words.text(bySelf ? "since.bySelf" : "since.byOther")}</li>`,
      )}</ul><p>${words.text("since.changedHint")}</p>`
}
<p><a class="go" href="${on}">${words.text("since.on")}</a> <a href="${deskAddress(words, ["account"])}">${words.text("site.account")}</a></p>`;
}

/** The own account with the ways to sessions and news. */
export const withOwnSessions = (content: Html, words: DeskWords): Html =>
  html`${content}<section><h2>${words.text("sessions.title")}</h2>
<p><a href="${deskAddress(words, ["account", "sessions"])}">${words.text("sessions.show")}</a></p>
<p><a href="${deskAddress(words, ["account", "since"])}">${words.text("since.title")}</a></p></section>`;

/** Where somebody proves again who they are; what was sent goes along. */
export function proofPage(
  at: {
    readonly target: string;
    readonly sent: FormValues;
    readonly password: boolean;
    /** What the browser needs; undefined where the person has no passkey for this site. */
    readonly passkey: Json | undefined;
  },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const kept = Object.entries(at.sent)
    .filter(([name]) => name !== "csrf" && !name.startsWith("proof-"))
    .flatMap(([name, values]) => values.map((value) => html`<input type="hidden" name="${name}" value="${value}">`));
  return html`<p>${words.text("proof.hint")}</p>
${
  at.password
    ? form(
        desk,
        at.target,
        html`${kept}${textInput(state, { name: "proof-password", label: words.text("account.before"), kind: "password" })}<button>${words.text("proof.button")}</button>`,
      )
    : ""
}
${at.passkey === undefined ? "" : passkeyForm("get", at.passkey, at.target, html`${kept}`, words.text("proof.passkey"), desk, words, "proof-answer")}
${
  at.password || at.passkey !== undefined
    ? ""
    : html`<p class="said">${words.text("proof.signInAgain")}</p>
<p><a class="go" href="${deskAddress(words, ["sign-in"])}" target="_blank" rel="noopener">${words.text("kept.newWindow")}</a></p>
${form(desk, at.target, html`${kept}<button>${words.text("kept.goOn")}</button>`)}`
}`;
}
