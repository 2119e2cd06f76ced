import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instant, instantSchema } from "../words/index.ts";
import {
  type Calendar,
  type ClockRule,
  calendarSchema,
  clockRuleSchema,
  clockState,
  type DueDeadline,
  deadline,
  explanationKeys,
  type Length,
  type Pause,
} from "./index.ts";

const at = (text: string): Instant => instantSchema.parse(new Date(text).toISOString());
const rule = (count: number, unit: Length["unit"], more: Record<string, unknown> = {}): ClockRule =>
  clockRuleSchema.parse({ length: { count, unit }, ...more });

function calendar(timeZone: string, more: Record<string, unknown> = {}): Calendar {
  return calendarSchema.parse({
    calendar: "XA",
    name: { en: "Arcadia" },
    timeZone,
    restDays: ["saturday", "sunday"],
    officeHours: [{ days: ["monday", "tuesday", "wednesday", "thursday", "friday"], from: "09:00", until: "17:00" }],
    sources: ["invented"],
    ...more,
  });
}
const vienna = calendar("Europe/Vienna", {
  holidays: [
    { id: "new-year", name: { en: "New Year" }, on: "01-01" },
    { id: "epiphany", name: { en: "Epiphany" }, on: "01-06" },
    { id: "easter-monday", name: { en: "Easter Monday" }, dates: { 2026: ["2026-04-06"], 2027: ["2027-03-29"] } },
    { id: "labour-day", name: { en: "Labour Day" }, on: "05-01" },
    { id: "midwinter", name: { en: "Midwinter" }, on: "12-25" },
    { id: "midwinter-second", name: { en: "Midwinter" }, on: "12-26" },
  ],
});
const roll = { onRestDay: "next-working-day" };

function due(
  counted: ClockRule,
  from: Calendar,
  start: string,
  pauses: readonly Pause[] = [],
  extensions: readonly Length[] = [],
): DueDeadline {
  const found = deadline(counted, from, at(start), pauses, extensions);
  assert.equal(found.kind, "due");
  if (found.kind !== "due") throw new Error("the clock stands");
  return found;
}
/** The end as the last day and the moment. */
const end = (...given: Parameters<typeof due>): readonly [string, string] => {
  const found = due(...given);
  return [found.lastDay, found.due];
};

test("40 days of provisional arrest over a leap day and the beginning of summer time end with the fortieth day", () => {
  // 20 February 2028 is not counted; 9 days to 29 February, 31 in March: 31 March is the fortieth.
  assert.deepEqual(end(rule(40, "days"), vienna, "2028-02-20T16:00+01:00"), ["2028-03-31", "2028-03-31T22:00:00.000Z"]);
  // The same in a year without a leap day: 8 days to 28 February, 31 in March, 1 in April.
  assert.deepEqual(end(rule(40, "days"), vienna, "2027-02-20T16:00+01:00"), ["2027-04-01", "2027-04-01T22:00:00.000Z"]);
  // Over the end of summer time, 25 October 2026: 11 days to 31 October, 29 in November.
  assert.deepEqual(end(rule(40, "days"), vienna, "2026-10-20T23:59+02:00"), ["2026-11-29", "2026-11-29T23:00:00.000Z"]);
  // Counting the day of the arrest ends it a day sooner.
  assert.deepEqual(end(rule(40, "days", { event: "counted" }), vienna, "2028-02-20T16:00+01:00")[0], "2028-03-30");
});

test("a person is not held over a weekend because the last day is none of work, unless the rule says so", () => {
  // 18 days from Wednesday, 8 April 2026: Sunday, 26 April.
  assert.equal(end(rule(18, "days"), vienna, "2026-04-08T10:00Z")[0], "2026-04-26");
  assert.equal(end(rule(18, "days", roll), vienna, "2026-04-08T10:00Z")[0], "2026-04-27");
});

test("the day of the event is the day of the State's clock, not of Greenwich", () => {
  // 23:30 in Greenwich on the 10th is 00:30 in Vienna on the 11th.
  assert.equal(end(rule(1, "days"), vienna, "2026-03-10T23:30Z")[0], "2026-03-12");
  assert.equal(end(rule(1, "days"), calendar("America/New_York"), "2026-03-10T23:30Z")[0], "2026-03-11");
});

