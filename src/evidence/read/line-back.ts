import { join } from "node:path";
import { z } from "zod";
import { splitSets } from "../../iccs/index.ts";
import { crosswalkOf, lookupsOf } from "../build/index.ts";
import type { FactSelection, FactSet, Indicator, Stream } from "../definitions/index.ts";
import { classifiedSql, factFiles, factKeysSql, kindsSql } from "../facts/index.ts";
import { selectionConditions } from "../indicators/index.ts";
import { periodLength, periodStart } from "../periods/index.ts";
import { planRecords, provenPlan, recordFiles, recordsRelation } from "../records/index.ts";
import { readRows } from "../rows/index.ts";
import { sha256Of } from "../snapshots/index.ts";
import { identifier, literal, parquet } from "../store/index.ts";
import type { LineBack, LineBackRule, LineBackSet, ReaderInput } from "./model.ts";
import { type Observation, type ObservationFilter, observationSchema, observationsQuery } from "./observation.ts";
import type { SourcePlaces } from "./source-places.ts";

/** Most facts and rules that are listed for one figure; how many there are is said. */
const listLimit = 100;

/** Follows one figure back: its facts, the rules that classified them, the rows of the source, the bytes. */
export async function lineBackOf(
  input: ReaderInput,
  places: SourcePlaces,
  id: string,
  filter: ObservationFilter,
): Promise<LineBack | undefined> {
  const indicator = input.definitions.indicators.get(id)?.value;
  const key = input.manifest.indicators[id]?.key;
  if (indicator === undefined || key === undefined || key === null) return undefined;
  const dimensions = [...new Set(indicator.breakdowns.flat())].filter((name) => name !== "area");
  const file = join(input.steps, "indicator", key, "observations.parquet");
  const found = await input.engine.rows(observationsQuery(file, dimensions, filter), observationSchema(dimensions));
  const [observation] = found;
  if (observation === undefined || found.length > 1) return undefined;
  const sets: LineBackSet[] = [];
  for (const part of partsOf(input, indicator)) {
    const set = await setOf(input, places, observation, part);
    if (set !== undefined) sets.push(set);
  }
  return { indicator, observation, sets };
}

interface Part {
  readonly role: LineBackSet["role"];
  readonly reference: string;
  readonly selection: FactSelection | undefined;
}

function partsOf(input: ReaderInput, indicator: Indicator): Part[] {
  const parts: Part[] = indicator.numerator.facts.map((reference) => ({
    role: "numerator",
    reference,
    selection: indicator.numerator,
  }));
  if (indicator.measure === "rate") {
    const facts = input.definitions.populations.get(indicator.denominator.population)?.value.facts;
    if (facts !== undefined) parts.push({ role: "population", reference: facts, selection: undefined });
  } else if (indicator.measure !== "count") {
    for (const reference of indicator.denominator.facts)
      parts.push({ role: "denominator", reference, selection: indicator.denominator });
  }
  return parts;
}

const factSchema = z.object({
  area: z.string(),
  period: z.string(),
  iccs: z.string().nullable(),
  sex: z.string(),
  age: z.string(),
  further: z.string(),
  value: z.number().nullable(),
  status: z.string(),
  records: z.number(),
});

async function setOf(
  input: ReaderInput,
  places: SourcePlaces,
  observation: Observation,
  part: Part,
): Promise<LineBackSet | undefined> {
  const [streamId = "", setId = ""] = part.reference.split("/");
  const stream = input.definitions.streams.get(streamId)?.value;
  const set = stream?.facts.find(({ facts }) => facts === setId);
  const result = input.manifest.streams[streamId];
  const key = result?.facts[setId];
  if (
    stream === undefined ||
    set === undefined ||
    result === undefined ||
    key === undefined ||
    result.delivery === null
  )
    return undefined;
  const conditions = conditionsOf(input, observation, part, set);
  const facts = parquet([join(input.steps, "facts", key, factFiles.facts)]);
  const where = ` WHERE ${conditions.join(" AND ")}`;
  const named = set.dimensions.map((name) => `${literal(`${name}=`)} || coalesce(${identifier(name)}, '_U')`);
  const further = named.length === 0 ? "''" : `concat_ws(', ', ${named.join(", ")})`;
  const rows = await input.engine.rows(
    {
      text: `SELECT area, CAST(period AS VARCHAR) AS period, iccs, sex, age, ${further} AS further, value, status, records FROM ${facts}${where}
        ORDER BY coalesce(value, 0) DESC, area, period, iccs, sex, age, further LIMIT ${listLimit}`,
      values: [],
    },
    factSchema,
  );
  const [count] = await input.engine.rows(
    { text: `SELECT count(*) AS n FROM ${facts}${where}`, values: [] },
    z.object({ n: z.number() }),
  );
  const crosswalk = crosswalkOf(input.definitions, set);
  return {
    role: part.role,
    stream: streamId,
    facts: setId,
    rows,
    allRows: count?.n ?? rows.length,
    crosswalk: crosswalk === undefined ? undefined : { id: crosswalk.crosswalk, version: crosswalk.version },
    rules: crosswalk === undefined ? [] : await rulesOf(input, places, stream, set, conditions, observation),
    delivery: {
      hash: result.delivery,
      retrievedAt: result.retrievedAt ?? "",
      location: result.location ?? "",
      parts: result.parts,
    },
  };
}

