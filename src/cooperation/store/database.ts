import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { MatterKeys } from "../matter-keys/index.ts";
import type { Instant } from "../words/index.ts";
import { isThere, type LockHolder, takeFolderLock } from "./folder-lock.ts";
import { type KeyRing, keyRing } from "./key-ring.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { preparing } from "./prepared.ts";
import { sealOpen } from "./seal-open.ts";
import type { Tables } from "./tables.ts";

/** What a database promises about an acknowledged write. */
export interface Durability {
  readonly engine: "postgresql" | "pglite";
  /** The write survives the end of the program, also by `kill -9`. */
  readonly survivesKill: boolean;
  /** The write survives a loss of power, as far as the disk tells the truth. */
  readonly survivesPowerLoss: boolean;
  /** The settings from which this was concluded, such as `fsync=on`. */
  readonly because: readonly string[];
}

/** A migrated database, reached under the application's role, which owns nothing. */
export interface CooperationDatabase extends AsyncDisposable {
  readonly engine: "postgresql" | "pglite";
  readonly sql: Kysely<Tables>;
  /** The keys of the matters. */
  readonly keys: KeyRing;
  durability(): Promise<Durability>;
  close(): Promise<void>;
}

export interface PostgresAddress {
  /** Such as `postgres://name:secret@host:5432/database`, or with `?host=/folder/of/the/socket`. */
  readonly connectionString: string;
  /** To act as from the beginning, such as the owner of the tables. */
  readonly role?: string;
  /** Most connections at a time; 10 unless said. */
  readonly connections?: number;
  /** Told of connections that fail while nobody uses them; the pool replaces them. */
  readonly onIdleFailure?: (error: Error) => void;
}

function pool({ connectionString, role, connections = 10, onIdleFailure }: PostgresAddress): pg.Pool {
  const acting = role === undefined ? {} : { options: `-c role=${role.replaceAll(/[\\\s]/g, "\\$&")}` };
  const made = new pg.Pool({ connectionString, max: connections, ...acting });
  made.on("error", (error) => onIdleFailure?.(error));
  // A connection that fails between two statements of a transaction tells nobody else, and would end the program.
  made.on("connect", (client) => client.on("error", () => undefined));
  return made;
}

/**
 * Brings a PostgreSQL database to the newest form, as its owner.
 *
 * @returns The names of the migrations that were applied now.
 * @throws Error of PostgreSQL, also where the owner may not create the role `justitia_application` (then an
 *   administrator runs `CREATE ROLE justitia_application NOLOGIN` once).
 */
export async function migratePostgres(owner: PostgresAddress, now: Instant): Promise<string[]> {
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool({ ...owner, connections: 1 }) }) });
  try {
    return await migrate(database, now);
  } finally {
    await database.destroy();
  }
}

/**
 * Opens a migrated PostgreSQL database for the application.
 *
 * @param address - Of a login role that is a member of `justitia_application` and nothing more.
 * @param keys - Of the matters: what was kept in the open by an older program is closed with them now.
 * @throws SealBroken where they are not those that the matters were closed with.
 * @throws Error where the login is a superuser, goes around row-level security, or owns the tables.
 */
