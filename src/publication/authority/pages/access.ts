import type { MatterView, Person } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import { type Desk, deskAddress, form, timeOf } from "../frame.ts";
import { selectInput, textInput } from "../inputs.ts";
import type { AuthorityMessageKey, DeskWords } from "../messages.ts";
import { actorName, type Names, personName } from "../names.ts";
import type { FormState } from "./simple-forms.ts";

/** What can be done about who may know of a matter: the event, and whether it names a person. */
export const accessActs = {
  seal: { event: "matter-sealed", person: "none" },
  unseal: { event: "matter-unsealed", person: "none" },
  admit: { event: "access-granted", person: "other" },
  withdraw: { event: "access-withdrawn", person: "admitted" },
  declare: { event: "conflict-declared", person: "self" },
  bar: { event: "conflict-declared", person: "other" },
  lift: { event: "conflict-lifted", person: "barred" },
} as const;
export type AccessAct = keyof typeof accessActs;

/** What the page about access is drawn from. */
export interface AccessReading {
  readonly view: MatterView;
  readonly names: Names;
  /** Events that the reader may cause. */
  readonly permitted: ReadonlySet<string>;
  /** People who work at the authority now. */
  readonly people: readonly Pick<Person, "person" | "name">[];
}

/** Which of the acts the reader may do now. */
export function actsFor({ view, permitted }: Pick<AccessReading, "view" | "permitted">): AccessAct[] {
  const { matter } = view;
  const byContent = matter.fields.confidential?.value === true;
  const may: Readonly<Record<AccessAct, boolean>> = {
    seal: permitted.has("matter-sealed") && matter.sealing === undefined,
    unseal: permitted.has("matter-unsealed") && matter.sealing !== undefined && !byContent,
    admit: permitted.has("access-granted"),
    withdraw: permitted.has("access-withdrawn") && matter.admitted.length > 0,
    declare: permitted.has("conflict-declared"),
    // Whoever may admit others may bar them.
    bar: permitted.has("access-granted"),
    lift: permitted.has("conflict-lifted") && matter.conflicts.length > 0,
  };
  return (Object.keys(accessActs) as AccessAct[]).filter((act) => may[act]);
}

/** Who may know of a matter and why, and forms to change it; each form has its own inputs. */
export function accessPage(reading: AccessReading, state: FormState, desk: Desk, words: DeskWords): Html {
  const { view, names } = reading;
  const { matter } = view;
  const entry = (one: MatterView["matter"]["admitted"][number]): Html =>
    html`<li><strong>${personName(names, one.person)}</strong> — <span dir="auto">${words.text("access.why", {
      person: actorName(one.by, names, words),
      time: words.distance(one.at, desk.now),
      reason: one.reason,
    })}</span></li>`;
  return html`<h2>${words.text("access.now")}</h2>${sealingText(reading, desk, words)}
<dl><dt>${words.text("matter.assigned")}</dt><dd>${view.assignee === undefined ? words.text("matter.nobody") : personName(names, view.assignee)}</dd></dl>
<h3>${words.text("access.admitted")}</h3>${
    matter.admitted.length === 0
      ? html`<p>${words.text("access.admittedNone")}</p>`
      : html`<ul>${matter.admitted.map(entry)}</ul>`
  }
<h3>${words.text("access.conflicts")}</h3>${
    matter.conflicts.length === 0
      ? html`<p>${words.text("access.conflictsNone")}</p>`
      : html`<ul>${matter.conflicts.map(entry)}</ul>`
  }
${actsFor(reading).map((act) => actForm(act, reading, state, desk, words))}
<p><a href="${deskAddress(words, ["matters", matter.id])}">${words.text("form.back")}</a></p>`;
}

function sealingText({ view, names }: AccessReading, desk: Desk, words: DeskWords): Html {
  const { matter } = view;
  const { sealing } = matter;
  const said = [
    ...(matter.fields.confidential?.value === true ? [words.text("access.sealedByContent")] : []),
    ...(sealing === undefined
      ? []
      : [
          words.text("access.sealedHere", {
            person: actorName(sealing.by, names, words),
            time: words.distance(sealing.at, desk.now),
            reason: sealing.reason,
          }),
        ]),
  ];
  return html`${(said.length === 0 ? [words.text("access.ordinary")] : said).map((text) => html`<p class="said" dir="auto">${text}</p>`)}`;
}

const hints: Readonly<Partial<Record<AccessAct, AuthorityMessageKey>>> = {
  seal: "access.sealHint",
  admit: "access.admitHint",
  declare: "access.declareHint",
  bar: "access.barHint",
};

