import { type CellObject, read, SSF, type WorkBook } from "@e965/xlsx";
import { FormatError, quotation } from "./problem.ts";
import { unpackedSize } from "./unpacked-size.ts";

export interface XlsxOptions {
  /** Name of the sheet; may be left out when the workbook has one. */
  readonly sheet?: string;
  /** Rows before the header row. */
  readonly preambleRows: number;
  readonly header: boolean;
  /** Most bytes that are believed after unpacking; default 400 MiB, for a workbook is held in memory whole. */
  readonly maximumBytes?: number;
}

export interface XlsxTable {
  /** The rows before the header, without their empty cells. */
  readonly preamble: readonly (readonly string[])[];
  readonly columns: readonly string[];
  /** Rows that are not wholly empty, with their number in the sheet, counted from 1. */
  readonly rows: readonly { readonly row: number; readonly cells: readonly (string | null)[] }[];
}

const believedBytes = 400 * 2 ** 20;

/**
 * Reads one sheet of an Office Open XML workbook as text. Numbers are given with all their digits, not as the cell's
 * format shows them; dates in ISO 8601; errors such as `#N/A` as they stand; empty cells as `null`.
 *
 * @throws FormatError when the bytes are no such workbook, or the sheet is not in it.
 */
export function readXlsx(bytes: Uint8Array, options: XlsxOptions): XlsxTable {
  const workbook = open(bytes, options.maximumBytes);
  const sheet = workbook.Sheets[sheetName(workbook, options.sheet)];
  // The range that a sheet states may reach to the last possible cell; the cells that are there end earlier.
  const data = sheet?.["!data"] ?? [];
  const across = data.reduce((widest, cells) => Math.max(widest, cells?.length ?? 0), 0);
  const date1904 = workbook.Workbook?.WBProps?.date1904 === true;
  const lines: { row: number; cells: (string | null)[] }[] = [];
  for (let row = 0; row < data.length; row += 1) {
    const cells: (string | null)[] = [];
    for (let column = 0; column < across; column += 1) cells.push(cellText(data[row]?.[column], date1904));
    lines.push({ row: row + 1, cells });
  }
  const preamble = lines.slice(0, options.preambleRows).map(({ cells }) => cells.filter((cell) => cell !== null));
  const rest = lines.slice(options.preambleRows);
  const head = options.header ? rest.shift() : rest[0];
  if (head === undefined || head.cells.every((cell) => cell === null)) throw empty();
  // A note beside the table is kept as a column without a name: nothing that was delivered is lost.
  const width = [head, ...rest].reduce(
    (widest, { cells }) => Math.max(widest, cells.findLastIndex((cell) => cell !== null) + 1),
    0,
  );
  const columns = head.cells
    .slice(0, width)
    .map((cell, index) => (options.header ? (cell ?? "") : `column ${index + 1}`));
  const rows = rest
    .filter(({ cells }) => cells.some((cell) => cell !== null))
    .map(({ row, cells }) => ({ row, cells: cells.slice(0, width) }));
  return { preamble, columns, rows };
}

/**
 * The cells of every sheet of a workbook, row by row from the first, as {@link readXlsx} gives them; at most `mostRows` of
 * each sheet. For looking at a workbook of which nothing is known yet.
 *
 * @throws FormatError when the bytes are no such workbook.
 */
export function readXlsxSheets(
  bytes: Uint8Array,
  mostRows: number,
): readonly {
  readonly name: string;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly whole: boolean;
}[] {
  const workbook = open(bytes);
  const date1904 = workbook.Workbook?.WBProps?.date1904 === true;
  return workbook.SheetNames.map((name) => {
    const data = workbook.Sheets[name]?.["!data"] ?? [];
    const rows = data.slice(0, mostRows);
    const cells = Array.from(rows, (row) => Array.from(row ?? [], (cell) => cellText(cell, date1904)));
    return { name, rows: cells, whole: data.length <= mostRows };
  });
}

