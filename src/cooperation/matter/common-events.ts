import { z } from "zod";
import { authorisationSchema, custodyDataSchema, exhibitNumberSchema } from "../custody/index.ts";
import { idSchema, sideSchema } from "../definitions/index.ts";
import {
  authorityIdSchema,
  digestSchema,
  eventIdSchema,
  jsonObjectSchema,
  jsonSchema,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
  type Role,
} from "../words/index.ts";
import { erasureGroundSchema } from "./erasure-ground.ts";

const words = z.string().trim().min(1).max(100_000);
const line = z.string().trim().min(1).max(500);
const messageSchema = z.uuid();
const values = z.record(idSchema, jsonSchema);

/** The data of each event that all matters share. */
export const commonEventData = {
  opened: z.strictObject({
    type: idSchema,
    typeVersion: z.int().positive(),
    side: sideSchema,
    partner: authorityIdSchema.optional(),
    values: values.optional(),
    /** The own matter that it follows, and which of its values were taken over from there. */
    follows: z.strictObject({ matter: matterIdSchema, fields: z.array(idSchema) }).optional(),
  }),
  /** null takes a value away. */
  "fields-set": z.strictObject({ values }),
  "field-corrected": z.strictObject({
    field: idSchema,
    value: jsonSchema,
    reason: words,
    proposal: eventIdSchema.optional(),
  }),
  assigned: z.strictObject({ person: personIdSchema, office: officeIdSchema, reason: words.optional() }),
  "attachment-added": z.strictObject({
    digest: digestSchema,
    name: line,
    mediaType: line,
    bytes: z.int().min(0),
    shared: z.boolean().default(false),
  }),
  "consultation-held": z.strictObject({ held: z.iso.date(), summary: words, means: line.optional() }),
  "information-asked": z.strictObject({ text: words }),
  "information-supplied": z.strictObject({ question: eventIdSchema, text: words, values: values.optional() }),
  /** `matter`: the own matter that the note is about. */
  note: z.strictObject({ text: words, matter: matterIdSchema.optional() }),
  proposed: z.strictObject({ name: idSchema, data: jsonObjectSchema }),
  "proposal-declined": z.strictObject({ proposal: eventIdSchema, reason: words }),
  "clock-expired": z.strictObject({ clock: idSchema }),
  "matter-sealed": z.strictObject({ reason: words }),
  "matter-unsealed": z.strictObject({ reason: words }),
  "access-granted": z.strictObject({ person: personIdSchema, reason: words }),
  "access-withdrawn": z.strictObject({ person: personIdSchema, reason: words }),
  "conflict-declared": z.strictObject({ person: personIdSchema, reason: words }),
  "conflict-lifted": z.strictObject({ person: personIdSchema, reason: words }),
  /** A message that was given up is tried again. */
  "sending-resumed": z.strictObject({ message: messageSchema, reason: words }),
  /** A person dealt with a message that the other side did not take. */
  "failure-settled": z.strictObject({ message: messageSchema, reason: words }),
  "custody-recorded": custodyDataSchema,
  /** Somebody wants the key of an item destroyed; another person has to do it. */
  "destruction-proposed": z.strictObject({
    exhibitNumber: exhibitNumberSchema,
    reason: words,
    authorisation: authorisationSchema,
  }),
  "destruction-declined": z.strictObject({ exhibitNumber: exhibitNumberSchema, reason: words }),
  /** The contents are kept, however long, until the hold is lifted. */
  "hold-placed": z.strictObject({ reason: words }),
  "hold-lifted": z.strictObject({ reason: words }),
  /** Somebody wants the contents of the matter erased; another person has to do it. */
  "erasure-proposed": z.strictObject({ ground: erasureGroundSchema, reason: words }),
  "erasure-declined": z.strictObject({ proposal: eventIdSchema, reason: words }),
} as const;
export type CommonEventName = keyof typeof commonEventData;

/** The data of an event that all matters share. */
export type CommonEventData<Name extends CommonEventName> = z.infer<(typeof commonEventData)[Name]>;

export function isCommonEvent(name: string): name is CommonEventName {
  return Object.hasOwn(commonEventData, name);
}

interface CommonRule {
  readonly roles: readonly (Role | "system")[];
  /** The message by which the other side learns of it; undefined for what stays inside. */
  readonly message: string | undefined;
}

const working = ["case-officer", "contact-point", "executing-officer", "approver", "head-of-office"] as const;
const handling = ["case-officer", "contact-point", "executing-officer"] as const;
const sending = ["case-officer", "contact-point", "head-of-office"] as const;

/** Events that say who may know of a matter: a head of office causes them also where a sealed matter is not shown. */
export const oversightEvents: readonly CommonEventName[] = [
  "assigned",
  "access-granted",
  "access-withdrawn",
  "conflict-declared",
  "conflict-lifted",
];

/** Who may cause the events that all matters share, and which of them the other side is told. */
export const commonRules: Readonly<Record<CommonEventName, CommonRule>> = {
  opened: { roles: ["case-officer", "contact-point", "head-of-office"], message: undefined },
  "fields-set": { roles: working, message: undefined },
  "field-corrected": { roles: ["approver", "head-of-office"], message: "correction" },
  assigned: { roles: ["approver", "head-of-office"], message: undefined },
  "attachment-added": { roles: [...working, "evidence-custodian"], message: "attachment" },
  "consultation-held": { roles: working, message: "consultation" },
  "information-asked": { roles: working, message: "information-asked" },
  "information-supplied": { roles: working, message: "information-supplied" },
  note: { roles: [...working, "evidence-custodian"], message: undefined },
  proposed: { roles: working, message: undefined },
  "proposal-declined": { roles: ["approver", "head-of-office"], message: undefined },
  "clock-expired": { roles: ["system"], message: undefined },
  "matter-sealed": { roles: [...handling, "head-of-office"], message: undefined },
  "matter-unsealed": { roles: [...handling, "head-of-office"], message: undefined },
  "access-granted": { roles: ["head-of-office"], message: undefined },
  "access-withdrawn": { roles: ["head-of-office"], message: undefined },
  "conflict-declared": { roles: [...working, "evidence-custodian"], message: undefined },
  "conflict-lifted": { roles: ["head-of-office"], message: undefined },
  "sending-resumed": { roles: sending, message: undefined },
  "failure-settled": { roles: sending, message: undefined },
  // What the other side learns of custody travels with the content itself.
  "custody-recorded": { roles: [...working, "evidence-custodian", "system"], message: undefined },
  "destruction-proposed": { roles: [...working, "evidence-custodian"], message: undefined },
  "destruction-declined": { roles: ["approver", "head-of-office"], message: undefined },
  "hold-placed": { roles: ["head-of-office"], message: undefined },
  "hold-lifted": { roles: ["head-of-office"], message: undefined },
  "erasure-proposed": { roles: ["head-of-office"], message: undefined },
  "erasure-declined": { roles: ["approver", "head-of-office"], message: undefined },
};
