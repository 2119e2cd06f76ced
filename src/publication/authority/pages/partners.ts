import type { KnownPartner } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { selectInput, textInput } from "../inputs.ts";
import { clockTime, type DeskWords } from "../messages.ts";
import type { FormState } from "./simple-forms.ts";

const addressOf = ({ partner }: KnownPartner): string =>
  typeof partner.data.address === "string" ? partner.data.address : "";

/** The authorities that messages are exchanged with. */
export function partnersPage(partners: readonly KnownPartner[], words: DeskWords): Html {
  return html`<p><a class="go" href="${deskAddress(words, ["partners", "new"])}">${words.text("partners.add")}</a></p>
${
  partners.length === 0
    ? html`<p>${words.text("partners.none")}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${words.text("site.partners")}"><table><thead><tr><th scope="col">${words.text("partners.name")}</th><th scope="col">${words.text("partners.stateCode")}</th><th scope="col">${words.text("partners.address")}</th><th scope="col">${words.text("people.state")}</th></tr></thead>
<tbody>${partners.map(
        (one) =>
          html`<tr><th scope="row"><a href="${deskAddress(words, ["partners", one.partner.authority])}"><bdi>${one.partner.name}</bdi></a></th><td>${one.partner.state}</td><td><span class="ltr">${addressOf(one)}</span></td><td>${words.text(one.partner.active ? "partners.active" : "partners.aside")}</td></tr>`,
      )}</tbody></table></div>`
}`;
}

const descriptionInputs = (state: FormState, words: DeskWords, hint: string | undefined): Html =>
  html`${textInput(state, { name: "name", label: words.text("partners.name"), hint })}${textInput(state, {
    name: "state",
    label: words.text("partners.stateCode"),
    kind: "short",
    hint,
  })}${textInput(state, {
    name: "address",
    label: words.text("partners.address"),
    hint: [words.text("partners.addressHint"), hint].filter((text) => text !== undefined).join(" "),
  })}`;

/** The form for one more partner: its introduction, and the fingerprint that came another way. */
export function newPartnerPage(state: FormState, desk: Desk, words: DeskWords): Html {
  return form(
    desk,
    deskAddress(words, ["partners", "new"]),
    html`${textInput(state, {
      name: "introduction",
      label: words.text("partners.introduction"),
      kind: "paragraphs",
      hint: words.text("partners.introductionHint"),
    })}${textInput(state, {
      name: "fingerprint",
      label: words.text("partners.fingerprint"),
      hint: words.text("partners.fingerprintHint"),
    })}${descriptionInputs(state, words, words.text("partners.asTheySay"))}<button>${words.text("partners.add")}</button>`,
  );
}

/** One partner: who and where it is, its keys, and what may be done about them. */
export function partnerPage(at: KnownPartner, state: FormState, desk: Desk, words: DeskWords): Html {
  const { partner, known } = at;
  const to = (...more: string[]): string => deskAddress(words, ["partners", partner.authority, ...more]);
  const day = (moment: string): string => clockTime(moment, desk.timeZone).slice(0, 10);
  const counting = known?.keys.filter(({ revoked }) => revoked === null) ?? [];
  return html`${form(desk, to(), html`${descriptionInputs(state, words, undefined)}<button>${words.text("people.change")}</button>`)}
<section><h2 id="keys">${words.text("partners.keys")}</h2>
${
  known === undefined
    ? html`<p class="said">${words.text("partners.keysNone")}</p>`
    : html`<dl><dt>${words.text("partners.pinned")}</dt><dd><code class="hash">${known.pinned}</code> ${timeOf(known.introducedAt, desk)}</dd></dl>
<div class="scroll" tabindex="0" role="region" aria-labelledby="keys"><table><thead><tr><th scope="col">${words.text("partners.key")}</th><th scope="col">${words.text("partners.use")}</th><th scope="col">${words.text("partners.valid")}</th><th scope="col">${words.text("people.state")}</th></tr></thead>
<tbody>${known.keys.map(
        ({ key, revoked }) =>
          html`<tr><th scope="row"><code>${key.kid.slice(0, 12)}…</code></th><td>${words.text(`partners.use.${key.use}`)}</td><td>${words.text("partners.validFromTo", { from: day(key.notBefore), to: day(key.notAfter) })}</td><td dir="auto">${revoked === null ? words.text("partners.counts") : words.text("partners.revoked", { time: day(revoked.at), reason: revoked.reason })}</td></tr>`,
      )}</tbody></table></div>`
}</section>
${
  counting.length === 0
    ? ""
    : html`<section><h2>${words.text("partners.revoke")}</h2><p>${words.text("partners.revokeHint")}</p>${form(
        desk,
        to("revoke"),
        html`${selectInput(state, {
          name: "kid",
          label: words.text("partners.key"),
          empty: words.text("form.choose"),
          choices: counting.map(({ key }) => ({
            id: key.kid,
            label: `${key.kid.slice(0, 12)}… (${words.text(`partners.use.${key.use}`)})`,
          })),
        })}${textInput(state, { name: "reason", label: words.text("partners.reason") })}<button class="quiet">${words.text("partners.revoke")}</button>`,
      )}</section>`
}
<section><h2>${words.text(partner.active ? "partners.takeAside" : "partners.takeUp")}</h2>
${partner.active ? html`<p>${words.text("partners.takeAsideHint")}</p>` : ""}
${form(
  desk,
  to(partner.active ? "aside" : "up"),
  html`<button class="quiet">${words.text(partner.active ? "partners.takeAside" : "partners.takeUp")}</button>`,
)}</section>`;
}

/** What another authority needs to know this one by. */
export function introductionPage(text: string, fingerprint: string, words: DeskWords): Html {
  return html`<p>${words.text("introduction.hint")}</p>
<h2>${words.text("introduction.fingerprint")}</h2><p><code class="once" id="fingerprint">${fingerprint}</code></p>
<div class="field"><label for="introduction">${words.text("introduction.text")}</label>
<textarea class="code" id="introduction" rows="16" readonly>${text}</textarea></div>`;
}
