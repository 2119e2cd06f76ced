import type { Coverage } from "../definitions/index.ts";
import { periodLength, periodStart } from "../periods/index.ts";
import { identifier, literal, literalOf } from "../store/index.ts";

/** A reporting unit: its area and its share of the area's population. */
export interface ReportingUnit {
  readonly unit: string;
  readonly area: string;
  readonly share: number;
}

/** The reporting units as a relation: `unit`, `area`, `share`. */
export function unitsSql(units: readonly ReportingUnit[]): string {
  if (units.length === 0)
    return "SELECT NULL::VARCHAR AS unit, NULL::VARCHAR AS area, NULL::DOUBLE AS share WHERE FALSE";
  const rows = units.map(
    ({ unit, area, share }) => `(${literal(unit)}, ${literal(area)}, ${literalOf(share)}::DOUBLE)`,
  );
  return `SELECT * FROM (VALUES ${rows.join(", ")}) AS units(unit, area, share)`;
}

/** What a ledger is read from: accepted records of a stream of returns, facts, or nothing where it is declared. */
export interface LedgerSource {
  readonly units: string;
  /** Relation of the returns (records) or of the facts; undefined for declared spans. */
  readonly relation: string | undefined;
}

/**
 * The ledger: for each unit and period between the first and the last that is known of, whether it was reported.
 * Columns `unit`, `area`, `frequency`, `period`, `covered` (0 to 1), `share`, `status`.
 */
export function ledgerSql(coverage: Coverage, source: LedgerSource): string {
  const { frequency } = coverage;
  const returned = returnedSql(coverage, source);
  return `WITH units AS (${source.units}), returned AS (${returned}),
    periods AS (SELECT CAST(unnest(generate_series(min(period), max(period), ${periodLength(frequency)})) AS DATE) AS period FROM returned)
    SELECT u.unit, u.area, ${literal(frequency)} AS frequency, p.period, coalesce(r.covered, 0.0) AS covered, u.share,
      coalesce(r.status, 'not-reported') AS status
    FROM units u CROSS JOIN periods p LEFT JOIN returned r ON r.unit = u.unit AND r.period = p.period
    ORDER BY u.area, u.unit, p.period`;
}

function returnedSql(coverage: Coverage, source: LedgerSource): string {
  const { ledger, frequency } = coverage;
  if ("complete" in ledger) {
    const spans = ledger.complete.map(
      ({ unit, from, until }) =>
        `(${unit === undefined ? "NULL" : literal(unit)}::VARCHAR, DATE ${literal(from)}, DATE ${literal(until)})`,
    );
    const days = `date_diff('day', greatest(s.since, t.period), least(s.until, CAST(t.period + ${periodLength(frequency)} AS DATE)))`;
    const all = `date_diff('day', t.period, CAST(t.period + ${periodLength(frequency)} AS DATE))`;
    const first = periodStart("min(since)", frequency);
    const last = periodStart("max(until) - INTERVAL 1 DAY", frequency);
    // Spans that overlap or touch are one: a day is covered once, and a whole period is exactly 1.
    const begins = `CASE WHEN since <= max(until) OVER (PARTITION BY unit ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END`;
    return `SELECT unit, period, sum(part) AS covered,
        CASE WHEN sum(part) >= 1.0 THEN 'reported' WHEN sum(part) > 0 THEN 'partial' ELSE 'not-reported' END AS status
      FROM (SELECT s.unit, t.period, greatest(${days}, 0)::DOUBLE / ${all} AS part
        FROM (SELECT unit, min(since) AS since, max(until) AS until
          FROM (SELECT *, sum(begins) OVER (PARTITION BY unit ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island
            FROM (SELECT *, ${begins} AS begins
              FROM (SELECT DISTINCT u.unit, v.since, v.until FROM (VALUES ${spans.join(", ")}) AS v(unit, since, until)
                JOIN units u ON v.unit IS NULL OR v.unit = u.unit)))
          GROUP BY unit, island) s
        CROSS JOIN (SELECT CAST(unnest(generate_series(first, last, ${periodLength(frequency)})) AS DATE) AS period
          FROM (SELECT ${first} AS first, ${last} AS last FROM (VALUES ${spans.join(", ")}) AS v(unit, since, until))) t)
      GROUP BY unit, period`;
  }
  if (source.relation === undefined)
    throw new TypeError(`the ledger ${coverage.coverage} needs a relation to be read from`);
  if ("observed" in ledger) {
    return `SELECT ${identifier(ledger.observed.unit)} AS unit, ${periodStart("period", frequency)} AS period, 1.0 AS covered, 'reported' AS status
      FROM ${source.relation} WHERE value IS NOT NULL OR high IS NOT NULL GROUP BY ALL`;
  }
  const status = ledger.status === undefined ? "'reported'" : identifier(ledger.status);
  return `SELECT ${identifier(ledger.unit)}::VARCHAR AS unit, ${periodStart(identifier(ledger.period), frequency)} AS period,
      max(CASE ${status} WHEN 'reported' THEN 1.0 WHEN 'partial' THEN ${literalOf(ledger.partialCounts)} ELSE 0.0 END) AS covered,
      arg_max(${status}, CASE ${status} WHEN 'reported' THEN 3 WHEN 'partial' THEN 2 WHEN 'not-reported' THEN 1 ELSE 0 END) AS status
    FROM ${source.relation} GROUP BY ALL`;
}
