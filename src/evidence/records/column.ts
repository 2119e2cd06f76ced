import type { RecordColumn } from "../definitions/index.ts";
import { identifier, literal, literalOf } from "../store/index.ts";
import { type ColumnSurroundings, isEmpty, textOf } from "./cell.ts";
import { filledWith, type LookupJoin, recode, shortList } from "./recode.ts";

/** A way in which a row can fail, as an SQL condition that is true for the rows that do. */
export interface ColumnCheck {
  readonly column: string;
  readonly kind: "required" | "type" | "minimum" | "maximum" | "pattern" | "code" | "area";
  readonly action: "quarantine" | "flag";
  /** TRUE or FALSE. */
  readonly fails: string;
  /** The same, or NULL for FALSE: a plain comparison, that the engine can hold against the statistics of a file. */
  readonly condition: string;
  readonly expected: string;
}

/** The SQL of one record column: its value, what absence means, and how it can fail. */
export interface ColumnSql {
  readonly name: string;
  /** The text as delivered, white space taken away where declared; NULL when empty. */
  readonly text: string;
  readonly value: string;
  readonly type: "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "DATE" | "TIMESTAMP";
  /** For numbers with masks: the meaning of a masked text, NULL where the cell is a number; and the bounds. */
  readonly masks: { readonly absence: string; readonly low: string; readonly high: string } | undefined;
  /** A number that is read once, as a column of its own, before anything looks at it. */
  readonly layer: { readonly column: string; readonly sql: string } | undefined;
  /** A table that the rows are joined with to get the value: pairs of what is written and what it becomes. */
  readonly join: LookupJoin | undefined;
  readonly checks: readonly ColumnCheck[];
  /** The source's column where the value is read from its text, which costs so much that all checks should share it. */
  readonly readFrom: string | undefined;
}

const duckTypes = {
  text: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  datetime: "TIMESTAMP",
  year: "DATE",
  "year-month": "DATE",
} as const;

/** Writes the SQL of a declared column. Nothing is guessed: what the declaration does not allow is a failing check. */
export function columnSql(name: string, column: RecordColumn, around: ColumnSurroundings): ColumnSql {
  if (column.constant !== undefined) {
    const value = literal(column.constant);
    return {
      name,
      text: value,
      value,
      type: "VARCHAR",
      masks: undefined,
      layer: undefined,
      join: undefined,
      checks: [],
      readFrom: undefined,
    };
  }
  const text = textOf(column, around);
  const masked = Object.entries(column.masked);
  const isMasked =
    masked.length === 0 ? "FALSE" : `coalesce(${text} IN (${masked.map(([mask]) => literal(mask)).join(", ")}), FALSE)`;
  const direct = isDirect(column, around);
  const ownRead = withoutMasks(column, isMasked, readValue(column, around, text));
  const layer = readsNumbers(column, around) ? { column: `${name} as read`, sql: ownRead } : undefined;
  const read = layer === undefined ? ownRead : identifier(layer.column);
  const coded = recode(name, column, around, read, text);
  const value = coded.filled ?? filledWith(column.whenEmpty, coded.value);
  const checks: ColumnCheck[] = [];
  const check = (kind: ColumnCheck["kind"], condition: string, expected: string): void => {
    const fails = `coalesce(${condition}, FALSE)`;
    checks.push({ column: name, kind, action: column.onFail, fails, condition, expected });
  };
  if (column.required && column.whenEmpty === undefined) {
    const lacking = direct ? `${around.source} IS NULL` : isEmpty(column, around);
    check("required", layer === undefined ? lacking : unless(read, lacking), "a value");
  }
  if (direct && isMoment(column)) {
    const ends = ["infinity", "-infinity"].map((end) => `CAST(${literal(end)} AS ${duckTypes[column.type]})`);
    check("type", `${around.source} IN (${ends.join(", ")})`, expectedForm(column));
  }
  if (column.type !== "text" && (!direct || column.type === "number")) {
    const written = `${text} IS NOT NULL AND NOT ${isMasked}`;
    check(
      "type",
      layer === undefined ? `${written} AND ${unreadable(column, around, text, read)}` : unless(read, written),
      expectedForm(column),
    );
  }
  if (coded.unknown !== undefined) check("code", coded.unknown, coded.expected);
  if (column.minimum !== undefined)
    check("minimum", `${read} < ${lowerBound(column, column.minimum)}`, `at least ${column.minimum}`);
  if (column.maximum !== undefined)
    check("maximum", `${read} ${upperBound(column, column.maximum)}`, `at most ${column.maximum}`);
  if (column.pattern !== undefined) {
    check("pattern", `NOT regexp_full_match(${text}, ${literal(column.pattern)})`, `text like ${column.pattern}`);
  }
  const outside = (allowed: ReadonlySet<string>): string | undefined => {
    // A call is made once for each text of a dictionary, an IN for each row.
    if (coded.targets === undefined) return `NOT list_contains([${list([...allowed])}]::VARCHAR[], ${value}::VARCHAR)`;
    // What a column can become is known beforehand, so most columns need no look at their rows.
    const possible = [...coded.targets, ...(column.whenEmpty === undefined ? [] : [column.whenEmpty])];
    const wrong = [...new Set(possible.filter((target) => !allowed.has(target)))];
    return wrong.length === 0 ? undefined : `${value} IN (${list(wrong)})`;
  };
  if (column.codes !== undefined) {
    const fails = outside(new Set(column.codes));
    if (fails !== undefined) check("code", fails, `one of ${shortList(column.codes)}`);
  }
  if (column.areas) {
    const fails = outside(around.areaCodes);
    if (fails !== undefined) check("area", fails, "the code of an area of the observatory");
  }
  const recoded = column.values !== undefined || column.lookup !== undefined || column.bands !== undefined;
  return {
    name,
    text,
    value,
    type: recoded || column.whenEmpty !== undefined ? "VARCHAR" : duckTypes[column.type],
    masks: masked.length === 0 ? undefined : maskSql(text, read, column),
    layer,
    join: coded.join,
    checks,
    readFrom: column.type === "text" || direct ? undefined : around.source,
  };
}

