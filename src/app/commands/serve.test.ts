import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { main } from "../main.ts";

let folder: string;
let observatory: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-read-build-"));
  observatory = join(folder, "example");
  assert.equal((await run("init", observatory)).code, 0);
  assert.equal((await run("build", observatory)).code, 0);
});
after(() => rm(folder, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const terminal = { out: write, err: write, interactive: false };
  const code = await main(argv, { terminal, environment: {}, signal: new AbortController().signal });
  return { code, text };
}

test("asking as of a time before the first build says to choose a later one", async () => {
  const past = await run("explain", observatory, "intentional-homicide/EX/2020", "--as-of", "2001-01-01");
  assert.equal(past.code, 3);
  assert.match(past.text, /Nothing had been built by 2001-01-01\. Choose a later time\./);
});

test("a build whose results were deleted is told as such, and building makes it whole", async () => {
  const steps = join(observatory, ".justitia", "steps");
  await rename(join(steps, "indicator"), join(steps, "indicator-away"));
  const { code, text } = await run("coverage", observatory);
  assert.equal(code, 3);
  assert.match(text, /Results of the build of .* are not in .* any more \(indicator\/[0-9a-f]+\)\. Build again\./);
  assert.equal((await run("build", observatory)).code, 0);
  assert.equal((await run("coverage", observatory)).code, 0);
});

test("the line back of an indicator that could not be made says why", async () => {
  await writeFile(join(observatory, "data", "sample-victims.csv"), "something;else\n1;2\n");
  assert.equal((await run("build", observatory)).code, 4);
  const { code, text } = await run("explain", observatory, "intentional-homicide/EX/2020");
  assert.equal(code, 3);
  assert.match(
    text,
    /intentional-homicide was not made in the newest build\. The facts victims\/monthly are not there/,
  );
});
