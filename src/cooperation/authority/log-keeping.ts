import type { LogTarget } from "./records.ts";
import type { Workshop } from "./workshop.ts";

/** What is being written into each log: who comes in between waits, or the same entries would be written twice. */
const writing = new WeakMap<LogTarget, Promise<void>>();

/** Writes what the database numbered into the log, from where the log ends; a repeat writes nothing twice. */
export async function writeLog(workshop: Workshop): Promise<void> {
  const { log } = workshop.parts;
  if (log === undefined) return;
  const before = writing.get(log) ?? Promise.resolve();
  // A failure is told to whoever asked for that writing.
  const now = before.catch(() => undefined).then(() => writeOn(workshop, log));
  writing.set(log, now);
  await now;
}

async function writeOn({ node }: Workshop, log: LogTarget): Promise<void> {
  for (;;) {
    const from = log.size();
    const digests = await node.store.transaction((transaction) => transaction.correspondence.logEntries(from, 1000));
    if (digests.length === 0) return;
    await log.append(digests);
  }
}
