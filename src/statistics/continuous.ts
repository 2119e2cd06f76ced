import { betaQuantilePoint, incompleteBeta } from "./beta.ts";
import { gammaQuantile, incompleteGamma } from "./gamma.ts";
import { probabilityOf, smallerTail, type Tail } from "./tail.ts";

function degreesOf(degreesOfFreedom: number): number {
  if (degreesOfFreedom > 0 && degreesOfFreedom < Number.POSITIVE_INFINITY) return degreesOfFreedom;
  throw new RangeError(`degrees of freedom are a number above 0, not ${degreesOfFreedom}`);
}

/** Probability of a chi-square variable at or below x, or with "upper" above it. @throws RangeError for degrees of freedom not above 0, or x not a number. */
export function chiSquareCdf(degreesOfFreedom: number, x: number, tail: Tail = "lower"): number {
  return incompleteGamma(degreesOf(degreesOfFreedom) / 2, x < 0 ? 0 : x / 2)[tail];
}

/** Quantile of the chi-square distribution. @throws RangeError for degrees of freedom not above 0, or p not within 0 and 1. */
export function chiSquareQuantile(degreesOfFreedom: number, p: number, tail: Tail = "lower"): number {
  return 2 * gammaQuantile(degreesOf(degreesOfFreedom) / 2, p, tail);
}

/** Probability of a variable with Student's t distribution at or below t, or with "upper" above it. @throws RangeError as chiSquareCdf. */
export function studentCdf(degreesOfFreedom: number, t: number, tail: Tail = "lower"): number {
  const n = degreesOf(degreesOfFreedom);
  if (Number.isNaN(t)) throw new RangeError("Student's distribution needs a number, not NaN");
  const square = t * t;
  const beyond =
    square === Number.POSITIVE_INFINITY
      ? 0
      : incompleteBeta(n / 2, 0.5, n / (n + square), square / (n + square)).lower / 2;
  return t > 0 === (tail === "upper") ? beyond : 1 - beyond;
}

/** Quantile of Student's t distribution. @throws RangeError as chiSquareQuantile. */
export function studentQuantile(degreesOfFreedom: number, p: number, tail: Tail = "lower"): number {
  const n = degreesOf(degreesOfFreedom);
  const goal = smallerTail(probabilityOf(p), tail);
  if (goal.p === 0.5) return 0;
  const point = betaQuantilePoint(n / 2, 0.5, 2 * goal.p, "lower");
  const size = Math.sqrt(n * (point.rest / point.x));
  return goal.tail === "lower" ? -size : size;
}

/** Probability of a variable with Fisher's F distribution at or below x, or with "upper" above it. @throws RangeError as chiSquareCdf. */
export function fisherCdf(
  numeratorDegrees: number,
  denominatorDegrees: number,
  x: number,
  tail: Tail = "lower",
): number {
  const part = degreesOf(numeratorDegrees) * Math.max(0, x);
  const n = degreesOf(denominatorDegrees);
  if (part === Number.POSITIVE_INFINITY) return tail === "lower" ? 1 : 0;
  return incompleteBeta(numeratorDegrees / 2, n / 2, part / (part + n), n / (part + n))[tail];
}

/** Quantile of Fisher's F distribution. @throws RangeError as chiSquareQuantile. */
export function fisherQuantile(
  numeratorDegrees: number,
  denominatorDegrees: number,
  p: number,
  tail: Tail = "lower",
): number {
  const m = degreesOf(numeratorDegrees);
  const n = degreesOf(denominatorDegrees);
  const point = betaQuantilePoint(m / 2, n / 2, p, tail);
  return (n / m) * (point.x / point.rest);
}
