import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { digestOf, instantSchema, type JsonObject } from "../words/index.ts";
import { mostSealed, type RecordRow, rowFaults, sealDigest, sealRows } from "./index.ts";

const range = (first: number, last: number) =>
  ({
    record: "administrative_act",
    first,
    last,
    sealedAt: instantSchema.parse("2026-05-04T08:00:00.000Z"),
    salt: digestOf("chance"),
  }) as const;

const content: fc.Arbitrary<JsonObject> = fc.record({
  act: fc.constantFrom("person-added", "signed-in"),
  person: fc.option(fc.nat({ max: 1000 })),
  data: fc.record({ means: fc.string({ maxLength: 6 }) }),
});

/** Rows numbered from 11 with some numbers left out, of which no two say the same. */
const someRows = fc
  .array(fc.record({ content, given: fc.boolean() }), { minLength: 1, maxLength: 20 })
  .map((drawn) => ({
    last: 10 + drawn.length,
    rows: drawn.flatMap(({ content: said, given }, index) =>
      given ? [{ entry: 11 + index, content: { ...said, place: index } }] : [],
    ),
  }));

describe("a seal over rows", () => {
  test("finds nothing where nothing was done, in whatever order the rows come", () => {
    fc.assert(
      fc.property(someRows, ({ last, rows }) => {
        const seal = sealRows(range(11, last), rows);
        assert.deepEqual(rowFaults(seal, rows.toReversed()), []);
        assert.equal(sealDigest(seal), sealDigest(sealRows(range(11, last), rows.toReversed())));
      }),
    );
  });

  test("names the row that was altered, deleted or inserted, and no other", () => {
    fc.assert(
      fc.property(someRows, fc.nat(), content, ({ last, rows }, place, other) => {
        const seal = sealRows(range(11, last), rows);
        const entry = 11 + (place % (last - 10));
        const there = rows.find((row) => row.entry === entry);
        const rest = rows.filter((row) => row.entry !== entry);
        const written = [...rest, { entry, content: other }];
        assert.deepEqual(rowFaults(seal, written), [{ entry, fault: there === undefined ? "inserted" : "altered" }]);
        assert.deepEqual(rowFaults(seal, rest), there === undefined ? [] : [{ entry, fault: "deleted" }]);
      }),
    );
  });

  test("says of two rows that changed places where each one stood", () => {
    fc.assert(
      fc.property(someRows, fc.nat(), fc.nat(), ({ last, rows }, one, other) => {
        const [a, b] = [rows[one % Math.max(1, rows.length)], rows[other % Math.max(1, rows.length)]];
        fc.pre(a !== undefined && b !== undefined && a.entry < b.entry);
        const seal = sealRows(range(11, last), rows);
        const swapped = rows.map((row): RecordRow => {
          if (row === a) return { ...row, content: b.content };
          return row === b ? { ...row, content: a.content } : row;
        });
        assert.deepEqual(rowFaults(seal, swapped), [
          { entry: a.entry, fault: "moved", from: b.entry },
          { entry: b.entry, fault: "moved", from: a.entry },
        ]);
      }),
    );
  });

  test("has a digest that changes with every part of it, and tells nothing without its salt", () => {
    const rows = [{ entry: 11, content: { act: "signed-in" } }];
    const seal = sealRows(range(11, 12), rows);
    const digests = [
      seal,
      { ...seal, record: "read_log" as const },
      { ...seal, first: 10 },
      { ...seal, last: 13 },
      { ...seal, sealedAt: instantSchema.parse("2026-05-04T08:00:00.001Z") },
      { ...seal, digests: Buffer.alloc(64) },
      sealRows({ ...range(11, 12), salt: digestOf("other chance") }, rows),
    ].map(sealDigest);
    assert.equal(new Set(digests).size, digests.length);
  });

  test("covers a bounded range, and only rows of it", () => {
    assert.throws(() => sealRows(range(2, 1), []), RangeError);
    assert.throws(() => sealRows(range(1, mostSealed + 1), []), RangeError);
    assert.throws(() => sealRows(range(1, 2), [{ entry: 3, content: {} }]), RangeError);
    assert.equal(sealRows(range(1, mostSealed), []).digests.length, mostSealed * 32);
  });
});
