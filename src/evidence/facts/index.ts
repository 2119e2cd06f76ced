export { type FactsInput, factFiles, makeFacts } from "./make.ts";
export { classifiedSql, factKeysSql, kindsSql } from "./queries.ts";
export { type ObservationStatus, observationStatusWords } from "./status.ts";
