import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, literal } from "../store/index.ts";
import { addNames, headerNames, UnreadableDelivery } from "./columns.ts";
import { type DeliveredPart, payloadOf, type RowsInput, textOf } from "./delivered-part.ts";
import type { RowsInformation } from "./information.ts";

/** Most bytes of a format that is read whole: a text of the runtime holds about as many characters. */
const wholeLimit = 2 ** 29 - 32;

/** The bytes of a part that is read whole. */
export async function wholeBytes(input: RowsInput, part: DeliveredPart): Promise<Buffer> {
  return joined(payloadOf(input, part), part);
}

/** The text of a part that is read whole. */
export async function wholeText(input: RowsInput, part: DeliveredPart): Promise<string> {
  return (await joined(textOf(input, part), part)).toString("utf8");
}

async function joined(pieces: AsyncIterable<Uint8Array>, { name }: DeliveredPart): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sum = 0;
  for await (const chunk of pieces) {
    sum += chunk.length;
    if (sum > wholeLimit) {
      throw new UnreadableDelivery(
        "rows.too-large",
        `${name} holds more than ${wholeLimit} bytes; a format that is read whole can hold no more.`,
        "Ask the source for several files, or for CSV or Parquet.",
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The rows of a part that is read whole. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Numbers of the rows as the source counts them, such as the rows of a sheet; from 1 when absent. */
  readonly numbers?: readonly number[];
  readonly preamble?: readonly (readonly string[])[];
  /** Set when the rows name their own cells, so that a column that none of them names is no fault. */
  readonly keyed?: true;
}

/** Formats that are read whole: every part becomes a table, and all tables one Parquet file that numbers its rows. */
export async function readTables(
  engine: Engine,
  input: RowsInput,
  read: (part: DeliveredPart) => Promise<Table>,
): Promise<RowsInformation> {
  const { format, parts, directory } = input;
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = join(directory, "rows.json-lines");
  const names: string[] = [];
  const preamble: string[][] = [];
  const own: RowsInformation["parts"] = [];
  let done = 0;
  let longest = 0;
  const output = await open(lines, "wx");
  try {
    for (const [index, part] of parts.entries()) {
      const table = await read(part);
      const columns = headerNames(format, table.columns, part.name);
      if (table.keyed !== true) own.push({ name: part.name, columns });
      addNames(names, columns, part.name);
      preamble.push(...(table.preamble ?? []).map((cells) => [...cells]));
      for (let begin = 0; begin < table.rows.length; begin += 2048) {
        const text = table.rows.slice(begin, begin + 2048).map((cells, row) => {
          const values = Object.fromEntries(columns.map((name, column) => [name, cells[column] ?? null]));
          return JSON.stringify({ ...values, _part: index, _row: table.numbers?.[begin + row] ?? begin + row + 1 });
        });
        for (const line of text) longest = Math.max(longest, Buffer.byteLength(line));
        await output.write(`${text.join("\n")}\n`);
      }
      done += part.bytes;
      input.progress(done, total);
    }
  } finally {
    await output.close();
  }
  // The engine sets aside several times this for each thread, so it is as small as the longest row allows.
  const objectBytes = Math.max(longest + 1, 1_048_576);
  const types = [...names.map((name) => `${literal(name)}: 'VARCHAR'`), "'_part': 'INTEGER'", "'_row': 'BIGINT'"];
  await engine.run(
    `COPY (SELECT * FROM read_json(${literal(lines)}, format = 'newline_delimited', columns = {${types.join(", ")}}, maximum_object_size = ${objectBytes}))
      TO ${literal(join(directory, "rows.parquet"))} (FORMAT parquet, COMPRESSION zstd)`,
  );
  await rm(lines);
  return {
    storage: "kept",
    columns: names.map((name) => ({ name, type: "VARCHAR" })),
    files: [{ file: "rows.parquet", part: 0 }],
    parts: own,
    numbered: true,
    rejected: 0,
    preamble,
  };
}
