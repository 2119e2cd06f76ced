export { headerNames, requireColumns, UnreadableDelivery } from "./columns.ts";
export { type ReadyRows, type RowsInformation, type RowsRelation, readRows } from "./information.ts";
export { makeRows, type RowsInput } from "./make.ts";
