import assert from "node:assert/strict";
import { test } from "node:test";
import { streamOf, summaryOf } from "./trial-delivery.test.ts";

const rows = 1_000_000;
const stream = streamOf({
  columns: { id: { type: "integer" } },
  rules: [{ rule: "one-row-each", unique: ["id"], keep: "none" }],
});

/** A million rows whose keys are their numbers, but for some that are written here as SQL. */
async function repeatedAmong(others: Readonly<Record<number, string>>, type = "VARCHAR"): Promise<number> {
  const cases = Object.entries(others).map(([row, id]) => `WHEN ${row} THEN ${id}`);
  const id = cases.length === 0 ? "i" : `CASE i ${cases.join(" ")} ELSE i END`;
  const relation = `(SELECT CAST(${id} AS ${type}) AS id, 0::INTEGER AS _part, i AS _row FROM range(1, ${rows + 1}) AS numbers(i))`;
  const summary = await summaryOf(stream, { relation, columns: [{ name: "id", type }] });
  assert.equal(summary.rowsIn, rows);
  return summary.rules.find(({ rule }) => rule === "one-row-each")?.rows ?? 0;
}

test("among many rows with a number as key, a key that stands twice is found wherever it is", async () => {
  assert.equal(await repeatedAmong({}), 0);
  assert.equal(await repeatedAmong({}, "BIGINT"), 0);
  assert.equal(await repeatedAmong({ 999999: "7" }), 2, "the same number");
  assert.equal(await repeatedAmong({ 999999: "'+7'" }), 2, "the same number, written otherwise");
  assert.equal(await repeatedAmong({ 999999: "7" }, "BIGINT"), 2);
  assert.equal(await repeatedAmong({ 500000: "9007199254740993" }), 0, "one key far from the others");
  assert.equal(await repeatedAmong({ 500000: "-9223372036854775808", 600000: "-9223372036854775808" }), 2);
});

test("among many rows, one without a key repeats none, and two are rows with the same key", async () => {
  assert.equal(await repeatedAmong({ 5: "NULL" }, "BIGINT"), 0);
  assert.equal(await repeatedAmong({ 5: "NULL", 6: "NULL" }, "BIGINT"), 2);
});
