/**
 * Events per second through the store, against bare inserts of the same rows in the same PostgreSQL, in turns:
 * `node benchmarks/contestants/event-append.ts [events of each turn] [writers] [events of
 * a command]`. The bare inserts commit every event by itself, the store every command; fsync is on. Writes one line of JSON.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { createStore, eventDigest, type MatterId, matterIdSchema, openPostgres } from "../../src/cooperation/index.ts";
import {
  event,
  fold,
  identifiers,
  minute,
  newCommand,
  newMatter,
  office,
  system,
} from "../../test/database/matters.ts";
import { startPostgres } from "../../test/database/server.ts";
import { makeAuthority } from "../../test/database/trial.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const events = Number(positionals[0] ?? 2000);
const writers = Number(positionals[1] ?? 8);
const perCommand = Number(positionals[2] ?? 1);
const rounds = 3;
const perMatter = 60;
const data = { facts: "x".repeat(300) };

/** Shares the matters of a turn among the writers, and gives events per second. */
async function turn(write: (matter: MatterId) => Promise<void>): Promise<number> {
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
  return (events / (performance.now() - begun)) * 1000;
}

const projection = fold([event(newMatter(), 1, "considered", { office: office("central") })]);

await using server = await startPostgres();
const { application, owner } = await makeAuthority(server, "utopia");
await server.asSuperuser(
  "utopia",
  `CREATE TABLE bare_event (matter uuid, sequence integer, id uuid, name text, at timestamptz, by jsonb, data jsonb,
     digest text, PRIMARY KEY (matter, sequence))`,
  "GRANT ALL ON bare_event TO utopia_owner",
);
await using database = await openPostgres({ connectionString: application, connections: writers });
const store = createStore(database);
const pool = new pg.Pool({ connectionString: owner, max: writers });
// The server ends before the last connection has said goodbye.
pool.on("error", () => undefined);

const ours = (): Promise<number> =>
  turn(async (matter) => {
    for (let sequence = 1; sequence <= perMatter; sequence += perCommand) {
      const made = Array.from({ length: perCommand }, (_, index) =>
        event(matter, sequence + index, "considered", data),
      );
      const at = minute(sequence);
      const outcome = await store.append(system, {
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
const bare = (): Promise<number> =>
  turn(async (matter) => {
    for (let sequence = 1; sequence <= perMatter; sequence += 1) {
      const made = event(matter, sequence, "considered", data);
      await pool.query("INSERT INTO bare_event VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", [
        made.matter,
        sequence,
        made.id,
        made.name,
        made.at,
        JSON.stringify(made.by),
        JSON.stringify(made.data),
        eventDigest(made),
      ]);
    }
  });

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
await ours();
await bare();
const perSecond = { ours: [] as number[], bare: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  perSecond.ours.push(Math.round(await ours()));
  perSecond.bare.push(Math.round(await bare()));
}
await pool.end();
const ratio = median(perSecond.ours) / median(perSecond.bare);
process.stdout.write(
  `${JSON.stringify({ events, writers, perCommand, perSecond, ratio: Math.round(ratio * 1000) / 1000 })}\n`,
);