export async function openPostgres(address: PostgresAddress, keys: MatterKeys): Promise<CooperationDatabase> {
  const ring = keyRing(keys);
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(pool(address)) }) });
  const close = (): Promise<void> => database.destroy();
  try {
    const { rows } = await sql<{ name: string; may_too_much: boolean }>`
      SELECT current_user AS name, rolsuper OR rolbypassrls OR EXISTS (
        SELECT FROM pg_tables WHERE schemaname = 'cooperation' AND pg_has_role(current_user, tableowner, 'MEMBER')
      ) AS may_too_much FROM pg_roles WHERE rolname = current_user`.execute(database);
    if (rows[0] === undefined || rows[0].may_too_much)
      throw new Error(
        `The login ${rows[0]?.name ?? "(unknown)"} could change what was recorded: it is a superuser, goes around ` +
          "row-level security or owns the tables. Give the application a login of its own that is a member of justitia_application.",
      );
    await demandNewest(database);
    await sealOpen(database, ring);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    engine: "postgresql",
    sql: database,
    keys: ring,
    durability: async () => {
      const { rows } = await sql<{ name: string; setting: string }>`
        SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`.execute(database);
      return {
        engine: "postgresql",
        // Without synchronous commit a crash of the server forgets the last commits even where the disk is sound.
        survivesKill: rows.every(({ name, setting }) => name !== "synchronous_commit" || setting !== "off"),
        survivesPowerLoss: rows.length === 3 && rows.every(({ setting }) => setting !== "off"),
        because: rows.map(({ name, setting }) => `${name}=${setting}`),
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws Error where the database lacks a migration, or has one that this program does not know. */
async function demandNewest(database: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ known: boolean }>`
    SELECT to_regprocedure('cooperation.newest_migration()') IS NOT NULL AS known`.execute(database);
  const found =
    rows[0]?.known === true
      ? await sql<{ number: number }>`SELECT cooperation.newest_migration() AS number`.execute(database)
      : { rows: [] };
  const number = found.rows[0]?.number ?? 0;
  if (number < migrations.length)
    throw new Error("The database is older than this program: bring it to the newest form first.");
  if (number > migrations.length) throw new Error("The database is newer than this program: use the newer program.");
}

/** A migrated database of PGlite in which nothing stands yet. */
export type BlankPGlite = Blob;

/**
 * Makes a database to begin others from: a copy of it is there several times sooner than one that PGlite makes by itself
 * and the migrations bring to the newest form.
 */
export async function blankPGlite(now: Instant): Promise<BlankPGlite> {
  const engine = await PGlite.create();
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: engine }) });
  try {
    await migrate(database, now);
    return await engine.dumpDataDir("none");
  } finally {
    await database.destroy();
  }
}

/**
 * Opens, and migrates, PGlite for trying out, tests and a single seat: behind a lock of its own on the folder, because
 * PGlite takes none and two processes on one folder lose rows.
 *
 * @param folder - Undefined keeps everything in memory.
 * @param blank - What a database that is not there yet begins from.
 * @returns The database, or who works in the folder (undefined where that cannot be read).
 */
export async function openPGlite(
  folder: string | undefined,
  now: Instant,
  keys: MatterKeys,
  blank?: BlankPGlite,
): Promise<CooperationDatabase | { readonly heldBy: LockHolder | undefined }> {
  const ring = keyRing(keys);
  const lock = folder === undefined ? undefined : await takeFolderLock(folder, now);
  if (lock !== undefined && "heldBy" in lock) return lock;
  let database: Kysely<Tables> | undefined;
  const close = async (): Promise<void> => {
    await database?.destroy();
    lock?.release();
  };
  try {
    const dataDir = folder === undefined ? undefined : join(folder, "pglite");
    const begins = blank !== undefined && (dataDir === undefined || !(await isThere(dataDir)));
    const engine = await PGlite.create({
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(begins ? { loadDataDir: blank } : {}),
    });
    database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: engine }) });
    await migrate(database, now);
    await sql`SET ROLE justitia_application`.execute(database);
    await sealOpen(database, ring);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    engine: "pglite",
    sql: database,
    keys: ring,
    durability: async () => ({
      engine: "pglite",
      survivesKill: folder !== undefined,
      survivesPowerLoss: false,
      because: folder === undefined ? ["kept in memory"] : ["PGlite never calls fsync"],
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The sentence for whoever finds a PGlite folder in use. */
export function inUse(folder: string, holder: LockHolder | undefined): string {
  const who = holder === undefined ? "Another process" : `Process ${holder.process} on ${holder.host}`;
  const since = holder === undefined ? "" : ` since ${holder.since}`;
  return `${who} has worked in ${folder}${since}. PGlite takes one process at a time: end that one, or use PostgreSQL.`;
}
