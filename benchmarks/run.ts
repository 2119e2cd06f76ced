/**
 * Measures the program against peers in one run: `node benchmarks/run.ts [chicago] [ingest] [rebuild] [cooperation]`. Each contestant runs
 * in a process of its own, in turns, and the median counts. Writes results/<name>.json with the machine and the versions.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { openEngine } from "../src/evidence/index.ts";
import { postgresPrograms } from "../test/database/server.ts";

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const work = join(tmpdir(), "justitia-benchmarks");
mkdirSync(work, { recursive: true });
const rounds = 3;

const outcomeSchema = z.looseObject({
  milliseconds: z.number(),
  processorMilliseconds: z.number().optional(),
  peakBytes: z.number(),
});
type Outcome = z.infer<typeof outcomeSchema>;

function run(contestant: string, parameters: readonly string[]): Outcome {
  const text = execFileSync(process.execPath, [place(`contestants/${contestant}.ts`), ...parameters], {
    encoding: "utf8",
  });
  return outcomeSchema.parse(JSON.parse(text));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Comparison {
  readonly ours: number[];
  readonly peer: number[];
  /** Of the medians of the time on the clock. */
  readonly ratio: number;
  /** Of the medians of the processors' time, which a busy machine disturbs less. */
  readonly processorRatio: number;
  readonly peakBytes: number;
  readonly last: Outcome;
}

/** Runs two contestants in turns. */
function compare(ours: () => Outcome, peer: () => Outcome): Comparison {
  const mine: Outcome[] = [];
  const theirs: Outcome[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(peer());
    mine.push(ours());
  }
  const clock = (outcomes: readonly Outcome[]): number[] =>
    outcomes.map(({ milliseconds }) => Math.round(milliseconds));
  const processor = (outcomes: readonly Outcome[]): number[] =>
    outcomes.map(({ processorMilliseconds }) => processorMilliseconds ?? Number.NaN);
  const last = mine.at(-1);
  if (last === undefined) throw new Error("no round was run");
  return {
    ours: clock(mine),
    peer: clock(theirs),
    ratio: median(clock(mine)) / median(clock(theirs)),
    processorRatio: median(processor(mine)) / median(processor(theirs)),
    peakBytes: Math.max(...mine.map(({ peakBytes }) => peakBytes)),
    last,
  };
}

function machine(): Record<string, unknown> {
  const versions = z
    .object({ dependencies: z.record(z.string(), z.string()), version: z.string() })
    .parse(JSON.parse(readFileSync(place("../package.json"), "utf8")));
  return {
    date: new Date().toISOString().slice(0, 10),
    processors: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: loadavg()[0],
    node: process.version,
    justitia: versions.version,
    duckdb: versions.dependencies["@duckdb/node-api"],
  };
}

function keep(name: string, result: Record<string, unknown>): void {
  writeFileSync(
    place(`results/${name}.json`),
    `${JSON.stringify({ benchmark: name, machine: machine(), rounds, ...result }, null, 1)}\n`,
  );
  process.stdout.write(`${name}: ${JSON.stringify(result, null, 1)}\n`);
}

async function chicago(): Promise<void> {
  const parquet = place("../../shared/data/chicago-incidents-2001-2018/incidents.parquet");
  if (!existsSync(parquet)) {
    process.stderr.write("chicago: the incidents are not beside the repository (../shared/data); left out.\n");
    return;
  }
  const observatory = place("../observatories/chicago");
  const bare = join(work, "bare.parquet");
  const result = compare(
    () => run("justitia-chicago", [observatory, join(work, "chicago")]),
    () => run("bare-chicago", [parquet, observatory, bare]),
  );
  const { facts } = z.looseObject({ facts: z.string() }).parse(result.last);
  const engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: join(work, "temporary") });
  const key = "area, period, iccs, arrest::VARCHAR AS arrest, domestic::VARCHAR AS domestic";
  const [difference] = await engine.rows(
    {
      text: `WITH ours AS (SELECT ${key}, sum(value) AS value FROM read_parquet('${facts}') GROUP BY ALL),
          bare AS (SELECT ${key}, sum(value) AS value FROM read_parquet('${bare}') GROUP BY ALL)
        SELECT (SELECT count(*) FROM ours) AS cells, (SELECT count(*) FROM ((FROM ours EXCEPT FROM bare) UNION ALL (FROM bare EXCEPT FROM ours))) AS different`,
      values: [],
    },
    z.object({ cells: z.number(), different: z.number() }),
  );
  engine.close();
  const { last, ...figures } = result;
  keep("chicago", {
    what: "Parquet to weekly facts by ICCS × community area × arrest × domestic, validated and with published totals, against the same facts in DuckDB SQL by hand",
    aim: "ratio at most 2, peak at most 2 GiB",
    ...figures,
    peakGiB: figures.peakBytes / 2 ** 30,
    steps: last.steps,
    sameResult: difference,
  });
}

