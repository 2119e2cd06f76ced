import type { Temporal } from "temporal-polyfill";
import type { Instant } from "../words/index.ts";
import type { Calendar } from "./calendar.ts";
import { dayContaining, dayEnd, instantOf, millisecondsOf, zoned } from "./day.ts";
import { type ExplanationKey, type ExplanationStep, explanationKeys as key } from "./explanation.ts";
import { type Course, endOfLeg } from "./leg.ts";
import { type Pause, standingDays, stretchesOf } from "./pause.ts";
import type { ClockRule, Length } from "./rule.ts";
import { warningTimes } from "./warning.ts";
import { type DayNature, natureOf, type UnknownYear, unknownIn } from "./working-days.ts";

interface Counted {
  readonly explanation: readonly ExplanationStep[];
  /**
   * Lists of the calendar that do not know a year that was needed; they were counted as empty and nothing was guessed.
   * With a list of holidays the true end can only be later; with the list of worked rest days also earlier.
   */
  readonly unknownYears: readonly UnknownYear[];
}

/** A time that ends. */
export interface DueDeadline extends Counted {
  readonly kind: "due";
  /** The end of the time: what happens before this moment is in time, what happens at it or later is not. */
  readonly due: Instant;
  /** The last day by the State's clock, `YYYY-MM-DD`; `due` is its end or a moment in it. */
  readonly lastDay: string;
  /** When to warn, oldest first, each after the start and before the end. */
  readonly warnings: readonly Instant[];
}

/** A time whose clock stands in a pause that has not ended; when it ends is not known. */
export interface StandingDeadline extends Counted {
  readonly kind: "standing";
  readonly since: Instant;
}
export type Deadline = DueDeadline | StandingDeadline;

/**
 * When a time ends. Pure: the same arguments give the same answer, whatever the clock or zone of the machine.
 *
 * @param start - The event that starts the time. Its day is the day by the clock of the calendar.
 * @param pauses - In any order; overlapping ones count once. One without an end still lasts.
 * @param extensions - Lengths by which the time was extended, in order; each runs from the end as it stood before it.
 * @throws RangeError when office hours are wanted of a calendar without them, when a pause ends before it begins, or
 *   when the end lies outside the years 0 to 9999.
 * @see Regulation (EEC, Euratom) No 1182/71, articles 3 and 4, for the rules that the options of a rule follow
 */
export function deadline(
  rule: ClockRule,
  calendar: Calendar,
  start: Instant,
  pauses: readonly Pause[] = [],
  extensions: readonly Length[] = [],
): Deadline {
  const { timeZone } = calendar;
  const begun = millisecondsOf(start);
  const stretches = stretchesOf(pauses);
  const askedYears = new Set<number>();
  const steps: ExplanationStep[] = [];
  const course: Course = {
    rule,
    calendar,
    pauses: stretches,
    stands: standingDays(stretches, timeZone),
    nature: (day: Temporal.PlainDate): DayNature => {
      askedYears.add(day.year);
      return natureOf(day, calendar);
    },
    say: (said: ExplanationKey, values: ExplanationStep["values"]): void => {
      steps.push({ key: said, values });
    },
  };
  const shown = (milliseconds: number): string => zoned(milliseconds, timeZone).toString({ timeZoneName: "never" });

  course.say(key.event, { at: shown(begun), day: dayContaining(begun, timeZone).toString(), timeZone });
  let runsFrom = begun;
  let end = endOfLeg(course, rule.length, { kind: "event", at: begun });
  for (const extension of extensions) {
    if (end === undefined) break;
    runsFrom = end;
    end = endOfLeg(course, extension, { kind: "extension", at: end });
  }

  for (const { from, until } of stretches) {
    if (until <= begun || (end !== undefined && from >= end)) continue;
    course.say(key.pause, { from: shown(from), until: until === Number.POSITIVE_INFINITY ? "" : shown(until) });
  }
  if (end === undefined) {
    const since = Math.max(runsFrom, stretches.at(-1)?.from ?? runsFrom);
    course.say(key.standing, { since: shown(since) });
    const unknownYears = unknown(askedYears, calendar, course);
    return { kind: "standing", since: instantOf(since), explanation: steps, unknownYears };
  }
  const lastDay = dayContaining(end - 1, timeZone);
  const warnings = warningTimes(rule.warnings, begun, end, lastDay, course);
  const unknownYears = unknown(askedYears, calendar, course);
  if (end === dayEnd(lastDay, timeZone)) course.say(key.lastDay, { day: lastDay.toString() });
  course.say(key.due, { at: shown(end) });
  return {
    kind: "due",
    due: instantOf(end),
    lastDay: lastDay.toString(),
    warnings: warnings.map(instantOf),
    explanation: steps,
    unknownYears,
  };
}

function unknown(years: ReadonlySet<number>, calendar: Calendar, course: Course): readonly UnknownYear[] {
  const found = [...years].sort((a, b) => a - b).flatMap((year) => unknownIn(year, calendar));
  for (const { year, list } of found) course.say(key.unknownYear, { year, list });
  return found;
}
