import { createHash } from "node:crypto";
import { z } from "zod";
import { type Disk, diskBelow } from "../disk/index.ts";
import { checkpointPath, checkTile, logReader, parseCheckpoint, tilesOfLog } from "../log/index.ts";
import { type MatterKey, type MatterKeys, SealBroken } from "../matter-keys/index.ts";
import {
  type DumpedTable,
  dumpedRows,
  dumpedSequences,
  dumpedTables,
  type OwnedDatabase,
  ofOneMoment,
  storedDigest,
} from "../store/index.ts";
import { checkVault } from "../vault/index.ts";
import {
  actorSchema,
  type Digest,
  digestSchema,
  type EventHead,
  eventDigest,
  eventHeadSchema,
  instantSchema,
  type JsonObject,
  jsonObjectSchema,
  type MatterId,
  matterIdSchema,
  sealedEventDigest,
} from "../words/index.ts";
import { BackupDamaged, type BackupEffects, type BackupManifest, tablePath } from "./format.ts";

/** What was proved about an authority that was restored. */
export interface RestoredProof {
  readonly rows: number;
  /** Events whose digest was computed anew and whose link to the one before holds. */
  readonly events: number;
  /** Of them those whose contents were opened for it; of the others, what stays readable and the digest of the contents. */
  readonly opened: number;
  /** Entries of the log that are those of the database, under the root that the head of the log names. */
  readonly logEntries: number;
  /** Files of the vault that were read through. */
  readonly files: number;
  readonly bytes: number;
}

const moment = z.string().transform((text) => instantSchema.parse(new Date(text).toISOString()));
const bytes = z
  .string()
  .regex(/^\\x(?:[0-9a-f]{2})*$/)
  .transform((text) => new Uint8Array(Buffer.from(text.slice(2), "hex")));
const eventRowSchema = z.object({
  matter: matterIdSchema,
  sequence: z.int(),
  id: z.string(),
  name: z.string(),
  at: moment,
  by: actorSchema,
  data: jsonObjectSchema.nullable(),
  sealed: bytes.nullish(),
  contents: digestSchema.nullish(),
  digest: digestSchema,
  previous: digestSchema.nullable(),
});
const keyRowSchema = z.object({ matter: matterIdSchema, wrapped: bytes });
const logRowSchema = z.object({ index: z.int(), digest: digestSchema });

/**
 * Proves that what was restored is what the backup holds, and that it holds together: every row again, the digest and
 * the link of every event, the log against its root and against the database, and every byte of the vault.
 *
 * @param keys - With them the contents of events are opened and compared with their digests, too.
 * @throws BackupDamaged at the first difference.
 */
export async function proveRestored(
  manifest: BackupManifest,
  database: OwnedDatabase,
  folder: Disk,
  effects: BackupEffects,
  keys?: MatterKeys,
): Promise<RestoredProof> {
  const { rows, events, opened, numbered } = await proveTables(manifest, database, effects, keys);
  const logEntries = await proveLog(manifest, diskBelow(folder, "log"), numbered);
  const vault = await checkVault(diskBelow(folder, "vault"));
  const [problem] = vault.problems;
  if (problem !== undefined) throw new BackupDamaged(`vault/${problem.path}`, problem.message);
  return { rows, events, opened, logEntries, files: vault.files, bytes: vault.bytes };
}

async function proveTables(
  manifest: BackupManifest,
  database: OwnedDatabase,
  { progress, signal }: BackupEffects,
  keys: MatterKeys | undefined,
): Promise<{
  readonly rows: number;
  readonly events: number;
  readonly opened: number;
  readonly numbered: readonly Digest[];
}> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  const wrapped = new Map<MatterId, Uint8Array>();
  const chain = historyProof(keys === undefined ? undefined : { keys, wrapped });
  const numbered: Digest[] = [];
  let done = 0;
  await ofOneMoment(database.sql, async (transaction) => {
    const there: readonly DumpedTable[] = await dumpedTables(transaction);
    const ofKeys = keys === undefined ? undefined : there.find(({ table }) => table === "matter_key");
    if (ofKeys !== undefined)
      for await (const batch of dumpedRows(transaction, ofKeys))
        for (const row of batch) {
          const kept = keyRowSchema.parse(JSON.parse(row));
          wrapped.set(kept.matter, kept.wrapped);
        }
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
  return { rows: done, ...chain.counted(), numbered };
}

interface Opening {
  readonly keys: MatterKeys;
  readonly wrapped: ReadonlyMap<MatterId, Uint8Array>;
}

/** The events as they come, by matter and sequence: each digest computed anew, each link held against the one before. */
function historyProof(opening: Opening | undefined): {
  readonly add: (row: string) => void;
  readonly counted: () => { readonly events: number; readonly opened: number };
} {
  let events = 0;
  let opened = 0;
  let last: { readonly matter: MatterId; readonly sequence: number; readonly digest: Digest } | undefined;
  let key: { readonly of: MatterId; readonly is: MatterKey | undefined } | undefined;
  const keyOf = (matter: MatterId): MatterKey | undefined => {
    if (key?.of !== matter) {
      const kept = opening?.wrapped.get(matter);
      key = { of: matter, is: kept === undefined ? undefined : opening?.keys.unwrap(matter, kept) };
    }
    return key.is;
  };
  return {
    counted: () => ({ events, opened }),
    add: (text) => {
      const row = eventRowSchema.parse(JSON.parse(text));
      const { digest, previous, matter, sequence } = row;
      const before = last?.matter === matter ? last : undefined;
      const at = `${matter} ${sequence}`;
      const { known, wasOpened } = digestAnew(row, keyOf(matter), at);
      if (known !== digest) throw new BackupDamaged(tablePath("event"), `event ${at} is not what its digest says`);
      if (sequence !== (before?.sequence ?? 0) + 1 || previous !== (before?.digest ?? null))
        throw new BackupDamaged(tablePath("event"), `event ${at} does not follow the one before`);
      last = { matter, sequence, digest };
      events += 1;
      if (wasOpened) opened += 1;
    },
  };
}

/** The digest of an event from what is there of it: in the open, sealed with a key at hand, or without. */
function digestAnew(
  row: z.infer<typeof eventRowSchema>,
  key: MatterKey | undefined,
  at: string,
): { readonly known: Digest; readonly wasOpened: boolean } {
  const { data: inTheOpen, sealed, contents, digest, previous: _, ...rest } = row;
  const head = eventHeadSchema.parse(rest);
  if (inTheOpen !== null) return { known: eventDigest({ ...head, data: inTheOpen }), wasOpened: true };
  const outside = contents === undefined || contents === null ? digest : sealedEventDigest(head, contents);
  if (outside !== digest) return { known: outside, wasOpened: false };
  // Of what an upgrade sealed the digest is that of the contents, which only the key opens.
  if (key === undefined || sealed === undefined || sealed === null) return { known: outside, wasOpened: false };
  const event = { ...head, data: openedData(key, head, sealed, at) };
  const salt = contents === undefined || contents === null ? undefined : key.salt(head);
  return { known: storedDigest(event, salt), wasOpened: true };
}

function openedData(key: MatterKey, head: EventHead, sealed: Uint8Array, at: string): JsonObject {
  try {
    return key.open(head, sealed);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new BackupDamaged(tablePath("event"), `event ${at} does not open with the key of its matter`);
  }
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
