import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { digestOf } from "../words/index.ts";
import { checkLog, checkTile, tilesOfLog } from "./check.ts";
import { checkpointText } from "./checkpoint.ts";
import { leafHash } from "./hashing.ts";
import { noteSigner, noteText, signNote } from "./signed-note.ts";
import { entryBundle } from "./tiles.ts";
import { checkpointPath, cosignedPath, createLog, openLog } from "./writer.ts";

const key = (name: string, kind: "log" | "witness", byte: number) =>
  noteSigner(name, kind, new Uint8Array(32).fill(byte));
const signer = key("example.org/log", "log", 7);
const partner = key("example.net/witness", "witness", 9);
const stranger = key("example.com/witness", "witness", 5);
const keys = { log: signer, witnesses: [partner] };
const size = 260;
const files = await (async () => {
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  await log.append(Array.from({ length: size }, (_, at) => digestOf(`event ${at}`)));
  return disk.contents();
})();
const head = Buffer.from(files.get(checkpointPath) ?? []).toString("utf8");
const text = head.slice(0, head.indexOf("\n\n") + 1);
const root = Buffer.from(text.split("\n")[2] ?? "", "base64");
const missing = "The file is missing.";
const changed = "The content is not what the rest of the log says it must be.";
const otherRoot = "The first 260 entries do not have the root that was signed for them.";
const nobody = "A signature is by nobody who is known, or no witness signed.";

const bytesOf = (note: string): Uint8Array => Buffer.from(note);
const signed = (...signers: readonly (typeof signer)[]): string =>
  noteText({ text, signatures: signers.map((one) => signNote(text, one, one.kind === "log" ? undefined : 1)) });
const replaced = (path: string, bytes: Uint8Array) => new Map([...files, [path, bytes]]);
const without = (path: string) => new Map([...files].filter(([one]) => one !== path));
const said = async (
  of: ReadonlyMap<string, Uint8Array>,
  ...more: readonly { by: string; size: number; root: Uint8Array }[]
) => (await checkLog(simulatedDisk(of), keys, more)).problems.map(({ code, path, message }) => [code, path, message]);

test("a sound log has no problem, and a head of so many entries has so many tiles", async () => {
  assert.deepEqual(await said(files), []);
  assert.equal((await checkLog(simulatedDisk(files), keys)).head?.size, size);
  assert.deepEqual(
    tilesOfLog(size).map(({ level, index, width }) => [level, index, width]),
    [
      ["entries", 0, 256],
      ["entries", 1, 4],
      [0, 0, 256],
      [0, 1, 4],
      [1, 0, 1],
    ],
  );
  assert.deepEqual(tilesOfLog(0), []);
  assert.deepEqual(
    tilesOfLog(256).map(({ level, width }) => [level, width]),
    [
      ["entries", 256],
      [0, 256],
      [1, 1],
    ],
  );
});

test("a head that is missing, damaged or signed by a stranger besides is told by its own words", async () => {
  assert.deepEqual(await said(without(checkpointPath)), [
    ["log.head-missing", checkpointPath, "The head of the log is missing."],
  ]);
  assert.deepEqual(await said(replaced(checkpointPath, bytesOf("x"))), [
    ["log.head-bad", checkpointPath, "This is no signed checkpoint."],
  ]);
  assert.deepEqual(await said(replaced(checkpointPath, bytesOf(signed(signer, stranger)))), [
    ["log.head-bad", checkpointPath, "A signature is by nobody who is known."],
  ]);
  assert.deepEqual(await said(replaced(checkpointPath, bytesOf(signed(signer, partner)))), []);
  assert.equal((await checkLog(simulatedDisk(files), { log: signer })).problems.length, 0);
});

test("files that are missing, changed or stray are told by their path", async () => {
  assert.deepEqual(await said(without("tile/0/000")), [
    ["log.tile-missing", "tile/0/000", missing],
    ["log.tile-changed", "tile/0/000", "The file tile/0/000: is missing."],
    ["log.tile-changed", "tile/0/000", "The file tile/0/000: is missing."],
  ]);
  assert.deepEqual(await said(replaced("tile/1/000.p/1", new Uint8Array(32))), [
    ["log.tile-changed", "tile/1/000.p/1", changed],
  ]);
  assert.deepEqual(await said(replaced("tile/0/001.p/4", new Uint8Array(31))), [
    ["log.tile-changed", "tile/0/001.p/4", changed],
    ["log.tile-changed", "tile/0/001.p/4", "The file tile/0/001.p/4: does not hold 4 values."],
  ]);
  for (const stray of ["note.txt", "tile/0/002", "tile/2/000.p/1"])
    assert.deepEqual(await said(replaced(stray, new Uint8Array(32))), [
      ["log.stray-file", stray, "The head of the log names no such file."],
    ]);
});

