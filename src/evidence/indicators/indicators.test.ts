import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { clopperPearsonInterval, garwoodInterval, wilsonInterval } from "../../statistics/index.ts";
import { type Area, definitionKinds, type FactSet, type Indicator } from "../definitions/index.ts";
import { type Engine, literal, openEngine, parquet } from "../store/index.ts";
import { type IndicatorInput, indicatorFile, makeIndicator } from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-indicators-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(folder, "engine") });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** A country with two regions; the north has two districts. */
const areas: ReadonlyMap<string, Area> = new Map(
  (
    [
      ["C", undefined, "country"],
      ["R1", "C", "region"],
      ["R2", "C", "region"],
      ["D1", "R1", "district"],
      ["D2", "R1", "district"],
    ] as const
  ).map(([code, parent, level]) => [code, { code, parent, level, title: { en: code } }]),
);

interface Fact {
  readonly area: string;
  readonly period: string;
  readonly value?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly status?: string;
  readonly iccs?: string | null;
  readonly mapping?: string;
  readonly sex?: string;
  readonly age?: string;
}

let files = 0;

/** Facts as the facts step writes them: one file. */
async function factFile(facts: readonly Fact[]): Promise<string> {
  files += 1;
  const path = join(folder, `facts-${files}.parquet`);
  const text = (value: string | null): string => (value === null ? "NULL" : literal(value));
  const number = (value: number | null): string => (value === null ? "NULL" : String(value));
  const rows = facts.map((fact) => {
    const { area, period, iccs = "0101", mapping = "mapped", sex = "_Z", age = "_Z", status = "normal" } = fact;
    const value = fact.value === undefined ? null : fact.value;
    const [low, high] = [fact.low ?? value, fact.high ?? value];
    return `(${text(area)}, DATE '${period}', ${text(iccs)}, ${text(mapping)}, ${text(sex)}, ${text(age)}, ${[value, low, high].map(number).join(", ")}, ${text(status)})`;
  });
  await engine.run(`COPY (SELECT 'stream/set' AS facts, 'offences' AS count_unit, area::VARCHAR AS area, 'A' AS frequency, period, iccs::VARCHAR AS iccs,
      mapping, sex, age, value::DOUBLE AS value, low::DOUBLE AS low, high::DOUBLE AS high, status, 0.0::DOUBLE AS assumed, 0::BIGINT AS flagged, 1::BIGINT AS records, 'v' AS vintage
    FROM (VALUES ${rows.join(", ")}) AS f(area, period, iccs, mapping, sex, age, value, low, high, status)) TO ${literal(path)} (FORMAT parquet)`);
  return path;
}

function factSet(declared: Readonly<Record<string, unknown>> = {}): FactSet {
  const stream = definitionKinds.stream.schema.parse({
    ...{ stream: "stream", title: "S", kind: "register", publisher: "P", licence: "CC0-1.0", obtain: "Ask." },
    ...{
      locations: [{ file: "raw/s.csv" }],
      format: { kind: "csv" },
      columns: { day: { type: "date" }, area: {}, n: { type: "integer" } },
    },
    facts: [
      {
        ...{ facts: "set", countUnit: "offences", period: { column: "day", frequency: "A" }, area: { column: "area" } },
        ...{ classification: { iccs: "0101" }, ...declared },
      },
    ],
  });
  const [set] = stream.facts;
  assert.ok(set !== undefined);
  return set;
}

/** Records that count one each; and records that are counts already. */
const rowsSet = { count: "rows" };
const countSet = { count: { column: "n" } };

interface Given {
  readonly facts: readonly Fact[];
  readonly set?: Readonly<Record<string, unknown>>;
  readonly denominator?: readonly Fact[];
  readonly persons?: Readonly<Record<string, number>>;
  /** Units' shares that reported: area, first day of the period, share. */
  readonly reported?: {
    readonly frequency: "A" | "M";
    readonly entries: readonly (readonly [string, string, number])[];
  };
}

