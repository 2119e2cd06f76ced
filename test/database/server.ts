import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { z } from "zod";

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

const shortly = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A PostgreSQL of its own, on a socket in its own folder, that ends with the process that started it. */
export interface PostgresServer extends AsyncDisposable {
  /** The address of a database for a user; nobody but this account can reach the socket. */
  address(user: string, database: string): string;
  /** `kill -9` of the server, and its start on the same data. */
  crashAndRestart(): Promise<void>;
  /** `kill -9` of one of the processes that work for the server, which then ends all others and starts again by itself. */
  killProcess(choose: (kinds: readonly string[]) => number): Promise<void>;
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
    await answering();
  };
  const answering = async (): Promise<void> => {
    for (;;) {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null)
        throw new Error(`PostgreSQL did not start: ${said}`);
      const client = new pg.Client({ connectionString: address("postgres", "postgres") });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await shortly(50);
      }
    }
  };
  const asSuperuser: PostgresServer["asSuperuser"] = async (database, ...statements) => {
    const client = new pg.Client({ connectionString: address("postgres", database) });
    await client.connect();
    try {
      const results: pg.QueryResult[] = [];
      for (const statement of statements) results.push(await client.query(statement));
      return results;
    } finally {
      await client.end();
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
          await shortly(100);
        }
      }
    },
    killProcess: async (choose) => {
      const [found] = await asSuperuser(
        "postgres",
        "SELECT pid, backend_type AS kind FROM pg_stat_activity WHERE pid <> pg_backend_pid() ORDER BY kind, pid",
      );
      const processes = z.array(z.object({ pid: z.int(), kind: z.string() })).parse(found?.rows);
      const chosen = processes[choose(processes.map(({ kind }) => kind))];
      if (chosen === undefined) throw new RangeError("there is no such process");
      process.kill(chosen.pid, "SIGKILL");
      // The server notices when it reaps the process; until then it goes on answering.
      for (let attempt = 0; existsSync(`/proc/${chosen.pid}`) && attempt < 1000; attempt += 1) await shortly(5);
      await answering();
    },
    asSuperuser,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
