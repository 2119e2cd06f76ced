import type { Condition } from "../../iccs/index.ts";
import { conditionSql } from "../../iccs/index.ts";
import type { RecordRule, Stream } from "../definitions/index.ts";
import type { RowsRelation } from "../rows/index.ts";
import { identifier, literal } from "../store/index.ts";
import { type ColumnCheck, type ColumnSql, columnSql } from "./column.ts";

/** A check with the number that names it in results; row rules stand after the columns' checks. */
export interface NumberedCheck {
  readonly number: number;
  /** `column.kind`, or the identifier of a row rule. */
  readonly rule: string;
  readonly column: string;
  readonly kind: string;
  readonly action: "quarantine" | "flag";
  /** TRUE or FALSE. */
  readonly fails: string;
  /** The same, or NULL for FALSE. */
  readonly condition: string;
  readonly expected: string;
  /** What the check shares its cost with: checks with the same word are asked in one pass; without one, it has its own. */
  readonly together: string | undefined;
}

/** Everything that validation and counting need to know of a stream, as SQL. */
export interface RecordPlan {
  readonly columns: readonly ColumnSql[];
  readonly checks: readonly NumberedCheck[];
  /** Conditions under which a row is set aside by declaration, with their rules. */
  readonly setAside: readonly { readonly rule: string; readonly holds: string }[];
  readonly uniqueRules: readonly Extract<RecordRule, { unique: unknown }>[];
  /** The rows with what the columns need beside them: numbers that were read, and tables that they are looked up in. */
  readonly rows: RowsRelation;
  /** The rows as they were delivered. */
  readonly delivered: string;
}

/** Prepares the SQL of a stream's records. Pure: the same declaration and columns give the same text. */
export function planRecords(
  stream: Stream,
  rows: RowsRelation,
  around: {
    readonly timezone: string;
    readonly areaCodes: ReadonlySet<string>;
    readonly lookups: ReadonlyMap<string, ReadonlyMap<string, string>>;
  },
): RecordPlan {
  const types = new Map(rows.columns.map((column) => [column.name, column.type]));
  const columns = Object.entries(stream.columns).map(([name, column]) => {
    const source = column.from ?? name;
    return columnSql(name, column, {
      sourceType: types.get(source) ?? "VARCHAR",
      source: identifier(source),
      timezone: around.timezone,
      lookup: around.lookups.get(name),
      areaCodes: around.areaCodes,
    });
  });
  const values = new Map(columns.map((column) => [column.name, column.value]));
  const reference = (name: string): string => values.get(name) ?? "NULL";
  const columnChecks = columns.flatMap(({ checks, readFrom }) =>
    checks.map((check) => named(check, readFrom === undefined ? undefined : check.column)),
  );
  const ruleChecks = stream.rules.flatMap((rule) => rowRuleCheck(rule, reference));
  return {
    columns,
    checks: [...columnChecks, ...ruleChecks].map((check, number) => ({ number, ...check })),
    setAside: stream.setAside.map(({ rule, where }) => ({ rule, holds: truth(where, reference) })),
    uniqueRules: stream.rules.flatMap((rule) => ("unique" in rule ? [rule] : [])),
    delivered: rows.relation,
    rows: { columns: rows.columns, relation: withLookups(withNumbers(rows.relation, columns), columns) },
  };
}

/**
 * The plan for rows that were validated already: conditions that no row met are left out, since they would be computed for
 * nothing. `ends` says for each rule how many rows it found.
 */
export function provenPlan(
  plan: RecordPlan,
  ends: readonly { readonly rule: string; readonly rows: number }[],
): RecordPlan {
  const found = new Set(ends.filter(({ rows }) => rows > 0).map(({ rule }) => rule));
  return {
    ...plan,
    checks: plan.checks.filter(({ rule }) => found.has(rule)),
    setAside: plan.setAside.filter(({ rule }) => found.has(rule)),
  };
}

