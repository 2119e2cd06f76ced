import type { Crosswalk } from "../../iccs/index.ts";
import { conditionColumns, conditionSql, crosswalkSql, validityCuts } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/index.ts";
import { periodStart } from "../periods/index.ts";
import { absenceColumn, boundColumn } from "../records/index.ts";
import { identifier, literal } from "../store/index.ts";

/**
 * Columns that every fact has, in order; the further dimensions of its set follow.
 *
 * `value` is NULL where it is not known; `low` and `high` bound it where a mask does. `assumed` is the part of the value
 * that a split by assumption puts under this code, `flagged` the number of records accepted with a flag. `mapping` says
 * how the ICCS code came about: mapped, split, not-a-crime, unmapped, or none where nothing is classified. `status` is a
 * word of `observationStatuses`; `vintage` is the hash of the delivery that the fact was made from.
 */
export const factColumns = [
  "facts",
  "count_unit",
  "area",
  "frequency",
  "period",
  "iccs",
  "mapping",
  "sex",
  "age",
  "value",
  "low",
  "high",
  "status",
  "assumed",
  "flagged",
  "records",
  "vintage",
] as const;

/** Name of the session's table that holds how each kind of record is classified; `factsSql` joins the records with it. */
export const classesTable = "record_classes";

/** What classification looks at: the national code, which version of the crosswalk holds, and the condition columns. */
interface KindKey {
  readonly name: string;
  readonly raw: string;
}

function kindKeys(set: FactSet, crosswalk: Crosswalk | undefined): KindKey[] {
  const { classification } = set;
  if (classification === "none" || "iccs" in classification) return [];
  const code = { name: "national_code", raw: identifier(classification.column) };
  if (crosswalk === undefined) return [code];
  const date = identifier(set.period.column);
  const never = "DATE '0001-01-01'";
  const cases = validityCuts(crosswalk)
    .reverse()
    .map((day) => `WHEN ${date} >= DATE ${literal(day)} THEN DATE ${literal(day)}`);
  const cut = { name: "cut", raw: cases.length === 0 ? never : `(CASE ${cases.join(" ")} ELSE ${never} END)` };
  return [code, cut, ...conditionColumns(crosswalk).map((name) => ({ name, raw: identifier(name) }))];
}

/** Whether the records of a set are classified one by one, and not all alike. */
export function hasKinds(set: FactSet): boolean {
  return set.classification !== "none" && !("iccs" in set.classification);
}

function whereSql(set: FactSet): string {
  return set.where === undefined ? "" : ` WHERE ${conditionSql(set.where, identifier)}`;
}

/**
 * Counts the accepted records by year and by everything that classifying them looks at: a table thousands of times
 * smaller than the records. Columns `year`, `national_code`, for a crosswalk `cut` (a date that stands for the record's
 * own in questions of validity) and its condition columns, `records`, and what else is asked for.
 */
export function kindsSql(
  set: FactSet,
  records: string,
  crosswalk: Crosswalk | undefined,
  further: readonly string[] = [],
): string {
  const keys = [...kindKeys(set, crosswalk).map(({ name, raw }) => `${raw} AS ${identifier(name)}`), ...further];
  const year = periodStart(identifier(set.period.column), "A");
  return `SELECT ${year} AS year, ${keys.join(", ")}, count(*) AS records FROM ${records}${whereSql(set)} GROUP BY ALL`;
}

/**
 * Classifies kinds of records. Every row comes out under one code, or under several with weights that add to 1, or under
 * none: the crosswalk neither makes nor loses a record.
 */
export function classifiedSql(kinds: string, crosswalk: Crosswalk | undefined): string {
  if (crosswalk !== undefined) {
    return crosswalkSql({
      crosswalk,
      source: kinds,
      codeColumn: "national_code",
      dateColumn: "cut",
      columnRef: identifier,
    });
  }
  return `SELECT *, national_code::VARCHAR AS iccs, 1.0::DOUBLE AS iccs_weight, NULL::VARCHAR AS crosswalk_rule, FALSE AS split_by_assumption,
    CASE WHEN national_code IS NULL THEN 'unmapped' ELSE 'mapped' END AS mapping_status FROM ${kinds}`;
}