/** The names of a workbook's sheets, in order. */
export function xlsxSheetNames(bytes: Uint8Array): readonly string[] {
  return open(bytes).SheetNames;
}

function open(bytes: Uint8Array, maximumBytes = believedBytes): WorkBook {
  if (!(bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4)) {
    const old = bytes[0] === 0xd0 && bytes[1] === 0xcf;
    throw broken(
      old
        ? "a file of the older binary format, or an encrypted one"
        : quotation(Buffer.from(bytes.subarray(0, 40)).toString("latin1")),
      old
        ? "Save it as .xlsx without a password."
        : "Check that the download is the workbook and not a page that says something else.",
    );
  }
  if (unpackedSize(bytes, maximumBytes) === undefined) throw tooLarge(maximumBytes);
  try {
    const workbook = read(bytes, { dense: true, cellDates: false, cellNF: true, cellText: false, cellHTML: false });
    if (workbook.SheetNames.length === 0) throw new Error("it has no sheets");
    return workbook;
  } catch (error) {
    throw broken(error instanceof Error ? quotation(error.message) : "", "Get the file again.", error);
  }
}

function sheetName(workbook: WorkBook, wanted: string | undefined): string {
  const names = workbook.SheetNames;
  const [only] = names;
  if (wanted === undefined && only !== undefined && names.length === 1) return only;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  throw new FormatError({
    code: "xlsx.no-sheet",
    message:
      wanted === undefined
        ? `The workbook has ${names.length} sheets, and the stream does not say which to read.`
        : `The workbook has no sheet ${quotation(wanted)}.`,
    found: names.map(quotation).join(", "),
    expected: wanted === undefined ? "the name of a sheet" : quotation(wanted),
    hint: "Name the sheet under `sheet` in the stream's format.",
  });
}

function cellText(cell: CellObject | undefined, date1904: boolean): string | null {
  if (cell === undefined || cell.v === undefined || cell.v === null) return null;
  if (cell.t === "e") return cell.w ?? errorNames.get(Number(cell.v)) ?? "#ERROR!";
  if (cell.t === "n" && typeof cell.v === "number") {
    return typeof cell.z === "string" && SSF.is_date(cell.z) ? dateText(cell.v, date1904) : String(cell.v);
  }
  const text = String(cell.v);
  return text === "" ? null : text;
}

const errorNames = new Map([
  [0, "#NULL!"],
  [7, "#DIV/0!"],
  [15, "#VALUE!"],
  [23, "#REF!"],
  [29, "#NAME?"],
  [36, "#NUM!"],
  [42, "#N/A"],
  [43, "#GETTING_DATA"],
]);

function dateText(serial: number, date1904: boolean): string {
  const { y, m, d, H, M, S } = SSF.parse_date_code(serial, { date1904 });
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${String(y).padStart(4, "0")}-${two(m)}-${two(d)}`;
  return H === 0 && M === 0 && S === 0 ? day : `${day}T${two(H)}:${two(M)}:${two(Math.round(S))}`;
}

function broken(found: string, hint: string, cause?: unknown): FormatError {
  return new FormatError(
    {
      code: "xlsx.broken",
      message: "The file is no workbook (.xlsx) that can be read.",
      found,
      expected: "an Office Open XML workbook",
      hint,
    },
    cause === undefined ? undefined : { cause },
  );
}

function tooLarge(maximumBytes: number): FormatError {
  return new FormatError({
    code: "xlsx.too-large",
    message: `The workbook holds more than ${maximumBytes} bytes after unpacking.`,
    found: `more than ${maximumBytes} bytes`,
    expected: `at most ${maximumBytes} bytes`,
    hint: "Deliver so large a table as CSV or Parquet. If the size is right, raise `maximumBytes` in the stream's format.",
  });
}

function empty(): FormatError {
  return new FormatError({
    code: "xlsx.empty",
    message: "The sheet is empty where its header should be.",
    found: "nothing",
    expected: "a row with the column names",
    hint: "Check `sheet` and `preambleRows` in the stream's format.",
  });
}