test("an entry that is no digest is found, also where its leaf is right", async () => {
  const tile = { level: "entries", index: 1, width: 4 } as const;
  const short = Array.from({ length: 4 }, (_, at) => Buffer.from(`short ${at}`));
  const leaves = Buffer.concat(short.map((entry) => leafHash(entry)));
  const disk = simulatedDisk(
    new Map([...replaced("tile/entries/001.p/4", entryBundle(short)), ["tile/0/001.p/4", leaves]]),
  );
  assert.deepEqual(await checkTile(disk, tile, size), [
    { code: "log.tile-changed", path: "tile/entries/001.p/4", message: changed },
  ]);
  assert.deepEqual(await checkTile(simulatedDisk(without("tile/entries/001.p/4")), tile, size), [
    { code: "log.tile-missing", path: "tile/entries/001.p/4", message: missing },
  ]);
});

test("a root that is not that of the entries is found when all tiles are sound", async () => {
  const other = checkpointText({ origin: signer.name, size, root: Buffer.alloc(32, 1) });
  const forged = noteText({ text: other, signatures: [signNote(other, signer)] });
  assert.deepEqual(await said(replaced(checkpointPath, bytesOf(forged))), [
    ["log.root-differs", checkpointPath, otherRoot],
  ]);
});

test("what the partner cosigned is held against the log, and a cosigned head without a cosignature is none", async () => {
  const cosigned = (note: string) => said(replaced(cosignedPath, bytesOf(note)));
  assert.deepEqual(await cosigned(signed(signer, partner)), []);
  assert.deepEqual(await cosigned(signed(signer)), [["log.head-bad", cosignedPath, nobody]]);
  assert.deepEqual(await cosigned(signed(signer, partner, stranger)), [["log.head-bad", cosignedPath, nobody]]);
  assert.deepEqual(await cosigned("x"), [["log.head-bad", cosignedPath, "This is no signed checkpoint."]]);
  const of = (claimed: number, claimedRoot: Uint8Array): string => {
    const claim = checkpointText({ origin: signer.name, size: claimed, root: claimedRoot });
    return noteText({ text: claim, signatures: [signNote(claim, signer), signNote(claim, partner, 1)] });
  };
  assert.deepEqual(await cosigned(of(261, root)), [
    ["log.rolled-back", cosignedPath, "example.net/witness has seen 261 entries; the log now says that it has 260."],
  ]);
  assert.deepEqual(await cosigned(of(260, Buffer.alloc(32))), [["log.forked", cosignedPath, otherRoot]]);
});

test("every head that somebody remembers is held against the log", async () => {
  const memory = { by: "the database", size, root };
  assert.deepEqual(await said(files, memory), []);
  assert.deepEqual(await said(files, { ...memory, size: 300 }, { ...memory, root: Buffer.alloc(32) }), [
    ["log.rolled-back", checkpointPath, "the database has seen 300 entries; the log now says that it has 260."],
    ["log.forked", checkpointPath, otherRoot],
  ]);
});

test("a check that stops at the first problem says one, wherever it is", async () => {
  const first = async (of: ReadonlyMap<string, Uint8Array>) => {
    const found = await checkLog(simulatedDisk(of), keys, [], true);
    return found.problems.map(({ code }) => code);
  };
  assert.deepEqual(await first(files), []);
  assert.deepEqual(await first(replaced("note.txt", new Uint8Array(1))), ["log.stray-file"]);
  assert.deepEqual(await first(without("tile/0/000")), ["log.tile-missing"]);
  const two = replaced("tile/entries/000", new Uint8Array(5));
  assert.equal((await first(two)).length, 1);
  assert.ok((await said(two)).length > 1);
  const strange = new Map([...two, [checkpointPath, bytesOf(signed(signer, stranger))]]);
  assert.deepEqual(await first(strange), ["log.head-bad"]);
  assert.ok((await said(strange)).length > 2);
});
