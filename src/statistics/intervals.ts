import { betaQuantile } from "./beta.ts";
import { gammaQuantile } from "./gamma.ts";
import { normalQuantile } from "./normal.ts";

/** Two bounds of a parameter, at a confidence level such as 0.95. */
export interface Interval {
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
}

function tailOf(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`a confidence level lies between 0 and 1, not at ${level}`);
  return (1 - level) / 2;
}

function countOf(count: number): number {
  if (!(count >= 0) || !Number.isFinite(count)) throw new RangeError(`a count is a finite number from 0, not ${count}`);
  return count;
}

/**
 * Exact interval of the mean of a Poisson count, from chi-square quantiles: for 0 the lower bound is 0. A count that is not
 * whole (after weights) is put into the same formula, which is then an approximation.
 *
 * @see Garwood (1936), "Fiducial limits for the Poisson distribution", Biometrika 28.
 */
export function garwoodInterval(count: number, level: number): Interval {
  const tail = tailOf(level);
  const n = countOf(count);
  return { level, lower: n === 0 ? 0 : gammaQuantile(n, tail), upper: gammaQuantile(n + 1, tail, "upper") };
}

/**
 * Byar's approximation to the Poisson interval with half a count added, as epitools' `pois.byar` computes it. For a count
 * of 0 its lower bound is a little below 0; the exact interval is the better choice there.
 *
 * @see Rothman and Boice (1979), Epidemiologic Analysis with a Programmable Calculator.
 */
export function byarInterval(count: number, level: number): Interval {
  const z = normalQuantile(1 - tailOf(level));
  const n = countOf(count) + 0.5;
  const bound = (side: -1 | 1): number => n * (1 - 1 / (9 * n) + (side * z * Math.sqrt(1 / n)) / 3) ** 3;
  return { level, lower: bound(-1), upper: bound(1) };
}

function shareOf(count: number, total: number): number {
  if (!(total > 0) || countOf(count) > total) throw new RangeError(`${count} of ${total} is no share`);
  return count / total;
}

/** Wilson's score interval of a proportion. @see Wilson (1927), Journal of the American Statistical Association 22. */
export function wilsonInterval(count: number, total: number, level: number): Interval {
  const p = shareOf(count, total);
  const z = normalQuantile(1 - tailOf(level));
  const square = z * z;
  const centre = p + square / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + square / (4 * total * total));
  const scale = 1 + square / total;
  return {
    level,
    lower: count === 0 ? 0 : (centre - half) / scale,
    upper: count === total ? 1 : (centre + half) / scale,
  };
}

/** Exact interval of a proportion. @see Clopper and Pearson (1934), Biometrika 26. */
export function clopperPearsonInterval(count: number, total: number, level: number): Interval {
  shareOf(count, total);
  const tail = tailOf(level);
  return {
    level,
    lower: count === 0 ? 0 : betaQuantile(count, total - count + 1, tail),
    upper: count === total ? 1 : betaQuantile(count + 1, total - count, tail, "upper"),
  };
}
