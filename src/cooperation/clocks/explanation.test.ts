import assert from "node:assert/strict";
import { test } from "node:test";
import { instantSchema } from "../words/index.ts";
import {
  type Calendar,
  calendarSchema,
  clockRuleSchema,
  deadline,
  explanationKeys,
  type Length,
  weekdays,
} from "./index.ts";

const at = (text: string) => instantSchema.parse(new Date(text).toISOString());
const calendar = (timeZone: string, more: Record<string, unknown> = {}): Calendar =>
  calendarSchema.parse({
    calendar: "XA",
    name: { en: "Arcadia" },
    timeZone,
    restDays: ["saturday", "sunday"],
    officeHours: [{ days: ["monday", "tuesday", "wednesday", "thursday", "friday"], from: "09:00", until: "17:00" }],
    sources: ["invented"],
    ...more,
  });
const feast = (...dates: string[]) => ({ id: "feast", name: { en: "Feast" }, dates: { 2026: dates } });
const vienna = calendar("Europe/Vienna", { holidays: [feast("2026-04-06")] });
const names = new Map(Object.entries(explanationKeys).map(([name, key]) => [key, name]));

interface Asked {
  readonly length: readonly [number, Length["unit"]];
  readonly rule?: Record<string, unknown>;
  readonly by?: Calendar;
  readonly start: string;
  readonly pauses?: readonly (readonly [string, string?])[];
  readonly extensions?: readonly (readonly [number, Length["unit"]])[];
}

/** Each step of the computation as the name of its sentence and its values. */
function said({ length, rule = {}, by = vienna, start, pauses = [], extensions = [] }: Asked): string[] {
  const ofLength = ([count, unit]: Asked["length"]): Length => ({ count, unit });
  const { explanation } = deadline(
    clockRuleSchema.parse({ length: ofLength(length), ...rule }),
    by,
    at(start),
    pauses.map(([from, until]) => (until === undefined ? { from: at(from) } : { from: at(from), until: at(until) })),
    extensions.map(ofLength),
  );
  return explanation.map(({ key, values }) => [names.get(key), ...Object.values(values).map(String)].join(" ").trim());
}
const begins = (moment: string, counted: boolean, length: string): string[] => [
  `event ${moment} ${moment.slice(0, 10)} Europe/Vienna`,
  `${counted ? "eventCounted" : "eventNotCounted"} ${moment.slice(0, 10)}`,
  `length ${length}`,
];
const ends = (day: string, moment: string): string[] => [`lastDay ${day}`, `due ${moment}`];

test("hours are explained with the full hour from which they run", () => {
  assert.deepEqual(said({ length: [2, "hours"], start: "2026-03-02T10:20:30.400+01:00" }), [
    "event 2026-03-02T10:20:30.4+01:00 2026-03-02 Europe/Vienna",
    "hourNotCounted 2026-03-02T11:00:00+01:00",
    "length 2 hours",
    "due 2026-03-02T13:00:00+01:00",
  ]);
  const rule = { event: "counted", hours: "office" };
  const asked: Asked = { length: [2, "hours"], rule, start: "2026-03-02T16:00+01:00", extensions: [[9, "hours"]] };
  assert.deepEqual(said(asked), [
    "event 2026-03-02T16:00:00+01:00 2026-03-02 Europe/Vienna",
    "length 2 office-hours",
    "extension 9 office-hours 2026-03-03T10:00:00+01:00",
    "due 2026-03-04T11:00:00+01:00",
  ]);
  assert.deepEqual(said({ ...asked, extensions: [[1, "days"]] }).slice(2), [
    "extension 1 days 2026-03-03T10:00:00+01:00",
    ...ends("2026-03-04", "2026-03-05T00:00:00+01:00"),
  ]);
  assert.deepEqual(said({ ...asked, pauses: [["2026-03-03T09:30+01:00"]] }).slice(2), [
    "pause 2026-03-03T09:30:00+01:00",
    "standing 2026-03-03T09:30:00+01:00",
  ]);
});

