export { type Delivery, type DeliveryPart, deliveryHash } from "./delivery.ts";
export type { FileEffects, RetrievalProgress, SnapshotEffects, WritableFile } from "./effects.ts";
export {
  type ApiKind,
  apiKinds,
  apiLocationSchema,
  fileLocationSchema,
  folderLocationSchema,
  type Location,
  locationText,
  rowsPath,
  urlLocationSchema,
} from "./location.ts";
export { type FailureCode, failureCodes, type LocationFailure, type SnapshotProblem } from "./problem.ts";
export type { RetrievalOptions } from "./retrieval.ts";
export type { NetworkLimits } from "./retry.ts";
export { isSha256, type Sha256, sha256Of } from "./sha256.ts";
export {
  createSnapshotStore,
  type RetrievableStream,
  type RetrievalResult,
  type SnapshotStore,
  type SnapshotStoreSettings,
} from "./snapshot-store.ts";
export type { StoreVerification } from "./verification.ts";
