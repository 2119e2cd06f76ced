import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { definitionKinds } from "../definitions/index.ts";
import { type Engine, openEngine, parquet } from "../store/index.ts";
import { ledgerFile, makeLedger, type ReportingUnit } from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-coverage-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(folder, "engine") });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

const units: readonly ReportingUnit[] = [
  { unit: "North", area: "R1", share: 0.6 },
  { unit: "it's South", area: "R1", share: 0.4 },
  { unit: "Harbour", area: "R2", share: 1 },
];

const entrySchema = z.object({
  unit: z.string(),
  area: z.string(),
  frequency: z.string(),
  period: z.string(),
  covered: z.number(),
  share: z.number(),
  status: z.string(),
});
type Entry = z.infer<typeof entrySchema>;

async function ledger(frequency: string, declared: unknown, relation?: string): Promise<Entry[]> {
  const coverage = definitionKinds.coverage.schema.parse({
    coverage: "returns",
    title: "Returns",
    appliesTo: ["incidents/set"],
    frequency,
    units: { file: "units.csv" },
    ledger: declared,
  });
  const directory = await mkdtemp(join(folder, "step-"));
  await makeLedger(engine, { coverage, units, relation }, directory);
  const text = `SELECT * FROM ${parquet([join(directory, ledgerFile)])}`;
  return engine.rows({ text, values: [] }, entrySchema);
}

/** Entries of one unit: period, how much is covered, status. */
function of(entries: readonly Entry[], unit: string): [string, number, string][] {
  return entries
    .filter((entry) => entry.unit === unit)
    .map(({ period, covered, status }) => [period.slice(0, 10), covered, status]);
}

test("a unit without a return has not reported, whatever the others did", async () => {
  await engine.run(`CREATE OR REPLACE TEMP TABLE returns AS SELECT * FROM (VALUES
    ('North', DATE '2020-01-15', 'reported'), ('North', DATE '2020-02-01', 'partial'), ('North', DATE '2020-02-20', 'not-reported'),
    ('it''s South', DATE '2020-01-01', 'partial'), ('it''s South', DATE '2020-01-02', 'reported'),
    ('it''s South', DATE '2020-04-01', 'not-yet-due'), ('nobody', DATE '2020-06-01', 'reported')) AS r(station, month, state)`);
  const declared = { stream: "returns", unit: "station", period: "month", status: "state", partialCounts: 0.25 };
  const entries = await ledger("M", declared, "returns");
  assert.deepEqual(of(entries, "North"), [
    ["2020-01-01", 1, "reported"],
    ["2020-02-01", 0.25, "partial"],
    ["2020-03-01", 0, "not-reported"],
    ["2020-04-01", 0, "not-reported"],
    ["2020-05-01", 0, "not-reported"],
    ["2020-06-01", 0, "not-reported"],
  ]);
  assert.deepEqual(of(entries, "it's South").slice(0, 4), [
    ["2020-01-01", 1, "reported"],
    ["2020-02-01", 0, "not-reported"],
    ["2020-03-01", 0, "not-reported"],
    ["2020-04-01", 0, "not-yet-due"],
  ]);
  assert.ok(of(entries, "Harbour").every(([, covered, status]) => covered === 0 && status === "not-reported"));
  assert.equal(entries.length, units.length * 6, "a return of a unit that is not on the list makes none");
  assert.deepEqual([...new Set(entries.map(({ share }) => share))].sort(), [0.4, 0.6, 1]);
});

test("without a column of status, a return that is there is a report", async () => {
  await engine.run("CREATE OR REPLACE TEMP TABLE returns AS SELECT 'North' AS station, DATE '2020-05-04' AS week");
  const entries = await ledger("W", { stream: "returns", unit: "station", period: "week" }, "returns");
  assert.deepEqual(of(entries, "North"), [["2020-05-04", 1, "reported"]]);
  assert.deepEqual(of(entries, "Harbour"), [["2020-05-04", 0, "not-reported"]]);
});

