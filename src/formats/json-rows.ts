import { FormatError, quotation } from "./problem.ts";
import type { TextTable } from "./table.ts";

/**
 * Reads an array of objects, found by a JSON Pointer (RFC 6901; empty for the whole document), as a table of text. Columns
 * are the union of all keys, in the order in which they first appear. Numbers keep the digits that were written; nested
 * values are given as JSON text; `null` and absent keys are `null`.
 *
 * @throws FormatError when the text is no JSON, or there is no array of objects at the pointer.
 */
export function readJsonRows(text: string, pointer: string): TextTable {
  const found = atPointer(parseJson(text), pointer);
  if (!Array.isArray(found)) throw notRows(pointer, found, undefined);
  return tableOf(found, (item, index) => notRows(pointer, item, index));
}

/**
 * Reads JSON Lines: one object in each line that is not empty. Cells as in `readJsonRows`.
 *
 * @throws FormatError with the line that is no JSON object.
 */
export function readJsonLines(text: string): TextTable {
  const items: unknown[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      items.push(parseJson(line));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const { problem } = error;
      const message = `Line ${index + 1}: ${problem.message}`;
      throw new FormatError({ ...problem, message, line: index + 1 }, { cause: error });
    }
    lines.push(index + 1);
  }
  return tableOf(items, (item, index) => notLine(lines[index] ?? 1, item));
}

function tableOf(found: readonly unknown[], refused: (item: unknown, index: number) => FormatError): TextTable {
  const positions = new Map<string, number>();
  const rows: (string | null)[][] = [];
  for (const [index, item] of found.entries()) {
    if (!isObject(item)) throw refused(item, index);
    const cells: (string | null)[] = [];
    for (const [key, value] of Object.entries(item)) {
      let position = positions.get(key);
      if (position === undefined) {
        position = positions.size;
        positions.set(key, position);
      }
      cells[position] = cellText(value);
    }
    rows.push(cells);
  }
  const columns = [...positions.keys()];
  return { columns, rows: rows.map((cells) => columns.map((_, index) => cells[index] ?? null)) };
}

/** JSON with each number as the text that was written: `1.50` and integers beyond 2^53 lose nothing. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(
      text.startsWith("\uFEFF") ? text.slice(1) : text,
      (_key, value: unknown, context?: { source?: string }) =>
        typeof value === "number" ? (context?.source ?? String(value)) : value,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(
      {
        code: "json.broken",
        message: `The text is no JSON: ${reason}.`,
        found: quotation(text),
        expected: "JSON",
        hint: "Check that the whole file was delivered and that its format is declared rightly.",
      },
      { cause: error },
    );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function atPointer(document: unknown, pointer: string): unknown {
  let value = document;
  if (pointer === "") return value;
  if (!pointer.startsWith("/")) return undefined;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = /^(0|[1-9][0-9]*)$/.test(key) ? value[Number(key)] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
    else return undefined;
  }
  return value;
}

function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

function notLine(line: number, found: unknown): FormatError {
  return new FormatError({
    code: "json.no-rows",
    message: `Line ${line}: JSON, but no object.`,
    line,
    found: quotation(JSON.stringify(found)),
    expected: "one object in each line",
    hint: "Declare the file as json if it is one document.",
  });
}

function notRows(pointer: string, found: unknown, index: number | undefined): FormatError {
  const place = pointer === "" ? "the whole document" : `at ${pointer}`;
  return new FormatError({
    code: "json.no-rows",
    message:
      index === undefined
        ? `JSON: there is no array of rows (${place}).`
        : `JSON: item ${index + 1} of the rows (${place}) is no object.`,
    ...(index === undefined ? {} : { row: index + 1 }),
    found: found === undefined ? "nothing" : quotation(JSON.stringify(found)),
    expected: "an array of objects",
    hint: "Name the place of the rows under `rowsPath` in the stream's format, such as `/value` or `/1`.",
  });
}
