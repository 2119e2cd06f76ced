import type { Condition } from "../../iccs/index.ts";
import { conditionSql } from "../../iccs/index.ts";
import type { PublishedTotal, RecordRule, Stream } from "../definitions/index.ts";
import type { RowsRelation } from "../rows/index.ts";
import { identifier, literal, parquet, type SqlQuery } from "../store/index.ts";
import { absenceColumn, boundColumn, type ColumnCheck, type ColumnSql, columnSql } from "./column.ts";

/** A check with the number that names it in results; row rules stand after the columns' checks. */
export interface NumberedCheck {
  readonly number: number;
  /** `column.kind`, or the identifier of a row rule. */
  readonly rule: string;
  readonly column: string;
  readonly kind: string;
  readonly action: "quarantine" | "flag";
  readonly fails: string;
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
  readonly rows: RowsRelation;
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
  const columnChecks = columns.flatMap(({ checks, parsed }) =>
    checks.map((check) => named(check, parsed ? check.column : undefined)),
  );
  const ruleChecks = stream.rules.flatMap((rule) => rowRuleCheck(rule, reference));
  return {
    columns,
    checks: [...columnChecks, ...ruleChecks].map((check, number) => ({ number, ...check })),
    setAside: stream.setAside.map(({ rule, where }) => ({ rule, holds: truth(where, reference) })),
    uniqueRules: stream.rules.flatMap((rule) => ("unique" in rule ? [rule] : [])),
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
function withNumbers(relation: string, columns: readonly ColumnSql[]): string {
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

function truth(condition: Condition, reference: (name: string) => string): string {
  return `coalesce(${conditionSql(condition, reference)}, FALSE)`;
}

function rowRuleCheck(rule: RecordRule, reference: (name: string) => string): Omit<NumberedCheck, "number">[] {
  if ("compare" in rule) {
    const [left, operator, right] = rule.compare;
    const fails = `coalesce(NOT (${reference(left)} ${operator === "!=" ? "<>" : operator} ${reference(right)}), FALSE)`;
    const expected = `${left} ${operator} ${right}`;
    return [
      { rule: rule.rule, column: left, kind: "compare", action: rule.onFail, fails, expected, together: acrossColumns },
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
        expected: rule.note ?? "the declared condition",
        together: acrossColumns,
      },
    ];
  }
  return [];
}

/** Whether one of several conditions holds, none of which is ever NULL. DuckDB shares what the parts of a call have in
 * common, and not what the parts of an OR have: with a call, each date is read once and not once for each check. */
function anyOf(conditions: readonly string[]): string {
  const [only = "FALSE", ...others] = conditions;
  return others.length === 0 ? only : `greatest(${conditions.join(", ")})`;
}

function isSetAside(plan: RecordPlan): string {
  return anyOf(plan.setAside.map(({ holds }) => holds));
}

function isQuarantined(plan: RecordPlan): string {
  return anyOf(plan.checks.filter(({ action }) => action === "quarantine").map(({ fails }) => fails));
}

function isFlagged(plan: RecordPlan): string {
  return anyOf(plan.checks.filter(({ action }) => action === "flag").map(({ fails }) => fails));
}

/**
 * Counts the rows, those that are set aside, and those that fail each check. Columns `rows_in`, `aside_N`, `check_N`.
 *
 * A check of a column that is not read from text is a pass of its own over that column: the engine then answers it from
 * the statistics and dictionaries of the file, mostly without looking at a row.
 */
export function countsQuery(plan: RecordPlan): SqlQuery {
  const counted = (check: NumberedCheck): string =>
    `count(*) FILTER (WHERE ${kept(plan)}${check.fails}) AS check_${check.number}`;
  let before = "FALSE";
  const ends = plan.setAside.map(({ holds }, index) => {
    const end = `count(*) FILTER (WHERE ${holds} AND NOT ${before}) AS aside_${index}`;
    before = `(${before} OR ${holds})`;
    return end;
  });
  const passes = [`SELECT ${["count(*) AS rows_in", ...ends].join(", ")} FROM ${plan.rows.relation}`];
  for (const checks of Map.groupBy(plan.checks, ({ together, number }) => together ?? number).values()) {
    const [only] = checks;
    passes.push(
      only !== undefined && only.together === undefined
        ? `SELECT count(*) AS check_${only.number} FROM ${plan.rows.relation} WHERE ${kept(plan)}${only.fails}`
        : `SELECT ${checks.map(counted).join(",\n  ")} FROM ${plan.rows.relation}`,
    );
  }
  return { text: `SELECT * FROM ${passes.map((pass) => `(${pass})`).join(",\n ")}`, values: [] };
}

/** Rows that are put apart, and rows that carry a flag, of a plan whose checks some row fails. Columns `quarantined`, `flagged`. */
export function endsQuery(plan: RecordPlan): SqlQuery {
  const quarantined = `count(*) FILTER (WHERE ${kept(plan)}${isQuarantined(plan)}) AS quarantined`;
  const flagged = `count(*) FILTER (WHERE ${kept(plan)}NOT ${isQuarantined(plan)} AND ${isFlagged(plan)}) AS flagged`;
  return { text: `SELECT ${quarantined}, ${flagged} FROM ${plan.rows.relation}`, values: [] };
}

function kept(plan: RecordPlan): string {
  return plan.setAside.length === 0 ? "" : `NOT ${isSetAside(plan)} AND `;
}

type UniqueRule = RecordPlan["uniqueRules"][number];

/** A table of the session that names the rows whose key stands in more than one row. */
function repeatedTable(rule: UniqueRule): string {
  return identifier(`repeated ${rule.rule}`);
}

function columnValue(plan: RecordPlan, name: string): string {
  return plan.columns.find((column) => column.name === name)?.value ?? "NULL";
}

function keysOf(plan: RecordPlan, rule: UniqueRule): string {
  return rule.unique.map((name, index) => `${columnValue(plan, name)} AS k${index}`).join(", ");
}

/**
 * Makes a table of the rows whose key stands in more than one row, put apart or not. Only the keys are looked at: one
 * cheap pass, with which most deliveries are done.
 */
export function repeatedRowsSql(plan: RecordPlan, rule: UniqueRule): string {
  const names = rule.unique.map((_, index) => `k${index}`).join(", ");
  const same = rule.unique.map((_, index) => `c.k${index} IS NOT DISTINCT FROM r.k${index}`).join(" AND ");
  const { relation } = plan.rows;
  return `CREATE OR REPLACE TEMP TABLE ${repeatedTable(rule)} AS
    WITH repeated AS MATERIALIZED (SELECT ${names} FROM (SELECT ${keysOf(plan, rule)} FROM ${relation}) GROUP BY ${names} HAVING count(*) > 1)
    SELECT c._part, c._row FROM (SELECT _part, _row, ${keysOf(plan, rule)} FROM ${relation}) c SEMI JOIN repeated r ON ${same}`;
}

/** How many rows the tables of repeated rows name. Column `rows`. */
export function repeatedCountQuery(plan: RecordPlan): SqlQuery {
  const counts = plan.uniqueRules.map((rule) => `(SELECT count(*) FROM ${repeatedTable(rule)})`);
  return { text: `SELECT ${counts.join(" + ")} AS rows`, values: [] };
}

/** How many rows of the file of repeated rows carry the flag of another check already. Column `rows`. */
export function repeatedFlaggedQuery(plan: RecordPlan, duplicates: string): SqlQuery {
  const flagged = `SELECT _part, _row FROM ${plan.rows.relation} WHERE ${isFlagged(plan)}`;
  return {
    text: `SELECT count(*) AS rows FROM (${flagged}) SEMI JOIN ${parquet([duplicates])} USING (_part, _row)`,
    values: [],
  };
}

/**
 * Rows that repeat the key of another, except those that are kept; needs the tables of repeated rows. Rows that another
 * check has put apart do not take part. Columns `_part`, `_row`, `rule`, `action`.
 */
export function duplicatesSql(plan: RecordPlan): string {
  const selects = plan.uniqueRules.map((rule) => {
    const names = rule.unique.map((_, index) => `k${index}`).join(", ");
    const whole = `hash(${plan.rows.columns.map(({ name }) => identifier(name)).join(", ")})`;
    const looked = rule.when === undefined ? "TRUE" : truth(rule.when, (name) => columnValue(plan, name));
    const takesPart = computedHere([`NOT ${looked}`, ...refusals(plan)]);
    const place = `row_number() OVER (PARTITION BY ${names} ORDER BY _part, _row)`;
    const of = (measure: string): string => `${measure} OVER (PARTITION BY ${names})`;
    const fallen = {
      none: "copies > 1",
      first: "place > 1",
      "identical-first": "copies > 1 AND (kinds > 1 OR place > 1)",
    };
    return `SELECT _part, _row, ${literal(rule.rule)} AS rule, ${literal(rule.onFail)} AS action FROM (
      SELECT _part, _row, ${place} AS place, ${of("count(*)")} AS copies, ${of("count(DISTINCT whole)")} AS kinds
      FROM (SELECT _part, _row, ${keysOf(plan, rule)}, ${whole} AS whole, ${takesPart} AS takes_part
        FROM (SELECT * FROM ${plan.rows.relation} SEMI JOIN ${repeatedTable(rule)} USING (_part, _row)))
      WHERE takes_part) WHERE ${fallen[rule.keep]}`;
  });
  return selects.join("\nUNION ALL\n");
}

/** Whether every row is accepted, but for those that repeat a key. */
export function acceptsAll(plan: RecordPlan): boolean {
  return refusals(plan).length === 0;
}

/** The conditions under which a row is no accepted record. */
function refusals(plan: RecordPlan): string[] {
  const quarantined = plan.checks.filter(({ action }) => action === "quarantine").map(({ fails }) => fails);
  return [...plan.setAside.map(({ holds }) => holds), ...quarantined];
}

/**
 * A condition that DuckDB computes in the projection where it stands, sharing its parts with the columns beside it. Without
 * the random number, which is never below 0, it would be moved down to the scan and its parts computed twice.
 */
function computedHere(refused: readonly string[]): string {
  return `NOT ${anyOf([...refused, "random() < 0"])}`;
}

/** The rows that fail, one line per row and rule, with what was found and the whole row as delivered. */
export function problemsSql(plan: RecordPlan, confidential: ReadonlySet<string>): string {
  const hidden = new Set(plan.columns.filter(({ name }) => confidential.has(name)).map(({ name }) => name));
  const found = (check: NumberedCheck): string => {
    const column = plan.columns.find(({ name }) => name === check.column);
    return column === undefined || hidden.has(column.name) ? "NULL" : `left(${column.text}, 200)`;
  };
  const problems = plan.checks.map(
    (check) =>
      `CASE WHEN ${check.fails} THEN {rule: ${literal(check.rule)}, action: ${literal(check.action)}, "column": ${literal(
        check.column,
      )}, kind: ${literal(check.kind)}, found: ${found(check)}, expected: ${literal(check.expected)}} END`,
  );
  const shown = plan.rows.columns.filter(({ name }) => !hiddenSource(plan, hidden, name));
  const row = `to_json({${shown.map(({ name }) => `${identifier(name)}: left(${identifier(name)}::VARCHAR, 200)`).join(", ")}})`;
  return `SELECT _part, _row, unnest(problems, recursive := true), delivered FROM (
      SELECT _part, _row, list_filter([${problems.join(",\n")}], lambda p: p IS NOT NULL) AS problems, ${row}::VARCHAR AS delivered
      FROM ${plan.rows.relation}
      WHERE ${kept(plan)}${anyOf(plan.checks.map(({ fails }) => fails))})`;
}

function hiddenSource(plan: RecordPlan, hidden: ReadonlySet<string>, source: string): boolean {
  return plan.columns.some((column) => hidden.has(column.name) && column.text.includes(identifier(source)));
}

/**
 * The accepted records as a relation: the declared columns with their values, the meaning and bounds of masked numbers,
 * and whether the record carries a flag. Rows named in the duplicates file are left out.
 */
export function recordsRelation(plan: RecordPlan, duplicates: string | undefined): string {
  const columns = plan.columns.flatMap((column) => {
    const own = `${column.value} AS ${identifier(column.name)}`;
    if (column.masks === undefined) return [own];
    return [
      own,
      `${column.masks.absence} AS ${absenceColumn(column.name)}`,
      `${column.masks.low} AS ${boundColumn(column.name, "low")}`,
      `${column.masks.high} AS ${boundColumn(column.name, "high")}`,
    ];
  });
  const repeats = (action: RecordRule["onFail"]): string =>
    duplicates === undefined || !plan.uniqueRules.some(({ onFail }) => onFail === action)
      ? "FALSE"
      : `EXISTS (SELECT 1 FROM ${parquet([duplicates])} d WHERE d.action = '${action}' AND d._part = source._part AND d._row = source._row)`;
  const unique = duplicates === undefined ? "" : ` AND NOT ${repeats("quarantine")}`;
  const flagged = duplicates === undefined ? "_flagged" : `(_flagged OR ${repeats("flag")}) AS _flagged`;
  const names = plan.columns.flatMap((column) => {
    const own = identifier(column.name);
    return column.masks === undefined
      ? [own]
      : [own, absenceColumn(column.name), boundColumn(column.name, "low"), boundColumn(column.name, "high")];
  });
  const refused = refusals(plan);
  const accepted = refused.length === 0 ? "TRUE" : computedHere(refused);
  return `(SELECT ${names.join(", ")}, ${flagged}, _part, _row FROM (
      SELECT ${columns.join(", ")}, ${isFlagged(plan)} AS _flagged, ${accepted} AS _accepted, _part, _row FROM ${plan.rows.relation}) AS source
    WHERE _accepted${unique})`;
}

/**
 * The figures to hold against the totals that the source publishes, of the rows as delivered or as accepted.
 *
 * @param apart - Whether each condition is a pass of its own, which is quicker where `relation` has no further conditions:
 * the engine then reads the columns of that condition only.
 */
export function totalsQuery(
  plan: RecordPlan,
  totals: readonly PublishedTotal[],
  relation: string,
  apart: boolean,
): SqlQuery {
  const measures = totals.map((total, index) => {
    const reference = (name: string): string => (total.of === "accepted" ? identifier(name) : columnValue(plan, name));
    const condition = total.where === undefined ? undefined : conditionSql(total.where, reference);
    const { measure } = total;
    const where = condition === undefined ? "" : ` WHERE ${condition}`;
    // A group for each value is quicker than a set of values for each row that is read.
    if (measure !== "rows" && "distinct" in measure) {
      return `(SELECT CAST(count(value) AS DOUBLE) FROM (SELECT ${reference(measure.distinct)} AS value FROM ${relation}${where} GROUP BY 1)) AS total_${index}`;
    }
    const figure = measure === "rows" ? "count(*)" : `sum(${reference(measure.sum)})`;
    const found = (filter: string): string => `CAST(coalesce(${figure}${filter}, 0) AS DOUBLE)`;
    if (apart && condition !== undefined) return `(SELECT ${found("")} FROM ${relation}${where}) AS total_${index}`;
    return `${found(condition === undefined ? "" : ` FILTER (WHERE ${condition})`)} AS total_${index}`;
  });
  return { text: `SELECT ${measures.join(", ")} FROM ${relation}`, values: [] };
}
