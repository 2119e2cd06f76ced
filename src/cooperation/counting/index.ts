/** Closed matters as facts of the statistics. Knows words, definitions and matter. */
export { type AgeBand, ageBandOf, ageBands, ageIn } from "./age.ts";
export { type CooperationFact, factOf, type PersonCount } from "./fact.ts";
export { countsOfEvents, countsOfFacts, type RequestCounts } from "./second-count.ts";
export { personsCsv, requestColumns, requestsCsv } from "./table.ts";
