import { type Kysely, sql, type Transaction } from "kysely";
import { digestOf, type Instant } from "../words/index.ts";
import { type Migration, migrations } from "./migrations/index.ts";
import type { Tables } from "./tables.ts";

/** What the text of a migration comes to. */
const digestOfMigration = ({ statements }: Migration): string => digestOf(statements.join(";\n"));

/**
 * Brings a database to the newest form: applies, as the owner, the migrations that it lacks, all or none of them.
 *
 * @param wanted - Every migration, in order; only tests hand in others than the program's.
 * @returns The names of the migrations that were applied now.
 * @throws Error where a migration was changed after it was applied, or the database is newer than the program.
 */
export async function migrate(
  owner: Kysely<Tables>,
  now: Instant,
  wanted: readonly Migration[] = migrations,
): Promise<string[]> {
  return owner.transaction().execute(async (transaction) => {
    // Two programs that start at once take turns.
    await sql`SELECT pg_advisory_xact_lock(1247106644, 2)`.execute(transaction);
    await sql`CREATE SCHEMA IF NOT EXISTS cooperation`.execute(transaction);
    await sql`CREATE TABLE IF NOT EXISTS cooperation.migration (
      number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, at timestamptz NOT NULL)`.execute(
      transaction,
    );
    const done = await applied(transaction);
    if (done.length > wanted.length)
      throw new Error(
        `The database knows migration ${done.length} and this program only ${wanted.length}: use the newer program.`,
      );
    const names: string[] = [];
    for (const [index, migration] of wanted.entries()) {
      const digest = digestOfMigration(migration);
      const record = done[index];
      if (record === undefined) {
        for (const statement of migration.statements) await sql.raw(statement).execute(transaction);
        await sql`INSERT INTO cooperation.migration VALUES (${migration.number}, ${migration.name}, ${digest}, ${now})`.execute(
          transaction,
        );
        names.push(migration.name);
      } else if (record.number !== migration.number || record.digest !== digest) {
        throw new Error(
          `Migration ${migration.number} (${migration.name}) is not the one that was applied to the database as ` +
            `${record.number} (${record.name}): migrations are never changed, write a new one.`,
        );
      }
    }
    return names;
  });
}

async function applied(transaction: Transaction<Tables>): Promise<{ number: number; name: string; digest: string }[]> {
  const { rows } = await sql<{ number: number; name: string; digest: string }>`
    SELECT number, name, digest FROM cooperation.migration ORDER BY number`.execute(transaction);
  return rows;
}
