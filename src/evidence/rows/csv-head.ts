import { open } from "node:fs/promises";
import { announcedEncoding, parseCsv } from "../../formats/index.ts";
import type { Format } from "../definitions/index.ts";
import { headerNames, UnreadableDelivery } from "./columns.ts";

/** Bytes at the beginning of a file in which the header must be. */
const headBytes = 1_048_576;

/** What stands before the rows of a CSV file. */
export interface Head {
  readonly columns: string[];
  readonly preamble: string[][];
  /** Physical lines before the first data row. */
  readonly skip: number;
  /** Whether the engine would count those lines otherwise, because a quote stands in them that may take more than one. */
  readonly apart: boolean;
  /** Whether no data row follows. */
  readonly empty: boolean;
}

/** Reads preamble and header with a CSV parser of its own: DuckDB is then told every name, and guesses nothing. */
export async function readHead(format: Format, path: string, name: string): Promise<Head> {
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
  if (format.columnNames === undefined && first.trim() === "") {
    throw new UnreadableDelivery(
      "rows.no-header",
      `${name}, line ${before + 1}: the line is empty; expected ${format.header ? "the names of the columns" : "the first row"}.`,
      `If the file begins with lines that are no rows, declare how many in the stream's format: \`preambleRows\`, now ${before}.`,
    );
  }
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
  if (cells.length === 0 && format.columnNames === undefined) {
    throw new UnreadableDelivery(
      "rows.broken-header",
      `${name}, line ${before + 1}: a quote in it stands beside other text or is never closed; expected quotes around a whole cell. Found: ${first.slice(0, 200)}`,
      'Mend the quote, declare `preambleRows` when this line is no header, or `quote: ""` when the file knows no quotes.',
    );
  }
  const quoted = format.quote !== "" && preamble.some(([line]) => line?.includes(format.quote));
  if (format.header) {
    const headLines = headerLines(rest, format.quote);
    const columns = headerNames(format, cells, name);
    return {
      columns,
      preamble,
      skip: before + headLines,
      apart: quoted || headLines > 1,
      empty: rest.split("\n").slice(headLines).join("").trim() === "" && text.length < headBytes,
    };
  }
  const columns = format.columnNames ?? cells.map((_, index) => `column ${index + 1}`);
  return { columns: headerNames(format, columns, name), preamble, skip: before, apart: quoted, empty: false };
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
