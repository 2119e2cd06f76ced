export { type DefinitionProblem, formatProblem, nearest } from "../../formats/index.ts";
export type { Area, TableRow } from "./areas.ts";
export type { Coverage, ObservatoryEvent, Population } from "./coverage.ts";
export type { DefinitionFile } from "./definition-file.ts";
export type { FactSelection, Indicator } from "./indicator.ts";
export { type DefinitionKind, definitionJsonSchema, definitionKinds } from "./json-schema.ts";
export {
  type Definitions,
  folderFiles,
  type LoadedDefinitions,
  loadDefinitions,
  type ObservatoryFiles,
} from "./load.ts";
export { textIn } from "./local-text.ts";
export type { Observatory } from "./observatory.ts";
export { checkReferences } from "./references.ts";
export type { FactSet, Format, PublishedTotal, RecordColumn, RecordRule, Stream } from "./stream.ts";
export type { Language, LocalText } from "./words.ts";
