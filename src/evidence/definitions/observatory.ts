import { z } from "zod";
import { identifierSchema, languageSchema, localTextSchema } from "./words.ts";

/** `observatory.yaml`: what the folder is, who answers for it, in which languages and places. */
export const observatorySchema = z
  .strictObject({
    observatory: identifierSchema,
    title: localTextSchema,
    description: localTextSchema,
    languages: z
      .array(languageSchema)
      .nonempty()
      .default(["en", "zh"])
      .describe("Languages of the pages, the first is the default."),
    publisher: localTextSchema.optional().describe("Who answers for the observatory."),
    licence: z.string().optional().describe("Licence of what the observatory publishes."),
    timezone: z.string().default("UTC").describe("IANA time zone of local dates, unless a column says otherwise."),
    areas: z
      .strictObject({
        file: z
          .string()
          .describe("CSV file beside observatory.yaml with columns code,parent,level and title_<language>."),
        source: z.string().optional().describe("Where the list comes from."),
      })
      .describe("The places of the observatory and how they contain each other."),
    simulated: z.boolean().default(false).describe("True when the data are invented: every page says so."),
  })
  .describe("An observatory: a folder of definitions and data that Justitia builds and serves.");
export type Observatory = z.infer<typeof observatorySchema>;
