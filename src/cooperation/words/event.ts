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

/** The classes of matters that rights tell apart. */
export const matterClasses = ["assistance", "extradition", "electronic-evidence", "information", "follow-up"] as const;
export type MatterClass = (typeof matterClasses)[number];

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

/** What stays readable of an event when its contents are erased: which step, when, by whom. */
export const eventHeadSchema = matterEventSchema.omit({ data: true });
export type EventHead = z.infer<typeof eventHeadSchema>;

/** An event without its contents. */
export function headOf({ data: _, ...head }: MatterEvent): EventHead {
  return head;
}

/** The digest of an event that is kept in the open: SHA-256 of its canonical text (RFC 8785). */
export function eventDigest(event: MatterEvent): Digest {
  return digestOf(canonicalText({ ...event, by: { ...event.by } }));
}

/**
 * What stands for the contents of an event without telling them: SHA-256 over a fixed text, a salt and their canonical
 * text. Once salt and contents are erased nobody can find out, by trying, what they were.
 *
 * @param salt - 32 bytes that nobody can guess, of this event alone.
 */
export function contentsDigest(data: MatterEvent["data"], salt: Uint8Array): Digest {
  return contentsTextDigest(Buffer.from(canonicalText(data)), salt);
}

/** As `contentsDigest`, for contents whose canonical text is at hand. */
export function contentsTextDigest(text: Uint8Array, salt: Uint8Array): Digest {
  if (salt.length !== 32) throw new RangeError("a salt has 32 bytes");
  return digestOf(Buffer.concat([Buffer.from("justitia/contents/v1\n"), salt, text]));
}

/**
 * The digest of an event whose contents are kept sealed: SHA-256 of the canonical text of what stays readable, with the
 * digest of the contents in their place. It can be computed anew with the contents, and without them.
 */
export function sealedEventDigest(head: EventHead, contents: Digest): Digest {
  return digestOf(canonicalText({ ...head, by: { ...head.by }, contents }));
}
