// Watches the test that runs, from a thread of its own, and ends the process when a change made it endless: when it has
// used far more of the processor than without a change, or nothing at all for a while. The busyness of the machine
// does not count. Loaded by scripts/mutation-runner.mjs.
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

const step = 250;
/** Milliseconds of rest after which a test waits for what never comes. */
const patience = 10_000;
const { endless } = workerData;
let watched;
let used = 0;
let waited = 0;
let rested = 0;
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** Milliseconds for which the test wanted a processor and others had it; Linux alone tells. */
const queued = () => {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
};
parentPort.on("message", (message) => {
  watched = message === undefined ? undefined : { ...message, end: spent() + message.limit };
  rested = 0;
});
setInterval(() => {
  const now = spent();
  const behind = queued();
  rested = now - used > 5 || behind - waited > 5 ? 0 : rested + step;
  used = now;
  waited = behind;
  if (watched === undefined || (now < watched.end && rested < patience)) return;
  writeFileSync(`${endless}-${watched.change}`, now < watched.end ? "waits" : "runs");
  process.kill(process.pid, "SIGKILL");
}, step);
