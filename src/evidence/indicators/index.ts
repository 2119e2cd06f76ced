export { type IndicatorInput, indicatorFile, type LedgerFile, makeIndicator, type PopulationSource } from "./make.ts";
export { dimensionsOf, type FactSource, selectionConditions } from "./selection.ts";
