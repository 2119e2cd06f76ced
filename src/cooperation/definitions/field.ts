import { z } from "zod";
import { conditionSchema } from "../../iccs/index.ts";

export const idSchema = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case words joined by hyphens");
/** Names of events have no digits, so that they fit the name of an event. */
export const eventNameSchema = z.string().regex(/^[a-z]+(-[a-z]+)*$/, "lower-case words joined by hyphens");

const words = z.string().trim().min(1);
/** A text in the three languages of the pages. */
export const labelSchema = z.strictObject({ en: words, zh: words, ar: words });
export type Label = z.infer<typeof labelSchema>;

export const articleSchema = words.describe("The provision it rests on, such as UNTOC art. 18(15)(a).");
export const verifySchema = z
  .literal(true)
  .optional()
  .describe("Written from general knowledge of the instrument: a lawyer has to compare it with the official text.");
export const noteSchema = words.optional().describe("What a lawyer or an officer should know about it.");

export const sides = ["requesting", "requested"] as const;
export type Side = (typeof sides)[number];
export const sideSchema = z.enum(sides);

const fieldTypes = [
  "text",
  "long-text",
  "choice",
  "choices",
  "date",
  "instant",
  "country",
  "language",
  "person-list",
  "offence-list",
  "money",
  "attachment-list",
  "boolean",
  "number",
  "grounds",
] as const;

const sensitivities = ["official", "personal", "restricted"] as const;

const choiceSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  article: articleSchema.optional(),
  verify: verifySchema,
});

/** A content of a matter, or a particular of one of its events. */
export const fieldSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  type: z.enum(fieldTypes),
  section: idSchema.optional().describe("The section of the form; needed for the fields of a matter."),
  choices: z.array(choiceSchema).min(1).optional().describe("What may be chosen, for choice and choices."),
  choicesFrom: z.literal("instruments").optional().describe("The choices are the instruments of the matter type."),
  groundKind: z.enum(["refuse", "postpone"]).optional().describe("Which grounds may be named, for the type grounds."),
  required: z.boolean().default(false).describe("Always a mandatory content."),
  requiredWhen: conditionSchema.optional().describe("A mandatory content when this holds of the other fields."),
  orReason: z
    .boolean()
    .default(false)
    .describe("Mandatory only where possible: a reason why it cannot be given may stand in its place."),
  article: articleSchema.optional(),
  note: noteSchema,
  verify: verifySchema,
  sensitivity: z
    .enum(sensitivities)
    .default("official")
    .describe(
      "official: seen by all who see the matter; personal: data of persons; restricted: encrypted to its readers.",
    ),
  setBy: z
    .enum([...sides, "either"])
    .default("requesting")
    .describe("The side that gives it."),
  shared: z.boolean().default(true).describe("Whether it is sent to the other side."),
  iccs: z
    .literal("principal-offence")
    .optional()
    .describe("The first offence of this list is the principal one, by whose ICCS code the matter is counted."),
  atLeastDaysAhead: z
    .int()
    .positive()
    .optional()
    .describe("A date that must lie at least so many days after the day on which it is given."),
});
export type FieldDefinition = z.infer<typeof fieldSchema>;
