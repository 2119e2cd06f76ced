import type { RecordColumn } from "../definitions/index.ts";
import { identifier, literal, literalOf } from "../store/index.ts";
import { type ColumnSurroundings, trimmedText } from "./cell.ts";

/** A join of the rows with a small table. It never makes or loses a row: `from` holds each text once. */
export interface LookupJoin {
  /** Name of the column that the join adds. */
  readonly column: string;
  readonly pairs: readonly (readonly [from: string, to: string])[];
  /** What is looked up. */
  readonly text: string;
}

/**
 * More pairs than this are joined. Up to here a map is quicker, although it looks at its keys one after the other: DuckDB
 * asks it once for each text in a column's dictionary and not once for each row.
 */
const mapPairs = 256;

/** A value with what is declared to stand for an empty one. */
export function filledWith(whenEmpty: string | undefined, value: string): string {
  return whenEmpty === undefined ? value : `coalesce(${value}, ${literal(whenEmpty)})`;
}

/** A value by declared pairs or bands. */
export interface Recoded {
  readonly value: string;
  /** The value with what stands for an empty one put in, where that can be had for less than by `filledWith`. */
  readonly filled: string | undefined;
  readonly unknown: string | undefined;
  readonly expected: string;
  /** Everything that the value can be, where that is known. */
  readonly targets: readonly string[] | undefined;
  readonly join: LookupJoin | undefined;
}

/** Recodes what was read by the pairs, the lookup table or the bands of a column; without them it stays as it is. */
export function recode(
  name: string,
  column: RecordColumn,
  around: ColumnSurroundings,
  read: string,
  text: string,
): Recoded {
  const otherwise = column.otherwise === undefined ? [] : [column.otherwise];
  if (column.bands !== undefined) {
    const cases = Object.entries(column.bands).map(([band, [low, high]]) => {
      const parts = [
        low === null ? [] : [`${read} >= ${literalOf(low)}`],
        high === null ? [] : [`${read} <= ${literalOf(high)}`],
      ].flat();
      return `WHEN ${parts.length === 0 ? `${read} IS NOT NULL` : parts.join(" AND ")} THEN ${literal(band)}`;
    });
    const value = `(CASE ${cases.join(" ")}${fallback(column)} END)`;
    const unknown = column.otherwise === undefined ? `${read} IS NOT NULL AND ${value} IS NULL` : undefined;
    const targets = [...Object.keys(column.bands), ...otherwise];
    const expected = "a number within the declared bands";
    return { value, filled: undefined, unknown, expected, targets, join: undefined };
  }
  const pairs =
    column.values !== undefined
      ? Object.entries(column.values)
      : around.lookup === undefined
        ? undefined
        : [...around.lookup];
  if (pairs === undefined)
    return { value: read, filled: undefined, unknown: undefined, expected: "", targets: undefined, join: undefined };
  const targets = [...pairs.map(([, to]) => to), ...otherwise];
  const expected = `one of ${shortList(pairs.map(([from]) => from))}`;
  const join = pairs.length > mapPairs ? { column: `${name}__found`, pairs, text } : undefined;
  const listed = placeInList(pairs, column, around);
  const found = listed?.value ?? (join === undefined ? inMap(pairs, text) : identifier(join.column));
  // Whether a number is there is seen without writing it as text.
  const given = around.sourceType !== "VARCHAR" && column.empty.every((one) => one === "") ? around.source : text;
  const rest =
    column.otherwise === undefined ? "" : `, CASE WHEN ${given} IS NOT NULL THEN ${literal(column.otherwise)} END`;
  const value = `coalesce(${pairs.length === 0 ? "NULL::VARCHAR" : found}${rest})`;
  const strange = listed?.outside ?? `${given} IS NOT NULL AND ${value} IS NULL`;
  const unknown = column.otherwise === undefined ? strange : undefined;
  const filled = listed?.filled ?? (join === undefined ? filledFromMap(pairs, column, around) : undefined);
  return { value, filled, unknown, expected, targets, join };
}

function inMap(pairs: readonly (readonly [from: string, to: string])[], text: string): string {
  return `map_extract_value(MAP {${pairs.map(([from, to]) => `${literal(from)}: ${literal(to)}`).join(", ")}}, ${text})`;
}

/**
 * The value of a text by a map, with what stands for an empty and for an unknown text, by calls alone: a call is made once
 * for each text of a dictionary, a COALESCE for each row.
 */
function filledFromMap(
  pairs: readonly (readonly [from: string, to: string])[],
  column: RecordColumn,
  around: ColumnSurroundings,
): string | undefined {
  const { whenEmpty, otherwise, empty } = column;
  // A missing text is looked up as the empty one.
  if (whenEmpty === undefined || !empty.includes("") || around.sourceType !== "VARCHAR") return undefined;
  const written = pairs.filter(([from]) => !empty.includes(from));
  const all = [...empty.map((one) => [one, whenEmpty] as const), ...written];
  return `list_any_value([${inMap(all, `concat(${trimmedText(column, around)})`)}, ${literal(otherwise ?? whenEmpty)}])`;
}

/** Widest span of whole numbers that are looked up by their place in a list. */
const listSpan = 4096;

/**
 * For whole numbers near each other: the value by its place in a list, which costs the same however long the list is; and
 * where every number between the ends is listed, the condition that one lies outside.
 */
function placeInList(
  pairs: readonly (readonly [from: string, to: string])[],
  column: RecordColumn,
  around: ColumnSurroundings,
): (Pick<Recoded, "value" | "filled"> & { readonly outside: string | undefined }) | undefined {
  if (!/^U?(TINYINT|SMALLINT|INTEGER)$|^BIGINT$/.test(around.sourceType)) return undefined;
  const plain = pairs.every(([from]) => /^(0|-?[1-9][0-9]{0,8})$/.test(from));
  if (!plain || pairs.length === 0 || column.empty.some((one) => one !== "")) return undefined;
  const numbers = pairs.map(([from]) => Number(from));
  const lowest = Math.min(...numbers);
  const highest = Math.max(...numbers);
  if (highest - lowest >= listSpan) return undefined;
  const values = new Map(pairs.map(([from, to]) => [Number(from), to]));
  const places = Array.from({ length: highest - lowest + 1 }, (_, index) => values.get(lowest + index));
  const place = `greatest(least(CAST(${around.source} AS BIGINT), ${highest + 1}), ${lowest - 1}) - ${lowest - 2}`;
  // What lies outside falls on either end, and what is missing on the last.
  const listWith = (nothing: string): string => {
    const list = [undefined, ...places, undefined].map((value) => (value === undefined ? nothing : literal(value)));
    return `list_extract([${list.join(", ")}]::VARCHAR[], ${place})`;
  };
  const { whenEmpty, otherwise } = column;
  return {
    value: listWith("NULL"),
    filled: whenEmpty === undefined || otherwise !== undefined ? undefined : listWith(literal(whenEmpty)),
    outside: places.includes(undefined) ? undefined : `(${around.source} < ${lowest} OR ${around.source} > ${highest})`,
  };
}

function fallback(column: RecordColumn): string {
  return column.otherwise === undefined ? "" : ` ELSE ${literal(column.otherwise)}`;
}

/** The first of a list of values, for a message. */
export function shortList(texts: readonly string[]): string {
  return texts.length <= 8 ? texts.join(", ") : `${texts.slice(0, 8).join(", ")} … (${texts.length} values)`;
}
