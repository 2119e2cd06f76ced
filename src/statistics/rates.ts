import { betaQuantilePoint } from "./beta.ts";
import { binomialDensity, binomialTails } from "./discrete.ts";
import { gammaQuantile } from "./gamma.ts";
import { finiteCount, garwoodInterval, type Interval, tailOfLevel } from "./intervals.ts";
import { normalQuantile } from "./normal.ts";

/** Rate of A over rate of B, its bounds, and the two-sided probability of so unequal counts under equal rates. */
export interface RateRatio extends Interval {
  readonly ratio: number;
  readonly pValue: number;
}

function wholeCount(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`the exact test needs whole counts from 0, not ${count}`);
  return count;
}

function exposureOf(exposure: number): number {
  if (!(exposure > 0 && exposure < Number.POSITIVE_INFINITY))
    throw new RangeError(`an exposure is a finite number above 0, not ${exposure}`);
  return exposure;
}

/**
 * Ratio of two Poisson rates by the exact test: given the sum of both counts, that of A is binomial. Bounds are Clopper
 * and Pearson's, the two-sided p-value adds all outcomes that are no more likely than the one seen; both as R's
 * `poisson.test`. The bounds and the p-value may therefore disagree near the level.
 *
 * @param exposureA - Person-years or population of A, in the same unit as `exposureB`.
 * @returns The ratio and the upper bound are infinite where B counts 0.
 * @throws RangeError for counts that are not whole numbers from 0 (a weighted sum has no exact test), for two counts of 0
 *   (no ratio), for exposures not above 0, or a level that is not between 0 and 1.
 */
export function exactRateRatio(
  countA: number,
  exposureA: number,
  countB: number,
  exposureB: number,
  level: number,
): RateRatio {
  const tail = tailOfLevel(level);
  const [a, b] = [wholeCount(countA), wholeCount(countB)];
  const exposureRatio = exposureOf(exposureB) / exposureOf(exposureA);
  const total = wholeCount(a + b);
  if (total === 0) throw new RangeError("two counts of 0 have no rate ratio");
  const low = a === 0 ? { x: 0, rest: 1 } : betaQuantilePoint(a, b + 1, tail, "lower");
  const high = b === 0 ? { x: 1, rest: 0 } : betaQuantilePoint(a + 1, b, tail, "upper");
  return {
    level,
    ratio: (a / b) * exposureRatio,
    lower: (low.x / low.rest) * exposureRatio,
    upper: (high.x / high.rest) * exposureRatio,
    pValue: binomialTest(a, total, 1 / (1 + exposureRatio), exposureRatio / (1 + exposureRatio)),
  };
}

/** Two-sided exact binomial p-value by minimum likelihood, with the relative tolerance 1e-7 that R uses for equal likelihoods. */
function binomialTest(count: number, trials: number, success: number, failure: number): number {
  const mean = trials * success;
  if (count === mean) return 1;
  const limit = binomialDensity(trials, count, success, failure) * (1 + 1e-7);
  const asUnlikely = (other: number): boolean => binomialDensity(trials, other, success, failure) <= limit;
  const tails = (at: number) => binomialTails(trials, success, failure, at);
  if (count < mean) {
    // Above the mean the likelihood only falls, so the outcomes to add begin at one point.
    const first = firstWhole(Math.ceil(mean), trials + 1, asUnlikely);
    return Math.min(1, tails(count).lower + tails(first - 1).upper);
  }
  const first = firstWhole(0, Math.floor(mean) + 1, (other) => !asUnlikely(other));
  return Math.min(1, tails(first - 1).lower + tails(count - 1).upper);
}

