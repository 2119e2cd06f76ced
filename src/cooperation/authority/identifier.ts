import { newMessageId, type RandomBytes } from "../exchange/index.ts";
import { digestOf, type EventId, eventIdSchema, type Instant, type MatterId, matterIdSchema } from "../words/index.ts";

/** A new identifier of an event. */
export function newEventId(at: Instant, random: RandomBytes): EventId {
  return eventIdSchema.parse(newMessageId(at, random));
}

/** A UUID of version 7 with the time of another one and with what follows from it in the place of chance. */
function follows(from: string, purpose: string): string {
  const digest = digestOf(`${purpose} ${from}`);
  return `${from.slice(0, 14)}7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** The identifier of the matter that a command opens: the same when the command is repeated. */
export function matterOpenedBy(command: string): MatterId {
  return matterIdSchema.parse(follows(command, "matter opened by"));
}

/** The identifier of an event that follows from another one by itself: the same whoever finds out how often. */
export function eventAfter(cause: string, purpose: string): EventId {
  return eventIdSchema.parse(follows(cause, purpose));
}
