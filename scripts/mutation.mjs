// Mutation testing of one part of cooperation: `npm run mutation -- rights` (or matter, log, clocks). It changes the code
// in small ways, one at a time, and says which changes no test notices. Takes minutes.
import { existsSync, globSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Stryker } from "@stryker-mutator/core";

/** The files of each part that decide something; the rest of a folder is data, types or a door. */
const parts = {
  rights: ["decide", "cells"],
  matter: ["decide", "transition-rules", "common-decisions", "value-rules", "fold", "missing"],
  log: ["check", "checkpoint", "proof", "signed-note", "witness", "hashing", "commitment", "tiles", "reader"],
  clocks: ["deadline", "leg", "working-days", "office-time", "pause", "alarm", "warning", "day", "calendar", "history"],
};
/** Tests that do the same again and again with a large log: what they notice, others notice much sooner. */
const leftOut = ["tampering.test.ts"];
const [part = "", ...files] = process.argv.slice(2);
if (!Object.hasOwn(parts, part)) {
  process.stderr.write(`npm run mutation -- <${Object.keys(parts).join("|")}> [file...]\n`);
  process.exit(2);
}
/** So many cases of the tests that draw them: a change that only the rarest case shows is not counted as noticed. */
process.env.JUSTITIA_RUNS ??= part === "clocks" ? "2000" : "300";
const folder = `src/cooperation/${part}`;

// The copies that are changed lie one folder deeper than the tests expect the shared reference data to lie beside.
const copies = ".justitia/mutation";
mkdirSync(copies, { recursive: true });
if (existsSync("../shared") && !existsSync(`${copies}/shared`)) symlinkSync(resolve("../shared"), `${copies}/shared`);

await new Stryker({
  testRunner: "node-test",
  plugins: ["./scripts/mutation-runner.mjs"],
  nodeTest: {
    testFiles: globSync(`${folder}/*.test.ts`)
      .filter((path) => !leftOut.includes(basename(path)))
      .sort(),
  },
  mutate: (files.length > 0 ? files : parts[part]).map((file) => `${folder}/${file}.ts`),
  // The compiler of this project has no programming interface that Stryker could ask; Node takes the types away by itself.
  tsconfigFile: "none.json",
  coverageAnalysis: "perTest",
  // What an earlier run found is asked again only where the code or its tests have changed since.
  incremental: true,
  incrementalFile: `.justitia/mutation-${part}-before.json`,
  concurrency: 2,
  // What is endless is ended by scripts/mutation-watch.mjs, which a busy machine does not mislead.
  timeoutMS: 600_000,
  warnings: { unknownOptions: false },
  reporters: ["clear-text", "json", "progress-append-only"],
  jsonReporter: { fileName: `.justitia/mutation-${part}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // What Git does not look at, the linter does not look at either.
  tempDirName: copies,
  ignorePatterns: ["/benchmarks", "/docs/pictures", "/docs/decisions"],
}).runMutationTest();
