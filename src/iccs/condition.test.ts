import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { type Condition, columnsOfCondition, conditionMatches, conditionSchema, conditionSql } from "./index.ts";

let connection: DuckDBConnection;
let instance: DuckDBInstance;
before(async () => {
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});

const reference = (column: string): string => `"${column.replaceAll('"', '""')}"`;
type Row = { text: string | null; flag: boolean | null; whole: number | null; real: number | null };

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What DuckDB says of a condition for each row, in a table whose columns have their own types. */
async function inDuckDB(condition: Condition, rows: readonly Row[]): Promise<unknown[]> {
  const values = rows.map(({ text, flag, whole, real }, index) => {
    const cells = [
      String(index),
      text === null ? "NULL" : quoted(text),
      flag === null ? "NULL" : String(flag),
      whole === null ? "NULL" : String(whole),
      real === null ? "NULL" : `CAST('${real}' AS DOUBLE)`,
    ];
    return `(${cells.join(", ")})`;
  });
  const source = `SELECT n, text::VARCHAR AS text, flag::BOOLEAN AS flag, whole::BIGINT AS whole, real::DOUBLE AS real
    FROM (VALUES ${values.join(", ")}) AS row(n, text, flag, whole, real)`;
  const result = await connection.runAndReadAll(
    `SELECT ${conditionSql(condition, reference)} AS met FROM (${source}) ORDER BY n`,
  );
  return result.getRows().map(([met]) => met);
}

const rows: readonly Row[] = [
  { text: "KNIFE", flag: true, whole: 1, real: 1 },
  { text: "it's", flag: false, whole: 20, real: 2.5 },
  { text: "7", flag: true, whole: -3, real: -0.5 },
  { text: null, flag: null, whole: null, real: null },
];

const cases: readonly (readonly [string, Condition, readonly boolean[]])[] = [
  ["a value must be met", { text: "KNIFE" }, [true, false, false, false]],
  ["an apostrophe is only a letter", { text: "it's" }, [false, true, false, false]],
  ["truth may be written as a word", { flag: "true" }, [true, false, true, false]],
  ["truth is a value", { flag: false }, [false, true, false, false]],
  ["a whole number agrees with a real column", { real: 1 }, [true, false, false, false]],
  ["a number in a table is text, and still agrees", { real: "1", whole: "1" }, [true, false, false, false]],
  ["one of a list must be met", { text: ["KNIFE", 7] }, [true, false, true, false]],
  ["a missing value meets not", { text: { not: "KNIFE" } }, [false, true, true, true]],
  ["not may have a list", { whole: { not: [1, -3] } }, [false, true, false, true]],
  ["bounds include themselves", { real: { minimum: -0.5, maximum: 1 } }, [true, false, true, false]],
  ["text that is a number has bounds", { text: { minimum: 7 } }, [false, false, true, false]],
  ["no bound asks for a number only", { text: {} }, [false, false, true, false]],
  ["truth has no bounds", { flag: { maximum: 5 } }, [false, false, false, false]],
  ["missing can be asked for", { whole: { missing: true } }, [false, false, false, true]],
  ["present can be asked for", { whole: { missing: false } }, [true, true, true, false]],
  ["another column must hold the same number", { whole: { sameAs: "real" } }, [true, false, false, false]],
  ["a text is the same as a number that it writes", { text: { sameAs: "whole" } }, [false, false, false, false]],
  ["a column is the same as itself unless it is missing", { text: { sameAs: "text" } }, [true, true, true, false]],
  ["truth is no number", { flag: { sameAs: "whole" } }, [false, false, false, false]],
  ["all parts must hold", { text: { not: "7" }, whole: { minimum: 2 } }, [false, true, false, false]],
  ["no part holds always", {}, [true, true, true, true]],
];

for (const [name, condition, expected] of cases) {
  test(`condition: ${name}`, async () => {
    assert.deepEqual(conditionSchema.parse(condition), condition);
    const plain = rows.map((row) => conditionMatches(condition, row));
    assert.deepEqual(plain, expected);
    assert.deepEqual(await inDuckDB(condition, rows), expected);
  });
}

test("a condition names the columns that it looks at", () => {
  assert.deepEqual(columnsOfCondition({ weapon: "KNIFE", age: { minimum: 18 } }), ["weapon", "age"]);
  assert.deepEqual(columnsOfCondition({ citizenship: { sameAs: "country" } }), ["citizenship", "country"]);
});

test("a column that the row lacks is missing, whatever its name", () => {
  for (const name of ["weapon", "constructor", "toString"]) {
    assert.equal(conditionMatches({ [name]: { missing: true } }, {}), true);
    assert.equal(conditionMatches({ [name]: { not: "x" } }, {}), true);
  }
});

test("an empty list and an unknown test are refused", () => {
  assert.equal(conditionSchema.safeParse({ weapon: [] }).success, false);
  assert.equal(conditionSchema.safeParse({ weapon: { least: 3 } }).success, false);
});

test("a bound without end is a mistake of the caller", () => {
  assert.throws(() => conditionSql({ age: { minimum: Number.POSITIVE_INFINITY } }, reference), RangeError);
});

const words = fc.constantFrom(
  "KNIFE",
  "it's",
  "",
  " ",
  "1",
  "1.0",
  "01",
  " 5 ",
  "1e3",
  "0x1F",
  "1_000",
  ".5",
  "5.",
  "inf",
  "NaN",
  "true",
  "null",
  "−5",
  "1e400",
  "刀",
);
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 31 }),
  fc.constantFrom(0.1, 0.5, 1e21, 1e-7, 2.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalars = fc.oneof(words, numbers, fc.boolean());
const tests = fc.oneof(
  scalars,
  fc.array(scalars, { minLength: 1, maxLength: 3 }),
  fc.record({ not: fc.oneof(scalars, fc.array(scalars, { minLength: 1, maxLength: 3 })) }),
  fc.record({ minimum: numbers, maximum: numbers }, { requiredKeys: [] }),
  fc.record({ missing: fc.boolean() }),
  fc.record({ sameAs: fc.constantFrom("text", "flag", "whole", "real") }),
);
const conditions = fc.dictionary(fc.constantFrom("text", "flag", "whole", "real"), tests, {
  maxKeys: 3,
  noNullPrototype: true,
});
const someRows = fc.array(
  fc.record({
    text: fc.option(
      fc.oneof(
        words,
        fc.string({ maxLength: 4 }).map((text) => text.replaceAll("\0", "")),
      ),
    ),
    flag: fc.option(fc.boolean()),
    whole: fc.option(fc.integer({ min: -3, max: 1000 })),
    real: fc.option(numbers),
  }),
  { minLength: 1, maxLength: 20 },
);

test("the SQL of a condition and the condition itself agree on every row", async () => {
  await fc.assert(
    fc.asyncProperty(conditions, someRows, async (drawn, table) => {
      const condition: Condition = conditionSchema.parse(drawn);
      const plain = table.map((row) => conditionMatches(condition, row));
      assert.deepEqual(await inDuckDB(condition, table), plain);
    }),
    { numRuns: 400, seed: 7 },
  );
});
