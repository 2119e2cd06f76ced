import type { MatterType, Side } from "../definitions/index.ts";
import type { Actor, EventId, Instant, JsonObject, MatterEvent, MatterId } from "../words/index.ts";
import type { Matter } from "./matter.ts";
import type { Refusal } from "./refusal.ts";

/** What somebody wants to happen: an event by its name, with its data. */
export interface Command {
  /** Made once by whoever commands; it becomes the id of the event, so that a repeated command is known. */
  readonly id: EventId;
  readonly matter: MatterId;
  /** Sequence of the last event that the person saw; 0 for a new matter. */
  readonly expectedSequence: number;
  readonly name: string;
  readonly data: JsonObject;
}

export interface Context {
  readonly actor: Actor;
  /** The side of this authority in the matter. */
  readonly side: Side;
  readonly now: Instant;
  /** Makes the id of a further event that the command causes, such as the lapse after a clock. */
  readonly newEventId: () => EventId;
}

export type Decision =
  | { readonly events: readonly MatterEvent[]; readonly repeated: boolean }
  | { readonly refusals: readonly Refusal[] };

export function isRefused(decision: Decision): decision is { readonly refusals: readonly Refusal[] } {
  return "refusals" in decision;
}

/** A command with the matter that it meets. */
export interface Case {
  readonly type: MatterType;
  readonly matter: Matter;
  readonly command: Command;
  readonly context: Context;
}
