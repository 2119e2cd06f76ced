/** Seals: digests over rows that are only added to, for the log. Knows the words. */
export {
  mostSealed,
  type RecordRow,
  type RecordSeal,
  type RowFault,
  rowFaults,
  type SealedRecord,
  sealDigest,
  sealedRecords,
  sealRows,
} from "./seal.ts";
