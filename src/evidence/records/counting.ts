import { identifier, type SqlQuery } from "../store/index.ts";
import { columnValue, isFlagged, isQuarantined, kept, type RecordPlan, type UniqueRule, withNumbers } from "./plan.ts";

/** Rows at the beginning of a delivery from which it is judged how the rest is best counted. */
const judgedRows = 100_000;

/** Columns that are read from text, where nothing but their own text decides how their checks end. */
function readColumns(plan: RecordPlan): { readonly name: string; readonly readFrom: string }[] {
  if (plan.setAside.length > 0) return [];
  return plan.columns.flatMap(({ name, readFrom, join, checks }) =>
    readFrom === undefined || join !== undefined || checks.length === 0 ? [] : [{ name, readFrom }],
  );
}

/** Rules whose key is one whole number. */
function numberedRules(plan: RecordPlan): readonly UniqueRule[] {
  const isNumber = (name: string): boolean => plan.columns.find((column) => column.name === name)?.type === "BIGINT";
  return plan.uniqueRules.filter(({ unique }) => unique.length === 1 && unique.every(isNumber));
}

/**
 * What the first rows tell. Columns `rows` of the whole delivery, `judged` of these, for each column that is read from
 * text how many `texts of` it there are, and for each rule whose key is a number the `least of` the keys, as text.
 */
export function beginningQuery(plan: RecordPlan): SqlQuery {
  const read = readColumns(plan);
  const rules = numberedRules(plan);
  const wanted = [
    "_row",
    ...read.map(({ name, readFrom }) => `${readFrom} AS ${identifier(`text of ${name}`)}`),
    ...rules.map(({ rule, unique: [key = ""] }) => `${columnValue(plan, key)} AS ${identifier(`key of ${rule}`)}`),
  ];
  const measures = [
    "count(*) AS judged",
    ...read.map(
      ({ name }) => `approx_count_distinct(${identifier(`text of ${name}`)}) AS ${identifier(`texts of ${name}`)}`,
    ),
    ...rules.map(
      ({ rule }) => `CAST(min(${identifier(`key of ${rule}`)}) AS VARCHAR) AS ${identifier(`least of ${rule}`)}`,
    ),
  ];
  const { relation } = plan.rows;
  return {
    text: `SELECT *, (SELECT count(*) FROM ${relation}) AS rows
      FROM (SELECT ${measures.join(", ")} FROM (SELECT ${wanted.join(", ")} FROM ${relation} LIMIT ${judgedRows}))`,
    values: [],
  };
}

/** How the rows are counted, judged from the first of them. */
export interface Approach {
  /** Columns whose texts recur so often that it is quicker to read each text once. */
  readonly recurring: ReadonlySet<string>;
  /**
   * Rules for which a bit for each number from `low` to `high` may prove that no key is there twice: far less work than
   * a group for each key.
   */
  readonly ranges: ReadonlyMap<string, { readonly low: bigint; readonly high: bigint }>;
}

/** Fewer rows than this are not worth a proof beforehand. */
const provableRows = 1_000_000;
/** Bits of a proof for each row, and at most: 32 MiB for each thread. */
const bitsPerRow = 16;
const mostBits = 2 ** 28;
const [leastKey, greatestKey] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Chooses how to count. `beginning` answers `beginningQuery`. */
export function approachTo(plan: RecordPlan, beginning: Readonly<Record<string, number | string | null>>): Approach {
  const [rows, judged] = [Number(beginning.rows ?? 0), Number(beginning.judged ?? 0)];
  const recurs = ({ name }: { name: string }): boolean => Number(beginning[`texts of ${name}`] ?? judged) < judged / 10;
  const recurring = new Set(
    readColumns(plan)
      .filter(recurs)
      .map(({ name }) => name),
  );
  const ranges = new Map<string, { low: bigint; high: bigint }>();
  for (const { rule, unique } of rows < provableRows ? [] : numberedRules(plan)) {
    const least = beginning[`least of ${rule}`];
    if (typeof least !== "string" || unique.some((key) => recurring.has(key))) continue;
    const reach = BigInt(Math.min(bitsPerRow * rows, mostBits) / 2);
    const [low, high] = [BigInt(least) - reach, BigInt(least) + reach];
    if (low >= leastKey && high <= greatestKey) ranges.set(rule, { low, high });
  }
  return { recurring, ranges };
}

