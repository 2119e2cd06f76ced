import type { Crosswalk } from "../../iccs/index.ts";
import { conditionColumns, conditionSql, crosswalkSql, validityCuts } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/index.ts";
import { periodStart } from "../periods/index.ts";
import { absenceColumn, boundColumn } from "../records/index.ts";
import { identifier, literal, type SqlQuery } from "../store/index.ts";

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
  const cut = { name: "cut", raw: cutSql(crosswalk, identifier(set.period.column)) };
  return [code, cut, ...conditionColumns(crosswalk).map((name) => ({ name, raw: identifier(name) }))];
}

/** The last day before or on a date on which some rule of a crosswalk begins or ends. */
function cutSql(crosswalk: Crosswalk, date: string): string {
  const never = "DATE '0001-01-01'";
  const cases = validityCuts(crosswalk)
    .reverse()
    .map((day) => `WHEN ${date} >= DATE ${literal(day)} THEN DATE ${literal(day)}`);
  // A record without a date has no cut either: only rules without dates hold for it.
  return cases.length === 0 ? never : `(CASE WHEN ${date} IS NULL THEN NULL ${cases.join(" ")} ELSE ${never} END)`;
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
  const keys = kindKeys(set, crosswalk).map(({ name, raw }) => `${raw} AS ${identifier(name)}`);
  // The number of a year costs far less than its first day, and is made a day when there are few rows left.
  const year = `year(${identifier(set.period.column)})`;
  const counted = `SELECT ${[`${year} AS "year of kind"`, ...keys, ...further].join(", ")}, count(*) AS records FROM ${records}${whereSql(set)} GROUP BY ALL`;
  return `SELECT make_date("year of kind"::INTEGER, 1, 1) AS year, * EXCLUDE ("year of kind") FROM (${counted})`;
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
  return `SELECT DISTINCT ${keys.join(", ")}, CAST(dense_rank() OVER (ORDER BY iccs, mapping_status, iccs_weight) AS INTEGER) AS class, iccs, mapping_status, iccs_weight
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

function factKeys(set: FactSet, stream: Stream): FactKey[] {
  const part = (name: string, source: FactSet["sex"]): FactKey => {
    if (!("column" in source)) return { name, raw: undefined, shown: literal(source.constant) };
    const declared = stream.columns[source.column];
    const filled = declared?.whenEmpty !== undefined || declared?.constant !== undefined;
    const column = identifier(source.column);
    return { name, raw: filled ? `${column}::VARCHAR` : `coalesce(${column}::VARCHAR, '_U')`, shown: `key_${name}` };
  };
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
 *
 * Columns: facts, count_unit, area, frequency, period, iccs, mapping, sex, age, value, low, high, status, assumed,
 * flagged, records, vintage; then the further dimensions of the set.
 *
 * `value` is NULL where it is not known; `low` and `high` bound it where a mask does. `assumed` is the part of the value
 * that a split by assumption puts under this code, `flagged` the number of records accepted with a flag. `mapping` says
 * how the ICCS code came about: mapped, split, not-a-crime, unmapped, or none where nothing is classified. `status` is a
 * word of `observationStatusWords`; `vintage` is the hash of the delivery that the fact was made from.
 */
export function factsSql(
  set: FactSet,
  stream: Stream,
  vintage: string,
  records: string,
  crosswalk: Crosswalk | undefined,
): string {
  const keys = factKeys(set, stream);
  const kinds = hasKinds(set) ? kindKeys(set, crosswalk) : [];
  const classified = kinds.length > 0;
  const varying = keys.flatMap(({ name, raw }) => (raw === undefined ? [] : [{ name: `key_${name}`, raw }]));
  const grouped = [...varying, ...set.dimensions.map((name) => ({ name: `key_${name}`, raw: identifier(name) }))];
  const same = kinds.map(({ raw }, index) => `c._kind${index} IS NOT DISTINCT FROM ${raw}`).join(" AND ");
  // Record columns begin with a letter, so that none of them is taken for a column of the classes.
  const joined = ["class", ...kinds.map((_, index) => `kind${index}`)].map((name) => `${name} AS _${name}`);
  const join = classified ? ` JOIN (SELECT ${joined.join(", ")} FROM ${classesTable}) c ON ${same}` : "";
  const selected = [
    ...grouped.map(({ name, raw }) => `${raw} AS ${identifier(name)}`),
    ...(classified ? ["_class AS class"] : []),
    ...sums(set, stream),
  ];
  const summed = `SELECT ${selected.join(", ")} FROM ${records} AS record${join}${whereSql(set)} GROUP BY ALL`;
  const fixed =
    set.classification !== "none" && "iccs" in set.classification
      ? { iccs: literal(set.classification.iccs), mapping: "'mapped'" }
      : { iccs: "NULL::VARCHAR", mapping: "'none'" };
  const label = (name: string): string =>
    `list_extract((SELECT list(${name} ORDER BY class) FROM (SELECT DISTINCT class, ${name} FROM ${classesTable})), class)`;
  const labels = classified
    ? ["iccs", "mapping_status", "iccs_weight"].map((name) => `${label(name)} AS ${name}`)
    : [`${fixed.iccs} AS iccs`, `${fixed.mapping} AS mapping_status`, "1.0::DOUBLE AS iccs_weight"];
  const names = grouped.map(({ name }) => identifier(name));
  const shown = (name: string): string => keys.find((key) => key.name === name)?.shown ?? "NULL";
  const dimensions = set.dimensions
    .map((name) => `, ${identifier(`key_${name}`)}::VARCHAR AS ${identifier(name)}`)
    .join("");
  const labelled = (counted: string): string => `SELECT *, ${labels.join(", ")} FROM (${counted})`;
  const ordered = (rows: string, by: readonly string[]): string =>
    `SELECT * FROM (${rows}) ORDER BY ${[...names.slice(0, varying.length), ...by, ...names.slice(varying.length)].join(", ")}`;
  // Classes are numbered in the order of their codes, and labels are given after sorting, so that little has to be moved.
  const facts = hasSeveralWeights(crosswalk)
    ? ordered(added(set, names, weighted(set, names, labelled(summed))), ["iccs", "mapping_status"])
    : weighted(set, names, labelled(ordered(summed, classified ? ["class"] : [])));
  return `SELECT ${literal(`${stream.stream}/${set.facts}`)} AS facts, ${literal(set.countUnit)} AS count_unit,
      ${shown("area")} AS area, ${literal(set.period.frequency)} AS frequency, ${shown("period")} AS period,
      iccs, mapping_status AS mapping, ${shown("sex")} AS sex, ${shown("age")} AS age,
      ${figures(set)}, assumed, flagged, records, ${literal(vintage)} AS vintage${dimensions}
    FROM (${facts})`;
}

/** The columns by which facts are kept, as `factsSql` shows them, to be asked of `kindsSql`. */
export function factKeysSql(set: FactSet, stream: Stream, crosswalk: Crosswalk | undefined): string[] {
  const already = new Set(kindKeys(set, crosswalk).map(({ name }) => name));
  return [
    ...factKeys(set, stream).map(({ name, raw, shown }) => `${raw ?? shown} AS ${name}`),
    ...set.dimensions.map((name) => `${identifier(name)}::VARCHAR AS ${identifier(name)}`),
  ].filter((_, index) => !already.has(["area", "period", "sex", "age", ...set.dimensions][index] ?? ""));
}

const absences = ["suppressed", "not-reported", "not-yet-due", "missing", "not-applicable"] as const;
const absenceCount = (meaning: string): string => `n_${meaning.replaceAll("-", "_")}`;

/**
 * Sums over the records of a group, without weights. Sums of whole numbers are exact in any order; fractions are added in
 * the order of the rows, so that the same input gives the same digits.
 */
function sums(set: FactSet, stream: Stream): string[] {
  const records = ["count(*) AS records", "CAST(count(*) FILTER (WHERE _flagged) AS BIGINT) AS flagged"];
  if (set.count === "rows") return records;
  const column = set.count.column;
  const value = identifier(column);
  const declared = stream.columns[column];
  const sum = (number: string): string =>
    declared?.type === "integer"
      ? `CAST(sum(${number}) AS DOUBLE)`
      : `sum(CAST(${number} AS DOUBLE) ORDER BY _part, _row)`;
  const masked = Object.keys(declared?.masked ?? {}).length > 0;
  const low = masked ? boundColumn(column, "low") : value;
  const high = masked ? boundColumn(column, "high") : value;
  const meaning = masked ? `coalesce(${absenceColumn(column)}, 'missing')` : "'missing'";
  return [
    `${sum(value)} AS known`,
    `CASE WHEN count(${low}) = count(*) THEN ${sum(low)} END AS lowest`,
    `CASE WHEN count(${high}) = count(*) THEN ${sum(high)} END AS highest`,
    ...absences.map(
      (word) => `count(*) FILTER (WHERE ${value} IS NULL AND ${meaning} = ${literal(word)}) AS ${absenceCount(word)}`,
    ),
    ...records,
  ];
}

function measuresOf(set: FactSet): readonly string[] {
  return set.count === "rows" ? ["records"] : ["known", "lowest", "highest"];
}

function countsOf(set: FactSet): readonly string[] {
  return [...(set.count === "rows" ? [] : absences.map(absenceCount)), "records", "flagged"];
}

/** The sums times the weight of their class. What is counted in rows is named as what is added up: `known`. */
function weighted(set: FactSet, keys: readonly string[], labelled: string): string {
  const measures = measuresOf(set);
  const assumed = `CASE WHEN mapping_status = 'split' THEN coalesce(${measures[0]} * iccs_weight, 0) ELSE 0.0 END AS assumed`;
  const times = measures.map((name) => `${name} * iccs_weight AS ${name === "records" ? "known" : name}`);
  const columns = [...keys, "iccs", "mapping_status", "iccs_weight", ...times, assumed, ...countsOf(set)];
  return `SELECT ${columns.join(", ")} FROM (${labelled})`;
}

/** Classes that differ in nothing but their weight, added up. */
function added(set: FactSet, keys: readonly string[], parts: string): string {
  const sum = (name: string): string => `sum(${name} ORDER BY iccs_weight)`;
  const sums = measuresOf(set).map((name) =>
    name === "records" || name === "known"
      ? `${sum("known")} AS known`
      : `CASE WHEN count(${name}) = count(*) THEN ${sum(name)} END AS ${name}`,
  );
  const columns = [
    ...[...keys, "iccs", "mapping_status", ...sums],
    `${sum("assumed")} AS assumed`,
    ...countsOf(set).map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`),
  ];
  return `SELECT ${columns.join(", ")} FROM (${parts}) GROUP BY ${[...keys, "iccs", "mapping_status"].join(", ")}`;
}