/** First whole number from `from` for which the condition holds and holds ever after; `end` where there is none. */
function firstWhole(from: number, end: number, holds: (whole: number) => boolean): number {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Crude and standardised rate per unit of population, with bounds of the standardised one. */
export interface StandardisedRate extends Interval {
  readonly crudeRate: number;
  readonly rate: number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

interface Stratum {
  readonly count: number;
  readonly population: number;
}

function strataOf(counts: readonly number[], populations: readonly number[]): readonly Stratum[] {
  if (counts.length === 0) throw new RangeError("standardisation needs at least one stratum");
  requireLength("populations", populations, counts.length);
  return counts.map((count, index) => ({
    count: finiteCount(count),
    population: exposureOf(populations[index] ?? Number.NaN),
  }));
}

function requireLength(what: string, values: readonly number[], length: number): void {
  if (values.length !== length)
    throw new RangeError(`standardisation needs as many ${what} as counts: ${values.length} for ${length}`);
}

/**
 * Directly standardised rate with the gamma interval of Fay and Feuer, as epitools' `ageadjust.direct`.
 *
 * @param counts - Events by stratum (age and sex, say), from 0; they need not be whole.
 * @param populations - Population or person-years by stratum, in the same order, above 0.
 * @param standard - Size of the standard population by stratum; only the shares matter.
 * @throws RangeError for lists of unequal length, a count below 0, a population not above 0, a standard below 0 or without
 *   any weight, or a level that is not between 0 and 1.
 * @see Fay and Feuer (1997), "Confidence intervals for directly standardized rates", Statistics in Medicine 16.
 */
export function directStandardisation(
  counts: readonly number[],
  populations: readonly number[],
  standard: readonly number[],
  level: number,
): StandardisedRate {
  const tail = tailOfLevel(level);
  const strata = strataOf(counts, populations);
  requireLength("standard populations", standard, strata.length);
  const whole = sum(standard.map(finiteCount));
  if (!(whole > 0 && whole < Number.POSITIVE_INFINITY)) throw new RangeError("the standard population has no people");
  const weighted = strata.map(({ count, population }, index) => ({
    count,
    weight: (standard[index] ?? 0) / whole / population,
  }));
  const rate = sum(weighted.map(({ count, weight }) => count * weight));
  const variance = sum(weighted.map(({ count, weight }) => count * weight * weight));
  const largest = Math.max(...weighted.map(({ weight }) => weight));
  return {
    level,
    crudeRate: sum(counts) / sum(populations),
    rate,
    lower: rate === 0 ? 0 : gammaBound(rate, variance, tail, "lower"),
    upper: gammaBound(rate + largest, variance + largest * largest, tail, "upper"),
  };
}

/** Quantile of the gamma distribution with the given mean and variance. */
function gammaBound(mean: number, variance: number, p: number, tail: "lower" | "upper"): number {
  return gammaQuantile(mean * (mean / variance), p, tail) * (variance / mean);
}

/** Observed over expected events, and the rate it implies; `lower` and `upper` are bounds of the ratio. */
export interface IndirectStandardisation extends StandardisedRate {
  readonly observed: number;
  readonly expected: number;
  /** Standardised ratio: observed over expected. */
  readonly ratio: number;
  readonly rateLower: number;
  readonly rateUpper: number;
}

/**
 * Indirectly standardised ratio and rate: the events observed over those expected at the rates of a standard population.
 *
 * @param counts - Events by stratum, from 0; only their sum matters.
 * @param method - "exact": Garwood's bounds of the events observed, over those expected. "logNormal": the approximation of
 *   epitools' `ageadjust.indirect`, which has no bounds for 0 events.
 * @throws RangeError for lists of unequal length, a count below 0, a population not above 0, no expected events, no events
 *   with "logNormal", or a level that is not between 0 and 1.
 */
export function indirectStandardisation(
  counts: readonly number[],
  populations: readonly number[],
  standardCounts: readonly number[],
  standardPopulations: readonly number[],
  level: number,
  method: "exact" | "logNormal" = "exact",
): IndirectStandardisation {
  const strata = strataOf(counts, populations);
  requireLength("standard counts", standardCounts, strata.length);
  const standards = strataOf(standardCounts, standardPopulations);
  const observed = sum(counts);
  const expected = sum(
    standards.map(({ count, population }, index) => (count / population) * (strata[index]?.population ?? 0)),
  );
  if (!(expected > 0)) throw new RangeError("no events are expected: the standard counts are all 0");
  const bounds = method === "exact" ? garwoodInterval(observed, level) : logNormalBounds(observed, level);
  const [ratio, lower, upper] = [observed / expected, bounds.lower / expected, bounds.upper / expected];
  const standardRate = sum(standardCounts) / sum(standardPopulations);
  return {
    level,
    observed,
    expected,
    ratio,
    lower,
    upper,
    crudeRate: observed / sum(populations),
    rate: ratio * standardRate,
    rateLower: lower * standardRate,
    rateUpper: upper * standardRate,
  };
}

function logNormalBounds(observed: number, level: number): Interval {
  const z = -normalQuantile(tailOfLevel(level));
  if (observed === 0) throw new RangeError("the log-normal interval has no bounds for 0 events; the exact one has");
  const factor = Math.exp(z / Math.sqrt(observed));
  return { level, lower: observed / factor, upper: observed * factor };
}
