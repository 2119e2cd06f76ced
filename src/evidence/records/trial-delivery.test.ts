/** A delivery put where the records step finds it, and what the step makes of it, in a real engine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { z } from "zod";
import { definitionKinds, type Stream } from "../definitions/index.ts";
import type { RowsRelation } from "../rows/index.ts";
import { type Engine, identifier, literal, openEngine, parquet } from "../store/index.ts";
import { makeRecords, planRecords, provenPlan, type RecordSummary, recordFiles, recordsRelation } from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-records-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(folder, "engine") });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

export type Cell = string | null;
export type Row = Readonly<Record<string, Cell>>;
export type Lookups = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const areaCodes = new Set(["C", "R1", "R2"]);
const noLookups: Lookups = new Map();

export function streamOf(declared: {
  readonly columns: Readonly<Record<string, unknown>>;
  readonly rules?: readonly unknown[];
  readonly setAside?: readonly unknown[];
  readonly totals?: readonly unknown[];
}): Stream {
  return definitionKinds.stream.schema.parse({
    stream: "trial",
    title: "Trial",
    kind: "register",
    publisher: "Police",
    licence: "CC0-1.0",
    locations: [{ file: "raw/trial.csv" }],
    obtain: "Ask.",
    format: { kind: "csv" },
    ...declared,
  });
}

/** Puts rows where the records step finds them; `types` are other than text for what comes from Parquet. */
async function delivered(rows: readonly Row[], types: Readonly<Record<string, string>>): Promise<RowsRelation> {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type }));
  const declared = columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(", ");
  await engine.run(`CREATE OR REPLACE TEMP TABLE delivered (${declared}, _part INTEGER, _row BIGINT)`);
  const values = rows.map((row, index) => {
    const cells = columns.map(({ name }) => (row[name] === null ? "NULL" : literal(row[name] ?? "")));
    return `(${[...cells, 0, index + 1].join(", ")})`;
  });
  if (values.length > 0) await engine.run(`INSERT INTO delivered VALUES ${values.join(", ")}`);
  return { relation: "delivered", columns };
}

const anyRow = z.record(z.string(), z.unknown());
export type Written = z.infer<typeof anyRow>;

interface Ended {
  readonly summary: RecordSummary;
  /** The accepted records in order, by the plan that leaves out what no row met. */
  readonly records: readonly Written[];
  /** The same by the whole plan. */
  readonly whole: readonly Written[];
  readonly quarantine: readonly Written[];
}

const noRejects = {
  relation: "(SELECT 0 AS _part, 0 AS _line, '' AS rule, '' AS found, '' AS expected WHERE FALSE)",
  count: 0,
};

/** What the records step says of rows that the engine has already, with `_part` and `_row`. */
export async function summaryOf(stream: Stream, rows: RowsRelation): Promise<RecordSummary> {
  const around = { timezone: "UTC", areaCodes, lookups: noLookups };
  const directory = await mkdtemp(join(folder, "step-"));
  const summary = await makeRecords(engine, { stream, rows, rejects: noRejects, ...around }, directory);
  await rm(directory, { recursive: true });
  return summary;
}

export async function validated(
  stream: Stream,
  rows: readonly Row[],
  settings: {
    readonly types?: Readonly<Record<string, string>>;
    readonly timezone?: string;
    readonly lookups?: Lookups;
  } = {},
): Promise<Ended> {
  const texts = Object.fromEntries(Object.entries(stream.columns).map(([name, { from }]) => [from ?? name, "VARCHAR"]));
  const relation = await delivered(rows, { ...texts, ...settings.types });
  const around = { timezone: settings.timezone ?? "UTC", areaCodes, lookups: settings.lookups ?? noLookups };
  const directory = await mkdtemp(join(folder, "step-"));
  const summary = await makeRecords(engine, { stream, rows: relation, rejects: noRejects, ...around }, directory);
  const repeats = summary.rules.some(({ expected, rows: count }) => expected === "each key once" && count > 0);
  const duplicates = repeats ? join(directory, recordFiles.duplicates) : undefined;
  const plan = planRecords(stream, relation, around);
  const read = (from: string): Promise<Written[]> =>
    engine.rows({ text: `SELECT * FROM ${from} ORDER BY _part, _row`, values: [] }, anyRow);
  const records = await read(recordsRelation(provenPlan(plan, summary.rules), duplicates));
  const whole = await read(recordsRelation(plan, duplicates));
  const quarantine = await engine.rows(
    { text: `SELECT * FROM ${parquet([join(directory, recordFiles.quarantine)])} ORDER BY "row", rule`, values: [] },
    anyRow,
  );
  await rm(directory, { recursive: true });
  return { summary, records, whole, quarantine };
}
