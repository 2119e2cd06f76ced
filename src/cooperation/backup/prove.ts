import { createHash } from "node:crypto";
import { z } from "zod";
import { type Disk, diskBelow } from "../disk/index.ts";
import { checkpointPath, checkTile, logReader, parseCheckpoint, tilesOfLog } from "../log/index.ts";
import {
  type DumpedTable,
  dumpedRows,
  dumpedSequences,
  dumpedTables,
  type OwnedDatabase,
  ofOneMoment,
} from "../store/index.ts";
import { checkVault } from "../vault/index.ts";
import {
  actorSchema,
  type Digest,
  digestSchema,
  eventDigest,
  instantSchema,
  matterEventSchema,
} from "../words/index.ts";
import { BackupDamaged, type BackupEffects, type BackupManifest, tablePath } from "./format.ts";

/** What was proved about an authority that was restored. */
export interface RestoredProof {
  readonly rows: number;
  /** Events whose digest was computed anew and whose link to the one before holds. */
  readonly events: number;
  /** Entries of the log that are those of the database, under the root that the head of the log names. */
  readonly logEntries: number;
  /** Files of the vault that were read through. */
  readonly files: number;
  readonly bytes: number;
}

const moment = z.string().transform((text) => instantSchema.parse(new Date(text).toISOString()));
const eventRowSchema = z.object({
  matter: z.string(),
  sequence: z.int(),
  id: z.string(),
  name: z.string(),
  at: moment,
  by: actorSchema,
  data: z.unknown(),
  digest: digestSchema,
  previous: digestSchema.nullable(),
});
const logRowSchema = z.object({ index: z.int(), digest: digestSchema });

/**
 * Proves that what was restored is what the backup holds, and that it holds together: every row again, the digest and
 * the link of every event, the log against its root and against the database, and every byte of the vault.
 *
 * @throws BackupDamaged at the first difference.
 */
export async function proveRestored(
  manifest: BackupManifest,
  database: OwnedDatabase,
  folder: Disk,
  effects: BackupEffects,
): Promise<RestoredProof> {
  const { rows, events, numbered } = await proveTables(manifest, database, effects);
  const logEntries = await proveLog(manifest, diskBelow(folder, "log"), numbered);
  const vault = await checkVault(diskBelow(folder, "vault"));
  const [problem] = vault.problems;
  if (problem !== undefined) throw new BackupDamaged(`vault/${problem.path}`, problem.message);
  return { rows, events, logEntries, files: vault.files, bytes: vault.bytes };
}

async function proveTables(
  manifest: BackupManifest,
  database: OwnedDatabase,
  { progress, signal }: BackupEffects,
): Promise<{ readonly rows: number; readonly events: number; readonly numbered: readonly Digest[] }> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  const chain = historyProof();
  const numbered: Digest[] = [];
  let done = 0;
  await ofOneMoment(database.sql, async (transaction) => {
    const there: readonly DumpedTable[] = await dumpedTables(transaction);
    for (const { table, rows, digest } of manifest.tables) {
      const key = there.find((one) => one.table === table);
      if (key === undefined) throw new BackupDamaged(tablePath(table), "the table is not in the database");
      const hash = createHash("sha256");
      let count = 0;
      for await (const batch of dumpedRows(transaction, key)) {
        signal.throwIfAborted();
        hash.update(`${batch.join("\n")}\n`);
        count += batch.length;
        if (table === "event") for (const row of batch) chain.add(row);
        if (table === "log_entry") for (const row of batch) numbered.push(logRowSchema.parse(JSON.parse(row)).digest);
        done += batch.length;
        progress({ doing: "proving", unit: "rows", done, total });
      }
      if (count !== rows || hash.digest("hex") !== digest)
        throw new BackupDamaged(tablePath(table), "the rows in the database are not those of the backup");
    }
    const sequences = await dumpedSequences(transaction);
    for (const { sequence, last } of manifest.sequences)
      if (sequences.find((one) => one.sequence === sequence)?.last !== last)
        throw new BackupDamaged(tablePath(sequence), "the numbering does not go on where it ended");
  });
  return { rows: done, events: chain.count(), numbered };
}

/** The events as they come, by matter and sequence: each digest computed anew, each link held against the one before. */
function historyProof(): { readonly add: (row: string) => void; readonly count: () => number } {
  let count = 0;
  let last: { readonly matter: string; readonly sequence: number; readonly digest: Digest } | undefined;
  return {
    count: () => count,
    add: (text) => {
      const { digest, previous, ...row } = eventRowSchema.parse(JSON.parse(text));
      const event = matterEventSchema.parse(row);
      const before = last?.matter === row.matter ? last : undefined;
      const at = `${row.matter} ${row.sequence}`;
      if (eventDigest(event) !== digest)
        throw new BackupDamaged(tablePath("event"), `event ${at} is not what its digest says`);
      if (row.sequence !== (before?.sequence ?? 0) + 1 || previous !== (before?.digest ?? null))
        throw new BackupDamaged(tablePath("event"), `event ${at} does not follow the one before`);
      last = { matter: row.matter, sequence: row.sequence, digest };
      count += 1;
    },
  };
}

const entriesAtOnce = 10_000;

async function proveLog({ log }: BackupManifest, disk: Disk, numbered: readonly Digest[]): Promise<number> {
  if (log === null) return 0;
  const damaged = (message: string): BackupDamaged => new BackupDamaged(`log/${checkpointPath}`, message);
  const source = await disk.read(checkpointPath);
  const head = parseCheckpoint(Buffer.from(source ?? []).toString("utf8"));
  if (head?.size !== log.size || Buffer.from(head.root).toString("hex") !== log.root)
    throw damaged("the head of the log is another one");
  for (const tile of tilesOfLog(head.size)) {
    const [problem] = await checkTile(disk, tile, head.size);
    if (problem !== undefined) throw new BackupDamaged(`log/${problem.path}`, problem.message);
  }
  const reader = logReader(disk);
  if (Buffer.compare(await reader.root(head.size), head.root) !== 0)
    throw damaged("the root is not that of the entries");
  if (head.size > numbered.length) throw damaged("the log has more entries than the database");
  for (let from = 0; from < head.size; from += entriesAtOnce) {
    const until = Math.min(head.size, from + entriesAtOnce);
    const logged = await reader.entries(from, until, head.size);
    if (logged.some((digest, index) => digest !== numbered[from + index]))
      throw damaged("the entries are not those that the database numbered");
  }
  return head.size;
}
