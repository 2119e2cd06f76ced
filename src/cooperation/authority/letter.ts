import { z } from "zod";
import { eventNameSchema, idSchema } from "../definitions/index.ts";
import { type MessageId, messageIdSchema } from "../exchange/index.ts";
import { sharedData } from "../matter/index.ts";
import {
  digestSchema,
  eventIdSchema,
  instantSchema,
  type JsonObject,
  jsonObjectSchema,
  jsonSchema,
  type MatterEvent,
} from "../words/index.ts";

const eventSchema = z.strictObject({
  /** The same on both sides, so that histories can be compared and questions answered by their identifier. */
  id: eventIdSchema,
  name: eventNameSchema,
  /** When it happened at the sender. */
  at: instantSchema,
  data: jsonObjectSchema,
});
/** An event as the other side learns of it: without who caused it here. */
export type LetterEvent = z.infer<typeof eventSchema>;

/** The body of the message that opens a matter at the other side. */
export const requestLetterSchema = z.strictObject({
  version: z.literal(1),
  number: z.literal(1),
  type: z.strictObject({ id: idSchema, version: z.int().positive(), digest: digestSchema }),
  event: eventSchema,
  values: z.record(idSchema, jsonSchema),
  attachments: z.array(eventSchema).max(1000),
});
export type RequestLetter = z.infer<typeof requestLetterSchema>;

/** The body of every further message: which correspondence it belongs to and its place among those of the sender. */
export const eventLetterSchema = z.strictObject({
  version: z.literal(1),
  correspondence: messageIdSchema,
  number: z.int().min(1),
  event: eventSchema,
});

export function letterEvent(event: MatterEvent): { id: string; name: string; at: string; data: JsonObject } {
  return { id: event.id, name: event.name, at: event.at, data: sharedData(event) };
}

export function eventLetter(correspondence: MessageId, number: number, event: MatterEvent): JsonObject {
  return { version: 1, correspondence, number, event: letterEvent(event) };
}
