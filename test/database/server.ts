import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** The folder with the programs of PostgreSQL; undefined where it is not installed. The newest one is taken. */
export function postgresPrograms(): string | undefined {
  const home = "/usr/lib/postgresql";
  const versions = existsSync(home) ? readdirSync(home) : [];
  return versions
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(home, version, "bin"))
    .find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** Why tests on PostgreSQL are skipped, or false. */
export const noPostgres: string | false =
  postgresPrograms() === undefined
    ? "PostgreSQL is not installed; npm run set-up -- --for-tests says how to get it"
    : false;

/** A PostgreSQL of its own, on a socket in its own folder, that ends with the process that started it. */
export interface PostgresServer extends AsyncDisposable {
  /** The address of a database for a user; nobody but this account can reach the socket. */
  address(user: string, database: string): string;
  /** `kill -9` of the server, and its start on the same data. */
  crashAndRestart(): Promise<void>;
  /** Runs statements as the superuser. */
  asSuperuser(database: string, ...statements: string[]): Promise<pg.QueryResult[]>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root, so that root starts it as the user that the package made. */
function account(): { readonly user: number; readonly group: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { user: id("-u"), group: id("-g") };
}

/**
 * Starts a server on fresh data below the folder for temporary files.
 *
 * @param settings - Settings of the server by name; what is not said is as PostgreSQL comes, so `fsync` is on.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error("PostgreSQL is not installed");
  const who = account();
  const folder = await mkdtemp(join(tmpdir(), "justitia-postgres-"));
  if (who !== undefined) await chown(folder, who.user, who.group);
  // The signal at the parent's death keeps a killed test run from leaving servers behind.
  const command = [
    ...["--pdeathsig", "INT"],
    ...(who === undefined ? [] : [`--reuid=${who.user}`, `--regid=${who.group}`, "--clear-groups"]),
  ];
  const data = join(folder, "data");
  const made = spawnSync(
    "setpriv",
    [
      ...command,
      join(programs, "initdb"),
      "-D",
      data,
      "-U",
      "postgres",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "-N",
    ],
    { cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ""}`);
  const given = Object.entries({ listen_addresses: "", unix_socket_directories: folder, ...settings });
  const address = (user: string, database: string): string =>
    `postgres://${user}@/${database}?host=${encodeURIComponent(folder)}`;
  let server: ChildProcess | undefined;
  let said = "";

  const start = async (): Promise<void> => {
    const options = given.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn("setpriv", [...command, join(programs, "postgres"), "-D", data, ...options], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    server = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
      const client = new pg.Client({ connectionString: address("postgres", "postgres") });
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const end = async (signal: "SIGINT" | "SIGKILL"): Promise<void> => {
    const child = server;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  };
  const stop = async (): Promise<void> => {
    await end("SIGINT");
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return {
    address,
    crashAndRestart: async () => {
      await end("SIGKILL");
      // The children of a killed server notice it a little later, and until then nothing else may start on the data.
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await start();
        } catch (error) {
          if (attempt === 100) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
    asSuperuser: async (database, ...statements) => {
      const client = new pg.Client({ connectionString: address("postgres", database) });
      await client.connect();
      try {
        const results: pg.QueryResult[] = [];
        for (const statement of statements) results.push(await client.query(statement));
        return results;
      } finally {
        await client.end();
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
