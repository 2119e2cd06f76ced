import { z } from "zod";
import { type ObservationStatus, observationStatusWords } from "../facts/index.ts";
import type { Frequency } from "../periods/index.ts";
import { identifier, literalOf, parquet, type SqlQuery, type SqlValue } from "../store/index.ts";

const numberOrNull = z.number().nullable();

const rowSchema = z.looseObject({
  grouping: z.string(),
  area: z.string(),
  level: z.string(),
  period: z.string(),
  frequency: z.enum(["A", "Q", "M", "W", "D"]),
  value: numberOrNull,
  lower: numberOrNull,
  upper: numberOrNull,
  numerator: numberOrNull,
  denominator: numberOrNull,
  low: numberOrNull,
  high: numberOrNull,
  status: z.enum(observationStatusWords),
  reason: z.string().nullable(),
  coverage: numberOrNull,
  parts: numberOrNull,
  expected: numberOrNull,
  assumed: numberOrNull,
  flagged: numberOrNull,
  records: numberOrNull,
});

/** One figure of an indicator. */
export interface Observation {
  /** Dimensions by which it is broken down, with commas between; empty for the total. */
  readonly grouping: string;
  /** Values of the dimensions of the indicator; `_T` where it is not broken down. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly area: string;
  readonly level: string;
  /** First day of the period, `YYYY-MM-DD`. */
  readonly period: string;
  readonly frequency: Frequency;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Bounds of the numerator where counts are masked. */
  readonly low: number | null;
  readonly high: number | null;
  readonly status: ObservationStatus;
  readonly reason: string | null;
  /** Share of the population whose units reported; null when nobody knows. */
  readonly coverage: number | null;
  readonly parts: number | null;
  readonly expected: number | null;
  readonly assumed: number | null;
  readonly flagged: number | null;
  readonly records: number | null;
}

/** Which observations of an indicator are asked for; what is absent is not restricted. */
export interface ObservationFilter {
  readonly grouping?: string | undefined;
  readonly area?: string | undefined;
  readonly level?: string | undefined;
  /** First day of the earliest and of the latest period. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
  readonly limit?: number | undefined;
}

/** The observations of an indicator's file, in a total order. */
export function observationsQuery(file: string, dimensions: readonly string[], filter: ObservationFilter): SqlQuery {
  const values: SqlValue[] = [];
  const conditions: string[] = [];
  const bind = (sql: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${sql} $${values.length}`);
  };
  bind("grouping =", filter.grouping);
  bind("area =", filter.area);
  bind("level =", filter.level);
  bind("period >=", filter.from);
  bind("period <=", filter.until);
  for (const [name, value] of Object.entries(filter.dimensions ?? {})) {
    if (dimensions.includes(name)) bind(`${identifier(name)} =`, value);
  }
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const limit = filter.limit === undefined ? "" : ` LIMIT ${literalOf(filter.limit)}`;
  const order = ["grouping", ...dimensions.map(identifier), "area", "period"].join(", ");
  return { text: `SELECT * FROM ${parquet([file])}${where} ORDER BY ${order}${limit}`, values };
}

/** Schema of a row of an indicator's file with the given dimensions. */
export function observationSchema(dimensions: readonly string[]): z.ZodType<Observation> {
  return rowSchema.transform((row): Observation => {
    const values: Record<string, string> = {};
    for (const name of dimensions) {
      const value = row[name];
      values[name] = typeof value === "string" ? value : "_T";
    }
    const { grouping, area, level, frequency, value, lower, upper, numerator, denominator, low, high, status } = row;
    const { reason, coverage, parts, expected, assumed, flagged, records } = row;
    const period = row.period.slice(0, 10);
    const figure = { value, lower, upper, numerator, denominator, low, high, status, reason };
    const evidence = { coverage, parts, expected, assumed, flagged, records };
    return { grouping, dimensions: values, area, level, period, frequency, ...figure, ...evidence };
  });
}
