import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedDisk, simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { digestOf } from "../words/index.ts";
import { checkLog, checkTile } from "./check.ts";
import { logReader } from "./reader.ts";
import { noteSigner } from "./signed-note.ts";
import { entriesOfBundle, entryBundle, parseTilePath } from "./tiles.ts";
import { diskWitnessMemory, witness } from "./witness.ts";
import { checkpointPath, cosignedPath, createLog, openLog } from "./writer.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const entries = slow ? 10_000 : 300;
const signer = noteSigner("example.org/log", "log", new Uint8Array(32).fill(7));
const partner = noteSigner("example.net/witness", "witness", new Uint8Array(32).fill(9));
const keys = { log: signer, witnesses: [partner] };

interface WitnessedLog {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** As the folder was when it had a third of its entries. */
  readonly before: ReadonlyMap<string, Uint8Array>;
  readonly remembered: { readonly by: string; readonly size: number; readonly root: Uint8Array };
}

async function witnessedLog(word: string, size = entries): Promise<WitnessedLog> {
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  const digest = (at: number) => digestOf(`${word} ${at}`);
  const third = Math.floor(size / 3);
  await log.append(Array.from({ length: third }, (_, at) => digest(at)));
  const before = disk.contents();
  await log.append(Array.from({ length: size - third }, (_, at) => digest(third + at)));
  const memory = diskWitnessMemory(simulatedDisk());
  const { cosign } = witness({ signer: partner, logs: [signer], memory, seconds: () => 1_700_000_000 });
  const answer = await cosign({ checkpoint: log.checkpoint, from: 0, proof: [] });
  assert.ok("cosigned" in answer);
  await log.keepCosigned(answer.cosigned, [partner]);
  const head = await memory.last(signer.name);
  assert.ok(head !== undefined);
  return { files: disk.contents(), before, remembered: { by: partner.name, size: head.size, root: head.root } };
}

async function problemsOf(
  files: ReadonlyMap<string, Uint8Array>,
  remembered: readonly WitnessedLog["remembered"][] = [],
) {
  const { problems } = await checkLog(simulatedDisk(files), keys, remembered);
  return [...new Set(problems.map(({ code }) => code))];
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
  return damaged;
}

test(`every byte of a log of ${entries} entries, changed, is found`, async (t) => {
  const { files } = await witnessedLog("event");
  assert.deepEqual(await problemsOf(files), []);
  const current = new Map(files);
  let changed = 0;
  for (const [path, bytes] of files) {
    const tile = parseTilePath(path);
    for (let at = 0; at < bytes.length; at += 1) {
      current.set(path, flipped(bytes, at));
      const disk: SimulatedDisk = simulatedDisk(current);
      // The whole check is made of the checks of the tiles: for most bytes the one of this tile says enough.
      const found =
        tile !== undefined && at % 499 !== 0
          ? await checkTile(disk, tile, entries)
          : (await checkLog(disk, keys, [], true)).problems;
      assert.ok(found.length > 0, `${path}, byte ${at}`);
      changed += 1;
    }
    current.set(path, bytes);
  }
  t.diagnostic(`${changed} bytes changed, ${changed} found`);
});

test("every file of a log that is taken away, cut off, lengthened or added is found", async () => {
  const { files } = await witnessedLog("event");
  for (const [path, bytes] of files) {
    // The cosigned head may be missing: nothing else in the log says that a partner has signed.
    if (path !== cosignedPath) {
      const without = new Map(files);
      without.delete(path);
      assert.notDeepEqual(await problemsOf(without), [], path);
    }
    for (const damaged of [
      bytes.subarray(0, -1),
      bytes.subarray(0, bytes.length >> 1),
      Buffer.concat([bytes, bytes.subarray(0, 34)]),
    ])
      assert.notDeepEqual(await problemsOf(new Map([...files, [path, damaged]])), [], path);
  }
  for (const stray of ["tile/0/000.p/7", "tile/entries/009", "note.txt", "tile/1/000.p/200"])
    assert.notDeepEqual(await problemsOf(new Map([...files, [stray, Buffer.alloc(32)]])), [], stray);
});

test("entries that are deleted, swapped, inserted or replaced are found, also when every hash is computed anew", async () => {
  const { files } = await witnessedLog("event");
  const bundle = entriesOfBundle(files.get("tile/entries/000") ?? new Uint8Array()) ?? [];
  const [first, second, ...rest] = bundle;
  assert.ok(first !== undefined && second !== undefined && rest.length === 254);
  const head = files.get(checkpointPath) ?? new Uint8Array();
  for (const changed of [
    [second, first, ...rest],
    [first, first, ...rest],
    [second, ...rest, first],
    rest,
    [first, first, second, ...rest],
  ]) {
    assert.notDeepEqual(await problemsOf(new Map([...files, ["tile/entries/000", entryBundle(changed)]])), []);
    // A host administrator builds a sound tree over other entries; only the head, which needs the key, gives it away.
    const forged = simulatedDisk();
    await createLog(forged, signer);
    const last =
      entriesOfBundle(
        [...files].find(([path]) => path.startsWith("tile/entries/") && path.includes(".p/"))?.[1] ?? new Uint8Array(),
      ) ?? [];
    const log = await openLog(forged, signer);
    await log.append([...changed, ...last].map((entry) => digestOf(entry)));
    assert.notDeepEqual(await problemsOf(new Map([...forged.contents(), [checkpointPath, head]])), []);
  }
});

