/** Closed matters as facts of the statistics. Knows words, definitions and matter. */
export { type AgeBand, ageBandOf, ageIn } from "./age.ts";
export { type CountCell, type CountCube, type CountedCase, cellKey, cubeOf, type TableShape } from "./cells.ts";
export {
  audit,
  type DisclosureRule,
  isDominated,
  type ProtectedCube,
  protect,
  usualRule,
} from "./disclosure.ts";
export { type CooperationFact, cooperationFactSchema, factOf, type PersonCount } from "./fact.ts";
export { type LinearSystem, type Range, rangesOf } from "./linear-range.ts";
export {
  methodText,
  type Observation,
  personCases,
  quantile,
  type ReleaseDimension,
  releaseCsv,
  releaseDimensions,
  releaseOf,
  requestCase,
  type StageDuration,
  type StatisticsRelease,
  yearsOf,
} from "./release.ts";
export { casesOfEvents, countsOfEvents, countsOfFacts, type RequestCounts } from "./second-count.ts";
export { personsCsv, requestsCsv } from "./table.ts";
