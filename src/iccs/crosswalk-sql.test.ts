import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import {
  applyCrosswalk,
  type Crosswalk,
  checkCrosswalk,
  crosswalkRuleSchema,
  crosswalkSql,
  iccsCodes,
} from "./index.ts";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
before(async () => {
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});

interface Incident {
  readonly code: string | null;
  readonly date: string | null;
  readonly weapon: string | null;
  readonly arrest: boolean | null;
  readonly victims: number | null;
}

/** National codes that could be taken for SQL, for another's rule, or for nothing. */
const nationalCodes = ["10", "10#1", "it's", " ", "ASSAULT -- x", "刀"];
const days = ["2014-12-31", "2015-01-01", "2016-06-30", "2018-01-01", "2020-02-29"];
const weapons = ["KNIFE", "it's", "1"];

const quoted = (text: string | null): string => (text === null ? "NULL" : `'${text.replaceAll("'", "''")}'`);

function sourceSql(incidents: readonly Incident[]): string {
  const rows = incidents.map(
    ({ code, date, weapon, arrest, victims }, index) =>
      `(${index}, ${quoted(code)}, ${quoted(date)}::DATE, ${quoted(weapon)}, ${arrest ?? "NULL"}, ${victims ?? "NULL"})`,
  );
  return `(SELECT n, "national code"::VARCHAR AS "national code", day::DATE AS day, weapon::VARCHAR AS weapon,
    arrest::BOOLEAN AS arrest, victims::INTEGER AS victims
    FROM (VALUES ${rows.join(", ")}) AS incident(n, "national code", day, weapon, arrest, victims))`;
}

async function classified(crosswalk: Crosswalk, source: string): Promise<unknown[][]> {
  const sql = crosswalkSql({
    crosswalk,
    source,
    codeColumn: "national code",
    dateColumn: "day",
    columnRef: (column) => `"${column}"`,
  });
  const result = await connection.runAndReadAll(
    `SELECT n, iccs, iccs_weight, crosswalk_rule, mapping_status, split_by_assumption FROM (${sql}) ORDER BY n, iccs NULLS FIRST`,
  );
  return result.getRows().map((row) => [...row]);
}

function expected(crosswalk: Crosswalk, incidents: readonly Incident[]): unknown[][] {
  return incidents.flatMap(({ code, date, ...columns }, index) =>
    applyCrosswalk(crosswalk, { code, date, columns })
      .map(({ iccs, weight, rule, status }) => [index, iccs ?? null, weight, rule ?? null, status, status === "split"])
      .sort((a, b) => (String(a[1] ?? "") < String(b[1] ?? "") ? -1 : 1)),
  );
}

const conditions = fc.option(
  fc.oneof(
    fc.record({ weapon: fc.constantFrom(...weapons) }),
    fc.record({ arrest: fc.nat({ max: 3 }) }),
    fc.record({ victims: fc.record({ minimum: fc.integer({ min: 0, max: 3 }) }) }),
    fc.record({
      weapon: fc.record({ not: fc.constantFrom(...weapons) }),
      arrest: fc.record({ missing: fc.boolean() }),
    }),
  ),
  { nil: undefined },
);

/** Parts that add up to 1 as nearly as decimals can. */
const parts = fc
  .array(fc.integer({ min: 1, max: 999_983 }), { minLength: 1, maxLength: 4 })
  .map((shares) => shares.map((share) => share / shares.reduce((sum, one) => sum + one, 0)));

/** Rules of one code: conditional ones first, then dated ones that follow each other, or none for the rest. */
const rulesOfOneCode = fc
  .record({
    code: fc.constantFrom(...nationalCodes),
    cuts: fc.uniqueArray(fc.constantFrom(...days), { maxLength: 3 }),
    conditions: fc.array(conditions, { maxLength: 2 }),
    rest: fc.nat({ max: 3 }),
    parts: fc.array(parts, { minLength: 7, maxLength: 7 }),
    targets: fc.uniqueArray(fc.constantFrom("none", ...iccsCodes()), { minLength: 4, maxLength: 4 }),
  })
  .map(({ code, cuts, conditions: drawn, rest, parts: weights, targets }) => {
    const ordered = [...cuts].sort();
    const dated = [undefined, ...ordered].map((from, index) => ({ from, until: ordered[index], when: undefined }));
    const conditional = drawn
      .filter((when) => when !== undefined)
      .filter((when, index, all) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(when)) === index)
      .map((when) => ({ from: undefined, until: undefined, when }));
    return [...conditional, ...(rest > 0 ? dated : [])].flatMap((set, index) =>
      (weights[index] ?? [1]).map((weight, part) =>
        crosswalkRuleSchema.parse(
          Object.fromEntries(
            Object.entries({ code, iccs: targets[part], weight, ...set }).filter(([, value]) => value !== undefined),
          ),
        ),
      ),
    );
  });

