import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Crosswalk } from "../../iccs/index.ts";
import type { Definitions, FactSet, Stream } from "../definitions/index.ts";
import { makeFacts } from "../facts/index.ts";
import {
  makeRecords,
  planRecords,
  provenPlan,
  type RecordPlan,
  type RecordSummary,
  recordFiles,
  recordSummarySchema,
  recordsRelation,
} from "../records/index.ts";
import { makeRows, readRows, requireColumns } from "../rows/index.ts";
import { type Delivery, locationText } from "../snapshots/index.ts";
import { plainOf, readJson, type Step, type StepResult } from "../steps/index.ts";
import type { Workshop } from "./workshop.ts";

/** What became of a delivery: its validated records and the facts that were counted from them. */
export interface StreamOutcome {
  readonly rows: StepResult;
  readonly records: StepResult;
  readonly summary: RecordSummary;
  /** Relation of the accepted records. */
  readonly relation: string;
  /** Step of each fact set, by its name within the stream. */
  readonly facts: ReadonlyMap<string, StepResult>;
  /** Published totals that do not agree and forbid the use of the delivery. */
  readonly refused: readonly string[];
}

/** The format of what a location delivers: its own, else the stream's. */
export function formatAt(stream: Stream, location: string): Stream["format"] {
  return stream.locations.find((one) => locationText(one) === location)?.format ?? stream.format;
}

/** Reads, validates and counts a delivery, doing only the steps whose inputs have changed. */
export async function makeStream(workshop: Workshop, stream: Stream, delivery: Delivery): Promise<StreamOutcome> {
  const { definitions } = workshop;
  const format = formatAt(stream, delivery.location);
  const rowsStep: Step = {
    kind: "rows",
    version: 3,
    inputs: {
      format: plainOf(format),
      rowsPath: delivery.rowsPath ?? null,
      parts: delivery.parts.map(({ sha256, contentEncoding }) => ({ sha256, contentEncoding })),
    },
  };
  const rows = await workshop.make(rowsStep, stream.stream, async (directory) => {
    workshop.listen({ type: "stream", stream: stream.stream, phase: "read" });
    const bytes = delivery.parts.reduce((sum, part) => sum + part.bytes, 0);
    const input = {
      format,
      rowsPath: delivery.rowsPath,
      parts: delivery.parts.map((part) => ({
        name: part.name,
        path: workshop.snapshotPath(part.sha256),
        bytes: part.bytes,
        decoded: part.contentEncoding !== undefined,
      })),
      directory,
      progress: (done: number, total: number) =>
        workshop.listen({ type: "progress", what: stream.stream, unit: "bytes", done, total }),
    };
    await workshop.watched(stream.stream, (engine) => makeRows(engine, input), bytes);
  });
  const info = await readRows(
    rows.directory,
    delivery.parts.map(({ sha256 }) => workshop.snapshotPath(sha256)),
  );
  const wanted = Object.entries(stream.columns)
    .filter(([, { constant }]) => constant === undefined)
    .map(([column, { from }]) => ({ column, from: from ?? column }));
  for (const part of info.information.parts) requireColumns(wanted, part.columns, `${stream.stream}, ${part.name}`);
  requireColumns(
    wanted,
    info.rows.columns.map(({ name }) => name),
    stream.stream,
  );
  const lookups = lookupsOf(definitions, stream);
  const areaCodes = new Set(definitions.areas.keys());
  const usesAreas = Object.values(stream.columns).some((column) => column.areas);
  const timezone = definitions.observatory.value.timezone;
  const recordsStep: Step = {
    kind: "records",
    version: 3,
    inputs: {
      rows: rows.key,
      columns: plainOf(stream.columns),
      setAside: plainOf(stream.setAside),
      rules: plainOf(stream.rules),
      totals: plainOf(stream.totals),
      confidential: plainOf(stream.confidential),
      timezone,
      lookups: plainOf(
        Object.fromEntries([...lookups].map(([name, pairs]) => [name, [...pairs].map((pair) => [...pair])])),
      ),
      areas: usesAreas ? [...areaCodes].sort() : null,
    },
  };
  const around = { timezone, areaCodes, lookups };
  const records = await workshop.make(recordsStep, stream.stream, async (directory) => {
    workshop.listen({ type: "stream", stream: stream.stream, phase: "validate" });
    const summary = await workshop.watched(stream.stream, (engine) =>
      makeRecords(engine, { stream, rows: info.rows, rejects: info.rejects, ...around }, directory),
    );
    await writeFile(join(directory, recordFiles.summary), JSON.stringify(summary));
  });
  const summary = recordSummarySchema.parse(await readJson(join(records.directory, recordFiles.summary)));
  const plan: RecordPlan = provenPlan(planRecords(stream, info.rows, around), summary.rules);
  const repeats = summary.rules.some(({ expected, rows: count }) => expected === "each key once" && count > 0);
  const relation = recordsRelation(plan, repeats ? join(records.directory, recordFiles.duplicates) : undefined);
  const refused = summary.totals
    .filter(({ agrees, onFail }) => !agrees && onFail === "refuse")
    .map(({ total }) => total);
  const facts = new Map<string, StepResult>();
  if (refused.length === 0) {
    for (const set of stream.facts)
      facts.set(set.facts, await makeFactSet(workshop, stream, set, delivery, records.key, relation));
  }
  return { rows, records, summary, relation, facts, refused };
}

async function makeFactSet(
  workshop: Workshop,
  stream: Stream,
  set: FactSet,
  delivery: Delivery,
  records: string,
  relation: string,
): Promise<StepResult> {
  const crosswalk = crosswalkOf(workshop.definitions, set);
  const { title, ...counted } = set;
  const step: Step = {
    kind: "facts",
    version: 2,
    inputs: {
      stream: stream.stream,
      set: plainOf(counted),
      records,
      crosswalk: crosswalk === undefined ? null : plainOf({ ...crosswalk, title: undefined, description: undefined }),
      vintage: delivery.deliveryHash,
    },
  };
  return workshop.make(step, `${stream.stream}/${set.facts}`, async (directory) => {
    workshop.listen({ type: "stream", stream: stream.stream, phase: "count" });
    await workshop.watched(`${stream.stream}/${set.facts}`, (engine) =>
      makeFacts(engine, { stream, set, records: relation, crosswalk, vintage: delivery.deliveryHash }, directory),
    );
  });
}

/** The crosswalk that a fact set is classified by, if it is by one. */
export function crosswalkOf(definitions: Definitions, set: FactSet): Crosswalk | undefined {
  if (set.classification === "none" || !("crosswalk" in set.classification)) return undefined;
  return definitions.crosswalks.get(set.classification.crosswalk)?.crosswalk;
}

/** The lookup tables that a stream's columns name, by column. */
export function lookupsOf(definitions: Definitions, stream: Stream): Map<string, ReadonlyMap<string, string>> {
  const lookups = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, column] of Object.entries(stream.columns)) {
    if (column.lookup === undefined) continue;
    const { file, key, value } = column.lookup;
    const rows = definitions.tables.get(file) ?? [];
    lookups.set(name, new Map(rows.map(({ cells }) => [cells[key] ?? "", cells[value] ?? ""])));
  }
  return lookups;
}