/** Whether numbers are read from text: then most rows are done with one look, and the text is made for the others only. */
function readsNumbers(column: RecordColumn, around: ColumnSurroundings): boolean {
  return (column.type === "integer" || column.type === "number") && around.sourceType === "VARCHAR";
}

/** A condition on the rows without a value; the others are not looked at. */
function unless(value: string, condition: string): string {
  return `(CASE WHEN ${value} IS NULL THEN ${condition} ELSE FALSE END)`;
}

function isDirect(column: RecordColumn, around: ColumnSurroundings): boolean {
  return (
    column.type !== "text" && around.sourceType === duckTypes[column.type] && column.empty.every((one) => one === "")
  );
}

/** A mask that could be read as a number, such as 999 for unknown, is none. */
function withoutMasks(column: RecordColumn, isMasked: string, read: string): string {
  const numeric = column.type !== "text" && Object.keys(column.masked).some((mask) => /[0-9]/.test(mask));
  return numeric ? `(CASE WHEN NOT ${isMasked} THEN ${read} END)` : read;
}

/** Earliest date of a year with four digits. Before it the engine has taken two digits for a whole year. */
const firstDate = "DATE '1000-01-01'";

/** Whether a text was not read. Each part mentions the value once, and a call shares them: a date is read once. */
function unreadable(column: RecordColumn, around: ColumnSurroundings, text: string, read: string): string {
  const parts = [
    hasWholeYear(column) ? `coalesce(${read}, DATE '0001-01-01') < ${firstDate}` : `${read} IS NULL`,
    ...(isMoment(column) && around.sourceType === "VARCHAR" ? [`NOT (${dateLike(column, text)})`] : []),
  ];
  return parts.length === 1 ? parts.join() : `greatest(${parts.join(", ")})`;
}

/** Whether the value is read by a form of date and time. */
function isMoment(column: RecordColumn): boolean {
  if (column.type === "year-month") return column.format !== undefined;
  return column.type === "date" || column.type === "datetime";
}

function hasWholeYear(column: RecordColumn): boolean {
  const dated = column.type === "date" || column.type === "datetime" || column.type === "year-month";
  return dated && !/%[yx]/.test(column.format ?? "");
}

