import { z } from "zod";
import { frequencies } from "../periods/index.ts";

/** An identifier of a definition: lower case letters, digits and hyphens, as it appears in addresses and file names. */
export const identifierSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens")
  .describe("Identifier: lower-case letters, digits and hyphens; it appears in addresses and file names.");

/** A column or dimension name: what follows from it stands as a column in every table and download. */
export const columnNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "lower-case letters, digits and underscores, beginning with a letter")
  .describe("Column name: lower-case letters, digits and underscores.");

/** The six official languages of the United Nations, by their ISO 639-1 codes. */
export const languageSchema = z.enum(["en", "zh", "ar", "es", "fr", "ru"]).describe("Language (ISO 639-1).");
export type Language = z.infer<typeof languageSchema>;

/** A text in one or more languages; a plain string is English. */
export const localTextSchema = z
  .union([z.string().min(1), z.partialRecord(languageSchema, z.string().min(1))])
  .transform((text): LocalText => (typeof text === "string" ? { en: text } : text))
  .describe("Text: a plain string (English) or one text per language.");
export type LocalText = Readonly<Partial<Record<Language, string>>>;

/** What is counted. Counts of different units are never added (promise 2, and the word "count unit" of the design). */
const countUnits = [
  "offences",
  "incidents",
  "victims",
  "suspects",
  "persons-arrested",
  "persons-prosecuted",
  "persons-convicted",
  "persons-held",
  "places",
  "persons",
  "deaths",
  "cases",
  "requests",
] as const;
export const countUnitSchema = z
  .enum(countUnits)
  .describe("What is counted. `persons` is for populations, `places` for prison capacity.");

export const frequencySchema = z
  .enum(frequencies)
  .describe("Frequency: A annual, Q quarterly, M monthly, W weekly (ISO weeks, Monday first), D daily.");

/** A calendar date as written in definitions: `YYYY-MM-DD`, really existing. */
export const dateSchema = z.iso.date().describe("Date, YYYY-MM-DD.");