/** The conditions that a fact of the figure meets: its place, its period, its dimensions, and the selection's own. */
function conditionsOf(input: ReaderInput, observation: Observation, part: Part, set: FactSet): string[] {
  const areas = areasWithin(input, observation.area).map(literal).join(", ");
  const conditions = [`area IN (${areas})`];
  if (part.selection === undefined) {
    conditions.push(
      `year(period) BETWEEN ${Number(observation.period.slice(0, 4)) - 1} AND ${Number(observation.period.slice(0, 4)) + 1}`,
    );
    // A rate of women is per woman: only the population of the figure's own sex and age is in it.
    for (const name of ["sex", "age"]) {
      const value = observation.dimensions[name] ?? "_T";
      if (observation.grouping.split(",").includes(name) && value !== "_T")
        conditions.push(`coalesce(${identifier(name)}, '_U') = ${literal(value)}`);
    }
    return conditions;
  }
  const begin = `DATE ${literal(observation.period)}`;
  conditions.push(`period >= ${begin} AND period < ${begin} + ${periodLength(observation.frequency)}`);
  const grouping = observation.grouping === "" ? [] : observation.grouping.split(",");
  conditions.push(...selectionConditions(part.selection, set, grouping));
  for (const name of grouping) {
    const value = observation.dimensions[name] ?? "_T";
    if (name === "iccs") conditions.push(value === "_U" ? "iccs IS NULL" : `starts_with(iccs, ${literal(value)})`);
    else conditions.push(`coalesce(${identifier(name)}, '_U') = ${literal(value)}`);
  }
  return conditions;
}

/** An area and all areas in it; for a whole observatory also what is recorded without a place. */
function areasWithin(input: ReaderInput, code: string): string[] {
  const areas = input.definitions.areas;
  const within = [...areas.values()].filter((area) => {
    for (let step: typeof area | undefined = area, depth = 0; step !== undefined && depth < 32; depth += 1) {
      if (step.code === code) return true;
      step = step.parent === undefined ? undefined : areas.get(step.parent);
    }
    return false;
  });
  const isRoot = areas.get(code)?.parent === undefined;
  return [...within.map((area) => area.code), ...(isRoot || code === "_U" ? ["_U"] : [])];
}

const ruleSchema = z.object({
  nationalCode: z.string(),
  iccs: z.string().nullable(),
  records: z.number(),
  weight: z.number(),
  part: z.number(),
  row: z.number(),
  rule: z.string().nullable(),
});

/** More rows than any part has: part and row make one number, whose least is the first row of a group. */
const rowsOfPart = 1_000_000_000_000;

/** How the national codes of the records in a figure were classified, with one row of the source for each. */
async function rulesOf(
  input: ReaderInput,
  places: SourcePlaces,
  stream: Stream,
  set: FactSet,
  conditions: readonly string[],
  observation: Observation,
): Promise<LineBackRule[]> {
  const result = input.manifest.streams[stream.stream];
  const crosswalk = crosswalkOf(input.definitions, set);
  if (result === undefined || result.rows === null || result.records === null || crosswalk === undefined) return [];
  const paths = result.parts.map(({ sha256 }) => input.snapshots.path(sha256Of(sha256)));
  const info = await readRows(join(input.steps, "rows", result.rows), paths);
  const plan = planRecords(stream, info.rows, {
    timezone: input.definitions.observatory.value.timezone,
    areaCodes: new Set(input.definitions.areas.keys()),
    lookups: lookupsOf(input.definitions, stream),
  });
  const repeats = result.summary?.rules.some(({ expected, rows }) => expected === "each key once" && rows > 0) === true;
  const records = recordsRelation(
    provenPlan(plan, result.summary?.rules ?? []),
    repeats ? join(input.steps, "records", result.records, recordFiles.duplicates) : undefined,
  );
  const begin = `DATE ${literal(observation.period)}`;
  const start = periodStart(identifier(set.period.column), set.period.frequency);
  const near = `(SELECT * FROM ${records} WHERE ${start} >= ${begin} AND ${start} < ${begin} + ${periodLength(observation.frequency)})`;
  const first = `min(_part::HUGEINT * ${rowsOfPart} + _row) AS first_row`;
  await input.engine.run(
    `CREATE OR REPLACE TEMP TABLE line_back AS ${kindsSql(set, near, crosswalk, [...factKeysSql(set, stream, crosswalk), first])}`,
  );
  const rules = await input.engine.rows(
    {
      text: `SELECT coalesce(c.national_code, '') AS "nationalCode", c.iccs, sum(c.records) AS records, c.iccs_weight AS weight,
          CAST(min(c.first_row) // ${rowsOfPart} AS INTEGER) AS part, CAST(min(c.first_row) % ${rowsOfPart} AS BIGINT) AS "row",
          c.crosswalk_rule::VARCHAR AS rule
        FROM (${classifiedSql("line_back", crosswalk)}) c
        WHERE ${conditions.map((condition) => condition.replaceAll("mapping <>", "mapping_status <>")).join(" AND ")}
        GROUP BY c.national_code, c.iccs, c.iccs_weight, c.crosswalk_rule ORDER BY records DESC, "nationalCode", iccs LIMIT ${listLimit}`,
      values: [],
    },
    ruleSchema,
  );
  await input.engine.run("DROP TABLE line_back");
  const splits = splitSets(crosswalk);
  const lines = await places(
    stream.stream,
    rules.map(({ part, row }) => ({ part, row, line: null })),
  );
  return rules.map((found, index) => {
    const chosen = splits.find(({ id }) => id === found.rule);
    const target = chosen?.targets.find(({ iccs }) => (iccs ?? null) === found.iccs);
    const rule = target === undefined ? undefined : crosswalk.rules[target.rule];
    return {
      ...found,
      part: result.parts[found.part]?.name ?? String(found.part),
      line: lines[index] ?? null,
      authority: rule?.authority ?? null,
      note: rule?.note ?? null,
    };
  });
}