test("hours begin with the hour after that of the event, as article 3(1) of Regulation 1182/71 has it", () => {
  assert.deepEqual(end(rule(96, "hours"), vienna, "2026-03-27T10:15:30Z"), ["2026-03-31", "2026-03-31T11:00:00.000Z"]);
  assert.equal(end(rule(24, "hours"), vienna, "2026-03-27T10:00:00Z")[1], "2026-03-28T11:00:00.000Z");
  assert.equal(
    end(rule(24, "hours", { event: "counted" }), vienna, "2026-03-27T10:15:30Z")[1],
    "2026-03-28T10:15:30.000Z",
  );
  // Kathmandu's clock is 5:45 ahead: the next full hour there is at 15 minutes past in Greenwich.
  assert.equal(end(rule(1, "hours"), calendar("Asia/Kathmandu"), "2026-03-27T10:00Z")[1], "2026-03-27T11:15:00.000Z");
});

test("48 hours are 48 hours on the nights on which the clock changes", () => {
  const hours = rule(48, "hours", { event: "counted" });
  assert.equal(end(hours, vienna, "2026-03-28T12:00+01:00")[1], at("2026-03-30T13:00+02:00"));
  assert.equal(end(hours, vienna, "2026-10-24T12:00+02:00")[1], at("2026-10-26T11:00+01:00"));
  // An event in the hour that comes twice: which of the two it was decides.
  assert.equal(end(hours, vienna, "2026-10-25T02:30+02:00")[1], "2026-10-27T00:30:00.000Z");
  assert.equal(end(hours, vienna, "2026-10-25T02:30+01:00")[1], "2026-10-27T01:30:00.000Z");
});

test("a time in months ends with the day of the same number, or the last of a month that lacks it", () => {
  assert.equal(end(rule(1, "months"), vienna, "2027-01-31T10:00Z")[0], "2027-02-28");
  assert.equal(end(rule(1, "months"), vienna, "2028-01-31T10:00Z")[0], "2028-02-29");
  assert.equal(end(rule(12, "months"), vienna, "2028-02-29T10:00Z")[0], "2029-02-28");
  assert.equal(end(rule(1, "months"), vienna, "2027-02-28T10:00Z")[0], "2027-03-28");
  assert.equal(end(rule(3, "months"), vienna, "2026-11-30T10:00Z")[0], "2027-02-28");
});

test("a time in months that counts its first day ends the day before that of the same number", () => {
  const counted = { event: "counted" };
  assert.equal(end(rule(1, "months", counted), vienna, "2027-01-15T10:00Z")[0], "2027-02-14");
  assert.equal(end(rule(1, "months", counted), vienna, "2027-01-31T10:00Z")[0], "2027-02-28");
  assert.equal(end(rule(1, "months", counted), vienna, "2027-03-01T10:00Z")[0], "2027-03-31");
});

test("working days leave out weekends and holidays", () => {
  // From Thursday, 2 April 2026: Fri 3, (Sat, Sun, Easter Monday), Tue 7, Wed 8, Thu 9, Fri 10.
  const found = due(rule(5, "working-days"), vienna, "2026-04-02T09:00Z");
  assert.equal(found.lastDay, "2026-04-10");
  assert.deepEqual(
    found.explanation.filter(({ key }) => key === explanationKeys.holiday || key === explanationKeys.restDays),
    [
      { key: explanationKeys.holiday, values: { day: "2026-04-06", holiday: "easter-monday" } },
      { key: explanationKeys.restDays, values: { count: 2 } },
    ],
  );
});

test("a last day without work ends the time with the next working day, over several of them if need be", () => {
  // 25 December 2026 is a Friday, a holiday; then a holiday on Saturday, Sunday.
  const found = due(rule(10, "days", roll), vienna, "2026-12-15T09:00Z");
  assert.equal(found.lastDay, "2026-12-28");
  assert.deepEqual(found.explanation.find(({ key }) => key === explanationKeys.moved)?.values, {
    from: "2026-12-25",
    day: "2026-12-28",
    reason: "holiday",
    holiday: "midwinter",
  });
});

