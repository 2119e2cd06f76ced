import { probabilityOf, type Tail, type Tails } from "./tail.ts";

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  // z is cut to 16ths first: its square is then exact and the exponential keeps its digits far out.
  const cut = Math.trunc(z * 16) / 16;
  return 0.3989422804014327 * Math.exp(-0.5 * cut * cut) * Math.exp(-0.5 * (z - cut) * (z + cut));
}

/** Both tail probabilities of the standard normal distribution at z. */
export function normalTails(z: number): Tails {
  if (Number.isNaN(z)) throw new RangeError("a normal probability needs a number, not NaN");
  const size = Math.abs(z);
  if (size > 40) return z > 0 ? { lower: 1, upper: 0 } : { lower: 0, upper: 1 };
  const inner = size < 2 ? normalDensity(size) * oddSeries(size) : 0;
  const outer = size < 2 ? 0.5 - inner : normalDensity(size) / millsFraction(size);
  const rest = size < 2 ? 0.5 + inner : 1 - outer;
  return z > 0 ? { lower: rest, upper: outer } : { lower: outer, upper: rest };
}

/** Probability that a standard normal variable is at or below z, or with "upper" above it; full precision in far tails. */
export function normalCdf(z: number, tail: Tail = "lower"): number {
  return normalTails(z)[tail];
}

/** Sum of z^(2n+1) / (1 3 5 ... (2n+1)). */
function oddSeries(z: number): number {
  let sum = z;
  let term = z;
  for (let n = 3; term > sum * 1e-17; n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return sum;
}

/** Laplace's fraction z + 1/(z + 2/(z + 3/...)): density over tail, for z from 2. */
function millsFraction(z: number): number {
  let value = z;
  for (let n = Math.ceil(20 + 600 / (z * z)); n >= 1; n -= 1) value = z + n / value;
  return value;
}

/**
 * Quantile of the standard normal distribution, after Wichura (1988), algorithm AS 241; error below 1e-15.
 *
 * @throws RangeError for a probability that is not within 0 and 1; at 0 and 1 the quantile is infinite.
 */
export function normalQuantile(p: number): number {
  if (probabilityOf(p) === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(central.numerator, r)) / polynomial(central.denominator, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const size =
    r <= 5
      ? polynomial(middle.numerator, r - 1.6) / polynomial(middle.denominator, r - 1.6)
      : polynomial(far.numerator, r - 5) / polynomial(far.denominator, r - 5);
  return q < 0 ? -size : size;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

const central = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
} as const;
const middle = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
} as const;
const far = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
} as const;
