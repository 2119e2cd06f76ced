import { gammaExpansion } from "./gamma-expansion.ts";
import { deviancePart, logGammaOnePlus, stirlingError } from "./log-gamma.ts";
import { normalQuantile } from "./normal.ts";
import { increasingRoot, probabilityOf, smallerTail, type Tail, type Tails } from "./tail.ts";

const sqrtTwoPi = 2.5066282746310002;

/** `x^a e^-x / Gamma(a + 1)`: the Poisson probability of a with mean x, also for a that is not whole. */
export function poissonDensity(a: number, x: number): number {
  if (x === 0) return a === 0 ? 1 : 0;
  if (a === 0) return Math.exp(-x);
  if (a < 1e-3 || x < a * 1e-300) return Math.exp(a * Math.log(x) - x - logGammaOnePlus(a));
  return Math.exp(-stirlingError(a) - deviancePart(a, x)) / (sqrtTwoPi * Math.sqrt(a));
}

/**
 * Regularised incomplete gamma functions: `lower` is P(shape, x), `upper` is Q(shape, x). Relative error about 1e-14,
 * in the far tails 1e-13.
 *
 * @throws RangeError for a shape that is not a finite number above 0, or an x below 0.
 */
export function incompleteGamma(shape: number, x: number): Tails {
  if (!(shape > 0 && shape < Number.POSITIVE_INFINITY) || !(x >= 0)) {
    throw new RangeError(`the incomplete gamma function needs a shape above 0 and an x from 0, not ${shape} and ${x}`);
  }
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 };
  if (shape >= 100 && Math.abs(x - shape) < 0.4 * shape) return gammaExpansion(shape, x);
  if (x < 1 && shape < 1) return gammaNearZero(shape, x);
  if (x < shape + 1) {
    const lower = poissonDensity(shape, x) * gammaSeries(shape, x);
    if (lower < 0.9) return { lower, upper: 1 - lower };
  }
  const upper = poissonDensity(shape, x) * shape * gammaFraction(shape, x);
  return { lower: 1 - upper, upper };
}

/** For shape and x below 1: 1 - P is built from its small parts, since the difference itself would lose digits. */
function gammaNearZero(shape: number, x: number): Tails {
  let rest = 0;
  let term = 1;
  for (let n = 1; n < 100; n += 1) {
    term *= -x / n;
    const part = (term * shape) / (shape + n);
    rest += part;
    if (Math.abs(part) < Math.abs(rest) * 1e-17) break;
  }
  const logFactor = shape * Math.log(x) - logGammaOnePlus(shape);
  return { lower: Math.exp(logFactor) * (1 + rest), upper: -Math.expm1(logFactor) - Math.exp(logFactor) * rest };
}

/** Sum of x^n / ((a + 1) ... (a + n)) from n = 0, for x below a + 1. */
function gammaSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; term >= sum * 1e-17; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Legendre's continued fraction of Gamma(a, x) e^x x^-a, by Lentz' method (DLMF 8.9.2). */
function gammaFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) <= Number.EPSILON) break;
  }
  return h;
}

/**
 * The x at which a gamma variable of the given shape and rate 1 has probability `p` on the named side.
 *
 * @returns 0 also where the quantile is smaller than any number above 0 (a tiny shape).
 * @throws RangeError for a shape that is not a finite number above 0, or a probability that is not within 0 and 1.
 */
export function gammaQuantile(shape: number, p: number, tail: Tail = "lower"): number {
  if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a gamma quantile needs a shape above 0, not ${shape}`);
  }
  if (probabilityOf(p) === 0 || p === 1) return (p === 0) === (tail === "lower") ? 0 : Number.POSITIVE_INFINITY;
  const goal = smallerTail(p, tail);
  const sign = goal.tail === "lower" ? 1 : -1;
  const logP = Math.log(goal.p);
  const start = firstGuess(shape, goal.p, goal.tail);
  if (start < -40) return Math.exp(start);
  const scale = Math.exp(start);
  // Solved for the logarithm of x over the first guess: relative precision at every size of x.
  const shift = increasingRoot(0, (u) => {
    const x = scale * Math.exp(u);
    const side = incompleteGamma(shape, x)[goal.tail];
    if (side === 0) return { value: sign * Number.NEGATIVE_INFINITY, slope: 1 };
    return { value: sign * (Math.log(side) - logP), slope: (shape * poissonDensity(shape, x)) / side };
  });
  return scale * Math.exp(shift);
}

/** Logarithm of Wilson and Hilferty's cube for middling x, of the power x^a / Gamma(a + 1) for x near 0. */
function firstGuess(shape: number, p: number, tail: Tail): number {
  const z = normalQuantile(p) * (tail === "lower" ? 1 : -1);
  const root = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  if (shape >= 1 && root > 0.3) return Math.log(shape) + 3 * Math.log(root);
  const logLower = tail === "lower" ? Math.log(p) : Math.log1p(-p);
  const nearZero = (logLower + logGammaOnePlus(shape)) / shape;
  return Math.min(nearZero, Math.log(shape + 1 + Math.max(0, -Math.log(p))));
}
