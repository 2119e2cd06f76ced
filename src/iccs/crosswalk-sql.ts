import { conditionSql } from "./condition.ts";
import { type Crosswalk, splitSets, statusOf } from "./crosswalk.ts";

export interface CrosswalkSqlInput {
  readonly crosswalk: Crosswalk;
  /** Relation, as SQL, of the rows that are classified. */
  readonly source: string;
  /** Name of the column with the national code, and of the date in questions of validity. */
  readonly codeColumn: string;
  readonly dateColumn: string;
  /** Writes a column name as SQL. */
  readonly columnRef: (column: string) => string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * One statement with one join that gives every row of the source once for each target of its split set, with the columns
 * `iccs`, `iccs_weight`, `crosswalk_rule`, `split_by_assumption`, `mapping_status`; a row without a set once, unmapped.
 *
 * For codes with one unconditional, undated set the join alone decides. For the others a CASE on code, date and condition
 * picks the set first, so that the join stays an equality and quick.
 */
export function crosswalkSql(input: CrosswalkSqlInput): string {
  const { crosswalk, codeColumn, dateColumn, columnRef } = input;
  const sets = splitSets(crosswalk);
  const rows = sets.flatMap((set) =>
    set.targets.map(({ iccs, weight }) => {
      const cells = [
        quoted(set.id),
        iccs === undefined ? "NULL" : quoted(iccs),
        // As text: a bare literal would be a DECIMAL, and the weights of a split would not add up as they do here.
        `'${weight}'::DOUBLE`,
        quoted(statusOf(set, iccs)),
      ];
      return `(${cells.join(", ")})`;
    }),
  );
  const table =
    rows.length === 0
      ? "SELECT NULL::VARCHAR AS set_id, NULL::VARCHAR AS iccs, 1.0::DOUBLE AS weight, NULL::VARCHAR AS status WHERE FALSE"
      : `SELECT * FROM (VALUES ${rows.join(", ")}) AS rule(set_id, iccs, weight, status)`;
  const chosen = chosenSetSql(sets, `CAST(${columnRef(codeColumn)} AS VARCHAR)`, columnRef(dateColumn), columnRef);
  return `SELECT s.* EXCLUDE (chosen_set), r.iccs::VARCHAR AS iccs, coalesce(r.weight, 1.0)::DOUBLE AS iccs_weight,
      s.chosen_set AS crosswalk_rule, coalesce(r.status = 'split', FALSE) AS split_by_assumption,
      coalesce(r.status, 'unmapped') AS mapping_status
    FROM (SELECT *, ${chosen} AS chosen_set FROM ${input.source}) s
    LEFT JOIN (${table}) r ON r.set_id = s.chosen_set`;
}

/** SQL that gives the identifier of the first set that a row meets, or NULL. */
function chosenSetSql(
  sets: readonly ReturnType<typeof splitSets>[number][],
  code: string,
  date: string,
  columnRef: (column: string) => string,
): string {
  const byCode = new Map<string, ReturnType<typeof splitSets>[number][]>();
  for (const set of sets) byCode.set(set.code, [...(byCode.get(set.code) ?? []), set]);
  const simple: string[] = [];
  const cases: string[] = [];
  for (const [national, own] of byCode) {
    const [only] = own;
    if (
      own.length === 1 &&
      only !== undefined &&
      only.condition === undefined &&
      only.from === undefined &&
      only.until === undefined
    ) {
      simple.push(national);
      continue;
    }
    const inner = own.map((set) => {
      const tests = [
        ...(set.from === undefined ? [] : [`${date} >= DATE ${quoted(set.from)}`]),
        ...(set.until === undefined ? [] : [`${date} < DATE ${quoted(set.until)}`]),
        ...(set.condition === undefined ? [] : [conditionSql(set.condition, columnRef)]),
      ];
      return `WHEN ${tests.length === 0 ? "TRUE" : tests.join(" AND ")} THEN ${quoted(set.id)}`;
    });
    cases.push(`WHEN ${code} = ${quoted(national)} THEN (CASE ${inner.join(" ")} END)`);
  }
  if (simple.length > 0) cases.push(`WHEN ${code} IN (${simple.map(quoted).join(", ")}) THEN ${code} || '#1'`);
  return cases.length === 0 ? "NULL::VARCHAR" : `(CASE ${cases.join(" ")} END)::VARCHAR`;
}
