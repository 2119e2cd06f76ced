import { incompleteBeta } from "./beta.ts";
import { incompleteGamma, poissonDensity } from "./gamma.ts";
import { deviancePart, stirlingError } from "./log-gamma.ts";
import { normalQuantile } from "./normal.ts";
import { probabilityOf, smallerTail, type Tail, type Tails } from "./tail.ts";

const impossible: Tails = { lower: 0, upper: 1 };
const certain: Tails = { lower: 1, upper: 0 };

function from0(name: string, value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`${name} is a finite number from 0, not ${value}`);
}

function above0(name: string, value: number): number {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`${name} is a finite number above 0, not ${value}`);
}

function trialsOf(trials: number): number {
  if (Number.isSafeInteger(trials) && trials >= 0) return trials;
  throw new RangeError(`the number of trials is a whole number from 0, not ${trials}`);
}

function wholeOf(count: number): number {
  if (Number.isNaN(count)) throw new RangeError("a count is a number, not NaN");
  return Math.floor(count);
}

/** Probability of exactly `count`; 0 for a count that is not whole or below 0. @throws RangeError for a mean below 0. */
export function poissonPmf(mean: number, count: number): number {
  from0("a Poisson mean", mean);
  return wholeOf(count) === count && count >= 0 && Number.isFinite(count) ? poissonDensity(count, mean) : 0;
}

/** Probability of at most `count`, or with "upper" of more. @throws RangeError for a mean below 0. */
export function poissonCdf(mean: number, count: number, tail: Tail = "lower"): number {
  return poissonTails(from0("a Poisson mean", mean), wholeOf(count))[tail];
}

function poissonTails(mean: number, count: number): Tails {
  if (count < 0) return impossible;
  if (count === Number.POSITIVE_INFINITY) return certain;
  const both = incompleteGamma(count + 1, mean);
  return { lower: both.upper, upper: both.lower };
}

/** Smallest count with at least probability `p` at or below it. @throws RangeError for a mean below 0, or p not within 0 and 1. */
export function poissonQuantile(mean: number, p: number, tail: Tail = "lower"): number {
  from0("a Poisson mean", mean);
  return smallestCount(p, tail, mean, Math.sqrt(mean), (count) => poissonTails(mean, count));
}

/**
 * Binomial probability of `count` in `trials`, both real, after Loader (2000).
 *
 * @param failure - 1 - `success`, where the caller knows it more precisely than the difference.
 */
export function binomialDensity(trials: number, count: number, success: number, failure: number): number {
  if (success === 0) return count === 0 ? 1 : 0;
  if (failure === 0) return count === trials ? 1 : 0;
  if (count === 0) return Math.exp(success < 0.5 ? trials * Math.log1p(-success) : trials * Math.log(failure));
  if (count === trials) return Math.exp(failure < 0.5 ? trials * Math.log1p(-failure) : trials * Math.log(success));
  const others = trials - count;
  const exponent =
    stirlingError(trials) -
    stirlingError(count) -
    stirlingError(others) -
    deviancePart(count, trials * success) -
    deviancePart(others, trials * failure);
  return Math.exp(exponent) * Math.sqrt(trials / count / others) * 0.3989422804014327;
}

/** Probability of exactly `count` successes. @throws RangeError for trials that are no whole number from 0, or success not within 0 and 1. */
export function binomialPmf(trials: number, success: number, count: number): number {
  const n = trialsOf(trials);
  probabilityOf(success);
  return wholeOf(count) === count && count >= 0 && count <= n ? binomialDensity(n, count, success, 1 - success) : 0;
}

/** Probability of at most `count` successes, or with "upper" of more. @throws RangeError as binomialPmf. */
export function binomialCdf(trials: number, success: number, count: number, tail: Tail = "lower"): number {
  return binomialTails(trialsOf(trials), probabilityOf(success), 1 - success, wholeOf(count))[tail];
}

