import { createHash } from "node:crypto";
import type { Json, Passkey } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import type { FormState } from "./simple-forms.ts";

/**
 * Asks the browser for a passkey and sends its answer with the form: the one thing here that HTML alone cannot do. The
 * form is hidden until this runs.
 */
export const passkeyScript = `"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (one) => ({ ...one, id: bytes(one.id) });
async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(described),
  };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  return { id, rawId: text(rawId), type, response: {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports ? response.getTransports() : [],
  } };
}
async function used(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  return { id, rawId: text(rawId), type, response: {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  } };
}
for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  place.hidden = false;
  const form = place.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = place.querySelector("[role=status]");
    said.textContent = "";
    try {
      const options = JSON.parse(place.dataset.options);
      const answer = place.dataset.passkey === "create" ? await made(options) : await used(options);
      form.elements[place.dataset.answer].value = JSON.stringify(answer);
      form.submit();
    } catch {
      said.textContent = place.dataset.failed;
    }
  });
}
`;
export const passkeyScriptAddress = `/passkey-${createHash("sha256").update(passkeyScript).digest("hex").slice(0, 12)}.js`;

/** A form that a passkey answers under a name; `content` stands before its button. */
export function passkeyForm(
  kind: "create" | "get",
  options: Json,
  target: string,
  content: Html | string,
  button: string,
  desk: Desk,
  words: DeskWords,
  answer = "answer",
): Html {
  return html`<div hidden data-passkey="${kind}" data-answer="${answer}" data-options="${JSON.stringify(options)}" data-failed="${words.text("account.passkeyFailed")}">
${form(desk, target, html`${content}<p class="fault" role="status"></p><button>${button}</button>`, { [answer]: "" })}</div>
<noscript><p class="said">${words.text("account.script")}</p></noscript>`;
}

/** The own account: password and passkeys. */
export function accountPage(
  at: { readonly passkeys: readonly Passkey[]; readonly possible: boolean },
  words: DeskWords,
): Html {
  return html`<p><a class="go" href="${deskAddress(words, ["account", "password"])}">${words.text("account.password")}</a></p>
<section><h2>${words.text("account.passkeys")}</h2><p>${words.text("account.passkeysHint")}</p>
${
  at.passkeys.length === 0
    ? html`<p>${words.text("account.passkeysNone")}</p>`
    : html`<ul class="steps">${at.passkeys.map(
        (passkey) =>
          html`<li><a href="${deskAddress(words, ["account", "passkeys", passkey.id])}">${words.text("account.passkey", { added: passkey.addedAt.slice(0, 10) })} <code>${passkey.id.slice(0, 8)}</code></a> · ${passkey.usedAt === null ? words.text("account.passkeyUnused") : words.text("account.passkeyUsed", { used: passkey.usedAt.slice(0, 10) })}</li>`,
      )}</ul>`
}
${
  at.possible
    ? html`<p><a class="go" href="${deskAddress(words, ["account", "passkeys", "new"])}">${words.text("account.add")}</a></p>`
    : html`<p class="hint">${words.text("account.passkeysNotHere")}</p>`
}</section>`;
}

/** The form for another password. */
export function passwordPage(mustChange: boolean, state: FormState, desk: Desk, words: DeskWords): Html {
  return html`${mustChange ? html`<p class="said">${words.text("account.mustChange")}</p>` : ""}${form(
    desk,
    deskAddress(words, ["account", "password"]),
    html`${textInput(state, { name: "before", label: words.text("account.before"), kind: "password" })}${textInput(
      state,
      {
        name: "after",
        label: words.text("account.after"),
        kind: "new-password",
        hint: words.text("account.afterHint"),
      },
    )}${textInput(state, { name: "again", label: words.text("account.again"), kind: "new-password" })}<button>${words.text("account.password")}</button>`,
  )}`;
}

const confirmation = (state: FormState, words: DeskWords): Html =>
  textInput(state, { name: "before", label: words.text("account.before"), kind: "password" });

/** Where a passkey is added. @param options - What the browser needs. */
export function newPasskeyPage(options: Json, state: FormState, desk: Desk, words: DeskWords): Html {
  return html`<p>${words.text("account.addHint")}</p>${passkeyForm("create", options, deskAddress(words, ["account", "passkeys", "new"]), confirmation(state, words), words.text("account.add"), desk, words)}`;
}

/** One passkey, to be removed. */
export function passkeyPage(passkey: Passkey, state: FormState, desk: Desk, words: DeskWords): Html {
  return html`<p>${timeOf(passkey.addedAt, desk)}</p>${form(
    desk,
    deskAddress(words, ["account", "passkeys", passkey.id]),
    html`${confirmation(state, words)}<button>${words.text("account.remove")}</button>`,
  )}`;
}

/** Where somebody signs in with a passkey. @param options - What the browser needs. */
export function passkeySignInPage(options: Json, to: string | undefined, desk: Desk, words: DeskWords): Html {
  return html`<p>${words.text("signIn.passkeyHint")}</p>${passkeyForm("get", options, deskAddress(words, ["sign-in", "passkey"], { to }), "", words.text("signIn.passkey"), desk, words)}
<p><a href="${deskAddress(words, ["sign-in"], { to })}">${words.text("signIn.withPassword")}</a></p>`;
}

/** The sign-in page of an authority where passkeys can be used. */
export const withPasskey = (own: Html, to: string | undefined, words: DeskWords): Html =>
  html`${own}<p><a href="${deskAddress(words, ["sign-in", "passkey"], { to })}">${words.text("signIn.passkey")}</a></p>`;
