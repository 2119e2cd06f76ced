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
  const date = identifier(set.period.column);
  const dated = crosswalk !== undefined && hasKinds(set);
  // One day stands for year and cut, the later of the two: a key less for every record to be grouped by.
  const day = dated ? `greatest(${periodStart(date, "A")}, ${cutSql(crosswalk, date)})` : periodStart(date, "A");
  const keys = kindKeys(set, crosswalk).filter(({ name }) => name !== "cut");
  const named = [...keys.map(({ name, raw }) => `${raw} AS ${identifier(name)}`), ...further];
  const counted = `SELECT ${day} AS "day of kind", ${named.join(", ")}, count(*) AS records FROM ${records}${whereSql(set)} GROUP BY ALL`;
  const cut = dated ? `${cutSql(crosswalk, '"day of kind"')} AS cut, ` : "";
  return `SELECT ${periodStart('"day of kind"', "A")} AS year, ${cut}* EXCLUDE ("day of kind") FROM (${counted})`;
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
  return `SELECT DISTINCT ${keys.join(", ")}, dense_rank() OVER (ORDER BY iccs, mapping_status, iccs_weight) AS class, iccs, mapping_status, iccs_weight
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
  const keys = factKeys(set);
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
  const labelled = classified
    ? `SELECT * FROM (${summed}) JOIN (SELECT DISTINCT class, iccs, mapping_status, iccs_weight FROM ${classesTable}) USING (class)`
    : `SELECT *, ${fixed.iccs} AS iccs, ${fixed.mapping} AS mapping_status, 1.0::DOUBLE AS iccs_weight FROM (${summed})`;
  const names = grouped.map(({ name }) => identifier(name));
  const shown = (name: string): string => keys.find((key) => key.name === name)?.shown ?? "NULL";
  const dimensions = set.dimensions
    .map((name) => `, ${identifier(`key_${name}`)}::VARCHAR AS ${identifier(name)}`)
    .join("");
  // What is the same in every fact is added after sorting, so that little has to be moved.
  const order = [...names.slice(0, varying.length), "iccs", "mapping_status", ...names.slice(varying.length)];
  return `SELECT ${literal(`${stream.stream}/${set.facts}`)} AS facts, ${literal(set.countUnit)} AS count_unit,
      ${shown("area")} AS area, ${literal(set.period.frequency)} AS frequency, ${shown("period")} AS period,
      iccs, mapping_status AS mapping, ${shown("sex")} AS sex, ${shown("age")} AS age,
      ${figures(set)}, assumed, flagged, records, ${literal(vintage)} AS vintage${dimensions}
    FROM (SELECT * FROM (${weighted(set, names, labelled, crosswalk)}) ORDER BY ${order.join(", ")})`;
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

/** The sums times the weight of their class; classes that differ in nothing but their weight are added up. */
function weighted(set: FactSet, keys: readonly string[], labelled: string, crosswalk: Crosswalk | undefined): string {
  const measured = set.count === "rows" ? ["records"] : ["known", "lowest", "highest"];
  const named = set.count === "rows" ? ["known"] : measured;
  const counts = [...(set.count === "rows" ? [] : absences.map(absenceCount)), "records", "flagged"];
  const assumed = `CASE WHEN mapping_status = 'split' THEN coalesce(${measured[0]} * iccs_weight, 0) ELSE 0.0 END AS assumed`;
  const times = measured.map((name, index) => `${name} * iccs_weight AS ${named[index]}`);
  const parts = `SELECT ${[...keys, "iccs", "mapping_status", "iccs_weight", ...times, assumed, ...counts].join(", ")} FROM (${labelled})`;
  if (!hasSeveralWeights(crosswalk)) return parts;
  const added = named.map(
    (name) =>
      `CASE WHEN count(${name}) = count(*) OR '${name}' = 'known' THEN sum(${name} ORDER BY iccs_weight) END AS ${name}`,
  );
  const all = [
    ...keys,
    "iccs",
    "mapping_status",
    ...added,
    "sum(assumed ORDER BY iccs_weight) AS assumed",
    ...counts.map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`),
  ];
  return `SELECT ${all.join(", ")} FROM (${parts}) GROUP BY ${[...keys, "iccs", "mapping_status"].join(", ")}`;
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
export function addedStockQuery(set: FactSet, records: string): SqlQuery {
  const date = identifier(set.period.column);
  const [area] = factKeys(set);
  const period = periodStart(date, set.period.frequency);
  return {
    text: `SELECT CAST(${area?.raw ?? area?.shown} AS VARCHAR) AS area, CAST(${period} AS VARCHAR) AS period, count(DISTINCT CAST(${date} AS DATE)) AS days
      FROM ${records}${whereSql(set)} GROUP BY 1, 2 HAVING days > 1 ORDER BY ALL LIMIT 1`,
    values: [],
  };
}
