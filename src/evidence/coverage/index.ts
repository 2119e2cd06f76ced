export { type LedgerInput, ledgerFile, makeLedger } from "./make.ts";
export type { ReportingUnit } from "./queries.ts";
