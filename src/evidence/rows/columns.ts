import { type Format, nearest } from "../definitions/index.ts";

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

/**
 * The names of a header row as the declaration wants them: repeated ones refused or numbered, empty ones named by place.
 * The engine does not tell names apart that differ in case only, so these count as repeated.
 */
export function headerNames(
  format: Pick<Format, "duplicateColumns">,
  cells: readonly string[],
  file: string,
): string[] {
  const used = new Map<string, string>();
  return cells.map((cell, index) => {
    const name = cell.trim() === "" ? `column ${index + 1}` : cell.trim();
    refuseUnreadableName(name, index, file);
    const other = used.get(name.toLowerCase());
    if (other === undefined) {
      used.set(name.toLowerCase(), name);
      return name;
    }
    let number = 2;
    while (used.has(`${name}#${number}`.toLowerCase())) number += 1;
    const numbered = `${name}#${number}`;
    if (format.duplicateColumns === "refuse") {
      const said =
        other === name
          ? `the column name "${name}" stands twice in the header`
          : `the column names "${other}" and "${name}" differ in case only`;
      throw new UnreadableDelivery(
        "rows.repeated-column",
        `${file}: ${said} (the second time as column ${index + 1}).`,
        `Declare \`duplicateColumns: number\` in the format; the second one is then called "${numbered}".`,
      );
    }
    used.set(numbered.toLowerCase(), numbered);
    return numbered;
  });
}

/** Adds the column names of a part to those of the parts before it. */
export function addNames(names: string[], own: readonly string[], part: string): void {
  for (const [index, name] of own.entries()) {
    refuseUnreadableName(name, index, part);
    if (names.includes(name)) continue;
    const other = names.find((one) => one.toLowerCase() === name.toLowerCase());
    if (other !== undefined) {
      throw new UnreadableDelivery(
        "rows.parts-differ",
        `${part}: the column "${name}" is called "${other}" in an earlier part of the delivery; the names differ in case only.`,
        "Ask the source for one writing, or describe the files as different streams.",
      );
    }
    names.push(name);
  }
}

/** Names under which the program itself numbers the rows. */
const ownNames = ["_part", "_row", "_line"];

function refuseUnreadableName(name: string, index: number, file: string): void {
  if (name.includes("\uFFFD") || name.includes("\0")) {
    throw new UnreadableDelivery(
      "rows.wrong-encoding",
      `${file}: the name of column ${index + 1} holds bytes that are no text: ${JSON.stringify(name)}.`,
      "Declare the encoding in the stream's format: utf-8, windows-1252, utf-16le or utf-16be.",
    );
  }
  if (ownNames.includes(name.toLowerCase())) {
    throw new UnreadableDelivery(
      "rows.reserved-column",
      `${file}: column ${index + 1} is called "${name}", which is how the program itself numbers rows.`,
      "Declare `header: false` with `columnNames` and the header as a preamble row, or ask the source for another name.",
    );
  }
}

/** Refuses a delivery without a column that the stream needs, naming the nearest one that is there. */
export function requireColumns(
  wanted: readonly { readonly column: string; readonly from: string }[],
  present: readonly string[],
  place: string,
): void {
  const missing = wanted.filter(({ from }) => !present.includes(from));
  if (missing.length === 0) return;
  const said = missing.map(({ column, from }) => {
    const near = nearest(from, present);
    return `"${from}" (for ${column})${near === undefined ? "" : `; the nearest that is there is "${near}"`}`;
  });
  throw new UnreadableDelivery(
    "rows.missing-column",
    `${place}: the delivery has no column ${said.join(", no column ")}. It has: ${present.join(", ")}.`,
    "Mend `from` in the stream's columns, or ask the source whether the column was renamed.",
  );
}
