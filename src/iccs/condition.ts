import { z } from "zod";

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);
type Scalar = z.infer<typeof scalarSchema>;

const testSchema = z.union([
  scalarSchema,
  z.array(scalarSchema).nonempty(),
  z.strictObject({ not: z.union([scalarSchema, z.array(scalarSchema).nonempty()]) }),
  z.strictObject({ minimum: z.number().optional(), maximum: z.number().optional() }),
  z.strictObject({ missing: z.boolean() }),
  z.strictObject({ sameAs: z.string().min(1) }),
]);
type Test = z.infer<typeof testSchema>;
type Comparison = Extract<Test, { sameAs: string }>;

/**
 * A condition on the columns of a row, all of which must hold: a value, a list of which one must be, `not` with a value or
 * a list, `minimum` and `maximum` (both included), `missing`, or `sameAs` with the name of another column, which must
 * hold the same. A missing value meets only `not` and `missing: true`.
 *
 * Values are compared as text, so that 1 and '1', and true and 'true', agree; in a column of numbers as numbers, so that
 * 1 and 1.0 agree (whole numbers beyond 2^53 are for columns of text). Bounds read text as a number where it is one.
 */
export const conditionSchema = z
  .record(z.string(), testSchema)
  .describe(
    "Conditions on columns, all of which must hold: a value, a list of values, {not: …}, {minimum, maximum}, {missing: true}, {sameAs: another column}. A missing value meets only not and missing.",
  );
export type Condition = Readonly<Record<string, Test>>;

/** Names of the columns that a condition looks at. */
export function columnsOfCondition(condition: Condition): string[] {
  const compared = Object.values(condition).flatMap((test) => (isComparison(test) ? [test.sameAs] : []));
  return [...new Set([...Object.keys(condition), ...compared])];
}

