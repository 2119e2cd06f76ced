import { join } from "node:path";
import type { Crosswalk } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/index.ts";
import { type Engine, literal } from "../store/index.ts";
import { classesSql, classesTable, classifiedSql, factsSql, hasKinds, kindsSql, mappingSql } from "./queries.ts";

/** Names of the files that the facts step leaves in its directory. */
export const factFiles = { facts: "facts.parquet", mapping: "mapping.parquet" } as const;

/** What a facts step is made from. */
export interface FactsInput {
  readonly stream: Stream;
  readonly set: FactSet;
  /** Relation of the accepted records. */
  readonly records: string;
  readonly crosswalk: Crosswalk | undefined;
  /** Hash of the delivery: the vintage that every fact carries. */
  readonly vintage: string;
}

/** Counts accepted records into facts and writes them, with how each national code was classified. */
export async function makeFacts(engine: Engine, input: FactsInput, directory: string): Promise<void> {
  const { set, stream, records, crosswalk, vintage } = input;
  const table = (name: string, sql: string): Promise<void> =>
    engine.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  const write = (sql: string, file: string): Promise<void> =>
    engine.run(`COPY (${sql}) TO ${literal(join(directory, file))} (FORMAT parquet, COMPRESSION zstd)`);
  if (hasKinds(set)) {
    await table("kinds", kindsSql(set, records, crosswalk));
    await table("classified", classifiedSql("kinds", crosswalk));
    await table(classesTable, classesSql(set, crosswalk, "classified"));
    await write(mappingSql("classified"), factFiles.mapping);
  }
  await write(factsSql(set, stream, vintage, records, crosswalk), factFiles.facts);
  if (hasKinds(set)) for (const name of ["kinds", "classified", classesTable]) await engine.run(`DROP TABLE ${name}`);
}
