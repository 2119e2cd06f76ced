import type { ColumnProfile } from "./column.ts";

/** Columns that together name a row, as far as was looked. */
export interface CandidateKey {
  readonly columns: readonly string[];
  /** Rows that repeat the key of another. */
  readonly repeated: number;
  /** Whether each repetition repeats its row whole. */
  readonly identical: boolean;
  readonly rows: number;
}

/** Rows in which a key is looked for. */
const looked = 50_000;
const mostColumns = 12;
/** Share of rows that may repeat a single column that is still taken for an identifier. */
const repeats = 0.02;

/** The shortest key that was found: one column, else the columns that are no measures, made as few as possible. */
export function candidateKey(
  columns: readonly ColumnProfile[],
  rows: readonly (readonly (string | null)[])[],
): CandidateKey | undefined {
  const some = rows.slice(0, looked);
  if (some.length < 2) return undefined;
  const usable = columns
    .map((column, index) => ({ column, index }))
    .filter(
      ({ column }) =>
        column.empty === 0 && column.emptyTexts.length === 0 && column.type !== "number" && column.role !== "person",
    );
  const key = (indices: readonly number[]): CandidateKey => {
    const first = new Map<string, readonly (string | null)[]>();
    let repeated = 0;
    let identical = true;
    for (const cells of some) {
      const name = indices.map((index) => cells[index] ?? "").join("\u0000");
      const before = first.get(name);
      if (before === undefined) first.set(name, cells);
      else {
        repeated += 1;
        if (identical) identical = before.length === cells.length && before.every((cell, at) => cell === cells[at]);
      }
    }
    return { columns: indices.map((index) => columns[index]?.from ?? ""), repeated, identical, rows: some.length };
  };
  const single = usable
    .filter(({ column }) => column.distinct >= column.cells * (1 - repeats) && isNaming(column))
    .map(({ index }) => key([index]))
    .sort((a, b) => a.repeated - b.repeated);
  const [best] = single;
  if (best !== undefined && best.repeated <= some.length * repeats) return best;
  // Whole numbers without a known role are more often measures than names, so they come in only where the others fail.
  const candidates = usable.filter(({ column }) => column.role !== "count" && column.distinct > 1);
  const [certain, all] = [candidates.filter(({ column }) => !isOpen(column)), candidates].map((some) =>
    some.slice(0, mostColumns).map(({ index }) => index),
  );
  const found = [certain, all].find((set) => set !== undefined && set.length > 1 && key(set).repeated === 0);
  if (found === undefined) return undefined;
  let indices = found;
  for (const index of [...indices].reverse()) {
    const fewer = indices.filter((other) => other !== index);
    if (fewer.length > 0 && key(fewer).repeated === 0) indices = fewer;
  }
  return key(indices);
}

function isNaming(column: ColumnProfile): boolean {
  return column.role !== "count" && column.type === "text";
}

function isOpen(column: ColumnProfile): boolean {
  return column.type === "integer" && column.role === undefined;
}
