import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { type Engine, openEngine } from "../store/index.ts";
import { type Frequency, frequencies, nests, periodLength, periodStart, periodText } from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-periods-"));
  engine = await openEngine({ memoryLimit: "256MB", threads: 1, temporaryDirectory: folder });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

const rowSchema = z.object({ day: z.string(), start: z.string(), next: z.string() });

/** First days of the period that a day lies in and of the one after it. */
async function periods(days: readonly string[], frequency: Frequency): Promise<[string, string][]> {
  const start = periodStart("day", frequency);
  const listed = days.map((day) => `DATE '${day}'`).join(", ");
  const text = `SELECT CAST(day AS VARCHAR) AS day, CAST(${start} AS VARCHAR) AS start, CAST(CAST(${start} + ${periodLength(frequency)} AS DATE) AS VARCHAR) AS next
    FROM (SELECT unnest([${listed}]) AS day)`;
  return (await engine.rows({ text, values: [] }, rowSchema)).map(({ start: first, next }) => [first, next]);
}

test("a day lies in the calendar year, quarter and month, and in the ISO week that begins on Monday", async () => {
  const days = ["2020-12-31", "2021-01-03", "2021-01-04", "2020-02-29"];
  assert.deepEqual(
    (await periods(days, "A")).map(([start]) => start),
    ["2020-01-01", "2021-01-01", "2021-01-01", "2020-01-01"],
  );
  assert.deepEqual(
    (await periods(days, "Q")).map(([start]) => start),
    ["2020-10-01", "2021-01-01", "2021-01-01", "2020-01-01"],
  );
  assert.deepEqual(
    (await periods(days, "W")).map(([start]) => start),
    ["2020-12-28", "2020-12-28", "2021-01-04", "2020-02-24"],
  );
  assert.deepEqual(await periods(["2020-02-29"], "M"), [["2020-02-01", "2020-03-01"]]);
});

test("periods are written as SDMX writes them; a week belongs to the year of its Thursday", () => {
  const told = (
    Object.entries({ A: "2020", Q: "2020-Q4", M: "2020-12", D: "2020-12-28" }) as [Frequency, string][]
  ).map(([frequency, text]) => [periodText("2020-12-28", frequency), text]);
  for (const [found, expected] of told) assert.equal(found, expected);
  for (const [monday, week] of [
    ["2020-12-28", "2020-W53"],
    ["2021-01-04", "2021-W01"],
    ["2018-12-31", "2019-W01"],
    ["2019-12-30", "2020-W01"],
    ["2017-01-02", "2017-W01"],
    ["2016-12-26", "2016-W52"],
  ] as const)
    assert.equal(periodText(monday, "W"), week);
});

test("every day lies in one period, and periods follow each other without a gap", async () => {
  const days = fc
    .array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 50 })
    .map((numbers) =>
      numbers.map((number) => new Date(Date.UTC(1960, 0, 1) + number * 86_400_000).toISOString().slice(0, 10)),
    );
  await fc.assert(
    fc.asyncProperty(days, fc.constantFrom(...frequencies), async (drawn, frequency) => {
      const found = await periods(drawn, frequency);
      const nexts = found.map(([, next]) => next);
      const following = (await periods(nexts, frequency)).map(([start]) => start);
      drawn.forEach((day, index) => {
        const [start = "", next = ""] = found[index] ?? [];
        assert.ok(start <= day && day < next, `${day} is not in ${start} to ${next}`);
        assert.equal(following[index], next);
        assert.notEqual(periodText(start, frequency), periodText(next, frequency));
      });
    }),
    { numRuns: 25, seed: 20_260_606 },
  );
});

test("shorter periods add up to longer ones that they fit into; weeks to nothing but themselves", () => {
  const fits = frequencies.flatMap((part) =>
    frequencies.filter((whole) => nests(part, whole)).map((whole) => `${part}${whole}`),
  );
  assert.deepEqual(fits.sort(), ["AA", "DA", "DD", "DM", "DQ", "DW", "MA", "MM", "MQ", "QA", "QQ", "WW"]);
});
