import { conditionSql } from "../../iccs/index.ts";
import type { PublishedTotal, RecordRule } from "../definitions/index.ts";
import { identifier, literal, parquet, type SqlQuery } from "../store/index.ts";
import { absenceColumn, boundColumn } from "./column.ts";
import {
  anyOf,
  columnValue,
  isFlagged,
  kept,
  type NumberedCheck,
  type RecordPlan,
  truth,
  type UniqueRule,
} from "./plan.ts";

/** A table of the session that names the rows whose key stands in more than one row. */
function repeatedTable(rule: UniqueRule): string {
  return identifier(`repeated ${rule.rule}`);
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
  const [only, ...others] = plan.checks;
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
      WHERE ${kept(plan)}${only === undefined || others.length > 0 ? anyOf(plan.checks.map(({ fails }) => fails)) : only.condition})`;
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
