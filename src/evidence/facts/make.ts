import { join } from "node:path";
import { z } from "zod";
import type { Crosswalk } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/index.ts";
import { UnreadableDelivery } from "../rows/index.ts";
import { type Engine, literal } from "../store/index.ts";
import {
  addedStockQuery,
  classesSql,
  classesTable,
  classifiedSql,
  factsSql,
  hasKinds,
  kindsSql,
  mappingSql,
} from "./queries.ts";

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

const addedSchema = z.object({ area: z.string(), period: z.string(), days: z.number() });

/** Refuses records of a stock that would be added over time. */
async function refuseAddedStock(engine: Engine, { set, stream, records }: FactsInput): Promise<void> {
  if (!set.stock) return;
  const [added] = await engine.rows(addedStockQuery(set, stream, records), addedSchema);
  if (added === undefined) return;
  throw new UnreadableDelivery(
    "stream.stock-added",
    `${stream.stream}/${set.facts}: ${added.area} has figures of ${added.days} days in the period of ${added.period}; what is counted on a day is never added over time.`,
    "Declare a shorter frequency, or set aside the rows of all days but one in each period.",
  );
}

/**
 * Counts accepted records into facts and writes them, with how each national code was classified.
 *
 * @throws UnreadableDelivery when a stock is given for several days of one period.
 */
export async function makeFacts(engine: Engine, input: FactsInput, directory: string): Promise<void> {
  const { set, stream, records, crosswalk, vintage } = input;
  const table = (name: string, sql: string): Promise<void> =>
    engine.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  const write = (sql: string, file: string): Promise<void> =>
    engine.run(`COPY (${sql}) TO ${literal(join(directory, file))} (FORMAT parquet, COMPRESSION zstd)`);
  await refuseAddedStock(engine, input);
  if (hasKinds(set)) {
    await table("kinds", kindsSql(set, records, crosswalk));
    await table("classified", classifiedSql("kinds", crosswalk));
    await table(classesTable, classesSql(set, crosswalk, "classified"));
    await write(mappingSql("classified"), factFiles.mapping);
  }
  await write(factsSql(set, stream, vintage, records, crosswalk), factFiles.facts);
  if (hasKinds(set)) for (const name of ["kinds", "classified", classesTable]) await engine.run(`DROP TABLE ${name}`);
}
