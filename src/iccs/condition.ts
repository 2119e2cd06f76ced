import { z } from "zod";

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);
type Scalar = z.infer<typeof scalarSchema>;

const testSchema = z.union([
  scalarSchema,
  z.array(scalarSchema).nonempty(),
  z.strictObject({ not: z.union([scalarSchema, z.array(scalarSchema).nonempty()]) }),
  z.strictObject({ minimum: z.number().optional(), maximum: z.number().optional() }),
  z.strictObject({ missing: z.boolean() }),
]);
type Test = z.infer<typeof testSchema>;

/**
 * A condition on the columns of a row, all of which must hold: a value, a list of which one must be, `not` with a value or
 * a list, `minimum` and `maximum` (both included), or `missing`. A missing value meets only `not` and `missing: true`.
 */
export const conditionSchema = z
  .record(z.string(), testSchema)
  .describe(
    "Conditions on columns, all of which must hold: a value, a list of values, {not: …}, {minimum, maximum}, {missing: true}. A missing value meets only not and missing.",
  );
export type Condition = Readonly<Record<string, Test>>;

/** Names of the columns that a condition looks at. */
export function columnsOfCondition(condition: Condition): string[] {
  return Object.keys(condition);
}

function quoted(value: Scalar): string {
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot stand in a condition`);
  return String(value);
}

/** A list of literals, each compared as text with the column as text, so that 1 and '1' and TRUE and 'true' agree. */
function listed(values: readonly Scalar[]): string {
  return values.map((value) => quoted(String(value))).join(", ");
}

/** The condition as SQL that is TRUE or FALSE, never NULL. `reference` writes a column's name or expression. */
export function conditionSql(condition: Condition, reference: (column: string) => string): string {
  const parts = Object.entries(condition).map(([column, test]) => testSql(reference(column), test));
  return parts.length === 0 ? "TRUE" : `(${parts.join(" AND ")})`;
}

function testSql(column: string, test: Test): string {
  const text = `CAST(${column} AS VARCHAR)`;
  if (typeof test !== "object") return `coalesce(${text} = ${quoted(String(test))}, FALSE)`;
  if (Array.isArray(test)) return `coalesce(${text} IN (${listed(test)}), FALSE)`;
  if ("not" in test) {
    const values = Array.isArray(test.not) ? test.not : [test.not];
    return `coalesce(${text} NOT IN (${listed(values)}), TRUE)`;
  }
  if ("missing" in test) return `(${column} IS ${test.missing ? "" : "NOT "}NULL)`;
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const bounds = [
    ...("minimum" in test && test.minimum !== undefined ? [`${number} >= ${quoted(test.minimum)}`] : []),
    ...("maximum" in test && test.maximum !== undefined ? [`${number} <= ${quoted(test.maximum)}`] : []),
  ];
  return `coalesce(${bounds.length === 0 ? `${number} IS NOT NULL` : bounds.join(" AND ")}, FALSE)`;
}

/** Whether a row meets a condition: the same as its SQL, on plain values. */
export function conditionMatches(condition: Condition, row: Readonly<Record<string, Scalar | null>>): boolean {
  return Object.entries(condition).every(([column, test]) => testMatches(row[column] ?? null, test));
}

function testMatches(value: Scalar | null, test: Test): boolean {
  if (typeof test !== "object") return value !== null && String(value) === String(test);
  if (Array.isArray(test)) return value !== null && test.some((one) => String(one) === String(value));
  if ("not" in test) {
    const values = Array.isArray(test.not) ? test.not : [test.not];
    return value === null || !values.some((one) => String(one) === String(value));
  }
  if ("missing" in test) return (value === null) === test.missing;
  if (value === null || typeof value === "boolean" || String(value).trim() === "") return false;
  const number = Number(value);
  if (!Number.isFinite(number)) return false;
  return (
    (test.minimum === undefined || number >= test.minimum) && (test.maximum === undefined || number <= test.maximum)
  );
}
