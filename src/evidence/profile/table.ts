import {
  FormatError,
  readJsonLines,
  readJsonRows,
  readJsonStat,
  readSdmxCsv,
  readXlsxSheets,
} from "../../formats/index.ts";
import { headerNames, UnreadableDelivery } from "../rows/index.ts";
import {
  chooseDelimiter,
  type DelimitedRecord,
  delimitedRecords,
  preambleFinding,
  raggedFindings,
} from "./delimited.ts";
import { readText } from "./encoding.ts";
import { decide, type Finding, fault, percent, quoted, seen } from "./finding.ts";
import { isPeriodName, placeOfTable } from "./header.ts";
import { placeOfRows } from "./json-place.ts";
import { type Sample, sampleLimits } from "./sample.ts";

/** How the bytes are to be read, as a stream declares it; what is left out has the default of the declaration. */
export interface FormatProposal {
  readonly kind: "csv" | "json" | "json-lines" | "parquet" | "xlsx" | "sdmx-csv" | "json-stat";
  readonly compression?: "gzip" | "zip";
  readonly member?: string;
  readonly encoding?: "windows-1252" | "iso-8859-1" | "utf-16le" | "utf-16be";
  readonly delimiter?: string;
  readonly quote?: string;
  readonly header?: false;
  readonly preambleRows?: number;
  readonly sheet?: string;
  readonly rowsPath?: string;
  readonly duplicateColumns?: "number";
}

/** The rows of a sample under a proposed format. */
export interface SampleTable {
  readonly format: FormatProposal;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether these are all rows of the file. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
}

/** Finds the table in a sample of text or of a workbook. Undefined when there is none; the findings say why. */
export function tableOf(
  sample: Sample,
  sheet: string | undefined,
): { readonly table: SampleTable | undefined; readonly findings: readonly Finding[] } {
  const outer = {
    ...(sample.compression === "none" ? {} : { compression: sample.compression }),
    ...(sample.member === undefined ? {} : { member: sample.member }),
  };
  try {
    if (sample.container === "xlsx") return found(workbookTable(sample, sheet));
    if (sample.bytes.length === 0) return none(fault("empty", "The file is empty."));
    const { encoding, text, findings } = readText(sample.bytes, sample.whole);
    if (text.trim() === "") return none(fault("empty", "The file holds white space only."));
    if (text.slice(0, 4096).includes("\u0000"))
      return none(fault("kind", "The file holds zero bytes: it is no text, and of no format that is known here."));
    const table = textTable(text, sample.whole);
    if (table === undefined)
      return none(
        ...findings,
        fault("kind", `No whole row was found in the first ${sample.bytes.length} bytes: check that this is a table.`),
      );
    const format = { ...table.format, ...outer, ...(encoding === "utf-8" ? {} : { encoding }) };
    return found({ ...table, format, findings: [...findings, ...table.findings] });
  } catch (error) {
    if (error instanceof UnreadableDelivery) return none(fault("unreadable", `${error.message} ${error.hint}`));
    if (!(error instanceof FormatError)) throw error;
    return none(fault("unreadable", `${error.problem.message} ${error.problem.hint}`));
  }
}

function found(table: SampleTable | undefined): {
  readonly table: SampleTable | undefined;
  readonly findings: readonly Finding[];
} {
  return { table, findings: table?.findings ?? [fault("empty", "No sheet of the workbook holds a table.")] };
}

function none(...findings: readonly Finding[]): { readonly table: undefined; readonly findings: readonly Finding[] } {
  return { table: undefined, findings };
}

function textTable(text: string, whole: boolean): SampleTable | undefined {
  const start = text.trimStart()[0];
  if (start === "{" || start === "[") {
    const json = isJsonLines(text) ? jsonLinesTable(text, whole) : jsonTable(text, whole);
    if (json !== undefined || start === "{") return json;
  }
  if (/^"?(STRUCTURE(\[.\])?"?[,;]"?STRUCTURE_ID|DATAFLOW)\b/.test(text)) {
    const sdmx = sdmxTable(text, whole);
    if (sdmx !== undefined) return sdmx;
  }
  return csvTable(text, whole);
}

function isJsonLines(text: string): boolean {
  const [first = "", second = ""] = text.trimStart().split("\n", 2);
  if (!first.trimEnd().endsWith("}") || (second.trim() !== "" && !second.trimStart().startsWith("{"))) return false;
  try {
    const value: unknown = JSON.parse(first);
    return typeof value === "object" && value !== null && !Array.isArray(value) && second.trim() !== "";
  } catch {
    return false;
  }
}