async function ingest(): Promise<void> {
  const csv = join(work, "incidents.csv");
  if (!existsSync(csv)) {
    const engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: join(work, "temporary") });
    await engine.run(`COPY (SELECT i AS id, 101 + hash(i) % 700 AS offence, printf('R%02d', 1 + hash(i + 1) % 12) AS region,
        DATE '2015-01-01' + (i // 2738)::INTEGER AS occurred_on, CASE WHEN hash(i + 2) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
        hash(i + 3) % 99 AS age, ['firearm', 'knife', 'other', 'none'][(1 + hash(i + 4) % 4)::INTEGER] AS weapon, round((hash(i + 5) % 1000000) / 100, 2) AS damage
      FROM range(1, 10000001) r(i)) TO '${csv}' (FORMAT csv, HEADER)`);
    engine.close();
  }
  const result = compare(
    () => run("justitia-csv", [csv, join(work, "csv")]),
    () => run("bare-csv", [csv, join(work, "csv.parquet")]),
  );
  const { last, ...figures } = result;
  keep("ingest", {
    what: "10 million rows of CSV, read, kept as a snapshot, validated with a uniqueness rule, against DuckDB reading the same file into typed Parquet",
    aim: "at least 0.4 of the bare rate",
    bytes: statSync(csv).size,
    ...figures,
    rateOfBare: 1 / figures.ratio,
    peakGiB: figures.peakBytes / 2 ** 30,
    steps: last.steps,
    accepted: last.summary,
  });
}

/** The whole of Examplia: a first build, a build with nothing changed, a build with one stream changed. */
async function rebuild(): Promise<void> {
  const result = outcomeSchema
    .extend({
      full: z.array(z.number()),
      unchanged: z.array(z.number()),
      oneStream: z.array(z.number()),
      remade: z.array(z.string()),
    })
    .parse(run("rebuild", [join(work, "examplia"), String(rounds)]));
  const { full, unchanged, oneStream, remade } = result;
  keep("rebuild", {
    what: "Examplia at full scale: nothing changed, and one stream (prisons) changed, against the first build",
    aim: "nothing changed: at most 0.05",
    full,
    unchanged,
    oneStream,
    ratioUnchanged: median(unchanged) / median(full),
    ratioOneStream: median(oneStream) / median(full),
    remade,
    peakGiB: result.peakBytes / 2 ** 30,
  });
}

const appendSchema = z.looseObject({
  perSecond: z.object({ ours: z.array(z.number()), bare: z.array(z.number()) }),
  ratio: z.number(),
});
const percentilesSchema = z.object({ times: z.number(), p50: z.number(), p95: z.number(), most: z.number() });
const loadSchema = z.looseObject({
  milliseconds: z.object({ queue: percentilesSchema, view: percentilesSchema, transition: percentilesSchema }),
  historyFaults: z.literal(0),
});

/** What a contestant prints, as JSON. */
const printed = (contestant: string, ...parameters: readonly (string | number)[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [place(`contestants/${contestant}.ts`), ...parameters.map(String)], {
      encoding: "utf8",
    }),
  );

/** Events of matters against bare inserts: by writers, events of a command, and what the disk takes longer; minutes. */
function append(): void {
  const cases = [
    { writers: 1, perCommand: 1, diskTakesLonger: 0 },
    { writers: 2, perCommand: 1, diskTakesLonger: 0 },
    { writers: 8, perCommand: 1, diskTakesLonger: 0 },
    { writers: 8, perCommand: 2, diskTakesLonger: 0 },
    { writers: 8, perCommand: 1, diskTakesLonger: 1000 },
    { writers: 8, perCommand: 1, diskTakesLonger: 3000 },
  ];
  keep("append", {
    what: "events per second through the store (projection, idempotency, rights, digests) against bare prepared inserts of the same rows on as many connections, each committed per command with fsync on; diskTakesLonger: microseconds that are waited before each flush, for both",
    aim: "at least half of the bare rate with one event a command",
    postgresql: postgresVersion(),
    runs: cases.map(({ writers, perCommand, diskTakesLonger }) =>
      appendSchema.parse(printed("event-append", 6000, writers, perCommand, 5, diskTakesLonger)),
    ),
  });
}

/** The service over 100,000 matters and 5 million events; a quarter of an hour in all. */
function cooperation(): void {
  keep("cooperation", {
    what: "eight people at once on the service over 100,000 matters with 5 million events",
    aim: "p95 of a queue page below 300 ms, of a transition below 150 ms",
    postgresql: postgresVersion(),
    load: loadSchema.parse(printed("cooperation-load", 100_000, 50, 40)),
  });
}

const postgresVersion = (): string => execFileSync(postgresProgram(), ["--version"], { encoding: "utf8" }).trim();

function postgresProgram(): string {
  const folder = postgresPrograms();
  if (folder === undefined) throw new Error("PostgreSQL is not installed: npm run set-up -- --for-tests");
  return join(folder, "postgres");
}

const chosen = process.argv.slice(2);
const all = { chicago, ingest, rebuild, append, cooperation };
for (const [name, measure] of Object.entries(all)) if (chosen.length === 0 || chosen.includes(name)) await measure();
rmSync(join(work, "temporary"), { recursive: true, force: true });