function isComparison(test: Test): test is Comparison {
  return typeof test === "object" && "sameAs" in test;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What is read as a number in text: decimal numerals, spaces around them allowed. The same in JavaScript and RE2. */
const numeral = "^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *$";
const numeralPattern = new RegExp(numeral);

function numberIn(text: string): number | undefined {
  if (!numeralPattern.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** SQL: whether a column holds numbers. DuckDB knows it when it binds the statement, so the rows pay nothing. */
function holdsNumbers(column: string): string {
  const types =
    "'TINYINT','SMALLINT','INTEGER','BIGINT','HUGEINT','UTINYINT','USMALLINT','UINTEGER','UBIGINT','UHUGEINT','FLOAT','DOUBLE'";
  return `(typeof(${column}) IN (${types}) OR starts_with(typeof(${column}), 'DECIMAL'))`;
}

/** The condition as SQL that is TRUE or FALSE, never NULL. `reference` writes a column's name or expression. */
export function conditionSql(condition: Condition, reference: (column: string) => string): string {
  const parts = Object.entries(condition).map(([column, test]) =>
    isComparison(test) ? sameSql(reference(column), reference(test.sameAs)) : testSql(reference(column), test),
  );
  return parts.length === 0 ? "TRUE" : `(${parts.join(" AND ")})`;
}

function testSql(column: string, test: Exclude<Test, Comparison>): string {
  if (typeof test !== "object") return `coalesce(${amongSql(column, [test])}, FALSE)`;
  if (Array.isArray(test)) return `coalesce(${amongSql(column, test)}, FALSE)`;
  if ("not" in test) {
    const values = Array.isArray(test.not) ? test.not : [test.not];
    return `coalesce(NOT ${amongSql(column, values)}, TRUE)`;
  }
  if ("missing" in test) return `(${column} IS ${test.missing ? "" : "NOT "}NULL)`;
  const number = numberSql(column);
  const bounds = [
    `isfinite(${number})`,
    ...("minimum" in test && test.minimum !== undefined ? [`${number} >= ${double(test.minimum)}`] : []),
    ...("maximum" in test && test.maximum !== undefined ? [`${number} <= ${double(test.maximum)}`] : []),
  ];
  return `coalesce(${bounds.join(" AND ")}, FALSE)`;
}

/** SQL: the number of a column of numbers, or the number that a text is; NULL for other text. */
function numberSql(column: string): string {
  const text = `CAST(${column} AS VARCHAR)`;
  const read = `CASE WHEN regexp_matches(${text}, ${quoted(numeral)}) THEN TRY_CAST(${text} AS DOUBLE) END`;
  return `(CASE WHEN ${holdsNumbers(column)} THEN TRY_CAST(${column} AS DOUBLE) ELSE ${read} END)`;
}

/** SQL: whether two columns hold the same: as numbers where one of them holds numbers, else as text. */
function sameSql(left: string, right: string): string {
  const numeric = `(${holdsNumbers(left)} OR ${holdsNumbers(right)})`;
  const texts = `CAST(${left} AS VARCHAR) = CAST(${right} AS VARCHAR)`;
  return `coalesce(CASE WHEN ${numeric} THEN ${numberSql(left)} = ${numberSql(right)} ELSE ${texts} END, FALSE)`;
}

/** SQL: whether a column holds one of the values; NULL where it holds none at all. */
function amongSql(column: string, values: readonly Scalar[]): string {
  const texts = `(CAST(${column} AS VARCHAR) IN (${values.map((value) => quoted(String(value))).join(", ")}))`;
  const truths = values.map(String).filter((text) => text === "true" || text === "false");
  const numbers = values.map((value) => numberIn(String(value))).filter((number) => number !== undefined);
  const cases = [
    ...(numbers.length === 0
      ? []
      : [`WHEN ${holdsNumbers(column)} THEN TRY_CAST(${column} AS DOUBLE) IN (${numbers.map(double).join(", ")})`]),
    ...(truths.length === 0
      ? []
      : [`WHEN typeof(${column}) = 'BOOLEAN' THEN TRY_CAST(${column} AS BOOLEAN) IN (${truths.join(", ")})`]),
  ];
  return cases.length === 0 ? texts : `(CASE ${cases.join(" ")} ELSE ${texts} END)`;
}

/** A double from its decimal digits: a bare literal would be a DECIMAL and be rounded otherwise. */
function double(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot stand in a condition`);
  return `CAST('${value}' AS DOUBLE)`;
}

/** Whether a row meets a condition: the same as its SQL, on plain values. */
export function conditionMatches(condition: Condition, row: Readonly<Record<string, Scalar | null>>): boolean {
  return Object.entries(condition).every(([column, test]) => {
    const value = cellOf(row, column);
    if (!isComparison(test)) return testMatches(value, test);
    return isSame(value, cellOf(row, test.sameAs));
  });
}

function isSame(left: Scalar | null, right: Scalar | null): boolean {
  if (left === null || right === null) return false;
  if (typeof left !== "number" && typeof right !== "number") return String(left) === String(right);
  const number = numberIn(String(left));
  return number !== undefined && number === numberIn(String(right));
}

function cellOf(row: Readonly<Record<string, Scalar | null>>, column: string): Scalar | null {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

function testMatches(value: Scalar | null, test: Exclude<Test, Comparison>): boolean {
  if (typeof test !== "object") return isAmong(value, [test]);
  if (Array.isArray(test)) return isAmong(value, test);
  if ("not" in test) return !isAmong(value, Array.isArray(test.not) ? test.not : [test.not]);
  if ("missing" in test) return (value === null) === test.missing;
  if (value === null || typeof value === "boolean") return false;
  const number = typeof value === "number" ? value : numberIn(value);
  if (number === undefined || !Number.isFinite(number)) return false;
  return (
    (test.minimum === undefined || number >= test.minimum) && (test.maximum === undefined || number <= test.maximum)
  );
}

function isAmong(value: Scalar | null, values: readonly Scalar[]): boolean {
  if (value === null) return false;
  if (typeof value === "number") return values.some((one) => numberIn(String(one)) === value);
  return values.some((one) => String(one) === String(value));
}
