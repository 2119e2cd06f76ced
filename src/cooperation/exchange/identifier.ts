import { z } from "zod";
import { type Digest, digestOf, type Instant, instantSchema } from "../words/index.ts";

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Identifier of a message: a UUID of version 7, made once and kept for every attempt to send it. */
export const messageIdSchema = z.string().regex(uuidV7, "a UUID of version 7").brand<"MessageId">();
export type MessageId = z.infer<typeof messageIdSchema>;

/** Bytes of chance: the length is the argument. */
export type RandomBytes = (length: number) => Uint8Array;

/** The moment so many milliseconds after 1970. */
export function instantOf(milliseconds: number): Instant {
  return instantSchema.parse(new Date(milliseconds).toISOString());
}

/** Milliseconds from 1970 to the moment. */
export function millisecondsOf(instant: Instant): number {
  return Date.parse(instant);
}

function uuid(milliseconds: number, chance: string): MessageId {
  const time = milliseconds.toString(16).padStart(12, "0");
  const variant = ((Number.parseInt(chance.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return messageIdSchema.parse(
    `${time.slice(0, 8)}-${time.slice(8, 12)}-7${chance.slice(0, 3)}-${variant}${chance.slice(4, 7)}-${chance.slice(7, 19)}`,
  );
}

/** A new identifier (RFC 9562, version 7): the time first, then 74 bits of chance. */
export function newMessageId(at: Instant, random: RandomBytes): MessageId {
  return uuid(millisecondsOf(at), Buffer.from(random(10)).toString("hex"));
}

/**
 * The identifier of one chunk of a payload. It follows from the payload and the number, so that it is the same for
 * every attempt even when the sender has forgotten everything but the payload.
 */
export function chunkMessageId(payload: MessageId, sentAt: Instant, number: number): MessageId {
  const chance: Digest = digestOf(`chunk ${number} of payload ${payload}`);
  return uuid(millisecondsOf(sentAt), chance);
}
