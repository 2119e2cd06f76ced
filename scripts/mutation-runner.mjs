// Runs the tests of a folder for Stryker inside one process, again and again: only the tests that reach a change, the
// quickest first, and none after the first that fails. A process for each change would cost more than all the tests.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import fc from "fast-check";

// That a change is noticed is all that is asked, not by which smallest example.
fc.configureGlobal({ endOnFailure: true });
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;
const tests = new Map();
let file = "";

/** What stands in for `test` of node:test: keeps the test instead of running it. */
globalThis.__mutationTest__ = (name, ...rest) => {
  const work = rest.pop();
  const { skip = false } = rest.pop() ?? {};
  const id = `${file} ${name}`;
  if (tests.has(id)) throw new Error(`two tests are named ${id}`);
  tests.set(id, { id, name, fileName: file, work, skip: skip !== false, timeSpentMs: 0 });
};
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "node:test"
      ? { url: "data:text/javascript,export const test = globalThis.__mutationTest__;", shortCircuit: true }
      : next(specifier, context),
});

/** How many changes were tried in this process, and whether one left something behind that fails by itself. */
let changes = 0;
let spoiled = false;

/** What a change broke behind the back of the test that runs. */
let broken;
process.on("uncaughtException", (error) => {
  broken?.(error);
});
process.on("unhandledRejection", (error) => {
  broken?.(error);
});

async function failureOf({ id, work }) {
  stryker.currentTestId = id;
  try {
    await Promise.race([
      new Promise((_, reject) => {
        broken = reject;
      }),
      (async () => work({ diagnostic: () => undefined }))(),
    ]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    broken = undefined;
    stryker.currentTestId = undefined;
  }
}

/** What a test says. Its time is that of the processor, which does not depend on what else the machine does. */
async function resultOf(test) {
  const { id, name, fileName } = test;
  if (test.skip) return { id, name, fileName, timeSpentMs: 0, status: 2 };
  const begun = process.cpuUsage();
  const failureMessage = await failureOf(test);
  const { user, system } = process.cpuUsage(begun);
  const timeSpentMs = (user + system) / 1000;
  return failureMessage === undefined
    ? { id, name, fileName, timeSpentMs, status: 0 }
    : { id, name, fileName, timeSpentMs, status: 1, failureMessage };
}

/** @param {{ nodeTest: { testFiles: string[] } }} options the options of Stryker */
function createRunner(options) {
  // Both lie in the folder that Stryker makes for one run.
  const times = join(process.cwd(), "mutation-times.json");
  const endless = join(process.cwd(), "mutation-endless");
  let watch;

  /** Loads the tests once; a change that acts while they are loaded gets a process of its own from Stryker. */
  async function load() {
    if (tests.size > 0) return;
    for (file of options.nodeTest.testFiles) await import(pathToFileURL(join(process.cwd(), file)).href);
    if (!existsSync(times)) return;
    for (const [id, spent] of Object.entries(JSON.parse(readFileSync(times, "utf8"))))
      tests.get(id).timeSpentMs = spent;
  }
  /** Which of the tests fails first under a change. */
  async function firstFailure(testFilter, id) {
    const reaching = [...tests.values()]
      .filter((test) => !test.skip && (testFilter?.includes(test.id) ?? true))
      .sort((one, other) => one.timeSpentMs - other.timeSpentMs);
    for (const test of reaching) {
      watch.postMessage({ change: id, limit: 2000 + 4 * test.timeSpentMs });
      stryker.activeMutant = id;
      const { status, failureMessage } = await resultOf(test);
      watch.postMessage(undefined);
      if (status === 1) return { test, failureMessage };
    }
    return undefined;
  }
  return {
    capabilities: () => ({ reloadEnvironment: false }),
    async dryRun() {
      await load();
      const results = [];
      for (const test of tests.values()) results.push(await resultOf(test));
      writeFileSync(times, JSON.stringify(Object.fromEntries(results.map((one) => [one.id, one.timeSpentMs]))));
      return { status: "complete", tests: results, mutantCoverage: stryker.mutantCoverage };
    },
    async mutantRun({ activeMutant: { id }, testFilter, hitLimit, mutantActivation }) {
      if (existsSync(`${endless}-${id}`)) return { status: "timeout", reason: "endless" };
      if (spoiled) process.exit(1);
      changes += 1;
      watch ??= new Worker(new URL("mutation-watch.mjs", import.meta.url), { workerData: { endless } });
      stryker.hitLimit = hitLimit;
      stryker.hitCount = hitLimit === undefined ? undefined : 0;
      stryker.activeMutant = mutantActivation === "static" ? id : undefined;
      try {
        await load();
        const failed = await firstFailure(testFilter, id);
        if (stryker.hitCount > hitLimit) return { status: "timeout", reason: "endless" };
        if (failed === undefined) return { status: "survived", nrOfTests: 1 };
        stryker.activeMutant = undefined;
        // What a change left behind in a cache must not count against the next one: that one is asked again elsewhere.
        spoiled = (await resultOf(failed.test)).status === 1;
        if (spoiled && changes > 1) process.exit(1);
        return { status: "killed", killedBy: [failed.test.id], failureMessage: failed.failureMessage, nrOfTests: 1 };
      } catch (error) {
        // The tests cannot even be loaded.
        return { status: "killed", killedBy: ["loading"], failureMessage: String(error), nrOfTests: 0 };
      } finally {
        stryker.activeMutant = undefined;
      }
    },
  };
}
createRunner.inject = ["options"];

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: "TestRunner", name: "node-test", factory: createRunner }];
