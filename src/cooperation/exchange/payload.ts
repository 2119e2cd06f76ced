import { z } from "zod";
import {
  type AuthorityId,
  type Digest,
  digestOf,
  digestSchema,
  type Instant,
  type JsonObject,
} from "../words/index.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { chunkMessageId, type MessageId, messageIdSchema } from "./identifier.ts";

/** Bytes that a chunk may have. */
const largestChunk = 1024 * 1024;
/** Bytes that a chunk has unless the sender says otherwise. */
const usualChunk = 512 * 1024;

const payloadSchema = z
  .strictObject({
    size: z.int().nonnegative(),
    chunkSize: z.int().min(1).max(largestChunk),
    chunks: z.int().nonnegative(),
    digest: digestSchema,
  })
  .refine(({ size, chunkSize, chunks }) => chunks === Math.ceil(size / chunkSize), "as many chunks as the size needs");
/** What is announced of a payload: its size in bytes, how it is cut, and the SHA-256 of the whole. */
export type PayloadAnnouncement = z.infer<typeof payloadSchema>;

/** Body of a `payload` message; `about` is for the authority, such as which item of evidence of which matter it is. */
export const payloadBodySchema = z.strictObject({ payload: payloadSchema, about: z.record(z.string(), z.unknown()) });

/** Body of a `payload-chunk` message; the content in base64url. */
export const chunkBodySchema = z.strictObject({
  payload: messageIdSchema,
  number: z.int().nonnegative(),
  digest: digestSchema,
  content: z.string().regex(/^[A-Za-z0-9_-]+$/),
});

export function announcementOf(size: number, digest: Digest, chunkSize: number = usualChunk): PayloadAnnouncement {
  return payloadSchema.parse({ size, chunkSize, chunks: Math.ceil(size / chunkSize), digest });
}

export function payloadBody(payload: PayloadAnnouncement, about: JsonObject): JsonObject {
  return { payload: { ...payload }, about };
}

/** Where a chunk begins, and how many bytes it has. */
export function chunkRange(
  payload: Pick<PayloadAnnouncement, "size" | "chunkSize">,
  number: number,
): { readonly offset: number; readonly length: number } {
  const offset = number * payload.chunkSize;
  return { offset, length: Math.min(payload.chunkSize, payload.size - offset) };
}

/** The message that carries one chunk: always the same for the same payload and number. */
export function chunkEnvelope(
  from: AuthorityId,
  payload: { readonly id: MessageId; readonly to: AuthorityId; readonly sentAt: Instant },
  number: number,
  bytes: Uint8Array,
): Envelope {
  return envelopeOf({
    id: chunkMessageId(payload.id, payload.sentAt, number),
    from,
    to: payload.to,
    sentAt: payload.sentAt,
    kind: "payload-chunk",
    inReplyTo: payload.id,
    body: {
      payload: payload.id,
      number,
      digest: digestOf(bytes),
      content: Buffer.from(bytes).toString("base64url"),
    },
  });
}
