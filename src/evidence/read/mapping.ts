import { z } from "zod";
import { parquet, type SqlQuery } from "../store/index.ts";
import type { MappingCoverage, UnmappedCode } from "./model.ts";

/** Digits of an ICCS code at each level. */
const lengths = [2, 4, 5, 6] as const;

/** Shares of records and of national codes that reach each level, by year; from a file of `mappingSql`. */
export function mappingCoverageQuery(file: string): SqlQuery {
  const reached = (sum: (condition: string) => string): string =>
    `[${lengths.map((length) => `${sum(`length(iccs) >= ${length}`)}`).join(", ")}]`;
  const records = (condition: string): string => `coalesce(sum(records) FILTER (WHERE ${condition}), 0) / sum(records)`;
  const codes = (condition: string): string =>
    `count(DISTINCT national_code) FILTER (WHERE ${condition})::DOUBLE / greatest(count(DISTINCT national_code), 1)`;
  return {
    text: `SELECT CAST(period AS VARCHAR) AS period, sum(records) AS records, ${reached(records)} AS reached,
        ${records("mapping = 'split'")} AS split, ${records("mapping = 'not-a-crime'")} AS "notACrime",
        ${records("mapping = 'unmapped'")} AS unmapped, count(DISTINCT national_code) AS codes,
        ${reached(codes)} AS "codesReached", ${codes("mapping = 'unmapped'")} AS "codesUnmapped"
      FROM ${parquet([file])} GROUP BY period ORDER BY period`,
    values: [],
  };
}

const four = z.tuple([z.number(), z.number(), z.number(), z.number()]);

export const mappingCoverageSchema: z.ZodType<MappingCoverage> = z.object({
  period: z.string(),
  records: z.number(),
  reached: four,
  split: z.number(),
  notACrime: z.number(),
  unmapped: z.number(),
  codes: z.number(),
  codesReached: four,
  codesUnmapped: z.number(),
});

/** National codes that no rule maps, most frequent first, with their share of all records. */
export function unmappedQuery(file: string): SqlQuery {
  return {
    text: `SELECT coalesce(national_code, '') AS code, sum(records) AS records,
        sum(records) / (SELECT sum(records) FROM ${parquet([file])}) AS share
      FROM ${parquet([file])} WHERE mapping = 'unmapped' GROUP BY national_code ORDER BY records DESC, code`,
    values: [],
  };
}

export const unmappedSchema: z.ZodType<UnmappedCode> = z.object({
  code: z.string(),
  records: z.number(),
  share: z.number(),
});
