import { z } from "zod";
import { canonicalText, type Digest, digestOf, type Json, jsonSchema, matterClasses } from "../words/index.ts";
import {
  articleSchema,
  eventNameSchema,
  fieldSchema,
  idSchema,
  labelSchema,
  noteSchema,
  verifySchema,
} from "./field.ts";
import { clockSchema, groundSchema, notAllowedSchema, stateSchema, transitionSchema } from "./life.ts";

const sectionSchema = z.strictObject({ id: idSchema, label: labelSchema });

const instrumentSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  article: articleSchema,
  note: noteSchema,
  verify: verifySchema,
});

const statisticsSchema = z.strictObject({
  countUnit: z.literal("requests").default("requests"),
  outcomes: z
    .record(idSchema, idSchema)
    .describe("For each state that says how a matter came out, the outcome it is counted under."),
  dimensions: z.array(idSchema).default([]).describe("Fields by which matters are counted."),
  offences: idSchema.optional().describe("The field whose first offence gives the ICCS code."),
  persons: idSchema.optional().describe("The field whose persons are counted by sex and age."),
  stages: z
    .array(z.strictObject({ id: idSchema, label: labelSchema, from: eventNameSchema, to: eventNameSchema }))
    .default([])
    .describe("Stretches of time that are measured in days, from one event to another."),
});

const retentionSchema = z
  .strictObject({
    length: z.int().positive(),
    unit: z.enum(["years", "months", "days"]),
    article: articleSchema,
    note: noteSchema,
    verify: verifySchema,
  })
  .describe(
    "How long the contents of a matter are kept after it ended, where the matter itself does not say until when. Each authority sets it by the law of its State: it is no part of what two authorities have to hold alike.",
  );

const followsSchema = z
  .strictObject({
    type: idSchema.describe("The type of the earlier request."),
    states: z.array(idSchema).min(1).describe("States of the earlier one in which this one can follow it."),
    renamed: z
      .record(idSchema, idSchema)
      .default({})
      .describe("Contents of this one that stand in the earlier one under another name."),
    done: z
      .strictObject({ field: idSchema, step: eventNameSchema })
      .describe("The content that says whether the earlier one was done, and the step that did it."),
    reference: idSchema.describe("The content that refers to the earlier one."),
  })
  .describe(
    "A draft of this type begins with what an earlier request says: a help for who writes it, and nothing that two authorities have to hold alike.",
  );

export const matterTypeSchema = z
  .strictObject({
    id: idSchema,
    version: z.int().positive().describe("Raised with every change; open matters keep the version they began with."),
    class: z.enum(matterClasses).default("assistance").describe("What the table of rights takes it for."),
    title: labelSchema,
    description: labelSchema,
    sides: z
      .strictObject({ requesting: labelSchema, requested: labelSchema })
      .describe("What the two sides are called in this type."),
    directions: z.array(z.enum(["outgoing", "incoming"])).min(1),
    instruments: z.array(instrumentSchema).min(1),
    sections: z.array(sectionSchema).min(1),
    fields: z.array(fieldSchema).min(1),
    particulars: z.array(fieldSchema).default([]).describe("What events other than drafting carry: reasons, grounds."),
    initial: z
      .strictObject({ outgoing: idSchema, incoming: idSchema })
      .describe("The state in which a matter begins on the side that sends and on the side that receives."),
    opening: eventNameSchema.describe("The transition by which the other side first learns of the matter."),
    states: z.array(stateSchema).min(2),
    transitions: z.array(transitionSchema).min(1),
    clocks: z.array(clockSchema).default([]),
    grounds: z.array(groundSchema).default([]),
    notAllowed: z.array(notAllowedSchema).default([]).describe("What may not be given as a ground."),
    retention: retentionSchema.optional(),
    follows: z.array(followsSchema).optional(),
    statistics: statisticsSchema,
  })
  .describe("A matter type: what a matter contains, how it lives, what it must keep to, and what of it is counted.");
/** A matter type with everything that it takes from the common contents written out. */
export type MatterType = z.infer<typeof matterTypeSchema>;

/** A matter type as plain JSON: without what is not given. */
export function matterTypeJson(type: MatterType): Json {
  return jsonSchema.parse(JSON.parse(JSON.stringify(type)));
}

/** A version of a matter type in words that no other version has, such as `preservation 2`. */
export function matterTypeVersion({ id, version }: Pick<MatterType, "id" | "version">): string {
  return `${id} ${version}`;
}

/** The digest by which two authorities know that they hold the same version of a matter type. */
export function matterTypeDigest(type: MatterType): Digest {
  // How long something is kept, and what a draft begins with, is for each authority to say.
  const { retention: _, follows: __, ...shared } = type;
  return digestOf(canonicalText(jsonSchema.parse(JSON.parse(JSON.stringify(shared)))));
}

/** The file of contents and steps that several matter types share. */
export const commonContentSchema = z.strictObject({
  sections: z.array(sectionSchema).default([]),
  instruments: z.array(instrumentSchema).default([]),
  fields: z.array(fieldSchema).default([]),
  particulars: z.array(fieldSchema).default([]),
  states: z.array(stateSchema).default([]),
  transitions: z.array(transitionSchema).default([]),
});
export type CommonContent = z.infer<typeof commonContentSchema>;

function orCommon<S extends z.ZodObject>(item: S): z.ZodType {
  const taken = item
    .partial()
    .extend({ common: idSchema.describe("Taken from common.yaml; other keys replace its own.") });
  return z.array(z.union([item, taken]));
}

/** The file of a matter type as a person writes it, as JSON Schema (draft 2020-12), for editors and other programs. */
export function matterTypeJsonSchema(): Record<string, unknown> {
  const written = matterTypeSchema.extend({
    sections: orCommon(sectionSchema),
    instruments: orCommon(instrumentSchema),
    fields: orCommon(fieldSchema),
    particulars: orCommon(fieldSchema).optional(),
    states: orCommon(stateSchema),
    transitions: orCommon(transitionSchema),
  });
  return { title: "Matter type", ...z.toJSONSchema(written, { io: "input" }) };
}
