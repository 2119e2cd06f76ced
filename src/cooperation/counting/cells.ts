/** One thing that is counted, by its dimensions, such as `{ direction: "incoming", type: "preservation" }`. */
export interface CountedCase {
  readonly values: Readonly<Record<string, string>>;
  /** How many it stands for. */
  readonly count: number;
}

/** A table to be published: every combination of the values of its dimensions, with all its totals. */
export interface TableShape {
  readonly id: string;
  readonly dimensions: readonly string[];
}

/** A cell: the values that it is about; a dimension that it does not name is all values together. */
export interface CountCell {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
  readonly count: number;
}

/** Cells, and which sums of them are other cells. A cell that stands in several tables is one cell. */
export interface CountCube {
  readonly cells: ReadonlyMap<string, CountCell>;
  /** Each: the cell of the total, and the cells of its parts. */
  readonly sums: readonly { readonly total: string; readonly parts: readonly string[] }[];
  /** Keys of the cells of each table, by its identifier. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
}

/** The key of a cell: the same in every table in which it stands. */
export function cellKey(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([dimension, value]) => `${dimension}=${value}`)
    .join("|");
}

/**
 * The cells of some tables over the same cases. Combinations that did not occur are cells with zero: what is counted is
 * counted completely. Pure.
 */
export function cubeOf(cases: readonly CountedCase[], shapes: readonly TableShape[]): CountCube {
  const cells = new Map<string, CountCell>();
  const sums = new Map<string, CountCube["sums"][number]>();
  const tables = new Map<string, readonly string[]>();
  for (const { id, dimensions } of shapes) {
    const categories = dimensions.map((dimension) =>
      [...new Set(cases.map((one) => one.values[dimension] ?? "_U"))].sort(),
    );
    const counts = tallied(cases, dimensions);
    const keys: string[] = [];
    for (const values of combinations(dimensions, categories)) {
      const key = cellKey(values);
      keys.push(key);
      if (!cells.has(key)) cells.set(key, { key, values, count: counts.get(key) ?? 0 });
      for (const [index, dimension] of dimensions.entries()) {
        if (values[dimension] !== undefined) continue;
        const parts = (categories[index] ?? []).map((value) => cellKey({ ...values, [dimension]: value }));
        if (parts.length > 0) sums.set(`${key}+${dimension}`, { total: key, parts });
      }
    }
    tables.set(id, keys);
  }
  return { cells, sums: [...sums.values()], tables };
}

/** The counts of every cell of a table, totals among them. */
function tallied(cases: readonly CountedCase[], dimensions: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { values, count } of cases)
    for (let chosen = 0; chosen < 2 ** dimensions.length; chosen += 1) {
      const named = dimensions.filter((_, index) => (chosen & (2 ** index)) !== 0);
      const key = cellKey(Object.fromEntries(named.map((dimension) => [dimension, values[dimension] ?? "_U"])));
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  return counts;
}

/** Every choice of one value, or of the total, in each dimension. */
function combinations(
  dimensions: readonly string[],
  categories: readonly (readonly string[])[],
): Readonly<Record<string, string>>[] {
  let found: Readonly<Record<string, string>>[] = [{}];
  for (const [index, dimension] of dimensions.entries())
    found = found.flatMap((values) => [
      values,
      ...(categories[index] ?? []).map((value) => ({ ...values, [dimension]: value })),
    ]);
  return found;
}
