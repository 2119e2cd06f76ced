import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  announcedEncoding,
  type BytesInPlace,
  decodeText,
  FormatError,
  type FormatProblem,
  guardLines,
  hasLineBeyond,
  replaceFaults,
  type TextEncoding,
} from "./index.ts";

function inPlace(bytes: Uint8Array): BytesInPlace {
  return { bytes: bytes.length, read: async (begin, length) => bytes.subarray(begin, begin + length) };
}

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncIterable<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index += 1) yield bytes.subarray(places[index - 1], places[index]);
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

async function decode(bytes: Uint8Array, encoding: TextEncoding, cuts: readonly number[] = []): Promise<string> {
  return (await whole(decodeText(inPieces(bytes, cuts), encoding))).toString("utf8");
}

async function problemOf(reading: Promise<unknown>): Promise<FormatProblem> {
  try {
    await reading;
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return error.problem;
  }
  return assert.fail("the text was read without a fault");
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

const sample = "Stadt;Fälle\nKöln;3\n北京;4 😀\n";

test("text in each encoding becomes UTF-8, with or without a byte order mark", async () => {
  assert.equal(await decode(Buffer.from(sample), "utf-8"), sample);
  assert.equal(await decode(Buffer.from(`\uFEFF${sample}`), "utf-8"), sample);
  assert.equal(await decode(Buffer.from(sample, "utf16le"), "utf-16le"), sample);
  assert.equal(await decode(Buffer.from(`\uFEFF${sample}`, "utf16le"), "utf-16le"), sample);
  assert.equal(await decode(utf16be(sample), "utf-16be"), sample);
  assert.equal(await decode(utf16be(`\uFEFF${sample}`), "utf-16be"), sample);
  for (const encoding of ["windows-1252", "iso-8859-1"] as const)
    assert.equal(await decode(Buffer.from("Fälle zu 5 \x80 \x96 \x9fæ", "latin1"), encoding), "Fälle zu 5 € – Ÿæ");
});

test("every byte of windows-1252 is a character, so none is ever refused", async () => {
  const text = await decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), "windows-1252");
  assert.equal([...text].length, 256);
  assert.equal(new Set(text).size, 256);
});

test("a file without text is empty text", async () => {
  for (const encoding of ["utf-8", "windows-1252", "iso-8859-1", "utf-16le", "utf-16be"] as const) {
    assert.equal(await decode(Buffer.alloc(0), encoding), "");
  }
  assert.equal(await decode(Buffer.from([0xef, 0xbb, 0xbf]), "utf-8", [1, 2]), "");
});

