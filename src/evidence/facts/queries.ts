import type { Crosswalk } from "../../iccs/index.ts";
import { conditionColumns, conditionSql, crosswalkSql, validityCuts } from "../../iccs/index.ts";
import type { FactSet, Stream } from "../definitions/stream.ts";
import { periodStart } from "../periods.ts";
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

/**
 * Counts accepted records by everything that facts are kept by and everything that classifying them needs: a table
 * hundreds of times smaller than the records, on which the crosswalk is then joined.
 *
 * Columns: `area`, `period`, `sex`, `age`, the dimensions, `national_code`, `cut` (a date that stands for the record's
 * own date in questions of validity), the crosswalk's condition columns, and the sums.
 */
export function groupedSql(set: FactSet, stream: Stream, records: string, crosswalk: Crosswalk | undefined): string {
  const area = "column" in set.area ? `${identifier(set.area.column)}::VARCHAR` : literal(set.area.constant);
  const source = (part: FactSet["sex"]): string =>
    "column" in part ? `${identifier(part.column)}::VARCHAR` : literal(part.constant);
  const date = identifier(set.period.column);
  const keys: string[] = [
    `coalesce(${area}, '_U') AS area`,
    `${periodStart(date, set.period.frequency)} AS period`,
    `coalesce(${source(set.sex)}, '_U') AS sex`,
    `coalesce(${source(set.age)}, '_U') AS age`,
    ...set.dimensions.map((name) => `${identifier(name)}::VARCHAR AS ${identifier(name)}`),
    ...classificationKeys(set, crosswalk, date),
  ];
  const where = set.where === undefined ? "" : ` WHERE ${conditionSql(set.where, identifier)}`;
  return `SELECT ${keys.join(", ")}, ${measures(set, stream).join(", ")} FROM ${records}${where} GROUP BY ALL`;
}

function classificationKeys(set: FactSet, crosswalk: Crosswalk | undefined, date: string): string[] {
  if (crosswalk === undefined || set.classification === "none" || !("crosswalk" in set.classification)) {
    if (set.classification !== "none" && "column" in set.classification) {
      return [`${identifier(set.classification.column)}::VARCHAR AS national_code`];
    }
    return [];
  }
  const cuts = validityCuts(crosswalk);
  const cut =
    cuts.length === 0
      ? `DATE '0001-01-01'`
      : `(CASE ${[...cuts]
          .reverse()
          .map((day) => `WHEN ${date} >= DATE ${literal(day)} THEN DATE ${literal(day)}`)
          .join(" ")} ELSE DATE '0001-01-01' END)`;
  const conditions = conditionColumns(crosswalk).filter((name) => !set.dimensions.includes(name));
  return [
    `${identifier(set.classification.column)}::VARCHAR AS national_code`,
    `${cut} AS cut`,
    ...conditions.map((name) => `${identifier(name)} AS ${identifier(name)}`),
  ];
}

function measures(set: FactSet, stream: Stream): string[] {
  const records = ["count(*) AS records", "count(*) FILTER (WHERE _flagged) AS flagged"];
  if (set.count === "rows") {
    return [
      "CAST(count(*) AS DOUBLE) AS known",
      "CAST(count(*) AS DOUBLE) AS low",
      "CAST(count(*) AS DOUBLE) AS high",
      ...noAbsence,
      ...records,
    ];
  }
  const column = set.count.column;
  const value = identifier(column);
  const masked = Object.keys(stream.columns[column]?.masked ?? {}).length > 0;
  const low = masked ? boundColumn(column, "low") : value;
  const high = masked ? boundColumn(column, "high") : value;
  const meaning = masked ? `coalesce(${absenceColumn(column)}, 'missing')` : "'missing'";
  const absent = (word: string): string => `count(*) FILTER (WHERE ${value} IS NULL AND ${meaning} = '${word}')`;
  return [
    `CAST(sum(${value}) AS DOUBLE) AS known`,
    `CASE WHEN count(${low}) = count(*) THEN CAST(sum(${low}) AS DOUBLE) END AS low`,
    `CASE WHEN count(${high}) = count(*) THEN CAST(sum(${high}) AS DOUBLE) END AS high`,
    `${absent("suppressed")} AS n_suppressed`,
    `${absent("not-reported")} AS n_not_reported`,
    `${absent("not-applicable")} AS n_not_applicable`,
    `${absent("not-yet-due")} AS n_not_yet_due`,
    `${absent("missing")} AS n_missing`,
    ...records,
  ];
}

