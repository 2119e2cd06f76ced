import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkReferences, folderFiles, loadDefinitions } from "../definitions/index.ts";
import { openReader } from "../read/index.ts";
import { createSnapshotStore } from "../snapshots/index.ts";
import { createStepStore } from "../steps/index.ts";
import { openEngine } from "../store/index.ts";
import { type BuildResult, build, createBuildLedger, type Manifest, manifestHash } from "./index.ts";

const delivery = `id,area,day,offence,victims
1,R1,2023-01-05,murder,1
2,R1,2023-02-06,theft,1
3,R2,2023-02-07,theft,2
4,R2,2023-03-08,fraud,1
`;

const files: Readonly<Record<string, string>> = {
  "observatory.yaml": "observatory: trial\ntitle: Trial\ndescription: A trial.\nareas: { file: areas.csv }\n",
  "areas.csv": "code,parent,level,title_en\nC,,country,Country\nR1,C,region,North\nR2,C,region,South\n",
  "streams/incidents.yaml": `stream: incidents
title: Incidents
kind: register
publisher: Police
licence: CC0-1.0
locations:
  - file: raw/incidents.csv
obtain: Ask the police.
format: { kind: csv }
columns:
  id: { required: true }
  area: { required: true, areas: true }
  day: { type: date, required: true }
  offence: { required: true }
  victims: { type: integer, minimum: 0 }
rules:
  - rule: once
    unique: [id]
facts:
  - facts: annual
    countUnit: victims
    count: { column: victims }
    period: { column: day, frequency: A }
    area: { column: area }
    classification: { crosswalk: penal-code, column: offence }
`,
  "streams/people.yaml": `stream: people
title: People
kind: survey
publisher: Census
licence: CC0-1.0
locations:
  - file: raw/people.csv
obtain: Ask the census.
format: { kind: csv }
columns:
  area: { areas: true }
  year: { type: year }
  persons: { type: integer }
facts:
  - facts: persons
    countUnit: persons
    count: { column: persons }
    period: { column: year, frequency: A }
    area: { column: area }
    classification: none
`,
  "crosswalks/penal-code.yaml": `crosswalk: penal-code
version: "1"
title: Penal code
scheme: Penal code
rules:
  - { code: murder, iccs: "0101" }
  - { code: theft, iccs: "0502", weight: 0.75 }
  - { code: theft, iccs: "0501", weight: 0.25 }
`,
  "populations/census.yaml":
    "population: census\ntitle: Census\nfacts: people/persons\nreference: mid-year\ninterpolation: none\n",
  "indicators/recorded.yaml": `indicator: recorded
title: Recorded
description: What was recorded.
limits: The rest.
measure: count
numerator: { facts: [incidents/annual] }
frequency: A
breakdowns: [[iccs]]
`,
  "indicators/rate.yaml": `indicator: rate
title: Rate
description: What was recorded.
limits: The rest.
measure: rate
numerator: { facts: [incidents/annual] }
denominator: { population: census }
frequency: A
`,
  "raw/incidents.csv": delivery,
  "raw/people.csv": "area,year,persons\nR1,2023,100000\nR2,2023,50000\n",
};

interface Trial extends AsyncDisposable {
  readonly folder: string;
  readonly state: string;
  write(path: string, text: string): Promise<void>;
  /** Builds at a time, and says which steps were done and not reused. */
  build(at: string, asOf?: string): Promise<BuildResult & { readonly done: readonly string[] }>;
  /** The total of an area in a year, as the reader of a build gives it. */
  total(manifest: Manifest, indicator: string, area: string): Promise<number | null | undefined>;
  readonly builds: ReturnType<typeof createBuildLedger>;
}

