import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { sql } from "kysely";
import {
  type CooperationDatabase,
  createStore,
  instantSchema,
  migratePostgres,
  openPGlite,
  openPostgres,
  type Store,
} from "../../src/cooperation/index.ts";
import { blankDatabase } from "./blank.ts";
import { keysOfMatters } from "./matters.ts";
import { noPostgres, startPostgres } from "./server.ts";

/** A fresh, migrated database of one engine. */
export interface Trial extends AsyncDisposable {
  readonly database: CooperationDatabase;
  readonly store: Store;
  /** Another way in, for a second writer; the same one where the engine has only one. */
  readonly second: CooperationDatabase;
  /** Runs a statement as the owner of all, who is not held by row-level security. */
  asOwner(statement: string): Promise<readonly Record<string, unknown>[]>;
}

export const began = instantSchema.parse("2026-01-05T08:00:00.000Z");

/** Creates a database on a server with an owner and a login for the application, and gives their addresses. */
export async function makeAuthority(
  server: Awaited<ReturnType<typeof startPostgres>>,
  name: string,
): Promise<{ readonly owner: string; readonly application: string }> {
  await server.asSuperuser(
    "postgres",
    `CREATE ROLE ${name}_owner LOGIN CREATEROLE`,
    `CREATE ROLE ${name}_application LOGIN`,
    `CREATE DATABASE ${name} OWNER ${name}_owner`,
  );
  const owner = server.address(`${name}_owner`, name);
  await migratePostgres({ connectionString: owner }, began);
  await server.asSuperuser("postgres", `GRANT justitia_application TO ${name}_application`);
  return { owner, application: server.address(`${name}_application`, name) };
}

export async function openPostgresTrial(settings: Readonly<Record<string, string>> = {}): Promise<Trial> {
  const server = await startPostgres(settings);
  try {
    const { application } = await makeAuthority(server, "bensalem");
    const database = await openPostgres({ connectionString: application }, keysOfMatters);
    const second = await openPostgres({ connectionString: application, connections: 2 }, keysOfMatters);
    return {
      database,
      second,
      store: createStore(database),
      asOwner: async (statement) => (await server.asSuperuser("bensalem", statement)).flatMap(({ rows }) => rows),
      async [Symbol.asyncDispose]() {
        await database.close();
        await second.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function openPGliteTrial(): Promise<Trial> {
  const database = await openPGlite(undefined, began, keysOfMatters, await blankDatabase());
  if ("heldBy" in database) throw new Error("memory is locked by nobody");
  return {
    database,
    second: database,
    store: createStore(database),
    asOwner: (statement) =>
      database.sql.connection().execute(async (connection) => {
        await sql`RESET ROLE`.execute(connection);
        try {
          return (await sql<Record<string, unknown>>`${sql.raw(statement)}`.execute(connection)).rows;
        } finally {
          await sql`SET ROLE justitia_application`.execute(connection);
        }
      }),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** The engines, each with why it cannot be tried here. */
const engines = [
  { name: "PostgreSQL", skip: noPostgres, open: () => openPostgresTrial({ fsync: "off" }) },
  { name: "PGlite", skip: false, open: openPGliteTrial },
] as const;

/** Defines the same tests once for each engine; they share one database. */
export function onEachEngine(define: (trial: () => Trial, engine: "PostgreSQL" | "PGlite") => void): void {
  for (const { name, skip, open } of engines) {
    describe(`on ${name}`, { skip }, () => {
      let opened: Trial | undefined;
      before(async () => {
        opened = await open();
      });
      after(() => opened?.[Symbol.asyncDispose]());
      define(() => {
        if (opened === undefined) throw new Error("the trial is open only within a test");
        return opened;
      }, name);
    });
  }
}

/** A folder of its own that goes when it is let go. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "justitia-database-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
