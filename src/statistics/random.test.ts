import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom, philox4x32, type Random } from "./index.ts";

test("Philox 4x32-10 gives the known answers of the Random123 distribution", () => {
  const all = 0xffffffff;
  assert.deepEqual(philox4x32([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  assert.deepEqual(philox4x32([all, all, all, all], [all, all]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  assert.deepEqual(
    philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

test("equal seed and stream give equal numbers, another seed or stream gives others", () => {
  const draw = (seed: number, stream: number): string => {
    const random = createRandom(seed, stream);
    return Array.from({ length: 20 }, () => random.uniform()).join();
  };
  const word = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(word, word, word, word, (seed, stream, otherSeed, otherStream) => {
      assert.equal(draw(seed, stream), draw(seed, stream));
      fc.pre(seed !== otherSeed || stream !== otherStream);
      assert.notEqual(draw(seed, stream), draw(otherSeed, otherStream));
    }),
    { seed: 1, numRuns: 50 },
  );
});

test("uniform numbers and whole numbers stay inside their bounds", () => {
  const random = createRandom(7, 0);
  for (let step = 0; step < 20_000; step += 1) {
    const u = random.uniform();
    assert.ok(u > 0 && u < 1);
    const whole = random.integer(6);
    assert.ok(Number.isInteger(whole) && whole >= 0 && whole <= 5);
  }
  assert.equal(random.integer(1), 0);
});

/** Mean and variance of 40,000 draws, each in units of its standard error from what is expected. */
function moments(draw: (random: Random) => number, mean: number, variance: number): { mean: number; variance: number } {
  const random = createRandom(20_240_601, 3);
  const values = Array.from({ length: 40_000 }, () => draw(random));
  const size = values.length;
  const found = values.reduce((sum, value) => sum + value, 0) / size;
  const squares = values.map((value) => (value - mean) ** 2);
  const spread = squares.reduce((sum, value) => sum + value, 0) / size;
  const fourth = squares.reduce((sum, value) => sum + (value - variance) ** 2, 0) / size;
  return {
    mean: (found - mean) / Math.sqrt(variance / size),
    variance: (spread - variance) / Math.sqrt(fourth / size),
  };
}

test("each kind of variable has the mean and variance of its distribution", () => {
  const cases: readonly (readonly [string, (random: Random) => number, number, number])[] = [
    ["uniform", (random) => random.uniform(), 1 / 2, 1 / 12],
    ["whole", (random) => random.integer(10), 4.5, 8.25],
    ["normal", (random) => random.normal(), 0, 1],
    ["Poisson 0.3", (random) => random.poisson(0.3), 0.3, 0.3],
    ["Poisson 29.9", (random) => random.poisson(29.9), 29.9, 29.9],
    ["Poisson 30", (random) => random.poisson(30), 30, 30],
    ["Poisson 1e6", (random) => random.poisson(1e6), 1e6, 1e6],
    ["gamma 0.4", (random) => random.gamma(0.4, 5), 2, 10],
    ["gamma 9", (random) => random.gamma(9, 2), 18, 36],
    ["negative binomial", (random) => random.negativeBinomial(12, 4), 12, 48],
  ];
  for (const [name, draw, mean, variance] of cases) {
    const found = moments(draw, mean, variance);
    assert.ok(Math.abs(found.mean) < 4 && Math.abs(found.variance) < 4, `${name}: ${JSON.stringify(found)}`);
  }
});

test("a mean of 0 gives counts of 0, and parameters outside their range are refused", () => {
  const random = createRandom(1, 1);
  assert.equal(random.poisson(0), 0);
  assert.equal(random.negativeBinomial(0, 3), 0);
  const refused: readonly (() => unknown)[] = [
    () => createRandom(-1, 0),
    () => createRandom(0.5, 0),
    () => createRandom(0, 4_294_967_296),
    () => createRandom(0, Number.NaN),
    () => random.integer(0),
    () => random.integer(2.5),
    () => random.poisson(-1),
    () => random.poisson(Number.NaN),
    () => random.gamma(0, 1),
    () => random.gamma(1, Number.POSITIVE_INFINITY),
    () => random.negativeBinomial(-1, 1),
    () => random.negativeBinomial(1, 0),
  ];
  for (const call of refused) assert.throws(call, RangeError, String(call));
});
