export { type BuildInput, type BuildResult, build } from "./build.ts";
export { type BuildLock, type LockHolder, takeBuildLock } from "./lock.ts";
export {
  type BuildLedger,
  buildId,
  createBuildLedger,
  type Manifest,
  manifestHash,
  type StreamResult,
  UnreadableBuild,
} from "./manifest.ts";
export type { BuildEvent, BuildListener } from "./progress.ts";
export { crosswalkOf, formatAt, lookupsOf } from "./stream-steps.ts";
