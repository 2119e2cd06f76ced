export { absenceColumn, boundColumn } from "./column.ts";
export { makeRecords, type RecordsInput, recordFiles } from "./make.ts";
export { planRecords, provenPlan, type RecordPlan } from "./plan.ts";
export { recordsRelation } from "./queries.ts";
export { type RecordSummary, recordSummarySchema } from "./summary.ts";
