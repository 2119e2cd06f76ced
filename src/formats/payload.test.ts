import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipArchive } from "./archive.test.ts";
import { FormatError, type FormatProblem, openPayload, type PayloadOptions } from "./index.ts";

const roomy = 2 ** 30;
const table = Buffer.from("unit,count\nA,1\n".repeat(20_000));
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-payload-"));
});
after(() => rm(folder, { recursive: true }));

async function read(file: Uint8Array, options: PayloadOptions): Promise<Buffer> {
  const path = join(folder, "delivery");
  await writeFile(path, file);
  const pieces: Uint8Array[] = [];
  for await (const piece of openPayload(path, options)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function problemOf(file: Uint8Array, options: PayloadOptions): Promise<FormatProblem> {
  try {
    await read(file, options);
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    for (const said of [error.problem.message, error.problem.found, error.problem.expected, error.problem.hint])
      assert.notEqual(said, "");
    return error.problem;
  }
  return assert.fail("the file was read without a fault");
}

const plain: PayloadOptions = { compression: "none", maximumBytes: roomy };
const gzip: PayloadOptions = { compression: "gzip", maximumBytes: roomy };
const zip: PayloadOptions = { compression: "zip", maximumBytes: roomy };

test("a plain, a gzipped and a zipped file give the same bytes", async () => {
  assert.deepEqual(await read(table, plain), table);
  assert.deepEqual(await read(gzipSync(table), gzip), table);
  assert.deepEqual(await read(zipArchive([{ name: "table.csv", content: table }]), zip), table);
});

test("a gzip file of several members is read to its end", async () => {
  assert.deepEqual(await read(Buffer.concat([gzipSync("one,"), gzipSync("two")]), gzip), Buffer.from("one,two"));
});

test("a gzip file that is cut off at any byte is refused, never read as a shorter one", async () => {
  const whole = gzipSync(Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * index) % 251)));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
      const problem = await problemOf(whole.subarray(0, length), gzip);
      assert.equal(problem.code, "gzip.truncated");
      assert.ok((problem.offset ?? -1) >= 0 && (problem.offset ?? 4_001) <= 4_000);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("a file that is no gzip, and one with a damaged byte, are refused", async () => {
  assert.equal((await problemOf(table, gzip)).code, "gzip.broken");
  const damaged = gzipSync(table);
  damaged[damaged.length - 5] = (damaged[damaged.length - 5] ?? 0) ^ 1;
  assert.equal((await problemOf(damaged, gzip)).code, "gzip.broken");
});

test("of a zip with several files the one that is named is read, by name or by pattern", async () => {
  const archive = zipArchive([
    { name: "notes/", content: Buffer.alloc(0) },
    { name: "notes/read.me", content: Buffer.from("nothing") },
    { name: "data/2024.csv", content: table },
  ]);
  assert.deepEqual(await read(archive, { ...zip, member: "data/2024.csv" }), table);
  assert.deepEqual(await read(archive, { ...zip, member: "data/*.csv" }), table);
  const unnamed = await problemOf(archive, zip);
  assert.deepEqual([unnamed.code, unnamed.found], ["zip.several-members", '"notes/read.me, data/2024.csv"']);
  assert.equal((await problemOf(archive, { ...zip, member: "**/*" })).code, "zip.several-members");
  const absent = await problemOf(archive, { ...zip, member: "data/2025.csv" });
  assert.equal(absent.code, "zip.no-member");
  assert.match(absent.found, /2024\.csv/);
  assert.equal((await problemOf(zipArchive([]), zip)).code, "zip.no-member");
});

test("a small file that expands beyond what is believed is stopped at the limit", async () => {
  const zeros = Buffer.alloc(40_000_000);
  for (const [bomb, options] of [
    [gzipSync(zeros), gzip],
    [zipArchive([{ name: "bomb.csv", content: zeros }]), zip],
  ] as const) {
    assert.ok(bomb.length < 60_000);
    const path = join(folder, "bomb");
    await writeFile(path, bomb);
    let passed = 0;
    await assert.rejects(
      async () => {
        for await (const piece of openPayload(path, { ...options, maximumBytes: 1_000_000 })) passed += piece.length;
      },
      (error) => error instanceof FormatError && error.problem.code === "payload.too-large",
    );
    assert.ok(passed <= 1_000_000);
  }
  assert.equal((await read(gzipSync(zeros), { ...gzip, maximumBytes: zeros.length })).length, zeros.length);
});

test("a zip that understates a size or carries a wrong check sum is refused", async () => {
  const understated = zipArchive([{ name: "a.csv", content: table, statedBytes: 10 }]);
  assert.equal((await problemOf(understated, zip)).code, "zip.broken");
  const damaged = zipArchive([{ name: "a.csv", content: table, wrongCheckSum: true }]);
  assert.equal((await problemOf(damaged, zip)).code, "zip.broken");
});

test("an encrypted zip is said to be one", async () => {
  const problem = await problemOf(zipArchive([{ name: "a.csv", content: table, encrypted: true }]), zip);
  assert.equal(problem.code, "zip.encrypted");
  assert.match(problem.hint, /password/);
});

test("a zip that is cut off, empty or something else is refused", async () => {
  const whole = zipArchive([{ name: "a.csv", content: table }]);
  for (const file of [whole.subarray(0, whole.length - 30), Buffer.alloc(0), table])
    assert.equal((await problemOf(file, zip)).code, "zip.broken");
});

test("a file that is not there is a failure of the outside world, not of the data", async () => {
  await assert.rejects(
    async () => {
      for await (const piece of openPayload(join(folder, "absent"), gzip)) assert.fail(String(piece));
    },
    { code: "ENOENT" },
  );
});
