import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { directStandardisation, exactRateRatio, garwoodInterval, indirectStandardisation } from "./index.ts";
import { assertClose, referenceAbsent, referenceRows, referenceValue } from "./reference-tables.test.ts";

test("the exact rate ratio agrees with R's poisson.test to 1e-12", { skip: referenceAbsent }, () => {
  // The counts and exposures are those of the example on R's help page of poisson.test.
  const found = exactRateRatio(11, 800, 21, 3011, 0.95);
  const expected = (quantity: string): number => referenceValue("poisson_test_rateratio", quantity);
  assertClose(found.ratio, expected("est"), 1e-12);
  assertClose(found.pValue, expected("p"), 1e-12);
  assertClose(found.lower, expected("lo"), 1e-12);
  assertClose(found.upper, expected("hi"), 1e-12);
});

/** Binomial probabilities of 0 to n times (s + f)^n, as whole numbers, at success s : f. */
function exactWeights(n: number, s: number, f: number): readonly bigint[] {
  let choose = 1n;
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) choose = (choose * BigInt(n - k + 1)) / BigInt(k);
    return choose * BigInt(s) ** BigInt(k) * BigInt(f) ** BigInt(n - k);
  });
}

const asShare = (part: bigint, whole: bigint): number => Number((part * 10n ** 30n) / whole) / 1e30;

