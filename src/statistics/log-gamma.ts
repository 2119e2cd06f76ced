const logSqrtTwoPi = 0.9189385332046728;

/** 1 minus Euler's constant: the slope of log Gamma at 2. */
const slopeAtTwo = 0.42278433509846713;

/** Riemann's zeta function at 2, 3, ... 29, less 1. */
const zetaLessOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9,
] as const;

/** Coefficients of Lanczos' approximation with g = 607/128, after Godfrey (2001); error below 1e-15. */
const lanczos = [
  57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5,
  4.652362892704858e-5, -9.837447530487956e-5, 1.580887032249125e-4, -2.1026444172410488e-4, 2.1743961811521265e-4,
  -1.643181065367639e-4, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
] as const;

/** log Gamma(2 + d) for d from -1/2 to 1/2, from its power series, so that it keeps its digits near d = 0. */
function logGammaNearTwo(d: number): number {
  let sum = 0;
  for (let k = zetaLessOne.length + 1; k >= 2; k -= 1) {
    const coefficient = (zetaLessOne[k - 2] ?? 0) / k;
    sum = sum * d + (k % 2 === 0 ? coefficient : -coefficient);
  }
  return d * (slopeAtTwo + d * sum);
}

/** log Gamma(1 + d) for d above -1, without loss of digits for small d. */
export function logGammaOnePlus(d: number): number {
  if (Math.abs(d) <= 0.5) return logGammaNearTwo(d) - Math.log1p(d);
  return logGamma(1 + d);
}

/**
 * Natural logarithm of the gamma function.
 *
 * @throws RangeError for a number that is not above 0.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`the logarithm of the gamma function needs a number above 0, not ${x}`);
  if (x <= 0.5) return logGammaOnePlus(x) - Math.log(x);
  if (x <= 1.5) return logGammaNearTwo(x - 1) - Math.log1p(x - 1);
  if (x <= 2.5) return logGammaNearTwo(x - 2);
  if (x >= 16) return (x - 0.5) * (Math.log(x) - 1) - 0.5 + logSqrtTwoPi + stirlingSeries(x);
  const shifted = x + 607 / 128 - 0.5;
  const sum = lanczos.reduce((total, coefficient, index) => total + coefficient / (x + index), 1);
  return logSqrtTwoPi + Math.log(sum) + (x - 0.5) * Math.log(shifted) - shifted;
}

/** The asymptotic series 1/12n - 1/360n³ + ..., enough for n from 16. */
function stirlingSeries(n: number): number {
  const square = n * n;
  const inner = 1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square;
  return (1 / 12 - (1 / 360 - (1 / 1260 - inner / square) / square) / square) / n;
}

/** Error of Stirling's approximation to log(n!), for n above 0: `log(n!) - log(sqrt(2 pi n) (n/e)^n)`. */
export function stirlingError(n: number): number {
  return n < 16 ? logGammaOnePlus(n) - (n + 0.5) * Math.log(n) + n - logSqrtTwoPi : stirlingSeries(n);
}

/**
 * Deviance part `x log(x/mean) + mean - x`, without loss of digits near x = mean.
 *
 * @see Loader (2000), "Fast and accurate computation of binomial probabilities".
 */
export function deviancePart(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const v = difference / (x + mean);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let index = 1; index < 1000; index += 1) {
    term *= v * v;
    const next = sum + term / (2 * index + 1);
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

/**
 * The terms of digamma and trigamma up to 16, where their asymptotic series end below 1e-16.
 *
 * @throws RangeError for a number that is not above 0.
 */
function shiftTo16(x: number, term: (x: number) => number): { readonly at: number; readonly sum: number } {
  if (!(x > 0)) throw new RangeError(`digamma and trigamma need a number above 0, not ${x}`);
  let sum = 0;
  let at = x;
  for (; at < 16; at += 1) sum += term(at);
  return { at, sum };
}

/** First derivative of log Gamma at x above 0. @throws RangeError for another x. */
export function digamma(x: number): number {
  const { at, sum } = shiftTo16(x, (value) => 1 / value);
  const s = 1 / at / at;
  const series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - (s * 691) / 32760)))));
  return Math.log(at) - 0.5 / at - series - sum;
}

/** Second derivative of log Gamma at x above 0. @throws RangeError for another x. */
export function trigamma(x: number): number {
  const { at, sum } = shiftTo16(x, (value) => 1 / value / value);
  const s = 1 / at / at;
  const series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - (s * 691) / 2730)))));
  return 1 / at + 0.5 * s + series / at + sum;
}