function jsonLinesTable(text: string, whole: boolean): SampleTable | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (!whole) lines.pop();
  const some = lines.slice(0, sampleLimits.rows);
  if (some.length === 0) return undefined;
  const { columns, rows } = readJsonLines(some.join("\n"));
  const finding = seen("kind", "Each line is a JSON object (JSON Lines).");
  const all = whole && some.length === lines.length;
  return named({ kind: "json-lines" }, columns, rows, all, [finding, ...nestedFindings(columns, rows)]);
}

function jsonTable(text: string, whole: boolean): SampleTable | undefined {
  const place = placeOfRows(text, whole);
  if (place === undefined) return undefined;
  if (place.findings.some(({ kind }) => kind === "fault"))
    return { format: { kind: place.kind }, columns: [], rows: [], whole, findings: place.findings };
  if (place.kind === "json-stat") {
    const { columns, rows } = readJsonStat(place.text);
    return limited({ kind: "json-stat" }, columns, rows, whole, place.findings);
  }
  const { columns, rows } = readJsonRows(place.text, place.rowsPath);
  const findings = [...place.findings, ...nestedFindings(columns, rows)];
  const format = { kind: "json" as const, ...(place.rowsPath === "" ? {} : { rowsPath: place.rowsPath }) };
  return limited(format, columns, rows, whole, findings);
}

