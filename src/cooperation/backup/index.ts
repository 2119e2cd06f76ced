/** Backups of an authority: written while it works, restored to either engine, proved. Knows words, disk, log, vault, store. */
export { checkBackup, readBackup } from "./check.ts";
export { BackupDamaged, type BackupEffects, type BackupManifest, type BackupProgress } from "./format.ts";
export { proveRestored, type RestoredProof } from "./prove.ts";
export { restoreFiles, restoreTables } from "./restore.ts";
export { type BackupSource, writeBackup } from "./write.ts";
