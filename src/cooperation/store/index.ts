/** Where an authority's matters are kept: PostgreSQL, or PGlite behind a lock of its own. Knows the words. */
export { type AppendOutcome, type AppendRequest, conflictSentence } from "./append.ts";
export {
  type BlankPGlite,
  blankPGlite,
  type CooperationDatabase,
  type Durability,
  inUse,
  migratePostgres,
  openPGlite,
  openPostgres,
  type PostgresAddress,
} from "./database.ts";
export type { Directory, Office, Partner, Person } from "./directory.ts";
export {
  appliedMigrations,
  countRows,
  type DumpedTable,
  dumpedRows,
  dumpedSequences,
  dumpedTables,
  hasMigrations,
  migrateAs,
  migrateFurther,
  ofOneMoment,
  restoreRows,
  restoreSequences,
} from "./dump.ts";
export { type EraseOutcome, type Erasure, eraseAgain, finishErasure, unfinishedErasures } from "./erase.ts";
export { type LockHolder, takeFolderLock } from "./folder-lock.ts";
export { keptKeys } from "./key-ring.ts";
export { type OwnedDatabase, type OwnedPlace, openOwned } from "./owner.ts";
export {
  instantOf,
  type ProjectedClock,
  type ProjectedEvidenceItem,
  type Projection,
  projectionSchema,
  type StoredMatter,
} from "./projection.ts";
export type { RebuildOptions, Rebuilt } from "./rebuild.ts";
export { type OfficeReach, type Scope, storedKind } from "./scope.ts";
export { type SetUpProblem, setUpPostgres, upgradePostgres } from "./set-up-postgres.ts";
export {
  createStore,
  type HistoryFault,
  historyFaults,
  remainsFaults,
  type Store,
  storedDigest,
} from "./store.ts";
export type { Tables } from "./tables.ts";
export { inTransaction, type StoreTransaction } from "./transaction.ts";
export {
  digestAnew,
  type EventRemains,
  type LoggedRead,
  MatterErased,
  type QueueFilter,
  type QueuePage,
  type QueuePlace,
  type ReadEntry,
  type StoredEvent,
  type View,
} from "./view.ts";
