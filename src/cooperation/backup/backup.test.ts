import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity } from "age-encryption";
import {
  fold,
  keysOfMatters,
  minute,
  newCommand,
  newMatter,
  nextRequest,
  office,
  system,
} from "../../../test/database/matters.ts";
import { noPostgres, startPostgres } from "../../../test/database/server.ts";
import { began, makeAuthority, temporaryFolder } from "../../../test/database/trial.ts";
import { type Disk, diskBelow, folderOf, makeFolders, writeDurably } from "../disk/index.ts";
import { type SimulatedDisk, simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { createExchangeStore } from "../exchange-store/index.ts";
import { createLog, type LogWriter, noteSigner, openLog } from "../log/index.ts";
import {
  type CooperationDatabase,
  createStore,
  type OwnedDatabase,
  type OwnedPlace,
  openOwned,
  openPGlite,
  openPostgres,
} from "../store/index.ts";
import { fileIdOf, openVault, recipientOf } from "../vault/index.ts";
import { authorityIdSchema, digestOf, type MatterEvent } from "../words/index.ts";
import {
  BackupDamaged,
  type BackupManifest,
  checkBackup,
  proveRestored,
  readBackup,
  restoreFiles,
  restoreTables,
  writeBackup,
} from "./index.ts";

const authority = authorityIdSchema.parse("bensalem-central");
const signer = noteSigner("bensalem-central/log", "log", new Uint8Array(32).fill(3));
const effects = { progress: () => undefined, signal: new AbortController().signal };
const officer = await generateX25519Identity();

async function owned(place: OwnedPlace): Promise<OwnedDatabase> {
  const opened = await openOwned(place, began);
  assert.ok("sql" in opened);
  return opened;
}

async function opened(folder: string): Promise<CooperationDatabase> {
  const database = await openPGlite(folder, began, keysOfMatters);
  assert.ok("sql" in database);
  return database;
}

/** Adds matters of two events each, and their digests to the database's entries and to the log. */
async function addMatters(database: CooperationDatabase, log: LogWriter, count: number): Promise<void> {
  const store = createStore(database);
  const exchange = createExchangeStore(database, signer.name);
  for (let made = 0; made < count; made += 1) {
    const matter = newMatter();
    const clock = {
      clock: "answer",
      state: "running",
      startedAt: minute(1),
      dueAt: minute(90),
      alarmAt: minute(80),
      data: {},
    };
    const partner = authorityIdSchema.parse("arcadia-central");
    const opening = nextRequest(matter, [], "opened", {
      office: office("central"),
      clocks: [clock],
      reference: `法 ${made}`,
    });
    const answer = {
      ...nextRequest(matter, opening.events, "sent", { state: "sent" }),
      messages: [{ message: newCommand(), partner, kind: "request", body: { text: 'Grüße \\ "\n' } }],
    };
    for (const request of [opening, answer]) assert.equal((await store.append(system, request)).kind, "appended");
    const digests = (await store.events(system, matter)).map(({ digest }) => digest);
    await exchange.transaction(async (transaction) => {
      for (const digest of digests) await transaction.appendToLog(digest);
    });
    await log.append(digests);
  }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Log, vault and secrets beside a database. */
async function addFolder(folder: Disk, database: CooperationDatabase): Promise<LogWriter> {
  await makeFolders(folder, "log");
  await makeFolders(folder, "vault");
  await createLog(diskBelow(folder, "log"), signer);
  const log = await openLog(diskBelow(folder, "log"), signer);
  await addMatters(database, log, 5);
  const vault = await openVault(diskBelow(folder, "vault"));
  const recipients = [await recipientOf(officer)];
  await vault.store(pieces("statement of a witness"), recipients);
  await vault.erase(fileIdOf(await vault.store(pieces("to be erased"), recipients)));
  await vault.readdress(fileIdOf(await vault.store(pieces("for others"), recipients)), [officer], recipients);
  await writeDurably(folder, "secrets.age", Buffer.from("encrypted as it lies"));
  return log;
}

async function restored(backup: Disk, manifest: BackupManifest, database: OwnedDatabase, folder: Disk) {
  await checkBackup(backup, manifest, effects);
  await restoreFiles(backup, manifest, folder, effects);
  await restoreTables(backup, manifest, database, began, effects);
  return await proveRestored(manifest, database, folder, effects, keysOfMatters);
}

async function histories(database: CooperationDatabase): Promise<readonly MatterEvent[]> {
  const found: MatterEvent[] = [];
  for await (const { event: one } of createStore(database).allEvents()) found.push(one);
  return found;
}

test("what PostgreSQL kept while others wrote comes back in PGlite on an empty host: rows, digests, log and vault", {
  skip: noPostgres,
}, async () => {
  await using place = await temporaryFolder();
  await using server = await startPostgres({ fsync: "off" });
  const { application, owner } = await makeAuthority(server, "utopia");
  const folder = simulatedDisk();
  const backup = simulatedDisk();
  await using database = await openPostgres({ connectionString: application }, keysOfMatters);
  const log = await addFolder(folder, database);

  await using source = await owned({ engine: "postgresql", owner });
  let ended = false;
  const writing = (async () => {
    while (!ended) await addMatters(database, log, 1);
  })();
  const written = await writeBackup({ authority, database: source, folder, at: began }, backup, effects).finally(() => {
    ended = true;
  });
  await writing;
  const { manifest, digest } = await readBackup(backup);
  assert.deepEqual({ manifest, digest }, written);
  const rowsOf = (name: string): number => manifest.tables.find(({ table }) => table === name)?.rows ?? 0;
  assert.ok(manifest.log !== null && manifest.log.size >= 10 && manifest.log.size <= rowsOf("log_entry"));

  const target = simulatedDisk();
  {
    await using empty = await owned({ engine: "pglite", folder: place.path });
    const proof = await restored(backup, manifest, empty, target);
    assert.deepEqual(proof, {
      rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
      events: rowsOf("event"),
      opened: rowsOf("event"),
      logEntries: manifest.log.size,
      files: 3,
      bytes: proof.bytes,
    });
  }
  await using again = await opened(place.path);
  const before = await histories(database);
  const after = await histories(again);
  assert.ok(after.length >= 10);
  assert.deepEqual(after, before.slice(0, after.length), "the restored authority has the beginning of the history");
  assert.deepEqual((await createStore(again).rebuildProjection(fold)).differing, []);
  // It goes on where it ended: positions are not given twice, the log takes the next entry.
  await addMatters(again, await openLog(diskBelow(target, "log"), signer), 1).catch((error: unknown) => {
    // The database may have entries that the log had not got yet; the next turn of the authority writes them first.
    assert.ok(error instanceof Error);
  });
  assert.equal((await histories(again)).length, after.length + 2);
  assert.deepEqual(await target.read("secrets.age"), await folder.read("secrets.age"));
});

test("what PGlite kept comes back in PostgreSQL, and a backup of it has the same rows", {
  skip: noPostgres,
}, async () => {
  await using place = await temporaryFolder();
  await using server = await startPostgres({ fsync: "off" });
  await server.asSuperuser("postgres", "CREATE ROLE owner LOGIN CREATEROLE", "CREATE DATABASE arcadia OWNER owner");
  const folder = simulatedDisk();
  const backup = simulatedDisk();
  const database = await opened(place.path);
  await addFolder(folder, database);
  await database.close();
  {
    await using source = await owned({ engine: "pglite", folder: place.path });
    await writeBackup({ authority, database: source, folder, at: began }, backup, effects);
  }
  const { manifest } = await readBackup(backup);
  await using empty = await owned({ engine: "postgresql", owner: server.address("owner", "arcadia") });
  const target = simulatedDisk();
  const proof = await restored(backup, manifest, empty, target);
  assert.deepEqual([proof.events, proof.logEntries, proof.files], [10, 10, 3]);

  const second = simulatedDisk();
  const { manifest: same } = await writeBackup(
    { authority, database: empty, folder: target, at: began },
    second,
    effects,
  );
  assert.deepEqual(same.tables, manifest.tables);
  assert.deepEqual(same.sequences, manifest.sequences);
  assert.deepEqual(sorted(same), sorted(manifest));
  await assert.rejects(restoreTables(backup, manifest, empty, began, effects), /not empty/);
});

const sorted = ({ files }: BackupManifest) => [...files].sort((one, other) => (one.path < other.path ? -1 : 1));

let made: SimulatedDisk | undefined;
/** A copy of a small backup that was made from PGlite. */
async function smallBackup(): Promise<SimulatedDisk> {
  made ??= await makeSmallBackup();
  const copy = simulatedDisk();
  for (const [path, bytes] of made.contents()) {
    await makeFolders(copy, folderOf(path));
    await writeDurably(copy, path, bytes);
  }
  return copy;
}

async function makeSmallBackup(): Promise<SimulatedDisk> {
  await using place = await temporaryFolder();
  const folder = simulatedDisk();
  const backup = simulatedDisk();
  const database = await opened(place.path);
  await addFolder(folder, database);
  await database.close();
  await using source = await owned({ engine: "pglite", folder: place.path });
  await writeBackup({ authority, database: source, folder, at: began }, backup, effects);
  return backup;
}

test("a byte changed in any file of a backup is found, and so is a file too many or too few", async () => {
  const backup = await smallBackup();
  const { manifest } = await readBackup(backup);
  for (const [path, bytes] of backup.contents()) {
    if (bytes.length === 0 || path === "manifest.json") continue;
    const changed = Buffer.from(bytes);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    await writeDurably(backup, path, changed);
    await assert.rejects(checkBackup(backup, manifest, effects), BackupDamaged, path);
    await backup.remove(path);
    await assert.rejects(checkBackup(backup, manifest, effects), BackupDamaged, path);
    await writeDurably(backup, path, bytes);
  }
  await checkBackup(backup, manifest, effects);
  await writeDurably(backup, "files/stray", Buffer.from("x"));
  await assert.rejects(checkBackup(backup, manifest, effects), /does not name/);
});

test("a history rewritten together with the backup's own digests is found by the digests of the events", async () => {
  await using place = await temporaryFolder();
  const backup = await smallBackup();
  const { manifest } = await readBackup(backup);
  const path = "tables/event.jsonl";
  const text = Buffer.from((await backup.read(path)) ?? []).toString("utf8");
  await writeDurably(backup, path, Buffer.from(text.replace('"name":"sent"', '"name":"kept"')));
  const bytes = (await backup.read(path)) ?? new Uint8Array();
  const forged = {
    ...manifest,
    tables: manifest.tables.map((one) =>
      one.table === "event" ? { ...one, digest: digestOf(bytes), bytes: bytes.length } : one,
    ),
  };
  await using empty = await owned({ engine: "pglite", folder: place.path });
  await assert.rejects(restored(backup, forged, empty, simulatedDisk()), /is not what its digest says/);
});

test("a backup or a restoring that is stopped leaves nothing that passes for whole", async () => {
  await using place = await temporaryFolder();
  const source = await smallBackup();
  const { manifest } = await readBackup(source);
  const stopped = AbortSignal.abort(new Error("stopped by the user"));
  await using empty = await owned({ engine: "pglite", folder: place.path });
  const stopping = { progress: () => undefined, signal: stopped };
  const half = simulatedDisk();
  await assert.rejects(writeBackup({ authority, database: empty, folder: simulatedDisk(), at: began }, half, stopping));
  await assert.rejects(readBackup(half), /not ended/);
  let rows = 0;
  const later = new AbortController();
  const counting = {
    progress: ({ done }: { readonly done: number }) => {
      rows = done;
      if (done > 12) later.abort(new Error("stopped by the user"));
    },
    signal: later.signal,
  };
  await assert.rejects(restoreTables(source, manifest, empty, began, counting), /stopped by the user/);
  assert.ok(rows > 0);
  await restoreTables(source, manifest, empty, began, effects);
});
