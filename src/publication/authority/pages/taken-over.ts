import type { MatterView } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import type { DeskWords } from "../messages.ts";

/** Said at a field whose value was taken over and not changed since. */
export function takenOver({ matter }: MatterView, field: string, words: DeskWords): Html | string {
  const opened = matter.events[0]?.id;
  const taken = matter.follows?.fields.includes(field) === true && matter.fields[field]?.event === opened;
  return taken ? html`<p class="hint">${words.text("follow.mark")}</p>` : "";
}
