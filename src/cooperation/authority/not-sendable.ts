import type { Refusal } from "../matter/index.ts";

/** Takes the whole transaction back: what was decided cannot be sent, so it did not happen. */
export class NotSendable extends Error {
  readonly refusals: readonly Refusal[];
  constructor(refusals: readonly Refusal[]) {
    super("the message that follows from the event cannot be sent");
    this.refusals = refusals;
  }
}
