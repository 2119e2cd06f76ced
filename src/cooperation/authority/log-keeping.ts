import type { Workshop } from "./workshop.ts";

/** Writes what the database numbered into the log, from where the log ends; a repeat writes nothing twice. */
export async function writeLog({ node, parts: { log } }: Workshop): Promise<void> {
  if (log === undefined) return;
  for (;;) {
    const from = log.size();
    const digests = await node.store.transaction((transaction) => transaction.correspondence.logEntries(from, 1000));
    if (digests.length === 0) return;
    await log.append(digests);
  }
}
