import type { Area, Population } from "../definitions/index.ts";
import { type Frequency, nests, periodLength, periodStart } from "../periods/index.ts";
import { identifier, literal } from "../store/index.ts";
import { worstStatusSql } from "./selection.ts";

/**
 * Every area with every area that contains it, itself included: `area`, `own_level`, `whole`, `level`. Records whose area is not
 * stated (`_U`) belong to the whole observatory where its areas have one root.
 */
export function containmentSql(areas: ReadonlyMap<string, Area>): string {
  const pairs: [string, string, string, string][] = [];
  const roots: Area[] = [];
  for (const area of areas.values()) {
    if (area.parent === undefined) roots.push(area);
    const seen = new Set<string>();
    for (let whole: Area | undefined = area; whole !== undefined && !seen.has(whole.code); ) {
      seen.add(whole.code);
      pairs.push([area.code, area.level, whole.code, whole.level]);
      whole = whole.parent === undefined ? undefined : areas.get(whole.parent);
    }
  }
  pairs.push(["_U", "not-stated", "_U", "not-stated"]);
  const [root] = roots;
  if (root !== undefined && roots.length === 1) pairs.push(["_U", "not-stated", root.code, root.level]);
  const rows = pairs.map((pair) => `(${pair.map(literal).join(", ")})`);
  return `SELECT * FROM (VALUES ${rows.join(", ")}) AS containment(area, own_level, whole, level)`;
}

/**
 * Share of each area and period that has reported, for larger areas and longer periods too: `area`, `period`, `share`.
 * Sub-periods weigh by their days and the areas within a larger one by their population where it is known, else equally.
 * A sub-period that the ledger does not name has not been reported.
 */
export function coverageSql(
  ledger: string,
  ledgerFrequency: Frequency,
  frequency: Frequency,
  population: string | undefined,
): string {
  const start = periodStart("period", frequency);
  const days = `date_diff('day', period, CAST(period + ${periodLength(ledgerFrequency)} AS DATE))`;
  const whole = `date_diff('day', ${start}, CAST(${start} + ${periodLength(frequency)} AS DATE))`;
  const byArea = `SELECT area, period, least(sum(share * covered), 1.0) AS share FROM ${ledger} GROUP BY area, period`;
  const own = nests(ledgerFrequency, frequency)
    ? `SELECT area, ${start} AS period, sum(share * ${days}) / any_value(${whole}) AS share FROM (${byArea}) GROUP BY ALL`
    : byArea;
  const weight = population === undefined ? "1.0" : "coalesce(p.persons, 0)";
  const join =
    population === undefined ? "" : ` LEFT JOIN (${population}) p ON p.area = o.area AND p.period = o.period`;
  return `WITH own AS (${own}), everywhere AS (
      SELECT a.area, t.period, coalesce(o.share, 0) AS share
      FROM (SELECT DISTINCT area FROM own) a CROSS JOIN (SELECT DISTINCT period FROM own) t
      LEFT JOIN own o ON o.area = a.area AND o.period = t.period)
    SELECT c.whole AS area, o.period, sum(o.share * ${weight}) / nullif(sum(${weight}), 0) AS share
    FROM everywhere o JOIN containment c ON c.area = o.area${join}
    WHERE c.whole = o.area OR c.whole NOT IN (SELECT area FROM own)
    GROUP BY c.whole, o.period`;
}

/**
 * Persons by area, period, sex and age at the middle of each period: `area`, `period`, `sex`, `age`, `persons`,
 * `extrapolated`. Between two reference days the declared interpolation; outside them nothing, or the last figure held.
 */
