import { logGamma } from "./gamma.ts";

const iterationLimit = 100_000;

/** Regularised incomplete beta function I_x(a, b) and its complement, for a, b > 0 and x from 0 to 1. */
export function incompleteBeta(a: number, b: number, x: number): { readonly lower: number; readonly upper: number } {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) throw new RangeError(`no incomplete beta for ${a}, ${b}, ${x}`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === 1) return { lower: 1, upper: 0 };
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) {
    const lower = (front * betaFraction(a, b, x)) / a;
    return { lower, upper: 1 - lower };
  }
  const upper = (front * betaFraction(b, a, 1 - x)) / b;
  return { lower: 1 - upper, upper };
}

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz' method. */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < iterationLimit; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) return h;
  }
  throw new RangeError(`the fraction of the incomplete beta function does not end for ${a}, ${b}, ${x}`);
}

/** The x at which a beta variable has probability `p` below it, or above it with `upper`. Found by safeguarded Newton steps. */
export function betaQuantile(a: number, b: number, p: number, tail: "lower" | "upper" = "lower"): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`no beta quantile for probability ${p}`);
  if (p === 0) return tail === "lower" ? 0 : 1;
  if (p === 1) return tail === "lower" ? 1 : 0;
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 400; step += 1) {
    const both = incompleteBeta(a, b, x);
    const error = tail === "lower" ? both.lower - p : p - both.upper;
    if (error === 0) return x;
    if (error < 0) low = x;
    else high = x;
    const slope = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
    const newton = x - error / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-15 * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}
