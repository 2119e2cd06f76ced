export { type FactsInput, factFiles, makeFacts } from "./make.ts";
export { classifiedSql, factColumns, factKeysSql, kindsSql } from "./queries.ts";
export { type ObservationStatus, observationStatuses, observationStatusWords } from "./status.ts";
