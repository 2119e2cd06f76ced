import { z } from "zod";
import { parseIccsCode } from "../../iccs/index.ts";
import { conditionHolds, type FieldDefinition, type MatterType } from "../definitions/index.ts";
import { digestSchema, instantSchema, type Json, stateCodeSchema } from "../words/index.ts";

const line = z.string().trim().min(1).max(500);
const paragraphs = z.string().trim().min(1).max(100_000);

/** A person concerned. Sex and birth (or age) are what statistics need; the rest identifies. */
export const concernedPersonSchema = z.strictObject({
  name: line.describe("The name, or how an unknown person is described."),
  aliases: z.array(line).optional(),
  born: z
    .string()
    .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, "a year, a month or a day, such as 1980, 1980-05 or 1980-05-17")
    .optional(),
  age: z.int().min(0).max(130).optional(),
  sex: z.enum(["female", "male", "other", "not-known"]),
  nationality: z.array(stateCodeSchema).optional(),
  location: line.optional(),
  identification: line.optional().describe("Number and kind of an identity document."),
  role: z.enum(["suspect", "accused", "convicted", "victim", "witness", "expert", "owner", "other"]),
  note: paragraphs.optional(),
});
export type ConcernedPerson = z.infer<typeof concernedPersonSchema>;

/** An offence: what national law calls it, and its class in the ICCS. */
export const offenceSchema = z.strictObject({
  national: line.describe("Article of the national law and what it calls the offence."),
  iccs: z.string().refine((code) => parseIccsCode(code).kind === "code", "a code of the ICCS"),
  date: line.optional(),
  place: line.optional(),
  maximumPenalty: line.optional(),
  stage: z.enum(["attempted", "completed"]).optional(),
  participation: line.optional(),
});

const moneySchema = z.strictObject({
  amount: z.string().regex(/^\d{1,15}(\.\d{1,4})?$/, "an amount such as 1250.50"),
  currency: z.string().regex(/^[A-Z]{3}$/, "a currency (ISO 4217)"),
});

/** What stands in the place of a content that is mandatory only where possible. */
const unavailableSchema = z.strictObject({ unavailable: paragraphs });

const distinct = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .min(1)
    .refine((members) => new Set(members).size === members.length, "each only once");

/** What a person may choose for a field, or undefined when it is not a field of choices. */
export function choicesOf(type: MatterType, field: FieldDefinition): readonly string[] | undefined {
  if (field.choicesFrom === "instruments") return type.instruments.map(({ id }) => id);
  if (field.type === "grounds") return type.grounds.filter(({ kind }) => kind === field.groundKind).map(({ id }) => id);
  return field.choices?.map(({ id }) => id);
}

/** The type with those grounds alone that can be given when the fields of a matter have these values. */
export function withGroundsFor(type: MatterType, values: Readonly<Record<string, Json | undefined>>): MatterType {
  return { ...type, grounds: type.grounds.filter(({ when }) => when === undefined || conditionHolds(when, values)) };
}

/** The schema of the value of a field, for forms, messages and the guard alike. */
function valueSchema(type: MatterType, field: FieldDefinition): z.ZodType<Json> {
  const plain = plainSchema(field, choicesOf(type, field) ?? []);
  return field.orReason ? z.union([unavailableSchema, plain]) : plain;
}

/** As `valueSchema`, narrowed to what the value is meant to be, so that a fault is found at its place in it. */
export function valueSchemaFor(type: MatterType, field: FieldDefinition, value: Json): z.ZodType<Json> {
  const reason = typeof value === "object" && value !== null && "unavailable" in value;
  return reason ? valueSchema(type, field) : plainSchema(field, choicesOf(type, field) ?? []);
}

/** Clocks are counted and databases keep dates within these years, whatever is added to them; others are slips. */
const isInCalendars = (text: string): boolean => text >= "1600" && text < "3000";
const yearsMeant = "a year from 1600 to 2999";

function plainSchema(field: FieldDefinition, choices: readonly string[]): z.ZodType<Json> {
  switch (field.type) {
    case "text":
      return line;
    case "long-text":
      return paragraphs;
    case "choice":
      return z.enum(choices);
    case "choices":
    case "grounds":
      return distinct(z.enum(choices));
    case "date":
      return z.iso.date().refine(isInCalendars, yearsMeant);
    case "instant":
      return instantSchema.refine(isInCalendars, yearsMeant);
    case "country":
      return stateCodeSchema;
    case "language":
      return z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language (BCP 47), such as fr");
    case "person-list":
      return z.array(concernedPersonSchema.transform(withoutUndefined)).min(1);
    case "offence-list":
      return z.array(offenceSchema.transform(withoutUndefined)).min(1);
    case "money":
      return moneySchema;
    case "attachment-list":
      return distinct(digestSchema);
    case "boolean":
      return z.boolean();
    case "number":
      return z.number();
    default:
      return field.type satisfies never;
  }
}

function withoutUndefined(entry: Readonly<Record<string, Json | undefined>>): { [key: string]: Json } {
  const kept: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(entry)) if (value !== undefined) kept[key] = value;
  return kept;
}
