import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createRandom } from "../../src/statistics/index.ts";
import { filesBelow, openObservatory, soundDelivery } from "./observatory.ts";

const kills = process.env.JUSTITIA_SLOW === "1" ? 100 : 12;
const rows = 60_000;

function delivery(): string {
  const lines = Array.from(
    { length: rows },
    (_, index) => `${index + 6},R${(index % 2) + 1},202${index % 5}-01-02,${index % 7 === 0 ? "murder" : "theft"},1\n`,
  );
  return soundDelivery + lines.join("");
}

/** The indicators' bytes, and the names of everything else that a build makes, by their content addresses. */
async function resultsIn(state: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const folder of ["steps", "definitions", "snapshots/objects"]) {
    for (const [path, bytes] of await filesBelow(join(state, folder)))
      found[`${folder}/${path}`] = path.startsWith("indicator/") ? bytes.toString("base64") : "";
  }
  return found;
}

test(`after kill -9 at ${kills} random moments the next build says, byte for byte, what an undisturbed one says`, async () => {
  await using trial = await openObservatory({ "raw/incidents.csv": delivery() });
  const threads = ["--threads", "2"];
  const undisturbed = join(trial.folder, "undisturbed");
  await trial.build(["--state", join(trial.folder, "first"), ...threads]);
  const begun = performance.now();
  const expected = await trial.build(["--state", undisturbed, ...threads]);
  let reach = performance.now() - begun;
  assert.equal(expected.code, 0, expected.err);
  const results = await resultsIn(undisturbed);
  assert.ok(Object.keys(results).some((path) => path.startsWith("steps/indicator/")));

  const random = createRandom(20_260_101, 1);
  let killed = 0;
  for (let attempt = 0; killed < kills; attempt += 1) {
    assert.ok(attempt < 20 * kills, "the kills keep falling behind the end of the builds");
    const state = join(trial.folder, `state-${attempt}`);
    // Starting the program takes a while in which it writes nothing: most kills shall fall behind it.
    const delay = reach * (0.15 + 0.85 * random.uniform());
    const ended = await trial.build(["--state", state, ...threads], {
      started: (kill) => setTimeout(kill, delay),
    });
    // The reach follows the speed of the machine, so that kills fall all over a build and seldom behind its end.
    reach *= ended.signal === "SIGKILL" ? 1.05 : 0.8;
    if (ended.signal === "SIGKILL") {
      killed += 1;
      const next = await trial.build(["--state", state, ...threads]);
      assert.equal(next.code, 0, next.err);
      assert.deepEqual(next.manifest, expected.manifest);
      assert.deepEqual(await resultsIn(state), results, `killed after ${delay} ms`);
    }
    await rm(state, { recursive: true, force: true });
  }
});
