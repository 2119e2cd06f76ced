import { z } from "zod";
import { crosswalkSchema } from "../../iccs/index.ts";
import { coverageSchema, eventSchema, populationSchema } from "./coverage.ts";
import { indicatorSchema } from "./indicator.ts";
import { observatorySchema } from "./observatory.ts";
import { streamSchema } from "./stream.ts";

/** The kinds of definition file: the folder each lives in and the schema that the program itself uses. */
export const definitionKinds = {
  observatory: { folder: ".", schema: observatorySchema },
  stream: { folder: "streams", schema: streamSchema },
  crosswalk: { folder: "crosswalks", schema: crosswalkSchema },
  coverage: { folder: "coverage", schema: coverageSchema },
  population: { folder: "populations", schema: populationSchema },
  event: { folder: "events", schema: eventSchema },
  indicator: { folder: "indicators", schema: indicatorSchema },
} as const;
export type DefinitionKind = keyof typeof definitionKinds;

/** JSON Schema (draft 2020-12) of one kind of definition file, made from the schema that the program itself uses. */
export function definitionJsonSchema(kind: DefinitionKind): Record<string, unknown> {
  return {
    ...z.toJSONSchema(definitionKinds[kind].schema, { io: "input", unrepresentable: "any" }),
    title: `Justitia ${kind} definition`,
  };
}
