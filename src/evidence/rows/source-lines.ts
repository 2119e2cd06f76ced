import { z } from "zod";
import { eachRecord, replaceFaults, withoutLines } from "../../formats/index.ts";
import type { Format } from "../definitions/index.ts";
import type { Engine } from "../store/index.ts";
import { payloadOf } from "./delivered-part.ts";
import type { ReadyRows } from "./information.ts";

/** A row of a part by its number among the readable rows, or a line that is no row by its number among all records. */
export type PlaceInFile = { readonly row: number } | { readonly record: number };

/** Beyond so many lines that are no rows, the file is not what was declared, and its lines are not looked for. */
const mostRejects = 1_000_000;

/**
 * The physical lines of a part of a CSV delivery on which rows begin, as an editor shows them: lines before the header,
 * empty lines, lines that are no rows and line breaks within quotes are counted. One answer for each place, undefined where
 * it is not known, as for a part that is not CSV. The part is read from its beginning to the last of the places.
 */
export async function sourceLines(
  engine: Engine,
  ready: ReadyRows,
  format: Format,
  part: { readonly index: number; readonly path: string; readonly bytes: number },
  places: readonly PlaceInFile[],
): Promise<(number | undefined)[]> {
  const text = ready.information.texts?.[part.index];
  const information = ready.information.parts[part.index];
  if (text === undefined || information === undefined || format.kind !== "csv" || places.length === 0)
    return places.map(() => undefined);
  const rejected = await engine.rows(
    {
      text: `SELECT DISTINCT _line AS line FROM ${ready.rejects.relation} WHERE _part = $1 LIMIT ${mostRejects + 1}`,
      values: [part.index],
    },
    z.object({ line: z.number() }),
  );
  if (rejected.length > mostRejects) return places.map(() => undefined);
  const rejects = new Set(rejected.map(({ line }) => line));
  const rows = new Map<number, number | undefined>();
  const records = new Map<number, number | undefined>();
  for (const place of places) {
    if ("row" in place) rows.set(place.row, undefined);
    else records.set(place.record, undefined);
  }
  let open = rows.size + records.size;
  let row = 0;
  const delivered = { name: information.name, path: part.path, bytes: part.bytes, decoded: text.decoded };
  // The engine passes over an empty line, unless a row has one cell only.
  const single = information.columns.length === 1;
  // A line that is no text was put apart, and still counts.
  const characters = replaceFaults(payloadOf({ format }, delivered), format.encoding);
  await eachRecord(withoutLines(characters, text.skip), format, (found) => {
    const number = found.number + text.skip;
    const line = found.line + text.skip;
    if (records.has(number)) {
      records.set(number, line);
      open -= 1;
    }
    if (rejects.has(number) || (found.empty && !single)) return open > 0;
    row += 1;
    if (rows.has(row)) {
      rows.set(row, line);
      open -= 1;
    }
    return open > 0;
  });
  return places.map((place) => ("row" in place ? rows.get(place.row) : records.get(place.record)));
}
