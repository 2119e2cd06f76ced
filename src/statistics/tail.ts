/** Which side of a value a probability lies on: at or below it ("lower"), or above it ("upper"). */
export type Tail = "lower" | "upper";

/** Both tail probabilities, each with full relative precision where it is the smaller one. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/** @throws RangeError for a number that is not within 0 and 1. */
export function probabilityOf(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies from 0 to 1, not at ${p}`);
  return p;
}

/** The same point named by its smaller tail: for p from 1/2 the difference 1 - p is exact, so nothing is lost. */
export function smallerTail(p: number, tail: Tail): { readonly p: number; readonly tail: Tail } {
  if (p <= 0.5) return { p, tail };
  return { p: 1 - p, tail: tail === "lower" ? "upper" : "lower" };
}

/**
 * The root of an increasing function, given with its slope, by Newton's steps kept between two bounds.
 *
 * @param start - First guess; the bounds are widened from it as needed.
 */
export function increasingRoot(
  start: number,
  at: (u: number) => { readonly value: number; readonly slope: number },
): number {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let u = start;
  let reach = 1;
  for (let step = 0; step < 300; step += 1) {
    const { value, slope } = at(u);
    if (value === 0) return u;
    if (value < 0) low = u;
    else high = u;
    const newton = u - value / slope;
    let next = newton;
    if (!(newton > low && newton < high && Math.abs(newton - u) <= reach)) {
      // Far from the root the step is limited to a reach that doubles; with both bounds known it halves their distance.
      next = Number.isFinite(low) && Number.isFinite(high) ? (low + high) / 2 : u - Math.sign(value) * reach;
      reach *= 2;
    }
    if (Math.abs(next - u) <= 4e-16 * Math.max(1, Math.abs(u)) || next === low || next === high) return next;
    u = next;
  }
  return u;
}
