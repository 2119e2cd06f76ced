import { z } from "zod";

/** How the rows of a delivery ended. `rowsIn` is always the sum of the four ends. */
export const recordSummarySchema = z.object({
  rowsIn: z.number(),
  /** Accepted without a flag. */
  accepted: z.number(),
  /** Accepted with a flag. */
  flagged: z.number(),
  quarantined: z.number(),
  setAside: z.number(),
  /** Of the quarantined: rows that could not even be read as rows. */
  unreadable: z.number(),
  rules: z.array(
    z.object({
      rule: z.string(),
      end: z.enum(["quarantine", "flag", "set-aside"]),
      rows: z.number(),
      expected: z.string(),
    }),
  ),
  totals: z.array(
    z.object({
      total: z.string(),
      expected: z.number(),
      found: z.number(),
      tolerance: z.number(),
      agrees: z.boolean(),
      source: z.string(),
      onFail: z.enum(["flag", "refuse"]),
    }),
  ),
});
export type RecordSummary = z.infer<typeof recordSummarySchema>;