test("a pause is explained where it took a day out, and not where it lay before or after the time", () => {
  const before = ["2026-02-01T10:00+01:00", "2026-03-02T10:00+01:00"] as const;
  const within = ["2026-03-03T10:00+01:00", "2026-03-03T11:00+01:00"] as const;
  const after = ["2026-03-07T00:00+01:00", "2026-05-02T11:00+02:00"] as const;
  const asked: Asked = { length: [3, "days"], start: "2026-03-02T10:00+01:00", pauses: [after, within, before] };
  assert.deepEqual(said(asked), [
    ...begins("2026-03-02T10:00:00+01:00", false, "3 days"),
    "pausedDays 1",
    "pause 2026-03-03T10:00:00+01:00 2026-03-03T11:00:00+01:00",
    ...ends("2026-03-06", "2026-03-07T00:00:00+01:00"),
  ]);
});

test("that a clock stands is explained with the moment since when, also in an extension", () => {
  const asked: Asked = { length: [3, "days"], start: "2026-03-02T10:00+01:00", pauses: [["2026-03-03T10:00+01:00"]] };
  const begun = begins("2026-03-02T10:00:00+01:00", false, "3 days");
  assert.deepEqual(said(asked), [...begun, "pause 2026-03-03T10:00:00+01:00", "standing 2026-03-03T10:00:00+01:00"]);
  const fromBefore = said({ ...asked, pauses: [["2026-02-01T10:00+01:00"]] });
  assert.deepEqual(fromBefore.slice(3), ["pause 2026-02-01T10:00:00+01:00", "standing 2026-03-02T10:00:00+01:00"]);
  const extensions = [
    [9, "days"],
    [9, "days"],
  ] as const;
  assert.deepEqual(said({ ...asked, pauses: [["2026-03-10T10:00+01:00"]], extensions }), [
    ...begun,
    "extension 9 days 2026-03-06T00:00:00+01:00",
    "pause 2026-03-10T10:00:00+01:00",
    "standing 2026-03-10T10:00:00+01:00",
  ]);
});

test("a last day without work is explained with the day that takes its place, and why", () => {
  const rule = { event: "counted", onRestDay: "next-working-day" };
  assert.deepEqual(said({ length: [3, "days"], rule, start: "2026-04-04T10:00+02:00" }), [
    ...begins("2026-04-04T10:00:00+02:00", true, "3 days"),
    "moved 2026-04-06 2026-04-07 holiday feast",
    ...ends("2026-04-07", "2026-04-08T00:00:00+02:00"),
  ]);
  assert.deepEqual(said({ length: [3, "days"], rule, start: "2026-03-05T10:00+01:00" }), [
    ...begins("2026-03-05T10:00:00+01:00", true, "3 days"),
    "moved 2026-03-07 2026-03-09 rest-day",
    ...ends("2026-03-09", "2026-03-10T00:00:00+01:00"),
  ]);
  assert.deepEqual(said({ length: [2, "days"], rule, start: "2026-03-05T10:00+01:00" }), [
    ...begins("2026-03-05T10:00:00+01:00", true, "2 days"),
    ...ends("2026-03-06", "2026-03-07T00:00:00+01:00"),
  ]);
});

test("a clock stands where the day that would take the place of a last day lies in a pause without an end", () => {
  const rule = { event: "counted", onRestDay: "next-working-day" };
  const pauses = [["2026-03-08T10:00+01:00"]] as const;
  assert.deepEqual(said({ length: [3, "days"], rule, start: "2026-03-05T10:00+01:00", pauses }).slice(3), [
    "pause 2026-03-08T10:00:00+01:00",
    "standing 2026-03-08T10:00:00+01:00",
  ]);
});

test("years that no list knows are told from the first on, whichever was asked for first", () => {
  const by = calendar("Europe/Vienna", { holidays: [feast("2026-04-06")] });
  const rule = { onRestDay: "next-working-day", warnings: [{ count: 8, unit: "working-days" }] };
  const asked: Asked = { length: [20, "days"], rule, by, start: "2027-12-16T10:00+01:00" };
  assert.deepEqual(
    said(asked).filter((step) => step.startsWith("unknownYear")),
    ["unknownYear 2027 feast", "unknownYear 2028 feast"],
  );
});