function nestedFindings(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Finding[] {
  const some = rows.slice(0, 1000);
  return columns
    .filter((_, index) => some.some((cells) => /^[[{]["{[\]}]/.test(cells[index] ?? "")))
    .map((column) => decide("nested", "The cells hold nested JSON, which is kept as its text.", column));
}

function sdmxTable(text: string, whole: boolean): SampleTable | undefined {
  const lines = whole ? text : text.slice(0, text.lastIndexOf("\n") + 1);
  try {
    const { columns, rows } = readSdmxCsv(lines);
    const finding = seen("kind", "The header is that of SDMX-CSV.");
    return limited({ kind: "sdmx-csv" }, columns, rows, whole, [finding]);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function limited(
  format: FormatProposal,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  whole: boolean,
  findings: readonly Finding[],
): SampleTable {
  const most = mostRows(columns.length);
  return named(format, columns, rows.slice(0, most), whole && rows.length <= most, findings);
}

/** Rows of a table of some width that are kept at once. */
export function mostRows(width: number): number {
  return Math.min(sampleLimits.rows, Math.max(1000, Math.floor(sampleLimits.cells / Math.max(width, 1))));
}

function csvTable(text: string, whole: boolean): SampleTable | undefined {
  const choice = chooseDelimiter(text);
  const records: DelimitedRecord[] = [];
  let most: number = sampleLimits.rows;
  let all = whole;
  let held: DelimitedRecord | undefined;
  // One record is held back: the last one of a cut sample is cut itself.
  for (const record of delimitedRecords(text, choice.delimiter, choice.quote)) {
    if (held !== undefined) records.push(held);
    held = record;
    most = mostRows(record.cells.length);
    if (records.length > most) {
      all = false;
      break;
    }
  }
  if (all && held !== undefined) records.push(held);
  const place = placeOfTable(
    records.slice(0, 400).map(({ cells }) => cells),
    (cells) => cells.length,
  );
  const first = records[place.start];
  if (first === undefined) return undefined;
  const findings = [...choice.findings];
  const preambleRows = first.line - 1;
  if (preambleRows > 0) findings.push(preambleFinding(preambleRows, records[0]?.cells.join(" ") ?? ""));
  findings.push(...place.findings);
  const names = place.header ? first.cells : first.cells.map((_, index) => `column ${index + 1}`);
  const body = records.slice(place.start + (place.header ? 1 : 0));
  const rows: (readonly string[])[] = [];
  const ragged: { line: number; cells: number }[] = [];
  for (const { line, cells, unclosed } of body) {
    if (unclosed) continue;
    if (cells.length === names.length) rows.push(cells);
    else ragged.push({ line, cells: cells.length });
  }
  findings.push(...raggedFindings(ragged, names.length, body.length), ...notesBelow(body, names.length, all));
  const format: FormatProposal = {
    kind: "csv",
    ...(choice.delimiter === "," ? {} : { delimiter: choice.delimiter }),
    ...(choice.quote === '"' ? {} : { quote: choice.quote }),
    ...(place.header ? {} : { header: false as const }),
    ...(preambleRows === 0 ? {} : { preambleRows }),
  };
  return named(format, names, rows, all, findings);
}

function notesBelow(body: readonly DelimitedRecord[], width: number, whole: boolean): Finding[] {
  if (!whole) return [];
  const open = body.find(({ unclosed }) => unclosed);
  if (open !== undefined)
    return [fault("unclosed-quote", `A quote in the row of line ${open.line} is never closed: all below it is lost.`)];
  const last = body.findLastIndex(({ cells }) => cells.length >= width);
  const notes = body.length - 1 - last;
  const [note] = body.slice(last + 1);
  if (note === undefined || width < 2) return [];
  return [
    decide(
      "notes-below",
      `The last ${notes} ${notes === 1 ? "row is" : "rows are"} shorter, as notes below a table are: ${quoted(note.cells.join(" "))}.`,
    ),
  ];
}

function workbookTable(sample: Sample, wanted: string | undefined): SampleTable | undefined {
  if (sample.bytes.length === 0)
    return { format: { kind: "xlsx" }, columns: [], rows: [], whole: false, findings: sample.findings };
  const sheets = readXlsxSheets(sample.bytes, sampleLimits.rows);
  const sized = sheets.map((sheet) => ({
    ...sheet,
    filled: sheet.rows.reduce((sum, cells) => sum + cells.filter((cell) => cell !== null).length, 0),
  }));
  const chosen =
    wanted === undefined
      ? [...sized].sort((a, b) => b.filled - a.filled)[0]
      : sized.find(({ name }) => name === wanted);
  const list = sized.map(({ name, filled }) => `${quoted(name)} (${filled} cells)`).join(", ");
  if (chosen === undefined) {
    const finding = fault("sheet", `The workbook has no sheet ${quoted(wanted ?? "")}; it has ${list}.`);
    return { format: { kind: "xlsx" }, columns: [], rows: [], whole: false, findings: [finding] };
  }
  if (chosen.filled === 0) return undefined;
  const lengthOf = (cells: readonly (string | null)[]): number => cells.findLastIndex((cell) => cell !== null) + 1;
  const place = placeOfTable(chosen.rows.slice(0, 400), lengthOf);
  const findings: Finding[] = [];
  if (sized.length > 1)
    findings.push(
      decide(
        "sheet",
        `The workbook has ${sized.length} sheets: ${list}. ${wanted === undefined ? `The fullest, ${quoted(chosen.name)}, is read.` : ""}`,
      ),
    );
  else findings.push(seen("sheet", `The workbook has one sheet, ${list}.`));
  if (place.start > 0)
    findings.push(
      preambleFinding(
        place.start,
        chosen.rows.find((cells) => cells.some((cell) => cell !== null))?.find((cell) => cell !== null) ?? "",
      ),
    );
  findings.push(...place.findings);
  const body = chosen.rows.slice(place.start + (place.header ? 1 : 0));
  const head = chosen.rows[place.start] ?? [];
  const width = [head, ...body].reduce((widest, cells) => Math.max(widest, lengthOf(cells)), 0);
  const names = Array.from({ length: width }, (_, index) =>
    place.header ? (head[index] ?? "") : `column ${index + 1}`,
  );
  const rows = body
    .filter((cells) => cells.some((cell) => cell !== null))
    .map((cells) => Array.from({ length: width }, (_, index) => cells[index] ?? null));
  const format: FormatProposal = {
    kind: "xlsx",
    ...(sized.length > 1 ? { sheet: chosen.name } : {}),
    ...(place.header ? {} : { header: false as const }),
    ...(place.start === 0 ? {} : { preambleRows: place.start }),
  };
  return limited(format, names, rows, chosen.whole, findings);
}

/** Names the columns as the reader of the declared format will. */
function named(
  format: FormatProposal,
  header: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  whole: boolean,
  findings: readonly Finding[],
): SampleTable {
  const more: Finding[] = [];
  const trimmed = header.map((name) => name.trim());
  const plain = trimmed.map((name) => name.toLowerCase());
  const repeated = [
    ...new Set(trimmed.filter((name, index) => name !== "" && plain.indexOf(name.toLowerCase()) !== index)),
  ];
  const unnamed = trimmed.filter((name) => name === "").length;
  const columns = headerNames({ duplicateColumns: "number" }, header, "The file");
  if (repeated.length > 0)
    more.push(
      decide(
        "repeated-column",
        `${repeated.slice(0, 5).map(quoted).join(", ")} ${repeated.length === 1 ? "names" : "name"} several columns: the second is called ${quoted(`${repeated[0]}#2`)}.`,
      ),
    );
  if (unnamed > 0)
    more.push(decide("unnamed-column", `${unnamed} columns have no name: they are called "column" and their place.`));
  const periods = columns.filter(isPeriodName);
  if (periods.length >= 3)
    more.push(
      decide(
        "wide",
        `${periods.length} columns are named like periods (${quoted(periods[0] ?? "")} …, ${percent(periods.length, columns.length)} of all): the table is wide. A stream counts rows, so it must be turned long first.`,
      ),
    );
  const numbered = repeated.length > 0 ? { duplicateColumns: "number" as const } : {};
  return { format: { ...format, ...numbered }, columns, rows, whole, findings: [...findings, ...more] };
}
