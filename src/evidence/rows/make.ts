import { createReadStream, createWriteStream } from "node:fs";
import { open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import {
  announcedEncoding,
  decodeText,
  guardLines,
  hasLineBeyond,
  openPayload,
  parseCsv,
  readJsonLines,
  readJsonRows,
  readJsonStat,
  readSdmxCsv,
  readXlsx,
  unclosedQuote,
} from "../../formats/index.ts";
import type { Format } from "../definitions/index.ts";
import { type Engine, identifier, literal, parquet } from "../store/index.ts";
import { addNames, headerNames, UnreadableDelivery } from "./columns.ts";
import { type RowsInformation, rowsFiles } from "./information.ts";

/** Most bytes after decompression that are believed when the stream does not say otherwise: 200 times what was sent. */
function believedBytes(bytes: number): number {
  return Math.max(2 ** 30, 200 * bytes);
}

/** Bytes at the beginning of a file in which the header must be. */
const headBytes = 1_048_576;

export interface DeliveredPart {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Set when the transfer's own coding has been taken off: a name ending in .gz may hold plain text. */
  readonly decoded?: boolean | undefined;
}

/** What a rows step is made from. */
export interface RowsInput {
  readonly format: Format;
  /** JSON Pointer to the rows when the parts are pages of a JSON interface. */
  readonly rowsPath: string | undefined;
  readonly parts: readonly DeliveredPart[];
  readonly directory: string;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Turns the bytes of a delivery into rows of text exactly as delivered, in order, kept as Parquet. Parquet deliveries are
 * read in place. Lines that are no rows go to the rejects with their line number.
 *
 * @throws UnreadableDelivery when a file as a whole is not what the format declares.
 */
export async function makeRows(engine: Engine, input: RowsInput): Promise<void> {
  const information = await readAll(engine, input);
  await writeFile(join(input.directory, rowsFiles.information), JSON.stringify(information));
}

async function readAll(engine: Engine, input: RowsInput): Promise<RowsInformation> {
  const { format, parts, rowsPath } = input;
  if (rowsPath !== undefined)
    return readTables(engine, input, async (part) => ({
      ...readJsonRows(await wholeText(input, part), rowsPath),
      keyed: true,
    }));
  switch (format.kind) {
    case "parquet":
      return readParquet(engine, parts);
    case "csv":
      return readCsv(engine, input);
    case "json":
      return readTables(engine, input, async (part) => ({
        ...readJsonRows(await wholeText(input, part), format.rowsPath ?? ""),
        keyed: true,
      }));
    case "json-lines":
      return readTables(engine, input, async (part) => ({
        ...readJsonLines(await wholeText(input, part)),
        keyed: true,
      }));
    case "xlsx":
      return readTables(engine, input, async (part) => {
        const { sheet, preambleRows, header, maximumBytes } = format;
        const table = readXlsx(await wholeBytes(input, part), {
          preambleRows,
          header,
          ...(sheet === undefined ? {} : { sheet }),
          ...(maximumBytes === undefined ? {} : { maximumBytes }),
        });
        return {
          columns: table.columns,
          rows: table.rows.map(({ cells }) => cells),
          numbers: table.rows.map(({ row }) => row),
          preamble: table.preamble,
        };
      });
    case "sdmx-csv":
      return readTables(engine, input, async (part) => readSdmxCsv(await wholeText(input, part)));
    case "json-stat":
      return readTables(engine, input, async (part) => readJsonStat(await wholeText(input, part)));
    default:
      return format.kind satisfies never;
  }
}

const describedSchema = z.object({ column_name: z.string(), column_type: z.string() });

async function readParquet(engine: Engine, parts: readonly DeliveredPart[]): Promise<RowsInformation> {
  const columns = new Map<string, string>();
  const names: string[] = [];
  const own: RowsInformation["parts"] = [];
  for (const { name, path } of parts) {
    const described = await unreadable(name, "Parquet", () =>
      engine.rows({ text: `DESCRIBE SELECT * FROM ${parquet([path])}`, values: [] }, describedSchema),
    );
    for (const { column_name, column_type } of described) {
      const other = columns.get(column_name) ?? column_type;
      if (other !== column_type) {
        throw new UnreadableDelivery(
          "rows.parts-differ",
          `${name}: the column "${column_name}" is ${column_type}; in an earlier part of the delivery it is ${other}.`,
          "Describe files of different kinds as different streams, or ask the source for one kind.",
        );
      }
      columns.set(column_name, column_type);
    }
    const present = described.map(({ column_name }) => column_name);
    addNames(names, present, name);
    own.push({ name, columns: present });
  }
  return {
    storage: "native",
    columns: [...columns].map(([name, type]) => ({ name, type })),
    files: parts.map((part, index) => ({ file: part.name, part: index })),
    parts: own,
    numbered: false,
    rejected: 0,
    preamble: [],
  };
}

async function unreadable<T>(name: string, kind: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A full disk or too little memory is no fault of the delivery.
    if (/out of memory|could not write|no space left|file too large/i.test(reason)) throw error;
    throw new UnreadableDelivery(
      "rows.unreadable",
      `${name} cannot be read as ${kind}: ${reason}`,
      "Check the declared format, or the file.",
      { cause: error },
    );
  }
}

/** The bytes of a part as the format declares them: decompressed, and as UTF-8 without a byte order mark. */
function textOf(input: RowsInput, part: DeliveredPart): AsyncIterable<Uint8Array> {
  return decodeText(payloadOf(input, part), input.format.encoding);
}

function payloadOf(input: RowsInput, part: DeliveredPart): AsyncIterable<Uint8Array> {
  const { compression, member, maximumBytes } = input.format;
  return openPayload(part.path, {
    compression: part.decoded === true && compression === "gzip" ? "none" : compression,
    maximumBytes: maximumBytes ?? believedBytes(part.bytes),
    ...(member === undefined ? {} : { member }),
  });
}

/** Most bytes of a format that is read whole: a text of the runtime holds about as many characters. */
const wholeLimit = 2 ** 29 - 32;

async function wholeBytes(input: RowsInput, part: DeliveredPart): Promise<Buffer> {
  return joined(payloadOf(input, part), part);
}

async function wholeText(input: RowsInput, part: DeliveredPart): Promise<string> {
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

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Numbers of the rows as the source counts them, such as the rows of a sheet; from 1 when absent. */
  readonly numbers?: readonly number[];
  readonly preamble?: readonly (readonly string[])[];
  /** Set when the rows name their own cells, so that a column that none of them names is no fault. */
  readonly keyed?: true;
}

/** Formats that are read whole: every part becomes a table, and all tables one Parquet file that numbers its rows. */
async function readTables(
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

/** The first bytes of a file as text: enough to hold the header. */
async function headOf(path: string, name: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(buffer, 0, headBytes, 0);
    const announced = announcedEncoding(buffer.subarray(0, bytesRead));
    if (announced !== undefined && announced !== "utf-8") {
      throw new UnreadableDelivery(
        "rows.wrong-encoding",
        `${name}, line 1: the file begins with the byte order mark of ${announced}; expected utf-8, as declared.`,
        `Declare \`encoding: ${announced}\` in the stream's format.`,
      );
    }
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await handle.close();
  }
}

async function readCsv(engine: Engine, input: RowsInput): Promise<RowsInformation> {
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
    preamble.push(...head.preamble);
    addNames(names, head.columns, part.name);
    own.push({ name: part.name, columns: head.columns });
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
      `skip = ${head.skip}`,
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
          `COPY (SELECT * FROM read_csv(${literal(plain)}, ${options.join(", ")})) TO ${literal(join(directory, file))} (FORMAT parquet, COMPRESSION snappy)`,
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
          `SELECT ${index} AS _part, line AS _line, 'row.' || lower(replace(any_value(error_type)::VARCHAR, ' ', '-')) AS rule,
            left(any_value(csv_line), 200) AS found, '${head.columns.length} cells as in the header' AS expected FROM ${rejectTable} GROUP BY line`,
        );
      }
    }
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
  const pieces = createReadStream(path, { highWaterMark: headBytes });
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

