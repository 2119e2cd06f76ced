import { conditionSql } from "../../iccs/index.ts";
import type { FactSelection, FactSet, Indicator } from "../definitions/index.ts";
import { type Frequency, periodStart } from "../periods/index.ts";
import { identifier, literal, parquet } from "../store/index.ts";

/** A fact set with the files that hold its facts. */
export interface FactSource {
  /** `stream/facts`. */
  readonly name: string;
  readonly set: FactSet;
  readonly files: readonly string[];
}

/** The dimensions by which an indicator is broken down, each once, in the order in which they are declared. */
export function dimensionsOf(indicator: Indicator): string[] {
  return [...new Set(indicator.breakdowns.flat())].filter((name) => name !== "area");
}

/** The groupings of an indicator: the total first, then each declared breakdown. */
export function groupingsOf(indicator: Indicator): string[][] {
  return [[], ...indicator.breakdowns.map((names) => names.filter((name) => name !== "area"))].filter(
    (grouping, index, all) => all.findIndex((other) => other.join() === grouping.join()) === index,
  );
}

/** How a grouping is named in results: its dimensions with commas between, empty for the total. */
function groupingName(grouping: readonly string[]): string {
  return grouping.join(",");
}

/**
 * Facts of a selection added up by area, period and each grouping. Columns: `grouping`, one column per dimension (`_T`
 * where a grouping does not break it down), `area`, `period`, `value`, `low`, `high`, `status`, `assumed`, `flagged`,
 * `records`, `periods` (how many shorter periods are in the sum).
 *
 * Where a source gives its own total rows, they serve the groupings that do not break the dimension down, and are left
 * out of those that do: nothing is counted twice.
 */
export function selectedSql(
  selection: FactSelection,
  sources: readonly FactSource[],
  groupings: readonly (readonly string[])[],
  dimensions: readonly string[],
  frequency: Frequency,
  iccsLevel: number,
): string {
  const selects = groupings.flatMap((grouping) =>
    sources.map((source) => oneSource(selection, source, grouping, dimensions, frequency, iccsLevel)),
  );
  const keys = ["grouping", ...dimensions.map(identifier), "area", "period"].join(", ");
  return `SELECT ${keys},
      CASE WHEN count(value) = count(*) THEN sum(value) END AS value,
      CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
      CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
      ${worstStatusSql("status")} AS status, sum(assumed) AS assumed, CAST(sum(flagged) AS BIGINT) AS flagged,
      CAST(sum(records) AS BIGINT) AS records, CAST(max(periods) AS INTEGER) AS periods
    FROM (${selects.join("\nUNION ALL\n")}) GROUP BY ${keys}`;
}

function oneSource(
  selection: FactSelection,
  source: FactSource,
  grouping: readonly string[],
  dimensions: readonly string[],
  frequency: Frequency,
  iccsLevel: number,
): string {
  const conditions = selectionConditions(selection, source.set, grouping);
  const columns = dimensions.map((name) =>
    grouping.includes(name) ? `${dimensionSql(name, iccsLevel)} AS ${identifier(name)}` : `'_T' AS ${identifier(name)}`,
  );
  return `SELECT ${[`${literal(groupingName(grouping))} AS grouping`, ...columns].join(", ")}, area,
      ${periodStart("period", frequency)} AS period,
      CASE WHEN count(value) = count(*) THEN sum(value) END AS value,
      CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
      CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
      ${worstStatusSql("status")} AS status, sum(assumed) AS assumed, sum(flagged) AS flagged, sum(records) AS records,
      count(DISTINCT period) AS periods
    FROM (SELECT * REPLACE (${periodStart("period", source.set.period.frequency)} AS period) FROM ${parquet(source.files)})
    WHERE ${conditions.join(" AND ")} GROUP BY ALL`;
}

/** What a fact must be to belong to a selection under a grouping, as SQL conditions on the columns of facts. */
export function selectionConditions(selection: FactSelection, set: FactSet, grouping: readonly string[]): string[] {
  const restricted = new Set(Object.keys(selection.where ?? {}));
  const conditions = ["mapping <> 'not-a-crime'"];
  if (selection.where !== undefined) conditions.push(`coalesce(${conditionSql(selection.where, identifier)}, FALSE)`);
  if (selection.iccs !== undefined) {
    conditions.push(`(${selection.iccs.map((code) => `starts_with(iccs, ${literal(code)})`).join(" OR ")})`);
  }
  for (const name of set.totalsGiven) {
    if (grouping.includes(name)) conditions.push(`${identifier(name)} <> '_T'`);
    else if (!restricted.has(name)) conditions.push(`${identifier(name)} = '_T'`);
  }
  return conditions;
}

const iccsLengths = [2, 4, 5, 6] as const;

/** A dimension's value; ICCS codes are cut to the level, what is not classified at all is `_U`. */
function dimensionSql(name: string, iccsLevel: number): string {
  if (name !== "iccs") return `coalesce(${identifier(name)}, '_U')`;
  return `coalesce(left(iccs, ${iccsLengths[iccsLevel - 1] ?? 2}), '_U')`;
}

const worstFirst = ["suppressed", "not-reported", "not-yet-due", "missing", "not-applicable", "estimated"];

/** The status of a sum from the statuses of its parts: that of the part which is known least. */
export function worstStatusSql(column: string): string {
  const cases = worstFirst.map(
    (word) => `WHEN count(*) FILTER (WHERE ${column} = ${literal(word)}) > 0 THEN ${literal(word)}`,
  );
  return `CASE ${cases.join(" ")} ELSE 'normal' END`;
}
