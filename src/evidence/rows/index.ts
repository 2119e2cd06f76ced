export { headerNames, requireColumns, UnreadableDelivery } from "./columns.ts";
export type { RowsInput } from "./delivered-part.ts";
export { type ReadyRows, type RowsInformation, type RowsRelation, readRows } from "./information.ts";
export { makeRows } from "./make.ts";
export { type PlaceInFile, sourceLines } from "./source-lines.ts";
