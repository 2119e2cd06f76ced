import { Temporal } from "temporal-polyfill";
import { type Calendar, type Holiday, months, weekdays } from "./calendar.ts";
import { neverWas } from "./day.ts";

/** What a day is in a calendar. */
export type DayNature =
  | { readonly kind: "working" }
  | { readonly kind: "rest-day" }
  | { readonly kind: "holiday"; readonly holiday: string }
  | { readonly kind: "never-was" };

/** A list of a calendar that says nothing of a year: the id of the holiday, or `worked-rest-days`. */
export interface UnknownYear {
  readonly year: number;
  readonly list: string;
}

const ordinals = { first: 1, second: 2, third: 3, fourth: 4 } as const;
const working: DayNature = { kind: "working" };
const restDay: DayNature = { kind: "rest-day" };
const never: DayNature = { kind: "never-was" };

interface YearOfCalendar {
  readonly holidays: ReadonlyMap<number, DayNature>;
  readonly worked: ReadonlySet<number>;
  readonly unknown: readonly UnknownYear[];
}
const years = new WeakMap<Calendar, Map<number, YearOfCalendar>>();

/** What a day is: working, weekly rest, a holiday, or a day that the zone skipped. Lists that lack the year count as empty. */
export function natureOf(day: Temporal.PlainDate, calendar: Calendar): DayNature {
  if (neverWas(day, calendar.timeZone)) return never;
  const year = yearOf(day.year, calendar);
  const key = keyOf(day);
  const holiday = year.holidays.get(key);
  if (holiday !== undefined) return holiday;
  const weekday = weekdays[day.dayOfWeek - 1];
  return weekday !== undefined && calendar.restDays.includes(weekday) && !year.worked.has(key) ? restDay : working;
}

/** The lists of a calendar that do not know a year. */
export function unknownIn(year: number, calendar: Calendar): readonly UnknownYear[] {
  return yearOf(year, calendar).unknown;
}

const keyOf = (day: Temporal.PlainDate): number => day.month * 100 + day.day;

function yearOf(year: number, calendar: Calendar): YearOfCalendar {
  let known = years.get(calendar);
  if (known === undefined) {
    known = new Map();
    years.set(calendar, known);
  }
  let found = known.get(year);
  if (found === undefined) {
    found = makeYear(year, calendar);
    known.set(year, found);
  }
  return found;
}

function makeYear(year: number, calendar: Calendar): YearOfCalendar {
  const holidays = new Map<number, DayNature>();
  const unknown: UnknownYear[] = [];
  for (const holiday of calendar.holidays) {
    if ((holiday.from ?? year) > year || (holiday.until ?? year) < year) continue;
    const days = daysOf(holiday, year);
    if (days === undefined) unknown.push({ year, list: holiday.id });
    for (const day of days ?? [])
      if (!holidays.has(keyOf(day))) holidays.set(keyOf(day), { kind: "holiday", holiday: holiday.id });
  }
  const worked = calendar.workedRestDays?.[String(year)];
  if (calendar.workedRestDays !== undefined && worked === undefined) unknown.push({ year, list: "worked-rest-days" });
  return { holidays, worked: new Set((worked ?? []).map((text) => keyOf(Temporal.PlainDate.from(text)))), unknown };
}

/** The days of a holiday in a year; undefined when its list does not know the year. */
function daysOf(holiday: Holiday, year: number): readonly Temporal.PlainDate[] | undefined {
  if (holiday.on === undefined) return holiday.dates?.[String(year)]?.map((text) => Temporal.PlainDate.from(text));
  if (typeof holiday.on === "string") {
    const [month = 1, day = 1] = holiday.on.split("-").map(Number);
    const yearMonth = Temporal.PlainYearMonth.from({ year, month });
    return day > yearMonth.daysInMonth ? [] : [yearMonth.toPlainDate({ day })];
  }
  const { which, weekday, of } = holiday.on;
  const first = Temporal.PlainDate.from({ year, month: months.indexOf(of) + 1, day: 1 });
  const until = (weekdays.indexOf(weekday) + 8 - first.dayOfWeek) % 7;
  if (which !== "last") return [first.add({ days: until + 7 * (ordinals[which] - 1) })];
  const weeks = Math.floor((first.daysInMonth - 1 - until) / 7);
  return [first.add({ days: until + 7 * weeks })];
}
