import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { applyCrosswalk, type Crosswalk, checkCrosswalk, crosswalkRuleSchema } from "../../iccs/index.ts";
import { definitionKinds, type Stream } from "../definitions/index.ts";
import { UnreadableDelivery } from "../rows/index.ts";
import { type Engine, literal, literalOf, openEngine, parquet } from "../store/index.ts";
import { factFiles, makeFacts, observationStatusWords } from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-facts-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(folder, "engine") });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

interface CountedRecord {
  readonly code: string | null;
  readonly day: string | null;
  readonly area: string | null;
  readonly sex: string | null;
  readonly weapon: string | null;
  /** The count: a number, or what a mask says with its bounds where it has some. */
  readonly count: number | { readonly absence: string; readonly between?: readonly [number, number] } | null;
  readonly flagged: boolean;
}

const days = ["2014-12-31", "2015-01-01", "2016-02-29", "2018-01-01", "2020-12-31"];
const weapons = ["KNIFE", "it's"];

/** A stream with one fact set, and the columns of `recordsTable`. */
function streamOf(set: Readonly<Record<string, unknown>>): { stream: Stream; set: Stream["facts"][number] } {
  const stream = definitionKinds.stream.schema.parse({
    stream: "trial",
    title: "Trial",
    kind: "register",
    publisher: "Police",
    licence: "CC0-1.0",
    locations: [{ file: "raw/trial.csv" }],
    obtain: "Ask.",
    format: { kind: "csv" },
    columns: {
      ...{ code: {}, day: { type: "date" }, area: {}, sex: {}, weapon: {} },
      n: { type: "integer", masked: { c: "suppressed" } },
      share: { type: "number" },
    },
    facts: [
      {
        facts: "set",
        countUnit: "offences",
        period: { column: "day", frequency: "A" },
        area: { column: "area" },
        ...set,
      },
    ],
  });
  const [first] = stream.facts;
  assert.ok(first !== undefined);
  return { stream, set: first };
}

/** Accepted records as the records step gives them; the number says in which order the engine has them. */
async function recordsTable(records: readonly CountedRecord[], order: "ASC" | "DESC" = "ASC"): Promise<string> {
  const text = (value: string | null): string => (value === null ? "NULL" : literal(value));
  const rows = records.map(({ code, day, area, sex, weapon, count, flagged }, index) => {
    const number = typeof count === "number" ? literalOf(count) : "NULL";
    const mask = typeof count === "number" ? undefined : count;
    const [low, high] = mask?.between ?? [number, number];
    const texts = [code, day, area, sex, weapon].map(text).join(", ");
    return `(${texts}, ${number}, ${text(mask?.absence ?? null)}, ${low}, ${high}, ${number}, ${flagged}, 0, ${index + 1})`;
  });
  await engine.run(`CREATE OR REPLACE TEMP TABLE trial_records (code VARCHAR, day DATE, area VARCHAR, sex VARCHAR, weapon VARCHAR,
    n BIGINT, n__absence VARCHAR, n__low DOUBLE, n__high DOUBLE, share DOUBLE, _flagged BOOLEAN, _part INTEGER, _row BIGINT)`);
  if (rows.length > 0) {
    await engine.run(`INSERT INTO trial_records SELECT * FROM (VALUES ${rows.join(", ")}) ORDER BY col12 ${order}`);
  }
  return "trial_records";
}

const factSchema = z.object({
  count_unit: z.string(),
  area: z.string(),
  period: z.string().nullable(),
  iccs: z.string().nullable(),
  mapping: z.string(),
  sex: z.string(),
  weapon: z.string().nullable().default(null),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  status: z.enum(observationStatusWords),
  assumed: z.number(),
  flagged: z.number(),
  records: z.number(),
});
type Fact = z.infer<typeof factSchema>;

async function made(
  declared: ReturnType<typeof streamOf>,
  crosswalk: Crosswalk | undefined,
  records: string,
): Promise<{ facts: Fact[]; mapped: number; bytes: Buffer[] }> {
  const directory = await mkdtemp(join(folder, "step-"));
  await makeFacts(engine, { ...declared, records, crosswalk, vintage: "v" }, directory);
  const file = join(directory, factFiles.facts);
  const facts = await engine.rows({ text: `SELECT * FROM ${parquet([file])}`, values: [] }, factSchema);
  const bytes = [await readFile(file)];
  let mapped = 0;
  if (crosswalk !== undefined) {
    const mapping = join(directory, factFiles.mapping);
    bytes.push(await readFile(mapping));
    const [sum] = await engine.rows(
      { text: `SELECT coalesce(sum(records), 0) AS records FROM ${parquet([mapping])}`, values: [] },
      z.object({ records: z.number() }),
    );
    mapped = sum?.records ?? 0;
  }
  await rm(directory, { recursive: true });
  return { facts, mapped, bytes };
}

