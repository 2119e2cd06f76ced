/** The weekly facts of Chicago in SQL by hand: `node bare-chicago.ts <incidents.parquet> <observatory> <output.parquet>`. */
import { openEngine } from "../../src/evidence/index.ts";
import { startMeasurement } from "./measured.ts";

const [incidents = "", observatory = "", output = ""] = process.argv.slice(2);
const write = startMeasurement();

const engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory: `${output}.temporary` });
const text = (path: string): string =>
  `read_csv('${path}', header = true, all_varchar = true, delim = ',', quote = '"')`;
await engine.run(
  `CREATE TEMP TABLE place AS SELECT location_description, premises FROM ${text(`${observatory}/premises.csv`)}`,
);
// A rule for each code and kind of premises: rules with a condition that holds go before those without one.
await engine.run(`CREATE TEMP TABLE rule AS
  WITH written AS (
    SELECT code, nullif(iccs, 'none') AS iccs, coalesce(weight, '1')::DOUBLE AS weight, string_split("when.premises", '|') AS places,
      coalesce("from"::DATE, DATE '0001-01-01') AS since, coalesce("until"::DATE, DATE '9999-12-31') AS until
    FROM ${text(`${observatory}/crosswalks/iucr-iccs.csv`)}),
  premises AS (SELECT DISTINCT premises FROM place UNION SELECT 'other' UNION SELECT 'unknown')
  SELECT code, premises, iccs, weight, since, until FROM written, premises
  WHERE places IS NULL OR list_contains(places, premises)
  QUALIFY places IS NOT NULL OR count(places) OVER (PARTITION BY code, premises) = 0`);
await engine.run(`COPY (
  WITH incident AS (
    SELECT occurred_at, iucr, arrest, domestic, community_area,
      coalesce(p.premises, CASE WHEN location_description IS NULL THEN 'unknown' ELSE 'other' END) AS premises
    FROM read_parquet('${incidents}') LEFT JOIN place p USING (location_description))
  SELECT CASE WHEN community_area BETWEEN 1 AND 77 THEN printf('CHI-%02d', community_area) ELSE '_U' END AS area,
    date_trunc('week', occurred_at)::DATE AS period, iccs, arrest, domestic, sum(weight) AS value, count(*) AS records
  FROM (SELECT community_area, occurred_at, r.iccs, arrest, domestic, weight FROM incident i
    JOIN rule r ON r.code = i.iucr AND r.premises = i.premises AND i.occurred_at >= r.since AND i.occurred_at < r.until)
  GROUP BY ALL ORDER BY ALL) TO '${output}' (FORMAT parquet, COMPRESSION zstd)`);
engine.close();
write();
