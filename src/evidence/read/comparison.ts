import { exactRateRatio } from "../../statistics/index.ts";
import type { Indicator } from "../definitions/index.ts";
import type { Frequency } from "../periods/index.ts";
import type { Observation } from "./observation.ts";

/** What changed from one figure to another of the same series. */
export interface Comparison {
  /** Value now less the value before, in the unit of the values as they are kept: shares from 0 to 1. */
  readonly difference: number;
  /** Value now over the value before, less 1; undefined where the value before is 0. */
  readonly change: number | undefined;
  /** Two-sided probability of so unequal counts under equal rates; undefined where no exact test applies. */
  readonly pValue: number | undefined;
  readonly method: "exact-rate-ratio" | undefined;
}

/**
 * Compares two whole figures of a series; undefined where one of them is unknown or only partly reported.
 *
 * Chance is spoken of only for rates of two whole, fully known counts with their exposures (the exact test of two
 * Poisson rates, as R's `poisson.test`). A share, a plain count and a sum with weights or masked parts get no p-value.
 */
export function compare(indicator: Indicator, current: Observation, before: Observation): Comparison | undefined {
  if (current.value === null || before.value === null) return undefined;
  if (current.status === "partial" || before.status === "partial") return undefined;
  const difference = current.value - before.value;
  const change = before.value === 0 ? undefined : current.value / before.value - 1;
  const pValue = indicator.measure === "rate" ? rateTest(current, before) : undefined;
  return { difference, change, pValue, method: pValue === undefined ? undefined : "exact-rate-ratio" };
}

function rateTest(current: Observation, before: Observation): number | undefined {
  const [a, b] = [current, before].map(countAndExposure);
  if (a === undefined || b === undefined || a.count + b.count === 0) return undefined;
  // The level only widens the bounds of the ratio, which are not read here.
  return exactRateRatio(a.count, a.exposure, b.count, b.exposure, 0.95).pValue;
}

function countAndExposure(observation: Observation): { readonly count: number; readonly exposure: number } | undefined {
  const { numerator, denominator, low, high, status } = observation;
  if (status !== "normal" || numerator === null || denominator === null) return undefined;
  if (!Number.isSafeInteger(numerator) || numerator < 0 || !(denominator > 0)) return undefined;
  const masked = (low !== null && low !== numerator) || (high !== null && high !== numerator);
  return masked ? undefined : { count: numerator, exposure: denominator };
}

const dayMilliseconds = 86_400_000;

/**
 * First day of the same period of the year before: seasons are alike then. For weeks and days it is 52 weeks earlier, the
 * same day of the week.
 */
export function yearEarlier(period: string, frequency: Frequency): string {
  if (frequency === "W" || frequency === "D") {
    return new Date(Date.parse(`${period}T00:00:00Z`) - 364 * dayMilliseconds).toISOString().slice(0, 10);
  }
  return `${String(Number(period.slice(0, 4)) - 1).padStart(4, "0")}${period.slice(4)}`;
}
