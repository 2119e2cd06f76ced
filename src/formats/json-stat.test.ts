import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { z } from "zod";
import { FormatError, type FormatProblem, readJsonStat } from "./index.ts";

const reference = new URL("../../../shared/reference/standards/json-stat/", import.meta.url);
const withoutReference = existsSync(reference) ? false : "the shared reference data are not there";

function problemOf(text: string): FormatProblem {
  try {
    readJsonStat(text);
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return error.problem;
  }
  return assert.fail("the text was read without a fault");
}

const victims = {
  version: "2.0",
  class: "dataset",
  id: ["sex", "year"],
  size: [2, 3],
  dimension: {
    sex: { category: { index: { F: 1, M: 0 }, label: { F: "female", M: "male" } } },
    year: { category: { index: ["2020", "2021", "2022"] } },
  },
  value: [0, null, 2.5, 3, 4, 5],
};

/** The toolkit has no types of its own, so that what is used of it is written down here. */
const JSONstat: (document: unknown) => {
  toTable(options: { type: "array"; content: "id"; status: boolean }): (string | number | null)[][];
} = createRequire(import.meta.url)("jsonstat-toolkit");

/** The table that the standard's own toolkit makes, in our form: the value last but for the status, all as text. */
function toolkitTable(document: unknown): { columns: string[]; rows: (string | null)[][] } {
  const [columns = [], ...rows] = JSONstat(document)
    .toTable({ type: "array", content: "id", status: true })
    .map((row) => {
      const cells = row.map((cell) => (cell === null || cell === undefined ? null : String(cell)));
      const [status, value] = [cells.at(-2) ?? null, cells.at(-1) ?? null];
      return [...cells.slice(0, -2), value, status];
    });
  return { columns: columns.map(String), rows };
}

/** Our table with a status column, as the toolkit always has one. */
function ownTable(text: string): { columns: string[]; rows: (string | null)[][] } {
  const { columns, rows } = readJsonStat(text);
  if (columns.at(-1) === "status") return { columns: [...columns], rows: rows.map((row) => [...row]) };
  return { columns: [...columns, "status"], rows: rows.map((row) => [...row, null]) };
}

function numberText(value: string | null): string | null {
  return value === null || Number.isNaN(Number(value)) ? value : String(Number(value));
}

test("a cube becomes one row per cell, the last dimension running fastest, in the order of the index", () => {
  assert.deepEqual(readJsonStat(JSON.stringify(victims)), {
    columns: ["sex", "year", "value"],
    rows: [
      ["M", "2020", "0"],
      ["M", "2021", null],
      ["M", "2022", "2.5"],
      ["F", "2020", "3"],
      ["F", "2021", "4"],
      ["F", "2022", "5"],
    ],
  });
});

test("sparse values: a cell that is not written has no value, which is not zero", () => {
  const sparse = readJsonStat(JSON.stringify({ ...victims, value: { 0: 0, 5: 7 } }));
  assert.deepEqual(
    sparse.rows.map((row) => row[2]),
    ["0", null, null, null, null, "7"],
  );
});

test("a status may be one for all, a list, or sparse", () => {
  const statuses = (status: unknown): unknown[] =>
    readJsonStat(JSON.stringify({ ...victims, status })).rows.map((row) => row[3]);
  assert.deepEqual(statuses("p"), ["p", "p", "p", "p", "p", "p"]);
  assert.deepEqual(statuses(["p"]), ["p", "p", "p", "p", "p", "p"]);
  assert.deepEqual(statuses(["a", null, ":", "a", "a", "e"]), ["a", null, ":", "a", "a", "e"]);
  assert.deepEqual(statuses({ 1: ":" }), [null, ":", null, null, null, null]);
});

test("values keep the digits that were written", () => {
  const text = JSON.stringify({ ...victims, value: {} }).replace(
    '"value":{}',
    '"value":{"0":1.50,"1":12345678901234567890}',
  );
  assert.deepEqual(
    readJsonStat(text).rows.map((row) => row[2]),
    ["1.50", "12345678901234567890", null, null, null, null],
  );
});

test("a dimension of one category may leave the index out", () => {
  const dimension = { ...victims.dimension, sex: { category: { label: { T: "all" } } } };
  assert.deepEqual(readJsonStat(JSON.stringify({ ...victims, size: [1, 3], value: [1, 2, 3], dimension })).rows[0], [
    "T",
    "2020",
    "1",
  ]);
});