const observationSchema = z.looseObject({
  area: z.string(),
  period: z.string(),
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  coverage: z.number().nullable(),
  parts: z.number().nullable(),
  expected: z.number().nullable(),
});
type Observed = z.infer<typeof observationSchema>;

async function made(declared: Readonly<Record<string, unknown>>, given: Given): Promise<Map<string, Observed>> {
  const facts = ["stream/set"];
  const indicator: Indicator = definitionKinds.indicator.schema.parse({
    ...{ indicator: "trial", title: "T", description: "D", limits: "L", measure: "count", frequency: "A" },
    ...{ numerator: { facts }, ...declared },
  });
  const set = factSet(given.set ?? countSet);
  const source = async (rows: readonly Fact[]) => [{ name: "stream/set", set, files: [await factFile(rows)] }];
  const population = async (): Promise<IndicatorInput["population"]> => {
    const rows = Object.entries(given.persons ?? {}).map(([key, value]) => {
      const [area = "", year = "", sex = "_Z"] = key.split(" ");
      return { area, period: `${year}-01-01`, value, sex, iccs: null, mapping: "none" };
    });
    return {
      population: definitionKinds.population.schema.parse({
        ...{
          population: "census",
          title: "Census",
          facts: "census/persons",
          reference: "mid-year",
          interpolation: "none",
        },
      }),
      set: factSet({ countUnit: "persons", classification: "none" }),
      files: [await factFile(rows)],
    };
  };
  const ledger = async (): Promise<IndicatorInput["ledger"]> => {
    if (given.reported === undefined) return undefined;
    const { frequency, entries } = given.reported;
    files += 1;
    const path = join(folder, `ledger-${files}.parquet`);
    const rows = entries.map(
      ([area, period, covered]) => `('${area}', DATE '${period}', ${covered}::DOUBLE, 1.0::DOUBLE)`,
    );
    await engine.run(
      `COPY (SELECT area AS unit, * FROM (VALUES ${rows.join(", ")}) AS l(area, period, covered, share)) TO ${literal(path)} (FORMAT parquet)`,
    );
    return { frequency, files: [path], weight: undefined };
  };
  const directory = await mkdtemp(join(folder, "step-"));
  await makeIndicator(
    engine,
    {
      indicator,
      areas,
      numerator: await source(given.facts),
      denominator: given.denominator === undefined ? [] : await source(given.denominator),
      population: given.persons === undefined ? undefined : await population(),
      ledger: await ledger(),
    },
    directory,
  );
  const text = `SELECT * FROM ${parquet([join(directory, indicatorFile)])}`;
  const rows = await engine.rows({ text, values: [] }, observationSchema);
  const dimensions = ["sex", "age", "iccs"].filter((name) => rows[0] !== undefined && name in rows[0]);
  const keyed = rows.map((row): [string, Observed] => {
    const broken = dimensions.map((name) => String(row[name])).filter((value) => value !== "_T");
    return [[row.area, row.period.slice(0, indicator.frequency === "A" ? 4 : 7), ...broken].join(" "), row];
  });
  assert.equal(new Set(keyed.map(([key]) => key)).size, keyed.length, "each figure once");
  return new Map(keyed);
}

/** A count of an area in 2020. */
const in2020 = (area: string, value: number) => ({ area, period: "2020-01-01", value });

/** Value, status and reason of a figure. */
function told(all: ReadonlyMap<string, Observed>, key: string): unknown[] {
  const found = all.get(key);
  return found === undefined ? [] : [found.value, found.status, found.reason];
}

