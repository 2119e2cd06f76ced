import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import type { MatterKey } from "../matter-keys/index.ts";
import { type MatterId, matterEventSchema, matterIdSchema } from "../words/index.ts";
import { messageNamed, withRetries } from "./append.ts";
import { type KeyRing, keptKey } from "./key-ring.ts";
import { enterScope } from "./scope.ts";
import type { Tables } from "./tables.ts";
import { remainsOf } from "./view.ts";

/** Rows that are looked at in one transaction. */
const rowsAtOnce = 2000;

/**
 * Closes, once, what an older program kept in the open: events and the reasons of reads, each with the key of its matter.
 * Their digests stay what they are. It also finds out whether the keys are those of this database.
 *
 * @throws SealBroken where they are not.
 */
export async function sealOpen(database: Kysely<Tables>, keys: KeyRing): Promise<void> {
  const within = <Value>(work: (transaction: Transaction<Tables>) => Promise<Value>): Promise<Value> =>
    withRetries(() =>
      database.transaction().execute(async (transaction) => {
        await enterScope(transaction, { kind: "system" });
        return await work(transaction);
      }),
    );
  await within(async (transaction) => {
    const kept = await transaction.selectFrom("cooperation.matter_key").selectAll().limit(1).executeTakeFirst();
    if (kept !== undefined) keys.unwrap(matterIdSchema.parse(kept.matter), kept.wrapped);
  });
  while ((await within((transaction) => sealSome(transaction, keys))) > 0);
}

async function sealSome(transaction: Transaction<Tables>, keys: KeyRing): Promise<number> {
  const events = await transaction
    .selectFrom("cooperation.event")
    .selectAll()
    .where(sql<SqlBool>`data IS NOT NULL AND name <> 'erased'`)
    .orderBy("matter")
    .orderBy("sequence")
    .limit(rowsAtOnce)
    .execute();
  const reads = await transaction
    .selectFrom("cooperation.read_log")
    .select(["entry", "matter", "reason"])
    .where(sql<SqlBool>`reason IS NOT NULL`)
    .limit(rowsAtOnce)
    .execute();
  const matters = new Set([...events, ...reads].map(({ matter }) => matterIdSchema.parse(matter)));
  for (const matter of matters) {
    const key = (await keptKey(transaction, keys, matter)) ?? keys.make(matter);
    const closed = events.filter((row) => row.matter === matter).map((row) => closedEvent(row, key));
    const reasons = reads.filter((row) => row.matter === matter).map((row) => closedReason(row, key));
    await sealMatter(transaction, matter, key, closed, reasons);
    keys.forget(matter);
  }
  return matters.size;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function closedEvent(row: Parameters<typeof remainsOf>[0], key: MatterKey) {
  const { head, data } = remainsOf(row);
  const event = matterEventSchema.parse({ ...head, data });
  return { sequence: head.sequence, sealed: base64(key.seal(head, event.data)), message: messageNamed(event) };
}

function closedReason({ entry, reason }: { entry: string | number; reason: string | null }, key: MatterKey) {
  return { entry: Number(entry), sealed: base64(key.sealText("reason", reason ?? "")) };
}

async function sealMatter(
  transaction: Transaction<Tables>,
  matter: MatterId,
  key: MatterKey,
  events: readonly object[],
  reads: readonly object[],
): Promise<void> {
  await sql`SELECT cooperation.seal_matter(${matter}, ${key.wrapped}, ${JSON.stringify(events)}::jsonb,
    ${JSON.stringify(reads)}::jsonb)`.execute(transaction);
}
