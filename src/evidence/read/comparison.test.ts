import assert from "node:assert/strict";
import { test } from "node:test";
import type { Indicator } from "../definitions/index.ts";
import { compare, yearEarlier } from "./comparison.ts";
import type { Observation } from "./observation.ts";

const words = { en: "text" };
const common = {
  title: words,
  description: words,
  limits: words,
  frequency: "A",
  numerator: { facts: ["a/b"] },
  breakdowns: [],
  iccsLevel: 1,
  areas: { rollUp: "complete" },
  coverage: { minimum: 1, otherwise: "mark" },
  masked: "bounds",
  intervalLevel: 0.95,
} satisfies Partial<Indicator>;
const rate: Indicator = {
  ...common,
  indicator: "r",
  measure: "rate",
  denominator: { population: "p" },
  per: 1,
  interval: "garwood",
};
const share: Indicator = {
  ...common,
  indicator: "s",
  measure: "share",
  denominator: { facts: ["a/b"] },
  interval: "wilson",
};

function figure(numerator: number, denominator: number, more: Partial<Observation> = {}): Observation {
  return {
    grouping: "",
    dimensions: {},
    area: "X",
    level: "country",
    period: "2024-01-01",
    frequency: "A",
    value: numerator / denominator,
    lower: null,
    upper: null,
    numerator,
    denominator,
    low: numerator,
    high: numerator,
    status: "normal",
    reason: null,
    coverage: 1,
    parts: null,
    expected: null,
    assumed: 0,
    flagged: 0,
    records: numerator,
    ...more,
  };
}

test("two rates are compared by the exact test, as R's poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878))", () => {
  const found = compare(rate, figure(11, 800), figure(21, 3011));
  assert.ok(found?.pValue !== undefined && Math.abs(found.pValue - 0.07967) < 5e-6, String(found?.pValue));
  assert.equal(found.method, "exact-rate-ratio");
  assert.ok(Math.abs((found.change ?? 0) - (11 / 800 / (21 / 3011) - 1)) < 1e-12);
});

test("nothing is said about chance for shares, weighted counts, masked counts, estimates and two zeros", () => {
  assert.equal(compare(share, figure(11, 80), figure(21, 90))?.pValue, undefined);
  assert.equal(compare(rate, figure(11.5, 800), figure(21, 3011))?.pValue, undefined);
  assert.equal(compare(rate, figure(11, 800, { low: 10, high: 14 }), figure(21, 3011))?.pValue, undefined);
  assert.equal(compare(rate, figure(11, 800, { status: "estimated" }), figure(21, 3011))?.pValue, undefined);
  assert.equal(compare(rate, figure(0, 800), figure(0, 3011))?.pValue, undefined);
  assert.equal(compare(rate, figure(5, 800), figure(0, 3011))?.change, undefined);
});

test("a partial or an unknown figure is not compared", () => {
  assert.equal(compare(rate, figure(11, 800, { status: "partial" }), figure(21, 3011)), undefined);
  assert.equal(compare(rate, figure(11, 800), figure(21, 3011, { status: "partial" })), undefined);
  assert.equal(compare(rate, figure(11, 800), figure(21, 3011, { value: null })), undefined);
});

test("the year before has the same month, quarter, or day of the week", () => {
  assert.equal(yearEarlier("2024-01-01", "A"), "2023-01-01");
  assert.equal(yearEarlier("2024-04-01", "Q"), "2023-04-01");
  assert.equal(yearEarlier("2020-12-28", "W"), "2019-12-30");
  assert.equal(yearEarlier("2024-02-29", "D"), "2023-03-02");
});