interface Head {
  readonly columns: string[];
  readonly preamble: string[][];
  /** Physical lines before the first data row. */
  readonly skip: number;
  /** Whether no data row follows. */
  readonly empty: boolean;
}

/** Reads preamble and header with a CSV parser of its own: DuckDB is then told every name, and guesses nothing. */
async function readHead(format: Format, path: string, name: string): Promise<Head> {
  const text = await headOf(path, name);
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const before = format.preambleRows;
  const preamble = lines.slice(0, before).map((line) => [line]);
  const rest = lines.slice(before).join("\n");
  if (rest.trim() === "") {
    throw new UnreadableDelivery(
      "rows.empty",
      `${name} is empty: it has no header and no rows.`,
      "Ask the source for the file again, or mend preambleRows.",
    );
  }
  const first = rest.split("\n", 1)[0] ?? "";
  if (first.length === rest.length && text.length >= headBytes / 4) {
    throw new UnreadableDelivery(
      "rows.header-too-long",
      `${name}, line ${before + 1}: the first ${headBytes} bytes hold no line break; expected a header and rows.`,
      "Check that this is a text file with one row in each line, and that its encoding is declared rightly.",
    );
  }
  const parsed =
    format.quote === ""
      ? { columns: first.split(format.delimiter) }
      : parseCsv(rest, { delimiter: format.delimiter, quote: format.quote, toLine: 1 });
  const cells = parsed.columns;
  if (format.header) {
    const headLines = headerLines(rest, format.quote);
    const columns = headerNames(format, cells, name);
    return {
      columns,
      preamble,
      skip: before + headLines,
      empty: rest.split("\n").slice(headLines).join("").trim() === "" && text.length < headBytes,
    };
  }
  const columns = format.columnNames ?? cells.map((_, index) => `column ${index + 1}`);
  return { columns: headerNames(format, columns, name), preamble, skip: before, empty: false };
}

/** How many physical lines the header takes: more than one when a quoted name holds a line break. */
function headerLines(text: string, quote: string): number {
  let lines = 0;
  let open = false;
  for (const line of text.split("\n")) {
    lines += 1;
    if (quote !== "") for (const character of line) if (character === quote) open = !open;
    if (!open) return lines;
  }
  return lines;
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
