import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import pg from "pg";
import type { Instant } from "../words/index.ts";
import { migratePostgres } from "./database.ts";

/** The roles of an authority's database. */
interface DatabaseRoles {
  /** Owns everything and can log in nowhere: only who may act as it changes tables. */
  readonly owner: string;
  /** The login of the program: a member of `justitia_application` and nothing more. */
  readonly application: string;
}

/** Why a database was not set up. */
export interface SetUpProblem {
  readonly problem: "holds-an-authority" | "may-not-create-roles" | "role-taken";
  readonly found: string;
}

const rolesOf = (database: string): DatabaseRoles => ({
  owner: `${database}_justitia_owner`,
  application: `${database}_justitia`,
});

const quoted = (name: string): string => pg.escapeIdentifier(name);

/**
 * What PostgreSQL keeps of a password (RFC 5803), so that the password itself is in no statement and no log of the server.
 */
function scramVerifier(password: string, salt: Uint8Array): string {
  const iterations = 4096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const keyed = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(keyed("Client Key")).digest("base64");
  const server = keyed("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString("base64")}$${stored}:${server}`;
}

/** The same address with another login. */
function addressFor(connectionString: string, user: string, password: string): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return connectionString.replace(/^(postgres(?:ql)?:\/\/)(?:[^@/?]*@)?/, `$1${login}@`);
}

/**
 * Makes an empty PostgreSQL database ready for an authority: a role that owns the tables and cannot log in, a login for
 * the program that can change no history, nobody else let in, and every migration.
 *
 * @param administrator - Address of the empty database, of a login that may create roles.
 * @param chance - For the password of the login and its salt.
 * @returns The address of the program's login, with its password; or why nothing was done.
 * @throws Error of PostgreSQL, such as when it cannot be reached.
 */
export async function setUpPostgres(
  administrator: string,
  chance: (bytes: number) => Uint8Array,
  now: Instant,
): Promise<{ readonly application: string } | SetUpProblem> {
  const client = new pg.Client({ connectionString: administrator });
  await client.connect();
  try {
    const { rows } = await client.query<{ database: string; powerful: boolean; held: boolean }>(
      `SELECT current_database() AS database,
         rolsuper OR (rolcreaterole AND pg_has_role(current_user, d.datdba, 'MEMBER')) AS powerful,
         EXISTS (SELECT FROM pg_namespace WHERE nspname = 'cooperation') AS held
       FROM pg_roles, pg_database AS d WHERE rolname = current_user AND d.datname = current_database()`,
    );
    const [found] = rows;
    if (found === undefined) throw new Error("PostgreSQL does not say who is connected");
    const { database, powerful, held } = found;
    if (held) return { problem: "holds-an-authority", found: database };
    if (!powerful) return { problem: "may-not-create-roles", found: database };
    const { owner, application } = rolesOf(database);
    const taken = await client.query<{ rolname: string }>("SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)", [
      [owner, application],
    ]);
    const [other] = taken.rows;
    if (other !== undefined) return { problem: "role-taken", found: other.rolname };

    const password = Buffer.from(chance(24)).toString("base64url");
    const verifier = scramVerifier(password, chance(16));
    const shared = await client.query("SELECT FROM pg_roles WHERE rolname = 'justitia_application'");
    for (const statement of [
      "BEGIN",
      ...(shared.rowCount === 0 ? ["CREATE ROLE justitia_application NOLOGIN"] : []),
      `CREATE ROLE ${quoted(owner)} NOLOGIN NOINHERIT`,
      `GRANT ${quoted(owner)} TO CURRENT_USER`,
      `CREATE ROLE ${quoted(application)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
         PASSWORD ${pg.escapeLiteral(verifier)}`,
      `GRANT justitia_application TO ${quoted(application)}`,
      `REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(application)}`,
      `GRANT CONNECT, CREATE ON DATABASE ${quoted(database)} TO ${quoted(owner)}`,
      "COMMIT",
    ])
      await client.query(statement);
    await migratePostgres({ connectionString: administrator, role: owner }, now);
    return { application: addressFor(administrator, application, password) };
  } finally {
    await client.end();
  }
}

/**
 * Brings the database of an authority to the newest form.
 *
 * @param administrator - Address of the database, of a login that may act as the owner of the tables.
 * @returns The names of the migrations that were applied now.
 */
export async function upgradePostgres(administrator: string, now: Instant): Promise<string[]> {
  const client = new pg.Client({ connectionString: administrator });
  await client.connect();
  try {
    const { rows } = await client.query<{ owner: string }>(
      "SELECT tableowner AS owner FROM pg_tables WHERE schemaname = 'cooperation' AND tablename = 'migration'",
    );
    const role = rows[0]?.owner;
    if (role === undefined) throw new Error("the database holds no authority");
    return await migratePostgres({ connectionString: administrator, role }, now);
  } finally {
    await client.end();
  }
}