function readValue(column: RecordColumn, around: ColumnSurroundings, text: string): string {
  if (isDirect(column, around)) {
    if (column.type === "number") return finite(around.source);
    return column.type === "datetime" ? inZone(column, around, around.source) : around.source;
  }
  switch (column.type) {
    case "text":
      return text;
    case "integer":
      return numberSql(column, around, text, "BIGINT");
    case "number":
      return numberSql(column, around, text, "DOUBLE");
    case "boolean":
      return `(CASE WHEN ${text} IN (${list(column.true)}) THEN TRUE WHEN ${text} IN (${list(column.false)}) THEN FALSE END)`;
    case "date":
      return around.sourceType === "TIMESTAMP"
        ? `CAST(${around.source} AS DATE)`
        : `CAST(${moment(column, text)} AS DATE)`;
    case "datetime":
      return inZone(column, around, moment(column, text));
    case "year":
      return `(CASE WHEN regexp_full_match(${text}, '[0-9]{4}') AND ${text} <> '0000' THEN make_date(CAST(${text} AS INTEGER), 1, 1) END)`;
    case "year-month":
      return column.format === undefined
        ? `CAST(try_strptime(${text} || '-01', ['%Y-%m-%d']) AS DATE)`
        : `CAST(date_trunc('month', ${moment(column, text)}) AS DATE)`;
    default:
      return column.type satisfies never;
  }
}

/**
 * A number of the declared form, or NULL. It is taken from the source as it stands where that is one; white space and empty
 * values are only looked for elsewhere, since taking them away costs more than reading the number.
 */
function numberSql(column: RecordColumn, around: ColumnSurroundings, text: string, type: "BIGINT" | "DOUBLE"): string {
  const read = (from: string): string => `TRY_CAST(${standardNumber(column, from)} AS ${type})`;
  const slow = `(CASE WHEN ${isNumber(column, text)} THEN ${read(text)} END)`;
  if (!readsNumbers(column, around) || column.empty.some((one) => /[0-9]/.test(one))) return slow;
  const { source } = around;
  const plain =
    type === "BIGINT" && column.thousands === ""
      ? `TRY_CAST(${source} AS BIGINT)::VARCHAR = ${source}`
      : isNumber(column, source);
  return `(CASE WHEN ${plain} THEN ${read(source)} ELSE ${slow} END)`;
}

/** Exponents of ten that keep a number of 15 digits finite. */
const exponents = "[0-9]{1,2}|1[0-9]{2}|2[0-8][0-9]";

/**
 * Whether a text is a number of the declared form. What has more than 15 digits before the fraction is none: a double would
 * round it in silence.
 */
function isNumber(column: RecordColumn, text: string): string {
  const fraction = column.type === "integer" ? "" : `(${inPattern(column.decimal)}[0-9]+)?([eE][+-]?0*(${exponents}))?`;
  const [groups, digits] = column.type === "integer" ? ["+", "[0-9]+"] : ["{1,4}", "0*[0-9]{1,15}"];
  const grouped = column.thousands === "" ? "" : `[0-9]{1,3}(${inPattern(column.thousands)}[0-9]{3})${groups}|`;
  return `regexp_full_match(${text}, ${literal(`[+-]?(${grouped}${digits})${fraction}`)})`;
}

/** A number of the declared form as the standard writes it. */
function standardNumber(column: RecordColumn, text: string): string {
  const whole = column.thousands === "" ? text : `replace(${text}, ${literal(column.thousands)}, '')`;
  return column.decimal === "." ? whole : `replace(${whole}, ${literal(column.decimal)}, '.')`;
}

function finite(number: string): string {
  return `(CASE WHEN isfinite(${number}) THEN ${number} END)`;
}

