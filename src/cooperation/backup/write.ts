import { type Disk, diskBelow, filesBelow, unfinishedEnding, writeDurably } from "../disk/index.ts";
import { checkpointPath, cosignedPath, parseCheckpoint, tilePath, tilesOfLog } from "../log/index.ts";
import {
  appliedMigrations,
  countRows,
  dumpedRows,
  dumpedSequences,
  dumpedTables,
  type OwnedDatabase,
  ofOneMoment,
} from "../store/index.ts";
import { filesOfVault, lyingFile, uploadsOfVault } from "../vault/index.ts";
import { type AuthorityId, type Digest, digestOf, digestSchema, type Instant } from "../words/index.ts";
import { type Measured, writePieces } from "./copying.ts";
import { BackupDamaged, type BackupEffects, type BackupManifest, filePath, manifestPath, tablePath } from "./format.ts";

/** Folders and files of an authority that are not copied as they lie: the database, the locks, and what is copied apart. */
const apart = /^(?:pglite|log|vault)\/|^lock\.(?:sqlite|json)(?:-\w+)?$/;

/** The log may be added to while it is copied; after so many heads something else is wrong. */
const mostHeads = 50;

export interface BackupSource {
  readonly authority: AuthorityId;
  readonly database: OwnedDatabase;
  /** The authority's folder. */
  readonly folder: Disk;
  readonly at: Instant;
}

/**
 * Writes a backup of an authority into an empty folder, while the authority goes on working where its database lets
 * two read at once.
 *
 * The log is copied first and the vault last: every entry of the log is in the database, and every file that the
 * database names is in the vault. A key that is destroyed meanwhile stays destroyed.
 *
 * @returns What the backup holds, and the SHA-256 of the text that says so: with it nobody can change the backup unseen.
 */
export async function writeBackup(
  { authority, database, folder, at }: BackupSource,
  target: Disk,
  effects: BackupEffects,
): Promise<{ readonly manifest: BackupManifest; readonly digest: Digest }> {
  const files: BackupManifest["files"][number][] = [];
  const total = await bytesBelow(folder);
  let done = 0;
  const keep = (path: string, { bytes, digest }: Measured): void => {
    effects.signal.throwIfAborted();
    files.push({ path, bytes, digest });
    done += bytes;
    effects.progress({ doing: "files", unit: "bytes", done, total: Math.max(total, done) });
  };
  const log = await copyLog(folder, target, keep);
  const fromDatabase = await dump(database, target, effects);
  await copyVault(folder, target, keep);
  for (const path of await filesBelow(folder, ""))
    if (!apart.test(path) && !path.endsWith(unfinishedEnding))
      keep(path, await writePieces(target, filePath(path), folder.stream(path)));
  const manifest: BackupManifest = {
    format: "justitia-backup/1",
    authority,
    engine: database.engine,
    at,
    ...fromDatabase,
    files,
    log,
  };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 1)}\n`);
  await writeDurably(target, manifestPath, text);
  return { manifest, digest: digestOf(text) };
}

async function bytesBelow(folder: Disk): Promise<number> {
  let bytes = 0;
  for (const path of await filesBelow(folder, "")) {
    if (path.startsWith("pglite/")) continue;
    bytes += (await folder.size(path)) ?? 0;
  }
  return bytes;
}

async function dump(
  database: OwnedDatabase,
  target: Disk,
  { progress, signal }: BackupEffects,
): Promise<Pick<BackupManifest, "migrations" | "tables" | "sequences">> {
  return await ofOneMoment(database.sql, async (transaction) => {
    const migrations = await appliedMigrations(transaction);
    const wanted = await dumpedTables(transaction);
    let total = 0;
    for (const { table } of wanted) total += await countRows(transaction, table);
    let done = 0;
    const tables: BackupManifest["tables"][number][] = [];
    for (const one of wanted) {
      let rows = 0;
      async function* lines(): AsyncGenerator<Uint8Array> {
        for await (const batch of dumpedRows(transaction, one)) {
          signal.throwIfAborted();
          rows += batch.length;
          done += batch.length;
          progress({ doing: "tables", unit: "rows", done, total });
          yield Buffer.from(`${batch.join("\n")}\n`);
        }
      }
      const measured = await writePieces(target, tablePath(one.table), lines());
      tables.push({ table: one.table, rows, ...measured });
    }
    // A number that is given out meanwhile may be in the sequence and not in the rows: a gap, as any that is taken back.
    const sequences = await dumpedSequences(transaction);
    return {
      migrations: migrations.map((migration) => ({ ...migration, digest: digestSchema.parse(migration.digest) })),
      tables,
      sequences,
    };
  });
}

type Keep = (path: string, measured: Measured) => void;

async function copyLog(folder: Disk, target: Disk, keep: Keep): Promise<BackupManifest["log"]> {
  for (let attempt = 0; attempt < mostHeads; attempt += 1) {
    // The cosigned head is never newer than the head that is read after it.
    const cosigned = await folder.read(`log/${cosignedPath}`);
    const source = await folder.read(`log/${checkpointPath}`);
    if (source === undefined) return null;
    const head = parseCheckpoint(Buffer.from(source).toString("utf8"));
    if (head === undefined) throw new BackupDamaged(`log/${checkpointPath}`, "cannot be read");
    const tiles = tilesOfLog(head.size).map(tilePath);
    // Tiles that are not full go as soon as the log is longer; those that are full stay for ever.
    const partial = new Map<string, Uint8Array | undefined>();
    for (const path of tiles) if (path.includes(".p/")) partial.set(path, await folder.read(`log/${path}`));
    if ([...partial.values()].includes(undefined)) continue;
    const small = new Map([...partial, [cosignedPath, cosigned], [checkpointPath, source]]);
    for (const path of [...tiles, cosignedPath, checkpointPath]) {
      const bytes = small.get(path);
      if (bytes === undefined && small.has(path)) continue;
      const name = `log/${path}`;
      keep(name, await writePieces(target, filePath(name), bytes === undefined ? folder.stream(name) : [bytes]));
    }
    return { size: head.size, root: digestSchema.parse(Buffer.from(head.root).toString("hex")) };
  }
  throw new BackupDamaged(`log/${checkpointPath}`, "changed too often, or the log has lost a file");
}

async function copyVault(folder: Disk, target: Disk, keep: Keep): Promise<void> {
  const vault = diskBelow(folder, "vault");
  const copy = async (path: string, bytes?: Uint8Array): Promise<void> => {
    const name = `vault/${path}`;
    keep(name, await writePieces(target, filePath(name), bytes === undefined ? vault.stream(path) : [bytes]));
  };
  // An upload that ends meanwhile names a file that is listed afterwards.
  for (const path of await uploadsOfVault(vault)) {
    const bytes = path.endsWith(unfinishedEnding) ? undefined : await vault.read(path);
    if (bytes !== undefined) await copy(path, bytes);
  }
  for (const file of await filesOfVault(vault)) {
    const { manifest, object, erased, key } = await lyingFile(vault, file);
    await copy(manifest);
    await copy(object);
    if (erased !== undefined) await copy(erased);
    if (key !== undefined) await copy(key.path, key.bytes);
  }
}
