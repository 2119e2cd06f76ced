import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Instant, instantSchema } from "../words/index.ts";
import { type Calendar, calendarSchema, clockRuleSchema, deadline, type Pause, weekdays } from "./index.ts";
import { plainDeadline } from "./plain-calculator.test.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
/** Mutation testing asks for fewer. */
const cases = Number(process.env.JUSTITIA_RUNS ?? (slow ? 1_000_000 : 20_000));

const day = 86_400_000;
const hour = 3_600_000;
const instant = (milliseconds: number): Instant => instantSchema.parse(new Date(milliseconds).toISOString());

/** Zones with what is odd about them somewhere between 1993 and 2037. */
const zones = [
  "UTC",
  "Europe/Vienna",
  "Europe/Dublin", // winter time is the deviation
  "America/New_York",
  "America/St_Johns", // changed at one minute past midnight until 2011
  "America/Havana", // midnight comes twice
  "America/Sao_Paulo", // midnight was skipped
  "America/Asuncion",
  "Asia/Beirut", // midnight is skipped
  "Asia/Gaza",
  "Africa/Cairo",
  "Africa/Casablanca", // back for Ramadan
  "Asia/Tehran",
  "Asia/Kathmandu",
  "Asia/Shanghai",
  "Asia/Dubai",
  "Australia/Lord_Howe", // half an hour
  "Pacific/Chatham",
  "Pacific/Apia", // no 2011-12-30
  "Pacific/Kwajalein", // no 1993-08-21
  "Pacific/Kiritimati", // no 1994-12-31
  "Antarctica/Troll", // two hours
];
const weekends = [["saturday", "sunday"], ["friday", "saturday"], ["sunday"], [], ["thursday", "friday"]] as const;
const offices = [
  [{ days: weekdays, from: "09:00", until: "17:00" }],
  [
    { days: weekdays, from: "08:30", until: "12:15" },
    { days: weekdays.slice(0, 6), from: "13:00", until: "18:45" },
  ],
  [{ days: weekdays, from: "00:00", until: "24:00" }],
  [{ days: weekdays, from: "00:00", until: "06:00" }],
] as const;

/** Dates of a feast that wanders through the year, for the years of which a list knows. */
function wandering(step: number): Record<string, string[]> {
  const dates: Record<string, string[]> = {};
  for (let year = 1993; year <= 2040; year++) {
    if (year % 9 === 4) continue;
    const first = Date.UTC(year, 0, 5 + ((year * step) % 350));
    dates[String(year)] = [0, 1, 2].map((after) => new Date(first + after * day).toISOString().slice(0, 10));
  }
  return dates;
}

function saturdaysWorked(): Record<string, string[]> {
  const dates: Record<string, string[]> = {};
  for (let year = 1993; year <= 2040; year++)
    dates[String(year)] = [`${year}-02-07`, `${year}-05-04`, `${year}-09-29`, `${year}-10-12`];
  return dates;
}

const calendars: Calendar[] = zones.flatMap((timeZone, zone) =>
  weekends.map((restDays, weekend) =>
    calendarSchema.parse({
      calendar: "XA",
      name: { en: "A State" },
      timeZone,
      restDays,
      officeHours: offices[(zone + weekend) % offices.length]?.map((hours) => ({
        ...hours,
        days: hours.days.filter((name) => weekend % 2 === 1 || !restDays.some((rest) => rest === name)),
      })),
      holidays: [
        { id: "new-year", name: { en: "New Year" }, on: "01-01" },
        { id: "leap", name: { en: "Leap Day" }, on: "02-29" },
        { id: "old", name: { en: "Old" }, on: "11-07", until: 2004 },
        { id: "young", name: { en: "Young" }, on: "06-20", from: 2021 },
        { id: "first", name: { en: "First" }, on: { which: "first", weekday: "monday", of: "may" } },
        { id: "fourth", name: { en: "Fourth" }, on: { which: "fourth", weekday: "thursday", of: "november" } },
        { id: "last", name: { en: "Last" }, on: { which: "last", weekday: "friday", of: "february" } },
        { id: "feast", name: { en: "Feast" }, dates: wandering(zone + 7) },
        { id: "midwinter", name: { en: "Midwinter" }, on: "12-25" },
      ],
      ...(weekend % 2 === 1 ? { workedRestDays: saturdaysWorked() } : {}),
      sources: ["invented"],
    }),
  ),
);

const oddMoments = [
  "2011-12-30T10:00:00Z",
  "1993-08-21T12:00:00Z",
  "1994-12-31T10:00:00Z",
  "2024-02-29T12:00:00Z",
  "2000-02-28T23:00:00Z",
  "2023-01-31T00:00:00Z",
  "2024-03-31T01:00:00Z",
  "2024-10-27T01:00:00Z",
  "2010-11-07T02:31:00Z",
  "2006-10-29T02:31:00Z",
  "2018-11-04T03:00:00Z",
  "2024-11-03T05:00:00Z",
  "2024-03-30T22:00:00Z",
  "2023-04-27T22:00:00Z",
  "2019-04-06T15:00:00Z",
].map((text) => Date.parse(text));

