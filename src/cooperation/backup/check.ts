import { type Disk, filesBelow } from "../disk/index.ts";
import { type Digest, digestOf } from "../words/index.ts";
import { measure } from "./copying.ts";
import {
  BackupDamaged,
  type BackupEffects,
  type BackupManifest,
  backupManifestSchema,
  filePath,
  manifestPath,
  tablePath,
} from "./format.ts";

/** What a backup says that it holds, and the SHA-256 of the text that says so. @throws BackupDamaged */
export async function readBackup(
  backup: Disk,
): Promise<{ readonly manifest: BackupManifest; readonly digest: Digest }> {
  const bytes = await backup.read(manifestPath);
  if (bytes === undefined)
    throw new BackupDamaged(manifestPath, "is missing: this is no backup, or one that was not ended");
  try {
    const manifest = backupManifestSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return { manifest, digest: digestOf(bytes) };
  } catch (error) {
    throw new BackupDamaged(manifestPath, `cannot be understood (${error instanceof Error ? error.name : "unknown"})`);
  }
}

/** Reads a backup through. @throws BackupDamaged where a file is missing, changed or strange. */
export async function checkBackup(
  backup: Disk,
  manifest: BackupManifest,
  { progress, signal }: BackupEffects,
): Promise<void> {
  const parts = [
    ...manifest.tables.map(({ table, bytes, digest }) => ({ path: tablePath(table), bytes, digest })),
    ...manifest.files.map(({ path, bytes, digest }) => ({ path: filePath(path), bytes, digest })),
  ];
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const named = new Set([manifestPath, ...parts.map(({ path }) => path)]);
  for (const path of await filesBelow(backup, ""))
    if (!named.has(path)) throw new BackupDamaged(path, "the backup does not name this file");
  for (const { path, bytes, digest } of parts) {
    signal.throwIfAborted();
    if ((await backup.size(path)) !== bytes) throw new BackupDamaged(path, "is missing or of another size");
    const found = await measure(backup, path, (read) => {
      done += read;
      progress({ doing: "checking", unit: "bytes", done, total });
    });
    if (found.digest !== digest) throw new BackupDamaged(path, "was changed");
  }
}
