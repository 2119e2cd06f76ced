import { canonicalText, type Digest, digestOf, digestSchema, type Instant, type JsonObject } from "../words/index.ts";

/** Tables whose rows are only added to, that belong to no matter's history, and whose digests go into the log. */
export const sealedRecords = ["administrative_act", "read_log", "log_alarm"] as const;
export type SealedRecord = (typeof sealedRecords)[number];

/** A row of such a table: its number, and all that it says. */
export interface RecordRow {
  readonly entry: number;
  readonly content: JsonObject;
}

/**
 * What vouches for the rows numbered `first` to `last` of one table: no row with another content, no other row, and none
 * less. `digests` holds 32 bytes for each number, zeros where the database gave the number out and no row came of it.
 */
export interface RecordSeal {
  readonly record: SealedRecord;
  readonly first: number;
  readonly last: number;
  readonly sealedAt: Instant;
  /** 32 bytes drawn by chance, in hexadecimal: without it the digest in the log tells nothing of the rows. */
  readonly salt: Digest;
  readonly digests: Uint8Array;
}

const digestBytes = 32;

/** Numbers that one seal covers at most. */
export const mostSealed = 1000;

/** The digest of a row under a salt; it changes with the table, the number and every content. */
function rowDigest(record: SealedRecord, salt: Digest, { entry, content }: RecordRow): Digest {
  return digestOf(`justitia/record/v1\n${salt}\n${canonicalText({ record, entry, content })}`);
}

/** What stands in the log for a seal. */
export function sealDigest({ record, first, last, sealedAt, salt, digests }: RecordSeal): Digest {
  const about = canonicalText({ record, first, last, sealedAt });
  return digestOf(Buffer.concat([Buffer.from(`justitia/record-seal/v1\n${salt}\n${about}\n`), digests]));
}

/**
 * Seals the rows of a range of numbers.
 *
 * @param rows - All rows with those numbers, in any order.
 * @throws RangeError where the range is empty or longer than `mostSealed`, or a row lies outside it.
 */
export function sealRows(range: Omit<RecordSeal, "digests">, rows: readonly RecordRow[]): RecordSeal {
  const { record, first, last, salt } = range;
  const numbers = last - first + 1;
  if (numbers < 1 || numbers > mostSealed) throw new RangeError(`a seal covers 1 to ${mostSealed} numbers`);
  const digests = Buffer.alloc(numbers * digestBytes);
  for (const row of rows) {
    if (row.entry < first || row.entry > last) throw new RangeError(`row ${row.entry} is not of ${first} to ${last}`);
    Buffer.from(rowDigest(record, salt, row), "hex").copy(digests, (row.entry - first) * digestBytes);
  }
  return { ...range, digests };
}

/** How a row is not what was sealed; `moved` names the number under which it was. */
export type RowFault =
  | { readonly entry: number; readonly fault: "altered" | "deleted" | "inserted" }
  | { readonly entry: number; readonly fault: "moved"; readonly from: number };

/** How the rows of a range differ from what was sealed, by number. */
export function rowFaults(seal: RecordSeal, rows: readonly RecordRow[]): RowFault[] {
  const { record, first, last, salt, digests } = seal;
  const there = new Map(rows.map((row) => [row.entry, row]));
  const sealedAs = (entry: number): Digest | undefined => {
    const bytes = digests.subarray((entry - first) * digestBytes, (entry - first + 1) * digestBytes);
    return bytes.some((byte) => byte !== 0) ? digestSchema.parse(Buffer.from(bytes).toString("hex")) : undefined;
  };
  const faults: RowFault[] = [];
  for (let entry = first; entry <= last; entry += 1) {
    const row = there.get(entry);
    const sealed = sealedAs(entry);
    if (row === undefined && sealed === undefined) continue;
    if (row === undefined) faults.push({ entry, fault: "deleted" });
    else if (sealed === undefined) faults.push({ entry, fault: "inserted" });
    else if (rowDigest(record, salt, row) !== sealed) faults.push({ entry, fault: "altered" });
  }
  const places = faults.filter(({ fault }) => fault !== "inserted").slice(0, mostTried);
  return faults.map((fault, index): RowFault => {
    const row = there.get(fault.entry);
    if (row === undefined || index >= mostTried) return fault;
    const from = places.find(
      ({ entry }) => entry !== row.entry && rowDigest(record, salt, { ...row, entry }) === sealedAs(entry),
    );
    return from === undefined ? fault : { entry: fault.entry, fault: "moved", from: from.entry };
  });
}

/** Rows of which it is tried whether they stood elsewhere; each is held against as many places. */
const mostTried = 100;