test("a short time holds two working days where the rule wants them, as article 3(5) of Regulation 1182/71 does", () => {
  // Two days from Friday, 3 April 2026 would be Saturday and Sunday; Monday is Easter Monday; Tuesday and Wednesday count.
  assert.equal(end(rule(2, "days", { ...roll, leastWorkingDays: 2 }), vienna, "2026-04-03T09:00Z")[0], "2026-04-08");
  assert.equal(end(rule(2, "days", { ...roll, leastWorkingDays: 2 }), vienna, "2026-04-07T09:00Z")[0], "2026-04-09");
});

test("Samoa had no 30 December 2011, so a day that never was is not counted", () => {
  const samoa = calendar("Pacific/Apia");
  const found = due(rule(2, "days"), samoa, "2011-12-28T10:00-10:00");
  assert.deepEqual([found.lastDay, found.due], ["2011-12-31", "2011-12-31T10:00:00.000Z"]);
  assert.ok(
    found.explanation.some(({ key, values }) => key === explanationKeys.neverWas && values.day === "2011-12-30"),
  );
  assert.deepEqual(end(rule(1, "months"), samoa, "2011-11-30T10:00-10:00"), ["2011-12-29", "2011-12-30T10:00:00.000Z"]);
  // Friday, 30 December would have been a working day; the third one after the 28th is Tuesday, 3 January.
  assert.equal(end(rule(3, "working-days"), samoa, "2011-12-28T10:00-10:00")[0], "2012-01-03");
});

test("a day ends with its last moment where the clock skips midnight or shows it twice", () => {
  // Beirut went from 24:00 on Saturday, 30 March 2024 to 01:00 on Sunday.
  assert.equal(end(rule(1, "days"), calendar("Asia/Beirut"), "2024-03-29T10:00Z")[1], "2024-03-30T22:00:00.000Z");
  // Havana showed 00:00 to 01:00 of 3 November 2024 twice; the Saturday ended with the first.
  assert.equal(end(rule(1, "days"), calendar("America/Havana"), "2024-11-01T12:00Z")[1], "2024-11-03T04:00:00.000Z");
});

test("office hours run on working days only and stop at night", () => {
  const office = { hours: "office", event: "counted" };
  // Friday, 3 April 2026, 15:00: two hours; Tuesday 7th eight; Wednesday 8th two.
  assert.deepEqual(end(rule(12, "hours", office), vienna, "2026-04-03T15:00+02:00"), [
    "2026-04-08",
    at("2026-04-08T11:00+02:00"),
  ]);
  assert.equal(end(rule(2, "hours", office), vienna, "2026-04-03T15:00+02:00")[1], at("2026-04-03T17:00+02:00"));
  const without = calendarSchema.parse({ ...vienna, officeHours: undefined });
  assert.throws(() => deadline(rule(2, "hours", office), without, at("2026-04-03T15:00Z")), RangeError);
});

test("office hours of a contact point that never closes run through the hour that comes twice", () => {
  const always = calendar("Europe/Vienna", {
    restDays: [],
    officeHours: [{ days: ["saturday", "sunday", "monday"], from: "00:00", until: "24:00" }],
  });
  const office = { hours: "office", event: "counted" };
  assert.equal(end(rule(25, "hours", office), always, "2026-10-25T00:00+02:00")[1], at("2026-10-26T00:00+01:00"));
  assert.equal(end(rule(23, "hours", office), always, "2026-03-29T00:00+01:00")[1], at("2026-03-30T00:00+02:00"));
});

test("office hours of a Saturday come back where the clock goes from one minute past midnight to 23:01", () => {
  const saturdays = calendar("America/St_Johns", {
    officeHours: [{ days: ["saturday"], from: "00:00", until: "24:00" }],
    restDays: ["sunday"],
  });
  // 23 and a half hours to the first midnight of 28 October 2006, a minute of Sunday, then half an hour from 23:01.
  const found = end(rule(24, "hours", { hours: "office", event: "counted" }), saturdays, "2006-10-28T03:00Z");
  assert.equal(found[1], "2006-10-29T03:01:00.000Z");
});