export function populationSql(
  population: Population,
  facts: string,
  periods: string,
  frequency: Frequency,
  totalsGiven: readonly string[],
): string {
  const groupings: [string, string][] = [
    ["_T", "_T"],
    ["sex", "_T"],
    ["_T", "age"],
    ["sex", "age"],
  ];
  const parts = groupings.map(([sex, age]) => {
    const pick = (column: string, wanted: string): string =>
      totalsGiven.includes(column)
        ? `${column} ${wanted === "_T" ? "=" : "<>"} '_T'`
        : wanted === "_T"
          ? "TRUE"
          : `${column} <> '_Z'`;
    return `SELECT area, year(period) AS year, ${sex === "_T" ? "'_T'" : "sex"} AS sex, ${age === "_T" ? "'_T'" : "age"} AS age, sum(value) AS persons
      FROM ${facts} WHERE ${pick("sex", sex)} AND ${pick("age", age)} GROUP BY ALL HAVING count(value) = count(*)`;
  });
  const referenceDay = {
    "mid-year": "make_date(year, 7, 1)",
    "start-of-year": "make_date(year, 1, 1)",
    "end-of-year": "make_date(year, 12, 31)",
  }[population.reference];
  // The middle of a year is the day that mid-year populations are given for, so that these are taken as they are.
  const middle =
    frequency === "A"
      ? "make_date(year(period), 7, 1)"
      : `CAST(period + (date_diff('day', period, CAST(period + ${periodLength(frequency)} AS DATE)) // 2)::INTEGER AS DATE)`;
  const linear = "before.persons + (after.persons - before.persons) * portion";
  const between = {
    none: "NULL",
    step: "before.persons",
    linear,
    // There is no growth rate from or to nobody.
    geometric: `CASE WHEN before.persons > 0 AND after.persons > 0 THEN before.persons * pow(after.persons / before.persons, portion) ELSE ${linear} END`,
  }[population.interpolation];
  const fraction =
    "date_diff('day', before.day, t.middle)::DOUBLE / nullif(date_diff('day', before.day, after.day), 0)";
  const sameYear = `SELECT k.area, t.period, k.sex, k.age, k.persons, FALSE AS extrapolated
    FROM known k JOIN wanted t ON k.year = year(t.middle)`;
  const interpolated = `SELECT before.area, t.period, before.sex, before.age, ${between.replaceAll("portion", `(${fraction})`)} AS persons, FALSE AS extrapolated
    FROM wanted t JOIN dated before ON before.day <= t.middle AND t.middle < before.next_day
    JOIN dated after ON after.area = before.area AND after.sex = before.sex AND after.age = before.age AND after.day = before.next_day`;
  const exact = `SELECT d.area, t.period, d.sex, d.age, d.persons, FALSE AS extrapolated FROM wanted t JOIN dated d ON d.day = t.middle`;
  const held = `SELECT d.area, t.period, d.sex, d.age, d.persons, TRUE AS extrapolated
    FROM wanted t JOIN dated d ON d.next_day IS NULL AND d.day < t.middle AND date_diff('day', d.day, t.middle) <= 366 * ${population.extrapolateYears} + 183`;
  const chosen =
    population.interpolation === "none"
      ? sameYear
      : `SELECT area, period, sex, age, arg_min(persons, rank) AS persons, arg_min(extrapolated, rank) AS extrapolated FROM (
          SELECT *, 1 AS rank FROM (${exact}) UNION ALL SELECT *, 2 AS rank FROM (${interpolated})
          ${population.extrapolateYears > 0 || population.interpolation === "step" ? `UNION ALL SELECT *, 3 AS rank FROM (${held})` : ""}
        ) GROUP BY area, period, sex, age`;
  return `WITH known AS (${parts.join("\nUNION ALL\n")}),
    dated AS (SELECT *, ${referenceDay} AS day, lead(${referenceDay}) OVER (PARTITION BY area, sex, age ORDER BY year) AS next_day FROM known),
    wanted AS (SELECT period, ${middle} AS middle FROM (${periods}))
    ${chosen}`;
}

/**
 * Fills what was covered but not recorded with zero: where every record counts one, no record in a reported period means
 * none happened to be recorded; without a report it means nothing is known.
 */
export function zeroFilledSql(
  selected: string,
  dimensions: readonly string[],
  frequency: Frequency,
  coverage: string | undefined,
): string {
  const dims = dimensions.map(identifier);
  const keys = ["grouping", ...dims].join(", ");
  const match = ["grouping", ...dims, "area", "period"]
    .map((name) => `s.${name} IS NOT DISTINCT FROM g.${name}`)
    .join(" AND ");
  const known = coverage === undefined ? "TRUE" : "c.share > 0";
  const join = coverage === undefined ? "" : ` LEFT JOIN ${coverage} c ON c.area = g.area AND c.period = g.period`;
  const zeroOr = (column: string): string =>
    `CASE WHEN s.records IS NOT NULL THEN s.${column} WHEN ${known} THEN 0.0 END AS ${column}`;
  return `WITH s AS (SELECT * FROM ${selected}),
    g AS (SELECT * FROM (SELECT DISTINCT ${keys} FROM s)
      CROSS JOIN (SELECT DISTINCT area FROM s)
      CROSS JOIN (SELECT CAST(unnest(generate_series(min(period), max(period), ${periodLength(frequency)})) AS DATE) AS period FROM s))
    SELECT ${["grouping", ...dims].map((name) => `g.${name}`).join(", ")}, g.area, g.period,
      ${zeroOr("value")}, ${zeroOr("low")}, ${zeroOr("high")},
      CASE WHEN s.records IS NOT NULL THEN s.status WHEN ${known} THEN 'normal' ELSE 'not-reported' END AS status,
      coalesce(s.assumed, 0) AS assumed, coalesce(s.flagged, 0) AS flagged, coalesce(s.records, 0) AS records, s.periods
    FROM g LEFT JOIN s ON ${match}${join}`;
}

/**
 * Which areas are added up to which larger area: `area`, `whole`, `level`, `expected`. A larger area that has figures of
 * its own is not made from parts, and below a part that has its own nothing is added again. `expected` counts the areas
 * in the observatory's list that should be in the sum: those of the levels that are added, except where a larger or a
 * smaller area that is there stands for them.
 */
