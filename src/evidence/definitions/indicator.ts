import { z } from "zod";
import { conditionSchema } from "../../iccs/index.ts";
import { factReferenceSchema } from "./coverage.ts";
import { columnNameSchema, frequencySchema, identifierSchema, localTextSchema } from "./words.ts";

/** A choice of facts: all of one count unit, added up. */
export const factSelectionSchema = z
  .strictObject({
    facts: z.array(factReferenceSchema).nonempty(),
    iccs: z
      .array(z.string())
      .optional()
      .describe("ICCS codes with everything below them; everything, unclassified too, when absent."),
    where: conditionSchema.optional().describe("On sex, age and further dimensions of the facts."),
  })
  .describe("Facts that are added up.");
export type FactSelection = z.infer<typeof factSelectionSchema>;

const common = {
  indicator: identifierSchema,
  title: localTextSchema,
  description: localTextSchema.describe("What it says, for a reader who is no statistician."),
  limits: localTextSchema.describe("What it does not say."),
  sdg: z.string().optional().describe("Identifier of the SDG indicator, such as 16.1.1."),
  frequency: frequencySchema.describe("Facts of a shorter period are added up to this one."),
  breakdowns: z
    .array(z.array(columnNameSchema).nonempty())
    .default([])
    .describe("Besides the total: groups of dimensions, such as [[sex], [sex, age], [iccs]]. Always by area."),
  iccsLevel: z
    .int()
    .min(1)
    .max(4)
    .default(1)
    .describe("With a breakdown by iccs: the level to which codes are rolled up."),
  areas: z
    .strictObject({
      levels: z.array(z.string()).optional().describe("Levels of area that are published; all when absent."),
      rollUp: z
        .enum(["complete", "available"])
        .default("complete")
        .describe(
          "A larger area only where each part has a figure, or from the parts that have one, saying how many and what share.",
        ),
    })
    .default({ rollUp: "complete" }),
  coverage: z
    .strictObject({
      minimum: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe("Smallest share of the population that must have reported."),
      otherwise: z
        .enum(["mark", "withhold"])
        .default("mark")
        .describe("Below it: show, marked as partial and not drawn as a full period, or give no figure."),
    })
    .default({ minimum: 1, otherwise: "mark" }),
  masked: z
    .enum(["bounds", "midpoint"])
    .default("bounds")
    .describe("Masked counts such as `<5`: give only the bounds of the sum, or also its middle, marked as estimated."),
  intervalLevel: z.number().gt(0).lt(1).default(0.95),
  highlights: z
    .strictObject({ area: z.string().optional(), breakdown: z.array(columnNameSchema).optional() })
    .optional()
    .describe("What the first figure of the page shows; the largest area and the total when absent."),
};

/** `indicators/*.yaml`: a definition over facts. */
export const indicatorSchema = z
  .discriminatedUnion("measure", [
    z
      .strictObject({ ...common, measure: z.literal("count"), numerator: factSelectionSchema })
      .describe("A count, in the count unit of its facts."),
    z
      .strictObject({
        ...common,
        measure: z.literal("rate"),
        numerator: factSelectionSchema,
        denominator: z.strictObject({ population: identifierSchema }),
        per: z.int().positive().default(100_000),
        interval: z.enum(["garwood", "none"]).default("garwood"),
      })
      .describe("Counts per population; a rate of a month is per month, not scaled to a year."),
    z
      .strictObject({
        ...common,
        measure: z.literal("share"),
        numerator: factSelectionSchema,
        denominator: factSelectionSchema,
        interval: z.enum(["wilson", "clopper-pearson", "none"]).default("wilson"),
      })
      .describe("The part that the numerator has of the denominator; both of the same areas and periods."),
    z
      .strictObject({
        ...common,
        measure: z.literal("share-of-areas"),
        numerator: factSelectionSchema,
        denominator: factSelectionSchema,
        of: z.string().describe("Level of the areas that are counted, such as country."),
        above: z.number().describe("An area counts when numerator / denominator is above this."),
        interval: z.enum(["wilson", "clopper-pearson", "none"]).default("none"),
      })
      .describe("Among the areas that have both figures: the part in which the quotient is above a threshold."),
  ])
  .describe("An indicator: a definition over facts.");
export type Indicator = z.infer<typeof indicatorSchema>;
