/** Requests between authorities: matters, clocks, evidence, exchange. Knows the classification and nothing else. */
export {
  type BundleInput,
  type BundleReport,
  bundleFile,
  fingerprint,
  verifyBundle,
  writeBundle,
} from "./bundle/index.ts";
export { caseJsonLd, custodyChain, custodyEventName, custodyOf, custodyProblems, stageRules } from "./custody/index.ts";
export {
  type MatterType,
  type MatterTypeProblem,
  matterTypeJsonSchema,
  matterTypesPage,
  readMatterTypes,
} from "./definitions/index.ts";
export { type Disk, nodeDisk } from "./disk/index.ts";
export {
  checkLog,
  commitment,
  createLog,
  diskWitnessMemory,
  type LogWriter,
  logReader,
  type NoteSigner,
  type NoteVerifier,
  noteSigner,
  openLog,
  parseVerifier,
  verifierText,
  type Witness,
  witness,
} from "./log/index.ts";
export { type Matter, type Refusal, refusalCodes, rehearse } from "./matter/index.ts";
export {
  type AppendOutcome,
  type AppendRequest,
  type CooperationDatabase,
  createStore,
  type Durability,
  historyFaults,
  inUse,
  migratePostgres,
  openPGlite,
  openPostgres,
  type Projection,
  projectionSchema,
  type Scope,
  type Store,
} from "./store/index.ts";
export {
  checkVault,
  FileErased,
  fileIdOf,
  isUploadRefusal,
  openUploads,
  openVault,
  type StoredFile,
  type Uploads,
  uploadIdSchema,
  type Vault,
} from "./vault/index.ts";
export {
  type Actor,
  authorityIdSchema,
  eventDigest,
  eventIdSchema,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterEvent,
  type MatterId,
  matterEventSchema,
  matterIdSchema,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  type Role,
} from "./words/index.ts";
