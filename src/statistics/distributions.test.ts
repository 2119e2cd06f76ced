import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  betaQuantile,
  binomialCdf,
  binomialPmf,
  binomialQuantile,
  chiSquareCdf,
  chiSquareQuantile,
  digamma,
  fisherCdf,
  fisherQuantile,
  gammaQuantile,
  incompleteBeta,
  incompleteGamma,
  logGamma,
  negativeBinomialCdf,
  negativeBinomialPmf,
  negativeBinomialQuantile,
  normalCdf,
  normalQuantile,
  poissonCdf,
  poissonPmf,
  poissonQuantile,
  studentCdf,
  studentQuantile,
  trigamma,
} from "./index.ts";
import { assertClose, deviation, referenceAbsent, referenceRows } from "./reference-tables.test.ts";

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

test("tails and quantiles agree with values of 40-digit arithmetic where digits are easily lost", () => {
  // Computed with mpmath 1.3.0: gammainc and betainc, regularised.
  const gammas: readonly (readonly [number, number, number, number])[] = [
    [1e-10, 0.5, 0.9999999999440226, 5.597735948054988e-11],
    [0.3, 0.9, 0.9022526480296695, 0.09774735197033046],
    [99.9, 90, 0.16069516268905398, 0.839304837310946],
    [100.1, 90, 0.15577277018355953, 0.8442272298164405],
    [100, 141, 0.9998819028305868, 0.00011809716941316429],
    [100, 59, 7.332071286422983e-7, 0.9999992667928714],
    [10_000, 9500, 1.862454651795155e-7, 0.9999998137545348],
    [0.001, 1e-300, 0.5014761980108866, 0.4985238019891134],
  ];
  for (const [shape, x, lower, upper] of gammas) {
    const both = incompleteGamma(shape, x);
    assertClose(both.lower, lower, 2e-14, `P(${shape}, ${x})`);
    assertClose(both.upper, upper, 2e-14, `Q(${shape}, ${x})`);
  }
  const betas: readonly (readonly [number, number, number, number, number])[] = [
    [0.5, 0.5, 0.3, 0.36901011956554536, 0.6309898804344546],
    [0.001, 0.001, 0.999, 0.5034406643608943, 0.49655933563910565],
    [500_000, 0.5, 0.99999, 0.001565364006598189, 0.9984346359934018],
    [3, 1e9, 1e-9, 0.08030139734730379, 0.9196986026526963],
    [100_000, 2, 0.9999, 0.0004991495735490727, 0.9995008504264509],
  ];
  for (const [a, b, x, lower, upper] of betas) {
    const both = incompleteBeta(a, b, x);
    assertClose(both.lower, lower, 1e-13, `I(${a}, ${b}, ${x})`);
    assertClose(both.upper, upper, 1e-13, `complement of I(${a}, ${b}, ${x})`);
  }
  assertClose(studentQuantile(1e6, 0.01), -2.3263516031208056, 4e-15);
});

const runs = { seed: 3, numRuns: 300 };
const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
const shape = fc.oneof(fc.double({ min: 0.1, max: 20, noNaN: true }), fc.double({ min: 20, max: 1e7, noNaN: true }));
const side = fc.constantFrom("lower", "upper");

test("a continuous quantile has the probability that was asked for, on either side", () => {
  fc.assert(
    fc.property(shape, shape, probability, side, (a, b, p, tail) => {
      // Rounding the quantile to a double moves its probability by about the square root of the shape in last places.
      const tolerance = 1e-12 + 1e-14 * Math.sqrt(a + b) * -Math.log(Math.min(p, 1 - p));
      assertClose(normalCdf(normalQuantile(p)), p, 1e-13, "normal");
      assertClose(incompleteGamma(a, gammaQuantile(a, p, tail))[tail], p, tolerance, "gamma");
      assertClose(chiSquareCdf(a, chiSquareQuantile(a, p, tail), tail), p, tolerance, "chi-square");
      assertClose(studentCdf(a, studentQuantile(a, p, tail), tail), p, tolerance, "Student");
      assertClose(fisherCdf(a, b, fisherQuantile(a, b, p, tail), tail), p, tolerance, "Fisher");
    }),
    runs,
  );
});

test("a discrete quantile is the first count that reaches the probability, and gives back the count of a cdf", () => {
  const whole = fc.integer({ min: 0, max: 100_000 });
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      shape,
      whole,
      share,
      probability,
      (mean, size, trials, success, p) => {
        const distributions = [
          { quantile: (q: number) => poissonQuantile(mean, q), cdf: (k: number) => poissonCdf(mean, k) },
          {
            quantile: (q: number) => binomialQuantile(trials, success, q),
            cdf: (k: number) => binomialCdf(trials, success, k),
          },
          {
            quantile: (q: number) => negativeBinomialQuantile(mean, size, q),
            cdf: (k: number) => negativeBinomialCdf(mean, size, k),
          },
        ];
        for (const { quantile, cdf } of distributions) {
          const k = quantile(p);
          assert.ok(Number.isInteger(k) && k >= 0);
          assert.ok(cdf(k) >= p * (1 - 1e-9) && (k === 0 || cdf(k - 1) < p * (1 + 1e-9)), `${k} at ${p}`);
          if (cdf(k) < 0.99) assert.equal(quantile(cdf(k)), k);
        }
      },
    ),
    { ...runs, numRuns: 150 },
  );
});

