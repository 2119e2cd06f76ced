import { join } from "node:path";
import { z } from "zod";
import type { Stream } from "../definitions/index.ts";
import type { RowsRelation } from "../rows/index.ts";
import { type Engine, identifier, literal, parquet } from "../store/index.ts";
import { approachTo, beginningQuery, countsQuery, endsQuery, unprovenRules } from "./counting.ts";
import { planRecords, provenPlan, type RecordPlan } from "./plan.ts";
import {
  acceptsAll,
  duplicatesSql,
  problemsSql,
  recordsRelation,
  repeatedCountQuery,
  repeatedFlaggedQuery,
  repeatedRowsSql,
  totalsQuery,
} from "./queries.ts";
import type { RecordSummary } from "./summary.ts";

/** Names of the files that the records step leaves in its directory. */
export const recordFiles = {
  duplicates: "duplicates.parquet",
  quarantine: "quarantine.parquet",
  summary: "summary.json",
} as const;

/** What a records step is made from. */
export interface RecordsInput {
  readonly stream: Stream;
  readonly rows: RowsRelation;
  /** Rows that could not be read as rows: a relation with `_part`, `_line`, `rule`, `found`, `expected`; or none. */
  readonly rejects: { readonly relation: string; readonly count: number };
  readonly timezone: string;
  readonly areaCodes: ReadonlySet<string>;
  readonly lookups: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const rowCount = z.object({ rows: z.number() });
const countsSchema = z.record(z.string(), z.number());
const beginningSchema = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));

/**
 * Validates the rows of a delivery. Writes the quarantined and flagged rows with their reasons, the rows that repeat a
 * key, and gives the summary. Every row ends in exactly one of accepted, flagged, quarantined, set aside.
 */
export async function makeRecords(engine: Engine, input: RecordsInput, directory: string): Promise<RecordSummary> {
  const { stream } = input;
  const plan = planRecords(stream, input.rows, input);
  const [beginning = {}] = await engine.rows(beginningQuery(plan), beginningSchema);
  const [counts] = await engine.rows(countsQuery(plan, approachTo(plan, beginning)), countsSchema);
  if (counts === undefined) throw new Error("counting the rows gave no row");
  const duplicates = join(directory, recordFiles.duplicates);
  const setAside = plan.setAside.map(({ rule }, index) => ({ rule, rows: counts[`aside_${index}`] ?? 0 }));
  const checked = plan.checks.map((check) => ({ rule: check.rule, rows: counts[`check_${check.number}`] ?? 0 }));
  const proven = provenPlan(plan, [...setAside, ...checked]);
  const repeated = await findDuplicates(engine, { ...proven, uniqueRules: unprovenRules(plan, counts) }, duplicates);
  const ends = await endsOf(engine, proven, counts);
  await writeQuarantine(
    engine,
    input,
    proven,
    repeated.length > 0 ? duplicates : undefined,
    join(directory, recordFiles.quarantine),
  );

  const repeatedRows = (end: "quarantine" | "flag"): number =>
    repeated.filter((rule) => rule.end === end).reduce((sum, rule) => sum + rule.rows, 0);
  const rowsIn = (counts.rows_in ?? 0) + input.rejects.count;
  const asideRows = setAside.reduce((sum, { rows }) => sum + rows, 0);
  const quarantined = ends.quarantined + input.rejects.count + repeatedRows("quarantine");
  // A row that repeats a key and carries another check's flag as well has one end, not two.
  const twice =
    repeated.length === 0 || ends.flagged === 0
      ? []
      : await engine.rows(repeatedFlaggedQuery(plan, duplicates), rowCount);
  const flagged = ends.flagged - (twice[0]?.rows ?? 0) + repeatedRows("flag");
  const accepted = recordsRelation(proven, repeated.length > 0 ? duplicates : undefined);
  const totals = await comparedTotals(engine, stream, plan, {
    relation: accepted,
    whole: acceptsAll(proven) && repeated.length === 0,
  });
  return {
    rowsIn,
    accepted: rowsIn - quarantined - flagged - asideRows,
    flagged,
    quarantined,
    setAside: asideRows,
    unreadable: input.rejects.count,
    rules: [
      ...setAside.map(({ rule, rows }) => ({ rule, end: "set-aside" as const, rows, expected: "" })),
      ...plan.checks.map((check) => ({
        rule: check.rule,
        end: check.action,
        rows: counts[`check_${check.number}`] ?? 0,
        expected: check.expected,
      })),
      ...repeated,
      ...(await unreadableRows(engine, input)),
    ],
    totals,
  };
}

const endsSchema = z.object({ quarantined: z.number(), flagged: z.number() });

/** How many rows the checks put apart and how many they flag; `plan` holds only the checks that some row fails. */
async function endsOf(
  engine: Engine,
  plan: RecordPlan,
  counts: Readonly<Record<string, number>>,
): Promise<z.infer<typeof endsSchema>> {
  const [only, ...others] = plan.checks;
  if (others.length > 0) {
    const [ends] = await engine.rows(endsQuery(plan), endsSchema);
    if (ends === undefined) throw new Error("counting the ends of the rows gave no row");
    return ends;
  }
  const rows = only === undefined ? 0 : (counts[`check_${only.number}`] ?? 0);
  return only?.action === "quarantine" ? { quarantined: rows, flagged: 0 } : { quarantined: 0, flagged: rows };
}

