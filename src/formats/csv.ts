import { CsvError, parse } from "csv-parse/sync";
import { type FormatProblem, quotation } from "./problem.ts";

export interface CsvTable {
  columns: string[];
  rows: { line: number; cells: string[] }[];
  problems: FormatProblem[];
}

export interface CsvOptions {
  /** One or more characters between cells; default `,`. */
  delimiter?: string;
  /** Default `"`. */
  quote?: string;
  /** Last physical line to read: a record that begins after it is left out. */
  toLine?: number;
}

const byteOrderMark = "\uFEFF";
const lineFeed = 10;
const carriageReturn = 13;

/**
 * Reads a small definition file (a crosswalk, a code list) as a table of text. The whole text is held in memory.
 *
 * Line endings may be mixed; empty lines are skipped; a leading byte order mark is removed. `line` is the physical line on
 * which the record begins, counted from 1, line breaks inside quotes included. A row whose number of cells differs from the
 * header is left out of `rows` and reported; a broken quote ends the reading, the rows before it are returned.
 *
 * @throws RangeError when delimiter and quote cannot be told apart: a mistake of the caller, not of the data.
 * @see RFC 4180
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvTable {
  const { delimiter = ",", quote = '"', toLine = Number.POSITIVE_INFINITY } = options;
  if (delimiter === "" || quote === "" || delimiter.includes(quote) || /[\r\n]/.test(delimiter + quote)) {
    throw new RangeError(`delimiter ${quotation(delimiter)} and quote ${quotation(quote)} cannot be told apart`);
  }
  const bytes = Buffer.from(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  const position = new LinePosition(bytes);
  const records: { line: number; cells: string[] }[] = [];
  const problems: FormatProblem[] = [];
  let end = 0;
  try {
    parse(bytes, {
      delimiter,
      quote,
      escape: quote,
      bom: false,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (cells: string[], info) => {
        records.push({ line: position.lineOfRecordAt(end), cells });
        end = info.bytes;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(quoteProblem(error, position.lineOfRecordAt(end)));
  }

  const header = records[0];
  if (header === undefined || header.line > toLine) {
    if (problems.length === 0) problems.push(emptyProblem());
    return { columns: [], rows: [], problems };
  }
  const columns = header.cells;
  problems.push(...headerProblems(columns, header.line));
  const rows: CsvTable["rows"] = [];
  for (const record of records.slice(1)) {
    if (record.line > toLine) break;
    if (record.cells.length === columns.length) rows.push(record);
    else problems.push(raggedProblem(record, columns));
  }
  return { columns, rows, problems: problems.filter(({ line }) => line === undefined || line <= toLine) };
}

/** Counts physical lines forward through the bytes, because csv-parse counts a quoted CR LF as two lines. */
class LinePosition {
  readonly #bytes: Uint8Array;
  #offset = 0;
  #line = 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Line of the first character at or after `offset` that is no line break; offsets must not decrease. */
  lineOfRecordAt(offset: number): number {
    while (this.#offset < this.#bytes.length) {
      const byte = this.#bytes[this.#offset];
      const isBreak = byte === lineFeed || byte === carriageReturn;
      if (this.#offset >= offset && !isBreak) break;
      if (byte === lineFeed || (byte === carriageReturn && this.#bytes[this.#offset + 1] !== lineFeed)) this.#line++;
      this.#offset++;
    }
    return this.#line;
  }
}

function emptyProblem(): FormatProblem {
  return {
    code: "csv.empty",
    message: "The file has no header.",
    line: 1,
    found: "nothing",
    expected: "a header line with the column names",
    hint: "Check that the right file was delivered and that it is complete.",
  };
}

function headerProblems(columns: readonly string[], line: number): FormatProblem[] {
  const problems: FormatProblem[] = [];
  const seen = new Set<string>();
  for (const [index, column] of columns.entries()) {
    if (column.trim() === "") {
      problems.push({
        code: "csv.unnamed-column",
        message: `Line ${line}: column ${index + 1} of the header has no name.`,
        line,
        found: quotation(column),
        expected: "a name for every column",
        hint: "Name the column, or remove it with its delimiter from every line.",
      });
    } else if (seen.has(column)) {
      problems.push({
        code: "csv.duplicate-column",
        message: `Line ${line}: the header names the column ${quotation(column)} twice.`,
        line,
        column,
        found: quotation(column),
        expected: "each column name once",
        hint: "Rename or remove one of the two columns.",
      });
    }
    seen.add(column);
  }
  return problems;
}

function raggedProblem(record: { line: number; cells: string[] }, columns: readonly string[]): FormatProblem {
  const { line, cells } = record;
  return {
    code: "csv.ragged-row",
    message: `Line ${line}: ${cells.length} cells where the header has ${columns.length}.`,
    line,
    found: `${cells.length} cells: ${quotation(cells.join(" | "))}`,
    expected: `${columns.length} cells: ${quotation(columns.join(" | "))}`,
    hint:
      cells.length > columns.length
        ? "Put quotes around a text that contains the delimiter."
        : "Add the missing cells (an empty cell is still followed by its delimiter), and check the delimiter.",
  };
}

function quoteProblem(error: CsvError, line: number): FormatProblem {
  const unclosed = error.code === "CSV_QUOTE_NOT_CLOSED";
  return {
    code: unclosed ? "csv.unclosed-quote" : "csv.stray-quote",
    message: unclosed
      ? `Line ${line}: a quote that opens in the record beginning here is never closed.`
      : `Line ${line}: a quote stands inside a cell of the record beginning here.`,
    line,
    found: unclosed ? "the end of the file inside quotes" : "a quote beside other text",
    expected: "quotes around the whole cell, a quote inside it doubled",
    hint: unclosed ? "Close the quote." : "Double the quote, and put quotes around the whole cell.",
  };
}

// Full-width signs too: a spreadsheet in East Asia takes them for the plain ones.
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/u;
const needsQuotes = /[",\r\n]/;

/**
 * One CSV cell. Text that a spreadsheet would run as a formula (first character `=`, `+`, `-`, `@`, one of these in full width, tab or a line break)
 * gets an apostrophe in front; numbers are written as they are, so a negative number stays one; `null` is an empty cell.
 *
 * @throws RangeError for NaN and infinities, which no table may contain.
 * @see RFC 4180; OWASP, CSV Injection
 */
export function csvField(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written to a table`);
    return String(value);
  }
  if (typeof value === "boolean") return String(value);
  const text = formulaStart.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
