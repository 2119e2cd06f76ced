import type { Disk } from "../disk/index.ts";
import {
  appliedMigrations,
  countRows,
  dumpedTables,
  hasMigrations,
  migrateAs,
  type OwnedDatabase,
  restoreRows,
  restoreSequences,
} from "../store/index.ts";
import type { Instant } from "../words/index.ts";
import { linesOf, writePieces } from "./copying.ts";
import { BackupDamaged, type BackupEffects, type BackupManifest, filePath, tablePath } from "./format.ts";

/** Rows that are written at a time. */
const rowsAtOnce = 500;

/** Puts the files of a backup into an empty folder. */
export async function restoreFiles(
  backup: Disk,
  { files }: BackupManifest,
  folder: Disk,
  { progress, signal }: BackupEffects,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes, digest } of files) {
    signal.throwIfAborted();
    const written = await writePieces(folder, path, backup.stream(filePath(path)));
    if (written.digest !== digest || written.bytes !== bytes)
      throw new BackupDamaged(filePath(path), "was changed while it was read");
    done += bytes;
    progress({ doing: "files", unit: "bytes", done, total });
  }
}

/**
 * Puts the rows of a backup into an empty database, all of them or none.
 *
 * @throws Error where the database holds rows already, or this program does not know the backup's migrations.
 */
export async function restoreTables(
  backup: Disk,
  { migrations, tables, sequences }: BackupManifest,
  database: OwnedDatabase,
  now: Instant,
  { progress, signal }: BackupEffects,
): Promise<void> {
  if (!(await hasMigrations(database.sql))) await migrateAs(database.sql, migrations, now);
  const applied = await appliedMigrations(database.sql);
  if (applied.length !== migrations.length || applied.some(({ digest }, at) => digest !== migrations[at]?.digest))
    throw new Error(
      `The backup has ${migrations.length} migrations and the database ${applied.length}, or others: restore it with the program that made it, then upgrade.`,
    );
  const known = new Set((await dumpedTables(database.sql)).map(({ table }) => table));
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  await database.sql.transaction().execute(async (transaction) => {
    for (const { table } of tables) {
      if (!known.has(table)) throw new BackupDamaged(tablePath(table), "there is no such table");
      if ((await countRows(transaction, table)) > 0)
        throw new Error(`The database is not empty: there are rows in ${table}. Give an empty one.`);
      for await (const rows of linesOf(backup, tablePath(table), rowsAtOnce)) {
        signal.throwIfAborted();
        await restoreRows(transaction, table, rows);
        done += rows.length;
        progress({ doing: "tables", unit: "rows", done, total });
      }
    }
    await restoreSequences(transaction, sequences);
  });
}
