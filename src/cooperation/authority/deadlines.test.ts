import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calendar, calendarSchema } from "../clocks/index.ts";
import type { ClockDefinition } from "../definitions/index.ts";
import type { ClockRun } from "../matter/index.ts";
import { eventIdSchema, type Instant, instantSchema } from "../words/index.ts";
import { deadlineOf, earliestEnd } from "./deadlines.ts";

const at = (milliseconds: number): Instant => instantSchema.parse(new Date(milliseconds).toISOString());
const zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Vienna", "Asia/Kathmandu", "America/St_Johns", "UTC"];
const calendarArbitrary: fc.Arbitrary<Calendar> = fc
  .record({
    timeZone: fc.constantFrom(...zones),
    restDays: fc.constantFrom([], ["saturday", "sunday"], ["friday"]),
    holidays: fc.constantFrom([], [{ id: "spring", name: { en: "Spring" }, on: "03-21" }]),
  })
  .map((own) => calendarSchema.parse({ calendar: "XC", name: { en: "Elsewhere" }, sources: ["Invented."], ...own }));
const year = Date.UTC(2026, 0, 1);
const lengths = { hours: [8, 24, 72], days: [1, 18, 40, 60], "working-days": [1, 5, 20] } as const;
const definitionArbitrary = fc
  .constantFrom("hours" as const, "days" as const, "working-days" as const)
  .chain((unit) => fc.constantFrom(...lengths[unit]).map((length) => ({ unit, length })))
  .map(
    ({ unit, length }): ClockDefinition => ({
      id: "clock",
      label: { en: "Clock", zh: "时限", ar: "أجل" },
      runsAt: "both",
      startsOn: ["opened"],
      calendar: "requested",
      from: [],
      until: [],
      pausedOn: [],
      resumedOn: [],
      stopsOn: [],
      warnings: [{ before: 1, unit: "working-days" }],
      atExpiry: { effect: "escalate" },
      alarm: "legal",
      article: "none",
      unit,
      length,
    }),
  );
const run = (start: number, more: Partial<ClockRun> = {}): ClockRun => ({
  clock: "clock",
  startedBy: eventIdSchema.parse("01900000-0000-7000-8000-000000000001"),
  startedAt: at(start),
  until: undefined,
  pauses: [],
  stoppedAt: undefined,
  expiredAt: undefined,
  ...more,
});
const dueOf = (found: ReturnType<typeof deadlineOf>): number => {
  assert.ok(found?.kind === "due");
  return Date.parse(found.due);
};
const runs = process.env.JUSTITIA_SLOW === "1" ? 100_000 : 1500;
const start = fc.integer({ min: year, max: year + 366 * 86_400_000 });

test("without a calendar no end is told later than any calendar would tell it, and never days too early", () => {
  fc.assert(
    fc.property(definitionArbitrary, calendarArbitrary, start, fc.nat(100), (definition, calendar, from, pause) => {
      const pauses = pause < 50 ? [] : [{ from: at(from + 3_600_000), to: at(from + pause * 3_600_000) }];
      const earliest = dueOf(earliestEnd(definition, run(from, { pauses })));
      const told = dueOf(deadlineOf(definition, run(from, { pauses }), calendar));
      assert.ok(earliest <= told, `${at(earliest)} is later than ${at(told)} in ${calendar.timeZone}`);
      if (definition.unit === "hours") assert.ok(told - earliest <= 3_600_000);
      if (definition.unit === "days" && pauses.length === 0) assert.ok(told - earliest <= 25 * 3_600_000);
    }),
    { numRuns: runs, seed: 11 },
  );
});

test("without a calendar the end of a day that was given is the end of that day where it ends first", () => {
  fc.assert(
    fc.property(calendarArbitrary, start, fc.integer({ min: 2, max: 90 }), (calendar, from, days) => {
      const [definition] = fc.sample(definitionArbitrary, { numRuns: 1, seed: 1 });
      assert.ok(definition !== undefined);
      const until = at(from + days * 86_400_000).slice(0, 10);
      const earliest = dueOf(earliestEnd(definition, run(from, { until })));
      const told = dueOf(deadlineOf(definition, run(from, { until }), calendar));
      assert.ok(earliest <= told && told - earliest <= 26 * 3_600_000, `${at(earliest)} ${at(told)}`);
    }),
    { numRuns: runs, seed: 12 },
  );
});

test("a clock that was stopped has no end to warn of", () => {
  const [definition] = fc.sample(definitionArbitrary, { numRuns: 1, seed: 1 });
  assert.ok(definition !== undefined);
  assert.equal(earliestEnd(definition, run(year, { stoppedAt: at(year + 1000) })), undefined);
});