test("a cube that contradicts itself is refused, so that no figure is put to a wrong cell or lost", () => {
  const faulty: readonly [RegExp, object][] = [
    [/5 values for 6 cells/, { value: [1, 2, 3, 4, 5] }],
    [/"6" is none of the 6 cells/, { value: { 6: 1 } }],
    [/"x" is none of the 6 cells/, { value: { x: 1 } }],
    [/2 statuses for 6 cells/, { status: ["a", "b"] }],
    [/"9" is none of the 6 cells/, { status: { 9: "a" } }],
    [/2 dimensions with 3 sizes/, { size: [2, 3, 1] }],
    [/twice in id/, { id: ["sex", "sex"], size: [2, 2], value: [1, 2, 3, 4] }],
    [/sex has 2 categories and the size 3/, { size: [3, 3] }],
    [/age has 0 categories/, { id: ["age", "year"] }],
    [/has a category twice/, { dimension: { ...victims.dimension, sex: { category: { index: ["F", "F"] } } } }],
    [/sex has 0 categories/, { dimension: { ...victims.dimension, sex: { category: { index: { F: 0, M: 2 } } } } }],
    [/value/, { value: "none" }],
  ];
  for (const [message, change] of faulty) {
    const problem = problemOf(JSON.stringify({ ...victims, ...change }));
    assert.equal(problem.code, "json-stat.broken");
    assert.match(problem.message, message);
  }
});

test("a small file that claims a huge cube is refused before it fills the memory", () => {
  const index = Array.from({ length: 1_000 }, (_, code) => String(code));
  const dimension = { category: { index } };
  const problem = problemOf(
    JSON.stringify({
      id: ["a", "b", "c"],
      size: [1_000, 1_000, 1_000],
      dimension: { a: dimension, b: dimension, c: dimension },
      value: {},
    }),
  );
  assert.match(problem.message, /1000000000 cells are more than/);
});

test("what is no JSON-stat is said not to be", () => {
  assert.equal(problemOf("[]").code, "json-stat.broken");
  assert.equal(problemOf('{"class":"collection","link":{}}').code, "json-stat.broken");
  assert.equal(problemOf("<html>").code, "json.broken");
});

test("the standard's own toolkit reads the same table from a cube with statuses", () => {
  const document = { ...victims, status: { 1: ":", 4: "e" } };
  assert.deepEqual(ownTable(JSON.stringify(document)).rows, toolkitTable(document).rows);
});

test("the official samples are read as the standard's own toolkit reads them", { skip: withoutReference }, () => {
  let datasets = 0;
  for (const name of readdirSync(new URL("samples/", reference))) {
    const text = readFileSync(new URL(`samples/${name}`, reference), "utf8");
    const document: unknown = JSON.parse(text);
    if (z.object({ id: z.array(z.string()), value: z.unknown() }).safeParse(document).success) {
      // The toolkit's values are numbers, ours the digits that were written.
      const rows = ownTable(text).rows.map((row) => row.with(-2, numberText(row.at(-2) ?? null)));
      assert.deepEqual(rows, toolkitTable(document).rows, name);
      assert.ok(rows.length > 0, name);
      datasets += 1;
    }
  }
  assert.ok(datasets >= 5, `${datasets} datasets`);
});

test("of the official cases the sound ones are read, and those that misplace a figure are refused", {
  skip: withoutReference,
}, () => {
  const misplacing = [
    "VALUE_LEN_MISMATCH",
    "ID_SIZE_LEN_MISMATCH",
    "DIM_KEY_ID_MISMATCH",
    "SPARSE_KEY_OUT_OF_RANGE",
    "STATUS_LEN_MISMATCH",
    "INDEX_COUNT_MISMATCH",
    "INDEX_POSITIONS_INVALID",
  ];
  const cases = z
    .array(
      z.object({
        id: z.string(),
        expected: z.object({ valid: z.boolean().optional(), codes: z.array(z.string()).default([]) }),
        input: z.looseObject({ class: z.string().optional() }),
      }),
    )
    .parse(JSON.parse(readFileSync(new URL("conformance-cases.json", reference), "utf8")))
    .filter(({ input }) => input.class === "dataset");
  let refused = 0;
  for (const { id, expected, input } of cases) {
    const text = JSON.stringify(input);
    if (expected.codes.some((code) => misplacing.includes(code))) {
      assert.equal(problemOf(text).code, "json-stat.broken", id);
      refused += 1;
    } else assert.ok(readJsonStat(text).rows.length > 0, id);
  }
  assert.equal(refused, misplacing.length);
});
