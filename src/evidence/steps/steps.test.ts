import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { contentHash, createStepStore, type Plain, plainOf, readJson, type Step, writeWhole } from "./index.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-steps-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const plain: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Plain>(null, true, false, "", "1", 1, 0, -1, 1.5, "a", "b"),
    fc.string({ maxLength: 3 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** The same data with the keys of every object in another order. */
function reordered(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner ?? null)]),
  );
}

test("the key of a step changes exactly when an input changes", () => {
  const store = createStepStore(folder);
  const key = (inputs: Plain): string => store.key({ kind: "facts", version: 1, inputs });
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      assert.equal(key(one) === key(other), isDeepStrictEqual(plainOf(one), plainOf(other)));
      assert.equal(key(reordered(one)), key(one), "the order of keys says nothing");
    }),
    { numRuns: 500, seed: 20_260_605 },
  );
  const step: Step = { kind: "facts", version: 1, inputs: { a: 1 } };
  const keys = [step, { ...step, version: 2 }, { ...step, kind: "rows" }, { ...step, inputs: { a: "1" } }].map(
    store.key,
  );
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(key({ a: 1, b: undefined }), key({ a: 1 }), "what is not declared is not there");
});

test("what has no one writing is no input", () => {
  assert.throws(() => contentHash(Number.NaN), RangeError);
  assert.throws(() => contentHash({ rate: Number.POSITIVE_INFINITY }), RangeError);
  assert.throws(() => plainOf(() => 1), TypeError);
  assert.deepEqual(plainOf(new Map([["a", [1, undefined, { b: undefined }].slice(0, 1)]])), { a: [1] });
});

const step: Step = { kind: "rows", version: 1, inputs: { snapshot: "sha" } };

test("a step is done once, and what was made stays as it is", async () => {
  const store = createStepStore(join(folder, "once"));
  assert.equal(await store.find(step), undefined);
  let times = 0;
  const work = async (directory: string): Promise<void> => {
    times += 1;
    await writeFile(join(directory, "rows.txt"), `made ${times}`);
  };
  const first = await store.make(step, work);
  const second = await store.make(step, work);
  assert.deepEqual([first.reused, second.reused, times], [false, true, 1]);
  assert.equal(second.directory, first.directory);
  assert.equal(await readFile(join(second.directory, "rows.txt"), "utf8"), "made 1");
  const other = await store.make({ ...step, inputs: { snapshot: "other" } }, work);
  assert.notEqual(other.directory, first.directory);
});

test("a step that was not finished is never read, and leaves nothing behind", async () => {
  const root = join(folder, "unfinished-work");
  const store = createStepStore(root);
  await assert.rejects(
    store.make(step, async (directory) => {
      await writeFile(join(directory, "rows.txt"), "half");
      assert.equal(await store.find(step), undefined, "while it is being made it is not there");
      throw new Error("stopped");
    }),
    /stopped/,
  );
  assert.equal(await store.find(step), undefined);
  assert.deepEqual(await readdir(join(root, "unfinished")), []);
  // What a killed build leaves: the folder of its work, with some files.
  const left = join(root, "unfinished", `rows-${store.key(step)}-left`);
  await mkdir(left, { recursive: true });
  await writeFile(join(left, "rows.txt"), "half");
  assert.equal(await store.find(step), undefined);
  const made = await store.make(step, (directory) => writeFile(join(directory, "rows.txt"), "whole"));
  assert.equal(made.reused, false);
  assert.equal(await readFile(join(made.directory, "rows.txt"), "utf8"), "whole");
  await store.sweep();
  await assert.rejects(readdir(join(root, "unfinished")), /ENOENT/);
  assert.equal((await store.find(step))?.reused, true, "sweeping takes away only what was not finished");
});

test("a file is there whole or not at all", async () => {
  const directory = join(folder, "whole");
  await mkdir(directory);
  const path = join(directory, "build.json");
  assert.equal(await readJson(path), undefined);
  await writeWhole(path, '{"a":1}');
  await writeWhole(path, '{"a":2}');
  assert.deepEqual(await readJson(path), { a: 2 });
  assert.deepEqual(await readdir(directory), ["build.json"], "nothing half written stays beside it");
  await writeFile(path, '{"a":');
  await assert.rejects(readJson(path), SyntaxError);
});