test("what was left out of working days is explained: each holiday by its name, days of rest by their number", () => {
  assert.deepEqual(said({ length: [3, "working-days"], start: "2026-04-02T10:00+02:00" }), [
    ...begins("2026-04-02T10:00:00+02:00", false, "3 working-days"),
    "holiday 2026-04-06 feast",
    "restDays 2",
    ...ends("2026-04-08", "2026-04-09T00:00:00+02:00"),
  ]);
  assert.deepEqual(said({ length: [2, "days"], rule: { leastWorkingDays: 2 }, start: "2026-03-06T10:00+01:00" }), [
    ...begins("2026-03-06T10:00:00+01:00", false, "2 days"),
    "leastWorkingDays 2 2026-03-10",
    ...ends("2026-03-10", "2026-03-11T00:00:00+01:00"),
  ]);
  assert.deepEqual(said({ length: [2, "days"], rule: { leastWorkingDays: 2 }, start: "2026-03-03T10:00+01:00" }), [
    ...begins("2026-03-03T10:00:00+01:00", false, "2 days"),
    ...ends("2026-03-05", "2026-03-06T00:00:00+01:00"),
  ]);
});

test("months are explained where a month is too short, and extensions with the moment after which they run", () => {
  assert.deepEqual(said({ length: [1, "months"], start: "2026-01-31T10:00+01:00" }), [
    ...begins("2026-01-31T10:00:00+01:00", false, "1 months"),
    "monthEnd 2026-02-28",
    ...ends("2026-02-28", "2026-03-01T00:00:00+01:00"),
  ]);
  const extensions = [
    [2, "working-days"],
    [1, "months"],
  ] as const;
  assert.deepEqual(said({ length: [3, "days"], start: "2026-03-02T10:00+01:00", extensions }), [
    ...begins("2026-03-02T10:00:00+01:00", false, "3 days"),
    "extension 2 working-days 2026-03-06T00:00:00+01:00",
    "restDays 2",
    "extension 1 months 2026-03-10T00:00:00+01:00",
    ...ends("2026-04-09", "2026-04-10T00:00:00+02:00"),
  ]);
});

test("a day that never was and years that no list knows are explained", () => {
  assert.deepEqual(said({ length: [2, "days"], by: calendar("Pacific/Apia"), start: "2011-12-29T10:00-10:00" }), [
    "event 2011-12-29T10:00:00-10:00 2011-12-29 Pacific/Apia",
    "eventNotCounted 2011-12-29",
    "length 2 days",
    "neverWas 2011-12-30",
    ...ends("2012-01-01", "2012-01-02T00:00:00+14:00"),
  ]);
  const by = calendar("Europe/Vienna", { holidays: [feast("2026-12-30")], workedRestDays: { 2026: ["2026-12-26"] } });
  const start = "2026-12-24T10:00+01:00";
  assert.deepEqual(said({ length: [3, "working-days"], by, start, extensions: [[4, "working-days"]] }), [
    ...begins("2026-12-24T10:00:00+01:00", false, "3 working-days"),
    "restDays 1",
    "extension 4 working-days 2026-12-29T00:00:00+01:00",
    "holiday 2026-12-30 feast",
    "restDays 2",
    "unknownYear 2027 feast",
    "unknownYear 2027 worked-rest-days",
    ...ends("2027-01-04", "2027-01-05T00:00:00+01:00"),
  ]);
});

test("a calendar without a working day, or without an office hour, is told by its name instead of counted for ever", () => {
  // No file can say so; a file whose holidays fill every week could.
  const idle: Calendar = { ...calendar("Europe/Vienna"), restDays: [...weekdays], officeHours: undefined };
  const start = "2026-03-02T10:00+01:00";
  assert.throws(() => said({ length: [1, "working-days"], by: idle, start }), /XA has no countable day in 5000 days/);
  assert.throws(
    () => said({ length: [1, "days"], rule: { onRestDay: "next-working-day" }, by: idle, start }),
    /XA has no working day in 5000 days/,
  );
  const office = { hours: "office", event: "counted" };
  assert.throws(() => said({ length: [1, "hours"], rule: office, by: idle, start }), /XA has no office hours/);
  const closed: Calendar = { ...calendar("Europe/Vienna"), officeHours: [] };
  assert.throws(
    () => said({ length: [1, "hours"], rule: office, by: closed, start }),
    /XA has no office hour in 5000 days/,
  );
  const short = [{ days: weekdays, from: "09:00", until: "10:00" }];
  const by = calendar("UTC", { restDays: [], officeHours: short });
  const long = said({ length: [5_100, "hours"], rule: office, by, start: "2026-03-02T00:00Z" });
  assert.equal(long.at(-1), "due 2040-02-16T10:00:00+00:00");
});
