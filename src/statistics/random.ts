import { logGamma } from "./log-gamma.ts";

/**
 * A seeded source of random numbers. Equal seed and stream give equal uniform and whole numbers everywhere; the others
 * also depend on the last bits of the engine's `Math.log`, `Math.sin` and `Math.cos`.
 */
export interface Random {
  /** Uniform on (0, 1), with 53 bits; never 0 or 1. */
  uniform(): number;
  /** Whole number from 0 to `below` - 1. @throws RangeError for `below` that is not a whole number from 1 to 2^53 - 1. */
  integer(below: number): number;
  /** Standard normal variable. */
  normal(): number;
  /** Poisson count. @throws RangeError for a mean that is not a finite number from 0. */
  poisson(mean: number): number;
  /** Gamma variable with mean `shape * scale`. @throws RangeError for a shape or scale not above 0. */
  gamma(shape: number, scale: number): number;
  /** Count with variance `mean + mean² / size`. @throws RangeError for a mean below 0 or a size not above 0. */
  negativeBinomial(mean: number, size: number): number;
}

/** One block of Philox 4x32-10: four 32-bit words from a counter and a key. @see Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3". */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < 10; round += 1) {
    const highA = multiplyHigh(0xd2511f53, a);
    const lowA = Math.imul(0xd2511f53, a);
    const highC = multiplyHigh(0xcd9e8d57, c);
    const lowC = Math.imul(0xcd9e8d57, c);
    a = highC ^ b ^ k;
    b = lowC;
    c = highA ^ d ^ l;
    d = lowA;
    k = (k + 0x9e3779b9) | 0;
    l = (l + 0xbb67ae85) | 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(x: number, y: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const yLow = y & 0xffff;
  const yHigh = y >>> 16;
  const middle = Math.imul(xHigh, yLow) >>> 0;
  const cross = (Math.imul(xLow, yHigh) >>> 0) + ((Math.imul(xLow, yLow) >>> 0) >>> 16) + (middle & 0xffff);
  return ((Math.imul(xHigh, yHigh) >>> 0) + (middle >>> 16) + Math.floor(cross / 65_536)) | 0;
}

/**
 * Makes a source of random numbers from a seed and the number of an independent stream.
 *
 * @throws RangeError for a seed or stream that is not a whole number from 0 to 2^32 - 1.
 */
export function createRandom(seed: number, stream: number): Random {
  const key: [number, number] = [word32("seed", seed), word32("stream", stream)];
  let block = 0;
  let words: readonly [number, number, number, number] = [0, 0, 0, 0];
  let used = 4;
  let spare: number | undefined;
  const word = (): number => {
    if (used === 4) {
      words = philox4x32([block >>> 0, Math.floor(block / 4_294_967_296) >>> 0, 0, 0], key);
      block += 1;
      used = 0;
    }
    const next = words[used] ?? 0;
    used += 1;
    return next;
  };
  const uniform = (): number => {
    const whole = (word() >>> 5) * 67_108_864 + (word() >>> 6);
    // The half that keeps 0 out would round the largest of the 2^53 numbers up to 1.
    return Math.min((whole + 0.5) / 9_007_199_254_740_992, 1 - Number.EPSILON / 2);
  };
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    // Box and Muller's transformation: exact, and a fixed number of uniforms for each pair.
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const gamma = (shape: number, scale: number): number => {
    requireFinite("the shape of a gamma variable", shape);
    requireFinite("the scale of a gamma variable", scale);
    if (shape < 1) return gamma(shape + 1, scale) * uniform() ** (1 / shape);
    // Marsaglia and Tsang (2000), "A simple method for generating gamma variables".
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  };
  const poisson = (mean: number): number => {
    requireFinite("a Poisson mean", mean, 0);
    return mean < 30 ? poissonByProducts(mean, uniform) : poissonByRejection(mean, uniform);
  };
  return {
    uniform,
    integer: (below) => {
      if (!Number.isSafeInteger(below) || below < 1)
        throw new RangeError(`a random whole number needs a bound from 1, not ${below}`);
      return Math.floor(uniform() * below);
    },
    normal,
    poisson,
    gamma,
    negativeBinomial: (mean, size) => {
      requireFinite("a negative binomial mean", mean, 0);
      requireFinite("the size of a negative binomial variable", size);
      return mean === 0 ? 0 : poisson(gamma(size, 1) * (mean / size));
    },
  };
}

function word32(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 4_294_967_296) return value;
  throw new RangeError(`a ${name} is a whole number from 0 to 2^32 - 1, not ${value}`);
}

/** Finite and above 0, or, with `least` 0, also 0. */
function requireFinite(name: string, value: number, least?: 0): void {
  if (Number.isFinite(value) && (value > 0 || value === least)) return;
  throw new RangeError(`${name} is a finite number ${least === 0 ? "from" : "above"} 0, not ${value}`);
}

function poissonByProducts(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count += 1;
  return count;
}

/** Hörmann (1993), "The transformed rejection method for generating Poisson random variables", algorithm PTRS. */
function poissonByRejection(mean: number, uniform: () => number): number {
  const root = Math.sqrt(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (
      Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b) <=
      k * Math.log(mean) - mean - logGamma(k + 1)
    )
      return k;
  }
}
