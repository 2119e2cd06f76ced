import { z } from "zod";
import type { AuthorityId, Digest } from "../words/index.ts";
import { type KnownAuthority, knownAuthoritySchema } from "./directory.ts";
import { evidenceSchema, evidenceText, type LogPosition, type SignedEvidence } from "./evidence.ts";
import type { ExchangeTransaction } from "./node.ts";
import {
  deleteChunks,
  type ExchangeTable,
  insertChunk,
  insertEntry,
  insertKeys,
  lockMessage,
  type SqlQuery,
  selectAuthority,
  selectAuthorityOfKey,
  selectChunk,
  selectDue,
  selectEntry,
  selectEvidencesWith,
  updateEntry,
  upsertAuthority,
} from "./queries.ts";
import { evidenceRow, inboxRow, incomingPayloadRow, outboxRow, outgoingPayloadRow } from "./tables.ts";

/** Runs a statement within an open transaction and gives its rows. */
export type RunSql = (query: SqlQuery) => Promise<readonly unknown[]>;

export interface SqlExchangeTransaction extends ExchangeTransaction {
  /** Every evidence about messages between us and another authority, to be reconciled. */
  evidencesWith(partner: AuthorityId): Promise<readonly SignedEvidence[]>;
}

const knownRow = z.object({ known: z.string() });
const signedRow = z.object({ evidence: z.string(), signed: z.string() });
const bytesRow = z.object({ bytes: z.instanceof(Uint8Array) });

function signedEvidenceOf(row: unknown): SignedEvidence {
  const { evidence, signed } = signedRow.parse(row);
  return { evidence: evidenceSchema.parse(JSON.parse(evidence)), signed };
}

function knownAuthorityOf(row: unknown): KnownAuthority | undefined {
  return row === undefined ? undefined : knownAuthoritySchema.parse(JSON.parse(knownRow.parse(row).known));
}

/**
 * What the exchange needs of a database, over the tables of `exchangeTables` in PostgreSQL or PGlite.
 *
 * @param run - Runs statements in a transaction that whoever calls has opened and will end.
 * @param appendToLog - Appends a digest to the log, durable no later than the transaction.
 */
export function sqlExchangeTransaction(
  run: RunSql,
  appendToLog: (digest: Digest) => Promise<LogPosition | null>,
): SqlExchangeTransaction {
  const one = async <Row extends z.ZodObject>(
    table: ExchangeTable,
    row: Row,
    key: Readonly<Record<string, string>>,
  ): Promise<z.infer<Row> | undefined> => {
    const [found] = await run(selectEntry(table, Object.keys(row.shape), key));
    return found === undefined ? undefined : row.parse(found);
  };
  const due = async <Row extends z.ZodObject>(
    table: "inbox" | "outbox" | "outgoing_payload",
    row: Row,
    at: string,
    limit: number,
  ): Promise<z.infer<Row>[]> =>
    (await run(selectDue(table, Object.keys(row.shape), at, limit))).map((found) => row.parse(found));
  const add = async (table: ExchangeTable, entry: object): Promise<void> => {
    await run(insertEntry(table, entry));
  };
  const save = async (table: ExchangeTable, key: readonly string[], entry: object): Promise<void> => {
    const rows = await run(updateEntry(table, key, entry));
    if (rows.length !== 1) throw new Error(`there is no such entry in exchange_${table}`);
  };
  return {
    authority: async (id) => knownAuthorityOf((await run(selectAuthority(id)))[0]),
    authorityOfKey: async (kid) => knownAuthorityOf((await run(selectAuthorityOfKey(kid)))[0]),
    saveAuthority: async (known) => {
      await run(upsertAuthority(known.authority, JSON.stringify(known)));
      const kids = known.keys.map(({ key }) => key.kid);
      const foreign = await run(insertKeys(known.authority, kids));
      if (foreign.length > 0) throw new Error("a key belongs to another authority");
    },
    lockMessage: async (from, id) => {
      await run(lockMessage(from, id));
    },
    inboxEntry: (from, id) => one("inbox", inboxRow, { from, id }),
    addInboxEntry: (entry) => add("inbox", entry),
    saveInboxEntry: (entry) => save("inbox", ["from", "id"], entry),
    undelivered: (at, limit) => due("inbox", inboxRow, at, limit),
    outboxEntry: (id) => one("outbox", outboxRow, { id }),
    addOutboxEntry: (entry) => add("outbox", entry),
    saveOutboxEntry: (entry) => save("outbox", ["id"], entry),
    outboxDue: (at, limit) => due("outbox", outboxRow, at, limit),
    evidence: async (from, message, name) => {
      const row = await one("evidence", evidenceRow, { from, message, name });
      return row === undefined ? undefined : signedEvidenceOf(row);
    },
    addEvidence: async ({ evidence, signed }) => {
      const { id, from, to } = evidence.message;
      const { evidence: name, at } = evidence;
      await add("evidence", { from, message: id, name, to, at, evidence: evidenceText(evidence), signed });
    },
    evidencesWith: async (partner) => (await run(selectEvidencesWith(partner))).map(signedEvidenceOf),
    outgoingPayload: (id) => one("outgoing_payload", outgoingPayloadRow, { id }),
    addOutgoingPayload: (payload) => add("outgoing_payload", payload),
    saveOutgoingPayload: (payload) => save("outgoing_payload", ["id"], payload),
    outgoingPayloadsDue: (at, limit) => due("outgoing_payload", outgoingPayloadRow, at, limit),
    incomingPayload: (from, id) => one("incoming_payload", incomingPayloadRow, { from, id }),
    addIncomingPayload: (payload) => add("incoming_payload", payload),
    saveIncomingPayload: (payload) => save("incoming_payload", ["from", "id"], payload),
    addChunk: async (from, payload, number, bytes) => {
      await run(insertChunk(from, payload, number, bytes));
    },
    chunk: async (from, payload, number) => {
      const [row] = await run(selectChunk(from, payload, number));
      return row === undefined ? undefined : bytesRow.parse(row).bytes;
    },
    removeChunks: async (from, payload) => {
      await run(deleteChunks(from, payload));
    },
    appendToLog,
    addRefusal: (refusal) => add("refusal", refusal),
  };
}
