import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { zipArchive } from "./archive.test.ts";
import { FormatError, zipMembers } from "./index.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-zip-members-"));
});
after(() => rm(folder, { recursive: true }));

test("the files of a zip are listed with their sizes, in order, without its folders", async () => {
  const path = join(folder, "some.zip");
  const files = [
    { name: "data/b.csv", content: Buffer.from("a,b\n1,2\n") },
    { name: "data/", content: Buffer.alloc(0) },
    { name: "a.txt", content: Buffer.from("note") },
  ];
  await writeFile(path, zipArchive(files));
  assert.deepEqual(await zipMembers(path), [
    { name: "data/b.csv", bytes: 8 },
    { name: "a.txt", bytes: 4 },
  ]);
});

test("what is no zip is a fault of the data, and what is not there one of the world", async () => {
  const path = join(folder, "no.zip");
  await writeFile(path, "PK but no archive");
  await assert.rejects(
    zipMembers(path),
    (error) => error instanceof FormatError && error.problem.code === "zip.broken",
  );
  await assert.rejects(zipMembers(join(folder, "none.zip")), { code: "ENOENT" });
});
