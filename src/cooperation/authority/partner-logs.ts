import { type SqlBool, sql } from "kysely";
import { type MessageId, messageIdSchema } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { type AuthorityId, authorityIdSchema, type Instant, instantSchema } from "../words/index.ts";

/** What is known of the log of a partner, and what the partner says of ours. */
export interface PartnerLog {
  readonly authority: AuthorityId;
  /** Verifier keys, pinned when they were first heard of. */
  readonly logKey: string;
  readonly witnessKey: string;
  /** The newest head of the partner's log that we cosigned. */
  readonly checkpoint: string | undefined;
  readonly seenAt: Instant | undefined;
  /** How many entries of ours the partner has seen: where the next proof must start. */
  readonly theirSeen: number;
  /** The newest head of our log that the partner cosigned. */
  readonly cosigned: string | undefined;
  readonly cosignedSize: number;
  readonly cosignedAt: Instant | undefined;
}

/** A head of our log that was offered to a partner. */
export interface CheckpointOffer {
  readonly authority: AuthorityId;
  readonly message: MessageId;
  readonly size: number;
  /** The newest event of any matter when it was offered. */
  readonly position: number;
  readonly offeredAt: Instant;
  readonly answered: boolean;
}

/** Something about a log that auditors have to know: rolled back, forked, or no longer provable. */
export interface LogAlarm {
  readonly at: Instant;
  /** Name of the log. */
  readonly log: string;
  /** Who found it: this authority or a partner. */
  readonly saidBy: AuthorityId;
  readonly code: string;
  readonly message: string;
}

const instantOf = (date: Date): Instant => instantSchema.parse(date.toISOString());
const instantOrNone = (date: Date | null): Instant | undefined => (date === null ? undefined : instantOf(date));

/** What every partner's log is known by; only in a transaction of the system or of an auditor. */
export async function partnerLogs({ sql: tables }: Pick<AuthorityTransaction, "sql">): Promise<PartnerLog[]> {
  const rows = await tables.selectFrom("cooperation.partner_log").selectAll().orderBy("authority").execute();
  return rows.map((row) => ({
    authority: authorityIdSchema.parse(row.authority),
    logKey: row.log_key,
    witnessKey: row.witness_key,
    checkpoint: row.checkpoint ?? undefined,
    seenAt: instantOrNone(row.seen_at),
    theirSeen: Number(row.their_seen),
    cosigned: row.cosigned ?? undefined,
    cosignedSize: Number(row.cosigned_size),
    cosignedAt: instantOrNone(row.cosigned_at),
  }));
}

/** Keeps the keys of a partner's log when they are heard of for the first time; says whether they are those that are pinned. */
export async function pinLogKeys(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  authority: AuthorityId,
  keys: { readonly log: string; readonly witness: string },
  at: Instant,
): Promise<boolean> {
  await tables
    .insertInto("cooperation.partner_log")
    .values({ authority, log_key: keys.log, witness_key: keys.witness, known_since: at })
    .onConflict((conflict) => conflict.column("authority").doNothing())
    .execute();
  const pinned = await tables
    .selectFrom("cooperation.partner_log")
    .select(["log_key", "witness_key"])
    .where("authority", "=", authority)
    .executeTakeFirstOrThrow();
  return pinned.log_key === keys.log && pinned.witness_key === keys.witness;
}

/** That we cosigned a head of a partner's log. */
export async function noteSeen(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  authority: AuthorityId,
  checkpoint: string,
  at: Instant,
): Promise<void> {
  await tables
    .updateTable("cooperation.partner_log")
    .set({ checkpoint, seen_at: at })
    .where("authority", "=", authority)
    .execute();
}

/** That a partner cosigned a head of our log. */
export async function noteCosigned(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  authority: AuthorityId,
  head: { readonly source: string; readonly size: number },
  at: Instant,
): Promise<void> {
  await tables
    .updateTable("cooperation.partner_log")
    .set({ cosigned: head.source, cosigned_size: head.size, cosigned_at: at, their_seen: head.size })
    .where("authority", "=", authority)
    .where(sql<SqlBool>`cosigned_size <= ${head.size}`)
    .execute();
}

/** How much of our log a partner says that it has seen. */
export async function noteTheirSeen(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  authority: AuthorityId,
  seen: number,
): Promise<void> {
  await tables
    .updateTable("cooperation.partner_log")
    .set({ their_seen: seen })
    .where("authority", "=", authority)
    .execute();
}

export async function checkpointOffers({ sql: tables }: Pick<AuthorityTransaction, "sql">): Promise<CheckpointOffer[]> {
  const rows = await tables.selectFrom("cooperation.checkpoint_offer").selectAll().execute();
  return rows.map((row) => ({
    authority: authorityIdSchema.parse(row.authority),
    message: messageIdSchema.parse(row.message),
    size: Number(row.size),
    position: Number(row.position),
    offeredAt: instantOf(row.offered_at),
    answered: row.answered,
  }));
}

export async function saveOffer(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  offer: CheckpointOffer,
): Promise<void> {
  const { authority, message, size, position, answered } = offer;
  const rest = { message, size, position, offered_at: offer.offeredAt, answered };
  await tables
    .insertInto("cooperation.checkpoint_offer")
    .values({ authority, ...rest })
    .onConflict((conflict) => conflict.column("authority").doUpdateSet(rest))
    .execute();
}

export async function addLogAlarm({ sql: tables }: Pick<AuthorityTransaction, "sql">, alarm: LogAlarm): Promise<void> {
  const { at, log, saidBy, code, message } = alarm;
  await tables.insertInto("cooperation.log_alarm").values({ at, log, said_by: saidBy, code, message }).execute();
}

/** The newest first. */
export async function logAlarms(
  { sql: tables }: Pick<AuthorityTransaction, "sql">,
  limit: number,
): Promise<LogAlarm[]> {
  const rows = await tables
    .selectFrom("cooperation.log_alarm")
    .selectAll()
    .orderBy("entry", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ at, log, said_by, code, message }) => ({
    at: instantOf(at),
    log,
    saidBy: authorityIdSchema.parse(said_by),
    code,
    message,
  }));
}

/** Place of the newest event of any matter; 0 when there is none. */
export async function newestPosition({ sql: tables }: Pick<AuthorityTransaction, "sql">): Promise<number> {
  const { rows } = await sql<{ position: string | number | null }>`
    SELECT max(position) AS position FROM cooperation.event`.execute(tables);
  return Number(rows[0]?.position ?? 0);
}
