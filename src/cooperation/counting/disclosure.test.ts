import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  audit,
  type CountCube,
  type CountedCase,
  cubeOf,
  isDominated,
  protect,
  rangesOf,
  type TableShape,
} from "./index.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const rule = { threshold: 5, protection: 5 };

test("a single small count in a table is hidden together with others, and what remains published does not give it away", () => {
  const cases = [
    ["in", "a", 3],
    ["in", "b", 20],
    ["in", "c", 31],
    ["out", "a", 12],
    ["out", "b", 9],
    ["out", "c", 40],
  ].map(([direction, type, count]) => ({
    values: { direction: `${direction}`, type: `${type}` },
    count: Number(count),
  }));
  const { cube, primary, suppressed, ranges } = protect(
    cubeOf(cases, [{ id: "t", dimensions: ["direction", "type"] }]),
    rule,
  );
  assert.deepEqual([...primary], ["direction=in|type=a"]);
  assert.deepEqual([...suppressed].sort(), [
    "direction=in|type=a",
    "direction=in|type=b",
    "direction=out|type=a",
    "direction=out|type=b",
  ]);
  const range = ranges.get("direction=in|type=a");
  assert.deepEqual(range, { low: 0, high: 15 });
  assert.equal(cube.cells.get("")?.count, 115);
});

test("where all is small nothing is published, and where nothing is small all is", () => {
  const few = protect(cubeOf([{ values: { type: "a" }, count: 2 }], [{ id: "t", dimensions: ["type"] }]), rule);
  assert.deepEqual([...few.suppressed].sort(), ["", "type=a"]);
  assert.equal(few.ranges.get("")?.high, Number.POSITIVE_INFINITY);
  const many = protect(cubeOf([{ values: { type: "a" }, count: 9 }], [{ id: "t", dimensions: ["type"] }]), rule);
  assert.deepEqual([...many.suppressed], []);
});

test("one small count of a total that stands in two tables is hidden in both", () => {
  const cases = [
    { values: { direction: "in", type: "a", partner: "XA" }, count: 2 },
    { values: { direction: "in", type: "b", partner: "XA" }, count: 30 },
    { values: { direction: "out", type: "a", partner: "XB" }, count: 30 },
    { values: { direction: "out", type: "b", partner: "XB" }, count: 30 },
  ];
  const shapes = [
    { id: "types", dimensions: ["direction", "type"] },
    { id: "partners", dimensions: ["direction", "partner"] },
  ];
  const { suppressed, ranges } = protect(cubeOf(cases, shapes), rule);
  for (const key of suppressed) {
    const range = ranges.get(key);
    assert.ok(range !== undefined && range.high - range.low >= rule.protection, `${key} ${JSON.stringify(range)}`);
  }
});

test("an amount of which one contributor has nearly all is not published", () => {
  assert.equal(isDominated([100, 3, 2], 10), true);
  assert.equal(isDominated([40, 35, 30], 10), false);
  assert.equal(isDominated([7], 10), true);
  assert.equal(isDominated([], 10), false);
});

test("the range of an unknown is that of all solutions, and infinite where nothing holds it", () => {
  const system = {
    unknowns: 3,
    equations: [
      {
        terms: [
          [0, 1],
          [1, 1],
        ] as const,
        sum: 4,
      },
      {
        terms: [
          [1, 2],
          [2, -1],
        ] as const,
        sum: 0,
      },
    ],
  };
  assert.deepEqual(rangesOf(system), [
    { low: 0, high: 4 },
    { low: 0, high: 4 },
    { low: 0, high: 8 },
  ]);
  assert.deepEqual(rangesOf({ unknowns: 1, equations: [] }), [{ low: 0, high: Number.POSITIVE_INFINITY }]);
  assert.throws(() => rangesOf({ unknowns: 1, equations: [{ terms: [[0, 1]], sum: -1 }] }), RangeError);
});