export function partsSql(base: string): string {
  return `WITH present AS (SELECT DISTINCT area FROM ${base}),
    pair AS (SELECT c.area, c.own_level, c.whole, c.level FROM containment c
      WHERE c.area IN (SELECT area FROM present) AND (c.area = c.whole OR (c.whole NOT IN (SELECT area FROM present)
        AND NOT EXISTS (SELECT 1 FROM containment m JOIN containment n ON n.area = m.whole AND n.whole = c.whole
          WHERE m.area = c.area AND m.whole <> c.area AND m.whole <> c.whole AND m.whole IN (SELECT area FROM present))))),
    wanted AS (SELECT c.whole, count(*) AS expected FROM containment c
      WHERE c.area <> '_U' AND (c.whole, c.own_level) IN (SELECT whole, own_level FROM pair)
        AND NOT EXISTS (SELECT 1 FROM containment m JOIN pair p ON p.area = m.area WHERE p.whole = c.whole AND m.whole = c.area AND m.area <> c.area)
        AND NOT EXISTS (SELECT 1 FROM containment m JOIN pair p ON p.area = m.whole WHERE p.whole = c.whole AND m.area = c.area AND m.whole <> c.area)
      GROUP BY c.whole)
    SELECT p.area, p.whole, p.level,
      CAST(CASE WHEN p.whole IN (SELECT area FROM present) THEN 1 ELSE coalesce(w.expected, 0) END AS INTEGER) AS expected
    FROM pair p LEFT JOIN wanted w ON w.whole = p.whole`;
}

/**
 * Adds areas up to the areas that contain them, over the pairs of `partsSql`.
 *
 * The numerator and the denominator of a quotient are added only over areas that have both. `parts` counts the areas in
 * the sum: with the rule `complete` a sum with fewer parts than expected is no figure. Its numerator is kept where every
 * part was counted and only the denominator lacks.
 */
export function rolledUpSql(
  base: string,
  parts: string,
  dimensions: readonly string[],
  settings: { readonly rule: "complete" | "available"; readonly quotient: boolean },
): string {
  const keys = ["grouping", ...dimensions.map(identifier)].join(", ");
  const usable = settings.quotient ? "(b.high IS NOT NULL AND b.denominator IS NOT NULL)" : "(b.high IS NOT NULL)";
  const sum = (column: string): string =>
    `CASE WHEN count(b.${column}) FILTER (WHERE ${usable}) = count(*) FILTER (WHERE ${usable}) THEN sum(b.${column}) FILTER (WHERE ${usable}) END AS ${column}`;
  const denominator = settings.quotient
    ? `, sum(b.denominator) FILTER (WHERE ${usable}) AS denominator, coalesce(bool_or(b.extrapolated) FILTER (WHERE ${usable}), FALSE) AS extrapolated`
    : "";
  const incomplete = settings.rule === "complete" ? "(parts < expected)" : "(parts = 0)";
  const complete = (column: string): string =>
    `CASE WHEN count(b.${column}) = count(*) THEN sum(b.${column}) END AS counted_${column}`;
  const exposure = settings.quotient
    ? `,
        CASE WHEN NOT ${incomplete} THEN denominator END AS denominator`
    : "";
  return `WITH summed AS (SELECT ${keys}, c.whole AS area, any_value(c.level) AS level, b.period,
        ${sum("value")}, ${sum("low")}, ${sum("high")}${denominator},
        ${complete("value")}, ${complete("low")}, ${complete("high")},
        count(DISTINCT b.area) FILTER (WHERE b.high IS NOT NULL AND (b.area <> '_U' OR c.whole = '_U')) >= max(c.expected) AS counted,
        ${worstStatusSql(`CASE WHEN ${usable} THEN b.status END`)} AS status, ${worstStatusSql("b.status")} AS worst,
        sum(b.assumed) AS assumed, CAST(sum(b.flagged) AS BIGINT) AS flagged, CAST(sum(b.records) AS BIGINT) AS records,
        CAST(count(DISTINCT b.area) FILTER (WHERE ${usable} AND (b.area <> '_U' OR c.whole = '_U')) AS INTEGER) AS parts,
        max(c.expected) AS expected, CAST(count(*) FILTER (WHERE b.high IS NULL) AS INTEGER) AS uncounted
      FROM ${base} b JOIN ${parts} c ON c.area = b.area
      GROUP BY ${keys}, c.whole, b.period)
    SELECT * EXCLUDE (worst, counted, counted_value, counted_low, counted_high) REPLACE (
        CASE WHEN NOT ${incomplete} THEN status WHEN worst = 'normal' THEN 'missing' ELSE worst END AS status,
        CASE WHEN NOT ${incomplete} THEN value WHEN counted THEN counted_value END AS value,
        CASE WHEN NOT ${incomplete} THEN low WHEN counted THEN counted_low END AS low,
        CASE WHEN NOT ${incomplete} THEN high WHEN counted THEN counted_high END AS high${exposure}),
      ${incomplete} AS incomplete
    FROM summed`;
}
