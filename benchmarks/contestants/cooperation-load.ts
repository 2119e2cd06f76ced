/**
 * An authority with many matters under eight people at once: how long a page of the queue, a matter and a transition
 * take through the service, on PostgreSQL: `cooperation-load.ts [matters] [events of each] [rounds of each person]`.
 * The load is made from a seed. Writes one line of JSON.
 */
import { parseArgs } from "node:util";
import {
  createStore,
  historyFaults,
  openPostgres,
  type StoredMatter,
  type Worker,
} from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { emptyAuthority, fill } from "../../test/database/load.ts";
import { keysOfMatters, system } from "../../test/database/matters.ts";
import { startPostgres } from "../../test/database/server.ts";
import { makeAuthority } from "../../test/database/trial.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const matters = Number(positionals[0] ?? 100_000);
const events = Number(positionals[1] ?? 50);
const rounds = Number(positionals[2] ?? 40);

await using server = await startPostgres({ shared_buffers: "512MB", max_wal_size: "4GB", effective_cache_size: "2GB" });
const { application } = await makeAuthority(server, "utopia");
await using database = await openPostgres({ connectionString: application, connections: 8 }, keysOfMatters);
const random = createRandom(20_261_121, 1);
const loaded = await emptyAuthority(database, random);
const begun = performance.now();
await fill(loaded, {
  superuser: server.address("postgres", "utopia"),
  matters,
  events,
  random,
  progress: (done) => {
    if (done % 5000 < 50)
      process.stderr.write(`${done} matters, ${Math.round((performance.now() - begun) / 1000)} s\n`);
  },
});
const loadSeconds = (performance.now() - begun) / 1000;
await server.asSuperuser("utopia", "VACUUM ANALYZE");

const { authority, officers, clock, newId } = loaded;
const store = createStore(database);
const times = new Map<string, number[]>();
async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const from = performance.now();
  const value = await work();
  const found = times.get(what) ?? [];
  found.push(performance.now() - from);
  times.set(what, found);
  return value;
}

/** What a person does all day: looks at the queue, turns a page, opens a matter, takes a step. */
async function person(who: Worker, steps: number): Promise<void> {
  let after: Parameters<typeof authority.queue>[2]["after"];
  for (let step = 0; step < steps; step += 1) {
    // The page shows both.
    const page = await timed("queue", async () => {
      const found = await authority.queue(who, { open: true }, { size: 50, ...(after === undefined ? {} : { after }) });
      await timed("alarms", () => authority.alarms(who));
      return found;
    });
    after = page.next;
    const chosen: StoredMatter | undefined = page.matters[Math.floor(page.matters.length * random.uniform())];
    if (chosen === undefined) continue;
    const view = await timed("view", () => authority.view(who, chosen.matter));
    if (view === undefined) throw new Error("what was listed can be read");
    clock.milliseconds += 1000;
    const name = view.matter.state === "draft" && step % 2 === 0 ? "submitted" : "note";
    const outcome = await timed("transition", () =>
      authority.command(who, {
        id: newId(),
        matter: chosen.matter,
        expectedSequence: view.matter.sequence,
        name,
        data: name === "note" ? { text: "Called back." } : {},
      }),
    );
    if (outcome.kind !== "done" && outcome.kind !== "conflict") throw new Error(JSON.stringify(outcome));
  }
}

const everybody = (steps: number): Promise<unknown> => Promise.all(officers.map((who) => person(who, steps)));
await everybody(5);
times.clear();
const measuring = performance.now();
await everybody(rounds);
const seconds = (performance.now() - measuring) / 1000;

const sample = await store.queue(system, {}, { size: 200 });
let faults = 0;
for (const { matter } of sample.matters) faults += historyFaults(await store.events(system, matter)).length;
const [counts] = await server.asSuperuser(
  "utopia",
  "SELECT (SELECT count(*) FROM cooperation.matter)::integer AS matters, (SELECT count(*) FROM cooperation.event)::integer AS events, pg_database_size(current_database())::bigint AS bytes",
);
const percentile = (values: readonly number[], share: number): number =>
  Math.round(([...values].sort((one, other) => one - other)[Math.ceil(values.length * share) - 1] ?? Number.NaN) * 10) /
  10;
process.stdout.write(
  `${JSON.stringify({
    ...counts?.rows[0],
    loadSeconds: Math.round(loadSeconds),
    people: 8,
    seconds: Math.round(seconds * 10) / 10,
    milliseconds: Object.fromEntries(
      [...times].map(([what, values]) => [
        what,
        {
          times: values.length,
          p50: percentile(values, 0.5),
          p95: percentile(values, 0.95),
          most: percentile(values, 1),
        },
      ]),
    ),
    historyFaults: faults,
  })}\n`,
);