/** The totals that the source publishes, each beside what was found. */
async function comparedTotals(
  engine: Engine,
  stream: Stream,
  plan: RecordPlan,
  accepted: { readonly relation: string; readonly whole: boolean },
): Promise<RecordSummary["totals"]> {
  const compared: RecordSummary["totals"] = [];
  for (const counted of ["delivered", "accepted"] as const) {
    const asked = stream.totals.filter((total) => total.of === counted);
    if (asked.length === 0) continue;
    const delivered = counted === "delivered";
    const relation = delivered ? plan.rows.relation : accepted.relation;
    const query = totalsQuery(plan, asked, relation, delivered || accepted.whole);
    const [figures = {}] = await engine.rows(query, countsSchema);
    for (const [index, { total, equals, tolerance, source, onFail }] of asked.entries()) {
      const found = figures[`total_${index}`] ?? 0;
      compared.push({
        total,
        expected: equals,
        found,
        tolerance,
        agrees: Math.abs(found - equals) <= tolerance,
        source,
        onFail,
      });
    }
  }
  return compared;
}

/** Lines that are no rows, by what is wrong with them. */
async function unreadableRows(
  engine: Engine,
  { rejects }: RecordsInput,
): Promise<{ rule: string; end: "quarantine"; rows: number; expected: string }[]> {
  if (rejects.count === 0) return [];
  const rows = await engine.rows(
    {
      text: `SELECT rule, any_value(expected) AS expected, count(*) AS rows FROM ${rejects.relation} GROUP BY rule ORDER BY rule`,
      values: [],
    },
    z.object({ rule: z.string(), expected: z.string(), rows: z.number() }),
  );
  return rows.map((row) => ({ ...row, end: "quarantine" }));
}

async function findDuplicates(
  engine: Engine,
  plan: RecordPlan,
  path: string,
): Promise<{ rule: string; end: "quarantine" | "flag"; rows: number; expected: string }[]> {
  if (plan.uniqueRules.length === 0) return [];
  for (const rule of plan.uniqueRules) await engine.run(repeatedRowsSql(plan, rule));
  const [repeated] = await engine.rows(repeatedCountQuery(plan), rowCount);
  if (repeated?.rows === 0) return [];
  // A row that two rules find is listed once, under the one that decides: it can only be put apart once.
  await engine.run(
    `COPY (SELECT _part, _row, coalesce(min(rule) FILTER (WHERE action = 'quarantine'), min(rule)) AS rule, CASE WHEN bool_or(action = 'quarantine') THEN 'quarantine' ELSE 'flag' END AS action
      FROM (${duplicatesSql(plan)}) GROUP BY _part, _row ORDER BY _part, _row) TO ${literal(path)} (FORMAT parquet)`,
  );
  const rows = await engine.rows(
    {
      text: `SELECT rule, action AS "end", count(*) AS rows FROM ${parquet([path])} GROUP BY ALL ORDER BY ALL`,
      values: [],
    },
    z.object({ rule: z.string(), end: z.enum(["quarantine", "flag"]), rows: z.number() }),
  );
  return rows.map((row) => ({ ...row, expected: "each key once" }));
}

/** Lists the rows that are put apart or flagged; `plan` holds only the checks that some row fails. */
async function writeQuarantine(
  engine: Engine,
  input: RecordsInput,
  plan: RecordPlan,
  duplicates: string | undefined,
  path: string,
): Promise<void> {
  const confidential = new Set(input.stream.confidential);
  // A line that is no row cannot be taken apart, so that all of it is hidden where one column is.
  const unreadableText = confidential.size > 0 ? "NULL::VARCHAR AS found" : "found";
  const selects = [
    `SELECT _part::INTEGER AS part, NULL::BIGINT AS "row", _line::BIGINT AS line, rule, 'quarantine' AS action, NULL::VARCHAR AS "column",
      'unreadable' AS kind, ${unreadableText}, expected, NULL::VARCHAR AS delivered FROM ${input.rejects.relation}`,
  ];
  if (plan.checks.length > 0) {
    selects.push(
      `SELECT _part::INTEGER, _row::BIGINT, NULL::BIGINT, rule, action, "column", kind, found, expected, delivered FROM (${problemsSql(plan, confidential)})`,
    );
  }
  if (duplicates !== undefined) {
    const shown = plan.rows.columns.filter(
      ({ name }) =>
        !plan.columns.some((column) => confidential.has(column.name) && column.text.includes(identifier(name))),
    );
    const row = `to_json({${shown.map(({ name }) => `${identifier(name)}: left(s.${identifier(name)}::VARCHAR, 200)`).join(", ")}})::VARCHAR`;
    selects.push(
      `SELECT s._part::INTEGER, s._row::BIGINT, NULL::BIGINT, d.rule, d.action, NULL::VARCHAR, 'unique', NULL::VARCHAR, 'each key once', ${row}
        FROM ${plan.rows.relation} s JOIN ${parquet([duplicates])} d ON d._part = s._part AND d._row = s._row`,
    );
  }
  await engine.run(
    `COPY (SELECT * FROM (${selects.join("\nUNION ALL\n")}) ORDER BY part, "row", line, rule) TO ${literal(path)} (FORMAT parquet)`,
  );
}
