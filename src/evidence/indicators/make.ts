import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Area, FactSet, Indicator, Population } from "../definitions/index.ts";
import type { Frequency } from "../periods/index.ts";
import { type Engine, identifier, literal, parquet } from "../store/index.ts";
import { intervalOf } from "./interval.ts";
import { containmentSql, coverageSql, partsSql, populationSql, rolledUpSql, zeroFilledSql } from "./queries.ts";
import { dimensionsOf, type FactSource, groupingsOf, selectedSql } from "./selection.ts";

/** Name of the file that the indicator step leaves in its directory. */
export const indicatorFile = "observations.parquet";

/** A population with the facts that it is read from. */
export interface PopulationSource {
  readonly population: Population;
  readonly set: FactSet;
  readonly files: readonly string[];
}

/** A ledger with the files that hold it. */
export interface LedgerFile {
  readonly frequency: Frequency;
  readonly files: readonly string[];
  /** Population that weighs the areas; the indicator's own, or none. */
  readonly weight: PopulationSource | undefined;
}

/** What an indicator step is made from. */
export interface IndicatorInput {
  readonly indicator: Indicator;
  readonly areas: ReadonlyMap<string, Area>;
  readonly numerator: readonly FactSource[];
  readonly denominator: readonly FactSource[];
  readonly population: PopulationSource | undefined;
  /** The ledger of the numerator's facts; undefined when nothing is known about who reported. */
  readonly ledger: LedgerFile | undefined;
}

/**
 * Computes an indicator and writes its observations.
 *
 * Columns: `grouping`, one per dimension, `area`, `level`, `period`, `frequency`, `value`, `lower`, `upper` (interval),
 * `numerator`, `denominator`, `low`, `high` (bounds where counts are masked), `status`, `reason` (why there is no value,
 * or why it is marked), `coverage` (share of the population that reported, NULL when not known), `parts`, `expected`,
 * `assumed` (share of the numerator that rests on a split by assumption), `flagged`, `records`.
 */
