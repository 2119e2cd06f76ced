// A process that writes to an authority without end, to be killed: `writer.ts <postgres|pglite> <address> <acknowledgements> <family> <lanes>`.
import { openSync, writeSync } from "node:fs";
import { createStore, openPGlite, openPostgres } from "../../src/cooperation/index.ts";
import { transition } from "./kill-matters.ts";
import { identifiers, keysOfMatters, system } from "./matters.ts";
import { began } from "./trial.ts";

const [engine, address = "", acknowledgements = "", family = "2", lanes = "1"] = process.argv.slice(2);
const opened =
  engine === "pglite"
    ? await openPGlite(address, began, keysOfMatters)
    : await openPostgres({ connectionString: address }, keysOfMatters);
if ("heldBy" in opened) throw new Error("the folder is held by another process");
const store = createStore(opened);
const file = openSync(acknowledgements, "a");
const next = identifiers(Number(family));

async function lane(): Promise<void> {
  for (;;) {
    let known: Awaited<ReturnType<typeof transition>>["known"] = [];
    const matter = next();
    for (let step = 0; step < 4; step += 1) {
      const made = transition(matter, known, next);
      const outcome = await store.append(system, made.request);
      if (outcome.kind !== "appended") throw new Error(`not written: ${JSON.stringify(outcome)}`);
      // One system call, so that a kill leaves a whole line or none.
      writeSync(file, `${made.request.command} ${matter} ${outcome.last}\n`);
      writeSync(1, ".");
      known = made.known;
    }
  }
}

await Promise.all(Array.from({ length: Number(lanes) }, lane));
