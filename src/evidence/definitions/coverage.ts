import { z } from "zod";
import { columnNameSchema, dateSchema, frequencySchema, identifierSchema, localTextSchema } from "./words.ts";

const factReferenceSchema = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "stream/facts")
  .describe("A fact set, as `stream/facts`.");

/** `coverage/*.yaml`: which unit delivered which period. */
export const coverageSchema = z
  .strictObject({
    coverage: identifierSchema,
    title: localTextSchema,
    description: localTextSchema.optional(),
    appliesTo: z.array(factReferenceSchema).nonempty().describe("Fact sets whose completeness the ledger tells."),
    frequency: frequencySchema.describe("The period for which a unit makes one return."),
    units: z
      .union([
        z.strictObject({
          file: z.string().describe("CSV file with columns unit,area,share and title_<language>."),
        }),
        z
          .strictObject({
            areas: z.string().describe("Each area of this level is a unit."),
            weight: identifierSchema.optional().describe("Population that weighs them; equal weights when absent."),
          })
          .describe("Areas themselves are the reporting units."),
      ])
      .describe("Who reports. A unit's share is its part of the area's population, adding to 1 in each area."),
    ledger: z
      .union([
        z
          .strictObject({
            stream: identifierSchema,
            unit: columnNameSchema,
            period: columnNameSchema,
            status: columnNameSchema.optional().describe("Column with reported, partial, not-reported or not-yet-due."),
            partialCounts: z
              .number()
              .min(0)
              .max(1)
              .default(0.5)
              .describe("Part of a partial return that is taken as covered; the figure stays marked as partial."),
          })
          .describe("The returns themselves are registered in a stream."),
        z
          .strictObject({
            complete: z
              .array(
                z.strictObject({
                  unit: z.string().optional().describe("All units when absent."),
                  from: dateSchema,
                  until: dateSchema.describe("First day that is not covered."),
                }),
              )
              .nonempty(),
            source: z.string(),
          })
          .describe("Declared spans of complete reporting."),
        z
          .strictObject({ observed: z.strictObject({ unit: columnNameSchema.default("area") }) })
          .describe("A unit has reported a period when a fact of it exists: weaker evidence, and shown as such."),
      ])
      .describe("How it is known who reported."),
  })
  .describe("A ledger of reporting: which unit delivered which period, and what share of the population it covers.");
export type Coverage = z.infer<typeof coverageSchema>;

/** `populations/*.yaml`: a denominator by area, time, sex and age. */
export const populationSchema = z
  .strictObject({
    population: identifierSchema,
    title: localTextSchema,
    facts: factReferenceSchema.describe("A fact set with count unit `persons` and annual frequency."),
    reference: z
      .enum(["mid-year", "start-of-year", "end-of-year"])
      .describe("The day of the year to which a figure belongs."),
    interpolation: z
      .enum(["none", "step", "linear", "geometric"])
      .describe("How a population between two reference days is found; none: only the year itself has one."),
    extrapolateYears: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe("Years past the last figure for which it is held constant; rates then carry the flag estimated."),
  })
  .describe("A population: the exposure of a rate.");
export type Population = z.infer<typeof populationSchema>;

/** `events/*.yaml`: something dated and located that may change a series. */
export const eventSchema = z
  .strictObject({
    event: identifierSchema,
    title: localTextSchema,
    description: localTextSchema.optional(),
    kind: z.enum(["lockdown", "law", "programme", "recording-practice", "conflict", "disaster", "other"]),
    from: dateSchema,
    until: dateSchema.optional().describe("First day on which it no longer holds; open when absent."),
    areas: z.array(z.string()).default([]).describe("Codes of areas; everywhere when empty."),
    iccs: z
      .array(z.string())
      .default([])
      .describe("ICCS codes of what it may change, with everything below them; everything when empty."),
    source: z.string().optional(),
  })
  .describe("An event: dated and located, it may change a series.");
export type ObservatoryEvent = z.infer<typeof eventSchema>;

export { factReferenceSchema };
