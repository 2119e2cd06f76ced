/** Error of Stirling's approximation to log(n!), for n >= 0: `log(n!) - log(sqrt(2*pi*n) * (n/e)^n)`. */
export function stirlingError(n: number): number {
  if (n < 16) return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - logSqrtTwoPi;
  const square = n * n;
  // Coefficients of the asymptotic series 1/12, -1/360, 1/1260, -1/1680, 1/1188, -691/360360.
  return (
    (1 / 12 -
      (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square) / square) / square) / square) /
    n
  );
}

const logSqrtTwoPi = 0.918938533204672741780329736406;

/** Coefficients of Lanczos' approximation with g = 607/128, after Godfrey (2001); error below 1e-15. */
const lanczos = [
  0.99999999999999709182, 57.156235665862923517, -59.597960355475491248, 14.136097974741747174, -0.49191381609762019978,
  0.33994649984811888699e-4, 0.46523628927048575665e-4, -0.98374475304879564677e-4, 0.15808870322491248884e-3,
  -0.21026444172410488319e-3, 0.2174396181152126432e-3, -0.16431810653676389022e-3, 0.84418223983852743293e-4,
  -0.2619083840158140867e-4, 0.36899182659531622704e-5,
] as const;

/** Natural logarithm of the gamma function, for x > 0. */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma is computed for numbers above 0, not for ${x}`);
  const shifted = x + 607 / 128 - 0.5;
  let sum: number = lanczos[0];
  for (let index = 1; index < lanczos.length; index += 1) sum += (lanczos[index] ?? 0) / (x - 1 + index);
  return logSqrtTwoPi + Math.log(sum) + (x - 0.5) * Math.log(shifted) - shifted;
}

/** Deviance part `x log(x/m) + m - x`, without the loss of digits near x = m. After Loader (2000), "Fast and accurate computation of binomial probabilities". */
export function deviancePart(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let term = 2 * x * v;
  for (let index = 1; index < 1000; index += 1) {
    term *= v * v;
    const next = sum + term / (2 * index + 1);
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

/** `x^a e^-x / Gamma(a + 1)`: the Poisson probability, also for a that is not whole. */
export function poissonDensity(a: number, x: number): number {
  if (x === 0) return a === 0 ? 1 : 0;
  if (a === 0) return Math.exp(-x);
  if (a < 1e-3) return Math.exp(a * Math.log(x) - x - logGamma(a + 1));
  return Math.exp(-stirlingError(a) - deviancePart(a, x)) / Math.sqrt(2 * Math.PI * a);
}

const iterationLimit = 100_000;

/** Regularised incomplete gamma functions of shape a > 0 at x >= 0: `lower` is P(a, x), `upper` is Q(a, x). */
export function incompleteGamma(a: number, x: number): { readonly lower: number; readonly upper: number } {
  if (!(a > 0) || !(x >= 0))
    throw new RangeError(`incomplete gamma needs a shape above 0 and x from 0, not ${a} and ${x}`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 };
  if (x < a + 1) {
    const lower = poissonDensity(a, x) * gammaSeries(a, x);
    return { lower, upper: 1 - lower };
  }
  const upper = poissonDensity(a, x) * a * gammaFraction(a, x);
  return { lower: 1 - upper, upper };
}

/** Sum of x^n / ((a + 1) ... (a + n)) from n = 0. */
function gammaSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; n < iterationLimit; n += 1) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) return sum;
  }
  throw new RangeError(`the series of the incomplete gamma function does not end for ${a} and ${x}`);
}

/** Legendre's continued fraction of Gamma(a, x) e^x x^-a, by Lentz' method. */
function gammaFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < iterationLimit; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) return h;
  }
  throw new RangeError(`the fraction of the incomplete gamma function does not end for ${a} and ${x}`);
}

/**
 * The x at which a gamma variable of the given shape (rate 1) has probability `p` below it, or above it with `upper`.
 *
 * @throws RangeError for a shape that is not above 0 or a probability that is not within 0 and 1.
 */
export function gammaQuantile(shape: number, p: number, tail: "lower" | "upper" = "lower"): number {
  if (!(shape > 0) || !(p >= 0 && p <= 1))
    throw new RangeError(`no gamma quantile for shape ${shape} and probability ${p}`);
  if (p === 0) return tail === "lower" ? 0 : Number.POSITIVE_INFINITY;
  if (p === 1) return tail === "lower" ? Number.POSITIVE_INFINITY : 0;
  const excess = (x: number): number => {
    const both = incompleteGamma(shape, x);
    return tail === "lower" ? both.lower - p : p - both.upper;
  };
  let low = 0;
  let high = Math.max(1, shape);
  while (excess(high) < 0) {
    low = high;
    high *= 2;
  }
  let x = (low + high) / 2;
  for (let step = 0; step < 200; step += 1) {
    const error = excess(x);
    if (error === 0) return x;
    if (error < 0) low = x;
    else high = x;
    // The density at x is poissonDensity(shape - 1, x) for shape >= 1, and always shape / x times that of shape.
    const slope = (poissonDensity(shape, x) * shape) / x;
    const newton = x - error / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-15 * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}