const from = Date.UTC(1993, 0, 1);
const until = Date.UTC(2037, 0, 1);
const offGrid = fc.constantFrom(0, 0, 1, 59_999, 60_000, 61_234, 899_999);
const startArbitrary = fc.oneof(
  fc.integer({ min: from, max: until }),
  fc
    .tuple(fc.integer({ min: from / hour, max: until / hour }), offGrid)
    .map(([hours, rest]) => Math.round(hours) * hour + rest),
  fc
    .tuple(fc.constantFrom(...oddMoments), fc.integer({ min: -40 * 24, max: 48 }), offGrid)
    .map(([moment, hours, rest]) => moment + hours * hour + rest),
  fc
    .tuple(fc.constantFrom(...oddMoments), fc.integer({ min: -4, max: 4 }), offGrid)
    .map(([moment, quarters, rest]) => moment + quarters * 900_000 - rest),
);
const lengthArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.record({ unit: fc.constant("hours" as const), count: fc.integer({ min: 1, max: 240 }) }) },
  { weight: 4, arbitrary: fc.record({ unit: fc.constant("days" as const), count: fc.integer({ min: 1, max: 70 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ unit: fc.constant("working-days" as const), count: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 2, arbitrary: fc.record({ unit: fc.constant("months" as const), count: fc.integer({ min: 1, max: 4 }) }) },
);
const caseArbitrary = fc.record({
  calendar: fc.constantFrom(...calendars),
  length: lengthArbitrary,
  event: fc.constantFrom("counted" as const, "not-counted" as const),
  onRestDay: fc.constantFrom("none" as const, "next-working-day" as const),
  pausesBy: fc.constantFrom("days" as const, "hours" as const),
  office: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
  leastWorkingDays: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 4 }),
  warnings: fc.array(
    fc.record({
      unit: fc.constantFrom("hours" as const, "days" as const, "working-days" as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
    { maxLength: 2 },
  ),
  start: startArbitrary,
  pauses: fc.array(
    fc.record({
      after: fc.oneof(
        fc.integer({ min: -5 * day, max: 40 * day }),
        fc.integer({ min: -48, max: 480 }).map((n) => n * hour),
      ),
      length: fc.oneof(
        fc.integer({ min: 0, max: 20 * day }),
        fc.integer({ min: 0, max: 72 }).map((n) => n * hour),
      ),
      open: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 3 },
  ),
  extensions: fc.oneof(
    { weight: 3, arbitrary: fc.array(lengthArbitrary, { maxLength: 0 }) },
    { weight: 1, arbitrary: fc.array(lengthArbitrary, { minLength: 1, maxLength: 2 }) },
  ),
});

test(`${cases.toLocaleString("en")} deadlines agree with a calculator that goes day by day`, () => {
  const seen = { due: 0, standing: 0, warnings: 0, office: 0, unknown: 0 };
  fc.assert(
    fc.property(caseArbitrary, (drawn) => {
      const hours = drawn.length.unit === "hours";
      // The second calculator goes by quarters of an hour, so office hours leave out the changes at 00:01.
      const quarters = drawn.calendar.timeZone !== "America/St_Johns" || drawn.start > Date.UTC(2012, 0, 1);
      const office = hours && drawn.office && quarters;
      const length = office ? { unit: "hours" as const, count: Math.ceil(drawn.length.count / 6) } : drawn.length;
      const rule = clockRuleSchema.parse({
        length,
        event: drawn.event,
        onRestDay: drawn.onRestDay,
        pauses: drawn.pausesBy,
        hours: office ? "office" : "all",
        ...(hours || drawn.leastWorkingDays === undefined ? {} : { leastWorkingDays: drawn.leastWorkingDays }),
        warnings: drawn.warnings,
      });
      const extensions = drawn.extensions.map((one) =>
        office && one.unit === "hours" ? { unit: one.unit, count: Math.ceil(one.count / 6) } : one,
      );
      const pauses = drawn.pauses.map(({ after, length: long, open }) => ({
        from: drawn.start + after,
        until: open ? Number.POSITIVE_INFINITY : drawn.start + after + long,
      }));
      const given: Pause[] = pauses.map((pause) =>
        pause.until === Number.POSITIVE_INFINITY
          ? { from: instant(pause.from) }
          : { from: instant(pause.from), until: instant(pause.until) },
      );
      const found = deadline(rule, drawn.calendar, instant(drawn.start), given, extensions);
      const expected = plainDeadline(rule, drawn.calendar, drawn.start, pauses, extensions);
      if (found.kind === "standing") {
        seen.standing++;
        assert.equal(expected, undefined, "the clock stands");
        return;
      }
      seen.due++;
      if (found.warnings.length > 0) seen.warnings++;
      if (office) seen.office++;
      if (found.unknownYears.length > 0) seen.unknown++;
      assert.deepEqual(
        { due: found.due, lastDay: found.lastDay, warnings: found.warnings },
        expected && {
          due: instant(expected.due),
          lastDay: expected.lastDay,
          warnings: expected.warnings.map(instant),
        },
      );
    }),
    { numRuns: cases, seed: 1182, endOnFailure: true },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > cases / 100, `${what}: ${count}`);
});
