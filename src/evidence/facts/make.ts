import { join } from "node:path";
import type { Crosswalk } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/stream.ts";
import { type Engine, literal } from "../store/index.ts";
import { classifiedSql, factsSql, groupedSql, mappingSql } from "./queries.ts";

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
  await engine.run(`CREATE OR REPLACE TEMP TABLE grouped AS ${groupedSql(set, stream, records, crosswalk)}`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE classified AS ${classifiedSql(set, "grouped", crosswalk)}`);
  const facts = factsSql(set, stream.stream, vintage, "SELECT * FROM classified");
  await engine.run(
    `COPY (${facts}) TO ${literal(join(directory, factFiles.facts))} (FORMAT parquet, COMPRESSION zstd)`,
  );
  if (set.classification !== "none" && !("iccs" in set.classification)) {
    const mapping = mappingSql("SELECT * FROM classified");
    await engine.run(
      `COPY (${mapping}) TO ${literal(join(directory, factFiles.mapping))} (FORMAT parquet, COMPRESSION zstd)`,
    );
  }
  await engine.run("DROP TABLE classified");
  await engine.run("DROP TABLE grouped");
}
