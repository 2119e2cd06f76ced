import { parseCsv } from "./csv.ts";
import { FormatError, quotation } from "./problem.ts";
import type { TextTable } from "./table.ts";

/** What must stand in the header with its first column: 1.0 has one measure, 2.x names its measures freely. */
const companions = new Map([
  ["DATAFLOW", "OBS_VALUE"],
  ["STRUCTURE", "STRUCTURE_ID"],
]);

/**
 * Reads SDMX-CSV 1.0 and 2.x. Where identifiers stand with their labels (`labels=both`: `GEO: Area`, `FR: France`), the
 * identifiers are kept and the labels left out. The separator is the one after the first column, `,` or `;`.
 *
 * @throws FormatError when the text is no SDMX-CSV or has faulty rows.
 * @see SDMX-CSV field guide, sdmx-twg/sdmx-csv
 */
export function readSdmxCsv(text: string): TextTable {
  const delimiter = /^\uFEFF?"?[A-Z]+(\[.\])?(: [^",;]*)?"?(?<separator>[,;])/.exec(text)?.groups?.separator ?? ",";
  const table = parseCsv(text, { delimiter });
  const [problem] = table.problems;
  if (problem !== undefined) throw new FormatError(problem);
  const ids = table.columns.map((column) => identifierOf(column).replace(/\[.\]$/, ""));
  const companion = companions.get(ids[0] ?? "");
  if (companion === undefined || !ids.includes(companion)) {
    throw new FormatError({
      code: "sdmx-csv.no-header",
      message: "The file is no SDMX-CSV.",
      line: 1,
      found: quotation(table.columns.join(delimiter)),
      expected: "a header that begins with STRUCTURE and STRUCTURE_ID (2.x), or with DATAFLOW and has OBS_VALUE (1.0)",
      hint: "Declare the file as csv if it is a plain table.",
    });
  }
  // The structure's own identifier carries its name without a sign in the header.
  const labelled = table.columns.map(
    (column, index) => column.includes(": ") || ids[index] === "DATAFLOW" || ids[index] === "STRUCTURE_ID",
  );
  const rows = table.rows.map(({ cells }) =>
    cells.map((cell, index) => (cell === "" ? null : labelled[index] === true ? identifierOf(cell) : cell)),
  );
  return { columns: ids, rows };
}

function identifierOf(text: string): string {
  return /^(?<id>[A-Za-z0-9_@$:.()\-+[\];]+): /.exec(text)?.groups?.id ?? text;
}