function actForm(act: AccessAct, reading: AccessReading, state: FormState, desk: Desk, words: DeskWords): Html {
  const { view, names } = reading;
  const { matter } = view;
  const { person } = accessActs[act];
  const title = words.text(`access.${act}`);
  const hint = hints[act];
  const of = (entries: readonly { readonly person: string }[]) =>
    entries.map((one) => ({ id: one.person, label: personName(names, one.person) }));
  const others = reading.people.filter((one) => one.person !== view.reader.id);
  const choices = { other: of(others), admitted: of(matter.admitted), barred: of(matter.conflicts) };
  return html`<section aria-labelledby="act-${act}"><h2 id="act-${act}">${title}</h2>${hint === undefined ? "" : html`<p>${words.text(hint)}</p>`}${form(
    desk,
    deskAddress(words, ["matters", matter.id, "access"]),
    html`${
      person === "none" || person === "self"
        ? ""
        : selectInput(state, {
            name: `${act}.person`,
            label: words.text("access.person"),
            empty: words.text("form.choose"),
            choices: choices[person],
          })
    }${textInput(state, {
      name: `${act}.reason`,
      label: `${words.text("access.reason")} (${words.text("form.mandatory")})`,
    })}<button>${title}</button>`,
    { act, command: state.command, sequence: String(matter.sequence) },
  )}</section>`;
}

/** What a head of office does in a sealed matter that is not shown. */
export const oversightActs = {
  assign: "assigned",
  admit: "access-granted",
  withdraw: "access-withdrawn",
  bar: "conflict-declared",
  lift: "conflict-lifted",
} as const;
export type OversightAct = keyof typeof oversightActs;

/** The form by which a head of office acts in a sealed matter without seeing it. */
export function oversightPage(
  people: readonly Pick<Person, "person" | "name">[],
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  const acts = Object.keys(oversightActs) as OversightAct[];
  return html`<p>${words.text("oversight.intro")}</p>${form(
    desk,
    deskAddress(words, ["oversight"]),
    html`${textInput(state, { name: "matter", label: words.text("oversight.matter") })}${selectInput(state, {
      name: "act",
      label: words.text("oversight.act"),
      empty: words.text("form.choose"),
      choices: acts.map((act) => ({
        id: act,
        label: words.text(act === "assign" ? "oversight.assign" : `access.${act}`),
      })),
    })}${selectInput(state, {
      name: "person",
      label: words.text("access.person"),
      empty: words.text("form.choose"),
      choices: people.map(({ person, name }) => ({ id: person, label: name })),
    })}${textInput(state, { name: "reason", label: `${words.text("access.reason")} (${words.text("form.mandatory")})` })}<button>${words.text("oversight.button")}</button>`,
    { command: state.command },
  )}`;
}

/** The form by which somebody breaks the glass, with the warning. */
export function emergencyPage(state: FormState, hours: number, desk: Desk, words: DeskWords): Html {
  return html`<p class="warning" role="note"><strong>${words.text("emergency.warning", { hours })}</strong></p>${form(
    desk,
    deskAddress(words, ["emergency"]),
    html`${textInput(state, { name: "matter", label: words.text("emergency.matter") })}${textInput(state, {
      name: "reason",
      label: `${words.text("emergency.reason")} (${words.text("form.mandatory")})`,
      hint: words.text("emergency.reasonHint"),
      kind: "paragraphs",
    })}<button>${words.text("emergency.button")}</button>`,
    { command: state.command },
  )}`;
}

/** What stands above a matter that is read by emergency access. */
export function emergencyNotice(
  emergency: NonNullable<MatterView["emergency"]>,
  desk: Pick<Desk, "timeZone">,
  words: DeskWords,
): Html {
  return html`<p class="warning" role="note" dir="auto"><strong>${words.text("emergency.until", {
    time: words.clock(emergency.until, desk.timeZone),
    reason: emergency.reason,
  })}</strong></p>`;
}

/** An emergency access, for those who watch over it. */
export interface EmergencyEntry {
  readonly who: string;
  readonly at: string;
  readonly reason: string;
  /** The matter as the reader may know it; undefined where it is sealed from the reader. */
  readonly matter: { readonly title: string; readonly address: string | undefined } | undefined;
}

/** Who used emergency access, when and why. */
export function emergencyList(entries: readonly EmergencyEntry[], desk: Desk, words: DeskWords): Html {
  return html`<section class="watch" aria-labelledby="emergencies"><h2 id="emergencies">${words.text("emergency.list")}</h2>${
    entries.length === 0
      ? html`<p>${words.text("emergency.none")}</p>`
      : html`<ul>${entries.map(
          ({ who, at, reason, matter }) =>
            html`<li><strong>${who}</strong>, ${timeOf(at, desk)}, ${
              matter === undefined
                ? words.text("emergency.sealed")
                : matter.address === undefined
                  ? html`<span class="ltr">${matter.title}</span>`
                  : html`<a href="${matter.address}">${matter.title}</a>`
            }: <span dir="auto">${reason}</span></li>`,
        )}</ul>`
  }</section>`;
}
