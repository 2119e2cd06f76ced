/** What the tests of the observatories share: reference data beside the repository, and a build of a part. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildObservatory, type OpenObservatory, openObservatory } from "../src/app/index.ts";
import {
  type Definitions,
  type Engine,
  folderFiles,
  loadDefinitions,
  type Observation,
  type ObservationFilter,
  type ObservatoryReader,
  openReader,
} from "../src/evidence/index.ts";

/** A folder of reference data that tests compare with. */
export interface ReferenceData {
  /** Why tests that need it are skipped, or false. */
  readonly absent: string | false;
  /** The path of a file in it. */
  path(file: string): string;
  /** SQL that reads a compressed table in it, each value as text. */
  table(name: string): string;
}

/** The reference data below `../shared/data`. `what` names them to whoever lacks them: `the records are`. */
export function referenceData(folder: string, what: string): ReferenceData {
  const source = fileURLToPath(new URL(`../../shared/data/${folder}`, import.meta.url));
  const path = (file: string): string => join(source, file);
  return {
    absent: existsSync(source) ? false : `${what} not beside the repository (../shared/data/${folder})`,
    path,
    table: (name) =>
      `read_csv('${path(`${name}.csv.gz`)}', header = true, all_varchar = true, delim = ',', quote = '"')`,
  };
}

/** The definitions of an observatory, in which nothing may be wrong. */
export async function soundDefinitions(directory: string): Promise<Definitions> {
  const { definitions, problems } = await loadDefinitions(directory, folderFiles(directory));
  assert.deepEqual(problems, []);
  assert.ok(definitions !== undefined);
  return definitions;
}

/** A build of a part of an observatory, in a temporary folder. */
export interface PartBuilt {
  readonly state: string;
  readonly engine: Engine;
  readonly reader: ObservatoryReader;
  /** The one figure without a breakdown that the filter finds. */
  figure(indicator: string, filter: ObservationFilter): Promise<Observation>;
  remove(): Promise<void>;
}

/** Builds only these streams and indicators, from what is at hand, so that the test stays short. Without `streams`: all. */
export async function buildPart(
  directory: string,
  part: { readonly streams?: readonly string[]; readonly indicators: readonly string[] },
): Promise<PartBuilt> {
  const state = await mkdtemp(join(tmpdir(), `justitia-${basename(directory)}-`));
  const whole = await openObservatory(directory, {
    state,
    limits: { memoryLimit: "1GB", threads: 2 },
    environment: {},
  });
  const definitions: Definitions = {
    ...whole.definitions,
    streams: only(whole.definitions.streams, part.streams),
    indicators: only(whole.definitions.indicators, part.indicators),
  };
  const observatory: OpenObservatory = { ...whole, definitions };
  const { manifest, complete } = await buildObservatory(observatory, {
    wait: false,
    offline: true,
    listen: () => undefined,
  });
  assert.ok(complete);
  const engine = await observatory.openEngine();
  const { snapshots } = observatory;
  const reader = openReader({ manifest, definitions, engine, steps: join(state, "steps"), snapshots });
  return {
    state,
    engine,
    reader,
    figure: async (indicator, filter) => {
      const [found, ...others] = await reader.observations(indicator, { grouping: "", ...filter });
      assert.ok(found !== undefined && others.length === 0, `${indicator} ${JSON.stringify(filter)}`);
      return found;
    },
    remove: async () => {
      engine.close();
      await rm(state, { recursive: true, force: true });
    },
  };
}

function only<Definition>(
  all: ReadonlyMap<string, Definition>,
  wanted: readonly string[] | undefined,
): ReadonlyMap<string, Definition> {
  return wanted === undefined ? all : new Map([...all].filter(([id]) => wanted.includes(id)));
}

/** The filter for one year. */
export const inYear = (year: number): { readonly from: string; readonly until: string } => ({
  from: `${year}-01-01`,
  until: `${year}-01-01`,
});