test("zero is zero only where the unit reported; elsewhere nothing is known", async () => {
  const facts = [in2020("R1", 5), in2020("R2", 3), { area: "R1", period: "2022-01-01", value: 1 }];
  const reported = {
    frequency: "A" as const,
    entries: [
      ["R1", "2020-01-01", 1],
      ["R2", "2020-01-01", 1],
      ["R1", "2021-01-01", 1],
      ["R1", "2022-01-01", 1],
      ["R2", "2022-01-01", 1],
    ] as const,
  };
  const complete = await made({}, { facts, set: rowsSet, reported });
  assert.deepEqual(told(complete, "R1 2021"), [0, "normal", null]);
  assert.deepEqual(told(complete, "R2 2021"), [null, "not-reported", "nobody-reported"]);
  assert.deepEqual(told(complete, "R2 2022"), [0, "normal", null]);
  assert.deepEqual(told(complete, "C 2020"), [8, "normal", null]);
  assert.deepEqual(told(complete, "C 2021"), [null, "not-reported", "parts-missing"]);
  assert.deepEqual(told(complete, "C 2022"), [1, "normal", null]);
  const available = await made({ areas: { rollUp: "available" } }, { facts, set: rowsSet, reported });
  assert.deepEqual(told(available, "C 2021"), [0, "partial", "partial-coverage"]);
  assert.deepEqual([available.get("C 2021")?.parts, available.get("C 2021")?.expected], [1, 2]);
  assert.equal(available.get("C 2021")?.coverage, 0.5);
});

test("a count that the source does not give is not made a zero", async () => {
  const all = await made(
    {},
    {
      facts: [in2020("R1", 5), in2020("R2", 3), { area: "R1", period: "2021-01-01", value: 4 }],
    },
  );
  assert.deepEqual(told(all, "C 2020"), [8, "normal", null]);
  assert.equal(all.has("R2 2021"), false);
  assert.deepEqual(told(all, "C 2021"), [null, "missing", "parts-missing"]);
});

test("larger areas are added up from complete parts, or from those that are there and say so", async () => {
  const facts = [
    in2020("D1", 2),
    in2020("D2", 3),
    in2020("R2", 7),
    { area: "D1", period: "2021-01-01", value: 1 },
    { area: "D2", period: "2021-01-01", value: null, status: "not-reported" },
    { area: "R2", period: "2021-01-01", value: 7 },
  ];
  const complete = await made({}, { facts });
  assert.deepEqual(told(complete, "R1 2020"), [5, "normal", null]);
  assert.deepEqual(told(complete, "C 2020"), [12, "normal", null]);
  assert.deepEqual(told(complete, "R1 2021"), [null, "not-reported", "parts-missing"]);
  assert.equal(complete.get("C 2021")?.value, null);
  const available = await made({ areas: { rollUp: "available" } }, { facts });
  assert.deepEqual(told(available, "R1 2021"), [1, "partial", "available-parts"]);
  assert.deepEqual(told(available, "C 2021"), [8, "partial", "available-parts"]);
});

test("a larger area with figures of its own is not made from its parts, and nothing is counted twice", async () => {
  const all = await made(
    {},
    {
      facts: [in2020("C", 100), in2020("R1", 40), in2020("R2", 50)],
    },
  );
  assert.deepEqual(told(all, "C 2020"), [100, "normal", null]);
  assert.deepEqual(told(all, "R1 2020"), [40, "normal", null]);
});

test("records without an area belong to the whole, and to no part", async () => {
  const all = await made(
    {},
    {
      set: rowsSet,
      facts: [in2020("R1", 4), in2020("R2", 5), in2020("_U", 1)],
    },
  );
  assert.deepEqual(told(all, "C 2020"), [10, "normal", null]);
  assert.deepEqual(told(all, "_U 2020"), [1, "normal", null]);
});