const crosswalks = fc
  .uniqueArray(rulesOfOneCode, { minLength: 1, maxLength: 5, selector: (rules) => rules[0]?.code })
  .map((rules): Crosswalk => ({ crosswalk: "drawn", version: "1", title: "Drawn", scheme: "EX", rules: rules.flat() }));

const incidentLists = fc.array(
  fc.record({
    code: fc.option(fc.constantFrom(...nationalCodes, "unknown"), { freq: 10 }),
    date: fc.option(fc.constantFrom(...days, "2015-07-01"), { freq: 10 }),
    weapon: fc.option(fc.constantFrom(...weapons)),
    arrest: fc.option(fc.boolean()),
    victims: fc.option(fc.integer({ min: 0, max: 4 })),
  }),
  { minLength: 5, maxLength: 30 },
);

test("a crosswalk neither makes nor loses a record, and its SQL classifies as the rules say", async () => {
  let mapped = 0;
  let split = 0;
  await fc.assert(
    fc.asyncProperty(crosswalks, incidentLists, async (crosswalk, incidents) => {
      assert.deepEqual(
        checkCrosswalk(crosswalk).filter(({ code }) => code !== "crosswalk.empty"),
        [],
        "the drawn crosswalk is sound",
      );
      const rows = await classified(crosswalk, sourceSql(incidents));
      assert.deepEqual(rows, expected(crosswalk, incidents));
      const weight = incidents.map(() => 0);
      for (const [record, , part, , status] of rows) {
        weight[Number(record)] = (weight[Number(record)] ?? 0) + Number(part);
        if (status === "mapped") mapped += 1;
        if (status === "split") split += 1;
      }
      for (const sum of weight) assert.ok(Math.abs(sum - 1) < 1e-12, `the parts of a record add up to ${sum}`);
    }),
    { numRuns: 200, seed: 11 },
  );
  assert.ok(mapped > 100 && split > 100, `only ${mapped} drawn records were mapped and ${split} split`);
});

test("weights come out as they went in, to the last bit", async () => {
  const weights = [0.1, 0.2, 0.30000000000000004, 1e-7, 0.3999999];
  const crosswalk: Crosswalk = {
    crosswalk: "bits",
    version: "1",
    title: "Bits",
    scheme: "EX",
    rules: weights.map((weight, index) =>
      crosswalkRuleSchema.parse({ code: "10", iccs: String(iccsCodes()[index]), weight }),
    ),
  };
  const one = [{ code: "10", date: null, weapon: null, arrest: null, victims: null }];
  const rows = await classified(crosswalk, sourceSql(one));
  assert.deepEqual(rows.map(([, , weight]) => weight).sort(), [...weights].sort());
});

test("a column of numbers may hold the national code", async () => {
  const crosswalk: Crosswalk = {
    crosswalk: "numbers",
    version: "1",
    title: "Numbers",
    scheme: "EX",
    rules: ["10", "ASSAULT"].map((code) => crosswalkRuleSchema.parse({ code, iccs: "0201" })),
  };
  const rows = await classified(crosswalk, `(SELECT 0 AS n, 10 AS "national code", DATE '2020-01-01' AS day)`);
  assert.deepEqual(rows, [[0, "0201", 1, "10#1", "mapped", false]]);
});

test("without any rule every record stays, unmapped", async () => {
  const crosswalk: Crosswalk = { crosswalk: "none", version: "1", title: "None", scheme: "EX", rules: [] };
  const rows = await classified(
    crosswalk,
    `(SELECT unnest([0, 1]) AS n, 'A' AS "national code", DATE '2020-01-01' AS day)`,
  );
  assert.deepEqual(rows, [
    [0, null, 1, null, "unmapped", false],
    [1, null, 1, null, "unmapped", false],
  ]);
});
