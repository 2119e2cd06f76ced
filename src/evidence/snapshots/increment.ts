import { createHash } from "node:crypto";
import type { DeliveryPart } from "./delivery.ts";
import { member } from "./paging.ts";

/** The highest value of a column so far, and the short hashes of the rows that have it. */
export type Through = NonNullable<DeliveryPart["through"]>;

/**
 * Takes the rows of a page into account.
 *
 * @returns What holds after them, and how many of the rows were not among those already known at the earlier boundary;
 * or a sentence when the column's values cannot be ordered.
 */
export function advance(
  before: Through | undefined,
  boundary: Through | undefined,
  column: string,
  rows: readonly unknown[],
): { readonly through: Through | undefined; readonly newRows: number } | { readonly fault: string } {
  const known = new Set(boundary?.rows);
  let value = before?.value;
  let atValue = new Set(before?.rows);
  let newRows = 0;
  for (const row of rows) {
    const found = member(row, column);
    const hash = rowHash(row);
    if (!known.has(hash)) newRows += 1;
    if (found === undefined || found === null) continue;
    if (typeof found !== "string" && typeof found !== "number")
      return { fault: `column ${column} holds neither text nor number` };
    if (value !== undefined && typeof found !== typeof value)
      return { fault: `column ${column} holds texts and numbers` };
    if (value === undefined || found > value) {
      value = found;
      atValue = new Set([hash]);
    } else if (found === value) atValue.add(hash);
  }
  return { through: value === undefined ? undefined : { column, value, rows: [...atValue].sort() }, newRows };
}

function rowHash(row: unknown): string {
  return createHash("sha256").update(JSON.stringify(row)).digest("hex").slice(0, 32);
}