const noAbsence = [
  "0 AS n_suppressed",
  "0 AS n_not_reported",
  "0 AS n_not_applicable",
  "0 AS n_not_yet_due",
  "0 AS n_missing",
];

/**
 * Classifies the grouped table. Every row of it comes out under one code, or under several with weights that add to 1,
 * or under none: the crosswalk neither makes nor loses a record.
 */
export function classifiedSql(set: FactSet, grouped: string, crosswalk: Crosswalk | undefined): string {
  if (set.classification === "none") {
    return `SELECT *, NULL::VARCHAR AS iccs, 1.0::DOUBLE AS iccs_weight, FALSE AS split_by_assumption, 'none' AS mapping_status FROM ${grouped}`;
  }
  if ("iccs" in set.classification) {
    return `SELECT *, ${literal(set.classification.iccs)} AS iccs, 1.0::DOUBLE AS iccs_weight, FALSE AS split_by_assumption, 'mapped' AS mapping_status FROM ${grouped}`;
  }
  if ("crosswalk" in set.classification) {
    if (crosswalk === undefined) throw new TypeError(`the fact set ${set.facts} needs its crosswalk`);
    return crosswalkSql({
      crosswalk,
      source: grouped,
      codeColumn: "national_code",
      dateColumn: "cut",
      columnRef: identifier,
    });
  }
  return `SELECT *, national_code AS iccs, 1.0::DOUBLE AS iccs_weight, FALSE AS split_by_assumption,
    CASE WHEN national_code IS NULL THEN 'unmapped' ELSE 'mapped' END AS mapping_status FROM ${grouped}`;
}

/** Adds classified rows up to facts, in a total order so that the same input always gives the same file. */
export function factsSql(set: FactSet, streamId: string, vintage: string, classified: string): string {
  const dimensions = set.dimensions.map((name) => `, ${identifier(name)}`).join("");
  const absent = "n_suppressed + n_not_reported + n_not_applicable + n_not_yet_due + n_missing";
  return `SELECT ${literal(`${streamId}/${set.facts}`)} AS facts, ${literal(set.countUnit)} AS count_unit,
      area, ${literal(set.period.frequency)} AS frequency, period, iccs, mapping_status AS mapping, sex, age,
      CASE WHEN sum(${absent}) = 0 THEN sum(known * iccs_weight) END AS value,
      CASE WHEN count(low) = count(*) THEN sum(low * iccs_weight) END AS low,
      CASE WHEN count(high) = count(*) THEN sum(high * iccs_weight) END AS high,
      ${statusSql()} AS status,
      sum(CASE WHEN split_by_assumption THEN coalesce(known, 0) * iccs_weight ELSE 0 END) AS assumed,
      CAST(sum(flagged) AS BIGINT) AS flagged, CAST(sum(records) AS BIGINT) AS records,
      ${literal(vintage)} AS vintage${dimensions}
    FROM (${classified})
    GROUP BY area, period, iccs, mapping_status, sex, age${dimensions}
    ORDER BY area, period, iccs, mapping_status, sex, age${dimensions}`;
}

/** The status of a sum. What is suppressed weighs more than what is missing, since a bound may be known. */
function statusSql(): string {
  const when = (meaning: string): string => `WHEN sum(n_${meaning.replaceAll("-", "_")}) > 0 THEN ${literal(meaning)}`;
  const meanings = ["suppressed", "not-reported", "not-yet-due", "missing", "not-applicable"];
  return `CASE ${meanings.map(when).join(" ")} ELSE 'normal' END`;
}

/** How the records of each period and national code were classified; read by the crosswalk's coverage report. */
export function mappingSql(classified: string): string {
  return `SELECT date_trunc('year', period)::DATE AS period, national_code, iccs, mapping_status AS mapping,
      CAST(sum(records * iccs_weight) AS DOUBLE) AS records
    FROM (${classified}) GROUP BY ALL ORDER BY ALL`;
}
