/**
 * Events per second through the store, against bare inserts of the same rows in the same PostgreSQL, in turns:
 * `event-append.ts [events of each turn] [writers] [events of a command] [rounds] [microseconds]`. A person acts, so rights are decided
 * in the database. The peer has a table of the same columns with a primary key and nothing else, prepares its statement
 * as the store does, computes the same digests, and commits the events of a command together as the store does, one
 * statement each; both have the same number of connections, and fsync is on. The microseconds are what the disk takes
 * longer to confirm, for both: PostgreSQL waits so long before it flushes (`commit_delay`). Writes one line of JSON; `processor` is what
 * an event takes of the processors, in microseconds, in this process and in all processes of the server: other programs
 * and a slow disk disturb it less than the clock.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import pg from "pg";
import { createStore, eventDigest, type MatterId, matterIdSchema, openPostgres } from "../../src/cooperation/index.ts";
import {
  event,
  fold,
  identifiers,
  keysOfMatters,
  minute,
  newCommand,
  newMatter,
  newPerson,
  office,
} from "../../test/database/matters.ts";
import { startPostgres } from "../../test/database/server.ts";
import { makeAuthority } from "../../test/database/trial.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const events = Number(positionals[0] ?? 2000);
const writers = Number(positionals[1] ?? 8);
const perCommand = Number(positionals[2] ?? 1);
const rounds = Number(positionals[3] ?? 3);
const diskTakesLonger = Number(positionals[4] ?? 0);
const perMatter = 60;
const data = { facts: "x".repeat(300) };

interface Turn {
  /** Events per second. */
  readonly perSecond: number;
  /** Microseconds of processor for each event, here and in the server. */
  readonly program: number;
  readonly server: number;
}

/** Nanoseconds that the processes of the server were on a processor; every one of them lives as long as the measuring. */
async function usedByServer(): Promise<number> {
  const [found] = await server.asSuperuser("utopia", "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
  return (found?.rows ?? [])
    .map(({ pid }: { pid: number }) => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]))
    .reduce((all, nanoseconds) => all + nanoseconds, 0);
}

/** Shares the matters of a turn among the writers. */
async function turn(write: (matter: MatterId) => Promise<void>): Promise<Turn> {
  const before = await usedByServer();
  const since = process.cpuUsage();
  const next = identifiers(Math.floor(performance.now()) % 4096);
  let left = events / perMatter;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await write(matterIdSchema.parse(next()));
      }
    }),
  );
  const perSecond = Math.round((events / (performance.now() - begun)) * 1000);
  const { user, system } = process.cpuUsage(since);
  const used = (await usedByServer()) - before;
  return { perSecond, program: Math.round((user + system) / events), server: Math.round(used / 1000 / events) };
}

const central = office("central");
const projection = fold([event(newMatter(), 1, "considered", { office: central })]);
const by = { kind: "person", person: newPerson(), office: central, role: "case-officer" } as const;

await using server = await startPostgres({ commit_delay: String(diskTakesLonger), commit_siblings: "0" });
const { application, owner } = await makeAuthority(server, "utopia");
await server.asSuperuser(
  "utopia",
  `CREATE TABLE bare_event (matter uuid, sequence integer, id uuid, name text, at timestamptz, by jsonb, data jsonb,
     digest text, previous text, command uuid, PRIMARY KEY (matter, sequence))`,
  "GRANT ALL ON bare_event TO utopia_owner",
);
await using database = await openPostgres({ connectionString: application, connections: writers }, keysOfMatters);
const store = createStore(database);
const pool = new pg.Pool({ connectionString: owner, max: writers });
// The server ends before the last connection has said goodbye.
pool.on("error", () => undefined);

const ours = (): Promise<Turn> =>
  turn(async (matter) => {
    for (let sequence = 1; sequence <= perMatter; sequence += perCommand) {
      const made = Array.from({ length: perCommand }, (_, index) =>
        event(matter, sequence + index, "considered", data, by),
      );
      const at = minute(sequence);
      const outcome = await store.append(by, {
        command: newCommand(),
        at,
        matter,
        expectedSequence: sequence - 1,
        events: made,
        projection: { ...projection, changedAt: at },
      });
      if (outcome.kind !== "appended") throw new Error(JSON.stringify(outcome));
    }
  });
const row = (from: number): string =>
  `(${Array.from({ length: 10 }, (_, index) => `$${from + index + 1}`).join(", ")})`;
const insertion = `INSERT INTO bare_event VALUES ${Array.from({ length: perCommand }, (_, index) => row(10 * index)).join(", ")}`;
const bare = (): Promise<Turn> =>
  turn(async (matter) => {
    let previous: string | null = null;
    for (let sequence = 1; sequence <= perMatter; sequence += perCommand) {
      const command = newCommand();
      const rows: unknown[] = [];
      for (let index = 0; index < perCommand; index += 1) {
        const made = event(matter, sequence + index, "considered", data, by);
        const digest = eventDigest(made);
        const { id, name, at } = made;
        rows.push(
          matter,
          sequence + index,
          id,
          name,
          at,
          JSON.stringify(made.by),
          JSON.stringify(made.data),
          digest,
          previous,
          command,
        );
        previous = digest;
      }
      await pool.query({ name: "bare", text: insertion, values: rows });
    }
  });

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
await ours();
await bare();
const turns = { ours: [] as Turn[], bare: [] as Turn[] };
for (let round = 0; round < rounds; round += 1) {
  turns.ours.push(await ours());
  turns.bare.push(await bare());
}
await pool.end();
const each = (of: (turn: Turn) => number) => ({ ours: turns.ours.map(of), bare: turns.bare.map(of) });
const ratioOf = ({ ours, bare }: ReturnType<typeof each>): number =>
  Math.round((median(ours) / median(bare)) * 1000) / 1000;
const perSecond = each((turn) => turn.perSecond);
const processor = { program: each((turn) => turn.program), server: each((turn) => turn.server) };
process.stdout.write(
  `${JSON.stringify({ events, writers, perCommand, diskTakesLonger, perSecond, ratio: ratioOf(perSecond), processor })}\n`,
);