test("a log that is rolled back as a whole is found by what the witness remembers, and by nothing else", async () => {
  const { before, remembered } = await witnessedLog("event");
  assert.deepEqual(await problemsOf(before), []);
  assert.deepEqual(await problemsOf(before, [remembered]), ["log.rolled-back"]);
});

test("a log that was forked with its own key is found by what the witness remembers", async () => {
  const { remembered } = await witnessedLog("event");
  for (const size of [entries, entries + 50]) {
    const fork = new Map((await witnessedLog("another event", size)).files);
    fork.delete(cosignedPath);
    assert.deepEqual(await problemsOf(fork), []);
    assert.deepEqual(await problemsOf(fork, [remembered]), ["log.forked"]);
  }
});

test("a head that the partner has cosigned shows a fork and a rollback without asking the partner", async () => {
  const { files, before } = await witnessedLog("event");
  const cosigned = files.get(cosignedPath) ?? new Uint8Array();
  assert.deepEqual(await problemsOf(new Map([...before, [cosignedPath, cosigned]])), ["log.rolled-back"]);
  const fork = (await witnessedLog("another event")).files;
  assert.deepEqual(await problemsOf(new Map([...fork, [cosignedPath, cosigned]])), ["log.forked"]);
});

test("a witness cosigns what continues the log, refuses rollback and fork, and forgets nothing when it is killed", async () => {
  const disk = simulatedDisk();
  await createLog(disk, signer);
  const log = await openLog(disk, signer);
  await log.append([digestOf("1"), digestOf("2"), digestOf("3")]);
  const early = log.checkpoint;
  const kept = simulatedDisk();
  const of = (memory: SimulatedDisk) =>
    witness({ signer: partner, logs: [signer], memory: diskWitnessMemory(memory), seconds: () => 1_700_000_000 });
  assert.ok("cosigned" in (await of(kept).cosign({ checkpoint: early, from: 0, proof: [] })));
  await log.append([digestOf("4"), digestOf("5")]);
  const proof = await logReader(disk).consistency(3, 5);
  const offer = { checkpoint: log.checkpoint, from: 3, proof };
  const refused = async (memory: SimulatedDisk, wrong: Parameters<ReturnType<typeof of>["cosign"]>[0]) => {
    const answer = await of(memory).cosign(wrong);
    return "code" in answer ? answer.code : "cosigned";
  };
  assert.equal(await refused(kept, { ...offer, from: 0, proof: [] }), "witness.other-start");
  assert.equal(await refused(kept, { ...offer, proof: [] }), "witness.bad-proof");
  assert.equal(
    await refused(kept, { ...offer, checkpoint: offer.checkpoint.replace("\n5\n", "\n6\n") }),
    "witness.bad-checkpoint",
  );
  assert.equal(await refused(kept, { ...offer, checkpoint: "x" }), "witness.bad-checkpoint");
  const calls = kept.calls;
  assert.equal(await refused(kept, offer), "cosigned");
  const after = kept.afterPowerLoss("synced-only");
  assert.equal(await refused(after, { checkpoint: early, from: 5, proof: [] }), "witness.rolled-back");
  assert.equal(await refused(after, { ...offer, from: 5, proof: [] }), "cosigned");
  const fork = simulatedDisk();
  await createLog(fork, signer);
  const forked = await openLog(fork, signer);
  await forked.append(["1", "2", "3", "4", "six"].map((text) => digestOf(text)));
  assert.equal(await refused(after, { checkpoint: forked.checkpoint, from: 5, proof: [] }), "witness.forked");
  // Killed at any call: either nothing was signed, or the head is remembered.
  for (let call = 1; call <= kept.calls - calls + 1; call += 1) {
    const memory = simulatedDisk();
    assert.equal(await refused(memory, { checkpoint: early, from: 0, proof: [] }), "cosigned");
    memory.failAt(memory.calls + call, "kill-after");
    const signed = await refused(memory, offer).catch(() => "killed");
    const seen = await diskWitnessMemory(memory.afterPowerLoss("synced-only")).last(signer.name);
    assert.ok(seen?.size === 5 || (seen?.size === 3 && signed === "killed"), `call ${call}`);
  }
});

test("two heads offered at the same time are considered one after the other", async () => {
  const heads = await Promise.all(
    ["a", "b"].map(async (word) => {
      const disk = simulatedDisk();
      await createLog(disk, signer);
      const log = await openLog(disk, signer);
      await log.append([digestOf(word)]);
      return log.checkpoint;
    }),
  );
  const memory = diskWitnessMemory(simulatedDisk());
  const { cosign } = witness({ signer: partner, logs: [signer], memory, seconds: () => 1 });
  const answers = await Promise.all(heads.map((checkpoint) => cosign({ checkpoint, from: 0, proof: [] })));
  assert.equal(answers.filter((answer) => "cosigned" in answer).length, 1);
});
