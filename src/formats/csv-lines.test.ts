import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { eachRecord, type RecordPlace, withoutLines } from "./index.ts";

async function* inPieces(text: string, size: number): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let begin = 0; begin < bytes.length; begin += size) yield bytes.subarray(begin, begin + size);
}

async function placesOf(text: string, size = 1_000, quote = '"'): Promise<RecordPlace[]> {
  const places: RecordPlace[] = [];
  await eachRecord(inPieces(text, size), { delimiter: ",", quote }, (place) => {
    places.push(place);
    return true;
  });
  return places;
}

const begins = (places: readonly RecordPlace[]): number[] => places.map(({ line }) => line);

test("a record begins on its physical line, whatever line breaks stand in quotes before it", async () => {
  assert.deepEqual(begins(await placesOf('a,b\n1,"x\ny"\n2,z\n')), [1, 2, 4]);
  assert.deepEqual(begins(await placesOf('"a\r\nb",c\r\n1,x"y\r\n"2",z')), [1, 3, 4]);
  assert.deepEqual(begins(await placesOf('1,"x"y"\n2,z\n')), [1, 2]);
  assert.deepEqual(begins(await placesOf('1,"x\n2,z\n', 9, "")), [1, 2]);
  assert.deepEqual(begins(await placesOf("1\r2\r\r3")), [1, 2, 3, 4]);
  assert.deepEqual(
    (await placesOf("1\n\n\r\n2\n")).map(({ empty }) => empty),
    [false, true, true, false],
  );
  assert.deepEqual(await placesOf(""), []);
});

const pieceSizes = fc.integer({ min: 1, max: 9 });

test("how the bytes are cut into pieces does not matter", async () => {
  const text = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r\n", "a", "é"), maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(text, pieceSizes, async (rest, size) => {
      const whole = `a\n${rest}`;
      // The first piece decides what ends a line.
      assert.deepEqual(await placesOf(whole, size + 1), await placesOf(whole));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("lines are taken off from the front whatever ends them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("", "a", '"'), fc.constantFrom("\n", "\r\n")), { maxLength: 6 }),
      fc.nat(7),
      pieceSizes,
      async (lines, count, size) => {
        const text = lines.flat().join("");
        const pieces: Uint8Array[] = [];
        for await (const piece of withoutLines(inPieces(text, size), count)) pieces.push(piece);
        assert.equal(Buffer.concat(pieces).toString(), lines.slice(count).flat().join(""));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});
