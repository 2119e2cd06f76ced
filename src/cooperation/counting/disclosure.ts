import type { CountCell, CountCube } from "./cells.ts";
import { type Range, rangesOf } from "./linear-range.ts";

/** The rule by which small counts are protected. */
export interface DisclosureRule {
  /** Counts from 1 to one less than this are not published. */
  readonly threshold: number;
  /** The range within which a suppressed count can be found out is at least so wide. */
  readonly protection: number;
}

export const usualRule: DisclosureRule = { threshold: 5, protection: 5 };

/** What is published, and what is not. */
export interface ProtectedCube {
  readonly cube: CountCube;
  /** Counts that are small by themselves. */
  readonly primary: ReadonlySet<string>;
  /** All that are not published: the small ones, and those from which a small one could be computed. */
  readonly suppressed: ReadonlySet<string>;
  /** What anybody can conclude about each suppressed count from all that is published. */
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Whether a count is too small to be published; zero is not: nobody is described by it. */
function isSmall(count: number, { threshold }: DisclosureRule): boolean {
  return count > 0 && count < threshold;
}

/**
 * Whether an amount tells too much about its greatest contributor: the second greatest, knowing its own part, could
 * compute the greatest within so many per cent (the p%-rule).
 *
 * @param contributions - The amounts that add up to the one published.
 * @see Hundepool et al. (2012), Statistical Disclosure Control, section 4.2.2
 */
export function isDominated(contributions: readonly number[], percent: number): boolean {
  const [first = 0, second = 0] = [...contributions].sort((one, other) => other - one);
  const total = contributions.reduce((sum, one) => sum + one, 0);
  return total > 0 && total - first - second < (percent / 100) * first;
}

/**
 * Chooses what is not published, so that nobody can compute a suppressed count from the totals to within the width that
 * the rule asks for: the small counts first, then others beside them until the audit of all published cells together
 * finds every suppressed count hidden, and at last those are given free again that were not needed. Pure.
 *
 * @param sensitive - Cells that must not be published for another reason, such as dominance.
 */
export function protect(
  cube: CountCube,
  rule: DisclosureRule = usualRule,
  sensitive: ReadonlySet<string> = new Set(),
): ProtectedCube {
  const primary = new Set(
    [...cube.cells.values()]
      .filter((cell) => isSmall(cell.count, rule) || sensitive.has(cell.key))
      .map(({ key }) => key),
  );
  const suppressed = new Set(primary);
  for (;;) {
    const exposed = exposedBy(audit(cube, suppressed), rule);
    const [worst] = exposed;
    if (worst === undefined) break;
    const next = beside(cube, suppressed, worst, rule);
    // Where nothing is left to be taken away nothing is published, and nothing can be computed.
    if (next === undefined) break;
    suppressed.add(next);
  }
  const secondary = [...suppressed].filter((key) => !primary.has(key));
  for (const key of secondary.sort(
    (one, other) => (cube.cells.get(other)?.count ?? 0) - (cube.cells.get(one)?.count ?? 0),
  )) {
    suppressed.delete(key);
    if (exposedBy(audit(cube, suppressed), rule).length > 0) suppressed.add(key);
  }
  return { cube, primary, suppressed, ranges: audit(cube, suppressed) };
}

/** Suppressed cells that can be found out too closely, the closest first. */
function exposedBy(ranges: ReadonlyMap<string, Range>, { protection }: DisclosureRule): string[] {
  const width = (key: string): number => widthOf(ranges.get(key));
  return [...ranges.keys()]
    .filter((key) => width(key) < protection)
    .sort((one, other) => width(one) - width(other) || (one < other ? -1 : 1));
}

/** How many whole numbers lie between the ends of a range, less one. */
function widthOf(range: Range | undefined): number {
  if (range === undefined) return 0;
  return Math.floor(range.high + 1e-6) - Math.ceil(range.low - 1e-6);
}

/** What all published cells together tell about each suppressed one: its least and greatest possible count. */
export function audit(cube: CountCube, suppressed: ReadonlySet<string>): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const part of connected(cube, suppressed)) {
    const index = new Map([...part.keys].map((key, at) => [key, at]));
    const equations = part.sums.map(({ total, parts }) => {
      const terms: [number, number][] = [];
      let sum = 0;
      for (const [key, sign] of [[total, -1] as const, ...parts.map((one) => [one, 1] as const)]) {
        const at = index.get(key);
        if (at === undefined) sum -= sign * (cube.cells.get(key)?.count ?? 0);
        else terms.push([at, sign]);
      }
      return { terms, sum };
    });
    const found = rangesOf({ unknowns: index.size, equations });
    for (const [key, at] of index) ranges.set(key, found[at] ?? { low: 0, high: 0 });
  }
  return ranges;
}

