import { Temporal } from "temporal-polyfill";
import type { FieldDefinition, Json } from "../../cooperation/index.ts";

/** What a form holds: the texts of each input, as they were typed. */
export type FormValues = Readonly<Record<string, readonly string[]>>;

const personKeys = ["name", "sex", "born", "age", "nationality", "location", "identification", "role"] as const;
const offenceKeys = ["national", "iccs", "date", "place", "maximumPenalty"] as const;
/** Inputs of one entry of a list. */
export const entryKeys = { "person-list": personKeys, "offence-list": offenceKeys } as const;
/** Entries of a list that a form takes, so that what is sent stays small. */
const mostEntries = 200;

/** Whether a value is an object of values, and no list. */
export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value);

/** The inputs of a field as its value fills them; a moment in the time of the zone, with its distance from UTC. */
export function inputsOf(field: FieldDefinition, value: Json | undefined, timeZone: string): FormValues {
  const { id } = field;
  if (value === undefined || value === null) return {};
  if (isObject(value) && "unavailable" in value) return { [`${id}.unavailable`]: [textOf(value.unavailable)] };
  switch (field.type) {
    case "choices":
    case "grounds":
    case "attachment-list":
      return { [id]: Array.isArray(value) ? value.map(textOf) : [textOf(value)] };
    case "boolean":
      return { [id]: [value === true ? "yes" : "no"] };
    case "money":
      return isObject(value)
        ? { [`${id}.amount`]: [textOf(value.amount)], [`${id}.currency`]: [textOf(value.currency)] }
        : {};
    case "person-list":
    case "offence-list": {
      if (!Array.isArray(value)) return {};
      const keys = entryKeys[field.type];
      return Object.fromEntries(
        value.flatMap((entry: Json, index: number) =>
          keys.map((key) => [`${id}.${index}.${key}`, [isObject(entry) ? textOf(entry[key]) : ""]] as const),
        ),
      );
    }
    case "instant":
      return { [id]: [localText(textOf(value), timeZone)] };
    default:
      return { [id]: [textOf(value)] };
  }
}

const first = (form: FormValues, name: string): string => (form[name]?.[0] ?? "").trim();

/** How many entries of a list a form holds, the empty one at its end among them. */
export function entriesOf(field: FieldDefinition, form: FormValues): number {
  const found = Object.keys(form).flatMap((name) => {
    const [id, index] = name.split(".");
    return id === field.id && index !== undefined && /^\d{1,3}$/.test(index) ? [Number(index) + 1] : [];
  });
  return Math.min(Math.max(0, ...found), mostEntries);
}

/**
 * The value that the inputs of a field stand for, as typed: whether it fits is decided elsewhere. null: nothing given.
 *
 * @param timeZone - In which a moment is meant that says no distance from UTC of its own.
 */
export function typedValue(field: FieldDefinition, form: FormValues, timeZone: string): Json {
  const { id } = field;
  const unavailable = field.orReason ? first(form, `${id}.unavailable`) : "";
  const given = givenValue(field, form, timeZone);
  return given === null && unavailable !== "" ? { unavailable } : given;
}

function givenValue(field: FieldDefinition, form: FormValues, timeZone: string): Json {
  const { id } = field;
  const text = first(form, id);
  switch (field.type) {
    case "choices":
    case "grounds":
    case "attachment-list": {
      const chosen = (form[id] ?? []).filter((one) => one !== "");
      return chosen.length === 0 ? null : chosen;
    }
    case "boolean":
      return text === "yes" ? true : text === "no" ? false : null;
    case "number":
      return text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
    case "money": {
      const [amount, currency] = [first(form, `${id}.amount`), first(form, `${id}.currency`).toUpperCase()];
      return amount === "" && currency === "" ? null : { amount, currency };
    }
    case "country":
      return text === "" ? null : text.toUpperCase();
    case "instant":
      return text === "" ? null : instantText(text, timeZone);
    case "person-list":
    case "offence-list": {
      const entries = Array.from({ length: entriesOf(field, form) }, (_, index) => entryOf(field, form, index));
      const kept = entries.filter((entry) => entry !== null);
      return kept.length === 0 ? null : kept;
    }
    default:
      return text === "" ? null : (form[id]?.[0] ?? "").replaceAll("\r\n", "\n").trim();
  }
}

/** A moment that was typed, in UTC; the text itself where it is none, or one that a change of clocks has twice or never. */
function instantText(text: string, timeZone: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}) ?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (found === null) return text;
  const [, day, minute, distance] = found;
  try {
    const moment =
      distance === undefined
        ? Temporal.PlainDateTime.from(`${day}T${minute}`).toZonedDateTime(timeZone, { disambiguation: "reject" })
        : Temporal.Instant.from(`${day}T${minute}${distance}`);
    return new Date(moment.epochMilliseconds).toISOString();
  } catch (error) {
    if (error instanceof RangeError) return text;
    throw error;
  }
}

/** A moment as it is typed: to the minute, with the distance from UTC, so that it is the same one when it comes back. */
function localText(at: string, timeZone: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00\.000Z$/.test(at)) return at;
  const local = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone);
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: "minute" })}${local.offset}`;
}

/** An entry with nothing in it is none. */
function entryOf(field: FieldDefinition, form: FormValues, index: number): Json {
  if (field.type !== "person-list" && field.type !== "offence-list") return null;
  const keys = entryKeys[field.type];
  const texts = keys.map((key) => [key, first(form, `${field.id}.${index}.${key}`)] as const);
  if (texts.every(([, text]) => text === "")) return null;
  return Object.fromEntries(
    texts.flatMap(([key, text]): [string, Json][] => {
      if (text === "") return [];
      if (key === "age") return [[key, /^\d+$/.test(text) ? Number(text) : text]];
      if (key === "nationality")
        return [
          [
            key,
            text
              .split(/[\s,;]+/)
              .filter((code) => code !== "")
              .map((code) => code.toUpperCase()),
          ],
        ];
      return [[key, text]];
    }),
  );
}
