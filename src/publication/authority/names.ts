import type { Actor, MatterType, Partner, Person, Refusal, Role } from "../../cooperation/index.ts";
import type { Fault } from "./frame.ts";
import type { DeskWords } from "./messages.ts";

/** Who is who: names for the identifiers in a history. */
export interface Names {
  readonly people: readonly Pick<Person, "person" | "name">[];
  readonly partners: readonly Pick<Partner, "authority" | "name">[];
}

export const personName = (names: Names, id: string): string =>
  names.people.find(({ person }) => person === id)?.name ?? id;
export const partnerName = (names: Names, id: string | null | undefined): string =>
  names.partners.find(({ authority }) => authority === id)?.name ?? id ?? "—";
export const roleName = (words: DeskWords, role: Role): string => words.text(`role.${role}`);

/** Who acted, in words. */
export function actorName(by: Actor, names: Names, words: DeskWords): string {
  if (by.kind === "system") return words.text("role.system");
  if (by.kind === "authority") return partnerName(names, by.authority);
  return `${personName(names, by.person)} (${roleName(words, by.role)})`;
}

/** A state as its matter type calls it. */
export function stateName(type: MatterType, id: string, words: DeskWords): string {
  const state = type.states.find((one) => one.id === id);
  return state === undefined ? id : words.label(state.label);
}

/** An event as its matter type, or the catalogue, calls it. */
export function eventName(type: MatterType, name: string, words: DeskWords): string {
  const transition = type.transitions.find((one) => one.name === name);
  return transition === undefined ? words.dynamic(`event.${name}`, name) : words.label(transition.label);
}

/** A field or particular as its matter type calls it. */
export function fieldName(type: MatterType, id: string, words: DeskWords): string {
  const field = [...type.fields, ...type.particulars].find((one) => one.id === id);
  return field === undefined ? id : words.label(field.label);
}

/** A field, and which cell of which entry where it is a list of persons or offences. */
function placeName(
  type: MatterType,
  field: string,
  entry: string | undefined,
  cell: string | undefined,
  words: DeskWords,
): string {
  const name = fieldName(type, field, words);
  const kind = type.fields.find(({ id }) => id === field)?.type;
  if (!/^\d+$/.test(entry ?? "") || (kind !== "person-list" && kind !== "offence-list")) return name;
  const one = kind === "person-list" ? "person" : "offence";
  const numbered = words.text(`form.${one}`, { number: Number(entry) + 1 });
  return [name, numbered, ...(cell === undefined ? [] : [words.dynamic(`${one}.${cell}`, cell)])].join(" · ");
}

function foundName(type: MatterType, found: string, words: DeskWords): string {
  const known = [...type.notAllowed, ...type.grounds].find(({ id }) => id === found);
  return known === undefined ? found : words.label(known.label);
}

/** The choices of a field that a condition asks for, as the form calls them. */
function wantedName(type: MatterType, field: string | undefined, wanted: string, words: DeskWords): string {
  const choices = type.fields.find(({ id }) => id === field)?.choices ?? [];
  return words.list(
    wanted.split(", ").map((one) => {
      const label = choices.find(({ id }) => id === one)?.label;
      return label === undefined ? one : words.label(label);
    }),
  );
}

/**
 * A refusal in the reader's language with its article, at its input.
 *
 * @param inputs - Names of the inputs that the page has; a refusal of another field is said for the form as a whole.
 */
export function faultOf(refusal: Refusal, type: MatterType, words: DeskWords, inputs: readonly string[] = []): Fault {
  const { field, code, found, expected: technical, article, at } = refusal;
  // A rule of custody is named by what was found; its sentence stands in the catalogue.
  const expected =
    code === "custody-not-possible"
      ? words.dynamic(found, technical)
      : code === "condition-not-met"
        ? wantedName(type, field, technical, words)
        : technical;
  const [entry, cell] = (at ?? "").split(".");
  const input = field !== undefined && inputs.includes(field) ? field : undefined;
  return {
    // An entry of a list as a whole has no input of its own; its cells have, and so have the parts of an amount.
    input: input === undefined || at === undefined || /^\d+$/.test(at) ? input : `${input}.${at}`,
    text: words.text(`refusal.${code}`, {
      field: field === undefined ? "" : placeName(type, field, entry, cell, words),
      found: foundName(type, found, words),
      expected,
      step: eventName(type, expected, words),
    }),
    article,
  };
}

/** A refusal as one sentence, for a list. */
export function refusalText(refusal: Refusal, type: MatterType, words: DeskWords): string {
  const { text, article } = faultOf(refusal, type, words);
  return article === undefined ? text : `${text} ${words.text("error.article", { article })}`;
}