/** The rows with a further column for each number that is read from text, so that it is read once for all that use it. */
export function withNumbers(relation: string, columns: readonly ColumnSql[]): string {
  const layers = columns.flatMap(({ layer }) =>
    layer === undefined ? [] : [`${layer.sql} AS ${identifier(layer.column)}`],
  );
  return layers.length === 0 ? relation : `(SELECT delivered.*, ${layers.join(", ")} FROM ${relation} AS delivered)`;
}

/** The rows with a further column for each table that a column is looked up in. */
function withLookups(relation: string, columns: readonly ColumnSql[]): string {
  const joins = columns.flatMap(({ join }) => (join === undefined ? [] : [join]));
  if (joins.length === 0) return relation;
  const tables = joins.map(({ pairs, text }, index) => {
    const rows = pairs.map(([from, to]) => `(${literal(from)}, ${literal(to)})`);
    return `LEFT JOIN (VALUES ${rows.join(", ")}) AS lookup${index}(lookup${index}_from, lookup${index}_to) ON lookup${index}_from = ${text}`;
  });
  const found = joins.map(({ column }, index) => `lookup${index}_to AS ${identifier(column)}`);
  return `(SELECT delivered.*, ${found.join(", ")} FROM ${relation} AS delivered ${tables.join(" ")})`;
}

function named(check: ColumnCheck, together: string | undefined): Omit<NumberedCheck, "number"> {
  return { rule: `${check.column}.${check.kind}`, ...check, together };
}

/** Rules that compare columns with each other look at many of the same, so that they are asked together. */
const acrossColumns = "across columns";

export function truth(condition: Condition, reference: (name: string) => string): string {
  return `coalesce(${conditionSql(condition, reference)}, FALSE)`;
}

function rowRuleCheck(rule: RecordRule, reference: (name: string) => string): Omit<NumberedCheck, "number">[] {
  if ("compare" in rule) {
    const [left, operator, right] = rule.compare;
    const fails = `coalesce(NOT (${reference(left)} ${operator === "!=" ? "<>" : operator} ${reference(right)}), FALSE)`;
    const expected = `${left} ${operator} ${right}`;
    return [
      {
        rule: rule.rule,
        column: left,
        kind: "compare",
        action: rule.onFail,
        fails,
        condition: fails,
        expected,
        together: acrossColumns,
      },
    ];
  }
  if ("require" in rule) {
    const looked = rule.when === undefined ? "TRUE" : truth(rule.when, reference);
    const column = Object.keys(rule.require)[0] ?? "";
    const fails = `(${looked} AND NOT ${truth(rule.require, reference)})`;
    return [
      {
        rule: rule.rule,
        column,
        kind: "require",
        action: rule.onFail,
        fails,
        condition: fails,
        expected: rule.note ?? "the declared condition",
        together: acrossColumns,
      },
    ];
  }
  return [];
}

/** Whether one of several conditions holds, none of which is ever NULL. DuckDB shares what the parts of a call have in
 * common, and not what the parts of an OR have: with a call, each date is read once and not once for each check. */
export function anyOf(conditions: readonly string[]): string {
  const [only = "FALSE", ...others] = conditions;
  return others.length === 0 ? only : `greatest(${conditions.join(", ")})`;
}

function isSetAside(plan: RecordPlan): string {
  return anyOf(plan.setAside.map(({ holds }) => holds));
}

export function isQuarantined(plan: RecordPlan): string {
  return anyOf(plan.checks.filter(({ action }) => action === "quarantine").map(({ fails }) => fails));
}

export function isFlagged(plan: RecordPlan): string {
  return anyOf(plan.checks.filter(({ action }) => action === "flag").map(({ fails }) => fails));
}

/** The condition, to stand before others, that a row is not set aside; nothing where no row is. */
export function kept(plan: RecordPlan): string {
  return plan.setAside.length === 0 ? "" : `NOT ${isSetAside(plan)} AND `;
}

/** A rule that each key stands in one row only. */
export type UniqueRule = RecordPlan["uniqueRules"][number];

/** The value of a column by its name, as SQL. */
export function columnValue(plan: RecordPlan, name: string): string {
  return plan.columns.find((column) => column.name === name)?.value ?? "NULL";
}
