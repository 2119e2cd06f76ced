import { Temporal } from "temporal-polyfill";
import { type Instant, instantSchema } from "../words/index.ts";

/** The moment as milliseconds since 1970-01-01T00:00Z. */
export function millisecondsOf(instant: Instant): number {
  return Date.parse(instant);
}

/** @throws RangeError for a moment outside the years 0 to 9999. */
export function instantOf(milliseconds: number): Instant {
  const text = new Date(milliseconds).toISOString();
  if (text.length !== 24) throw new RangeError(`${text} lies outside the years 0 to 9999`);
  return instantSchema.parse(text);
}

/** The first moment of a day by the clock of a zone: the first midnight, or what comes after it where it is skipped. */
export function dayStart(day: Temporal.PlainDate, timeZone: string): number {
  return day.toZonedDateTime(timeZone).epochMilliseconds;
}

/** The moment at which a day is over: the first moment of the next one. */
export function dayEnd(day: Temporal.PlainDate, timeZone: string): number {
  return dayStart(day.add({ days: 1 }), timeZone);
}

/**
 * The day that holds a moment, from its first midnight to the first midnight of the next.
 *
 * Where a clock goes back over midnight (St. John's until 2011), the repeated hour belongs to the day that has begun:
 * otherwise a time could end before the event that started it.
 */
export function dayContaining(milliseconds: number, timeZone: string): Temporal.PlainDate {
  const shown = zoned(milliseconds, timeZone).toPlainDate();
  const next = shown.add({ days: 1 });
  return dayStart(next, timeZone) <= milliseconds ? next : shown;
}

export function zoned(milliseconds: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(timeZone);
}

const skipped = new Map<string, ReadonlySet<string>>();
const firstYear = 1970;
const lastYear = 2040;

/** Whether a zone never had this day, as Samoa (Pacific/Apia) had no 30 December 2011. Known for 1970 to 2040. */
export function neverWas(day: Temporal.PlainDate, timeZone: string): boolean {
  let days = skipped.get(timeZone);
  if (days === undefined) {
    days = skippedDays(timeZone);
    skipped.set(timeZone, days);
  }
  return days.size > 0 && days.has(day.toString());
}

function skippedDays(timeZone: string): ReadonlySet<string> {
  const days = new Set<string>();
  let after = Temporal.PlainDate.from({ year: firstYear, month: 1, day: 1 })
    .toZonedDateTime(timeZone)
    .getTimeZoneTransition("next");
  while (after !== null && after.year < lastYear) {
    const arrived = after.toPlainDate();
    let day = after.subtract({ nanoseconds: 1 }).toPlainDate().add({ days: 1 });
    while (Temporal.PlainDate.compare(day, arrived) < 0) {
      days.add(day.toString());
      day = day.add({ days: 1 });
    }
    after = after.getTimeZoneTransition("next");
  }
  return days;
}
