import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
export const jsonSchema: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(jsonSchema), z.record(z.string(), jsonSchema)]),
);
export const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), jsonSchema);

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Identifier of a matter: a UUID of version 7. It says nothing about the matter, so it may stand in an address. */
export const matterIdSchema = z.string().regex(uuidV7, "a UUID of version 7").brand<"MatterId">();
export type MatterId = z.infer<typeof matterIdSchema>;

/** Identifier of an event: a UUID of version 7, made once by whoever causes it, so that a repeated command is known. */
export const eventIdSchema = z.string().regex(uuidV7, "a UUID of version 7").brand<"EventId">();
export type EventId = z.infer<typeof eventIdSchema>;

const shortName = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** An authority, such as `bensalem-central`. */
export const authorityIdSchema = z
  .string()
  .regex(shortName, "lower-case letters, digits and hyphens")
  .brand<"AuthorityId">();
export type AuthorityId = z.infer<typeof authorityIdSchema>;

/** An office of an authority. */
export const officeIdSchema = z.string().regex(shortName, "lower-case letters, digits and hyphens").brand<"OfficeId">();
export type OfficeId = z.infer<typeof officeIdSchema>;

/** A person who works at an authority. */
export const personIdSchema = z.string().regex(uuidV7, "a UUID of version 7").brand<"PersonId">();
export type PersonId = z.infer<typeof personIdSchema>;

/** A State: ISO 3166-1 alpha-2; the user-assigned codes XA to XZ are for invented States. */
export const stateCodeSchema = z
  .string()
  .regex(/^[A-Z]{2}$/, "two capital letters (ISO 3166-1)")
  .brand<"StateCode">();
export type StateCode = z.infer<typeof stateCodeSchema>;

/** A moment: ISO 8601 in UTC with milliseconds, such as `2026-03-29T00:59:59.999Z`. */
export const instantSchema = z.iso.datetime({ precision: 3 }).brand<"Instant">();
export type Instant = z.infer<typeof instantSchema>;

/** A SHA-256 in lower-case hexadecimal. */
export const digestSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal")
  .brand<"Digest">();
export type Digest = z.infer<typeof digestSchema>;

/**
 * The one text that stands for a JSON value (RFC 8785).
 *
 * @throws TypeError for what JSON cannot say.
 */
export function canonicalText(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("a JSON value was expected");
  return text;
}

/** SHA-256 of bytes, or of a text as UTF-8. */
export function digestOf(content: string | Uint8Array): Digest {
  return digestSchema.parse(createHash("sha256").update(content).digest("hex"));
}