function periodOf(day: string | null, frequency: string): string | null {
  if (day === null) return null;
  if (frequency === "A") return `${day.slice(0, 4)}-01-01`;
  if (frequency === "M") return `${day.slice(0, 7)}-01`;
  if (frequency === "Q")
    return `${day.slice(0, 5)}${String(Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, "0")}-01`;
  if (frequency === "D") return day;
  const date = new Date(`${day}T00:00:00Z`);
  const sinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - sinceMonday * 86_400_000).toISOString().slice(0, 10);
}

const worstFirst = ["suppressed", "not-reported", "not-yet-due", "missing", "not-applicable"];

/** What the facts must be, added up record by record with the pure crosswalk. */
function addedUp(
  records: readonly CountedRecord[],
  crosswalk: Crosswalk,
  settings: { readonly frequency: string; readonly counted: boolean },
): Map<string, Omit<Fact, "count_unit" | "area" | "period" | "iccs" | "mapping" | "sex" | "weapon">> {
  const groups = new Map<string, { record: CountedRecord; weight: number; split: boolean }[]>();
  for (const record of records) {
    const { code, day: date, weapon, area, sex } = record;
    for (const { iccs, weight, status } of applyCrosswalk(crosswalk, { code, date, columns: { weapon } })) {
      const key = keyOf({
        area: area ?? "_U",
        period: periodOf(date, settings.frequency),
        iccs: iccs ?? null,
        mapping: status,
        sex: sex ?? "_U",
        weapon,
      });
      groups.set(key, [...(groups.get(key) ?? []), { record, weight, split: status === "split" }]);
    }
  }
  return new Map(
    [...groups].map(([key, parts]) => {
      const sum = (of: (record: CountedRecord) => number | null): number | null => {
        const values = parts.map(({ record, weight }) => {
          const value = of(record);
          return value === null ? null : value * weight;
        });
        return values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
      };
      const known = (record: CountedRecord): number | null =>
        !settings.counted ? 1 : typeof record.count === "number" ? record.count : null;
      const bound = (side: 0 | 1) => (record: CountedRecord) =>
        known(record) ?? (typeof record.count === "object" ? (record.count?.between?.[side] ?? null) : null);
      const meanings = parts.flatMap(({ record }) =>
        known(record) !== null ? [] : typeof record.count === "object" ? [record.count?.absence ?? "missing"] : [],
      );
      const status = observationStatusWords.find(
        (word) => word === worstFirst.find((worst) => meanings.includes(worst)),
      );
      const fact = {
        value: sum(known),
        low: sum(bound(0)),
        high: sum(bound(1)),
        status: status ?? ("normal" as const),
        assumed: parts.reduce(
          (total, { record, weight, split }) => total + (split ? (known(record) ?? 0) * weight : 0),
          0,
        ),
        flagged: parts.filter(({ record }) => record.flagged).length,
        records: parts.length,
      };
      return [key, fact];
    }),
  );
}

function keyOf({
  area,
  period,
  iccs,
  mapping,
  sex,
  weapon,
}: Pick<Fact, "area" | "period" | "iccs" | "mapping" | "sex" | "weapon">): string {
  return JSON.stringify([area, period?.slice(0, 10) ?? null, iccs, mapping, sex, weapon]);
}

function nearly(found: number | null, expected: number | null, what: string): void {
  if (found === null || expected === null) assert.equal(found, expected, what);
  else
    assert.ok(
      Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
      `${what}: ${found}, not ${expected}`,
    );
}

const nationalCodes = ["10", "it's", " ", "刀"];

const weights = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
  .map((shares) => shares.map((share) => share / shares.reduce((sum, one) => sum + one, 0)));

/** Few targets, so that several national codes reach one ICCS code with different weights; two of them are aliases. */
const targets = ["none", "0101", "0501", "0908", "0909", "02044", "02049", "06011"];

const rulesOfOneCode = fc
  .record({
    code: fc.constantFrom(...nationalCodes),
    cuts: fc.uniqueArray(fc.constantFrom(...days), { maxLength: 2 }),
    when: fc.option(fc.constantFrom({ weapon: "KNIFE" }, { weapon: { missing: true } }), { nil: undefined }),
    rest: fc.constantFrom(true, true, true, false),
    weights: fc.array(weights, { minLength: 4, maxLength: 4 }),
    targets: fc.uniqueArray(fc.constantFrom(...targets), { minLength: 3, maxLength: 3 }),
  })
  .map(({ code, cuts, when, rest, weights: drawn, targets: chosen }) => {
    const ordered = [...cuts].sort();
    const dated = [undefined, ...ordered].map((from, index) => ({ from, until: ordered[index] }));
    const sets = [...(when === undefined ? [] : [{ when }]), ...(rest ? dated : [])];
    return sets.flatMap((set, index) =>
      (drawn[index] ?? [1]).map((weight, part) => {
        const rule = { code, iccs: chosen[part], weight, ...set };
        return crosswalkRuleSchema.parse(
          Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)),
        );
      }),
    );
  });