test("the probabilities of single counts add up to the cumulative ones", () => {
  const cases = [
    { pmf: (k: number) => poissonPmf(7.3, k), cdf: (k: number) => poissonCdf(7.3, k) },
    { pmf: (k: number) => binomialPmf(30, 0.15, k), cdf: (k: number) => binomialCdf(30, 0.15, k) },
    { pmf: (k: number) => negativeBinomialPmf(5, 0.7, k), cdf: (k: number) => negativeBinomialCdf(5, 0.7, k) },
  ];
  for (const { pmf, cdf } of cases) {
    let sum = 0;
    for (let k = 0; k <= 40; k += 1) {
      sum += pmf(k);
      assertClose(sum, cdf(k), 1e-13);
    }
    assert.deepEqual([pmf(-1), pmf(2.5), cdf(-1)], [0, 0, 0]);
    assert.equal(cdf(2.5), cdf(2));
  }
});

test("the edges of each distribution are exact", () => {
  assert.deepEqual([normalQuantile(0), normalQuantile(1)], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  assert.deepEqual([gammaQuantile(3, 0), gammaQuantile(3, 1), gammaQuantile(3, 0, "upper")], [0, Infinity, Infinity]);
  assert.deepEqual([betaQuantile(2, 3, 0), betaQuantile(2, 3, 1), betaQuantile(2, 3, 1, "upper")], [0, 1, 0]);
  assert.deepEqual([studentQuantile(4, 0), studentQuantile(4, 0.5), studentQuantile(4, 1)], [-Infinity, 0, Infinity]);
  assert.deepEqual([studentCdf(4, -Infinity), studentCdf(4, 0), studentCdf(4, Infinity)], [0, 0.5, 1]);
  assert.deepEqual([fisherCdf(2, 3, 0), fisherCdf(2, 3, Infinity), chiSquareCdf(2, -1)], [0, 1, 0]);
  assert.deepEqual([poissonQuantile(4, 0), poissonQuantile(4, 1), poissonQuantile(0, 0.9)], [0, Infinity, 0]);
  assert.deepEqual([binomialQuantile(9, 0.5, 1), binomialQuantile(9, 1, 0.5), binomialQuantile(9, 0, 0.5)], [9, 9, 0]);
  assert.deepEqual([poissonPmf(0, 0), poissonCdf(0, 0), binomialPmf(5, 1, 5), binomialPmf(5, 0, 1)], [1, 1, 1, 0]);
  assert.equal(negativeBinomialPmf(0, 2, 0), 1);
  assert.equal(poissonQuantile(1e300, 0.5), 1e300);
});

test("parameters outside their range are refused, never answered with NaN", () => {
  const nan = Number.NaN;
  const refused: readonly (() => unknown)[] = [
    () => logGamma(0),
    () => logGamma(nan),
    () => digamma(-1),
    () => trigamma(0),
    () => normalCdf(nan),
    () => normalQuantile(1.5),
    () => normalQuantile(nan),
    () => incompleteGamma(0, 1),
    () => incompleteGamma(1, -1),
    () => incompleteGamma(Infinity, 1),
    () => gammaQuantile(-1, 0.5),
    () => gammaQuantile(1, nan),
    () => incompleteBeta(0, 1, 0.5),
    () => incompleteBeta(1, 1, 1.5),
    () => incompleteBeta(1, 1, nan),
    () => betaQuantile(1, Infinity, 0.5),
    () => betaQuantile(1, 1, -0.1),
    () => chiSquareCdf(0, 1),
    () => chiSquareCdf(1, nan),
    () => chiSquareQuantile(1, 2),
    () => studentCdf(1, nan),
    () => studentQuantile(nan, 0.5),
    () => fisherCdf(1, 0, 1),
    () => fisherCdf(1, 1, nan),
    () => fisherQuantile(1, 1, nan),
    () => poissonPmf(-1, 1),
    () => poissonCdf(1, nan),
    () => poissonQuantile(Infinity, 0.5),
    () => poissonQuantile(1, nan),
    () => binomialPmf(2.5, 0.5, 1),
    () => binomialPmf(2, 1.5, 1),
    () => binomialCdf(-1, 0.5, 1),
    () => binomialQuantile(2, nan, 0.5),
    () => negativeBinomialPmf(1, 0, 1),
    () => negativeBinomialCdf(-1, 1, 1),
    () => negativeBinomialQuantile(1, 1, 2),
  ];
  for (const call of refused) assert.throws(call, RangeError, String(call));
});
