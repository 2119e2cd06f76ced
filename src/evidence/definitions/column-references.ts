import { nearest } from "../../formats/index.ts";
import type { DefinitionFile } from "./definition-file.ts";
import type { Definitions } from "./load.ts";
import type { Path, ReferenceReport } from "./reference-report.ts";
import type { RecordColumn, RecordRule, Stream } from "./stream.ts";

/** Holds each column of a stream against its own type: what would be read wrongly, or not at all, is told beforehand. */
export function checkColumns(report: ReferenceReport, definitions: Definitions, stream: DefinitionFile<Stream>): void {
  for (const [name, column] of Object.entries(stream.value.columns)) {
    const add = (field: string, message: string, found: string, expected: string, hint: string): void =>
      report.add(stream, ["columns", name, field], message, found, expected, hint);
    if (column.constant !== undefined) continue;
    if (column.type === "number" && column.thousands === column.decimal) {
      const hint = `Declare \`decimal: "${column.decimal === "." ? "," : "."}"\`, or no thousands.`;
      add("thousands", "One sign cannot part thousands and fractions.", column.thousands, "two different signs", hint);
    }
    checkRecoding(column, add);
    checkBounds(column, add);
    checkWhenEmpty(column, add);
    if (column.pattern !== undefined) checkPattern(column.pattern, add);
    if (column.timezone !== undefined) checkTimezone(column.timezone, add);
    if (column.lookup !== undefined)
      checkLookup(report, definitions, stream, ["columns", name, "lookup"], column.lookup);
  }
}

type AddFault = (field: string, message: string, found: string, expected: string, hint: string) => void;

function isNumeric({ type }: RecordColumn): boolean {
  return type === "integer" || type === "number";
}

/** The ways of putting something else in the place of what the source writes. */
function recodings(column: RecordColumn): ("values" | "lookup" | "bands")[] {
  return (["values", "lookup", "bands"] as const).filter((field) => column[field] !== undefined);
}

function checkRecoding(column: RecordColumn, add: AddFault): void {
  const [first, second] = recodings(column);
  if (first !== undefined && second !== undefined)
    add(second, "A column is recoded in one way only.", `${first} and ${second}`, "one of them", "Take one out.");
  if (column.bands !== undefined && !isNumeric(column))
    add("bands", "Only numbers fall into bands.", column.type, "integer or number", "Set the column's type.");
}

function checkBounds(column: RecordColumn, add: AddFault): void {
  const kinds: Readonly<Record<RecordColumn["type"], readonly string[]>> = {
    text: [],
    boolean: [],
    integer: ["number"],
    number: ["number"],
    date: ["date"],
    datetime: ["date"],
    year: ["number", "date"],
    "year-month": ["number", "date"],
  };
  for (const field of ["minimum", "maximum"] as const) {
    const bound = column[field];
    if (bound === undefined || kinds[column.type].includes(typeof bound === "number" ? "number" : "date")) continue;
    const expected = kinds[column.type].length === 0 ? "no bound" : `a ${kinds[column.type].join(" or a ")}`;
    add(
      field,
      `A column of type ${column.type} has no such bound.`,
      String(bound),
      expected,
      "Mend the bound or the type.",
    );
  }
}

/** What an empty cell becomes must be of the column's own type, where it is not recoded to text. */
function checkWhenEmpty(column: RecordColumn, add: AddFault): void {
  if (column.whenEmpty === undefined || recodings(column).length > 0) return;
  const forms: Readonly<Record<RecordColumn["type"], readonly [form: RegExp, expected: string]>> = {
    text: [/^/, "a text"],
    boolean: [/^(true|false)$/, "true or false"],
    integer: [/^[+-]?[0-9]{1,18}$/, "a whole number"],
    number: [/^[+-]?[0-9]{1,15}([.][0-9]+)?$/, "a number"],
    date: [/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "a date"],
    datetime: [/^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?$/, "a date"],
    year: [/^[0-9]{4}-01-01$/, "a date, the first day of a year"],
    "year-month": [/^[0-9]{4}-[0-9]{2}-01$/, "a date, the first day of a month"],
  };
  const [form, expected] = forms[column.type];
  if (form.test(column.whenEmpty)) return;
  const hint = "Leave the cell empty, or recode the column with values or bands.";
  add("whenEmpty", `A column of type ${column.type} cannot hold this.`, column.whenEmpty, expected, hint);
}

function checkPattern(pattern: string, add: AddFault): void {
  try {
    new RegExp(pattern);
  } catch {
    add("pattern", "This is no regular expression.", pattern, "RE2 syntax", "Mend it.");
    return;
  }
  if (/\(\?(=|!|<=|<!)|\\[1-9]/.test(pattern))
    add("pattern", "RE2 knows no look-around and no back-references.", pattern, "RE2 syntax", "Write it without them.");
}

function checkTimezone(zone: string, add: AddFault): void {
  const zones = Intl.supportedValuesOf("timeZone");
  if (zone === "UTC" || zones.includes(zone)) return;
  const near = nearest(zone, zones);
  add(
    "timezone",
    "This time zone is not known.",
    zone,
    "an IANA time zone such as America/Mexico_City",
    near === undefined ? "Mend it." : `Did you mean "${near}"?`,
  );
}

function checkLookup(
  report: ReferenceReport,
  definitions: Definitions,
  stream: DefinitionFile<Stream>,
  path: Path,
  lookup: { readonly file: string; readonly key: string; readonly value: string },
): void {
  const rows = definitions.tables.get(lookup.file) ?? [];
  const [first] = rows;
  if (first === undefined) return;
  const cells = new Map(Object.keys(first.cells).map((key) => [key, true]));
  for (const field of ["key", "value"] as const)
    report.known(stream, [...path, field], lookup[field], cells, "column of the lookup table");
  const seen = new Map<string, { readonly value: string; readonly line: number }>();
  for (const { line, cells: row } of rows) {
    const [key, value] = [row[lookup.key] ?? "", row[lookup.value] ?? ""];
    const other = seen.get(key);
    if (other === undefined) seen.set(key, { value, line });
    else if (other.value !== value) {
      report.add(
        stream,
        [...path, "file"],
        `The lookup table gives "${key}" two values.`,
        `${other.value} in line ${other.line}, ${value} in line ${line}`,
        "each key once",
        `Mend ${lookup.file}.`,
      );
    }
  }
}

/** Two columns can only be held against each other when both are numbers, both are dates, or both are text. */
export function checkComparison(
  report: ReferenceReport,
  stream: DefinitionFile<Stream>,
  path: Path,
  rule: Extract<RecordRule, { compare: unknown }>,
): void {
  const [left, , right] = rule.compare;
  const [one, other] = [kindOf(stream.value.columns[left]), kindOf(stream.value.columns[right])];
  if (one === undefined || other === undefined || one === other) return;
  report.add(
    stream,
    path,
    `${left} and ${right} cannot be compared.`,
    `${one} and ${other}`,
    "two of one kind",
    "Set a type.",
  );
}

function kindOf(column: RecordColumn | undefined): string | undefined {
  if (column === undefined) return undefined;
  if (recodings(column).length > 0 || column.constant !== undefined) return "text";
  if (isNumeric(column)) return "a number";
  return column.type === "text" || column.type === "boolean" ? column.type : "a date";
}
