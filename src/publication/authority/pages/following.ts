import { type Json, type MatterType, type MatterView, mayFollow } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import { shownValue } from "./forms.ts";

const matterAddress = (id: string, words: DeskWords, ...path: string[]): string =>
  deskAddress(words, ["matters", id, ...path]);

/** Asks whether a request shall follow, and shows what it would begin with. */
export function followPage(
  { matter }: MatterView,
  to: MatterType,
  values: Readonly<Record<string, Json>>,
  command: string,
  desk: Desk,
  words: DeskWords,
): Html {
  const taken = to.fields.filter(({ id }) => values[id] !== undefined);
  return html`<p>${words.text("follow.intro")}</p>
<h2>${words.text("follow.taken")}</h2>
<dl>${taken.map(
    (field) =>
      html`<dt>${words.label(field.label)}</dt><dd>${shownValue({ type: to, matter }, field, values[field.id], words)}</dd>`,
  )}</dl>
${form(desk, matterAddress(matter.id, words, "follow", to.id), html`<button>${words.text("follow.button")}</button>`, { command })}`;
}

/** Links to the requests that can follow a matter now. */
export function followLinks(
  { matter, emergency }: MatterView,
  types: ReadonlyMap<string, MatterType> | undefined,
  words: DeskWords,
): Html | string {
  const next = [...(types?.values() ?? [])].filter((type) => mayFollow(matter, type));
  if (next.length === 0 || emergency !== undefined) return "";
  return html`<p>${next.map(
    (type) =>
      html`<a href="${matterAddress(matter.id, words, "follow", type.id)}">${words.text("follow.link", { type: words.label(type.title) })}</a> `,
  )}</p>`;
}

/** The matters before and after this one, as facts of its page. */
export function followFacts(
  { matter }: MatterView,
  types: ReadonlyMap<string, MatterType> | undefined,
  words: DeskWords,
): Html {
  const after = matter.notes.filter(({ about }) => about !== undefined);
  return html`${
    matter.follows === undefined
      ? ""
      : html`<dt>${words.text("follow.follows")}</dt><dd><a href="${matterAddress(matter.follows.matter, words)}">${words.text("follow.earlier")}</a></dd>`
  }${after.map(({ about, text }) => {
    const type = types?.get(text);
    const name = type === undefined ? text : words.label(type.title);
    return html`<dt>${words.text("follow.followedBy")}</dt><dd><a href="${matterAddress(about ?? "", words)}">${name}</a></dd>`;
  })}`;
}
