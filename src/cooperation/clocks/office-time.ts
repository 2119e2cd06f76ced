import type { Temporal } from "temporal-polyfill";
import { type Calendar, weekdays } from "./calendar.ts";
import { dayEnd, dayStart, zoned } from "./day.ts";
import type { Stretch } from "./pause.ts";
import type { DayNature } from "./working-days.ts";

const millisecondsPerDay = 86_400_000;
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/**
 * The stretches of a day in which the State's clock shows an office hour of a working day, oldest first.
 *
 * An hour that the clock skips is no office hour, one that it shows twice is two.
 */
export function officeStretches(
  day: Temporal.PlainDate,
  calendar: Calendar,
  nature: (day: Temporal.PlainDate) => DayNature,
): readonly Stretch[] {
  const { timeZone } = calendar;
  const start = dayStart(day, timeZone);
  const end = dayEnd(day, timeZone);
  const offset = offsetAt(start, timeZone);
  const even = end - start === millisecondsPerDay;
  const pieces = even ? [{ from: start, until: end, offset }] : piecesOf(start, end, timeZone);
  const shownDays = even ? [day] : [day.subtract({ days: 1 }), day];
  const found = pieces.flatMap((piece) =>
    shownDays.flatMap((shown) =>
      officeTimes(shown, calendar, nature).flatMap(({ from, until }) => {
        const midnight = shown.toZonedDateTime("UTC").epochMilliseconds - piece.offset;
        const stretch = {
          from: Math.max(piece.from, midnight + from * 60_000),
          until: Math.min(piece.until, midnight + until * 60_000),
        };
        return stretch.from < stretch.until ? [stretch] : [];
      }),
    ),
  );
  return joined(found);
}

/** The office times of a day in minutes of its clock; none when it is no working day. */
function officeTimes(
  day: Temporal.PlainDate,
  calendar: Calendar,
  nature: (day: Temporal.PlainDate) => DayNature,
): readonly { readonly from: number; readonly until: number }[] {
  const weekday = weekdays[day.dayOfWeek - 1];
  if (weekday === undefined || nature(day).kind !== "working") return [];
  return (calendar.officeHours ?? [])
    .filter(({ days }) => days.includes(weekday))
    .map(({ from, until }) => ({ from: minutesOf(from), until: minutesOf(until) }));
}

function piecesOf(start: number, end: number, timeZone: string): (Stretch & { readonly offset: number })[] {
  const pieces: (Stretch & { readonly offset: number })[] = [];
  let from = start;
  while (from < end) {
    const change = zoned(from, timeZone).getTimeZoneTransition("next")?.epochMilliseconds ?? end;
    const until = Math.min(change, end);
    pieces.push({ from, until, offset: offsetAt(from, timeZone) });
    from = until;
  }
  return pieces;
}

function offsetAt(milliseconds: number, timeZone: string): number {
  return zoned(milliseconds, timeZone).offsetNanoseconds / 1_000_000;
}

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const sorted = [...stretches].sort((a, b) => a.from - b.from);
  const result: Stretch[] = [];
  for (const stretch of sorted) {
    const last = result.at(-1);
    if (last !== undefined && stretch.from <= last.until)
      result[result.length - 1] = { from: last.from, until: Math.max(last.until, stretch.until) };
    else result.push(stretch);
  }
  return result;
}
