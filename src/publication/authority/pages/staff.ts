import {
  type AdministrativeAct,
  type Office,
  type OneTimePassword,
  roles,
  type StaffMember,
} from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { choiceInputs, selectInput, textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { roleName } from "../names.ts";
import type { FormState } from "./simple-forms.ts";

const officeName = (offices: readonly Office[], id: string): string =>
  offices.find(({ office }) => office === id)?.name ?? id;

/** How a person stands to the authority, in words. */
function stateText({ person, account, passkeys }: StaffMember, words: DeskWords): string {
  if (!person.active) return words.text("people.shutOut");
  if (account === undefined) return words.text("people.noAccount");
  const parts = [words.text(account.oneTimeUntil === null ? "people.active" : "people.invited")];
  if (passkeys.length > 0) parts.push(words.text("people.passkeys", { count: passkeys.length }));
  return parts.join(" · ");
}

/** Everybody at the authority, with the way to add somebody. */
export function peoplePage(staff: readonly StaffMember[], offices: readonly Office[], words: DeskWords): Html {
  return html`<p><a class="go" href="${deskAddress(words, ["people", "new"])}">${words.text("people.add")}</a></p>
<div class="scroll" tabindex="0" role="region" aria-label="${words.text("site.people")}"><table><thead><tr><th scope="col">${words.text("people.name")}</th><th scope="col">${words.text("people.signInName")}</th><th scope="col">${words.text("people.office")}</th><th scope="col">${words.text("people.roles")}</th><th scope="col">${words.text("people.state")}</th></tr></thead>
<tbody>${staff.map(
    (one) =>
      html`<tr><th scope="row"><a href="${deskAddress(words, ["people", one.person.person])}"><bdi>${one.person.name}</bdi></a></th><td><bdi>${one.account?.name ?? "—"}</bdi></td><td><bdi>${officeName(offices, one.person.office)}</bdi></td><td>${one.person.roles.map((role) => roleName(words, role)).join(", ")}</td><td>${stateText(one, words)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** The people, below a warning of new one-time passwords that somebody else made lately: whoever has one signs in as that person. */
export function withResets(
  resets: readonly AdministrativeAct[],
  staff: readonly StaffMember[],
  content: Html,
  desk: Desk,
  words: DeskWords,
): Html {
  if (resets.length === 0) return content;
  const nameOf = (id: string | null): string => staff.find(({ person }) => person.person === id)?.person.name ?? "—";
  return html`<section class="watch" aria-labelledby="resets"><h2 id="resets">${words.text("people.resets")}</h2><p>${words.text("people.resetsHint")}</p><ul>${resets.map(
    ({ at, person, operator, subject }) =>
      html`<li>${timeOf(at, desk)}: <bdi>${nameOf(subject)}</bdi> (<bdi>${operator === null ? nameOf(person) : words.text("acts.commandLine", { operator })}</bdi>)</li>`,
  )}</ul></section>${content}`;
}

function personInputs(offices: readonly Office[], state: FormState, words: DeskWords): Html {
  return html`${textInput(state, { name: "name", label: words.text("people.name") })}${textInput(state, {
    name: "signInName",
    label: words.text("people.signInName"),
    hint: words.text("people.signInHint"),
  })}${selectInput(state, {
    name: "office",
    label: words.text("people.office"),
    empty: words.text("form.choose"),
    choices: offices.map(({ office, name }) => ({ id: office, label: name })),
  })}${choiceInputs(state, {
    name: "roles",
    label: words.text("people.roles"),
    kind: "checkbox",
    hint: words.text("people.rolesHint"),
    choices: roles.map((role) => ({ id: role, label: roleName(words, role) })),
  })}`;
}

/** The form for somebody new. */
export function newPersonPage(offices: readonly Office[], state: FormState, desk: Desk, words: DeskWords): Html {
  return form(
    desk,
    deskAddress(words, ["people", "new"]),
    html`${personInputs(offices, state, words)}<button>${words.text("people.add")}</button>`,
  );
}

/** What may be changed of a person, and what may be done about the account. */
export function personPage(
  { person }: StaffMember,
  offices: readonly Office[],
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const at = (...more: string[]): string => deskAddress(words, ["people", person.person, ...more]);
  const act = (path: string, hint: string | undefined, button: string): Html =>
    html`<section><h2>${button}</h2>${hint === undefined ? "" : html`<p>${hint}</p>`}${form(desk, at(path), html`<button class="quiet">${button}</button>`)}</section>`;
  return html`${form(desk, at(), html`${personInputs(offices, state, words)}<button>${words.text("people.change")}</button>`)}
${act("password", words.text("people.resetHint"), words.text("people.reset"))}
${
  person.active
    ? act("shut-out", words.text("people.shutHint"), words.text("people.shut"))
    : act("let-in", undefined, words.text("people.letIn"))
}`;
}

/** A one-time password, shown this once. */
export function oneTimePasswordPage(made: OneTimePassword, desk: Desk, words: DeskWords): Html {
  return html`<dl><dt>${words.text("people.signInName")}</dt><dd><bdi>${made.signInName}</bdi></dd>
<dt>${words.text("people.password")}</dt><dd><code class="once" id="one-time">${made.password}</code></dd></dl>
<p class="said">${words.text("people.passwordHint", { until: made.until.slice(0, 16).replace("T", " ").concat(" UTC") })}</p>
<p>${timeOf(made.until, desk)}</p>
<p><a href="${deskAddress(words, ["people"])}">${words.text("site.people")}</a></p>`;
}

/** The offices, each with its name to be changed, and a form for one more. */
export function officesPage(
  offices: readonly Office[],
  state: FormState & { readonly about: string | undefined },
  desk: Desk,
  words: DeskWords,
): Html {
  const empty: FormState = { values: {}, faults: [], command: "" };
  return html`${offices.map(({ office, name }) => {
    const own = state.about === office ? state : { ...empty, values: { [`name-${office}`]: [name] } };
    return html`<section><h2><bdi>${name}</bdi></h2><p class="hint"><code>${office}</code></p>${form(
      desk,
      deskAddress(words, ["offices", office]),
      html`${textInput(own, { name: `name-${office}`, label: words.text("offices.name") })}<button class="quiet">${words.text("offices.rename")}</button>`,
    )}</section>`;
  })}<section><h2>${words.text("offices.add")}</h2>${form(
    desk,
    deskAddress(words, ["offices"]),
    html`${textInput(state.about === undefined ? state : empty, { name: "id", label: words.text("offices.id"), hint: words.text("offices.idHint"), kind: "short" })}${textInput(state.about === undefined ? state : empty, { name: "name", label: words.text("offices.name") })}<button>${words.text("offices.add")}</button>`,
  )}</section>`;
}
