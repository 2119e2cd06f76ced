import { type Kysely, sql, type Transaction } from "kysely";
import { z } from "zod";
import type { Instant } from "../words/index.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import type { Tables } from "./tables.ts";

/** A table as it is written down: its rows come in the order of its key. */
export interface DumpedTable {
  readonly table: string;
  readonly key: readonly string[];
}

const sequenceSchema = z.object({ sequence: z.string(), last: z.coerce.number().nullable() });
/** A row of numbers that the database gives out; null where none was given out yet. */
export type DumpedSequence = z.infer<typeof sequenceSchema>;

const migrationSchema = z.object({ number: z.int(), name: z.string(), digest: z.string() });
/** A migration that was applied. */
export type AppliedMigration = z.infer<typeof migrationSchema>;

type Connection = Kysely<Tables> | Transaction<Tables>;

/** Rows that are fetched, and written, at a time. */
const rowsAtOnce = 1000;

const named = (table: string) => sql.raw(`cooperation."${table.replaceAll('"', '""')}"`);

/**
 * Begins to read everything as of one moment; others go on writing meanwhile.
 *
 * Rows are text that does not depend on the settings of the server or the session.
 */
export function ofOneMoment<Value>(
  owner: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<Value>,
): Promise<Value> {
  return owner
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (transaction) => {
      await asText(transaction);
      return await work(transaction);
    });
}

async function asText(transaction: Transaction<Tables>): Promise<void> {
  await sql`SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
    set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)`.execute(transaction);
}

/** The tables of an authority, those that others refer to first; the record of the migrations is not among them. */
export async function dumpedTables(connection: Connection): Promise<DumpedTable[]> {
  const { rows } = await sql<{ table: string; key: string[] | null; needs: string[] }>`
    SELECT c.relname AS "table",
      (SELECT array_agg(a.attname::text ORDER BY k.place)
         FROM pg_catalog.pg_index AS i, unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place), pg_catalog.pg_attribute AS a
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.number) AS key,
      ARRAY(SELECT DISTINCT f.relname::text FROM pg_catalog.pg_constraint AS r JOIN pg_catalog.pg_class AS f ON f.oid = r.confrelid
         WHERE r.conrelid = c.oid AND r.contype = 'f' AND r.confrelid <> c.oid) AS needs
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'cooperation' AND c.relkind = 'r' AND c.relname <> 'migration' ORDER BY c.relname COLLATE "C"`.execute(
    connection,
  );
  const left = new Map(rows.map((row) => [row.table, row]));
  const ordered: DumpedTable[] = [];
  while (left.size > 0) {
    const next = [...left.values()].find(({ needs }) => needs.every((need) => !left.has(need)));
    if (next === undefined) throw new TypeError("tables refer to each other in a circle");
    if (next.key === null) throw new TypeError(`table ${next.table} has no key by which its rows could be ordered`);
    left.delete(next.table);
    ordered.push({ table: next.table, key: next.key });
  }
  return ordered;
}

export async function countRows(connection: Connection, table: string): Promise<number> {
  const { rows } = await sql<{ count: string | number }>`SELECT count(*) AS count FROM ${named(table)}`.execute(
    connection,
  );
  return Number(rows[0]?.count);
}

/** The rows of a table as JSON texts, in the order of its key, in any database alike. */
export async function* dumpedRows(
  transaction: Transaction<Tables>,
  { table, key }: DumpedTable,
): AsyncGenerator<readonly string[]> {
  const types = await sql<{ name: string; text: boolean }>`
    SELECT attname::text AS name, atttypid = 'text'::regtype AS text FROM pg_catalog.pg_attribute
    WHERE attrelid = ${`cooperation."${table}"`}::regclass AND attnum > 0`.execute(transaction);
  const isText = new Set(types.rows.filter(({ text }) => text).map(({ name }) => name));
  // Two hosts may sort letters differently; bytes are sorted alike everywhere.
  const order = key.map((column) => `"${column}"${isText.has(column) ? ' COLLATE "C"' : ""}`).join(", ");
  await sql`DECLARE dumped NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM ${named(table)} AS t ORDER BY ${sql.raw(order)}`.execute(
    transaction,
  );
  try {
    for (;;) {
      const { rows } = await sql<{ row: string }>`FETCH ${sql.raw(`${rowsAtOnce}`)} FROM dumped`.execute(transaction);
      if (rows.length === 0) return;
      yield rows.map(({ row }) => row);
    }
  } finally {
    await sql`CLOSE dumped`.execute(transaction);
  }
}

/** Writes rows as `dumpedRows` gave them. */
export async function restoreRows(connection: Connection, table: string, rows: readonly string[]): Promise<void> {
  await sql`INSERT INTO ${named(table)} OVERRIDING SYSTEM VALUE
    SELECT * FROM json_populate_recordset(NULL::${named(table)}, ${`[${rows.join(",")}]`}::text::json)`.execute(
    connection,
  );
}

/** Every row of numbers, and the last number that was given out. */
export async function dumpedSequences(connection: Connection): Promise<DumpedSequence[]> {
  const { rows } = await sql`SELECT sequencename AS sequence, last_value AS last FROM pg_catalog.pg_sequences
    WHERE schemaname = 'cooperation' ORDER BY sequencename COLLATE "C"`.execute(connection);
  return z.array(sequenceSchema).parse(rows);
}

/** Goes on numbering after what was given out. */
export async function restoreSequences(connection: Connection, sequences: readonly DumpedSequence[]): Promise<void> {
  for (const { sequence, last } of sequences)
    if (last !== null)
      await sql`SELECT setval(${`cooperation."${sequence}"`}::regclass, ${last}::bigint)`.execute(connection);
}

/** Whether a database was ever given a form; an empty one was not. */
export async function hasMigrations(connection: Connection): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    SELECT to_regclass('cooperation.migration') IS NOT NULL AS there`.execute(connection);
  return rows[0]?.there === true;
}

export async function appliedMigrations(connection: Connection): Promise<AppliedMigration[]> {
  const { rows } = await sql`SELECT number, name, digest FROM cooperation.migration ORDER BY number`.execute(
    connection,
  );
  return z.array(migrationSchema).parse(rows);
}

/**
 * Gives an empty database the form that another one had.
 *
 * @throws Error where this program does not know those migrations: it is older, or another one.
 */
export async function migrateAs(
  owner: Kysely<Tables>,
  wanted: readonly AppliedMigration[],
  now: Instant,
): Promise<void> {
  const until = migrations.slice(0, wanted.length);
  if (until.length < wanted.length)
    throw new Error(
      `The backup is of a newer program: it has migration ${wanted.length}, this program ${until.length}.`,
    );
  await migrate(owner, now, until);
  const made = await appliedMigrations(owner);
  const other = wanted.find(({ digest }, index) => made[index]?.digest !== digest);
  if (other !== undefined) throw new Error(`Migration ${other.number} (${other.name}) is another one in this program.`);
}

/** Brings a database that was restored to the form that this program needs. @returns names of the migrations applied */
export const migrateFurther = (owner: Kysely<Tables>, now: Instant): Promise<string[]> => migrate(owner, now);