test("declared spans cover the part of a period that lies in them, by its days", async () => {
  const complete = [
    { unit: "North", from: "2020-01-01", until: "2020-07-01" },
    { from: "2021-01-01", until: "2022-01-01" },
    { unit: "Harbour", from: "2022-12-31", until: "2023-01-01" },
  ];
  const entries = await ledger("A", { complete, source: "Annual report" });
  assert.deepEqual(of(entries, "North"), [
    ["2020-01-01", 182 / 366, "partial"],
    ["2021-01-01", 1, "reported"],
    ["2022-01-01", 0, "not-reported"],
  ]);
  assert.deepEqual(of(entries, "Harbour"), [
    ["2020-01-01", 0, "not-reported"],
    ["2021-01-01", 1, "reported"],
    ["2022-01-01", 1 / 365, "partial"],
  ]);
});

test("a day that two spans cover is covered once, and spans that touch leave nothing out", async () => {
  const twice = [
    { from: "2020-01-01", until: "2020-07-01" },
    { unit: "North", from: "2020-01-01", until: "2020-07-01" },
    { unit: "it's South", from: "2020-07-01", until: "2020-10-17" },
    { unit: "it's South", from: "2020-10-17", until: "2021-01-01" },
    { unit: "Harbour", from: "2020-03-01", until: "2020-04-01" },
  ];
  const entries = await ledger("A", { complete: twice, source: "Annual report" });
  assert.deepEqual(of(entries, "North"), [["2020-01-01", 182 / 366, "partial"]]);
  assert.deepEqual(of(entries, "it's South"), [["2020-01-01", 1, "reported"]]);
  assert.deepEqual(of(entries, "Harbour"), [["2020-01-01", 182 / 366, "partial"]]);
});

const dayNumber = fc.integer({ min: 0, max: 900 });
const isoDay = (number: number): string =>
  new Date(Date.UTC(2019, 6, 1) + number * 86_400_000).toISOString().slice(0, 10);

test("what declared spans cover is the number of their days in each period", async () => {
  const spans = fc.array(
    fc.record({
      unit: fc.option(fc.constantFrom("North", "Harbour"), { nil: undefined }),
      from: dayNumber,
      length: fc.integer({ min: 1, max: 400 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(spans, fc.constantFrom("A", "M"), async (drawn, frequency) => {
      const complete = drawn.map(({ unit, from, length }) => ({
        ...(unit === undefined ? {} : { unit }),
        ...{ from: isoDay(from), until: isoDay(from + length) },
      }));
      const entries = await ledger(frequency, { complete, source: "Drawn" });
      for (const { unit, period, covered, status } of entries) {
        const first = Date.parse(period.slice(0, 10));
        const date = new Date(first);
        const end =
          frequency === "A" ? date.setUTCFullYear(date.getUTCFullYear() + 1) : date.setUTCMonth(date.getUTCMonth() + 1);
        let held = 0;
        for (let day = first; day < end; day += 86_400_000) {
          const text = new Date(day).toISOString().slice(0, 10);
          if (complete.some((span) => (span.unit ?? unit) === unit && span.from <= text && text < span.until))
            held += 1;
        }
        const length = (end - first) / 86_400_000;
        assert.ok(Math.abs(covered - held / length) < 1e-12, `${unit} ${period}: ${covered}, not ${held} of ${length}`);
        assert.equal(status, held === length ? "reported" : held > 0 ? "partial" : "not-reported");
      }
    }),
    { numRuns: 30, seed: 20_260_603 },
  );
});

test("a fact without a figure is no report; one with bounds is", async () => {
  await engine.run(`CREATE OR REPLACE TEMP TABLE facts AS SELECT * FROM (VALUES
    ('North', DATE '2020-01-01', 0.0, 0.0), ('Harbour', DATE '2020-01-01', NULL, NULL), ('it''s South', DATE '2020-01-01', NULL, 4.0),
    ('Harbour', DATE '2021-06-01', 3.0, 3.0)) AS f(area, period, value, high)`);
  const entries = await ledger("A", { observed: { unit: "area" } }, "facts");
  assert.deepEqual(of(entries, "North"), [
    ["2020-01-01", 1, "reported"],
    ["2021-01-01", 0, "not-reported"],
  ]);
  assert.deepEqual(of(entries, "Harbour"), [
    ["2020-01-01", 0, "not-reported"],
    ["2021-01-01", 1, "reported"],
  ]);
  assert.deepEqual(of(entries, "it's South")[0], ["2020-01-01", 1, "reported"]);
});