test("a pause takes every day that it touches out of a time in days", () => {
  const pause = { from: at("2026-05-04T15:00+02:00"), until: at("2026-05-06T09:00+02:00") };
  assert.equal(end(rule(10, "days"), vienna, "2026-05-01T09:00Z")[0], "2026-05-11");
  assert.equal(end(rule(10, "days"), vienna, "2026-05-01T09:00Z", [pause])[0], "2026-05-14");
  assert.equal(end(rule(1, "months"), vienna, "2026-05-01T09:00Z", [pause])[0], "2026-06-04");
});

test("a pause that ends at midnight does not touch the day that begins, and one that begins at the end does not matter", () => {
  const night = { from: at("2026-05-04T15:00+02:00"), until: at("2026-05-06T00:00+02:00") };
  assert.equal(end(rule(10, "days"), vienna, "2026-05-01T09:00Z", [night])[0], "2026-05-13");
  const after = { from: at("2026-05-02T11:00+02:00"), until: at("2026-05-03T11:00+02:00") };
  const hours = rule(24, "hours", { event: "counted" });
  assert.equal(end(hours, vienna, "2026-05-01T11:00+02:00", [after])[1], after.from);
});

test("a pause that is counted in hours moves the end by exactly its hours", () => {
  const pause = { from: at("2026-05-04T15:00+02:00"), until: at("2026-05-06T09:00+02:00") };
  const exact = { pauses: "hours" };
  // 42 hours after the end of 11 May.
  assert.equal(end(rule(10, "days", exact), vienna, "2026-05-01T09:00Z", [pause])[1], at("2026-05-13T18:00+02:00"));
  assert.equal(end(rule(96, "hours"), vienna, "2026-05-03T09:30Z", [pause, pause])[1], "2026-05-09T04:00:00.000Z");
});

test("a clock stands while a pause lasts, and a pause after the end does not matter", () => {
  const open = { from: at("2026-05-04T15:00+02:00") };
  const found = deadline(rule(10, "days"), vienna, at("2026-05-01T09:00Z"), [open]);
  assert.deepEqual([found.kind, found.kind === "standing" && found.since], ["standing", open.from]);
  assert.equal(end(rule(2, "days"), vienna, "2026-05-01T09:00Z", [open])[0], "2026-05-03");
});

test("a clock has stood since the first of the pauses that follow each other without a gap", () => {
  const first = { from: at("2026-05-02T15:00Z"), until: at("2026-05-04T15:00Z") };
  const found = deadline(rule(10, "days"), vienna, at("2026-05-01T09:00Z"), [{ from: first.until }, first]);
  assert.equal(found.kind === "standing" && found.since, first.from);
});

test("an extension runs from the end as it stood", () => {
  // 30 days from 1 April end on Friday, 1 May, a holiday, so on Monday the 4th; 30 more end on 3 June.
  assert.equal(end(rule(30, "days", roll), vienna, "2026-04-01T09:00Z")[0], "2026-05-04");
  const more: Length = { count: 30, unit: "days" };
  assert.equal(end(rule(30, "days", roll), vienna, "2026-04-01T09:00Z", [], [more])[0], "2026-06-03");
  assert.equal(
    end(rule(48, "hours", { event: "counted" }), vienna, "2026-04-01T09:15Z", [], [{ count: 24, unit: "hours" }])[1],
    "2026-04-04T09:15:00.000Z",
  );
});

test("warnings leave so many whole days, working days or hours", () => {
  const warned = rule(10, "days", {
    warnings: [
      { count: 6, unit: "hours" },
      { count: 3, unit: "days" },
      { count: 4, unit: "working-days" },
      { count: 90, unit: "days" },
    ],
  });
  // Ends with Sunday, 12 April 2026: three days are Fri 10, Sat, Sun; the fourth working day back is Tue 7.
  assert.deepEqual(due(warned, vienna, "2026-04-02T09:00Z").warnings, [
    at("2026-04-07T00:00+02:00"),
    at("2026-04-10T00:00+02:00"),
    at("2026-04-12T18:00+02:00"),
  ]);
});

test("a warning in days comes with the beginning of a day, also when the time ends where midnight is skipped", () => {
  const warned = rule(2, "days", { warnings: [{ count: 1, unit: "days" }] });
  assert.deepEqual(due(warned, calendar("Asia/Beirut"), "2024-03-28T10:00Z").warnings, [at("2024-03-30T00:00+02:00")]);
});

