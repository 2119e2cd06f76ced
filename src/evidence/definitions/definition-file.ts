import type { z } from "zod";
import { type DefinitionProblem, type FieldPath, type FieldPlace, readYamlFile } from "../../formats/index.ts";

/** A definition with the means to say where each of its fields stands. */
export interface DefinitionFile<T> {
  readonly file: string;
  readonly value: T;
  /** The place of a field, or of the nearest thing around it that is written down. */
  place(path: FieldPath): FieldPlace;
}

export type ParsedFile<T> =
  | { readonly definition: DefinitionFile<T>; readonly problems: readonly DefinitionProblem[] }
  | { readonly definition: undefined; readonly problems: readonly DefinitionProblem[] };

const kind = { noun: "definition", described: "docs/reference/definitions.md" };

/** Reads one YAML definition and holds it against its schema; all faults are returned, each with its line. */
export function parseDefinition<S extends z.ZodType>(file: string, text: string, schema: S): ParsedFile<z.output<S>> {
  const { read, problems } = readYamlFile(file, text, kind);
  if (read === undefined) return { definition: undefined, problems };
  const fitted = read.against(schema);
  if (!fitted.fits) return { definition: undefined, problems: fitted.problems };
  return { definition: { file, value: fitted.value, place: read.place }, problems };
}