test("a source's own totals serve the total, and its parts the breakdown", async () => {
  const facts = [
    { area: "R2", period: "2020-01-01", value: 10, sex: "_T" },
    { area: "R2", period: "2020-01-01", value: 6, sex: "F" },
    { area: "R2", period: "2020-01-01", value: 3, sex: "M" },
  ];
  const all = await made({ breakdowns: [["sex"]] }, { facts, set: { ...countSet, totalsGiven: ["sex"] } });
  assert.deepEqual(
    ["R2 2020", "R2 2020 F", "R2 2020 M"].map((key) => all.get(key)?.value),
    [10, 6, 3],
  );
  const added = await made({ breakdowns: [["sex"]] }, { facts: facts.slice(1) });
  assert.equal(added.get("R2 2020")?.value, 9);
});

test("a selection takes its ICCS codes with everything below them, and what is no crime is never in it", async () => {
  const facts = [
    { area: "R2", period: "2020-01-01", value: 1, iccs: "0101" },
    { area: "R2", period: "2020-01-01", value: 2, iccs: "01021" },
    { area: "R2", period: "2020-01-01", value: 4, iccs: "0201" },
    { area: "R2", period: "2020-01-01", value: 8, iccs: null, mapping: "unmapped" },
    { area: "R2", period: "2020-01-01", value: 16, iccs: null, mapping: "not-a-crime" },
  ];
  const value = async (iccs?: readonly string[]): Promise<number | null | undefined> =>
    (await made({ numerator: { facts: ["stream/set"], ...(iccs === undefined ? {} : { iccs }) } }, { facts })).get(
      "R2 2020",
    )?.value;
  assert.equal(await value(["01"]), 3);
  assert.equal(await value(["0102", "02"]), 6);
  assert.equal(await value(), 15);
  const levels = await made({ breakdowns: [["iccs"]], iccsLevel: 2 }, { facts });
  assert.deepEqual(
    ["0101", "0102", "0201", "_U"].map((code) => levels.get(`R2 2020 ${code}`)?.value),
    [1, 2, 4, 8],
  );
});

test("a rate has the exposure of those who reported, and Garwood's interval", async () => {
  const facts = [in2020("R1", 7), in2020("R2", 0)];
  const reported = {
    frequency: "A" as const,
    entries: [
      ["R1", "2020-01-01", 0.5],
      ["R2", "2020-01-01", 1],
    ] as const,
  };
  const rate = { measure: "rate", denominator: { population: "census" }, per: 1000 };
  const persons = { "R1 2020": 20_000, "R2 2020": 5_000 };
  const all = await made(rate, { facts, persons, reported, set: rowsSet });
  const north = all.get("R1 2020");
  assert.deepEqual([north?.denominator, north?.value, north?.status], [10_000, 0.7, "partial"]);
  const seven = garwoodInterval(7, 0.95);
  assert.deepEqual([north?.lower, north?.upper], [seven.lower * 0.1, seven.upper * 0.1]);
  const none = all.get("R2 2020");
  assert.deepEqual([none?.value, none?.lower, none?.status], [0, 0, "normal"]);
  assert.equal(none?.upper, garwoodInterval(0, 0.95).upper * 0.2);
  const country = all.get("C 2020");
  assert.deepEqual([country?.denominator, country?.numerator], [15_000, 7]);
  const whole = await made({ ...rate, intervalLevel: 0.9 }, { facts, persons, set: rowsSet });
  assert.equal(whole.get("R1 2020")?.upper, garwoodInterval(7, 0.9).upper * (1000 / 20_000));
});

test("no rate is made without an exposure", async () => {
  const facts = [in2020("R1", 7), in2020("R2", 3)];
  const rate = { measure: "rate", denominator: { population: "census" } };
  const all = await made(rate, { facts, persons: { "R1 2020": 100_000, "R2 2020": 0 } });
  assert.deepEqual(told(all, "R1 2020"), [7, "normal", null]);
  assert.deepEqual(told(all, "R2 2020"), [null, "missing", "no-denominator"]);
  const country = all.get("C 2020");
  assert.equal(country?.value, null, "numerator and denominator must cover the same areas");
  assert.deepEqual([all.get("R2 2020")?.numerator, all.get("R2 2020")?.denominator], [3, null]);
  assert.deepEqual([country?.numerator, country?.denominator], [10, null], "what is counted stays known");
});

