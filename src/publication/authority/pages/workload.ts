import type { MatterType, Person, PersonMatters, StoredMatter, Workload } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { choiceInputs, selectInput, textInput } from "../inputs.ts";
import type { DeskWords } from "../messages.ts";
import { type Names, personName, stateName } from "../names.ts";
import type { FormState } from "./simple-forms.ts";

/** What the page of the workload is drawn from. */
export interface WorkloadReading {
  readonly workload: Workload;
  readonly types: ReadonlyMap<string, MatterType>;
  readonly names: Names;
  /** The period of the ended matters, in days, and those that can be chosen. */
  readonly days: number;
  readonly periods: readonly number[];
}

/** The open matters of an office by person, state and age, what is overdue, and how matters ended. */
export function workloadPage(reading: WorkloadReading, desk: Desk, words: DeskWords): Html {
  const { workload, days, periods } = reading;
  return html`${peopleTable(reading, desk, words)}
<p><a href="${deskAddress(words, ["oversight"])}">${words.text("workload.sealedLink")}</a></p>
${overdueTable(reading, desk, words)}
${countTable(
  "states",
  words.text("workload.states"),
  [words.text("queue.type"), words.text("queue.state"), words.text("workload.matters")],
  workload.states.map(({ type, state, matters }) => [...typeAndState(reading, type, state, words), String(matters)]),
)}
${countTable(
  "ages",
  words.text("workload.ages"),
  [words.text("workload.age"), words.text("workload.matters")],
  workload.ages.map(({ below, matters }) => [
    below === null ? words.text("workload.above") : words.text("workload.below", { days: below }),
    String(matters),
  ]),
)}
${
  workload.ended.length === 0
    ? html`<h2>${words.text("workload.ended", { days })}</h2><p>${words.text("workload.endedNone")}</p>`
    : countTable(
        "ended",
        words.text("workload.ended", { days }),
        [words.text("queue.type"), words.text("queue.state"), words.text("workload.matters")],
        workload.ended.map(({ type, state, matters }) => [
          ...typeAndState(reading, type, state, words),
          String(matters),
        ]),
      )
}
<form class="choose" method="get" action="${deskAddress(words, ["workload"])}"><p><label for="w-days">${words.text("workload.period")}</label> <select id="w-days" name="days">${periods.map(
    (period) =>
      html`<option value="${period}"${period === days ? html` selected` : ""}>${words.text("workload.days", { days: period })}</option>`,
  )}</select></p><button>${words.text("workload.show")}</button></form>`;
}

function typeAndState({ types }: WorkloadReading, id: string, state: string, words: DeskWords): [string, string] {
  const type = types.get(id);
  return type === undefined ? [id, state] : [words.label(type.title), stateName(type, state, words)];
}

/** A table of counts: its last column is a number. */
function countTable(id: string, title: string, heads: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<h2 id="${id}">${title}</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="${id}"><table><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`,
  )}</tbody></table></div>`;
}

function peopleTable({ workload, names }: WorkloadReading, desk: Desk, words: DeskWords): Html {
  const heads = ["person", "open", "urgent", "overdue", "sealed", "oldest"] as const;
  return html`<h2 id="people">${words.text("workload.people")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="people"><table><thead><tr>${heads.map(
    (head) => html`<th scope="col">${words.text(`workload.${head}`)}</th>`,
  )}<th scope="col">${words.text("workload.give")}</th></tr></thead><tbody>${workload.people.map(
    (
      load,
    ) => html`<tr><th scope="row">${load.person === null ? words.text("matter.nobody") : personName(names, load.person)}</th>
<td>${load.open}</td><td>${load.urgent}</td><td>${load.overdue > 0 ? html`<strong class="mark">${load.overdue}</strong>` : "0"}</td><td>${load.sealed}</td>
<td>${load.oldest === null ? "—" : html`${words.distance(load.oldest, desk.now)} <span class="small">(${timeOf(load.oldest, desk)})</span>`}</td>
<td>${
      load.person === null
        ? "—"
        : html`<a href="${deskAddress(words, ["workload", load.person])}" aria-label="${words.text("give.title", { person: personName(names, load.person) })}">${words.text("workload.give")}</a>`
    }</td></tr>`,
  )}</tbody></table></div>`;
}

function overdueTable({ workload, types, names }: WorkloadReading, desk: Desk, words: DeskWords): Html {
  if (workload.overdue.length === 0)
    return html`<h2>${words.text("workload.clocks")}</h2><p>${words.text("workload.clocksNone")}</p>`;
  return html`<h2 id="overdue">${words.text("workload.clocks")}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="overdue"><table><thead><tr>${[
    words.text("queue.reference"),
    words.text("matter.clock"),
    words.text("matter.due"),
    words.text("matter.assigned"),
  ].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${workload.overdue.map((one) => {
    const clock = types
      .get(one.type)
      ?.clocks.find(({ id }) => id === one.clock.replace(/-\d+$/, "") || id === one.clock);
    return html`<tr><th scope="row"><a href="${deskAddress(words, ["matters", one.matter])}">${one.reference ?? words.text("queue.noReference", { id: one.matter.slice(-6) })}</a></th>
<td>${clock === undefined ? one.clock : words.label(clock.label)}</td><td>${words.distance(one.due, desk.now)} <span class="small">(${timeOf(one.due, desk)})</span></td>
<td>${one.assignee === null ? words.text("matter.nobody") : personName(names, one.assignee)}</td></tr>`;
  })}</tbody></table></div>`;
}

/** The form by which a head gives the matters of a person to another one. */
export function givingPage(
  at: {
    readonly person: string;
    readonly matters: PersonMatters;
    readonly types: ReadonlyMap<string, MatterType>;
    readonly people: readonly Pick<Person, "person" | "name">[];
  },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const { matters, sealed } = at.matters;
  const title = (matter: StoredMatter): string => {
    const type = at.types.get(matter.type);
    const name = matter.reference ?? words.text("queue.noReference", { id: matter.matter.slice(-6) });
    return type === undefined ? name : `${name} — ${words.label(type.title)}, ${stateName(type, matter.state, words)}`;
  };
  const choices = [
    ...matters.map((matter) => ({ id: matter.matter, label: title(matter) })),
    ...(sealed === 0 ? [] : [{ id: "sealed", label: words.text("give.sealed", { count: sealed }) }]),
  ];
  return html`<p>${words.text("give.intro")}</p>${
    choices.length === 0
      ? html`<p>${words.text("give.none")}</p>`
      : form(
          desk,
          deskAddress(words, ["workload", at.person]),
          html`${choiceInputs(state, { kind: "checkbox", name: "matter", label: words.text("give.which"), choices })}${selectInput(
            state,
            {
              name: "to",
              label: words.text("give.to"),
              empty: words.text("form.choose"),
              choices: at.people.map(({ person, name }) => ({ id: person, label: name })),
            },
          )}${textInput(state, { name: "reason", label: `${words.text("give.reason")} (${words.text("form.mandatory")})` })}<button>${words.text("give.button")}</button>`,
          { command: state.command },
        )
  }<p><a href="${deskAddress(words, ["workload"])}">${words.text("workload.title")}</a></p>`;
}
