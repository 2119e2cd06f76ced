import { parseCsv } from "./csv.ts";
import { FormatError, quotation } from "./problem.ts";
import type { TextTable } from "./table.ts";

const leadingColumns = ["STRUCTURE", "DATAFLOW"];

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
  if (!leadingColumns.includes(ids[0] ?? "") || !ids.includes("OBS_VALUE")) {
    throw new FormatError({
      code: "sdmx-csv.no-header",
      message: "The file is no SDMX-CSV.",
      line: 1,
      found: quotation(table.columns.join(delimiter)),
      expected: "a header that begins with STRUCTURE or DATAFLOW and has OBS_VALUE",
      hint: "Declare the file as csv if it is a plain table.",
    });
  }
  const labelled = table.columns.map((column) => column.includes(": "));
  const rows = table.rows.map(({ cells }) =>
    cells.map((cell, index) => (cell === "" ? null : labelled[index] === true ? identifierOf(cell) : cell)),
  );
  return { columns: ids, rows };
}

function identifierOf(text: string): string {
  return /^(?<id>[A-Za-z0-9_@$:.()\-+[\];]+): /.exec(text)?.groups?.id ?? text;
}
