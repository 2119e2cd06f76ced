import { sql } from "kysely";
import { z } from "zod";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  mostSealed,
  type RecordRow,
  type RecordSeal,
  type SealedRecord,
  sealDigest,
  sealedRecords,
  sealRows,
} from "../seals/index.ts";
import { digestSchema, instantSchema, jsonSchema } from "../words/index.ts";
import type { Workshop } from "./workshop.ts";

/** Milliseconds that reads wait for their seal: they are many, and each seal is an entry of the log. */
const usualBetweenSeals = 60_000;

const contentSchema = z.record(
  z.string(),
  z.union([
    z.date().transform((at) => at.toISOString()),
    z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString("hex")),
    jsonSchema,
  ]),
);

/** A row as it is sealed. A column that came later is left out where it is empty, so that older seals still hold. */
function contentOf({ sealed_reason: sealed, ...content }: { readonly sealed_reason?: Uint8Array | null }) {
  return contentSchema.parse(sealed === undefined || sealed === null ? content : { ...content, sealed_reason: sealed });
}

/** Rows of one table by their numbers, as they are sealed: every column is content. */
export async function recordRows(
  { sql: tables, enter }: AuthorityTransaction,
  record: SealedRecord,
  first: number,
  last: number,
): Promise<RecordRow[]> {
  await enter({ kind: "system" });
  const rows = await tables
    .selectFrom(`cooperation.${record}`)
    .selectAll()
    .where(sql<boolean>`entry BETWEEN ${first} AND ${last}`)
    .orderBy("entry")
    .execute();
  return rows.map(({ entry, ...content }) => ({ entry: Number(entry), content: contentOf(content) }));
}

const sealSchema = z
  .object({
    record: z.enum(sealedRecords),
    first: z.coerce.number(),
    last: z.coerce.number(),
    sealed_at: z.date().transform((at) => instantSchema.parse(at.toISOString())),
    salt: digestSchema,
    digests: z.hex(),
  })
  .transform(
    ({ sealed_at: sealedAt, digests, ...rest }): RecordSeal => ({
      ...rest,
      sealedAt,
      digests: Buffer.from(digests, "hex"),
    }),
  );

/** The seals of one table from a number on, in their order. */
export async function recordSeals(
  { sql: tables, enter }: AuthorityTransaction,
  record: SealedRecord,
  from: number,
  limit: number,
): Promise<RecordSeal[]> {
  await enter({ kind: "system" });
  const rows = await tables
    .selectFrom("cooperation.record_seal")
    .select(["record", "first", "last", "sealed_at", "salt"])
    .select(sql<string>`encode(digests, 'hex')`.as("digests"))
    .where("record", "=", record)
    .where(sql<boolean>`first >= ${from}`)
    .orderBy("first")
    .limit(limit)
    .execute();
  return rows.map((row) => sealSchema.parse(row));
}

/** The last seal of a table, and the number of its newest row. */
async function sealedUpTo({ sql: tables, enter }: AuthorityTransaction, record: SealedRecord) {
  await enter({ kind: "system" });
  const [seal] = await tables
    .selectFrom("cooperation.record_seal")
    .select(["last", "sealed_at"])
    .where("record", "=", record)
    .orderBy("first", "desc")
    .limit(1)
    .execute();
  const [row] = await tables
    .selectFrom(`cooperation.${record}`)
    .select("entry")
    .orderBy("entry", "desc")
    .limit(1)
    .execute();
  return { last: Number(seal?.last ?? 0), sealedAt: seal?.sealed_at.getTime(), newest: Number(row?.entry ?? 0) };
}

/**
 * Seals the rows that came since the last seal, each seal with its entry in the log: of acts, sign-ins and alarms at every
 * turn, of reads once in a while or when many wait.
 */
export async function sealRecords({ node, parts }: Workshop): Promise<void> {
  if (parts.log === undefined) return;
  const within = node.store.transaction;
  for (const record of sealedRecords) {
    const { last, sealedAt, newest } = await within((transaction) => sealedUpTo(transaction, record));
    const now = parts.now();
    const young =
      sealedAt !== undefined &&
      Date.parse(now) - sealedAt < (parts.betweenSeals ?? usualBetweenSeals) &&
      sealedAt <= Date.parse(now);
    if (newest <= last || (record === "read_log" && young && newest - last < mostSealed)) continue;
    // In a transaction of its own: whoever waits for others here must hold nothing that they wait for.
    const { rows: settled } = await sql<{ entry: string | number }>`
      SELECT cooperation.settled_entry(${record}) AS entry`.execute(parts.database.sql);
    const end = Number(settled[0]?.entry ?? 0);
    for (let first = last + 1; first <= end; first += mostSealed)
      await within((transaction) =>
        sealRange(transaction, {
          record,
          first,
          last: Math.min(end, first + mostSealed - 1),
          sealedAt: now,
          salt: digestSchema.parse(Buffer.from(parts.random(32)).toString("hex")),
        }),
      );
  }
}

async function sealRange(transaction: AuthorityTransaction, range: Omit<RecordSeal, "digests">): Promise<void> {
  const { record, first, last, sealedAt, salt } = range;
  const seal = sealRows(range, await recordRows(transaction, record, first, last));
  await transaction.appendToLog(sealDigest(seal));
  await transaction.sql
    .insertInto("cooperation.record_seal")
    .values({
      record,
      first,
      last,
      sealed_at: sealedAt,
      salt,
      digests: sql<Uint8Array>`decode(${Buffer.from(seal.digests).toString("hex")}, 'hex')`,
    })
    .execute();
}
