import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Instant, instantSchema } from "../words/index.ts";
import {
  type AlarmClass,
  alarmClasses,
  alarms,
  calendarSchema,
  clockRuleSchema,
  deadline,
  nextAlarm,
  type WatchedClock,
} from "./index.ts";

const hour = 3_600_000;
const instant = (milliseconds: number): Instant => instantSchema.parse(new Date(milliseconds).toISOString());
const at = (text: string): Instant => instant(Date.parse(text));
const calendar = calendarSchema.parse({
  calendar: "XA",
  name: { en: "Arcadia" },
  timeZone: "Europe/Vienna",
  restDays: ["saturday", "sunday"],
  sources: ["invented"],
});

function clock(id: string, alarmClass: AlarmClass, start: Instant, days: number): WatchedClock {
  const rule = clockRuleSchema.parse({
    length: { count: days, unit: "days" },
    warnings: [
      { count: 2, unit: "days" },
      { count: 6, unit: "hours" },
    ],
  });
  return { id, alarmClass, state: deadline(rule, calendar, start), knownSince: start };
}

/** Mutation testing asks for fewer. */
const courses = Math.min(300, Math.ceil(Number(process.env.JUSTITIA_RUNS ?? 2_400) / 8));

test("after 48 hours of downtime every warning and end comes, the release of a person first", () => {
  const clocks = [
    clock("answer", "escalation", at("2026-03-20T10:00Z"), 8),
    clock("data", "lapse", at("2026-03-20T10:00Z"), 9),
    clock("arrest", "release", at("2026-03-20T10:00Z"), 9),
  ];
  const found = alarms(clocks, at("2026-03-29T22:30Z"), at("2026-03-27T22:30Z"));
  assert.deepEqual(
    found.map(({ clock, kind, at: moment }) => [clock, kind, moment]),
    [
      ["arrest", "warning", at("2026-03-28T00:00+01:00")],
      ["arrest", "warning", at("2026-03-29T18:00+02:00")],
      ["arrest", "expiry", at("2026-03-30T00:00+02:00")],
      ["data", "warning", at("2026-03-28T00:00+01:00")],
      ["data", "warning", at("2026-03-29T18:00+02:00")],
      ["data", "expiry", at("2026-03-30T00:00+02:00")],
      ["answer", "warning", at("2026-03-28T18:00+01:00")],
      ["answer", "expiry", at("2026-03-29T00:00+01:00")],
    ],
  );
  assert.equal(found[2]?.lateByMilliseconds, 30 * 60_000);
});

test("whenever the program runs, however long it was down, each alarm comes exactly once", () => {
  const start = Date.UTC(2026, 2, 1);
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          alarmClass: fc.constantFrom(...alarmClasses),
          start: fc.integer({ min: 0, max: 30 * 24 }),
          days: fc.integer({ min: 1, max: 20 }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 * hour }), fc.constant(48 * hour)), {
        minLength: 1,
        maxLength: 60,
      }),
      (drawn, gaps) => {
        const clocks = drawn.map(({ alarmClass, start: after, days }, index) =>
          clock(`clock-${index}`, alarmClass, instant(start + after * hour), days),
        );
        const told: string[] = [];
        let lastSeen: Instant | undefined;
        let now = start;
        for (const gap of [...gaps, 100 * 24 * hour]) {
          now += gap;
          // A clock is watched from the moment it is started.
          const watched = clocks.filter(({ knownSince }) => Date.parse(knownSince) <= now);
          const found = alarms(watched, instant(now), lastSeen);
          const graveness = found.map(({ alarmClass }) => alarmClasses.indexOf(alarmClass));
          assert.deepEqual(
            graveness,
            [...graveness].sort((a, b) => a - b),
          );
          told.push(...found.map(({ id }) => id));
          lastSeen = instant(now);
        }
        const expected = clocks.flatMap(({ id, state }) =>
          state.kind === "due"
            ? [...state.warnings.map((warning) => `${id}/${state.due}/warning/${warning}`), `${id}/${state.due}/expiry`]
            : [],
        );
        assert.deepEqual(told.toSorted(), expected.toSorted());
      },
    ),
    { numRuns: courses, seed: 48 },
  );
});

