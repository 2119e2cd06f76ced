import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { run } from "./simulation/program.ts";

let folder: string;
let observatory: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-read-build-"));
  observatory = join(folder, "example");
  assert.equal((await run("init", observatory)).code, 0);
  assert.equal((await run("build", observatory)).code, 0);
});
after(() => rm(folder, { recursive: true }));

test("asking as of a time before the first build says to choose a later one", async () => {
  const past = await run("explain", observatory, "intentional-homicide/EX/2020", "--as-of", "2001-01-01");
  assert.equal(past.code, 3);
  assert.match(past.err, /Nothing had been built by 2001-01-01\. Choose a later time\./);
});

test("a build whose results were deleted is told as such, and building makes it whole", async () => {
  const steps = join(observatory, ".justitia", "steps");
  await rename(join(steps, "indicator"), join(steps, "indicator-away"));
  const { code, err } = await run("coverage", observatory);
  assert.equal(code, 3);
  assert.match(err, /Results of the build of .* are not in .* any more \(indicator\/[0-9a-f]+\)\. Build again\./);
  assert.equal((await run("build", observatory)).code, 0);
  assert.equal((await run("coverage", observatory)).code, 0);
});

test("a figure that there is none of is answered with the areas or the periods that there are", async () => {
  const place = await run("explain", observatory, "intentional-homicide/EX/2023");
  assert.equal(place.code, 2);
  assert.match(place.err, /no figure for EX in 2023\. .*It has figures for the areas XX, N, S\./);
  const time = await run("explain", observatory, "intentional-homicide/XX/2031");
  assert.match(time.err, /no figure for XX in 2031\. The area has figures from 2023 to 2024\./);
});

test("an indicator that could never be made says why it has no line back", async () => {
  const state = join(folder, "state-without-readable-delivery");
  const data = join(observatory, "data", "sample-victims.csv");
  const sound = await readFile(data);
  await writeFile(data, "something;else\n1;2\n");
  assert.equal((await run("build", observatory, "--state", state)).code, 4);
  await writeFile(data, sound);
  const { code, err } = await run("explain", observatory, "intentional-homicide/EX/2020", "--state", state);
  assert.equal(code, 3);
  assert.match(err, /intentional-homicide was not made in the newest build\. The facts victims\/monthly are not there/);
});

async function indicators(...more: string[]): Promise<unknown> {
  const { out } = await run("build", observatory, "--json", ...more);
  return z.looseObject({ manifest: z.looseObject({ indicators: z.unknown() }) }).parse(JSON.parse(out)).manifest
    .indicators;
}

test("a delivery that cannot be read leaves the figures of the one before it, and the build says so", async () => {
  const data = join(observatory, "data", "sample-victims.csv");
  const sound = await readFile(data);
  const before = await indicators();
  await writeFile(data, "something;else\n1;2\n");
  const { code, err } = await run("build", observatory);
  assert.equal(code, 4);
  assert.match(err, /the newest delivery cannot be read; the one of .* is used/);
  assert.deepEqual(await indicators(), before);
  await writeFile(data, sound);
  assert.equal((await run("build", observatory)).code, 0);
});

test("a build from deliveries of the past does not become the newest, and is found by its name", async () => {
  const data = join(observatory, "data", "sample-victims.csv");
  const before = await indicators();
  const then = new Date().toISOString();
  await appendFile(data, "SAMPLE-999,2023-05-05,12,N,female,30\n");
  const now = await indicators();
  assert.notDeepEqual(now, before);
  const { out } = await run("build", observatory, "--as-of", then);
  const name = /--build ([0-9a-f]{12})/.exec(out)?.[1] ?? "";
  assert.match((await run("explain", observatory, "intentional-homicide/XX/2023", "--build", name)).out, /numerator/);
  assert.deepEqual(await indicators(), now);
  const unknown = await run("explain", observatory, "intentional-homicide/XX/2023", "--build", "000000000000");
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /There is no build "000000000000"/);
});