test("the p-value is the sum of all outcomes that are no more likely, in exact arithmetic", () => {
  const whole = fc.integer({ min: 0, max: 60 });
  const exposure = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(whole, exposure, whole, exposure, (a, exposureA, b, exposureB) => {
      fc.pre(a + b > 0);
      const weights = exactWeights(a + b, exposureA, exposureB);
      const seen = weights[a] ?? 0n;
      const sum = weights.filter((weight) => weight * 10_000_000n <= seen * 10_000_001n).reduce((x, y) => x + y, 0n);
      const expected = asShare(sum, BigInt(exposureA + exposureB) ** BigInt(a + b));
      const found = exactRateRatio(a, exposureA, b, exposureB, 0.95).pValue;
      assert.ok(Math.abs(found - expected) <= 1e-11 * expected + 1e-29, `${found} is not ${expected}`);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test("an outcome more likely by one part in 10,000 is not counted as equally likely", () => {
  // Of 3 events, 2 are a little likelier than the 1 seen, so only 0, 1 and 3 are added: 3 (1/2)^3 + 2 (1/2)^3.
  assertClose(exactRateRatio(1, 10_001, 2, 10_000, 0.95).pValue, 5 / 8, 1e-4);
});

test("exchanging the two sides turns the ratio and its bounds over and keeps the p-value", () => {
  const whole = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(whole, whole, whole, whole, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (a, s, b, t, level) => {
      const one = exactRateRatio(a, s, b, t, level);
      const other = exactRateRatio(b, t, a, s, level);
      assertClose(1 / other.ratio, one.ratio, 1e-12);
      assertClose(1 / other.upper, one.lower, 1e-11);
      assertClose(1 / other.lower, one.upper, 1e-11);
      assert.ok(Math.abs(one.pValue - other.pValue) <= 1e-9 * one.pValue + 1e-290);
      assert.ok(one.lower < one.ratio && one.ratio < one.upper && one.pValue >= 0 && one.pValue <= 1);
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("a side without events has an open bound, and equal rates have a p-value of 1", () => {
  const none = exactRateRatio(0, 10, 5, 10, 0.95);
  assert.deepEqual([none.ratio, none.lower], [0, 0]);
  assertClose(none.pValue, 2 / 32, 1e-14);
  const all = exactRateRatio(5, 10, 0, 10, 0.95);
  assert.deepEqual([all.ratio, all.upper], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  assert.equal(exactRateRatio(7, 100, 7, 100, 0.95).pValue, 1);
  const huge = exactRateRatio(1e9, 1, 1e9 + 1e5, 1, 0.95);
  assert.ok(huge.lower < huge.ratio && huge.ratio < huge.upper && huge.pValue > 0.025 && huge.pValue < 0.026);
});

test("the exact test refuses what has no exact test", () => {
  assert.throws(() => exactRateRatio(1.5, 10, 2, 10, 0.95), { name: "RangeError", message: /whole counts.*1.5/ });
  assert.throws(() => exactRateRatio(-1, 10, 2, 10, 0.95), { name: "RangeError", message: /whole counts/ });
  assert.throws(() => exactRateRatio(0, 10, 0, 10, 0.95), { name: "RangeError", message: /two counts of 0/ });
  assert.throws(() => exactRateRatio(1, 0, 2, 10, 0.95), { name: "RangeError", message: /exposure/ });
  assert.throws(() => exactRateRatio(1, 10, 2, Number.NaN, 0.95), { name: "RangeError", message: /exposure/ });
  assert.throws(() => exactRateRatio(1, 10, 2, 10, 1), { name: "RangeError", message: /confidence level/ });
});

test("direct standardisation agrees with epitools to 1e-12", { skip: referenceAbsent }, () => {
  const rows = referenceRows("ageadjust_data.csv");
  const column = (name: string): readonly number[] => rows.map((row) => Number(row[name]));
  const found = directStandardisation(column("count"), column("pop"), column("std"), 0.95);
  const expected = (quantity: string): number =>
    referenceValue("ageadjust_direct_fayfeuer", `per1e5 ${quantity}`) / 1e5;
  assertClose(found.crudeRate, expected("crude.rate"), 1e-12);
  assertClose(found.rate, expected("adj.rate"), 1e-12);
  assertClose(found.lower, expected("lci"), 1e-12);
  assertClose(found.upper, expected("uci"), 1e-12);
});

test("with one stratum the Fay and Feuer bounds are Garwood's over the population", () => {
  for (const count of [0, 1, 12.5, 1e9]) {
    const found = directStandardisation([count], [5000], [3], 0.9);
    const garwood = garwoodInterval(count, 0.9);
    assertClose(found.rate, count / 5000, 1e-14);
    assertClose(found.lower, garwood.lower / 5000, 1e-12);
    assertClose(found.upper, garwood.upper / 5000, 1e-12);
  }
});

test("a population standardised to itself keeps its crude rate", () => {
  const found = directStandardisation([3, 0, 8], [100, 200, 400], [100, 200, 400], 0.95);
  assertClose(found.rate, found.crudeRate, 1e-14);
  assert.ok(found.lower < found.rate && found.rate < found.upper);
});

test("indirect standardisation follows epitools' formulas to 1e-12", { skip: referenceAbsent }, () => {
  // The reference keeps no strata, so two are laid out that have its observed, expected, crude and standard rates.
  const expected = (quantity: string): number => referenceValue("ageadjust_indirect", quantity);
  const people = expected("sir observed") / expected("rate crude.rate");
  const standardRate = expected("rate adj.rate") / expected("sir sir");
  const low = 0.0005;
  const high = (2 * expected("sir exp")) / people - low;
  const share = (high - standardRate) / (high - low);
  const standardPeople = [1e6 * share, 1e6 * (1 - share)];
  const standardCounts = standardPeople.map((number, index) => number * (index === 0 ? low : high));
  const found = indirectStandardisation(
    [expected("sir observed"), 0],
    [people / 2, people / 2],
    standardCounts,
    standardPeople,
    0.95,
    "logNormal",
  );
  assertClose(found.observed, expected("sir observed"), 0);
  assertClose(found.expected, expected("sir exp"), 1e-12);
  assertClose(found.ratio, expected("sir sir"), 1e-12);
  assertClose(found.lower, expected("sir lci"), 1e-12);
  assertClose(found.upper, expected("sir uci"), 1e-12);
  assertClose(found.crudeRate, expected("rate crude.rate"), 1e-12);
  assertClose(found.rate, expected("rate adj.rate"), 1e-12);
  assertClose(found.rateLower, expected("rate lci"), 1e-12);
  assertClose(found.rateUpper, expected("rate uci"), 1e-12);
});

test("the exact bounds of a standardised ratio are Garwood's over the expected events", () => {
  const found = indirectStandardisation([2, 4], [100, 300], [10, 20], [1000, 1000], 0.95);
  assertClose(found.expected, 7, 1e-14);
  assertClose(found.ratio, 6 / 7, 1e-14);
  assertClose(found.lower, garwoodInterval(6, 0.95).lower / 7, 1e-14);
  assertClose(found.rate, (6 / 7) * 0.015, 1e-14);
  assert.equal(indirectStandardisation([0], [10], [1], [10], 0.95).lower, 0);
});

test("standardisation refuses unequal lists, empty populations and what it cannot bound", () => {
  assert.throws(() => directStandardisation([], [], [], 0.95), { name: "RangeError", message: /at least one stratum/ });
  assert.throws(() => directStandardisation([1], [2, 3], [1], 0.95), {
    name: "RangeError",
    message: /as many populations/,
  });
  assert.throws(() => directStandardisation([1], [2], [1, 1], 0.95), {
    name: "RangeError",
    message: /as many standard/,
  });
  assert.throws(() => directStandardisation([1], [0], [1], 0.95), { name: "RangeError", message: /above 0/ });
  assert.throws(() => directStandardisation([1], [2], [0], 0.95), { name: "RangeError", message: /no people/ });
  assert.throws(() => directStandardisation([-1], [2], [1], 0.95), { name: "RangeError", message: /count/ });
  assert.throws(() => indirectStandardisation([1], [2], [0], [1], 0.95), { name: "RangeError", message: /expected/ });
  assert.throws(() => indirectStandardisation([0], [2], [1], [1], 0.95, "logNormal"), {
    name: "RangeError",
    message: /0 events/,
  });
});
