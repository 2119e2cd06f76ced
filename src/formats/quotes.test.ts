import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csvField, unclosedQuote } from "./index.ts";

async function lineOf(text: string, pieceBytes = 1_000_000, maximumBytes = 1_000): Promise<number | undefined> {
  const bytes = Buffer.from(text);
  const pieces = async function* (): AsyncIterable<Uint8Array> {
    for (let begin = 0; begin < bytes.length; begin += pieceBytes) yield bytes.subarray(begin, begin + pieceBytes);
  };
  return unclosedQuote(pieces(), { delimiter: ",", quote: '"', maximumBytes });
}

test("a quote that takes following lines with it is named with its line", async () => {
  assert.equal(await lineOf('a,b\n1,"x\n2,y\n3,z\n'), 2);
  assert.equal(await lineOf('a,b\n1,"x\n2,"y"\n3,z\n'), 2);
  assert.equal(await lineOf('a,b\r\n1,"x\r\ny"\r\n2,"z\r\n'), 4);
  assert.equal(await lineOf(`a,b\n1,"${"x\n".repeat(600)}",\n`), 2);
});

test("quotes that are closed, and damage that stays in its line, are none", async () => {
  for (const text of ['a,b\n1,"x\n""y"""\n2,z', '"a","b"\r\n', 'a,b\n1,"x"y\n2,z\n', 'a,b\n1,x"y\n2,z\n', "", 'a,""\n'])
    assert.equal(await lineOf(text), undefined, text);
  assert.equal(await lineOf(`a,"${"x".repeat(2_000)}"\n`), undefined);
});

test("no table that is written rightly has one, however it is cut into pieces", async () => {
  const cell = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", "é"), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { maxLength: 10 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const text = rows.map((row) => row.map(csvField).join(",")).join("\n");
        assert.equal(await lineOf(text, size), undefined);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});
