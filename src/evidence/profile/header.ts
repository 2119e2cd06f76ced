import { decide, type Finding, quoted, seen } from "./finding.ts";
import { momentOf } from "./moment-form.ts";

/** Where a table stands among the rows of a file. */
export interface TablePlace {
  /** Index of the first row of the table: its header when it has one. */
  readonly start: number;
  readonly header: boolean;
  readonly width: number;
  readonly findings: readonly Finding[];
}

/** Rows before a table that are believed, and rows that are compared with the first one. */
const looked = { before: 60, after: 300 } as const;

const numeric = /^[<>]?[+-]?\d[\d., '\u00a0]*%?$/;

type Kind = "empty" | "number" | "moment" | "text";

function kindOf(cell: string | null | undefined): Kind {
  const text = cell?.trim() ?? "";
  if (text === "") return "empty";
  if (numeric.test(text)) return "number";
  return momentOf(text) === undefined ? "text" : "moment";
}

/**
 * Finds where the table begins and whether its first row names the columns. Notes before a table have fewer filled cells
 * than it; a header differs in kind from what stands below it.
 *
 * @param lengthOf - How many cells a row has: for a sheet up to the last filled one, for delimited text as written.
 */
export function placeOfTable(
  rows: readonly (readonly (string | null)[])[],
  lengthOf: (cells: readonly (string | null)[]) => number,
): TablePlace {
  const lengths = new Map<number, number>();
  for (const cells of rows.slice(0, looked.before + looked.after)) {
    const length = lengthOf(cells);
    if (length > 0) lengths.set(length, (lengths.get(length) ?? 0) + 1);
  }
  const [width = 0] = [...lengths].sort(([a, n], [b, m]) => m - n || b - a)[0] ?? [];
  const enough = Math.max(Math.min(2, width), Math.ceil(width / 2));
  const filled = (cells: readonly (string | null)[]): number =>
    cells.reduce((sum, cell) => sum + (kindOf(cell) === "empty" ? 0 : 1), 0);
  const found = rows
    .slice(0, looked.before)
    .findIndex((cells) => lengthOf(cells) >= width && lengthOf(cells) <= width + 1 && filled(cells) >= enough);
  const start = Math.max(found, 0);
  const first = rows[start] ?? [];
  const below = rows.slice(start + 1, start + 1 + looked.after);
  return { start, width, ...headerOf(first, below, width) };
}

function headerOf(
  first: readonly (string | null)[],
  below: readonly (readonly (string | null)[])[],
  width: number,
): { readonly header: boolean; readonly findings: readonly Finding[] } {
  let unlike = 0;
  let alike = 0;
  let repeated = 0;
  let numbers = 0;
  for (let column = 0; column < width; column += 1) {
    const name = kindOf(first[column]);
    const common = commonKind(below, column);
    if (common === "number" || common === "moment") {
      numbers += 1;
      if (name === "text") unlike += 1;
      else if (name === common) alike += 1;
    }
    const text = first[column];
    if (name === "text" && below.some((cells) => cells[column] === text)) repeated += 1;
  }
  const periods = first.filter((cell) => isPeriodName(cell ?? ""));
  const named = first.some((cell, column) => kindOf(cell) === "text" && !below.some((cells) => cells[column] === cell));
  if (periods.length >= 2 && named && new Set(periods).size === periods.length && alike <= periods.length) {
    return {
      header: true,
      findings: [
        seen("header", "The first row names the columns; some of its names are years."),
        ...secondHeader(below, width),
      ],
    };
  }
  if (below.length === 0) {
    return { header: true, findings: [decide("header", "There is one row only: it is read as the names of columns.")] };
  }
  if (alike > unlike || (unlike === 0 && width > 0 && repeated >= Math.max(1, width / 2))) {
    return {
      header: false,
      findings: [
        decide("header", "The first row is like the others: the file has no names of columns, so they are numbered."),
      ],
    };
  }
  const findings =
    unlike > 0
      ? [seen("header", "The first row names the columns: it differs in kind from the rows below.")]
      : [decide("header", "All cells are text: the first row is read as the names of columns, which is not certain.")];
  return { header: true, findings: [...findings, ...(numbers > 0 ? secondHeader(below, width) : [])] };
}

/** A second row of names or units below the first, as printed tables have it. */
function secondHeader(below: readonly (readonly (string | null)[])[], width: number): Finding[] {
  const [next = [], ...rest] = below;
  let odd = 0;
  let numbers = 0;
  for (let column = 0; column < width; column += 1) {
    if (commonKind(rest, column) !== "number") continue;
    numbers += 1;
    if (kindOf(next[column]) === "text") odd += 1;
  }
  if (numbers < 2 || odd < numbers * 0.6) return [];
  const shown = next.find((cell) => kindOf(cell) === "text") ?? "";
  return [
    decide(
      "second-header",
      `The row below the names is text where the others have numbers (${quoted(shown)}): a second header? It will be kept apart.`,
    ),
  ];
}

function commonKind(rows: readonly (readonly (string | null)[])[], column: number): Kind | undefined {
  const counts = { empty: 0, number: 0, moment: 0, text: 0 };
  for (const cells of rows) counts[kindOf(cells[column])] += 1;
  const full = rows.length - counts.empty;
  if (full === 0) return undefined;
  if (counts.number >= full * 0.7) return "number";
  return counts.moment >= full * 0.7 ? "moment" : "text";
}

/** Whether a column's name is a period: a year, a month or a day. */
export function isPeriodName(name: string): boolean {
  const text = name.trim();
  return (
    /^(19|20)\d{2}$/.test(text) ||
    /^\d{1,2}[A-Za-z]{3}\d{4}$/.test(text) ||
    (/\d/.test(text) && !numeric.test(text) && momentOf(text) !== undefined)
  );
}
