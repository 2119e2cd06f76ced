import type { MatterView } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, timeOf } from "../frame.ts";
import type { DeskWords } from "../messages.ts";
import { actorName, eventName, type Names } from "../names.ts";
import { particularsGiven } from "./forms.ts";

/**
 * What was decided, done and answered, in the order in which it was said: the contents of every step that has some.
 *
 * @param shared - Whether only what was told to the other side is wanted, as in a document.
 */
export function outcomes(
  { view, names }: { readonly view: MatterView; readonly names: Names },
  shared: boolean,
  desk: Desk,
  words: DeskWords,
): Html | string {
  const told = view.history.flatMap(({ event }) => {
    const transition = view.type.transitions.find(({ name }) => name === event.name);
    if (transition === undefined || (shared && transition.message === undefined)) return [];
    const said = particularsGiven(view, event.data, words);
    return said === "" ? [] : [{ event, said }];
  });
  if (told.length === 0) return "";
  return html`<section id="outcomes" class="document" aria-labelledby="outcomes-title"><h2 id="outcomes-title">${words.text("matter.outcomes")}</h2>${told.map(
    ({ event, said }) =>
      html`<h3>${eventName(view.type, event.name, words)} <span class="hint">${timeOf(event.at, desk)}, ${actorName(event.by, names, words)}</span></h3>${said}`,
  )}</section>`;
}
