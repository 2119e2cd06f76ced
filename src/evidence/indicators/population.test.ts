import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { definitionKinds } from "../definitions/index.ts";
import type { Frequency } from "../periods/index.ts";
import { type Engine, openEngine } from "../store/index.ts";
import { populationSql } from "./queries.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-population-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: folder });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

const personsSchema = z.object({
  period: z.string(),
  sex: z.string(),
  age: z.string(),
  persons: z.number().nullable(),
  extrapolated: z.boolean(),
});

/** Persons of each given year, in one area, without sex and age. */
type Figures = Readonly<Record<number, number>>;

async function found(
  declared: Readonly<Record<string, unknown>>,
  facts: string,
  periods: readonly string[],
  frequency: Frequency,
  totalsGiven: readonly string[] = [],
): Promise<z.infer<typeof personsSchema>[]> {
  const population = definitionKinds.population.schema.parse({
    ...{ population: "census", title: "Census", facts: "census/persons", reference: "mid-year" },
    ...declared,
  });
  const wanted = `SELECT CAST(unnest([${periods.map((day) => `DATE '${day}'`).join(", ")}]) AS DATE) AS period`;
  const text = `SELECT * FROM (${populationSql(population, facts, wanted, frequency, totalsGiven)}) ORDER BY period, sex, age`;
  return engine.rows({ text, values: [] }, personsSchema);
}

/** Period and persons, with a star where the figure is held past the last one. */
async function persons(
  declared: Readonly<Record<string, unknown>>,
  figures: Figures,
  periods: readonly string[],
  frequency: Frequency,
): Promise<(readonly [string, number | null, string])[]> {
  const rows = Object.entries(figures).map(([year, value]) => `('R1', DATE '${year}-01-01', '_Z', '_Z', ${value}.0)`);
  const facts = `(SELECT * FROM (VALUES ${rows.join(", ")}) AS f(area, period, sex, age, value))`;
  const all = await found(declared, facts, periods, frequency);
  return all
    .filter(({ sex, age }) => sex === "_T" && age === "_T")
    .map(({ period, persons: value, extrapolated }) => [period.slice(0, 10), value, extrapolated ? "held" : ""]);
}

test("without interpolation only the year itself has a population", async () => {
  const figures = { 2020: 1000, 2021: 1100 };
  assert.deepEqual(await persons({ interpolation: "none" }, figures, ["2020-01-01", "2021-01-01", "2022-01-01"], "A"), [
    ["2020-01-01", 1000, ""],
    ["2021-01-01", 1100, ""],
  ]);
  assert.deepEqual(await persons({ interpolation: "none" }, figures, ["2020-12-01", "2021-01-01"], "M"), [
    ["2020-12-01", 1000, ""],
    ["2021-01-01", 1100, ""],
  ]);
});

test("a year has its own mid-year figure to the person, also the last year and leap years", async () => {
  for (const interpolation of ["step", "linear", "geometric"]) {
    const years = ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01"];
    assert.deepEqual(
      await persons({ interpolation }, { 2019: 1000, 2020: 2000, 2021: 3000 }, years, "A"),
      [
        ["2019-01-01", 1000, ""],
        ["2020-01-01", 2000, ""],
        ["2021-01-01", 3000, ""],
      ],
      interpolation,
    );
  }
});

test("between two reference days the population changes by the day", async () => {
  // 1 July 2019 to 1 July 2020 are 366 days; 15 February 2020 is the 229th after the first.
  const leap = { 2019: 1000, 2020: 1366 };
  assert.deepEqual(await persons({ interpolation: "linear" }, leap, ["2020-02-01"], "M"), [["2020-02-01", 1229, ""]]);
  assert.deepEqual(await persons({ interpolation: "step" }, leap, ["2020-06-01", "2020-06-30", "2020-07-01"], "D"), [
    ["2020-06-01", 1000, ""],
    ["2020-06-30", 1000, ""],
    ["2020-07-01", 1366, ""],
  ]);
  // 31 December 2019 is 183 of 366 days after: half of a fourfold growth is a twofold one.
  const [half] = await persons({ interpolation: "geometric" }, { 2019: 100, 2020: 400 }, ["2019-12-31"], "D");
  assert.ok(half?.[1] !== null && Math.abs((half?.[1] ?? 0) - 200) < 1e-9);
  // 1 July 2010 to 1 July 2012 are 731 days; 1 July 2011 is the 365th after the first.
  const [gap] = await persons({ interpolation: "linear" }, { 2010: 100, 2012: 200 }, ["2011-01-01"], "A");
  assert.deepEqual(gap, ["2011-01-01", 100 + (100 * 365) / 731, ""]);
});

