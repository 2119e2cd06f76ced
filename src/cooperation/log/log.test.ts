import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { nodeDisk } from "../disk/index.ts";
import {
  type Fault,
  Killed,
  type SimulatedDisk,
  type Survival,
  simulatedDisk,
} from "../disk/simulation/simulated-disk.ts";
import { type Digest, digestOf } from "../words/index.ts";
import { checkLog } from "./check.ts";
import { isCheckpointProblem, openCheckpoint } from "./checkpoint.ts";
import { leafHash, rootOfLeaves } from "./hashing.ts";
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from "./proof.ts";
import { entryOf, logReader } from "./reader.ts";
import { noteSigner } from "./signed-note.ts";
import { LogDamaged, parseTilePath, tilePath } from "./tiles.ts";
import { createLog, LogWriterStopped, openLog } from "./writer.ts";

const signer = noteSigner("example.org/log", "log", new Uint8Array(32).fill(7));
const digests = (from: number, to: number): Digest[] =>
  Array.from({ length: to - from }, (_, at) => digestOf(`event ${from + at}`));
const leaves = (size: number): Uint8Array[] => digests(0, size).map((digest) => leafHash(entryOf(digest)));

async function logOf(sizes: readonly number[]): Promise<SimulatedDisk> {
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  let size = 0;
  for (const width of sizes) {
    assert.deepEqual(await log.append(digests(size, size + width)), { index: size, size: size + width });
    size += width;
  }
  return disk;
}

test("every entry of a log is provably in every tree that has it, and in no other place", async () => {
  for (const size of [1, 2, 3, 5, 8, 13, 20]) {
    const hashes = leaves(size);
    const subtree = async (level: number, index: number) =>
      rootOfLeaves(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
    const root = rootOfLeaves(hashes);
    for (let index = 0; index < size; index += 1) {
      const proof = await inclusionProof(index, size, subtree);
      for (let place = 0; place < size; place += 1) {
        const hash = hashes[index] ?? new Uint8Array();
        assert.equal(verifyInclusion({ index: place, size, leafHash: hash, proof, root }), place === index);
      }
    }
    for (let first = 0; first <= size; first += 1) {
      const proof = await consistencyProof(first, size, subtree);
      const claim = { firstSize: first, secondSize: size, secondRoot: root, proof };
      assert.ok(verifyConsistency({ ...claim, firstRoot: rootOfLeaves(hashes.slice(0, first)) }));
      if (first > 0) assert.ok(!verifyConsistency({ ...claim, firstRoot: rootOfLeaves(hashes.slice(0, first - 1)) }));
    }
  }
});

test("the batches in which entries come make no difference to the log", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
      const size = sizes.reduce((sum, width) => sum + width, 0);
      const disk = await logOf(sizes);
      const log = await openLog(disk, signer);
      assert.equal(log.size, size);
      assert.deepEqual(Buffer.from(log.root), Buffer.from(rootOfLeaves(leaves(size))));
      assert.deepEqual((await checkLog(disk, { log: signer })).problems, []);
      assert.deepEqual(await logReader(disk).entries(0, size, size), digests(0, size));
    }),
    { numRuns: 12, seed: 1 },
  );
});

test("proofs read from tiles hold against the signed head, over two levels of tiles", async () => {
  const size = 66_000;
  const disk = await logOf([300, size - 300]);
  const head = openCheckpoint(Buffer.from((await disk.read("checkpoint")) ?? []).toString(), signer);
  assert.ok(!isCheckpointProblem(head));
  const reader = logReader(disk);
  for (const index of [0, 1, 255, 256, 299, 300, 65_535, 65_536, size - 1]) {
    const proof = await reader.inclusion(index, size);
    const [digest] = digests(index, index + 1);
    assert.ok(digest !== undefined);
    assert.ok(verifyInclusion({ index, size, leafHash: leafHash(entryOf(digest)), proof, root: head.root }));
  }
  for (const firstSize of [1, 255, 256, 300, 65_536]) {
    const proof = await reader.consistency(firstSize, size);
    const firstRoot = rootOfLeaves(leaves(firstSize));
    assert.ok(verifyConsistency({ firstSize, firstRoot, secondSize: size, secondRoot: head.root, proof }));
  }
  assert.deepEqual((await checkLog(disk, { log: signer })).problems, []);
});

test("a tile has one path, and a path names one tile", () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), "tile/0/x001/x234/067");
  assert.equal(tilePath({ level: "entries", index: 0, width: 3 }), "tile/entries/000.p/3");
  assert.deepEqual(parseTilePath("tile/2/x001/000.p/17"), { level: 2, index: 1000, width: 17 });
  for (const path of [
    "tile/0/x000/001",
    "tile/0/1",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/03",
    "tile/00/000",
  ])
    assert.equal(parseTilePath(path), undefined, path);
});