/** Both tails at a whole `count`: at most it, and more. */
export function binomialTails(trials: number, success: number, failure: number, count: number): Tails {
  if (count < 0) return impossible;
  if (count >= trials) return certain;
  const both = incompleteBeta(count + 1, trials - count, success, failure);
  return { lower: both.upper, upper: both.lower };
}

/** Smallest number of successes with at least probability `p` at or below it. @throws RangeError as binomialPmf. */
export function binomialQuantile(trials: number, success: number, p: number, tail: Tail = "lower"): number {
  const n = trialsOf(trials);
  const deviation = Math.sqrt(n * probabilityOf(success) * (1 - success));
  return smallestCount(p, tail, n * success, deviation, (count) => binomialTails(n, success, 1 - success, count), n);
}

/**
 * Probability of exactly `count` under a negative binomial distribution with variance `mean + mean² / size`.
 *
 * @throws RangeError for a mean below 0 or a size not above 0.
 */
export function negativeBinomialPmf(mean: number, size: number, count: number): number {
  from0("a mean", mean);
  above0("the size of a negative binomial distribution", size);
  if (wholeOf(count) !== count || count < 0 || !Number.isFinite(count)) return 0;
  const [success, failure] = [size / (size + mean), mean / (size + mean)];
  return (size / (size + count)) * binomialDensity(size + count, size, success, failure);
}

/** Probability of at most `count`, or with "upper" of more. @throws RangeError as negativeBinomialPmf. */
export function negativeBinomialCdf(mean: number, size: number, count: number, tail: Tail = "lower"): number {
  from0("a mean", mean);
  return negativeBinomialTails(mean, above0("the size of a negative binomial distribution", size), wholeOf(count))[
    tail
  ];
}

function negativeBinomialTails(mean: number, size: number, count: number): Tails {
  if (count < 0) return impossible;
  if (count === Number.POSITIVE_INFINITY) return certain;
  return incompleteBeta(size, count + 1, size / (size + mean), mean / (size + mean));
}

/** Smallest count with at least probability `p` at or below it. @throws RangeError as negativeBinomialPmf, or for p not within 0 and 1. */
export function negativeBinomialQuantile(mean: number, size: number, p: number, tail: Tail = "lower"): number {
  from0("a mean", mean);
  above0("the size of a negative binomial distribution", size);
  const deviation = Math.sqrt(mean + (mean * mean) / size);
  return smallestCount(p, tail, mean, deviation, (count) => negativeBinomialTails(mean, size, count));
}

/** The smallest whole count whose probabilities reach the goal: a guess widened to a bracket, then halved. */
function smallestCount(
  p: number,
  tail: Tail,
  mean: number,
  deviation: number,
  at: (count: number) => Tails,
  most = Number.POSITIVE_INFINITY,
): number {
  const goal = smallerTail(probabilityOf(p), tail);
  if (goal.p === 0 && goal.tail === "lower") return 0;
  if (deviation === 0) return mean;
  if (goal.p === 0) return most;
  // The allowance of a few units in the last place gives back the count whose own probability was asked for.
  const reached = (count: number): boolean =>
    goal.tail === "lower" ? at(count).lower >= goal.p * (1 - 1e-13) : at(count).upper <= goal.p * (1 + 1e-13);
  const z = normalQuantile(goal.p) * (goal.tail === "lower" ? 1 : -1);
  const guess = Math.min(most, Math.max(0, Math.floor(mean + z * deviation)));
  let reach = Math.max(1, Math.ceil(deviation / 4));
  let high = guess;
  let low = guess;
  while (!reached(high)) {
    low = high;
    high = Math.min(most, high + reach);
    reach *= 2;
  }
  while (low === high || (low >= 0 && reached(low))) {
    high = low;
    low = Math.max(-1, low - reach);
    reach *= 2;
    if (high === 0) return 0;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    // Beyond 2^53 neighbouring doubles lie further apart than 1.
    if (middle === low || middle === high) break;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}