/** Two tables that share the dimension `a`, as they are released, over few cases so that all can be tried. */
const shapes: readonly TableShape[] = [
  { id: "ab", dimensions: ["a", "b"] },
  { id: "ac", dimensions: ["a", "c"] },
];
const caseArbitrary = (most: number): fc.Arbitrary<CountedCase> =>
  fc
    .record({
      a: fc.constantFrom("1", "2"),
      b: fc.constantFrom("1", "2", "3"),
      c: fc.constantFrom("1", "2"),
      count: fc.nat(most),
    })
    .map(({ count, ...values }) => ({ values, count }));

/** Every way to fill the suppressed cells with whole numbers that fits all published sums: found by trying, not by equations. */
function everySolution(cube: CountCube, suppressed: ReadonlySet<string>, most: number): Map<string, Set<number>> {
  const keys = [...suppressed];
  const found = new Map(keys.map((key) => [key, new Set<number>()]));
  const counts = new Map([...cube.cells.values()].map(({ key, count }) => [key, count]));
  const open = new Set(keys);
  const fits = (): boolean =>
    cube.sums.every(({ total, parts }) => {
      if (open.has(total)) return true;
      let known = 0;
      let unknown = false;
      for (const part of parts) {
        if (open.has(part)) unknown = true;
        else known += counts.get(part) ?? 0;
      }
      const sum = counts.get(total) ?? 0;
      return unknown ? known <= sum : known === sum;
    });
  const fill = (at: number): void => {
    const key = keys[at];
    if (key === undefined) {
      for (const one of keys) found.get(one)?.add(counts.get(one) ?? 0);
      return;
    }
    open.delete(key);
    const before = counts.get(key) ?? 0;
    for (let count = 0; count <= most; count += 1) {
      counts.set(key, count);
      if (fits()) fill(at + 1);
    }
    counts.set(key, before);
    open.add(key);
  };
  fill(0);
  return found;
}

test("what the audit says can be concluded is what trying all whole numbers finds", () => {
  let compared = 0;
  fc.assert(
    fc.property(
      fc.array(caseArbitrary(3), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(99), { maxLength: 5 }),
      (cases, picks) => {
        const cube = cubeOf(cases, shapes);
        const keys = [...cube.cells.keys()].filter((key) => key !== "");
        const suppressed = new Set(picks.flatMap((pick) => keys[pick % keys.length] ?? []));
        const total = cube.cells.get("")?.count ?? 0;
        const all = everySolution(cube, suppressed, total);
        for (const [key, { low, high }] of audit(cube, suppressed)) {
          const values = [...(all.get(key) ?? [])];
          assert.ok(Math.abs(low - Math.min(...values)) < 1e-6, `${key}: ${low}, tried ${values}`);
          // The grand total is published, so nothing can be larger.
          assert.ok(Math.abs(high - Math.max(...values)) < 1e-6, `${key}: ${high}, tried ${values}`);
          compared += 1;
        }
      },
    ),
    { numRuns: slow ? 2000 : 150, seed: 1926 },
  );
  assert.ok(compared > 100, `${compared} compared`);
});

test("whatever is counted: no suppressed count can be told more closely than the rule allows, and every small one is suppressed", () => {
  let hidden = 0;
  let published = 0;
  fc.assert(
    fc.property(
      fc.array(caseArbitrary(9), { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 2, max: 6 }),
      fc.constantFrom(shapes, [{ id: "abc", dimensions: ["a", "b", "c"] }]),
      (cases, threshold, tables) => {
        const cube = cubeOf(cases, tables);
        const asked = { threshold, protection: threshold };
        const { suppressed } = protect(cube, asked);
        for (const { key, count } of cube.cells.values()) {
          if (count > 0 && count < threshold) assert.ok(suppressed.has(key), `${key} ${count}`);
          if (suppressed.has(key)) hidden += 1;
          else published += 1;
        }
        for (const [key, { low, high }] of audit(cube, suppressed)) {
          const count = cube.cells.get(key)?.count ?? 0;
          assert.ok(low <= count + 1e-6 && count <= high + 1e-6, `${key}: ${count} not in ${low}..${high}`);
          assert.ok(high - low >= threshold - 1e-6, `${key}: ${low}..${high}`);
        }
      },
    ),
    { numRuns: slow ? 3000 : 120, seed: 1926 },
  );
  assert.ok(hidden > 300 && published > 300, `${hidden} hidden, ${published} published`);
});
