import assert from "node:assert/strict";
import { test } from "node:test";
import {
  betaQuantile,
  chiSquareCdf,
  chiSquareQuantile,
  digamma,
  fisherCdf,
  gammaQuantile,
  logGamma,
  negativeBinomialCdf,
  negativeBinomialPmf,
  negativeBinomialQuantile,
  normalCdf,
  normalQuantile,
  poissonCdf,
  poissonQuantile,
  studentCdf,
  studentQuantile,
  trigamma,
} from "./index.ts";
import { deviation, referenceAbsent, referenceRows } from "./reference-tables.test.ts";

/** What R calls each function; the studentised range (ptukey) is not computed here. */
const functions: Readonly<Record<string, (x: number, a: number, b: number) => number>> = {
  pnorm: (x) => normalCdf(x),
  pnorm_upper_log: (x) => (x < 0 ? Math.log1p(-normalCdf(x)) : Math.log(normalCdf(x, "upper"))),
  qnorm: (p) => normalQuantile(p),
  qt: (p, df) => studentQuantile(df, p),
  qgamma: (p, shape, scale) => gammaQuantile(shape, p) * scale,
  qchisq: (p, df) => chiSquareQuantile(df, p),
  qbeta: (p, a, b) => betaQuantile(a, b, p),
  qnbinom_mu_size: (p, mean, size) => negativeBinomialQuantile(mean, size, p),
  qpois: (p, mean) => poissonQuantile(mean, p),
  pt_upper: (x, df) => studentCdf(df, x, "upper"),
  pchisq_upper: (x, df) => chiSquareCdf(df, x, "upper"),
  pf_upper: (x, m, n) => fisherCdf(m, n, x, "upper"),
  lgamma: (x) => logGamma(x),
  digamma: (x) => digamma(x),
  trigamma: (x) => trigamma(x),
  ppois: (x, mean) => poissonCdf(mean, x),
  pnbinom_mu_size_upper: (x, mean, size) => negativeBinomialCdf(mean, size, x, "upper"),
  dnbinom_mu_size: (x, mean, size) => negativeBinomialPmf(mean, size, x),
};

test("every distribution agrees with R on its grid to 1e-12, far tails included", {
  skip: referenceAbsent,
}, (context) => {
  const largest = new Map<string, number>();
  const tooFar: string[] = [];
  let compared = 0;
  for (const row of referenceRows("distributions.csv")) {
    const name = row.fn ?? "";
    if (name === "ptukey") continue;
    const compute = functions[name];
    assert.ok(compute, `the reference has a function that is not mapped: ${name}`);
    const expected = Number(row.value);
    const actual = compute(Number(row.x), Number(row.a), Number(row.b));
    const found = deviation(actual, expected);
    compared += 1;
    // Below 1e-300 a double has few digits left, and R gives 0 for pnorm(-38).
    const tolerated =
      found <= 1e-12 ||
      (Math.abs(expected) < 1e-300 && Math.abs(actual - expected) < 1e-300) ||
      (expected === 0 && found <= 1e-15);
    if (!tolerated) tooFar.push(`${name}(${row.x}, ${row.a}, ${row.b}) = ${actual}, expected ${expected}: ${found}`);
    if (Math.abs(expected) >= 1e-300) largest.set(name, Math.max(largest.get(name) ?? 0, found));
  }
  for (const [name, found] of largest) context.diagnostic(`${name}: largest deviation ${found.toExponential(1)}`);
  assert.deepEqual(tooFar, []);
  assert.ok(compared > 400, `only ${compared} rows were compared`);
});
