import type { Format } from "../definitions/index.ts";
import { nearest } from "../definitions/index.ts";

/** A delivery that cannot be read as its stream declares. The message says where, what, and what to do. */
export class UnreadableDelivery extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UnreadableDelivery";
    this.code = code;
    this.hint = hint;
  }
}

/** The names of a header row as the declaration wants them: repeated ones refused or numbered, empty ones named by place. */
export function headerNames(format: Format, cells: readonly string[], file: string): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.trim() === "" ? `column ${index + 1}` : cell.trim();
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    if (before === 0) return name;
    if (format.duplicateColumns === "refuse") {
      throw new UnreadableDelivery(
        "rows.repeated-column",
        `${file}: the column name "${name}" stands twice in the header (the second time as column ${index + 1}).`,
        `Declare \`duplicateColumns: number\` in the format; the second one is then called "${name}#2".`,
      );
    }
    return `${name}#${before + 1}`;
  });
}

/** Refuses a delivery without a column that the stream needs, naming the nearest one that is there. */
export function requireColumns(
  wanted: readonly { readonly column: string; readonly from: string }[],
  present: readonly string[],
  stream: string,
): void {
  const missing = wanted.filter(({ from }) => !present.includes(from));
  if (missing.length === 0) return;
  const said = missing.map(({ column, from }) => {
    const near = nearest(from, present);
    return `"${from}" (for ${column})${near === undefined ? "" : `; the nearest that is there is "${near}"`}`;
  });
  throw new UnreadableDelivery(
    "rows.missing-column",
    `${stream}: the delivery has no column ${said.join(", no column ")}. It has: ${present.join(", ")}.`,
    "Mend `from` in the stream's columns, or ask the source whether the column was renamed.",
  );
}
