import { z } from "zod";
import { conditionSchema } from "../../iccs/index.ts";
import { roles } from "../words/index.ts";
import {
  articleSchema,
  eventNameSchema,
  idSchema,
  labelSchema,
  noteSchema,
  sideSchema,
  sides,
  verifySchema,
} from "./field.ts";

export const stateSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  open: z.boolean().default(true).describe("false: the matter has ended."),
  acts: z.enum([...sides, "both", "none"]).describe("The side that has to do something next."),
  editable: z.boolean().default(false).describe("Whether the contents of the request may still be changed freely."),
});
export type StateDefinition = z.infer<typeof stateSchema>;

/** Something that must hold before a transition. */
export const guardSchema = z.union([
  z.enum(["complete", "no-open-questions"]),
  z.strictObject({
    event: eventNameSchema.describe("An event that must have happened before."),
    article: articleSchema.optional(),
    verify: verifySchema,
  }),
  z.strictObject({ clockRunning: idSchema, article: articleSchema.optional(), verify: verifySchema }),
  z.strictObject({ holds: conditionSchema, article: articleSchema.optional(), verify: verifySchema }),
]);
export type Guard = z.infer<typeof guardSchema>;

/** The nine evidences of registered electronic mail (ETSI TS 102 640-2), in their own names. */
const evidenceNames = [
  "SubmissionAcceptanceRejection",
  "RelayREMMDAcceptanceRejection",
  "RelayREMMDFailure",
  "DeliveryNonDeliveryToRecipient",
  "DownloadNonDownloadByRecipient",
  "RetrievalNonRetrievalByRecipient",
  "AcceptanceRejectionByRecipient",
  "RelayToNonREMSystem",
  "ReceivedFromNonREMSystem",
] as const;

export const transitionSchema = z.strictObject({
  name: eventNameSchema.describe("Name of the event that it leaves behind."),
  label: labelSchema.describe("What the button says."),
  from: z.union([z.literal("any-open"), z.array(idSchema).min(1)]),
  to: idSchema.describe("The state that follows; `same`: the state stays."),
  side: z.enum([...sides, "either"]),
  roles: z
    .array(z.enum([...roles, "system"]))
    .min(1)
    .describe("Who may do it; system stands for a clock or the exchange."),
  fourEyes: z
    .enum(["draft", "proposal"])
    .optional()
    .describe("draft: by nobody who wrote the request; proposal: by another person than the one who proposed it."),
  needs: z.array(idSchema).default([]).describe("Particulars that the event itself must carry."),
  accepts: z.array(idSchema).default([]).describe("Particulars that it may carry."),
  requires: z.array(guardSchema).default([]),
  message: idSchema.optional().describe("The message to the other side."),
  carries: z
    .literal("contents")
    .optional()
    .describe("The event keeps, and the message carries, all contents that are shared as they stand."),
  evidence: z.enum(evidenceNames).optional().describe("The evidence of the exchange that brings it about."),
  article: articleSchema.optional(),
  note: noteSchema,
  verify: verifySchema,
});
export type Transition = z.infer<typeof transitionSchema>;

const timeUnits = ["hours", "days", "working-days"] as const;
export const alarmClasses = ["liberty", "loss-of-data", "legal", "service"] as const;

export const clockSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  runsAt: z.enum([...sides, "both"]).describe("The side that watches it."),
  startsOn: z
    .array(eventNameSchema)
    .min(1)
    .describe("Events that start it, or start it anew; `opened` only where the matter arrives."),
  when: conditionSchema.optional().describe("It starts only when this holds of the fields."),
  length: z.int().positive(),
  unit: z.enum(timeUnits),
  calendar: sideSchema.default("requested").describe("The State whose calendar and time zone count."),
  from: z
    .array(idSchema)
    .default([])
    .describe("Moments among the particulars of the starting event; the first that is given is the beginning."),
  until: z
    .array(idSchema)
    .default([])
    .describe("Dates among the particulars of the starting event, or fields; the first that is given is the end."),
  pausedOn: z.array(eventNameSchema).default([]),
  resumedOn: z.array(eventNameSchema).default([]),
  stopsOn: z.array(eventNameSchema).default([]),
  warnings: z.array(z.strictObject({ before: z.int().positive(), unit: z.enum(timeUnits) })).default([]),
  atExpiry: z.strictObject({
    effect: z.enum(["lapse", "release", "escalate", "none"]),
    transition: eventNameSchema.optional().describe("The transition that the expiry itself makes."),
  }),
  alarm: z.enum(alarmClasses).describe("liberty is the highest: a person goes free or stays held."),
  article: articleSchema,
  note: noteSchema,
  verify: verifySchema,
});
export type ClockDefinition = z.infer<typeof clockSchema>;

export const groundSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  kind: z.enum(["refuse", "postpone"]),
  binding: z.enum(["mandatory", "optional"]).default("optional"),
  when: conditionSchema.optional().describe("It can be given only when this holds of the fields."),
  article: articleSchema,
  note: noteSchema,
  verify: verifySchema,
});

/** What may never be given as a ground, such as bank secrecy. */
export const notAllowedSchema = z.strictObject({
  id: idSchema,
  label: labelSchema,
  article: articleSchema,
  note: noteSchema,
  verify: verifySchema,
});
