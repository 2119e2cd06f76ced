import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { FormBroken, readForm } from "./multipart.ts";

const boundary = "----form";
const type = { "content-type": `multipart/form-data; boundary=${boundary}` };
const field = (name: string, value: string): string =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const fileHead = (name: string): string =>
  `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/html\r\n\r\n`;
const end = `\r\n--${boundary}--\r\n`;

async function* pieces(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

function requestOf(body: AsyncIterable<Uint8Array>, headers: Record<string, string> = type): Request {
  return new Request("http://desk.example/", {
    method: "POST",
    headers,
    body: ReadableStream.from(body),
    duplex: "half",
  } as RequestInit);
}

async function digestOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of content) hash.update(piece);
  return hash.digest("hex");
}

test("a file of 40 MB is read piece by piece, with the fields that stood before it", async () => {
  const megabyte = Buffer.alloc(1 << 20, 7);
  const expected = createHash("sha256");
  let held = 0;
  let most = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* pieces(field("a", "1"), field("ح", "مرحبا"), fileHead("../x.html"));
    for (let count = 0; count < 40; count += 1) {
      expected.update(megabyte);
      held += megabyte.length;
      most = Math.max(most, held);
      yield megabyte;
    }
    yield* pieces(end);
  }
  let found = "";
  const fields = await readForm(requestOf(body()), async (before, { name, content }) => {
    assert.deepEqual(before, { a: ["1"], ح: ["مرحبا"] });
    assert.equal(name, "x.html", "folders are cut off");
    const hash = createHash("sha256");
    for await (const piece of content) {
      hash.update(piece);
      held -= piece.length;
    }
    found = hash.digest("hex");
  });
  assert.deepEqual(fields, { a: ["1"], ح: ["مرحبا"] });
  assert.equal(found, expected.digest("hex"));
  assert.ok(most < 16 * megabyte.length, `${most} bytes were held at once`);
});

test("a file input that was left empty is no file", async () => {
  let taken = 0;
  const fields = await readForm(requestOf(pieces(field("a", "1"), fileHead(""), end)), async () => {
    taken += 1;
  });
  assert.deepEqual([fields.a, taken], [["1"], 0]);
});

test("a form that breaks off, is malformed, too long, or no form at all is refused, and what was taken is told", async () => {
  const read = (content: AsyncIterable<Uint8Array>): Promise<void> => digestOf(content).then(() => undefined);
  const bad: readonly (readonly [string, Request])[] = [
    ["cut", requestOf(pieces(field("a", "1"), fileHead("x"), "the beginning of"))],
    ["no form", requestOf(pieces("a=1"), { "content-type": "application/x-www-form-urlencoded" })],
    ["no boundary", requestOf(pieces("a=1"), { "content-type": "multipart/form-data" })],
    ["long field", requestOf(pieces(field("a", "x".repeat(400_001)), end))],
    ["many fields", requestOf(pieces(...Array.from({ length: 70 }, (_, index) => field(`f${index}`, "x")), end))],
    ["two files", requestOf(pieces(fileHead("x"), "1\r\n", fileHead("y"), "2", end))],
  ];
  for (const [what, request] of bad)
    await assert.rejects(
      readForm(request, (_, { content }) => read(content)),
      (error) => error instanceof FormBroken || (error instanceof Error && /form|part/i.test(error.message)),
      what,
    );
  const refused = readForm(requestOf(pieces(fileHead("x"), "1", end)), async () => {
    throw new RangeError("not allowed");
  });
  await assert.rejects(refused, RangeError);
});