test("where a character is cut across pieces, nothing is lost or changed", async () => {
  const text = fc.string({ unit: "binary", maxLength: 40 }).filter((value) => value.isWellFormed());
  const cuts = fc.array(fc.nat(200), { maxLength: 12 });
  const encoders: Record<"utf-8" | "utf-16le" | "utf-16be", (value: string) => Buffer> = {
    "utf-8": (value) => Buffer.from(value),
    "utf-16le": (value) => Buffer.from(value, "utf16le"),
    "utf-16be": utf16be,
  };
  const encoding = fc.constantFrom("utf-8" as const, "utf-16le" as const, "utf-16be" as const);
  await fc.assert(
    fc.asyncProperty(text, cuts, encoding, async (value, places, name) => {
      const bytes = encoders[name](value);
      assert.equal(await decode(bytes, name, places), value.startsWith("\uFEFF") ? value.slice(1) : value);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("bytes of another encoding are refused with the line and the byte of the first fault, however they are cut", async () => {
  const before = "\uFEFFStadt\nKöln 😀\n";
  const bytes = Buffer.concat([
    Buffer.from(before),
    Buffer.from("M\xfcnchen, \xe4hnlich\n", "latin1"),
    Buffer.from("x\n".repeat(50)),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
      const problem = await problemOf(decode(bytes, "utf-8", cuts));
      assert.deepEqual(
        [problem.code, problem.line, problem.offset],
        ["text.wrong-encoding", 3, Buffer.byteLength(before) + 1],
      );
      assert.match(problem.message, /Line 3: .* not utf-8/);
      assert.match(problem.hint, /windows-1252/);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("the fault is where the broken character begins, not where it is noticed", async () => {
  const problem = await problemOf(decode(Buffer.from("a;F\xe4lle", "latin1"), "utf-8", [4]));
  assert.deepEqual([problem.offset, problem.found], [3, "the bytes e4 6c 6c 65, which are no character"]);
});

test("the byte order mark of another encoding is named in the hint", async () => {
  const problem = await problemOf(decode(Buffer.from(`\uFEFF${sample}`, "utf16le"), "utf-8"));
  assert.deepEqual([problem.code, problem.line, problem.offset], ["text.wrong-encoding", 1, 0]);
  assert.match(problem.found, /ff fe/);
  assert.match(problem.hint, /encoding: utf-16le/);
  for (const [text, declared] of [
    [Buffer.from("\uFEFFa", "utf16le"), "utf-16be"],
    [Buffer.from("\uFEFFa"), "windows-1252"],
  ] as const) {
    const { code, offset } = await problemOf(decode(text, declared));
    assert.deepEqual([code, offset], ["text.wrong-encoding", 0]);
  }
});

test("a file that ends inside a character is refused", async () => {
  for (const [bytes, encoding] of [
    [Buffer.from("a\nKö").subarray(0, 4), "utf-8"],
    [Buffer.from("a\nKö", "utf16le").subarray(0, 7), "utf-16le"],
    [Buffer.from("a\n😀", "utf16le").subarray(0, 6), "utf-16le"],
  ] as const) {
    for (const cuts of [[], [1, 2, 3, 4, 5, 6]]) {
      const problem = await problemOf(decode(bytes, encoding, cuts));
      assert.deepEqual(
        [problem.code, problem.line, problem.found],
        ["text.wrong-encoding", 2, "the end of the file inside a character"],
      );
    }
  }
});

test("a byte order mark announces its encoding", () => {
  assert.equal(announcedEncoding(Buffer.from("\uFEFFa")), "utf-8");
  assert.equal(announcedEncoding(Buffer.from("\uFEFFa", "utf16le")), "utf-16le");
  assert.equal(announcedEncoding(utf16be("\uFEFFa")), "utf-16be");
  for (const start of ["", "a", "\xef\xbb", "\xff"])
    assert.equal(announcedEncoding(Buffer.from(start, "latin1")), undefined);
});

test("a line is too long from the first byte beyond the limit on, wherever in a long file it stands", async () => {
  for (const length of [65_535, 65_536, 65_537, 200_000])
    for (const before of [0, 1, 65_535, 131_072]) {
      const text = Buffer.from(`${"a\n".repeat(before)}${"x".repeat(length)}\n${"b\n".repeat(before)}`);
      assert.equal(await hasLineBeyond(inPlace(text), length), false, `${length} after ${before}`);
      assert.equal(await hasLineBeyond(inPlace(text), length - 1), true, `${length} after ${before}`);
      assert.equal(await hasLineBeyond(inPlace(text.subarray(0, 2 * before + length)), length), false);
      assert.equal(await hasLineBeyond(inPlace(text.subarray(0, 2 * before + length)), length - 1), true);
    }
});

test("lines up to the limit pass unchanged, the first longer one is named, however the text is cut", async () => {
  const lines = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.array(fc.nat(200), { maxLength: 12 }),
      fc.integer({ min: 1, max: 12 }),
      async (lengths, cuts, limit) => {
        const text = lengths.map((length) => "x".repeat(length)).join("\n");
        const guarded = whole(guardLines(inPieces(Buffer.from(text), cuts), limit));
        const tooLong = lengths.findIndex((length) => length > limit);
        assert.equal(await hasLineBeyond(inPlace(Buffer.from(text)), limit), tooLong !== -1);
        if (tooLong === -1) assert.equal((await guarded).toString(), text);
        else {
          const problem = await problemOf(guarded);
          assert.deepEqual([problem.code, problem.line], ["text.line-too-long", tooLong + 1]);
        }
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

test("a text without line breaks is stopped when the limit is reached, not at its end", async () => {
  let taken = 0;
  const endless = async function* (): AsyncIterable<Uint8Array> {
    for (;;) {
      taken += 1;
      yield Buffer.alloc(1_000, 0x78);
    }
  };
  const problem = await problemOf(whole(guardLines(endless(), 10_000)));
  assert.deepEqual([problem.line, taken], [1, 11]);
});

test("with faults replaced, text keeps its lines, delimiters and quotes, however the pieces are cut", async () => {
  const faulty = Buffer.concat([
    Buffer.from('\uFEFFid;name\n1;"a'),
    Buffer.from([0xe4]),
    Buffer.from('"\n2;'),
    Buffer.from([0xf0, 0x9f]),
    Buffer.from(";\n3;ü\n"),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), async (cuts) => {
      const text = (await whole(replaceFaults(inPieces(faulty, cuts), "utf-8"))).toString("utf8");
      assert.equal(text, 'id;name\n1;"a\uFFFD"\n2;\uFFFD;\n3;ü\n');
    }),
  );
});
