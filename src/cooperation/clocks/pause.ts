import { Temporal } from "temporal-polyfill";
import type { Instant } from "../words/index.ts";
import { dayContaining, millisecondsOf } from "./day.ts";

/** A time in which a clock stands: from a moment until (not including) another, or still. */
export interface Pause {
  readonly from: Instant;
  readonly until?: Instant | undefined;
}

/** A stretch of time in milliseconds, its end not included; `until` is Infinity when it still lasts. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/**
 * Pauses as stretches that do not touch, oldest first; those without length are left out.
 *
 * @throws RangeError when a pause ends before it begins.
 */
export function stretchesOf(pauses: readonly Pause[]): readonly Stretch[] {
  const stretches = pauses
    .map(({ from, until }) => ({
      from: millisecondsOf(from),
      until: until === undefined ? Number.POSITIVE_INFINITY : millisecondsOf(until),
    }))
    .sort((a, b) => a.from - b.from);
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    if (stretch.until < stretch.from) throw new RangeError("a pause ends before it begins");
    if (stretch.until === stretch.from) continue;
    const last = joined.at(-1);
    if (last !== undefined && stretch.from <= last.until)
      joined[joined.length - 1] = { from: last.from, until: Math.max(last.until, stretch.until) };
    else joined.push(stretch);
  }
  return joined;
}

/**
 * When a length of time has run out that begins at a moment and does not run in pauses; both in milliseconds.
 *
 * @returns undefined when it never does, because a pause still lasts.
 */
export function runOut(start: number, length: number, pauses: readonly Stretch[]): number | undefined {
  let at = start;
  let left = length;
  for (const { from, until } of pauses) {
    if (until <= at) continue;
    if (from > at) {
      if (left <= from - at) return at + left;
      left -= from - at;
    }
    if (until === Number.POSITIVE_INFINITY) return undefined;
    at = until;
  }
  return at + left;
}

/** Says of a day whether a pause touches it, and whether that pause still lasts. */
export type StandingDays = (day: Temporal.PlainDate) => Stretch | undefined;

/** The days that pauses touch, by the clock of a zone. */
export function standingDays(pauses: readonly Stretch[], timeZone: string): StandingDays {
  const spans = pauses.map((stretch) => ({
    stretch,
    first: dayContaining(stretch.from, timeZone),
    last: stretch.until === Number.POSITIVE_INFINITY ? undefined : dayContaining(stretch.until - 1, timeZone),
  }));
  return (day) =>
    spans.findLast(
      ({ first, last }) =>
        Temporal.PlainDate.compare(first, day) <= 0 &&
        (last === undefined || Temporal.PlainDate.compare(day, last) <= 0),
    )?.stretch;
}