export async function makeIndicator(engine: Engine, input: IndicatorInput, directory: string): Promise<void> {
  const { indicator } = input;
  const dimensions = dimensionsOf(indicator);
  const groupings = groupingsOf(indicator);
  const table = async (name: string, sql: string): Promise<void> => {
    await engine.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  };
  await table("containment", containmentSql(input.areas));
  const select = (which: "numerator" | "denominator"): string => {
    const selection =
      which === "numerator" || !("facts" in denominatorOf(indicator))
        ? indicator.numerator
        : denominatorSelection(indicator);
    return selectedSql(selection, input[which], groupings, dimensions, indicator.frequency, indicator.iccsLevel);
  };
  await table("selected", select("numerator"));
  const periods = "SELECT DISTINCT period FROM selected";
  const ledger = await prepareCoverage(input, table, periods);
  const countsRows = input.numerator.every(({ set }) => set.count === "rows");
  await table(
    "counted",
    countsRows
      ? zeroFilledSql("selected", dimensions, indicator.frequency, ledger ? "coverage" : undefined)
      : "SELECT * FROM selected",
  );
  await prepareDenominator(input, table, select, dimensions, ledger, countsRows);
  if (indicator.measure === "share-of-areas") await table("base", areasAboveSql(indicator.of, indicator.above));
  else await table("base", "SELECT * FROM joined");
  await table("parts", partsSql("base"));
  const quotient = indicator.measure !== "count";
  const rule = indicator.measure === "share-of-areas" ? "available" : indicator.areas.rollUp;
  await table("rolled", rolledUpSql("base", "parts", dimensions, { rule, quotient }));
  if (indicator.measure === "rate") await table("rolled", directPopulationSql(dimensions, ledger));
  await table("marked", markedSql(indicator, ledger));
  await writeIntervals(engine, indicator, directory);
  const levels = indicator.areas.levels;
  const shown = levels === undefined ? "TRUE" : `m.level IN (${levels.map(literal).join(", ")})`;
  const keys = ["grouping", ...dimensions.map(identifier)].map((name) => `m.${name}`).join(", ");
  await engine.run(
    `COPY (SELECT ${keys}, m.area, m.level, m.period, ${literal(indicator.frequency)} AS frequency, m.shown AS value,
        i.lower, i.upper, m.numerator, m.denominator, m.low, m.high, m.status, m.reason, m.coverage, m.parts, m.expected,
        m.assumed, m.flagged, m.records
      FROM marked m LEFT JOIN read_json(${literal(join(directory, "intervals.json"))}, format = 'newline_delimited',
        columns = {low: 'DOUBLE', high: 'DOUBLE', denominator: 'DOUBLE', lower: 'DOUBLE', upper: 'DOUBLE'}) i
        ON m.shown IS NOT NULL AND i.low = m.low AND i.high = m.high AND i.denominator IS NOT DISTINCT FROM m.denominator
      WHERE ${shown}
      ORDER BY ${keys}, m.area, m.period) TO ${literal(join(directory, indicatorFile))} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

function denominatorOf(indicator: Indicator): object {
  return "denominator" in indicator ? indicator.denominator : {};
}

function denominatorSelection(indicator: Indicator): Indicator["numerator"] {
  if (indicator.measure === "share" || indicator.measure === "share-of-areas") return indicator.denominator;
  return indicator.numerator;
}

type MakeTable = (name: string, sql: string) => Promise<void>;

async function preparePopulation(
  source: PopulationSource,
  name: string,
  table: MakeTable,
  periods: string,
  frequency: Frequency,
): Promise<void> {
  await table(
    name,
    populationSql(source.population, parquet(source.files), periods, frequency, source.set.totalsGiven),
  );
}

/** Makes the table `coverage` and says whether anything is known. */
async function prepareCoverage(input: IndicatorInput, table: MakeTable, periods: string): Promise<boolean> {
  if (input.ledger === undefined) return false;
  const weight = input.ledger.weight ?? input.population;
  if (weight !== undefined) await preparePopulation(weight, "weights", table, periods, input.indicator.frequency);
  const weights =
    weight === undefined ? undefined : "SELECT area, period, persons FROM weights WHERE sex = '_T' AND age = '_T'";
  await table(
    "coverage",
    coverageSql(parquet(input.ledger.files), input.ledger.frequency, input.indicator.frequency, weights),
  );
  return true;
}

/** Makes the table `joined`: the counted numerator with its denominator, matched by area, period and dimensions. */
async function prepareDenominator(
  input: IndicatorInput,
  table: MakeTable,
  select: (which: "denominator") => string,
  dimensions: readonly string[],
  ledger: boolean,
  countsRows: boolean,
): Promise<void> {
  const { indicator } = input;
  if (indicator.measure === "count") {
    await table("joined", "SELECT * FROM counted");
    return;
  }
  if (indicator.measure === "rate") {
    if (input.population === undefined) throw new TypeError(`${indicator.indicator} needs its population`);
    await preparePopulation(
      input.population,
      "population",
      table,
      "SELECT DISTINCT period FROM counted",
      indicator.frequency,
    );
    const exposure = ledger ? "p.persons * coalesce(v.share, 0)" : "p.persons";
    const coverage = ledger ? " LEFT JOIN coverage v ON v.area = c.area AND v.period = c.period" : "";
    await table(
      "joined",
      `SELECT c.*, nullif(${exposure}, 0) AS denominator, coalesce(p.extrapolated, FALSE) AS extrapolated
        FROM counted c LEFT JOIN population p ON p.area = c.area AND p.period = c.period
          AND p.sex = ${dimensions.includes("sex") ? "c.sex" : "'_T'"} AND p.age = ${dimensions.includes("age") ? "c.age" : "'_T'"}${coverage}`,
    );
    return;
  }
  await table("whole", select("denominator"));
  // Both sides of a quotient treat masks alike: else the areas with a masked whole fall out and the rest is no fair part.
  const middle = indicator.masked === "midpoint";
  const whole = middle ? "coalesce(w.value, (w.low + w.high) / 2)" : "w.value";
  const imputed = middle ? "(w.value IS NULL AND w.high IS NOT NULL)" : "FALSE";
  const match = ["grouping", ...dimensions.map(identifier), "area", "period"]
    .map((name) => `w.${name} = c.${name}`)
    .join(" AND ");
  const keys = ["grouping", ...dimensions.map(identifier), "area", "period"];
  // Where records are counted, an area and period that has the whole but no part of it has a part of zero.
  const numerator = countsRows
    ? `SELECT ${keys.map((name) => `coalesce(c.${name}, w.${name}) AS ${name}`).join(", ")},
        coalesce(c.value, 0.0) AS value, coalesce(c.low, 0.0) AS low, coalesce(c.high, 0.0) AS high, coalesce(c.status, 'normal') AS status,
        coalesce(c.assumed, 0.0) AS assumed, coalesce(c.flagged, 0) AS flagged, coalesce(c.records, 0) AS records,
        ${whole} AS denominator, ${imputed} AS extrapolated
      FROM whole w LEFT JOIN counted c ON ${match}`
    : `SELECT c.* EXCLUDE (periods), ${whole} AS denominator, ${imputed} AS extrapolated FROM counted c LEFT JOIN whole w ON ${match}
        AND w.periods IS NOT DISTINCT FROM c.periods`;
  await table("joined", numerator);
}

/** Among areas of one level that have both figures: which are above the threshold. The quotient itself is not kept. */
function areasAboveSql(level: string, above: number): string {
  return `SELECT * REPLACE (
      CASE WHEN value / denominator > ${above} THEN 1.0 ELSE 0.0 END AS value,
      CASE WHEN value / denominator > ${above} THEN 1.0 ELSE 0.0 END AS low,
      CASE WHEN value / denominator > ${above} THEN 1.0 ELSE 0.0 END AS high,
      1.0 AS denominator)
    FROM joined WHERE value IS NOT NULL AND denominator > 0
      AND area IN (SELECT area FROM containment WHERE own_level = ${literal(level)})`;
}

/** Where the parts have no population but the whole area has one, the whole area's own population is the exposure. */
function directPopulationSql(dimensions: readonly string[], ledger: boolean): string {
  const exposure = ledger ? "p.persons * coalesce(v.share, 0)" : "p.persons";
  const coverage = ledger ? " LEFT JOIN coverage v ON v.area = r.area AND v.period = r.period" : "";
  return `WITH total AS (SELECT ${["grouping", ...dimensions.map(identifier)].map((name) => `b.${name}`).join(", ")}, c.whole AS area, b.period,
        CASE WHEN count(b.value) = count(*) THEN sum(b.value) END AS value,
        CASE WHEN count(b.low) = count(*) THEN sum(b.low) END AS low,
        CASE WHEN count(b.high) = count(*) THEN sum(b.high) END AS high,
        count(DISTINCT b.area) FILTER (WHERE b.area <> '_U') AS found, max(c.expected) AS wanted
      FROM base b JOIN parts c ON c.area = b.area GROUP BY ALL)
    SELECT r.* REPLACE (
        CASE WHEN direct THEN t.value ELSE r.value END AS value,
        CASE WHEN direct THEN t.low ELSE r.low END AS low,
        CASE WHEN direct THEN t.high ELSE r.high END AS high,
        CASE WHEN direct THEN nullif(${exposure}, 0) ELSE r.denominator END AS denominator,
        CASE WHEN direct THEN coalesce(p.extrapolated, FALSE) ELSE r.extrapolated END AS extrapolated,
        CASE WHEN direct THEN t.found::INTEGER ELSE r.parts END AS parts,
        CASE WHEN direct THEN FALSE ELSE r.incomplete END AS incomplete,
        CASE WHEN direct THEN 'normal' ELSE r.status END AS status)
    FROM (SELECT x.*, x.parts = 0 OR x.denominator IS NULL OR x.incomplete AS without FROM rolled x) r
    JOIN total t ON ${["grouping", ...dimensions.map(identifier), "area", "period"].map((name) => `t.${name} = r.${name}`).join(" AND ")}
    LEFT JOIN population p ON p.area = r.area AND p.period = r.period
      AND p.sex = ${dimensions.includes("sex") ? "r.sex" : "'_T'"} AND p.age = ${dimensions.includes("age") ? "r.age" : "'_T'"}${coverage}
    CROSS JOIN LATERAL (SELECT r.without AND p.persons IS NOT NULL AND t.found >= t.wanted AND t.high IS NOT NULL AS direct)`;
}

/**
 * Says of every observation what it is: the value that is shown, its status, and the reason where there is none or where
 * it is marked. The order of the reasons is that of what weighs most.
 */
function markedSql(indicator: Indicator, ledger: boolean): string {
  const quotient = indicator.measure !== "count";
  const scale = indicator.measure === "rate" ? indicator.per : 1;
  const denominator = quotient ? "r.denominator" : "NULL::DOUBLE";
  const numerator = indicator.masked === "midpoint" ? "coalesce(r.value, (r.low + r.high) / 2)" : "r.value";
  const raw = quotient ? `(${numerator}) * ${scale} / nullif(r.denominator, 0)` : numerator;
  const coverage = ledger ? "v.share" : "NULL::DOUBLE";
  const join = ledger ? " LEFT JOIN coverage v ON v.area = r.area AND v.period = r.period" : "";
  const short = `coalesce(${coverage} < ${indicator.coverage.minimum} - 1e-9, FALSE)`;
  const withheld = indicator.coverage.otherwise === "withhold" ? short : "FALSE";
  const none = ledger ? `coalesce(${coverage} = 0, FALSE)` : "FALSE";
  const unknownPart = ["sex", "age"]
    .filter((name) => indicator.measure === "rate" && dimensionsOf(indicator).includes(name))
    .map((name) => `r.${name} = '_U'`);
  const noExposure = quotient ? "coalesce(r.denominator, 0) <= 0" : "FALSE";
  const imputed = indicator.masked === "midpoint" ? "r.value IS NULL AND r.high IS NOT NULL" : "FALSE";
  const extrapolated = quotient ? "r.extrapolated" : "FALSE";
  const available =
    indicator.areas.rollUp === "available" || indicator.measure === "share-of-areas" ? "r.parts < r.expected" : "FALSE";
  return `SELECT r.* EXCLUDE (value, low, high, status${quotient ? ", denominator" : ""}), ${coverage} AS coverage,
      ${denominator} AS denominator, ${numerator} AS numerator, r.low, r.high,
      CASE WHEN ${withheld} OR ${none} THEN NULL ELSE ${raw} END AS shown,
      CASE WHEN ${none} THEN 'not-reported' WHEN ${withheld} THEN 'not-reported'
        WHEN r.incomplete THEN r.status
        WHEN ${noExposure} THEN 'missing'
        WHEN ${raw} IS NULL THEN r.status
        WHEN ${short} OR ${available} THEN 'partial'
        WHEN ${imputed} OR ${extrapolated} THEN 'estimated' ELSE 'normal' END AS status,
      CASE WHEN ${none} THEN 'nobody-reported' WHEN ${withheld} THEN 'coverage-too-low'
        ${unknownPart.length === 0 ? "" : `WHEN ${unknownPart.join(" OR ")} THEN 'no-population-of-unknown'`}
        WHEN r.incomplete AND r.expected > 1 THEN 'parts-missing'
        WHEN r.incomplete AND r.uncounted > 0 THEN 'not-known'
        WHEN ${noExposure} THEN 'no-denominator'
        WHEN ${raw} IS NULL AND r.high IS NOT NULL THEN 'masked'
        WHEN ${raw} IS NULL THEN 'not-known'
        WHEN ${short} THEN 'partial-coverage'
        WHEN ${available} THEN 'available-parts'
        WHEN ${imputed} THEN 'midpoint-of-mask' WHEN ${extrapolated} THEN '${indicator.measure === "rate" ? "population-extrapolated" : "midpoint-of-mask"}' END AS reason
    FROM rolled r${join}`;
}

const pairSchema = z.object({ low: z.number(), high: z.number(), denominator: z.number().nullable() });

/** Computes the interval of each distinct pair of count and exposure once, and leaves them for the last join. */
async function writeIntervals(engine: Engine, indicator: Indicator, directory: string): Promise<void> {
  const path = join(directory, "intervals.json");
  const pairs =
    indicator.measure === "count" || indicator.interval === "none"
      ? []
      : await engine.rows(
          {
            text: "SELECT DISTINCT low, high, denominator FROM marked WHERE shown IS NOT NULL AND low IS NOT NULL AND high IS NOT NULL ORDER BY ALL",
            values: [],
          },
          pairSchema,
        );
  const lines = pairs.map((pair) => JSON.stringify({ ...pair, ...intervalOf(indicator, pair) }));
  await writeFile(path, lines.length === 0 ? "" : `${lines.join("\n")}\n`);
}