/** The classes that records are joined with: the keys of their kind, and the number, code and weight of each class. */
export function classesSql(set: FactSet, crosswalk: Crosswalk | undefined, classified: string): string {
  const keys = kindKeys(set, crosswalk).map(({ name }, index) => `${identifier(name)} AS kind${index}`);
  return `SELECT DISTINCT ${keys.join(", ")}, dense_rank() OVER (ORDER BY iccs, mapping_status) AS class, iccs, mapping_status, iccs_weight
    FROM ${classified}`;
}

/** How the records of each year and national code were classified; read by the crosswalk's coverage report. */
export function mappingSql(classified: string): string {
  return `SELECT year AS period, national_code::VARCHAR AS national_code, iccs, mapping_status AS mapping,
      CAST(sum(records * iccs_weight) AS DOUBLE) AS records
    FROM ${classified} GROUP BY ALL ORDER BY ALL`;
}

/** Something that facts are kept by: as it is grouped, and as it is shown. Undefined when it is the same everywhere. */
interface FactKey {
  readonly name: string;
  readonly raw: string | undefined;
  readonly shown: string;
}

function factKeys(set: FactSet): FactKey[] {
  const part = (name: string, source: FactSet["sex"]): FactKey =>
    "column" in source
      ? { name, raw: `coalesce(${identifier(source.column)}::VARCHAR, '_U')`, shown: `key_${name}` }
      : { name, raw: undefined, shown: literal(source.constant) };
  return [
    part("area", set.area),
    { name: "period", raw: periodStart(identifier(set.period.column), set.period.frequency), shown: "key_period" },
    part("sex", set.sex),
    part("age", set.age),
  ];
}

/**
 * Adds accepted records up to facts, in a total order so that the same input always gives the same file. Where records
 * are classified one by one, the table of their classes must be there.
 */
export function factsSql(
  set: FactSet,
  stream: Stream,
  vintage: string,
  records: string,
  crosswalk: Crosswalk | undefined,
): string {
  const keys = factKeys(set);
  const kinds = hasKinds(set) ? kindKeys(set, crosswalk) : [];
  const classified = kinds.length > 0;
  const split = crosswalk?.rules.some(({ weight }) => weight < 1) ?? false;
  const grouped = [
    ...keys.flatMap(({ name, raw }) => (raw === undefined ? [] : [`${raw} AS key_${name}`])),
    ...set.dimensions.map((name) => `${identifier(name)} AS ${identifier(`key_${name}`)}`),
    ...(classified ? ["_class AS class"] : []),
  ];
  const same = kinds.map(({ raw }, index) => `c._kind${index} IS NOT DISTINCT FROM ${raw}`).join(" AND ");
  // Record columns begin with a letter, so that none of them is taken for a column of the classes.
  const joined = ["class", "iccs_weight", ...kinds.map((_, index) => `kind${index}`)].map(
    (name) => `${name} AS _${name}`,
  );
  const join = classified ? ` JOIN (SELECT ${joined.join(", ")} FROM ${classesTable}) c ON ${same}` : "";
  const source = `SELECT ${[...grouped, ...measures(set, stream, split)].join(", ")} FROM ${records} AS record${join}${whereSql(set)} GROUP BY ALL`;
  const labels = classified
    ? ` JOIN (SELECT DISTINCT class, iccs, mapping_status FROM ${classesTable}) USING (class)`
    : "";
  const fixed =
    set.classification !== "none" && "iccs" in set.classification ? literal(set.classification.iccs) : "NULL::VARCHAR";
  const shown = (name: string): string => keys.find((key) => key.name === name)?.shown ?? "NULL";
  const dimensions = set.dimensions
    .map((name) => `, ${identifier(`key_${name}`)}::VARCHAR AS ${identifier(name)}`)
    .join("");
  const order = ["area", "period", "iccs", "mapping", "sex", "age", ...set.dimensions.map(identifier)].join(", ");
  return `SELECT ${literal(`${stream.stream}/${set.facts}`)} AS facts, ${literal(set.countUnit)} AS count_unit,
      ${shown("area")} AS area, ${literal(set.period.frequency)} AS frequency, ${shown("period")} AS period,
      ${classified ? "iccs" : fixed} AS iccs, ${classified ? "mapping_status" : set.classification === "none" ? "'none'" : "'mapped'"} AS mapping,
      ${shown("sex")} AS sex, ${shown("age")} AS age,
      value, low, high, status, assumed, flagged, records, ${literal(vintage)} AS vintage${dimensions}
    FROM (${figures(set, source)})${labels} ORDER BY ${order}`;
}

