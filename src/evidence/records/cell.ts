import type { RecordColumn } from "../definitions/index.ts";
import { literal } from "../store/index.ts";

/** What a column expression needs to know of the world around it. */
export interface ColumnSurroundings {
  /** DuckDB type of the source's column: `VARCHAR` for every text format, the real type for Parquet. */
  readonly sourceType: string;
  /** Quoted reference to the source's column. */
  readonly source: string;
  /** IANA zone of the observatory, in which periods are cut. */
  readonly timezone: string;
  /** Pairs of a declared lookup table. */
  readonly lookup: ReadonlyMap<string, string> | undefined;
  /** Codes of the observatory's areas. */
  readonly areaCodes: ReadonlySet<string>;
}

/** The text of a cell as delivered, white space taken away where declared. */
export function trimmedText(column: RecordColumn, around: ColumnSurroundings): string {
  const plain = around.sourceType === "VARCHAR" ? around.source : `${around.source}::VARCHAR`;
  return column.trim && around.sourceType === "VARCHAR" ? `trim(${plain}, ' \t\r\n\u00a0')` : plain;
}

/** Whether a cell holds nothing. Comparing is done once for each text of a dictionary, making a NULL for each row. */
export function isEmpty(column: RecordColumn, around: ColumnSurroundings): string {
  const nothing = `${around.source} IS NULL`;
  if (around.sourceType !== "VARCHAR" && column.empty.every((one) => one === "")) return nothing;
  if (column.empty.length === 0) return nothing;
  return `(${nothing} OR ${trimmedText(column, around)} IN (${column.empty.map(literal).join(", ")}))`;
}

/** The text of a cell; NULL when it is empty. */
export function textOf(column: RecordColumn, around: ColumnSurroundings): string {
  const trimmed = trimmedText(column, around);
  const empties = column.empty.map(literal);
  if (empties.length === 0) return trimmed;
  if (empties.length === 1) return `nullif(${trimmed}, ${empties[0] ?? "''"})`;
  return `(CASE WHEN ${trimmed} IN (${empties.join(", ")}) THEN NULL ELSE ${trimmed} END)`;
}

/** Whether the source holds the declared type itself, so that no text has to be read. */