const crosswalks = fc
  .uniqueArray(rulesOfOneCode, { minLength: 1, maxLength: 4, selector: (rules) => rules[0]?.code })
  .map((rules): Crosswalk => ({ crosswalk: "drawn", version: "1", title: "Drawn", scheme: "EX", rules: rules.flat() }));

const recordLists = fc.array(
  fc.record({
    code: fc.option(fc.constantFrom(...nationalCodes, "unknown"), { freq: 8 }),
    day: fc.option(fc.constantFrom(...days, "2015-07-01"), { freq: 8 }),
    area: fc.option(fc.constantFrom("R1", "R2"), { freq: 8 }),
    sex: fc.option(fc.constantFrom("F", "M"), { freq: 4 }),
    weapon: fc.option(fc.constantFrom(...weapons)),
    count: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_000_000 }) },
      fc.record({ absence: fc.constant("suppressed"), between: fc.constantFrom([1, 4] as const, [0, 9] as const) }),
      fc.record({ absence: fc.constantFrom("suppressed", "not-reported", "not-yet-due", "missing", "not-applicable") }),
      fc.constant(null),
    ),
    flagged: fc.boolean(),
  }),
  { maxLength: 40 },
);

test("facts neither make nor lose a record: they are what the crosswalk says of each, added up", async () => {
  const seen = { split: 0, bounded: 0, unmapped: 0, several: 0 };
  await fc.assert(
    fc.asyncProperty(
      crosswalks,
      recordLists,
      fc.constantFrom("A", "Q", "M", "W", "D"),
      fc.boolean(),
      async (crosswalk, records, frequency, counted) => {
        assert.deepEqual(
          checkCrosswalk(crosswalk).filter(({ severity, code }) => severity === "error" && code !== "crosswalk.empty"),
          [],
        );
        const declared = streamOf({
          count: counted ? { column: "n" } : "rows",
          period: { column: "day", frequency },
          classification: { crosswalk: "drawn", column: "code" },
          sex: { column: "sex" },
          dimensions: ["weapon"],
        });
        const { facts, mapped, bytes } = await made(declared, crosswalk, await recordsTable(records));
        const expected = addedUp(records, crosswalk, { frequency, counted });
        assert.deepEqual(facts.map(keyOf).sort(), [...expected.keys()].sort(), "each fact once");
        for (const fact of facts) {
          const reference = expected.get(keyOf(fact));
          for (const part of ["value", "low", "high", "assumed"] as const)
            nearly(fact[part], reference?.[part] ?? null, `${part} of ${keyOf(fact)}`);
          assert.deepEqual(
            [fact.status, fact.flagged, fact.records, fact.count_unit],
            [reference?.status, reference?.flagged, reference?.records, "offences"],
          );
          assert.equal(fact.value === null, fact.status !== "normal", "a figure is known, or it is said why not");
          if (fact.low !== null && fact.high !== null) {
            assert.ok(fact.low <= fact.high);
            if (fact.value !== null) assert.ok(fact.low <= fact.value && fact.value <= fact.high);
          }
          if (fact.mapping === "split") seen.split += 1;
          if (fact.mapping === "unmapped") seen.unmapped += 1;
          if (fact.value === null && fact.high !== null) seen.bounded += 1;
        }
        if (!counted)
          nearly(
            facts.reduce((sum, { value }) => sum + (value ?? 0), 0),
            records.length,
            "records",
          );
        nearly(mapped, records.length, "records in the mapping");
        const byTarget = Map.groupBy(
          crosswalk.rules.filter(({ weight }) => weight < 1),
          ({ iccs }) => iccs,
        );
        if ([...byTarget.values()].some((rules) => new Set(rules.map(({ weight }) => weight)).size > 1))
          seen.several += 1;
        const again = await made(declared, crosswalk, await recordsTable(records, "DESC"));
        assert.deepEqual(again.bytes, bytes, "the same records give the same bytes, in whatever order they are found");
      },
    ),
    { numRuns: 40, seed: 20_260_602 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times >= 10, `${what}: ${times}`);
});

const incident: CountedRecord = {
  code: "10",
  day: "2020-05-01",
  area: "R1",
  sex: "F",
  weapon: null,
  count: 1,
  flagged: false,
};
const head = { crosswalk: "small", version: "1", title: "Small", scheme: "EX" };

test("two aliases of one code in a split are one target, and no part is lost", async () => {
  const rules = ["0908", "0909"].map((iccs) => crosswalkRuleSchema.parse({ code: "10", iccs, weight: 0.5 }));
  const declared = streamOf({ classification: { crosswalk: "small", column: "code" } });
  const { facts } = await made(declared, { ...head, rules }, await recordsTable([incident, incident]));
  assert.deepEqual(
    facts.map(({ iccs, value, records }) => [iccs, value, records]),
    [["0909", 2, 2]],
  );
});

test("a record without a date is classified by rules without dates only, and kept", async () => {
  const rules = [
    crosswalkRuleSchema.parse({ code: "10", iccs: "0101", until: "2018-01-01" }),
    crosswalkRuleSchema.parse({ code: "10", iccs: "0102", from: "2018-01-01" }),
    crosswalkRuleSchema.parse({ code: "20", iccs: "0103" }),
  ];
  const declared = streamOf({ classification: { crosswalk: "small", column: "code" } });
  const records = ["10", "20"].map((code) => ({ ...incident, code, day: null }));
  const { facts } = await made(declared, { ...head, rules }, await recordsTable(records));
  assert.deepEqual(
    facts.map(({ iccs, mapping, period, value }) => [iccs, mapping, period, value]).sort(),
    [
      [null, "unmapped", null, 1],
      ["0103", "mapped", null, 1],
    ].sort(),
  );
});

test("a column of ICCS codes, one code for all, and no classification each say so in the mapping", async () => {
  const records = await recordsTable([
    { ...incident, code: "0101" },
    { ...incident, code: null },
  ]);
  const classified = async (classification: unknown): Promise<unknown[]> =>
    (await made(streamOf({ classification }), undefined, records)).facts.map(({ iccs, mapping, value }) => [
      iccs,
      mapping,
      value,
    ]);
  assert.deepEqual(
    (await classified({ column: "code" })).sort(),
    [
      ["0101", "mapped", 1],
      [null, "unmapped", 1],
    ].sort(),
  );
  assert.deepEqual(await classified({ iccs: "0401" }), [["0401", "mapped", 2]]);
  assert.deepEqual(await classified("none"), [[null, "none", 2]]);
});

test("what is counted on a day is never added over the days of a period", async () => {
  const held = (day: string, area: string): CountedRecord => ({ ...incident, day, area, count: 100 });
  const stock = (frequency: string): ReturnType<typeof streamOf> =>
    streamOf({
      classification: "none",
      countUnit: "persons-held",
      stock: true,
      count: { column: "n" },
      period: { column: "day", frequency },
    });
  const daily = [held("2020-01-01", "R1"), held("2020-02-01", "R1"), held("2020-02-01", "R2")];
  await assert.rejects(made(stock("A"), undefined, await recordsTable(daily)), (error) => {
    assert.ok(error instanceof UnreadableDelivery);
    assert.equal(error.code, "stream.stock-added");
    assert.match(error.message, /trial\/set: R1 has figures of 2 days in the period of 2020-01-01/);
    return true;
  });
  assert.deepEqual(
    (await made(stock("M"), undefined, await recordsTable(daily))).facts.map(({ value }) => value),
    [100, 100, 100],
  );
  const flow = streamOf({ classification: "none", count: { column: "n" } });
  assert.deepEqual(
    (await made(flow, undefined, await recordsTable(daily))).facts.map(({ area, value }) => [area, value]),
    [
      ["R1", 200],
      ["R2", 100],
    ],
    "what happens within a period is added",
  );
});

test("a condition on the set leaves records out before they are counted", async () => {
  const records = await recordsTable([incident, { ...incident, sex: "M" }, { ...incident, sex: null }]);
  const counted = async (where: unknown): Promise<number> =>
    (await made(streamOf({ classification: "none", where }), undefined, records)).facts.reduce(
      (sum, { value }) => sum + (value ?? 0),
      0,
    );
  assert.equal(await counted({ sex: "F" }), 1);
  assert.equal(await counted({ sex: { not: "F" } }), 2);
  assert.equal(await counted({ sex: { missing: true } }), 1);
});

test("fractions are added in the order of their rows, so that the same rows give the same digits", async () => {
  const records = [0.1, 0.2, 0.3, 1e15, 0.7].map((count): CountedRecord => ({ ...incident, count }));
  const declared = streamOf({ classification: "none", count: { column: "share" } });
  const sum = async (order: "ASC" | "DESC"): Promise<number | null | undefined> =>
    (await made(declared, undefined, await recordsTable(records, order))).facts[0]?.value;
  assert.equal(await sum("ASC"), 0.1 + 0.2 + 0.3 + 1e15 + 0.7);
  assert.equal(await sum("DESC"), await sum("ASC"));
});
