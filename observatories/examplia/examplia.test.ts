import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { buildObservatory, type OpenObservatory, openObservatory } from "../../src/app/index.ts";
import { type BuildResult, openEngine } from "../../src/evidence/index.ts";
import { copyDefinitions } from "./definitions.ts";
import { generateExamplia, type Truth } from "./generate.ts";

const limits = { memoryLimit: "1GB", threads: 2 };
let folder = "";
let truth: Truth;
let observatory: OpenObservatory;
let result: BuildResult;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-examplia-"));
  await copyDefinitions(folder);
  truth = await generateExamplia({ directory: join(folder, "raw"), seed: 7, scale: 0.05 });
  observatory = await openObservatory(folder, { limits, environment: {} });
  result = await build();
});
after(() => rm(folder, { recursive: true, force: true }));

function build(): Promise<BuildResult> {
  return buildObservatory(observatory, { wait: true, listen: () => undefined });
}

async function observations<T>(indicator: string, sql: string, row: z.ZodType<T>): Promise<T[]> {
  const key = result.manifest.indicators[indicator]?.key;
  const file = join(observatory.state, "steps", "indicator", key ?? "", "observations.parquet");
  const engine = await openEngine({ ...limits, temporaryDirectory: join(folder, "temporary") });
  try {
    return await engine.rows({ text: sql.replace("observations", `read_parquet('${file}')`), values: [] }, row);
  } finally {
    engine.close();
  }
}

test("every row of the register of incidents ends where its generator knows that it belongs", () => {
  const summary = result.manifest.streams.incidents?.summary;
  const { incidents } = truth;
  assert.equal(summary?.rowsIn, incidents.rows);
  assert.equal((summary?.accepted ?? 0) + (summary?.flagged ?? 0), incidents.sound);
  assert.equal(summary?.flagged, incidents.registeredBeforeOccurred);
  assert.equal(
    summary?.quarantined,
    incidents.impossibleDates + incidents.year1013 + incidents.repeated + incidents.ragged,
  );
  const rows = new Map(summary?.rules.map((rule) => [rule.rule, rule.rows]));
  assert.equal(rows.get("one-row-per-incident") ?? 0, incidents.repeated);
  assert.equal(rows.get("occurred_at.type"), incidents.impossibleDates);
  assert.equal(rows.get("occurred_at.minimum"), incidents.year1013);
  assert.equal(summary?.unreadable, incidents.ragged);
});

test("impossible counts of the prisons are put apart and masked ones are kept as bounds", async () => {
  const summary = result.manifest.streams.prisons?.summary;
  assert.equal(summary?.rowsIn, truth.prisons.rows);
  assert.equal(summary?.quarantined, truth.prisons.negative);
  const [masked] = await observations(
    "persons-held",
    `SELECT count(*) AS cells, min(high - low) AS narrowest, count(value) AS known FROM observations
      WHERE grouping = 'sex,detention' AND status = 'suppressed' AND level = 'region'`,
    z.object({ cells: z.number(), narrowest: z.number().nullable(), known: z.number() }),
  );
  assert.equal(masked?.cells, truth.prisons.masked);
  assert.equal(masked?.narrowest, 4);
  assert.equal(masked?.known, 0);
});

test("the country's figures of a year are the records that its generator wrote, less those that are no crime", async () => {
  const rows = await observations(
    "recorded-crime",
    "SELECT year(period)::VARCHAR AS year, coalesce(value, low) AS value FROM observations WHERE grouping = '' AND area = 'EX'",
    z.object({ year: z.string(), value: z.number() }),
  );
  assert.equal(rows.length, 10);
  const all = Object.values(truth.incidents.byYear).reduce((sum, count) => sum + count, 0);
  assert.equal(
    rows.reduce((sum, { value }) => sum + value, 0),
    all - (truth.incidents.byCode["990"] ?? 0),
  );
});

test("homicides by sex are those that happened, and no sex is lost", async () => {
  const rows = await observations(
    "intentional-homicide",
    `SELECT year(period)::VARCHAR AS year, sex, records FROM observations WHERE grouping = 'sex' AND area = 'EX' AND records > 0`,
    z.object({ year: z.string(), sex: z.string(), records: z.number() }),
  );
  const found = Object.fromEntries(rows.map(({ year, sex, records }) => [`${year} ${sex}`, records]));
  assert.deepEqual(found, { ...truth.victims.homicideByYearSex });
});

test("a rate has as exposure only the population whose stations have reported", async () => {
  const rows = await observations(
    "burglary",
    `SELECT area, CAST(period AS VARCHAR) AS period, value, numerator, denominator, coverage, status FROM observations
      WHERE grouping = '' AND level = 'region' AND coverage < 1 AND coverage > 0`,
    z.object({
      area: z.string(),
      period: z.string(),
      value: z.number().nullable(),
      numerator: z.number(),
      denominator: z.number(),
      coverage: z.number(),
      status: z.string(),
    }),
  );
  assert.ok(rows.length > 0, "the example has stations that did not report");
  for (const row of rows) {
    assert.ok(row.value !== null);
    assert.ok(Math.abs(row.value - (row.numerator / row.denominator) * 100_000) < 1e-9 * row.value + 1e-12);
    assert.equal(row.status, row.coverage < 0.95 ? "partial" : "normal");
  }
});

test("building again changes nothing and does nothing", async () => {
  const again = await build();
  assert.equal(again.changed, false);
  assert.equal(again.manifest.builtAt, result.manifest.builtAt);
});

test("one changed stream makes anew only what hangs on it", async () => {
  const prisons = join(folder, "raw", "prisons.tsv");
  const text = await readFile(prisons, "utf8");
  const made: string[] = [];
  await writeFile(prisons, `${text}R01\t2025-03-31\tmale\tsentenced\t3000\n`);
  try {
    await buildObservatory(observatory, {
      wait: true,
      listen: (event) => {
        if (event.type === "step" && !event.reused) made.push(`${event.kind} ${event.name}`);
      },
    });
  } finally {
    await writeFile(prisons, text);
  }
  assert.deepEqual(made.sort(), [
    "facts prisons/quarterly",
    "indicator persons-held",
    "indicator unsentenced-detainees",
    "records prisons",
    "rows prisons",
  ]);
});

test("a state folder elsewhere gives the same bytes", async () => {
  const other = await mkdtemp(join(tmpdir(), "justitia-examplia-other-"));
  try {
    await symlink(join(folder, "raw"), join(other, "raw"));
    await copyDefinitions(other);
    const second = await openObservatory(other, { limits: { ...limits, threads: 1 }, environment: {} });
    const built = await buildObservatory(second, { wait: true, listen: () => undefined });
    for (const [id, { key }] of Object.entries(built.manifest.indicators)) {
      assert.equal(key, result.manifest.indicators[id]?.key, id);
      const bytes = (state: string): Promise<Buffer> =>
        readFile(join(state, "steps", "indicator", key ?? "", "observations.parquet"));
      assert.ok((await bytes(second.state)).equals(await bytes(observatory.state)), id);
    }
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});
