import { z } from "zod";
import {
  type AuthorityId,
  authorityIdSchema,
  canonicalText,
  type Digest,
  digestOf,
  digestSchema,
  type Instant,
  instantSchema,
  type JsonObject,
} from "../words/index.ts";
import { type MessageId, messageIdSchema } from "./identifier.ts";
import { isRefused, type Refused, refuse } from "./refusal.ts";
import { isJsonObject, readCanonicalObject } from "./strict-json.ts";

/**
 * What a message is. `request`, `event`, `notice` and `payload` are handed to the authority; the exchange itself
 * understands the others.
 */
export const messageKinds = [
  /** Opens a matter at the other side. */
  "request",
  /** Something that happened to a matter that both sides have. */
  "event",
  /** Anything that belongs to no matter, such as a checkpoint of the log to be cosigned, or a reconciliation statement. */
  "notice",
  /** Announces a payload; its bytes follow in chunks. */
  "payload",
  "payload-chunk",
  "evidence",
  "key-update",
] as const;
export type MessageKind = (typeof messageKinds)[number];
export const deliveredKinds = ["request", "event", "notice", "payload"] as const satisfies readonly MessageKind[];
export type DeliveredKind = (typeof deliveredKinds)[number];

export function isDeliveredKind(kind: MessageKind): kind is DeliveredKind {
  return deliveredKinds.some((delivered) => delivered === kind);
}

const envelopeSchema = z.strictObject({
  version: z.literal(1),
  id: messageIdSchema,
  from: authorityIdSchema,
  to: authorityIdSchema,
  sentAt: instantSchema,
  kind: z.enum(messageKinds),
  inReplyTo: messageIdSchema.nullable(),
  /** SHA-256 of the canonical text of the body. */
  bodyDigest: digestSchema,
});

/** A message as the other authority reads it. It is the same, letter for letter, in every attempt to send it. */
export interface Envelope extends z.infer<typeof envelopeSchema> {
  readonly body: JsonObject;
}

export interface NewMessage {
  readonly id: MessageId;
  readonly from: AuthorityId;
  readonly to: AuthorityId;
  readonly sentAt: Instant;
  readonly kind: MessageKind;
  readonly body: JsonObject;
  readonly inReplyTo: MessageId | null;
}

/** Puts a body into its envelope. @throws TypeError for a body that JSON cannot say. */
export function envelopeOf(message: NewMessage): Envelope {
  return { version: 1, ...message, bodyDigest: digestOf(canonicalText(message.body)) };
}

/** The one text of an envelope (RFC 8785). */
export function envelopeText(envelope: Envelope): string {
  return canonicalText({ ...envelope });
}

/** An envelope with its text and the digest that all evidence about it names. */
export interface ReadEnvelope {
  readonly envelope: Envelope;
  readonly text: string;
  readonly digest: Digest;
}

/** Reads an envelope that was parsed from canonical text, and checks the digest of its body. */
function readEnvelope(value: JsonObject): ReadEnvelope | Refused {
  const { body, ...rest } = value;
  const checked = envelopeSchema.safeParse(rest);
  if (!checked.success || body === undefined || !isJsonObject(body)) return refuse("bad-envelope");
  if (digestOf(canonicalText(body)) !== checked.data.bodyDigest) return refuse("bad-envelope");
  const text = canonicalText(value);
  return { envelope: { ...checked.data, body }, text, digest: digestOf(text) };
}

/** Reads the text of an envelope of our own from the store. @throws TypeError when the store was changed. */
export function storedEnvelope(text: string): Envelope {
  const read = readCanonicalObject(text);
  const found = isRefused(read) ? read : readEnvelope(read.value);
  if (isRefused(found)) throw new TypeError("the text of a stored message is no envelope");
  return found.envelope;
}

/** What is signed for the way: the envelope, and the sender's evidence that it accepted it for sending. */
export interface Transmission {
  readonly read: ReadEnvelope;
  readonly submission: string | null;
}

/** The text that is signed and encrypted. */
export function transmissionText(envelope: string, submission: string | null): string {
  // Canonical text nests: the text of the whole holds the text of its parts, the names in alphabetical order.
  return `{"envelope":${envelope},"submission":${JSON.stringify(submission)}}`;
}

/** Reads what was signed. */
export function readTransmission(text: string): Transmission | Refused {
  const parsed = readCanonicalObject(text);
  if (isRefused(parsed)) return parsed;
  const { envelope, submission, ...rest } = parsed.value;
  if (Object.keys(rest).length > 0 || envelope === undefined || !isJsonObject(envelope)) return refuse("bad-envelope");
  if (submission !== null && typeof submission !== "string") return refuse("bad-envelope");
  const read = readEnvelope(envelope);
  return isRefused(read) ? read : { read, submission };
}
