import { clopperPearsonInterval, garwoodInterval, type Interval, wilsonInterval } from "../../statistics/index.ts";
import type { Indicator } from "../definitions/index.ts";

/**
 * The interval of a rate or share. Where counts are masked it runs from the lower bound of the lowest to the upper bound
 * of the highest possible count, so that it holds whatever the masks hide.
 */
export function intervalOf(
  indicator: Indicator,
  figure: { readonly low: number; readonly high: number; readonly denominator: number | null },
): { readonly lower: number | null; readonly upper: number | null } {
  const { low, high, denominator } = figure;
  const none = { lower: null, upper: null };
  if (indicator.measure === "count" || indicator.interval === "none" || denominator === null || !(denominator > 0))
    return none;
  const level = indicator.intervalLevel;
  if (indicator.measure === "rate") {
    const scale = indicator.per / denominator;
    return { lower: garwoodInterval(low, level).lower * scale, upper: garwoodInterval(high, level).upper * scale };
  }
  // A part larger than its whole comes from sources that contradict each other; no interval is computed for it.
  if (high > denominator) return none;
  const interval = (count: number): Interval =>
    indicator.interval === "wilson"
      ? wilsonInterval(count, denominator, level)
      : clopperPearsonInterval(count, denominator, level);
  return { lower: interval(low).lower, upper: interval(high).upper };
}