test("persons of unknown sex are counted, though no rate is made of them", async () => {
  const facts = [
    { area: "R1", period: "2020-01-01", value: 7, sex: "F" },
    { area: "R1", period: "2020-01-01", value: 2, sex: "_U" },
    { area: "R2", period: "2020-01-01", value: 1, sex: "_U" },
  ];
  const rate = { measure: "rate", denominator: { population: "census" }, breakdowns: [["sex"]] };
  const all = await made(rate, { facts, persons: { "R1 2020 F": 50_000, "R2 2020 F": 50_000 } });
  assert.deepEqual(told(all, "R1 2020 _U"), [null, "missing", "no-population-of-unknown"]);
  assert.deepEqual([all.get("R1 2020 _U")?.numerator, all.get("C 2020 _U")?.numerator], [2, 3]);
});

test("below the declared coverage a figure is marked, or withheld", async () => {
  const facts = [in2020("R2", 9)];
  const reported = { frequency: "A" as const, entries: [["R2", "2020-01-01", 0.75] as const] };
  const tell = async (coverage: unknown): Promise<unknown[]> =>
    told(await made({ coverage }, { facts, reported, set: rowsSet }), "R2 2020");
  assert.deepEqual(await tell({}), [9, "partial", "partial-coverage"]);
  assert.deepEqual(await tell({ minimum: 0.75 }), [9, "normal", null]);
  assert.deepEqual(await tell({ minimum: 0.8 }), [9, "partial", "partial-coverage"]);
  assert.deepEqual(await tell({ minimum: 0.8, otherwise: "withhold" }), [null, "not-reported", "coverage-too-low"]);
  assert.deepEqual(await tell({ minimum: 0.5, otherwise: "withhold" }), [9, "normal", null]);
});

test("a year with months that nobody reported is a partial year", async () => {
  const months = ["01", "02", "03", "04", "05", "06", "07"];
  const entries = months.map((month) => ["R2", `2020-${month}-01`, 1] as const);
  const facts = months.map((month) => ({ area: "R2", period: `2020-${month}-01`, value: 2 }));
  const set = { ...rowsSet, period: { column: "day", frequency: "M" } };
  const all = await made({}, { facts, set, reported: { frequency: "M", entries } });
  assert.deepEqual(told(all, "R2 2020"), [14, "partial", "partial-coverage"]);
  assert.equal(all.get("R2 2020")?.coverage, (31 + 29 + 31 + 30 + 31 + 30 + 31) / 366);
  const monthly = await made({ frequency: "M" }, { facts, set, reported: { frequency: "M", entries } });
  assert.deepEqual(told(monthly, "R2 2020-07"), [2, "normal", null]);
  assert.equal(monthly.has("R2 2020-08"), false);
});

test("masked counts have the bounds of their sum, or its middle where that is declared, marked as estimated", async () => {
  const facts = [
    in2020("R1", 10),
    { area: "R2", period: "2020-01-01", value: null, low: 1, high: 4, status: "suppressed" },
  ];
  const bounds = await made({}, { facts });
  assert.deepEqual(told(bounds, "R2 2020"), [null, "suppressed", "masked"]);
  assert.deepEqual([bounds.get("C 2020")?.low, bounds.get("C 2020")?.high], [11, 14]);
  assert.deepEqual(told(bounds, "C 2020"), [null, "suppressed", "masked"]);
  const middle = await made({ masked: "midpoint" }, { facts });
  assert.deepEqual(told(middle, "R2 2020"), [2.5, "estimated", "midpoint-of-mask"]);
  assert.deepEqual(told(middle, "C 2020"), [12.5, "estimated", "midpoint-of-mask"]);
  const rate = { measure: "rate", denominator: { population: "census" }, masked: "midpoint" };
  const interval = (await made(rate, { facts, persons: { "R1 2020": 50_000, "R2 2020": 50_000 } })).get("C 2020");
  assert.deepEqual(
    [interval?.lower, interval?.upper],
    [garwoodInterval(11, 0.95).lower, garwoodInterval(14, 0.95).upper],
    "the interval holds whatever the mask hides",
  );
});

