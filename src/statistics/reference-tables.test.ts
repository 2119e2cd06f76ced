import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../../shared/reference/stats/", import.meta.url);

/** Why tests against the reference values are skipped, or false where the values are at hand. */
export const referenceAbsent: string | false = existsSync(folder)
  ? false
  : "the reference values of R (../shared/reference/stats) are not beside this repository";

/** Rows of one reference table by column name. The tables have no commas or quotes inside a field. */
export function referenceRows(name: string): readonly Readonly<Record<string, string>>[] {
  const lines = readFileSync(new URL(name, folder), "utf8").trim().split(/\r?\n/);
  const [head = [], ...rows] = lines.map((line) => line.split(",").map((field) => field.replace(/^"|"$/g, "")));
  return rows.map((fields) => Object.fromEntries(head.map((column, index) => [column, fields[index] ?? ""])));
}

/** Value of one quantity of a worked case in `reference_values.csv`. */
export function referenceValue(name: string, quantity: string): number {
  const row = referenceRows("reference_values.csv").find((each) => each.case === name && each.quantity === quantity);
  if (row === undefined) throw new RangeError(`no reference value for ${name}, ${quantity}`);
  return Number(row.value);
}

/** Difference relative to the expected value, or absolute where that is 0. */
export function deviation(actual: number, expected: number): number {
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Number.POSITIVE_INFINITY;
  return actual === expected ? 0 : Math.abs(actual - expected) / (expected === 0 ? 1 : Math.abs(expected));
}

/** Fails unless `actual` lies within a relative tolerance of `expected`. */
export function assertClose(actual: number, expected: number, tolerance: number, what = ""): void {
  const found = deviation(actual, expected);
  assert.ok(found <= tolerance, `${what} ${actual} deviates from ${expected} by ${found}, more than ${tolerance}`);
}

test("a deviation is relative, absolute at 0, and infinite for what is no number", () => {
  assert.equal(deviation(1.5, 1), 0.5);
  assert.equal(deviation(0.25, 0), 0.25);
  assert.equal(deviation(Number.NaN, 1), Number.POSITIVE_INFINITY);
  assert.throws(() => assertClose(1, 2, 0.1));
});
