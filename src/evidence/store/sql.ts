/** A statement with the values bound to its parameters `$1`, `$2` and so on. */
export interface SqlQuery {
  readonly text: string;
  readonly values: readonly SqlValue[];
}
export type SqlValue = string | number | boolean | null;

/** A name as SQL writes it. Every identifier that is not a constant of the program passes through here. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for the places where a statement takes no parameter, such as the target of COPY. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value as an SQL literal. Numbers must be finite: there is no silent NaN. */
export function literalOf(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return literal(value);
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written into SQL`);
  return String(value);
}

/** A list of Parquet files as a relation; columns are matched by name, absent ones are NULL. */
export function parquet(paths: readonly string[]): string {
  if (paths.length === 0) throw new RangeError("a relation needs at least one file");
  return `read_parquet([${paths.map(literal).join(", ")}], union_by_name = true)`;
}