async function openTrial(changes: Readonly<Record<string, string>> = {}): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), "justitia-build-"));
  const state = join(folder, ".justitia");
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries({ ...files, ...changes })) await write(path, text);
  let clock = new Date(0);
  const now = (): Date => clock;
  const snapshots = createSnapshotStore({ directory: join(state, "snapshots"), effects: { now } });
  const builds = createBuildLedger(state);
  const openTrialEngine = (): ReturnType<typeof openEngine> =>
    openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(state, "temporary") });
  const definitionsNow = async () => {
    const { definitions, problems } = await loadDefinitions(folder, folderFiles(folder));
    assert.ok(definitions !== undefined, JSON.stringify(problems));
    assert.deepEqual([...problems, ...checkReferences(definitions)], []);
    return definitions;
  };
  return {
    folder,
    state,
    write,
    builds,
    async build(at, asOf) {
      clock = new Date(at);
      const done: string[] = [];
      const result = await build({
        ...{
          definitions: await definitionsNow(),
          texts: {},
          snapshots,
          steps: createStepStore(join(state, "steps")),
          builds,
        },
        openEngine: openTrialEngine,
        listen: (event) => {
          if (event.type === "step" && !event.reused) done.push(`${event.kind} ${event.name}`);
        },
        ...{ now, elapsed: () => 0, program: "0.0.0" },
        ...(asOf === undefined ? {} : { asOf: new Date(asOf) }),
      });
      return { ...result, done: done.sort() };
    },
    async total(manifest, indicator, area) {
      const engine = await openTrialEngine();
      try {
        const definitions = await definitionsNow();
        const reader = openReader({ manifest, definitions, engine, steps: join(state, "steps"), snapshots });
        const [found] = await reader.observations(indicator, { grouping: "", area });
        return found?.value;
      } finally {
        engine.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Keys of everything that a build's figures come from. */
function keysOf({ streams, indicators, coverages }: Manifest): unknown {
  const ofStreams = Object.entries(streams).map(([id, { delivery: hash, rows, records, facts }]) => [
    id,
    hash,
    rows,
    records,
    facts,
  ]);
  return { streams: ofStreams, indicators, coverages };
}

test("after a correction the old answer is still given for a time before it", async () => {
  await using trial = await openTrial();
  const first = await trial.build("2024-01-01T00:00:00Z");
  assert.equal(first.complete, true);
  assert.equal(await trial.total(first.manifest, "recorded", "C"), 5);
  await trial.write("raw/incidents.csv", delivery.replace("3,R2,2023-02-07,theft,2", "3,R2,2023-02-07,theft,7"));
  const second = await trial.build("2024-02-01T00:00:00Z");
  assert.equal(await trial.total(second.manifest, "recorded", "C"), 10);

  const between = await trial.build("2024-03-01T00:00:00Z", "2024-01-15T00:00:00Z");
  assert.deepEqual(keysOf(between.manifest), keysOf(first.manifest));
  assert.deepEqual(between.done, [], "nothing has to be made again");
  assert.equal(await trial.total(between.manifest, "recorded", "C"), 5);
  assert.equal(await trial.total(between.manifest, "rate", "R2"), (3 / 50_000) * 100_000);

  const kept = await trial.builds.current(new Date("2024-01-15T00:00:00Z"));
  assert.ok(kept !== undefined);
  assert.deepEqual(kept, first.manifest);
  assert.deepEqual(await trial.builds.current(), second.manifest, "a look at the past is not the newest build");
  assert.equal(await trial.builds.current(new Date("2023-12-31T00:00:00Z")), undefined);
});

test("the old answer is computed anew where its steps are gone, and is the same", async () => {
  await using trial = await openTrial();
  const first = await trial.build("2024-01-01T00:00:00Z");
  await trial.write("raw/incidents.csv", delivery.replace("theft,2", "theft,7"));
  await trial.build("2024-02-01T00:00:00Z");
  await rm(join(trial.state, "steps"), { recursive: true });
  const between = await trial.build("2024-03-01T00:00:00Z", "2024-01-15T00:00:00Z");
  assert.deepEqual(keysOf(between.manifest), keysOf(first.manifest));
  assert.ok(between.done.length > 0);
  assert.equal(await trial.total(between.manifest, "recorded", "C"), 5);
});

test("before the first delivery there is no figure, and it is said why", async () => {
  await using trial = await openTrial();
  await trial.build("2024-01-01T00:00:00Z");
  const early = await trial.build("2024-03-01T00:00:00Z", "2023-12-31T00:00:00Z");
  assert.equal(early.complete, false);
  assert.deepEqual(
    Object.values(early.manifest.streams).map(({ delivery: hash, problems }) => [
      hash,
      problems.map(({ code }) => code),
    ]),
    [
      [null, ["stream.not-yet-delivered"]],
      [null, ["stream.not-yet-delivered"]],
    ],
  );
  assert.equal(early.manifest.indicators.recorded?.key, null);
});

test("a build does only what hangs on what was changed", async () => {
  await using trial = await openTrial();
  const everything = [
    "facts incidents/annual",
    "facts people/persons",
    "indicator rate",
    "indicator recorded",
    "records incidents",
    "records people",
    "rows incidents",
    "rows people",
  ];
  const first = await trial.build("2024-01-01T00:00:00Z");
  assert.deepEqual(first.done, everything);
  const again = await trial.build("2024-01-02T00:00:00Z");
  assert.deepEqual([again.done, again.changed, again.manifest.builtAt], [[], false, first.manifest.builtAt]);

  await trial.write("raw/people.csv", "area,year,persons\nR1,2023,100000\nR2,2023,60000\n");
  const people = await trial.build("2024-01-03T00:00:00Z");
  assert.deepEqual(people.done, ["facts people/persons", "indicator rate", "records people", "rows people"]);

  const text = files["indicators/rate.yaml"] ?? "";
  await trial.write("indicators/rate.yaml", text.replace("title: Rate", "title: Another title"));
  assert.deepEqual((await trial.build("2024-01-04T00:00:00Z")).done, [], "words change no figure");
  await trial.write("indicators/rate.yaml", text.replace("measure: rate", "measure: rate\nper: 1000"));
  assert.deepEqual((await trial.build("2024-01-05T00:00:00Z")).done, ["indicator rate"]);
  await trial.write("indicators/rate.yaml", text);
  assert.deepEqual((await trial.build("2024-01-06T00:00:00Z")).done, [], "what was made before is there still");

  const crosswalk = files["crosswalks/penal-code.yaml"] ?? "";
  await trial.write("crosswalks/penal-code.yaml", crosswalk.replace('"0101"', '"0102"'));
  assert.deepEqual((await trial.build("2024-01-07T00:00:00Z")).done, [
    "facts incidents/annual",
    "indicator rate",
    "indicator recorded",
  ]);
});

test("what a killed build has left is not read, and is taken away", async () => {
  await using trial = await openTrial();
  const left = join(trial.state, "steps", "unfinished", "facts-0123-left");
  await mkdir(left, { recursive: true });
  await writeFile(join(left, "facts.parquet"), "half");
  const result = await trial.build("2024-01-01T00:00:00Z");
  assert.equal(result.complete, true);
  await assert.rejects(readdir(left), /ENOENT/);
  assert.equal(await trial.total(result.manifest, "recorded", "C"), 5);
});

test("a published total that forbids it keeps a delivery out of every figure; one bad stream does not stop another", async () => {
  const totals = `totals:\n  - { total: year-book, equals: 99, measure: { sum: victims }, source: Year book, onFail: refuse }\n`;
  await using trial = await openTrial({ "streams/incidents.yaml": `${files["streams/incidents.yaml"]}${totals}` });
  const result = await trial.build("2024-01-01T00:00:00Z");
  assert.equal(result.complete, false);
  const { incidents, people } = result.manifest.streams;
  assert.deepEqual(
    incidents?.problems.map(({ code }) => code),
    ["stream.total-refused"],
  );
  assert.deepEqual(incidents?.facts, {});
  assert.deepEqual([people?.problems, Object.keys(people?.facts ?? {})], [[], ["persons"]]);
  assert.match(result.manifest.indicators.recorded?.problem ?? "", /incidents\/annual are not there/);
});

test("a delivery that cannot be read leaves the other streams as they are", async () => {
  await using trial = await openTrial();
  const first = await trial.build("2024-01-01T00:00:00Z");
  await trial.write("raw/incidents.csv", "id,area,day\n1,R1,2023-01-01\n");
  const broken = await trial.build("2024-01-02T00:00:00Z");
  assert.equal(broken.complete, false);
  assert.deepEqual(
    broken.manifest.streams.incidents?.problems.map(({ code }) => code),
    ["rows.missing-column"],
  );
  assert.deepEqual(broken.manifest.streams.people, first.manifest.streams.people);
  assert.notEqual(manifestHash(broken.manifest), manifestHash(first.manifest));
  await trial.write("raw/incidents.csv", delivery);
  const mended = await trial.build("2024-01-03T00:00:00Z");
  assert.deepEqual([mended.complete, mended.done], [true, []]);
  assert.deepEqual(keysOf(mended.manifest), keysOf(first.manifest));
});