interface Part {
  readonly keys: ReadonlySet<string>;
  readonly sums: CountCube["sums"];
}

/** Suppressed cells that hang together through sums; those apart cannot tell of each other. */
function connected({ sums }: CountCube, suppressed: ReadonlySet<string>): Part[] {
  const hidden = sums
    .map((sum) => ({ sum, keys: [sum.total, ...sum.parts].filter((key) => suppressed.has(key)) }))
    .filter(({ keys }) => keys.length > 0);
  const groupOf = new Map<string, Set<string>>();
  for (const key of suppressed) groupOf.set(key, new Set([key]));
  for (const { keys } of hidden) {
    const [first, ...others] = keys;
    const into = first === undefined ? undefined : groupOf.get(first);
    if (into === undefined) continue;
    for (const other of others) {
      const from = groupOf.get(other);
      if (from === undefined || from === into) continue;
      for (const key of from) {
        into.add(key);
        groupOf.set(key, into);
      }
    }
  }
  return [...new Set(groupOf.values())].map((keys) => ({
    keys,
    sums: hidden.filter((one) => one.keys.some((key) => keys.has(key))).map(({ sum }) => sum),
  }));
}

/** The next cell to be taken away so that an exposed one is hidden better: near it, inner before totals, large enough. */
function beside(
  { cells, sums }: CountCube,
  suppressed: ReadonlySet<string>,
  exposed: string,
  { protection }: DisclosureRule,
): string | undefined {
  const cost = (key: string): readonly [number, number, number] => {
    const cell: CountCell | undefined = cells.get(key);
    const count = cell?.count ?? 0;
    const margin = -Object.keys(cell?.values ?? {}).length;
    return [margin, count >= protection ? 0 : 1, count >= protection ? count : -count];
  };
  const cheaper = (one: string, other: string): number => {
    const [here, there] = [cost(one), cost(other)];
    for (let index = 0; index < here.length; index += 1) {
      const away = (here[index] ?? 0) - (there[index] ?? 0);
      if (away !== 0) return away;
    }
    return one < other ? -1 : 1;
  };
  // A sum in which one part alone is lacking gives that part away; it is mended where it is.
  const alone = sums.filter(({ total, parts }) => [total, ...parts].filter((key) => suppressed.has(key)).length === 1);
  const mending = alone
    .flatMap(({ total, parts }) => [total, ...parts])
    .filter((key) => !suppressed.has(key))
    .sort(cheaper)[0];
  if (mending !== undefined) return mending;
  const seen = new Set([exposed]);
  for (let near: readonly string[] = [exposed]; near.length > 0; ) {
    const around = sums.filter(({ total, parts }) => [total, ...parts].some((key) => near.includes(key)));
    const keys = [...new Set(around.flatMap(({ total, parts }) => [total, ...parts]))].filter((key) => !seen.has(key));
    const free = keys.filter((key) => !suppressed.has(key)).sort(cheaper);
    if (free[0] !== undefined) return free[0];
    for (const key of keys) seen.add(key);
    near = keys;
  }
  return undefined;
}
