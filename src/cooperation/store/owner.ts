import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Instant } from "../words/index.ts";
import { type LockHolder, takeFolderLock } from "./folder-lock.ts";
import type { Tables } from "./tables.ts";

/** Where the database of an authority is: on PostgreSQL, reached as the owner of the tables, or in a folder. */
export type OwnedPlace =
  | { readonly engine: "postgresql"; readonly owner: string }
  | { readonly engine: "pglite"; readonly folder: string };

/** A database reached as its owner, who is not held by row-level security: for backups, never for the program at work. */
export interface OwnedDatabase extends AsyncDisposable {
  readonly engine: "postgresql" | "pglite";
  readonly sql: Kysely<Tables>;
}

/**
 * Opens a database as its owner. Nothing is migrated.
 *
 * @returns The database, or who works in the folder (undefined where that cannot be read).
 * @throws Error of the engine where it cannot be reached.
 */
export async function openOwned(
  place: OwnedPlace,
  now: Instant,
): Promise<OwnedDatabase | { readonly heldBy: LockHolder | undefined }> {
  if (place.engine === "postgresql") {
    // One connection that stays, because the role belongs to it.
    const pool = new pg.Pool({ connectionString: place.owner, max: 1, idleTimeoutMillis: 0 });
    pool.on("error", () => undefined);
    const opened = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    try {
      await actAsOwner(opened);
    } catch (error) {
      await opened.destroy();
      throw error;
    }
    return { engine: "postgresql", sql: opened, [Symbol.asyncDispose]: () => opened.destroy() };
  }
  const lock = await takeFolderLock(place.folder, now);
  if ("heldBy" in lock) return lock;
  try {
    const engine = await PGlite.create({ dataDir: join(place.folder, "pglite") });
    const opened = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: engine }) });
    return {
      engine: "pglite",
      sql: opened,
      [Symbol.asyncDispose]: async () => {
        await opened.destroy();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Works as the role that owns the tables, which itself can log in nowhere; does nothing where there are none yet. */
async function actAsOwner(connection: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ owner: string }>`SELECT tableowner AS owner FROM pg_catalog.pg_tables
    WHERE schemaname = 'cooperation' AND tablename = 'migration'`.execute(connection);
  const [found] = rows;
  if (found !== undefined) await sql`SET ROLE ${sql.id(found.owner)}`.execute(connection);
}
