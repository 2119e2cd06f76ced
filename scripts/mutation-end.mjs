// Ends a run of tests after the first that fails: a change of the code that one test notices needs no other. Loaded before
// the tests by scripts/mutation.mjs.
import { afterEach, beforeEach } from "node:test";

/** Milliseconds in which the result of the failed test goes out. */
const patience = 200;
let failed = false;
afterEach(({ passed }) => {
  failed ||= !passed;
});
beforeEach(async () => {
  if (!failed) return;
  await new Promise((resolve) => setTimeout(resolve, patience));
  process.exit(1);
});
