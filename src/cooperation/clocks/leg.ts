import { Temporal } from "temporal-polyfill";
import type { Calendar } from "./calendar.ts";
import { dayContaining, dayEnd, neverWas, zoned } from "./day.ts";
import { type ExplanationKey, type ExplanationStep, explanationKeys as key } from "./explanation.ts";
import { officeStretches } from "./office-time.ts";
import { runOut, type StandingDays, type Stretch } from "./pause.ts";
import type { ClockRule, Length } from "./rule.ts";
import type { DayNature } from "./working-days.ts";

/** What the counting of one deadline knows, and where it says what it did. */
export interface Course {
  readonly rule: ClockRule;
  readonly calendar: Calendar;
  readonly pauses: readonly Stretch[];
  readonly stands: StandingDays;
  nature(day: Temporal.PlainDate): DayNature;
  say(key: ExplanationKey, values: ExplanationStep["values"]): void;
}

/** Where a length begins to run: at the event, or at the end of the time that it extends. */
export interface LegStart {
  readonly kind: "event" | "extension";
  readonly at: number;
}

/** Days that a calendar can rest or stand on end before a computation is given up. */
const longestRest = 5000;

/** The end in milliseconds of one length of time, the rule's own or an extension; undefined while the clock stands. */
export function endOfLeg(course: Course, length: Length, start: LegStart): number | undefined {
  const office = length.unit === "hours" && course.rule.hours === "office";
  const said = { count: length.count, unit: office ? "office-hours" : length.unit };
  if (start.kind === "extension") {
    const from = zoned(start.at, course.calendar.timeZone).toString({ timeZoneName: "never" });
    course.say(key.extension, { ...said, from });
  }
  const end =
    length.unit === "hours" ? endOfHours(course, length, start, said) : endOfDays(course, length, start, said);
  return end === undefined ? undefined : moved(course, end);
}

type Said = ExplanationStep["values"];

function endOfHours(course: Course, length: Length, start: LegStart, said: Said): number | undefined {
  const { rule, calendar, pauses } = course;
  let from = start.at;
  if (start.kind === "event") {
    if (rule.event === "not-counted") {
      from = nextFullHour(from, calendar.timeZone);
      course.say(key.hourNotCounted, { at: zoned(from, calendar.timeZone).toString({ timeZoneName: "never" }) });
    }
    course.say(key.length, said);
  }
  const milliseconds = length.count * 3_600_000;
  return rule.hours === "all" ? runOut(from, milliseconds, pauses) : officeRunOut(course, from, milliseconds);
}

/** As many minutes on as the State's clock lacks to the full hour; a whole hour when it shows one. */
function nextFullHour(at: number, timeZone: string): number {
  const { minute, second, millisecond } = zoned(at, timeZone);
  return at + 3_600_000 - (minute * 60_000 + second * 1000 + millisecond);
}

function officeRunOut(course: Course, from: number, length: number): number | undefined {
  const { calendar, pauses, nature } = course;
  if (calendar.officeHours === undefined) throw new RangeError(`the calendar ${calendar.calendar} has no office hours`);
  const open = pauses.find(({ until }) => until === Number.POSITIVE_INFINITY);
  let left = length;
  let idle = 0;
  for (let day = dayContaining(from, calendar.timeZone); idle < longestRest; day = day.add({ days: 1 })) {
    const stretches = officeStretches(day, calendar, nature);
    for (const stretch of stretches) {
      const begin = Math.max(stretch.from, from);
      if (begin >= stretch.until) continue;
      const end = runOut(begin, left, pauses);
      if (end !== undefined && end <= stretch.until) return end;
      left -= runningIn({ from: begin, until: stretch.until }, pauses);
    }
    if (open !== undefined && dayEnd(day, calendar.timeZone) >= open.from) return undefined;
    idle = stretches.length > 0 ? 0 : idle + 1;
  }
  throw new RangeError(`the calendar ${calendar.calendar} has no office hour in ${longestRest} days`);
}

/** Milliseconds of a stretch that no pause covers. */
function runningIn(stretch: Stretch, pauses: readonly Stretch[]): number {
  return pauses.reduce(
    (left, pause) => left - Math.max(0, Math.min(stretch.until, pause.until) - Math.max(stretch.from, pause.from)),
    stretch.until - stretch.from,
  );
}

