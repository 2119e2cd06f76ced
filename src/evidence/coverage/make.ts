import { join } from "node:path";
import type { Coverage } from "../definitions/index.ts";
import { type Engine, literal } from "../store/index.ts";
import { ledgerSql, type ReportingUnit, unitsSql } from "./queries.ts";

/** Name of the file that the coverage step leaves in its directory. */
export const ledgerFile = "ledger.parquet";

/** What a ledger is made from. */
export interface LedgerInput {
  readonly coverage: Coverage;
  readonly units: readonly ReportingUnit[];
  /** Returns or facts; undefined where spans are declared. */
  readonly relation: string | undefined;
}

/** Writes the ledger of reporting: one row per unit and period, columns as `ledgerSql` says. */
export async function makeLedger(engine: Engine, input: LedgerInput, directory: string): Promise<void> {
  const sql = ledgerSql(input.coverage, { units: unitsSql(input.units), relation: input.relation });
  await engine.run(`COPY (${sql}) TO ${literal(join(directory, ledgerFile))} (FORMAT parquet, COMPRESSION zstd)`);
}
