import type { MatterType, Partner, Person } from "../../../cooperation/index.ts";
import { type Html, html } from "../../html.ts";
import type { FormValues } from "../form-values.ts";
import { type Desk, deskAddress, type Fault, form } from "../frame.ts";
import { selectInput, type TextInput, textInput } from "../inputs.ts";
import type { AuthorityMessageKey, DeskWords } from "../messages.ts";
import { roleName } from "../names.ts";

/** A form as it is shown: what was typed, and what is wrong with it. */
export interface FormState {
  readonly values: FormValues;
  readonly faults: readonly Fault[];
  /** Made once for the form, so that a form sent twice does one thing. */
  readonly command: string;
}

/**
 * Where a person says who they are.
 *
 * @param people - Invented people to choose from; where there are none, a name is typed.
 * @param to - The page that was asked for, as the address carries it.
 */
export function signInPage(
  people: readonly (Pick<Person, "name" | "roles"> & { readonly signInName: string })[],
  state: FormState,
  to: string | undefined,
  desk: Desk,
  words: DeskWords,
): Html {
  return form(
    desk,
    deskAddress(words, ["sign-in"], { to }),
    html`${
      people.length === 0
        ? textInput(state, { name: "person", label: words.text("signIn.name"), kind: "username" })
        : selectInput(state, {
            name: "person",
            label: words.text("signIn.person"),
            empty: words.text("signIn.choose"),
            choices: people.map(({ signInName, name, roles }) => ({
              id: signInName,
              label: `${name} (${roles.map((role) => roleName(words, role)).join(", ")})`,
            })),
          })
    }${textInput(state, {
      name: "password",
      label: words.text("signIn.password"),
      kind: "password",
      hint: people.length === 0 ? undefined : words.text("signIn.invented"),
    })}<button>${words.text("signIn.button")}</button>`,
  );
}

/** Where a matter begins. */
export function newMatterPage(
  types: readonly MatterType[],
  partners: readonly Partner[],
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  return form(
    desk,
    deskAddress(words, ["new"]),
    html`${selectInput(state, {
      name: "type",
      label: words.text("new.type"),
      empty: words.text("new.choose"),
      choices: types.map(({ id, title }) => ({ id, label: words.label(title) })),
    })}${selectInput(state, {
      name: "partner",
      label: words.text("new.partner"),
      empty: words.text("new.choose"),
      choices: partners.map(({ authority, name, state: code }) => ({ id: authority, label: `${name} (${code})` })),
    })}<button>${words.text("new.button")}</button>`,
    { command: state.command },
  );
}

/** Entries that all matters know: which event each leaves, and its inputs. */
export const entries = {
  consultation: {
    event: "consultation-held",
    title: "consultation.title",
    inputs: [
      ["held", "consultation.held", "short", true],
      ["summary", "consultation.summary", "paragraphs", true],
      ["means", "consultation.means", "line", false],
    ],
  },
  question: {
    event: "information-asked",
    title: "question.title",
    inputs: [["text", "question.text", "paragraphs", true]],
  },
  answer: {
    event: "information-supplied",
    title: "answer.title",
    inputs: [["text", "answer.text", "paragraphs", true]],
  },
  note: { event: "note", title: "note.title", inputs: [["text", "note.text", "paragraphs", true]] },
  assign: { event: "assigned", title: "assign.title", inputs: [["reason", "assign.reason", "paragraphs", false]] },
  decline: {
    event: "proposal-declined",
    title: "decline.title",
    inputs: [["reason", "decline.reason", "paragraphs", true]],
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly event: string;
      readonly title: AuthorityMessageKey;
      readonly inputs: readonly (readonly [string, AuthorityMessageKey, NonNullable<TextInput["kind"]>, boolean])[];
    }
  >
>;
export type EntryKind = keyof typeof entries;

/** The form of an entry. */
export function entryPage(
  kind: EntryKind,
  at: {
    readonly target: string;
    readonly back: string;
    readonly sequence: number;
    readonly quoted: string | undefined;
    readonly people: readonly Pick<Person, "person" | "name">[];
  },
  state: FormState,
  desk: Desk,
  words: DeskWords,
): Html {
  return html`${at.quoted === undefined ? "" : html`<blockquote dir="auto">${at.quoted}</blockquote>`}${form(
    desk,
    at.target,
    html`${
      kind === "assign"
        ? selectInput(state, {
            name: "person",
            label: words.text("assign.person"),
            empty: words.text("form.choose"),
            choices: at.people.map(({ person, name }) => ({ id: person, label: name })),
          })
        : ""
    }${entries[kind].inputs.map(([name, label, shape, needed]) =>
      textInput(state, {
        name,
        label: `${words.text(label)} (${words.text(needed ? "form.mandatory" : "form.optional")})`,
        kind: shape,
        hint: shape === "short" ? words.text("form.dateHint") : undefined,
      }),
    )}<button>${words.text(entries[kind].title)}</button>`,
    { command: state.command, sequence: String(at.sequence) },
  )}<p><a href="${at.back}">${words.text("form.back")}</a></p>`;
}
