import { join } from "node:path";
import { z } from "zod";
import { csvField } from "../../formats/index.ts";
import { ledgerFile } from "../coverage/index.ts";
import { factFiles } from "../facts/index.ts";
import { dimensionsOf, indicatorFile } from "../indicators/index.ts";
import { periodText } from "../periods/index.ts";
import { recordFiles } from "../records/index.ts";
import { type Engine, literalOf, parquet, type SqlQuery } from "../store/index.ts";
import { lineBackOf } from "./line-back.ts";
import { mappingCoverageQuery, mappingCoverageSchema, unmappedQuery, unmappedSchema } from "./mapping.ts";
import type {
  CoverageReport,
  CrosswalkReport,
  ObservatoryReader,
  QuarantinedRow,
  ReaderInput,
  UnitReport,
} from "./model.ts";
import { type Observation, observationSchema, observationsQuery } from "./observation.ts";
import { sourcePlaces } from "./source-places.ts";

const quarantinedSchema: z.ZodType<QuarantinedRow> = z.object({
  part: z.number(),
  row: z.number().nullable(),
  line: z.number().nullable(),
  rule: z.string(),
  action: z.enum(["quarantine", "flag"]),
  column: z.string().nullable(),
  found: z.string().nullable(),
  expected: z.string().nullable(),
  delivered: z.string().nullable(),
});

const unitSchema: z.ZodType<UnitReport> = z.object({
  unit: z.string(),
  area: z.string(),
  share: z.number(),
  periods: z.number(),
  reported: z.number(),
  missing: z.array(z.string()),
});

const shareSchema = z.object({ area: z.string(), period: z.string(), share: z.number() });

/** Opens a build for reading. All methods read files that never change. */
export function openReader(input: ReaderInput): ObservatoryReader {
  const { manifest, definitions, engine, steps } = input;
  const places = sourcePlaces(input);
  const fileOf = (id: string): string | undefined => {
    const key = manifest.indicators[id]?.key;
    return key === undefined || key === null ? undefined : join(steps, "indicator", key, indicatorFile);
  };
  const dimensionsFor = (id: string): string[] => {
    const definition = definitions.indicators.get(id);
    return definition === undefined ? [] : dimensionsOf(definition.value);
  };
  const read = async (id: string, query: (file: string) => SqlQuery): Promise<Observation[]> => {
    const file = fileOf(id);
    return file === undefined ? [] : engine.rows(query(file), observationSchema(dimensionsFor(id)));
  };
  return {
    manifest,
    definitions,
    observations: (id, filter) => read(id, (file) => observationsQuery(file, dimensionsFor(id), filter)),
    async latest(id) {
      const { areas } = await this.choices(id);
      const wanted = definitions.indicators.get(id)?.value.highlights?.area ?? areas[0];
      if (wanted === undefined) return undefined;
      const [latest] = await read(id, (file) => latestQuery(file, wanted));
      return latest;
    },
    places: (id) => read(id, placesQuery),
    async choices(id) {
      const file = fileOf(id);
      if (file === undefined) return { areas: [], groupings: [] };
      const rows = await engine.rows(
        choicesQuery(file),
        z.object({ kind: z.enum(["area", "grouping"]), name: z.string() }),
      );
      const named = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ name }) => name);
      const present = new Set(named("area"));
      const areas = [...definitions.areas.keys(), "_U"].filter((code) => present.has(code));
      return { areas, groupings: named("grouping") };
    },
    csv(id) {
      const file = fileOf(id);
      return csvOf(engine, file, dimensionsFor(id));
    },
    parquetFile: fileOf,
    async crosswalkReports() {
      const reports: CrosswalkReport[] = [];
      for (const [id, result] of Object.entries(manifest.streams)) {
        for (const [facts, key] of Object.entries(result.facts)) {
          const set = definitions.streams.get(id)?.value.facts.find((candidate) => candidate.facts === facts);
          if (set === undefined || set.classification === "none" || "iccs" in set.classification) continue;
          const file = join(steps, "facts", key, factFiles.mapping);
          reports.push({
            stream: id,
            facts,
            crosswalk: "crosswalk" in set.classification ? set.classification.crosswalk : undefined,
            coverage: await engine.rows(mappingCoverageQuery(file), mappingCoverageSchema),
            unmapped: await engine.rows(unmappedQuery(file), unmappedSchema),
          });
        }
      }
      return reports;
    },
    async coverageReports() {
      const reports: CoverageReport[] = [];
      for (const [id, key] of Object.entries(manifest.coverages)) {
        const file = join(steps, "coverage", key, ledgerFile);
        reports.push({
          coverage: id,
          shares: await engine.rows(yearlySharesQuery(file), shareSchema),
          units: await engine.rows(unitsQuery(file), unitSchema),
        });
      }
      return reports;
    },
    async quarantine(id, limit, offset) {
      const key = manifest.streams[id]?.records;
      if (key === undefined || key === null) return [];
      const file = join(steps, "records", key, recordFiles.quarantine);
      const rows = await engine.rows(
        {
          text: `SELECT * FROM ${parquet([file])} ORDER BY action DESC, part, "row" NULLS LAST, line, rule LIMIT ${literalOf(limit)} OFFSET ${literalOf(offset)}`,
          values: [],
        },
        quarantinedSchema,
      );
      const lines = await places(id, rows);
      return rows.map((row, index) => ({ ...row, line: lines[index] ?? row.line }));
    },
    lineBack: (id, filter) => lineBackOf(input, places, id, filter),
  };
}