/** Rows, keys, keys within the range, and different ones among these, of the rules with this one key. */
function proofMeasures(plan: RecordPlan, { ranges }: Approach, key: string): string[] {
  return numberedRules(plan).flatMap(({ rule, unique }) => {
    const range = unique[0] === key ? ranges.get(rule) : undefined;
    if (range === undefined) return [];
    const value = columnValue(plan, key);
    const within = `FILTER (WHERE ${value} BETWEEN ${range.low} AND ${range.high})`;
    const named = (what: string): string => identifier(`${what} ${rule}`);
    return [
      `count(*) - count(${value}) AS ${named("without")}`,
      `count(${value}) AS ${named("keys")}`,
      `count(*) ${within} AS ${named("within")}`,
      `coalesce(bit_count(bitstring_agg(${value}, ${range.low}::BIGINT, ${range.high}::BIGINT) ${within}), 0) AS ${named("different")}`,
    ];
  });
}

/** The rules of which some key may be there twice. `counts` answers `countsQuery`. */
export function unprovenRules(plan: RecordPlan, counts: Readonly<Record<string, number>>): readonly UniqueRule[] {
  return plan.uniqueRules.filter(({ rule }) => {
    const keys = counts[`keys ${rule}`];
    // One row without a key repeats none.
    const whole = counts[`within ${rule}`] === keys && counts[`different ${rule}`] === keys;
    return keys === undefined || !whole || (counts[`without ${rule}`] ?? 0) > 1;
  });
}

/**
 * Counts the rows, those that are set aside, those that fail each check, and what proves keys to be different. Columns
 * `rows_in`, `aside_N`, `check_N`, and what `unprovenRules` reads.
 *
 * A check of a column that is not read from text is a pass of its own over that column: the engine then answers it from
 * the statistics and dictionaries of the file, mostly without looking at a row.
 */
export function countsQuery(plan: RecordPlan, approach: Approach): SqlQuery {
  let before = "FALSE";
  const ends = plan.setAside.map(({ holds }, index) => {
    const end = `count(*) FILTER (WHERE ${holds} AND NOT ${before}) AS aside_${index}`;
    before = `(${before} OR ${holds})`;
    return end;
  });
  const { relation } = plan.rows;
  const passes = [`SELECT ${["count(*) AS rows_in", ...ends].join(", ")} FROM ${relation}`];
  const keys = new Set(numberedRules(plan).flatMap(({ unique }) => unique));
  for (const checks of Map.groupBy(plan.checks, ({ together, number }) => together ?? number).values()) {
    const [first] = checks;
    if (first === undefined) continue;
    const column = plan.columns.find(({ name }) => name === first.together);
    const counted = (count: string): string[] =>
      checks.map((check) => `${count} FILTER (WHERE ${kept(plan)}${check.fails}) AS check_${check.number}`);
    if (first.together === undefined)
      passes.push(`SELECT count(*) AS check_${first.number} FROM ${relation} WHERE ${kept(plan)}${first.condition}`);
    else if (column?.readFrom !== undefined && approach.recurring.has(column.name)) {
      const texts = `(SELECT ${column.readFrom}, count(*) AS "rows of text" FROM ${plan.delivered} GROUP BY ALL)`;
      const sums = counted('sum("rows of text")').join(",\n  ");
      passes.push(`SELECT coalesce(COLUMNS(*), 0) FROM (SELECT ${sums} FROM ${withNumbers(texts, [column])})`);
    } else {
      // A key that is read from text is read once for its checks and for the proof.
      const proofs = column === undefined ? [] : proofMeasures(plan, approach, column.name);
      if (column !== undefined) keys.delete(column.name);
      passes.push(`SELECT ${[...counted("count(*)"), ...proofs].join(",\n  ")} FROM ${relation}`);
    }
  }
  for (const key of keys) {
    const proofs = proofMeasures(plan, approach, key);
    if (proofs.length > 0) passes.push(`SELECT ${proofs.join(", ")} FROM ${relation}`);
  }
  return { text: `SELECT * FROM ${passes.map((pass) => `(${pass})`).join(",\n ")}`, values: [] };
}

/** Rows that are put apart, and rows that carry a flag, of a plan whose checks some row fails. Columns `quarantined`, `flagged`. */
export function endsQuery(plan: RecordPlan): SqlQuery {
  const quarantined = `count(*) FILTER (WHERE ${kept(plan)}${isQuarantined(plan)}) AS quarantined`;
  const flagged = `count(*) FILTER (WHERE ${kept(plan)}NOT ${isQuarantined(plan)} AND ${isFlagged(plan)}) AS flagged`;
  return { text: `SELECT ${quarantined}, ${flagged} FROM ${plan.rows.relation}`, values: [] };
}
