import type { Definitions } from "../../evidence/index.ts";
import type { Messages } from "../catalogue.ts";
import { address, type Html, html } from "../html.ts";
import { areaLabel, dimensionLabel, levelLabel } from "../labels.ts";
import type { IndicatorChoice } from "./indicator-input.ts";

/** The form in which area and breakdown are chosen; it needs no script. Areas are grouped by level. */
export function chooser(
  definitions: Definitions,
  messages: Messages,
  indicator: string,
  choice: IndicatorChoice,
  choices: { readonly areas: readonly string[]; readonly groupings: readonly string[] },
): Html {
  const option = (value: string, label: string, chosen: boolean): Html =>
    html`<option value="${value}"${chosen ? html` selected` : ""}>${label}</option>`;
  const groups = areasByLevel(definitions, messages, choices.areas);
  const areas = groups.map(({ level, areas }) => {
    const options = areas.map(({ code, label }) => option(code, label, code === choice.area));
    return level === undefined || groups.length === 1
      ? options
      : html`<optgroup label="${levelLabel(messages, level)}">${options}</optgroup>`;
  });
  return html`<form class="choose" action="${address([messages.language, "indicators", indicator])}" method="get" aria-label="${messages.text("indicator.choose")}">
<label>${messages.text("indicator.area")}<br><select name="area">${areas}</select></label>
<label>${messages.text("indicator.breakdown")}<br><select name="by">${choices.groupings.map((name) =>
    option(name, groupingLabel(messages, name), name === choice.grouping),
  )}</select></label>
<button type="submit">${messages.text("indicator.show")}</button>
</form>`;
}

/** Areas of each level in the order in which levels are first named; within a level by name, in the page's language. */
function areasByLevel(definitions: Definitions, messages: Messages, codes: readonly string[]) {
  const levels = new Map<string | undefined, { readonly code: string; readonly label: string }[]>();
  for (const code of codes) {
    const level = definitions.areas.get(code)?.level;
    const areas = levels.get(level) ?? [];
    areas.push({ code, label: areaLabel(definitions, messages, code) });
    levels.set(level, areas);
  }
  const { compare } = new Intl.Collator(messages.tag);
  return [...levels].map(([level, areas]) => ({
    level,
    areas: areas.sort((a, b) => compare(a.label, b.label) || compare(a.code, b.code)),
  }));
}

/** What a breakdown is called: its dimensions, or the total. */
function groupingLabel(messages: Messages, grouping: string): string {
  if (grouping === "") return messages.text("indicator.total");
  return grouping
    .split(",")
    .map((name) => dimensionLabel(messages, name))
    .join(" × ");
}