test("a warning whose moment passed while the clock stood is given when the clock runs again", () => {
  const rule = clockRuleSchema.parse({
    length: { count: 10, unit: "hours" },
    warnings: [{ count: 12, unit: "hours" }],
    event: "counted",
  });
  const long = { ...rule, length: { count: 24, unit: "hours" as const } };
  const start = at("2026-05-01T00:00Z");
  const pause = { from: at("2026-05-01T11:00Z") };
  const standing = {
    id: "c",
    alarmClass: "lapse" as const,
    state: deadline(long, calendar, start, [pause]),
    knownSince: pause.from,
  };
  assert.deepEqual(alarms([standing], at("2026-05-01T23:00Z"), pause.from), []);
  const until = at("2026-05-01T23:30Z");
  const resumed = { ...standing, state: deadline(long, calendar, start, [{ ...pause, until }]), knownSince: until };
  // 13 hours are left, so the warning of 12 hours comes at half past midnight.
  assert.deepEqual(
    alarms([resumed], at("2026-05-02T00:30Z"), at("2026-05-01T23:00Z")).map((alarm) => alarm.at),
    [at("2026-05-02T00:30Z")],
  );
  // Shortened to 20 hours, 9 are left: the moment lay in the pause, so the warning comes at once.
  const short = { ...rule, length: { count: 20, unit: "hours" as const } };
  const late = { ...resumed, state: deadline(short, calendar, start, [{ ...pause, until }]) };
  assert.deepEqual(
    alarms([late], at("2026-05-01T23:40Z"), at("2026-05-01T23:00Z")).map((alarm) => [alarm.at, alarm.kind]),
    [[at("2026-05-01T20:30Z"), "warning"]],
  );
  assert.deepEqual(alarms([late], at("2026-05-02T00:10Z"), at("2026-05-01T23:40Z")), []);
});

test("an alarm at the very moment of a look comes with that look and not with the next", () => {
  const clocks = [clock("data", "lapse", at("2026-03-20T10:00Z"), 9)];
  const moment = at("2026-03-29T18:00+02:00");
  assert.equal(alarms(clocks, moment, at("2026-03-29T15:00Z")).length, 1);
  assert.deepEqual(alarms(clocks, at("2026-03-29T16:30Z"), moment), []);
});

test("alarms that were told are not told again when a window overlaps", () => {
  const clocks = [clock("data", "lapse", at("2026-03-20T10:00Z"), 9)];
  const first = alarms(clocks, at("2026-03-29T16:10Z"), at("2026-03-29T15:00Z"));
  assert.equal(first.length, 1);
  const raised = new Set(first.map(({ id }) => id));
  assert.deepEqual(alarms(clocks, at("2026-03-29T16:20Z"), at("2026-03-29T15:00Z"), raised), []);
});

test("the next alarm is the earliest warning or end that is still to come", () => {
  const clocks = [clock("a", "none", at("2026-03-20T10:00Z"), 9), clock("b", "none", at("2026-03-20T10:00Z"), 7)];
  assert.equal(nextAlarm(clocks, at("2026-03-20T10:00Z")), at("2026-03-26T00:00+01:00"));
  assert.equal(nextAlarm(clocks, at("2026-03-27T23:00Z")), at("2026-03-29T18:00+02:00"));
  assert.equal(nextAlarm(clocks, at("2026-03-30T00:00+02:00")), undefined);
});

/** A clock that ends at a moment, with a warning for each of the others. */
const ending = (id: string, due: string, ...warnings: readonly string[]): WatchedClock => ({
  id,
  alarmClass: "lapse",
  state: { ...emptyDeadline, kind: "due", due: at(due), lastDay: due.slice(0, 10), warnings: warnings.map(at) },
  knownSince: at("2026-01-01T00:00Z"),
});
const emptyDeadline = { explanation: [], unknownYears: [] } as const;
const standing: WatchedClock = {
  id: "standing",
  alarmClass: "release",
  state: { ...emptyDeadline, kind: "standing", since: at("2026-01-02T00:00Z") },
  knownSince: at("2026-01-01T00:00Z"),
};

test("within a class the clock that ends first comes first, in it the oldest moment, and names decide between equals", () => {
  const late = ending("late", "2026-05-04T12:00Z", "2026-05-01T06:00Z");
  const clocks = [
    late,
    ending("b", "2026-05-03T12:00Z", "2026-05-02T12:00Z", "2026-05-01T12:00Z"),
    standing,
    ending("c", "2026-05-03T12:00Z", "2026-05-02T12:00Z"),
    ending("a", "2026-05-03T12:00Z", "2026-05-02T12:00Z"),
  ];
  for (const order of [clocks, clocks.toReversed()])
    assert.deepEqual(
      alarms(order, at("2026-05-03T13:00Z"), undefined).map(({ id, lateByMilliseconds }) => [
        id.replaceAll(":00:00.000Z", "").replaceAll("2026-05-", ""),
        lateByMilliseconds / hour,
      ]),
      [
        ["b/03T12/warning/01T12", 49],
        ["a/03T12/warning/02T12", 25],
        ["b/03T12/warning/02T12", 25],
        ["c/03T12/warning/02T12", 25],
        ["a/03T12/expiry", 1],
        ["b/03T12/expiry", 1],
        ["c/03T12/expiry", 1],
        ["late/04T12/warning/01T06", 55],
      ],
    );
  assert.equal(nextAlarm([standing, late], at("2026-05-01T05:00Z")), at("2026-05-01T06:00Z"));
  assert.equal(nextAlarm([standing], at("2026-05-01T05:00Z")), undefined);
});