/**
 * The total of an area in the latest period that is known and whole; failing that, the latest that is made from at least
 * half as many parts as any was, for two countries are not the world; failing that, the latest.
 */
function latestQuery(file: string, area: string): SqlQuery {
  return {
    text: `SELECT * EXCLUDE (most) FROM (SELECT *, max(parts) FILTER (WHERE value IS NOT NULL) OVER () AS most
        FROM ${parquet([file])} WHERE grouping = '' AND area = $1)
      ORDER BY (value IS NOT NULL AND status <> 'partial') DESC, value IS NOT NULL DESC,
        coalesce(parts * 2 >= most, FALSE) DESC, period DESC LIMIT 1`,
    values: [area],
  };
}

/** The total of each area of the level with the most areas, in the latest period that is whole for half of them. */
function placesQuery(file: string): SqlQuery {
  return {
    text: `WITH totals AS (SELECT * FROM ${parquet([file])} WHERE grouping = '' AND area <> '_U'),
      finest AS (SELECT level FROM totals GROUP BY level ORDER BY count(DISTINCT area) DESC, level LIMIT 1),
      chosen AS (SELECT * FROM totals WHERE level = (SELECT level FROM finest)),
      newest AS (SELECT period FROM chosen GROUP BY period
        HAVING count(*) FILTER (WHERE value IS NOT NULL AND status <> 'partial') * 2 >= (SELECT count(DISTINCT area) FROM chosen)
        ORDER BY period DESC LIMIT 1)
      SELECT * FROM chosen WHERE period = coalesce((SELECT period FROM newest),
        (SELECT period FROM chosen WHERE value IS NOT NULL GROUP BY period ORDER BY count(*) DESC, period DESC LIMIT 1))
      ORDER BY area`,
    values: [],
  };
}

function choicesQuery(file: string): SqlQuery {
  return {
    text: `SELECT DISTINCT 'area' AS kind, area AS name FROM ${parquet([file])} UNION ALL
      SELECT DISTINCT 'grouping', grouping FROM ${parquet([file])} ORDER BY 1, 2`,
    values: [],
  };
}

/** Share covered by area and year: sub-periods weigh equally, a unit by its share of the area. */
function yearlySharesQuery(file: string): SqlQuery {
  return {
    text: `SELECT area, CAST(make_date(year(period), 1, 1) AS VARCHAR) AS period, least(sum(covered * share) / count(DISTINCT period), 1.0) AS share
      FROM ${parquet([file])} GROUP BY ALL ORDER BY area, period`,
    values: [],
  };
}

function unitsQuery(file: string): SqlQuery {
  return {
    text: `SELECT unit, area, any_value(share) AS share, count(*) AS periods, count(*) FILTER (WHERE covered >= 1) AS reported,
        coalesce(list(CAST(period AS VARCHAR) ORDER BY period) FILTER (WHERE covered < 1), []) AS missing
      FROM ${parquet([file])} GROUP BY unit, area ORDER BY reported / periods, area, unit`,
    values: [],
  };
}

const csvColumns = [
  "value",
  "lower",
  "upper",
  "numerator",
  "denominator",
  "low",
  "high",
  "status",
  "reason",
  "coverage",
  "parts",
  "expected",
  "assumed",
  "flagged",
  "records",
] as const;

/** All observations of an indicator as CSV (RFC 4180), a header first; texts cannot act as formulas in a spreadsheet. */
async function* csvOf(engine: Engine, file: string | undefined, dimensions: readonly string[]): AsyncIterable<string> {
  const header = ["area", "level", "period", "frequency", ...dimensions, ...csvColumns];
  yield `${header.map((name) => csvField(name)).join(",")}\r\n`;
  if (file === undefined) return;
  for await (const rows of engine.stream(observationsQuery(file, dimensions, {}), observationSchema(dimensions))) {
    const lines = rows.map((row) =>
      [
        row.area,
        row.level,
        periodText(row.period, row.frequency),
        row.frequency,
        ...dimensions.map((name) => row.dimensions[name] ?? "_T"),
        ...csvColumns.map((name) => row[name]),
      ]
        .map((value) => csvField(value))
        .join(","),
    );
    yield `${lines.join("\r\n")}\r\n`;
  }
}