test("a mask without bounds hides the whole sum", async () => {
  const facts = [in2020("R1", 10), { area: "R2", period: "2020-01-01", value: null, status: "suppressed" }];
  const all = await made({ masked: "midpoint" }, { facts });
  assert.deepEqual(told(all, "R2 2020").slice(0, 2), [null, "suppressed"]);
  assert.deepEqual(told(all, "C 2020"), [null, "suppressed", "parts-missing"]);
});

test("a share has Wilson's or Clopper and Pearson's interval, and none when the part is larger than the whole", async () => {
  const facts = [in2020("R1", 3), in2020("R2", 12)];
  const denominator = [in2020("R1", 8), in2020("R2", 10)];
  const share = { measure: "share", denominator: { facts: ["stream/set"] } };
  const all = await made(share, { facts, denominator });
  const wilson = wilsonInterval(3, 8, 0.95);
  const north = all.get("R1 2020");
  assert.deepEqual([north?.value, north?.lower, north?.upper], [0.375, wilson.lower, wilson.upper]);
  const south = all.get("R2 2020");
  assert.deepEqual([south?.value, south?.lower, south?.upper], [1.2, null, null]);
  assert.equal(all.get("C 2020")?.value, 15 / 18);
  const exact = (await made({ ...share, interval: "clopper-pearson" }, { facts, denominator })).get("R1 2020");
  const expected = clopperPearsonInterval(3, 8, 0.95);
  assert.deepEqual([exact?.lower, exact?.upper], [expected.lower, expected.upper]);
});

test("a share is made of areas and periods that have both sides", async () => {
  const facts = [in2020("R1", 3), { area: "R2", period: "2021-01-01", value: 2 }];
  const denominator = [in2020("R1", 8), in2020("R2", 5)];
  const share = { measure: "share", denominator: { facts: ["stream/set"] } };
  const counted = await made(share, { facts, denominator });
  assert.equal(counted.get("C 2020")?.value, null, "the south has no numerator");
  assert.deepEqual(told(counted, "R2 2021"), [null, "missing", "no-denominator"]);
  const records = await made(share, { facts, denominator, set: rowsSet });
  assert.deepEqual(told(records, "R2 2020"), [0, "normal", null]);
  assert.equal(records.get("C 2020")?.value, 3 / 13, "records of the whole without one of the part are a part of zero");
});

test("the share of areas above a threshold counts the areas that have both figures", async () => {
  const facts = [in2020("D1", 120), in2020("D2", 100), in2020("R2", 500)];
  const denominator = [in2020("D1", 100), in2020("D2", 100), in2020("R2", 100)];
  const all = await made(
    { measure: "share-of-areas", denominator: { facts: ["stream/set"] }, of: "district", above: 1 },
    { facts, denominator },
  );
  const country = all.get("C 2020");
  assert.deepEqual([country?.value, country?.numerator, country?.denominator], [0.5, 1, 2], "regions are no districts");
});

test("an area without parts is not said to lack them", async () => {
  const share = { measure: "share", denominator: { facts: ["stream/set"] } };
  const facts = [{ area: "R1", period: "2020-01-01", value: null, status: "not-reported" }, in2020("R2", 2)];
  const all = await made(share, { facts, denominator: [in2020("R1", 5)] });
  assert.deepEqual(told(all, "R1 2020"), [null, "not-reported", "not-known"]);
  assert.deepEqual(told(all, "R2 2020"), [null, "missing", "no-denominator"]);
  assert.deepEqual(told(all, "C 2020"), [null, "not-reported", "parts-missing"]);
});
