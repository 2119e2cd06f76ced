import { createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { guardLines, hasLineBeyond, unclosedQuote, withoutLines } from "../../formats/index.ts";
import { type Engine, identifier, literal, parquet } from "../store/index.ts";
import { addNames, UnreadableDelivery } from "./columns.ts";
import { readHead } from "./csv-head.ts";
import { type RowsInput, textOf, unreadable } from "./delivered-part.ts";
import { type RowsInformation, rowsFiles } from "./information.ts";

/** Reads CSV into a Parquet file for each part; lines that are no rows go to the rejects. */
export async function readCsv(engine: Engine, input: RowsInput): Promise<RowsInformation> {
  try {
    return await readCsvParts(engine, input);
  } finally {
    for (const index of input.parts.keys()) {
      await engine.run(`DROP TABLE IF EXISTS reject_${index}`);
      await engine.run(`DROP TABLE IF EXISTS reject_${index}_scan`);
    }
  }
}

async function readCsvParts(engine: Engine, input: RowsInput): Promise<RowsInformation> {
  const { parts, directory, format } = input;
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const names: string[] = [];
  const files: { file: string; part: number }[] = [];
  const own: RowsInformation["parts"] = [];
  const texts: { readonly skip: number; readonly decoded: boolean }[] = [];
  const rejects: string[] = [];
  const preamble: string[][] = [];
  let done = 0;
  let rejected = 0;
  for (const [index, part] of parts.entries()) {
    const inPlace = format.compression === "none" && format.encoding === "utf-8";
    const plain = inPlace ? part.path : join(directory, `part-${index}.csv`);
    if (inPlace) await refuseLongLine(input, plain);
    else {
      const text = guardLines(textOf(input, part), format.maximumLineBytes);
      const told = watched(text, (bytes) => input.progress(Math.min(done + bytes, total), total));
      await pipeline(told, createWriteStream(plain, { flags: "wx" }));
    }
    done += part.bytes;
    const head = await readHead(format, plain, part.name);
    const body = head.apart ? join(directory, `body-${index}.csv`) : plain;
    if (head.apart)
      await pipeline(withoutLines(createReadStream(plain), head.skip), createWriteStream(body, { flags: "wx" }));
    preamble.push(...head.preamble);
    addNames(names, head.columns, part.name);
    own.push({ name: part.name, columns: head.columns });
    texts.push({ skip: head.skip, decoded: part.decoded === true });
    const file = `rows-${index}.parquet`;
    const columns = head.columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(", ");
    const rejectTable = `reject_${index}`;
    const lineBytes = Math.max(format.maximumLineBytes, 2_097_152);
    const options = [
      "auto_detect = false",
      `columns = {${columns}}`,
      `delim = ${literal(format.delimiter)}`,
      `quote = ${literal(format.quote)}`,
      `escape = ${literal(format.quote)}`,
      "header = false",
      `skip = ${head.apart ? 0 : head.skip}`,
      `null_padding = ${format.raggedRows === "pad"}`,
      "store_rejects = true",
      `rejects_table = ${literal(rejectTable)}`,
      `rejects_scan = ${literal(`${rejectTable}_scan`)}`,
      "rejects_limit = 0",
      `max_line_size = ${lineBytes}`,
      // Without this the engine takes 16 times the longest line for each buffer.
      `buffer_size = ${Math.max(2 * lineBytes, 33_554_432)}`,
      "encoding = 'utf-8'",
    ];
    if (head.empty)
      await engine.run(
        `COPY (SELECT ${head.columns.map((name) => `NULL::VARCHAR AS ${identifier(name)}`).join(", ")} WHERE FALSE) TO ${literal(join(directory, file))} (FORMAT parquet)`,
      );
    else {
      await unreadable(part.name, "CSV", () =>
        engine.run(
          `COPY (SELECT * FROM read_csv(${literal(body)}, ${options.join(", ")})) TO ${literal(join(directory, file))} (FORMAT parquet, COMPRESSION snappy)`,
        ),
      );
      const [count] = await engine.rows(
        {
          text: `SELECT count(*) AS n, count(*) FILTER (WHERE error_type = 'UNQUOTED VALUE') AS quotes FROM ${rejectTable}`,
          values: [],
        },
        z.object({ n: z.number(), quotes: z.number() }),
      );
      if (count !== undefined && count.quotes > 0) await refuseUnclosedQuote(input, plain, part.name);
      if (count !== undefined && count.n > 0) {
        rejects.push(
          `SELECT ${index} AS _part, line + ${head.apart ? head.skip : 0} AS _line, 'row.' || lower(replace(any_value(error_type)::VARCHAR, ' ', '-')) AS rule,
            left(any_value(csv_line), 200) AS found, '${head.columns.length} cells as in the header' AS expected FROM ${rejectTable} GROUP BY line`,
        );
      }
    }
    if (body !== plain) await rm(body);
    if (!inPlace) await rm(plain);
    files.push({ file, part: index });
  }
  if (rejects.length > 0) {
    await engine.run(
      `COPY (${rejects.join(" UNION ALL ")} ORDER BY 1, 2) TO ${literal(join(directory, rowsFiles.rejects))} (FORMAT parquet)`,
    );
    const [count] = await engine.rows(
      { text: `SELECT count(*) AS n FROM ${parquet([join(directory, rowsFiles.rejects)])}`, values: [] },
      z.object({ n: z.number() }),
    );
    rejected = count?.n ?? 0;
  }
  return {
    storage: "kept",
    columns: names.map((name) => ({ name, type: "VARCHAR" })),
    files,
    parts: own,
    texts,
    numbered: false,
    rejected,
    preamble,
  };
}

/** Refuses a file with a line that is longer than is believed: the engine would pass over it in silence. */
async function refuseLongLine({ format }: RowsInput, path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    let window = Buffer.alloc(0);
    const read = async (begin: number, length: number): Promise<Uint8Array> => {
      if (window.length < length) window = Buffer.alloc(length);
      const { bytesRead } = await handle.read(window, 0, length, begin);
      return window.subarray(0, bytesRead);
    };
    if (!(await hasLineBeyond({ bytes: size, read }, format.maximumLineBytes))) return;
  } finally {
    await handle.close();
  }
  // The second reading counts the lines and throws at the long one.
  const pieces = createReadStream(path, { highWaterMark: 1_048_576 });
  await pipeline(guardLines(pieces, format.maximumLineBytes), new Writable({ write: (_, __, done) => done() }));
}

/** Refuses a file in which a quote has taken lines with it: the engine counts them as one, and goes on where it may. */
async function refuseUnclosedQuote({ format }: RowsInput, path: string, name: string): Promise<void> {
  const { delimiter, quote, maximumLineBytes } = format;
  const line = await unclosedQuote(createReadStream(path), { delimiter, quote, maximumBytes: maximumLineBytes });
  if (line === undefined) return;
  throw new UnreadableDelivery(
    "rows.unclosed-quote",
    `${name}, line ${line}: a quote opens here and is not closed before other text or the end of the file. What follows cannot be told apart.`,
    'Close or double the quote, or declare `quote: ""` in the stream\'s format when the file knows no quotes.',
  );
}

/** Passes bytes on and tells how many, at most once for each 8 MiB. */
async function* watched(bytes: AsyncIterable<Uint8Array>, tell: (bytes: number) => void): AsyncIterable<Uint8Array> {
  let sum = 0;
  let told = 0;
  for await (const chunk of bytes) {
    sum += chunk.length;
    if (sum - told > 8_388_608) {
      told = sum;
      tell(sum);
    }
    yield chunk;
  }
}