/** The columns by which facts are kept, as `factsSql` shows them, to be asked of `kindsSql`. */
export function factKeysSql(set: FactSet, crosswalk: Crosswalk | undefined): string[] {
  const already = new Set(kindKeys(set, crosswalk).map(({ name }) => name));
  return [
    ...factKeys(set).map(({ name, raw, shown }) => `${raw ?? shown} AS ${name}`),
    ...set.dimensions.map((name) => `${identifier(name)}::VARCHAR AS ${identifier(name)}`),
  ].filter((_, index) => !already.has(["area", "period", "sex", "age", ...set.dimensions][index] ?? ""));
}

const absences = ["suppressed", "not-reported", "not-yet-due", "missing", "not-applicable"] as const;
const absenceCount = (meaning: string): string => `n_${meaning.replaceAll("-", "_")}`;

/** Sums over the records of a group. Sums of whole numbers are exact in any order; others are added in the rows' order. */
function measures(set: FactSet, stream: Stream, split: boolean): string[] {
  const records = ["count(*) AS records", "CAST(count(*) FILTER (WHERE _flagged) AS BIGINT) AS flagged"];
  // Weights are added as decimals, which is exact.
  const parts =
    "coalesce(CAST(sum(CAST(c._iccs_weight AS DECIMAL(18, 15))) FILTER (WHERE c._iccs_weight < 1) AS DOUBLE), 0)";
  if (set.count === "rows") {
    if (!split) return ["CAST(count(*) AS DOUBLE) AS known", "0.0::DOUBLE AS assumed", ...records];
    const whole = "CAST(count(*) FILTER (WHERE c._iccs_weight = 1) AS DOUBLE)";
    return [`${whole} + ${parts} AS known`, `${parts} AS assumed`, ...records];
  }
  const column = set.count.column;
  const value = identifier(column);
  const declared = stream.columns[column];
  const exact = declared?.type === "integer" && !split;
  const sum = (number: string): string =>
    exact
      ? `CAST(sum(${number}) AS DOUBLE)`
      : `sum(CAST(${number} AS DOUBLE)${split ? " * c._iccs_weight" : ""} ORDER BY _part, _row)`;
  const masked = Object.keys(declared?.masked ?? {}).length > 0;
  const low = masked ? boundColumn(column, "low") : value;
  const high = masked ? boundColumn(column, "high") : value;
  const meaning = masked ? `coalesce(${absenceColumn(column)}, 'missing')` : "'missing'";
  return [
    `${sum(value)} AS known`,
    `CASE WHEN count(${low}) = count(*) THEN ${sum(low)} END AS lowest`,
    `CASE WHEN count(${high}) = count(*) THEN ${sum(high)} END AS highest`,
    split
      ? `coalesce(sum(CAST(${value} AS DOUBLE) * c._iccs_weight ORDER BY _part, _row) FILTER (WHERE c._iccs_weight < 1), 0) AS assumed`
      : "0.0::DOUBLE AS assumed",
    ...absences.map(
      (word) => `count(*) FILTER (WHERE ${value} IS NULL AND ${meaning} = ${literal(word)}) AS ${absenceCount(word)}`,
    ),
    ...records,
  ];
}

/** The figures of a fact from its sums. What is suppressed weighs more than what is missing, since a bound may be known. */
function figures(set: FactSet, source: string): string {
  if (set.count === "rows")
    return `SELECT *, known AS value, known AS low, known AS high, 'normal' AS status FROM (${source})`;
  const counts = absences.map(absenceCount);
  const status = absences.map((word) => `WHEN ${absenceCount(word)} > 0 THEN ${literal(word)}`).join(" ");
  return `SELECT *, CASE WHEN ${counts.join(" + ")} = 0 THEN known END AS value, lowest AS low, highest AS high,
      CASE ${status} ELSE 'normal' END AS status FROM (${source})`;
}
