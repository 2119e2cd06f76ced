import type { AdministrativeAct, Json } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, timeOf } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import { type Names, roleName } from "../names.ts";

/** Names for what acts are about, besides people and partners. */
export interface ActNames extends Names {
  readonly offices: readonly { readonly office: string; readonly name: string }[];
}

const nameOf = (names: ActNames, id: string): string =>
  names.people.find(({ person }) => person === id)?.name ??
  names.partners.find(({ authority }) => authority === id)?.name ??
  names.offices.find(({ office }) => office === id)?.name ??
  (id === "" ? "—" : id);

function whoOf({ person, operator, role }: AdministrativeAct, names: ActNames, words: DeskWords): string {
  if (operator !== null) return words.text("acts.commandLine", { operator });
  if (person === null) return words.text("acts.nobody");
  return role === null ? nameOf(names, person) : `${nameOf(names, person)} (${roleName(words, role)})`;
}

const shown = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What was administered and who signed in, the newest first. */
export function actsPage(
  acts: readonly AdministrativeAct[],
  older: number | undefined,
  names: ActNames,
  desk: Desk,
  words: DeskWords,
): Html {
  if (acts.length === 0) return html`<p>${words.text("acts.none")}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.text("site.acts")}"><table><thead><tr><th scope="col">${words.text("acts.when")}</th><th scope="col">${words.text("acts.who")}</th><th scope="col">${words.text("acts.what")}</th><th scope="col">${words.text("acts.about")}</th><th scope="col">${words.text("acts.particulars")}</th></tr></thead>
<tbody>${acts.map(
    (act) =>
      html`<tr><td>${timeOf(act.at, desk)}</td><td><bdi>${whoOf(act, names, words)}</bdi></td><td>${words.dynamic(`act.${act.act}`, act.act)}</td><td><bdi>${nameOf(names, act.subject)}</bdi></td><td class="hash" dir="auto">${Object.entries(
        act.data,
      )
        .map(([key, value]) => `${key}: ${shown(value)}`)
        .join("; ")}</td></tr>`,
  )}</tbody></table></div>
${older === undefined ? "" : html`<p><a href="${deskAddress(words, ["acts"], { before: String(older) })}">${words.text("acts.older")}</a></p>`}`;
}
