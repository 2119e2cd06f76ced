import { betaQuantile } from "./beta.ts";
import { gammaQuantile } from "./gamma.ts";
import { normalQuantile } from "./normal.ts";

/** Two bounds of a parameter, at a confidence level such as 0.95. */
export interface Interval {
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
}

/** Probability outside on each side. @throws RangeError for a level that is not between 0 and 1. */
export function tailOfLevel(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`a confidence level lies between 0 and 1, not at ${level}`);
  return (1 - level) / 2;
}

/** @throws RangeError for a count that is not a finite number from 0. */
export function finiteCount(count: number): number {
  if (!(count >= 0 && count < Number.POSITIVE_INFINITY))
    throw new RangeError(`a count is a finite number from 0, not ${count}`);
  return count;
}

/**
 * Exact interval of the mean of a Poisson count, from chi-square quantiles: for 0 the lower bound is 0. A count that is not
 * whole (after weights) is put into the same formula, which is then an approximation.
 *
 * @throws RangeError for a count that is not a finite number from 0, or a level that is not between 0 and 1.
 * @see Garwood (1936), "Fiducial limits for the Poisson distribution", Biometrika 28.
 */
export function garwoodInterval(count: number, level: number): Interval {
  const tail = tailOfLevel(level);
  const n = finiteCount(count);
  return { level, lower: n === 0 ? 0 : gammaQuantile(n, tail), upper: gammaQuantile(n + 1, tail, "upper") };
}

/**
 * Byar's approximation to the Poisson interval with half a count added, as epitools' `pois.byar` computes it. For a count
 * of 0 its lower bound is a little below 0, and at a low level both bounds lie above the count itself; the exact interval
 * is the better choice there.
 *
 * @throws RangeError as garwoodInterval.
 * @see Rothman and Boice (1979), Epidemiologic Analysis with a Programmable Calculator.
 */
export function byarInterval(count: number, level: number): Interval {
  const z = -normalQuantile(tailOfLevel(level));
  const n = finiteCount(count) + 0.5;
  const bound = (side: -1 | 1): number => n * (1 - 1 / (9 * n) + (side * z) / (3 * Math.sqrt(n))) ** 3;
  return { level, lower: bound(-1), upper: bound(1) };
}

function requirePart(count: number, total: number): void {
  if (!(total > 0 && total < Number.POSITIVE_INFINITY))
    throw new RangeError(`a proportion needs a finite total above 0, not ${total}`);
  if (finiteCount(count) > total)
    throw new RangeError(`a proportion needs a count that is not above its total, not ${count} of ${total}`);
}

/**
 * Wilson's score interval of a proportion, without continuity correction. Neither number need be whole.
 *
 * @throws RangeError for a total not above 0, a count not from 0 to the total, or a level that is not between 0 and 1.
 * @see Wilson (1927), Journal of the American Statistical Association 22.
 */
export function wilsonInterval(count: number, total: number, level: number): Interval {
  requirePart(count, total);
  const z = -normalQuantile(tailOfLevel(level));
  const share = count / total;
  const others = total - count;
  const root = z * Math.sqrt(share * others + (z * z) / 4);
  // Each bound from the root that adds: the textbook's difference loses the digits of a small share.
  const lower = (share * count) / (count + (z * z) / 2 + root);
  const above = ((others / total) * others) / (others + (z * z) / 2 + root);
  return { level, lower: count === 0 ? 0 : lower, upper: others === 0 ? 1 : 1 - above };
}

/**
 * Exact interval of a proportion. Numbers that are not whole are put into the same formula, which is then an approximation.
 *
 * @throws RangeError as wilsonInterval.
 * @see Clopper and Pearson (1934), Biometrika 26.
 */
export function clopperPearsonInterval(count: number, total: number, level: number): Interval {
  requirePart(count, total);
  const tail = tailOfLevel(level);
  const others = total - count;
  return {
    level,
    lower: count === 0 ? 0 : betaQuantile(count, others + 1, tail),
    upper: others === 0 ? 1 : betaQuantile(count + 1, others, tail, "upper"),
  };
}
