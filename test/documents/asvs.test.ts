import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { asvsPage, asvsTable } from "../../scripts/asvs.ts";
import { repository, textOf } from "./markdown.ts";

const list = fileURLToPath(
  new URL("../../../shared/reference/cooperation/asvs-5.0.0/asvs-5.0.0_en.flat.json", import.meta.url),
);
const skip = existsSync(list) ? false : "the shared reference data are not beside the repository (../shared)";
const listSchema = z.object({
  requirements: z.array(
    z.object({ chapter_id: z.string(), chapter_name: z.string(), req_id: z.string(), L: z.coerce.number() }),
  ),
});
/** Chapters of which level 3 is asked too. */
const deep = ["V6", "V7", "V8", "V11", "V14", "V16"];

test("the table of ASVS has every requirement of its levels once, in the order and with the level of the standard", {
  skip,
}, () => {
  const { requirements } = listSchema.parse(JSON.parse(readFileSync(list, "utf8")));
  const wanted = requirements.filter(({ L, chapter_id }) => L <= 2 || deep.includes(chapter_id));
  const table = asvsTable();
  assert.deepEqual(
    Object.entries(table.requirements).map(([id, { level }]) => `${id} ${level}`),
    wanted.map(({ req_id, L }) => `${req_id} ${L}`),
  );
  assert.deepEqual(table.chapters, Object.fromEntries(requirements.map((one) => [one.chapter_id, one.chapter_name])));
});

test("every test that the table of ASVS names is in the code, and so is every file", () => {
  for (const [id, { tests, byDesign }] of Object.entries(asvsTable().requirements)) {
    for (const { file, test: name } of tests ?? []) {
      assert.ok(existsSync(join(repository, file)), `${id}: ${file}`);
      const text = readFileSync(join(repository, file), "utf8");
      assert.ok(
        [`test("${name}"`, `test(\`${name}\``].some((start) => text.replaceAll(/test\(\s+/g, "test(").includes(start)),
        `${id}: ${file} has no test "${name}"`,
      );
    }
    if (byDesign !== undefined) assert.ok(existsSync(join(repository, byDesign.file)), `${id}: ${byDesign.file}`);
  }
});

test("every reason of the table of ASVS is used, and no other", () => {
  const { reasons, requirements } = asvsTable();
  const used = new Set(Object.values(requirements).flatMap(({ notApplicable }) => notApplicable ?? []));
  assert.deepEqual([...used].sort(), Object.keys(reasons).sort());
});

test("the page of ASVS is made from the table", () => {
  assert.equal(textOf("docs/reference/asvs.md"), asvsPage(asvsTable()));
});
