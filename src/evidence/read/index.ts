export { type Comparison, compare, yearEarlier } from "./comparison.ts";
export type {
  CoverageReport,
  CrosswalkReport,
  LineBack,
  LineBackRule,
  LineBackSet,
  MappingCoverage,
  ObservatoryReader,
  QuarantinedRow,
  ReaderInput,
  ReportedShare,
  UnitReport,
  UnmappedCode,
} from "./model.ts";
export type { Observation, ObservationFilter } from "./observation.ts";
export { openReader } from "./reader.ts";
