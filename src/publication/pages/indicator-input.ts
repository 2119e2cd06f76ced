import type { Indicator, Observation, ObservatoryReader } from "../../evidence/index.ts";

/** What a reader chose to see on an indicator's page. */
export interface IndicatorChoice {
  readonly area: string;
  /** Dimensions with commas between; empty for the total. */
  readonly grouping: string;
}

/** Everything that the page of an indicator is made from. */
export interface IndicatorPageInput {
  readonly reader: ObservatoryReader;
  readonly id: string;
  readonly indicator: Indicator;
  readonly choice: IndicatorChoice;
  readonly areas: readonly string[];
  readonly groupings: readonly string[];
  /** Observations of the chosen area and grouping, by dimensions and time. */
  readonly series: readonly Observation[];
  /** Observations of the chosen area without a breakdown, by time. */
  readonly total: readonly Observation[];
  /** The total of each area of the smallest published level in the latest whole period. */
  readonly places: readonly Observation[];
}
