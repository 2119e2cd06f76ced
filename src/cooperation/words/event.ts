import { z } from "zod";
import {
  authorityIdSchema,
  canonicalText,
  type Digest,
  digestOf,
  eventIdSchema,
  instantSchema,
  jsonObjectSchema,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
} from "./identity.ts";

/** What a person may be at an authority. */
export const roles = [
  "case-officer",
  "approver",
  "head-of-office",
  "contact-point",
  "executing-officer",
  "evidence-custodian",
  "auditor",
  "administrator",
] as const;
export const roleSchema = z.enum(roles);
export type Role = (typeof roles)[number];

/** Who caused an event: a person in a role, the other authority, or the system (a clock that expired). */
export const actorSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("person"), person: personIdSchema, office: officeIdSchema, role: roleSchema }),
  z.strictObject({ kind: z.literal("authority"), authority: authorityIdSchema }),
  z.strictObject({ kind: z.literal("system") }),
]);
export type Actor = z.infer<typeof actorSchema>;

/** Something that happened to a matter. Events are only ever added; the matter is what they add up to. */
export const matterEventSchema = z.strictObject({
  id: eventIdSchema,
  matter: matterIdSchema,
  /** 1 for the first event of the matter, then without a gap. */
  sequence: z.int().positive(),
  /** Name of the event: a transition of the matter type, or one that all matters share, such as `fields-set`. */
  name: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  at: instantSchema,
  by: actorSchema,
  data: jsonObjectSchema,
});
export type MatterEvent = z.infer<typeof matterEventSchema>;

/** The digest that stands for an event in the log: SHA-256 of its canonical text (RFC 8785). */
export function eventDigest(event: MatterEvent): Digest {
  return digestOf(canonicalText({ ...event, by: { ...event.by } }));
}
