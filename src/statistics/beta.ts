import { deviancePart, stirlingError } from "./log-gamma.ts";
import { increasingRoot, probabilityOf, smallerTail, type Tail, type Tails } from "./tail.ts";

/** A point between 0 and 1 with its distance to 1, so that neither loses digits when it is small. */
export interface UnitPoint {
  readonly x: number;
  readonly rest: number;
}

/**
 * Regularised incomplete beta function I_x(a, b) and its complement; relative error about 1e-13.
 *
 * @param rest - 1 - x, where the caller knows it more precisely than the difference.
 * @throws RangeError for a or b that is not a finite number above 0, or an x that is not within 0 and 1.
 */
export function incompleteBeta(a: number, b: number, x: number, rest = 1 - x): Tails {
  requireShapes(a, b);
  if (!(x >= 0 && rest >= 0 && x <= 1))
    throw new RangeError(`the incomplete beta function needs an x from 0 to 1, not ${x}`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (rest === 0) return { lower: 1, upper: 0 };
  const front = betaDensityOverLogit(a, b, { x, rest });
  if (x < (a + 1) / (a + b + 2)) {
    const lower = front * betaFraction(a, b, x, rest);
    return { lower, upper: 1 - lower };
  }
  const upper = front * betaFraction(b, a, rest, x);
  return { lower: 1 - upper, upper };
}

function requireShapes(a: number, b: number): void {
  for (const shape of [a, b]) {
    if (!(shape > 0 && shape < Number.POSITIVE_INFINITY))
      throw new RangeError(`a beta distribution needs shapes above 0, not ${shape}`);
  }
}

/** `x^a (1-x)^b / B(a, b)`: the density on the logit scale. Through Loader's parts, since log-gammas of 10^9 lose six digits. */
function betaDensityOverLogit(a: number, b: number, point: UnitPoint): number {
  const n = a + b;
  const exponent =
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    deviancePart(a, n * point.x) -
    deviancePart(b, n * point.rest);
  return Math.exp(exponent) * Math.sqrt((a / n) * b) * 0.3989422804014327;
}

/**
 * I_x(a, b) over `x^a (1-x)^b / B(a, b)`, for x up to about the mean, as a continued fraction by Lentz' method. It takes
 * `rest` too, because the more usual fraction (DLMF 8.17.22) subtracts nearly equal numbers when x is close to 1.
 *
 * @see DiDonato and Morris (1992), "Algorithm 708", equation 9.
 */
function betaFraction(a: number, b: number, x: number, rest: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  const lambda = a * rest - b * x;
  const beta = (n: number): number =>
    n + ((n * (b - n)) / (a + 2 * n - 1)) * x + ((a + n) / (a + 2 * n + 1)) * (lambda + 1 + n * (1 + rest));
  let c = away((a / (a + 1)) * (lambda + 1));
  let d = 0;
  let h = c;
  // About three times the square root of the larger shape is needed; the end lies far beyond it.
  const end = 10_000 + 50 * Math.sqrt(Math.max(a, b));
  for (let n = 1; n < end; n += 1) {
    const alpha = ((a + n - 1) / (a + 2 * n - 1)) * x * (((a + b + n - 1) / (a + 2 * n - 1)) * x) * n * (b - n);
    const next = beta(n);
    d = 1 / away(next + alpha * d);
    c = away(next + alpha / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) <= Number.EPSILON) break;
  }
  return 1 / h;
}

/**
 * The x at which a beta variable has probability `p` on the named side.
 *
 * @throws RangeError for shapes that are not finite numbers above 0, or a probability that is not within 0 and 1.
 */
export function betaQuantile(a: number, b: number, p: number, tail: Tail = "lower"): number {
  return betaQuantilePoint(a, b, p, tail).x;
}

/** The quantile with its distance to 1. Solved on the logit scale, so that both have full relative precision. */
export function betaQuantilePoint(a: number, b: number, p: number, tail: Tail): UnitPoint {
  requireShapes(a, b);
  if (probabilityOf(p) === 0 || p === 1)
    return (p === 0) === (tail === "lower") ? { x: 0, rest: 1 } : { x: 1, rest: 0 };
  // So small a shape leaves no probability, to any precision of a double, away from its own end.
  if (a < 1e-200 && b >= 1) return { x: 0, rest: 1 };
  if (b < 1e-200 && a >= 1) return { x: 1, rest: 0 };
  const goal = smallerTail(p, tail);
  const sign = goal.tail === "lower" ? 1 : -1;
  const logP = Math.log(goal.p);
  const start = Math.log(a / b);
  const shift = increasingRoot(0, (u) => {
    const point = fromLogit(start + u);
    const side = incompleteBeta(a, b, point.x, point.rest)[goal.tail];
    if (!(side > 0)) return { value: sign * Number.NEGATIVE_INFINITY, slope: 1 };
    return { value: sign * (Math.log(side) - logP), slope: betaDensityOverLogit(a, b, point) / side };
  });
  return fromLogit(start + shift);
}

function fromLogit(u: number): UnitPoint {
  const small = Math.exp(-Math.abs(u));
  const near = small / (1 + small);
  const far = 1 / (1 + small);
  return u < 0 ? { x: near, rest: far } : { x: far, rest: near };
}
