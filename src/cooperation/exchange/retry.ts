import type { Instant } from "../words/index.ts";
import { instantOf, millisecondsOf } from "./identifier.ts";

/** When to try again, and for how long; in milliseconds. */
export interface RetryPolicy {
  /** Pause after the first failure; each further one doubles it. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** After so long without success a person is asked; what was to be sent stays. */
  readonly giveUpAfter: number;
}

/** From five seconds to an hour, for a week: an authority's server may be down over a long holiday. */
export const usualRetryPolicy: RetryPolicy = {
  firstPause: 5_000,
  longestPause: 3_600_000,
  giveUpAfter: 7 * 86_400_000,
};

export type SendingState =
  /** Will be tried at `nextAttemptAt`. */
  | "waiting"
  | "acknowledged"
  /** The other side signed that it does not take it. */
  | "rejected"
  /** Nobody answered for so long that a person has to look; nothing is lost. */
  | "given-up";

/** Where the sending of something stands. */
export interface Sending {
  readonly state: SendingState;
  /** Attempts that failed since the last success. */
  readonly failures: number;
  readonly nextAttemptAt: Instant;
  readonly giveUpAt: Instant;
  readonly lastProblem: string | null;
}

/** To be tried at once. Also how a person resumes what was given up: under the same identifier. */
export function sendingFrom(at: Instant, policy: RetryPolicy): Sending {
  const giveUpAt = instantOf(millisecondsOf(at) + policy.giveUpAfter);
  return { state: "waiting", failures: 0, nextAttemptAt: at, giveUpAt, lastProblem: null };
}

/** The answer came. */
export function answered<Kind extends Sending>(sending: Kind, state: "acknowledged" | "rejected"): Kind {
  return { ...sending, state, failures: 0, lastProblem: null };
}

/**
 * An attempt failed: the pause doubles, and half of it is left to chance so that many senders do not come back together.
 *
 * @param chance - From 0 up to but not including 1.
 */
export function afterFailure<Kind extends Sending>(
  sending: Kind,
  at: Instant,
  chance: number,
  problem: string,
  policy: RetryPolicy,
): Kind {
  const failures = sending.failures + 1;
  const pause = Math.min(policy.longestPause, policy.firstPause * 2 ** Math.min(failures - 1, 40));
  const next = instantOf(millisecondsOf(at) + Math.floor((pause * (1 + chance)) / 2));
  const state = sending.state === "waiting" && at >= sending.giveUpAt ? "given-up" : sending.state;
  return { ...sending, state, failures, nextAttemptAt: next, lastProblem: problem };
}
