/** Unknown numbers of which it is known that none is below zero, and what sums of them come to. */
export interface LinearSystem {
  readonly unknowns: number;
  /** Each row: the unknowns with their coefficients, and the sum. */
  readonly equations: readonly { readonly terms: readonly (readonly [number, number])[]; readonly sum: number }[];
}

/** The least and the greatest value that an unknown can have; `high` is infinite where nothing holds it. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const tiny = 1e-9;

/**
 * The range of each unknown, over all non-negative solutions of the system: two linear programmes for each, by the simplex
 * method in tableau form (Dantzig 1963), with Bland's rule against going round in circles. Pure.
 *
 * @throws RangeError where the system has no solution: a mistake of the caller, who knows one.
 */
export function rangesOf(system: LinearSystem): Range[] {
  const start = feasible(system);
  return Array.from({ length: system.unknowns }, (_, unknown) => {
    const low = optimum(copyOf(start), unknown, -1);
    const high = optimum(copyOf(start), unknown, 1);
    return { low: Math.max(0, -low), high };
  });
}

/** A tableau: one row for each equation, the last column the sum; and which unknown is basic in each row. */
interface Tableau {
  readonly width: number;
  readonly rows: Float64Array[];
  readonly basis: number[];
}

const copyOf = ({ width, rows, basis }: Tableau): Tableau => ({
  width,
  rows: rows.map((row) => row.slice()),
  basis: [...basis],
});

/** A tableau whose basic solution is a solution of the system: the first phase, with one artificial unknown a row. */
function feasible({ unknowns, equations }: LinearSystem): Tableau {
  const count = equations.length;
  const width = unknowns + count;
  const rows = equations.map(({ terms, sum }, index) => {
    const row = new Float64Array(width + 1);
    const sign = sum < 0 ? -1 : 1;
    for (const [unknown, coefficient] of terms) row[unknown] = (row[unknown] ?? 0) + sign * coefficient;
    row[unknowns + index] = 1;
    row[width] = sign * sum;
    return row;
  });
  const tableau: Tableau = { width, rows, basis: equations.map((_, index) => unknowns + index) };
  const objective = new Float64Array(width + 1);
  for (let unknown = unknowns; unknown < width; unknown += 1) objective[unknown] = -1;
  const reached = maximise(tableau, objective, width);
  if (reached < -1e-6) throw new RangeError("the equations have no solution without negative numbers");
  return withoutArtificial(tableau, unknowns);
}

/** Takes the artificial unknowns out: those still basic stand at zero and give way, or their row says nothing new. */
function withoutArtificial({ rows, basis, width }: Tableau, unknowns: number): Tableau {
  const tableau: Tableau = { width, rows, basis };
  for (let at = 0; at < rows.length; at += 1) {
    if ((basis[at] ?? 0) < unknowns) continue;
    const row = rows[at];
    const instead =
      row === undefined ? -1 : row.findIndex((value, index) => index < unknowns && Math.abs(value) > tiny);
    if (instead >= 0) pivot(tableau, at, instead);
  }
  const kept = rows.map((_, at) => at).filter((at) => (basis[at] ?? 0) < unknowns);
  return {
    width: unknowns,
    rows: kept.map((at) => {
      const row = rows[at] ?? new Float64Array(width + 1);
      const short = new Float64Array(unknowns + 1);
      short.set(row.subarray(0, unknowns));
      short[unknowns] = row[width] ?? 0;
      return short;
    }),
    basis: kept.map((at) => basis[at] ?? 0),
  };
}

/** The greatest value of `direction` times one unknown. */
function optimum(tableau: Tableau, unknown: number, direction: 1 | -1): number {
  const objective = new Float64Array(tableau.width + 1);
  objective[unknown] = direction;
  return maximise(tableau, objective, tableau.width);
}

/** Improves the basic solution until nothing improves the objective any more; infinite where nothing stops it. */
function maximise(tableau: Tableau, objective: Float64Array, columns: number): number {
  const { rows, basis, width } = tableau;
  // The objective in terms of what is not basic.
  const reduced = objective.slice();
  for (const [at, row] of rows.entries()) {
    const factor = objective[basis[at] ?? 0] ?? 0;
    if (factor !== 0)
      for (let index = 0; index <= width; index += 1)
        reduced[index] = (reduced[index] ?? 0) - factor * (row[index] ?? 0);
  }
  for (;;) {
    const entering = reduced.findIndex((value, index) => index < columns && value > tiny);
    if (entering < 0) return -(reduced[width] ?? 0);
    const leaving = leavingRow(tableau, entering);
    if (leaving < 0) return Number.POSITIVE_INFINITY;
    pivot(tableau, leaving, entering);
    const row = rows[leaving];
    const factor = reduced[entering] ?? 0;
    if (row !== undefined)
      for (let index = 0; index <= width; index += 1)
        reduced[index] = (reduced[index] ?? 0) - factor * (row[index] ?? 0);
  }
}

/** The row that limits an entering unknown the most; of equal ones that of the lowest unknown (Bland). */
function leavingRow({ rows, basis, width }: Tableau, entering: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [at, row] of rows.entries()) {
    const pace = row[entering] ?? 0;
    if (pace <= tiny) continue;
    const limit = (row[width] ?? 0) / pace;
    const nearer = limit < least - tiny;
    const lower = Math.abs(limit - least) <= tiny && (basis[at] ?? 0) < (basis[best] ?? 0);
    if (nearer || lower) {
      best = at;
      least = Math.min(least, limit);
    }
  }
  return best;
}

function pivot({ rows, basis, width }: Tableau, at: number, entering: number): void {
  const row = rows[at];
  if (row === undefined) return;
  const by = row[entering] ?? 1;
  for (let index = 0; index <= width; index += 1) row[index] = (row[index] ?? 0) / by;
  for (const [other, against] of rows.entries()) {
    if (other === at) continue;
    const factor = against[entering] ?? 0;
    if (factor === 0) continue;
    for (let index = 0; index <= width; index += 1) against[index] = (against[index] ?? 0) - factor * (row[index] ?? 0);
  }
  basis[at] = entering;
}