test("a population that begins or ends with nobody has a number in between", async () => {
  for (const figures of [
    { 2019: 0, 2020: 366 },
    { 2019: 366, 2020: 0 },
  ]) {
    assert.deepEqual(await persons({ interpolation: "geometric" }, figures, ["2019-12-31"], "D"), [
      ["2019-12-31", 183, ""],
    ]);
  }
  assert.deepEqual(await persons({ interpolation: "geometric" }, { 2019: 0, 2020: 0 }, ["2019-12-31"], "D"), [
    ["2019-12-31", 0, ""],
  ]);
});

test("figures of the first and of the last day of a year belong to these days", async () => {
  // 1 July is day 182 after 1 January of a leap year, and of 2020-12-31 to 2021-12-31 the 182nd as well.
  assert.deepEqual(
    await persons(
      { interpolation: "linear", reference: "start-of-year" },
      { 2020: 1000, 2021: 1366 },
      ["2020-01-01"],
      "A",
    ),
    [["2020-01-01", 1182, ""]],
  );
  assert.deepEqual(
    await persons(
      { interpolation: "linear", reference: "end-of-year" },
      { 2020: 1000, 2021: 1365 },
      ["2021-01-01"],
      "A",
    ),
    [["2021-01-01", 1182, ""]],
  );
});

test("past the last figure there is nothing, or the last figure held for the declared years, and said to be held", async () => {
  const years = ["2019-01-01", "2021-01-01", "2022-01-01", "2023-01-01"];
  const figures = { 2020: 1000, 2021: 1100 };
  assert.deepEqual(await persons({ interpolation: "linear" }, figures, years, "A"), [["2021-01-01", 1100, ""]]);
  assert.deepEqual(await persons({ interpolation: "linear", extrapolateYears: 1 }, figures, years, "A"), [
    ["2021-01-01", 1100, ""],
    ["2022-01-01", 1100, "held"],
  ]);
  assert.deepEqual(await persons({ interpolation: "linear" }, figures, ["2021-09-01"], "M"), []);
});

test("sexes and ages are added to totals, or the source's own totals are taken, never both", async () => {
  const rows = (totals: boolean): string =>
    `(SELECT * FROM (VALUES ${[
      ["F", "Y0", 10],
      ["F", "Y1", 20],
      ["M", "Y0", 30],
      ["M", "Y1", 40],
      ...(totals
        ? ([
            ["_T", "Y0", 45],
            ["_T", "Y1", 60],
          ] as const)
        : []),
    ]
      .map(([sex, age, value]) => `('R1', DATE '2020-01-01', '${sex}', '${age}', ${value}.0)`)
      .join(", ")}) AS f(area, period, sex, age, value))`;
  const table = async (totals: boolean): Promise<Record<string, number | null>> =>
    Object.fromEntries(
      (await found({ interpolation: "none" }, rows(totals), ["2020-01-01"], "A", totals ? ["sex"] : [])).map(
        ({ sex, age, persons: value }) => [`${sex} ${age}`, value],
      ),
    );
  const bySexAndAge = { "F Y0": 10, "F Y1": 20, "M Y0": 30, "M Y1": 40, "F _T": 30, "M _T": 70 };
  assert.deepEqual(await table(false), { ...bySexAndAge, "_T Y0": 40, "_T Y1": 60, "_T _T": 100 });
  assert.deepEqual(await table(true), { ...bySexAndAge, "_T Y0": 45, "_T Y1": 60, "_T _T": 105 });
});

test("a total with an unknown part is no total", async () => {
  const facts =
    "(SELECT * FROM (VALUES ('R1', DATE '2020-01-01', 'F', '_Z', 10.0), ('R1', DATE '2020-01-01', 'M', '_Z', NULL)) AS f(area, period, sex, age, value))";
  const all = await found({ interpolation: "none" }, facts, ["2020-01-01"], "A");
  assert.deepEqual(
    all.map(({ sex, persons: value }) => [sex, value]),
    [["F", 10]],
  );
});
