// Runs the tests of a folder for Stryker inside one process, again and again: only the tests that reach a change, the
// quickest first, and none after the first that fails. A process for each change would cost more than all the tests.
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

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
    return error instanceof Error ? `${error.message}` : String(error);
  } finally {
    broken = undefined;
    stryker.currentTestId = undefined;
  }
}

async function resultOf(test) {
  const { id, name, fileName } = test;
  if (test.skip) return { id, name, fileName, timeSpentMs: 0, status: 2 };
  const begun = performance.now();
  const failureMessage = await failureOf(test);
  test.timeSpentMs = Math.max(test.timeSpentMs, performance.now() - begun);
  return failureMessage === undefined
    ? { id, name, fileName, timeSpentMs: test.timeSpentMs, status: 0 }
    : { id, name, fileName, timeSpentMs: test.timeSpentMs, status: 1, failureMessage };
}

/** @param {{ nodeTest: { testFiles: string[] } }} options the options of Stryker */
function createRunner(options) {
  /** Loads the tests once; a change that acts while they are loaded gets a process of its own from Stryker. */
  async function load() {
    if (tests.size > 0) return;
    for (file of options.nodeTest.testFiles) await import(pathToFileURL(join(process.cwd(), file)).href);
  }
  return {
    capabilities: () => ({ reloadEnvironment: false }),
    async dryRun() {
      await load();
      const results = [];
      for (const test of tests.values()) results.push(await resultOf(test));
      return { status: "complete", tests: results, mutantCoverage: stryker.mutantCoverage };
    },
    async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, disableBail }) {
      if (spoiled) process.exit(1);
      changes += 1;
      stryker.hitLimit = hitLimit;
      stryker.hitCount = hitLimit === undefined ? undefined : 0;
      stryker.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
      let nrOfTests = 0;
      try {
        await load();
        stryker.activeMutant = activeMutant.id;
        const reaching = [...tests.values()]
          .filter(({ id, skip }) => !skip && (testFilter?.includes(id) ?? true))
          .sort((one, other) => one.timeSpentMs - other.timeSpentMs);
        const killedBy = [];
        let failureMessage = "";
        for (const test of reaching) {
          const result = await resultOf(test);
          nrOfTests += 1;
          if (stryker.hitCount > hitLimit) return { status: "timeout", reason: "endless" };
          if (result.status !== 1) continue;
          stryker.activeMutant = undefined;
          // What a change left behind in a cache must not count against the next one: that one is asked again elsewhere.
          spoiled = (await resultOf(test)).status === 1;
          if (spoiled && changes > 1) process.exit(1);
          stryker.activeMutant = activeMutant.id;
          killedBy.push(test.id);
          failureMessage ||= result.failureMessage;
          if (!disableBail) break;
        }
        return killedBy.length > 0
          ? { status: "killed", killedBy, failureMessage, nrOfTests }
          : { status: "survived", nrOfTests };
      } catch (error) {
        // The tests cannot even be loaded.
        return { status: "killed", killedBy: ["loading"], failureMessage: String(error), nrOfTests };
      } finally {
        stryker.activeMutant = undefined;
      }
    },
  };
}
createRunner.inject = ["options"];

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: "TestRunner", name: "node-test", factory: createRunner }];