function endOfDays(course: Course, length: Length, start: LegStart, said: Said): number | undefined {
  const { rule, calendar, pauses } = course;
  const { timeZone } = calendar;
  const counted = start.kind === "event" && rule.event === "counted";
  const eventDay = dayContaining(start.kind === "event" ? start.at : start.at - 1, timeZone);
  if (start.kind === "event") {
    course.say(counted ? key.eventCounted : key.eventNotCounted, { day: eventDay.toString() });
    course.say(key.length, said);
  }
  const byDay = rule.pauses === "days" || length.unit === "working-days";
  const last = lastDayOf(course, length, eventDay, counted, byDay);
  if (last === undefined) return undefined;
  const end = dayEnd(last, timeZone);
  return byDay ? end : runOut(start.at, end - start.at, pauses);
}

function lastDayOf(
  course: Course,
  length: Length,
  eventDay: Temporal.PlainDate,
  eventCounted: boolean,
  pausesByDay: boolean,
): Temporal.PlainDate | undefined {
  const first = eventCounted ? eventDay : eventDay.add({ days: 1 });
  const least = course.rule.leastWorkingDays ?? 0;
  const corresponding =
    length.unit === "months" ? monthsLater(course, eventDay, length.count, eventCounted) : undefined;
  const restDays = { count: 0 };
  let day = first;
  let last = first;
  let toCount = corresponding === undefined ? length.count : 0;
  let workingDays = 0;
  let pausedDays = 0;
  let prolonged = false;
  for (let idle = 0; idle < longestRest; idle++, day = day.add({ days: 1 })) {
    const inMonths = corresponding !== undefined && Temporal.PlainDate.compare(day, corresponding) <= 0;
    if (!inMonths && toCount === 0) {
      if (workingDays >= least) break;
      prolonged = true;
    }
    if (neverWas(day, course.calendar.timeZone)) {
      course.say(key.neverWas, { day: day.toString() });
      continue;
    }
    const pause = pausesByDay ? course.stands(day) : undefined;
    if (pause !== undefined) {
      if (pause.until === Number.POSITIVE_INFINITY) return undefined;
      pausedDays++;
      idle = 0;
      if (inMonths) toCount++;
      continue;
    }
    const nature = length.unit === "working-days" || least > 0 ? course.nature(day) : undefined;
    if (length.unit === "working-days" && nature !== undefined && nature.kind !== "working") {
      if (nature.kind === "holiday") course.say(key.holiday, { day: day.toString(), holiday: nature.holiday });
      else restDays.count++;
      continue;
    }
    if (nature?.kind === "working") workingDays++;
    if (!inMonths && toCount > 0) toCount--;
    last = day;
    idle = 0;
  }
  if (!(toCount === 0 && workingDays >= least))
    throw new RangeError(`the calendar ${course.calendar.calendar} has no countable day in ${longestRest} days`);
  if (restDays.count > 0) course.say(key.restDays, restDays);
  if (pausedDays > 0) course.say(key.pausedDays, { count: pausedDays });
  if (prolonged) course.say(key.leastWorkingDays, { count: least, day: last.toString() });
  return last;
}

/** The last day of a time in months by the dates alone: the day of the same number, or the last of a shorter month. */
function monthsLater(
  course: Course,
  eventDay: Temporal.PlainDate,
  count: number,
  eventCounted: boolean,
): Temporal.PlainDate {
  const same = eventDay.add({ months: count });
  const shorter = same.day !== eventDay.day;
  const last = eventCounted && !shorter ? same.subtract({ days: 1 }) : same;
  if (shorter) course.say(key.monthEnd, { day: last.toString() });
  return last;
}

/** Carries an end on a day without work to the end of the next working day, when the rule says so. */
function moved(course: Course, end: number): number | undefined {
  if (course.rule.onRestDay === "none") return end;
  const { timeZone } = course.calendar;
  const from = dayContaining(end - 1, timeZone);
  const reason = course.nature(from);
  if (reason.kind === "working") return end;
  let day = from;
  for (let tried = 0; tried < longestRest; tried++) {
    day = day.add({ days: 1 });
    const pause = course.stands(day);
    if (pause?.until === Number.POSITIVE_INFINITY) return undefined;
    if (pause !== undefined || course.nature(day).kind !== "working") continue;
    course.say(key.moved, {
      from: from.toString(),
      day: day.toString(),
      reason: reason.kind,
      holiday: reason.kind === "holiday" ? reason.holiday : "",
    });
    return dayEnd(day, timeZone);
  }
  throw new RangeError(`the calendar ${course.calendar.calendar} has no working day in ${longestRest} days`);
}