function moment(column: RecordColumn, text: string): string {
  const formats = (
    column.format ?? (column.type === "date" ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S|%Y-%m-%d %H:%M:%S|%Y-%m-%d")
  )
    .split("|")
    .map(literal);
  if (column.onFail !== "flag") return `try_strptime(${text}, [${formats.join(", ")}])`;
  // A flagged row is counted, so that what is no date must not be one; the others are put apart by their check.
  const read = `try_strptime((CASE WHEN ${dateLike(column, text)} THEN ${text} END), [${formats.join(", ")}])`;
  return hasWholeYear(column) ? `(CASE WHEN ${read} >= ${firstDate} THEN ${read} END)` : read;
}

/** The engine reads words such as epoch and infinity as the first day of 1900, whatever the form. */
function dateLike(column: RecordColumn, text: string): string {
  const digitsFirst = (column.format ?? "%Y").split("|").every((form) => /^%[YymdHjIS]/.test(form));
  return digitsFirst ? `${text} BETWEEN '0' AND ':'` : `NOT regexp_matches(${text}, '(?i)^[ -]*(epoch|inf)')`;
}

/** Local time in the observatory's zone. Times that carry an offset, or belong to another zone, are converted. */
function inZone(column: RecordColumn, around: ColumnSurroundings, value: string): string {
  if (column.format?.includes("%z") === true) return `(${value} AT TIME ZONE ${literal(around.timezone)})`;
  if (column.timezone === undefined || column.timezone === around.timezone) return value;
  return `((${value} AT TIME ZONE ${literal(column.timezone)}) AT TIME ZONE ${literal(around.timezone)})`;
}

function maskSql(text: string, read: string, column: RecordColumn): { absence: string; low: string; high: string } {
  const entries = Object.entries(column.masked);
  const meaningCases = entries.map(([mask, { meaning }]) => `WHEN ${text} = ${literal(mask)} THEN ${literal(meaning)}`);
  const boundCases = (side: 0 | 1): string =>
    entries
      .flatMap(([mask, { between }]) =>
        between === undefined ? [] : [`WHEN ${text} = ${literal(mask)} THEN ${literalOf(between[side])}`],
      )
      .join(" ");
  const bounded = (side: 0 | 1): string => {
    const cases = boundCases(side);
    return cases === "" ? `CAST(${read} AS DOUBLE)` : `(CASE ${cases} ELSE CAST(${read} AS DOUBLE) END)`;
  };
  return { absence: `(CASE ${meaningCases.join(" ")} END)`, low: bounded(0), high: bounded(1) };
}

function lowerBound(column: RecordColumn, value: string | number): string {
  if (typeof value === "string") return `DATE ${literal(value)}`;
  return isYear(column) ? `make_date(${literalOf(value)}, 1, 1)` : literalOf(value);
}

/** A last day is believed to its end, also for columns with a time of day. */
function upperBound(column: RecordColumn, value: string | number): string {
  if (typeof value === "string") return `>= DATE ${literal(value)} + INTERVAL 1 DAY`;
  return isYear(column) ? `>= make_date(${literalOf(value + 1)}, 1, 1)` : `> ${literalOf(value)}`;
}

function isYear(column: RecordColumn): boolean {
  return column.type === "year" || column.type === "year-month";
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? "NULL" : texts.map(literal).join(", ");
}

function inPattern(separator: string): string {
  return /[a-zA-Z0-9 ,']/.test(separator) ? separator : `\\${separator}`;
}

function expectedForm(column: RecordColumn): string {
  switch (column.type) {
    case "integer":
      return column.thousands === "" ? "a whole number" : `a whole number with "${column.thousands}" between thousands`;
    case "number":
      return `a number with "${column.decimal}" as decimal sign`;
    case "boolean":
      return `one of ${[...column.true, ...column.false].join(", ")}`;
    case "date":
      return `a date like ${column.format ?? "%Y-%m-%d"}`;
    case "datetime":
      return `a date and time like ${column.format ?? "%Y-%m-%dT%H:%M:%S"}`;
    case "year":
      return "a year of four digits";
    case "year-month":
      return `a month like ${column.format ?? "%Y-%m"}`;
    case "text":
      return "text";
    default:
      return column.type satisfies never;
  }
}

/** Name of the helper column that carries the meaning of a masked number. */
export function absenceColumn(name: string): string {
  return identifier(`${name}__absence`);
}
/** Name of the helper column that carries a bound of a masked number. */
export function boundColumn(name: string, side: "low" | "high"): string {
  return identifier(`${name}__${side}`);
}