/** Whether some ICCS code is reached with different weights, such as 0.7 of one national code and 0.4 of another. */
function hasSeveralWeights(crosswalk: Crosswalk | undefined): boolean {
  const seen = new Map<string, number>();
  for (const { iccs, weight } of crosswalk?.rules ?? []) {
    if (weight === 1) continue;
    if ((seen.get(iccs) ?? weight) !== weight) return true;
    seen.set(iccs, weight);
  }
  return false;
}

/** The figures of a fact from its sums. What is suppressed weighs more than what is missing, since a bound may be known. */
function figures(set: FactSet): string {
  if (set.count === "rows") return "known AS value, known AS low, known AS high, 'normal' AS status";
  const counts = absences.map(absenceCount);
  const status = absences.map((word) => `WHEN ${absenceCount(word)} > 0 THEN ${literal(word)}`).join(" ");
  return `CASE WHEN ${counts.join(" + ")} = 0 THEN known END AS value, lowest AS low, highest AS high,
      CASE ${status} ELSE 'normal' END AS status`;
}

/**
 * An area with figures of several days in one period, where what is counted on a day must not be added over time.
 * Columns `area`, `period`, `days`; at most one row.
 */
export function addedStockQuery(set: FactSet, stream: Stream, records: string): SqlQuery {
  const date = identifier(set.period.column);
  const [area] = factKeys(set, stream);
  const period = periodStart(date, set.period.frequency);
  return {
    text: `SELECT CAST(${area?.raw ?? area?.shown} AS VARCHAR) AS area, CAST(${period} AS VARCHAR) AS period, count(DISTINCT CAST(${date} AS DATE)) AS days
      FROM ${records}${whereSql(set)} GROUP BY 1, 2 HAVING days > 1 ORDER BY ALL LIMIT 1`,
    values: [],
  };
}
