export {
  type BuildEvent,
  type BuildLedger,
  type BuildResult,
  build,
  buildId,
  createBuildLedger,
  type LockHolder,
  type Manifest,
  manifestHash,
  type StreamResult,
  takeBuildLock,
  UnreadableBuild,
} from "./build/index.ts";
export type { Observatory } from "./definitions/index.ts";
export {
  type Area,
  type Coverage,
  checkReferences,
  type DefinitionFile,
  type DefinitionKind,
  type DefinitionProblem,
  type Definitions,
  definitionJsonSchema,
  definitionKinds,
  type FactSet,
  type Format,
  folderFiles,
  formatProblem,
  type Indicator,
  type Language,
  type LoadedDefinitions,
  type LocalText,
  loadDefinitions,
  nearest,
  type ObservatoryEvent,
  type ObservatoryFiles,
  type Stream,
  textIn,
} from "./definitions/index.ts";
export { type Frequency, periodText } from "./periods/index.ts";
export {
  type ColumnProfile,
  type FileProfile,
  type Finding,
  type ProposalSurroundings,
  profileFile,
  proposedStream,
} from "./profile/index.ts";
export {
  type Comparison,
  type CoverageReport,
  type CrosswalkReport,
  compare,
  type LineBack,
  type LineBackRule,
  type LineBackSet,
  type Observation,
  type ObservationFilter,
  type ObservatoryReader,
  openReader,
  type QuarantinedRow,
  type UnmappedCode,
  yearEarlier,
} from "./read/index.ts";
export { createSnapshotStore, type SnapshotStore } from "./snapshots/index.ts";
export { createStepStore, type StepStore } from "./steps/index.ts";
export { type Engine, type EngineSettings, openEngine, QueryError } from "./store/index.ts";