test("a year that a list of holidays does not know is said and not guessed", () => {
  const found = due(rule(5, "working-days"), vienna, "2028-04-13T09:00Z");
  assert.deepEqual(found.unknownYears, [{ year: 2028, list: "easter-monday" }]);
  assert.ok(found.explanation.some(({ key, values }) => key === explanationKeys.unknownYear && values.year === 2028));
  assert.deepEqual(due(rule(5, "days"), vienna, "2028-04-13T09:00Z").unknownYears, [], "no calendar was needed");
  // From Monday, 28 December 2026: the year 2027 is known.
  assert.deepEqual(due(rule(10, "working-days"), vienna, "2026-12-28T09:00Z").unknownYears, []);
});

test("a weekly rest day that is worked in exchange counts as a working day", () => {
  const exchange = calendar("Asia/Shanghai", {
    holidays: [{ id: "spring", name: { en: "Spring" }, dates: { 2026: ["2026-02-16", "2026-02-17", "2026-02-18"] } }],
    workedRestDays: { 2026: ["2026-02-14"] },
  });
  // Friday 13th is the event; Saturday 14th is worked; Thursday 19th is the next working day.
  assert.equal(end(rule(2, "working-days"), exchange, "2026-02-13T03:00Z")[0], "2026-02-19");
});

test("a clock that is paused, resumed, extended and stopped says at each point what holds", () => {
  const counted = rule(10, "days");
  const started = { kind: "started", at: at("2026-05-01T09:00Z") } as const;
  const paused = { kind: "paused", at: at("2026-05-04T13:00Z") } as const;
  const resumed = { kind: "resumed", at: at("2026-05-06T07:00Z") } as const;
  const extended = { kind: "extended", at: at("2026-05-07T07:00Z"), by: { count: 5, unit: "days" } } as const;
  const stopped = { kind: "stopped", at: at("2026-05-10T07:00Z") } as const;
  const restarted = { kind: "restarted", at: at("2026-05-12T07:00Z") } as const;
  const last = (...changes: Parameters<typeof clockState>[2]): string => {
    const state = clockState(counted, vienna, changes);
    return state.kind === "due" ? state.lastDay : state.kind;
  };
  assert.equal(last(), "not-started");
  assert.equal(last(paused), "not-started");
  assert.equal(last(started), "2026-05-11");
  assert.equal(last(started, { ...started, at: at("2026-05-02T09:00Z") }), "2026-05-11");
  assert.equal(last(started, paused), "standing");
  assert.equal(last(started, paused, resumed), "2026-05-14");
  assert.equal(last(started, paused, { ...paused, at: at("2026-05-05T13:00Z") }, resumed), "2026-05-14");
  assert.equal(last(started, paused, restarted), "2026-05-22");
  assert.equal(last(started, paused, resumed, extended), "2026-05-19");
  assert.equal(last(started, paused, resumed, extended, stopped), "stopped");
  assert.equal(last(started, paused, resumed, extended, stopped, restarted), "2026-05-22");
  assert.equal(last(started, { ...stopped, at: at("2026-05-11T22:00:00Z") }), "2026-05-11", "stopped too late");
  assert.equal(last(started, { ...stopped, at: at("2026-05-11T21:59:59.999Z") }), "stopped");
  assert.throws(() => clockState(counted, vienna, [paused, started]), RangeError);
});

test("a rule that cannot be counted is refused", () => {
  const problems = (given: unknown): readonly string[] =>
    (clockRuleSchema.safeParse(given).error?.issues ?? []).map(({ path }) => path.join("."));
  assert.deepEqual(problems({ length: { count: 0, unit: "days" } }), ["length.count"]);
  assert.deepEqual(problems({ length: { count: 2, unit: "days" }, hours: "office" }), ["hours"]);
  assert.deepEqual(problems({ length: { count: 2, unit: "hours" }, leastWorkingDays: 2 }), ["leastWorkingDays"]);
  assert.deepEqual(problems({ length: { count: 1201, unit: "months" } }), ["length.count"]);
});