test("entries handed over at the same time share one write and keep their order", async () => {
  const disk = await logOf([]);
  const log = await openLog(disk, signer);
  const appended = await Promise.all(digests(0, 50).map((digest) => log.append([digest])));
  assert.deepEqual(
    appended.map(({ index }) => index),
    [...Array(50).keys()],
  );
  assert.deepEqual(
    appended.map(({ size }) => size),
    [1, ...Array(49).fill(50)],
  );
});

test("a log on a real disk is kept, and opens again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "justitia-log-"));
  try {
    const disk = await nodeDisk(join(folder, "log"));
    await createLog(disk, signer);
    await (await openLog(disk, signer)).append(digests(0, 200));
    const log = await openLog(disk, signer);
    await log.append(digests(200, 600));
    await assert.rejects(createLog(disk, signer), /must be empty/);
    const { head, problems } = await checkLog(await nodeDisk(join(folder, "log")), { log: signer });
    assert.deepEqual(problems, []);
    assert.equal(head?.size, 600);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a check between two writes sees neither of them half done", async () => {
  const folder = await mkdtemp(join(tmpdir(), "justitia-log-"));
  try {
    const disk = await nodeDisk(folder);
    await createLog(disk, signer);
    const log = await openLog(disk, signer);
    const all: Promise<unknown>[] = [];
    for (let from = 0; from < 600; from += 60) {
      all.push(log.append(digests(from, from + 60)));
      await new Promise((later) => setImmediate(later));
      const { problems } = await log.quietly(() => checkLog(disk, { log: signer }));
      assert.deepEqual(problems, []);
    }
    await Promise.all(all);
    assert.equal(log.size, 600);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The batches of the fault tests: over the end of a tile, and one that begins a level. */
const batches = [254, 3, 40];
const total = 297;
const slow = process.env.JUSTITIA_SLOW === "1";

/** Opens the log, and adds what is missing of the batches. Gives the size that was acknowledged. */
async function work(disk: SimulatedDisk, acknowledged: { size: number }): Promise<void> {
  const log = await openLog(disk, signer);
  let end = 0;
  for (const width of batches) {
    end += width;
    if (log.size >= end) continue;
    assert.ok(log.size >= acknowledged.size, `${acknowledged.size} were acknowledged, ${log.size} are kept`);
    const { size } = await log.append(digests(log.size, end));
    acknowledged.size = size;
  }
}

type Survives = Survival | "goes on";

async function faultRun(call: number, fault: Fault, survival: Survives) {
  const begun = simulatedDisk();
  await createLog(begun, signer);
  let disk = begun.afterPowerLoss("synced-only");
  disk.failAt(call, fault);
  const acknowledged = { size: 0 };
  let failed = false;
  try {
    await work(disk, acknowledged);
  } catch (error) {
    assert.ok(
      error instanceof LogWriterStopped || error instanceof Killed || (error instanceof Error && "code" in error),
      String(error),
    );
    failed = true;
  }
  if (survival !== "goes on") disk = disk.afterPowerLoss(survival);
  await work(disk, acknowledged);
  const { head, problems } = await checkLog(disk, { log: signer });
  assert.deepEqual(problems, [], `call ${call}: ${fault}`);
  assert.equal(head?.size, total);
  assert.deepEqual(await logReader(disk).entries(0, total, total), digests(0, total));
  return failed;
}

test("each call to the disk failed once, by error or by the end of the process: nothing acknowledged is lost", async (t) => {
  const counted = simulatedDisk();
  await createLog(counted, signer);
  const whole = counted.afterPowerLoss("synced-only");
  await work(whole, { size: 0 });
  assert.ok(whole.calls > 50, `${whole.calls}`);
  let failed = 0;
  for (let call = 1; call <= whole.calls; call += 1) {
    const byLot = (chance: string): boolean => (leafHash(Buffer.from(`${chance}${call}`))[0] ?? 0) > 127;
    const runs: readonly (readonly [Fault, Survives])[] = [
      // The same disk goes on after an error, or the machine loses power at that moment.
      ["EIO", "goes on"],
      ["kill-before", byLot],
      ["ENOSPC", "synced-only"],
      ["kill-after", "synced-only"],
      ["ENOSPC", "goes on"],
      ["kill-after", "everything"],
      ["EIO", byLot],
      ["kill-before", "synced-only"],
      ["EIO", "synced-only"],
      ["kill-after", byLot],
    ];
    // An error and an end of the process for each call; which of them, and what survives, goes round.
    const chosen = slow ? runs : runs.slice((call * 2) % runs.length).slice(0, 2);
    for (const [fault, survival] of chosen) if (await faultRun(call, fault, survival)) failed += 1;
  }
  t.diagnostic(`${whole.calls} calls to the disk, ${failed} failures seen by whoever wrote`);
  assert.ok(failed > whole.calls, `${failed}`);
});

test("a log whose head is missing or of another key is not opened", async () => {
  const disk = await logOf([5]);
  const other = noteSigner("example.org/log", "log", new Uint8Array(32).fill(8));
  await assert.rejects(openLog(disk, other), LogDamaged);
  await disk.remove("checkpoint");
  await assert.rejects(openLog(disk, signer), LogDamaged);
});
