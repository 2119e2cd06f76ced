import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../steps/index.ts";
import { identifier, literal, parquet } from "../store/index.ts";

const informationSchema = z.object({
  /** `kept`: the step wrote the rows as Parquet; `native`: the snapshots themselves are Parquet and are read in place. */
  storage: z.enum(["kept", "native"]),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  /** Files with rows, each with the part of the delivery that it came from; for native storage the parts in order. */
  files: z.array(z.object({ file: z.string(), part: z.number() })),
  /** The columns of each part, where every part has a header of its own; a part of JSON names only what it has. */
  parts: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  /** Of each part that is CSV: the physical lines before its first row, and whether the transfer's coding was taken off. */
  texts: z.array(z.object({ skip: z.number(), decoded: z.boolean() })).optional(),
  /** Set when a file holds rows of several parts and says itself which. */
  numbered: z.boolean(),
  rejected: z.number(),
  /** Lines before the header, as delivered. */
  preamble: z.array(z.array(z.string())),
});
export type RowsInformation = z.infer<typeof informationSchema>;

/** Names of the files that the rows step leaves in its directory. */
export const rowsFiles = { information: "rows.json", rejects: "rejects.parquet" } as const;

/** Where the rows of a delivery are, as the rows step left them. */
export interface RowsRelation {
  /** SQL of the relation: the source's columns and `_part`, `_row` that name each row. */
  readonly relation: string;
  /** Source columns in order, with their DuckDB types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** The rows of a delivery, ready to be validated. */
export interface ReadyRows {
  readonly rows: RowsRelation;
  readonly rejects: { readonly relation: string; readonly count: number };
  readonly information: RowsInformation;
}

/** Opens what the rows step has left. `snapshots` are the paths of the delivery's parts, in order. */
export async function readRows(directory: string, snapshots: readonly string[]): Promise<ReadyRows> {
  const information = informationSchema.parse(await readJson(join(directory, rowsFiles.information)));
  const selects = information.files.map(({ file, part }) => {
    const path = information.storage === "native" ? (snapshots[part] ?? "") : join(directory, file);
    if (information.numbered) return `SELECT * FROM ${parquet([path])}`;
    const own = information.parts[part]?.columns;
    const columns = information.columns
      .map(({ name, type }) =>
        own === undefined || own.includes(name) ? identifier(name) : `NULL::${type} AS ${identifier(name)}`,
      )
      .join(", ");
    return `SELECT ${columns}, ${part}::INTEGER AS _part, file_row_number + 1 AS _row FROM read_parquet([${literal(path)}], file_row_number = true)`;
  });
  return {
    rows: { relation: `(${selects.join("\nUNION ALL BY NAME\n")})`, columns: information.columns },
    rejects: {
      relation:
        information.rejected === 0
          ? "(SELECT 0 AS _part, 0 AS _line, '' AS rule, '' AS found, '' AS expected WHERE FALSE)"
          : parquet([join(directory, rowsFiles.rejects)]),
      count: information.rejected,
    },
    information,
  };
}
