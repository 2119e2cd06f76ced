/** How fast sign-in slows down for one key: a person or an address. Times in milliseconds. */
export interface AttemptPolicy {
  /** Failures without delay. */
  readonly free: number;
  /** The delay after the first failure beyond; each further one doubles it. */
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** After so long without a failure all is forgotten. */
  readonly forgetAfter: number;
}

const minute = 60_000;
const hour = 60 * minute;

/** A person: the longest delay is short enough that nobody can be shut out for good by somebody else. */
export const personPolicy: AttemptPolicy = {
  free: 4,
  firstDelay: 30_000,
  longestDelay: 15 * minute,
  forgetAfter: 24 * hour,
};
/** An address: many persons may share one. */
export const addressPolicy: AttemptPolicy = {
  free: 30,
  firstDelay: minute,
  longestDelay: 4 * hour,
  forgetAfter: 24 * hour,
};

/** What is remembered of failed attempts; times in milliseconds since 1970. */
export interface Attempts {
  readonly failures: number;
  readonly lastAt: number;
  readonly lockedUntil: number;
}

export const noAttempts: Attempts = { failures: 0, lastAt: 0, lockedUntil: 0 };

export type AttemptStep =
  | { readonly may: true; readonly attempts: Attempts }
  | { readonly may: false; readonly attempts: Attempts; readonly retryAt: number };

/**
 * One attempt begins. It counts as failed until `afterSuccess`, so that many at once cannot slip through before the
 * first of them has failed. An attempt during a delay is not made and does not lengthen the delay.
 *
 * @param now milliseconds since 1970; a clock that went back does not shorten a delay
 */
export function beginAttempt(known: Attempts, now: number, policy: AttemptPolicy): AttemptStep {
  if (now < known.lockedUntil) return { may: false, attempts: known, retryAt: known.lockedUntil };
  const failures = (now - known.lastAt >= policy.forgetAfter ? 0 : known.failures) + 1;
  const beyond = failures - policy.free;
  const delay = beyond <= 0 ? 0 : Math.min(policy.longestDelay, policy.firstDelay * 2 ** Math.min(beyond - 1, 40));
  const lastAt = Math.max(now, known.lastAt);
  return { may: true, attempts: { failures, lastAt, lockedUntil: delay === 0 ? 0 : lastAt + delay } };
}

/** After a success a person starts afresh. */
export function afterSuccessOfPerson(): Attempts {
  return noAttempts;
}

/**
 * After a success an address only gets its own attempt back: otherwise somebody with one good account could clear the
 * count between guesses at others.
 */
export function afterSuccessOfAddress(known: Attempts, policy: AttemptPolicy): Attempts {
  const failures = Math.max(0, known.failures - 1);
  return { failures, lastAt: known.lastAt, lockedUntil: failures <= policy.free ? 0 : known.lockedUntil };
}

/** Whether nothing of it would count any more, so that a store may drop it. */
export function isForgotten(known: Attempts, now: number, policy: AttemptPolicy): boolean {
  return now >= known.lockedUntil && now - known.lastAt >= policy.forgetAfter;
}
