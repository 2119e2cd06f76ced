import { z } from "zod";
import { stateCodeSchema } from "../words/index.ts";

/** The days of the week, Monday first, as ISO 8601 numbers them from 1. */
export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const weekdaySchema = z.enum(weekdays);

export const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const yearSchema = z.int().min(1900).max(2200);
const identifier = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens");
const textSchema = z
  .partialRecord(z.enum(["en", "zh", "ar", "es", "fr", "ru"]), z.string().min(1))
  .refine((text) => Object.keys(text).length > 0, "a text in one language at least");

/** A day of the year as month and day, such as `12-25`; `02-29` falls in leap years only. */
const monthDaySchema = z
  .string()
  .regex(/^\d{2}-\d{2}$/, 'month and day in quotes, such as "12-25"')
  .refine((text) => {
    const [month = 0, day = 0] = text.split("-").map(Number);
    return day >= 1 && day <= (longestMonths[month - 1] ?? 0);
  }, "a day that the month has");

const dateSchema = z.iso.date('a date in quotes, such as "2027-03-10"');

/** Dates by year. A year that is not written is not known; a year with an empty list is known to have none. */
const datesByYearSchema = z
  .record(z.string().regex(/^\d{4}$/, "a year of four digits"), z.array(dateSchema))
  .superRefine((years, context) => {
    if (Object.keys(years).length === 0) context.addIssue({ code: "custom", message: "one known year at least" });
    for (const [year, dates] of Object.entries(years)) {
      dates.forEach((date, index) => {
        if (!date.startsWith(`${year}-`))
          context.addIssue({ code: "custom", path: [year, index], message: `a date in ${year}` });
      });
    }
  });

const holidaySchema = z
  .strictObject({
    id: identifier,
    name: textSchema,
    on: z
      .union([
        monthDaySchema,
        z.strictObject({
          which: z.enum(["first", "second", "third", "fourth", "last"]),
          weekday: weekdaySchema,
          of: z.enum(months),
        }),
      ])
      .optional()
      .describe("The day of each year: a fixed one, or a weekday of a month."),
    dates: datesByYearSchema
      .optional()
      .describe("The dates of the years that are known, for what no rule says: moon sightings, decrees, moved days."),
    from: yearSchema.optional().describe("The first year in which the law has it."),
    until: yearSchema.optional().describe("The last year in which the law has it."),
  })
  .superRefine((holiday, context) => {
    if ((holiday.on === undefined) === (holiday.dates === undefined))
      context.addIssue({ code: "custom", path: ["on"], message: "either `on` or `dates`" });
    if (holiday.from !== undefined && holiday.until !== undefined && holiday.until < holiday.from)
      context.addIssue({ code: "custom", path: ["until"], message: "a year that is not before `from`" });
  });
export type Holiday = z.infer<typeof holidaySchema>;

const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const officeHoursSchema = z
  .strictObject({
    days: z.array(weekdaySchema).min(1),
    from: z.string().regex(timeOfDay, 'a time in quotes, such as "08:30"'),
    until: z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time in quotes, such as "17:00" or "24:00"'),
  })
  .refine(({ from, until }) => from < until, { path: ["until"], message: "a time after `from`" });

/** A State's (or a region's) calendar: its clock, its weekly rest, its holidays and its office hours. */
export const calendarSchema = z
  .strictObject({
    calendar: z
      .string()
      .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, "a State (ISO 3166-1), such as XA, or a region of it (ISO 3166-2)")
      .describe("The State, or the region of a State that has its own holidays or clock."),
    name: textSchema,
    timeZone: z
      .string()
      .refine(isTimeZone, "a time zone of the IANA database, such as Europe/Vienna")
      .describe("The clock that says when a day ends."),
    restDays: z.array(weekdaySchema).max(6).describe("The days of the week on which nobody works."),
    holidays: z.array(holidaySchema).default([]),
    workedRestDays: datesByYearSchema
      .optional()
      .describe("Weekly rest days on which the State works in exchange for others, by year."),
    officeHours: z.array(officeHoursSchema).min(1).optional(),
    sources: z.array(z.string().min(1)).min(1).describe("The law, or where the dates are published."),
  })
  .superRefine((calendar, context) => {
    const seen = new Set<string>();
    calendar.holidays.forEach(({ id }, index) => {
      if (seen.has(id))
        context.addIssue({
          code: "custom",
          path: ["holidays", index, "id"],
          message: "an id that no other holiday has",
        });
      seen.add(id);
    });
    calendar.officeHours?.forEach((hours, index) => {
      const resting = hours.days.findIndex(
        (day) => calendar.restDays.includes(day) && calendar.workedRestDays === undefined,
      );
      if (resting >= 0)
        context.addIssue({
          code: "custom",
          path: ["officeHours", index, "days", resting],
          message: "a day of the week that is no rest day",
        });
    });
    const worked = new Set(weekdays.filter((day) => !calendar.restDays.includes(day)));
    if (
      calendar.officeHours !== undefined &&
      !calendar.officeHours.some(({ days }) => days.some((day) => worked.has(day)))
    )
      context.addIssue({ code: "custom", path: ["officeHours"], message: "office hours on a working day" });
  });
export type Calendar = z.infer<typeof calendarSchema>;

/** The State whose calendar this is. */
export function stateOf(calendar: Calendar): z.infer<typeof stateCodeSchema> {
  return stateCodeSchema.parse(calendar.calendar.slice(0, 2));
}

/** Whether a name is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
