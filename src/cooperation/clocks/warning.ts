import type { Temporal } from "temporal-polyfill";
import { dayEnd, dayStart, zoned } from "./day.ts";
import type { Course } from "./leg.ts";
import type { Warning } from "./rule.ts";

/**
 * When to warn of an end, in milliseconds, oldest first, each once, after the start and before the end.
 *
 * Hours are hours. With days, so many whole days remain when the time ends with a day; otherwise it is the same time of
 * day so many days before. With working days it is the beginning of the working day that is so many, counted back from
 * the last day and including it when it is one.
 */
export function warningTimes(
  warnings: readonly Warning[],
  begun: number,
  due: number,
  lastDay: Temporal.PlainDate,
  course: Course,
): readonly number[] {
  const { timeZone } = course.calendar;
  const endsWithDay = due === dayEnd(lastDay, timeZone);
  const times = warnings.map(({ count, unit }) => {
    if (unit === "hours") return due - count * 3_600_000;
    if (unit === "days")
      return endsWithDay
        ? dayStart(lastDay.subtract({ days: count - 1 }), timeZone)
        : zoned(due, timeZone).subtract({ days: count }).epochMilliseconds;
    let day = lastDay;
    for (let left = count; dayEnd(day, timeZone) > begun; day = day.subtract({ days: 1 })) {
      if (course.nature(day).kind === "working") left--;
      if (left === 0) return dayStart(day, timeZone);
    }
    return begun;
  });
  return [...new Set(times)].filter((at) => at > begun && at < due).sort((a, b) => a - b);
}
