import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { type Checkpoint, checkpointText, signedCheckpoint } from "./checkpoint.ts";
import { emptyRoot, leafHash, nodeHash } from "./hashing.ts";
import { noteSigner, noteText, parseNote, signNote, verifyNote } from "./signed-note.ts";
import { LogDamaged } from "./tiles.ts";
import { considerHead, diskWitnessMemory, witness } from "./witness.ts";

const log = noteSigner("example.org/log", "log", new Uint8Array(32).fill(7));
const other = noteSigner("example.com/log", "log", new Uint8Array(32).fill(6));
const partner = noteSigner("example.net/witness", "witness", new Uint8Array(32).fill(9));
const [one, two] = [leafHash(Buffer.from("1")), leafHash(Buffer.from("2"))];
const head = (size: number, root: Uint8Array): Checkpoint => ({ origin: log.name, size, root });
const first = head(1, one);
const second = head(2, nodeHash(one, two));
const watching = (memory = diskWitnessMemory(simulatedDisk())) =>
  witness({ signer: partner, logs: [other, log], memory, seconds: () => 1_700_000_000 });

test("a head follows what was seen when a proof from there shows it", () => {
  assert.equal(considerHead(first, undefined, 0, []), undefined);
  assert.equal(considerHead(first, first, 1, []), undefined);
  assert.equal(considerHead(second, first, 1, [two]), undefined);
  assert.equal(considerHead(head(0, emptyRoot), undefined, 0, []), undefined);
});

test("why a head does not follow is told with the size that was seen", () => {
  assert.deepEqual(considerHead(first, second, 2, []), {
    code: "witness.rolled-back",
    message: "The log had 2 entries and now says 1.",
    seen: 2,
  });
  assert.deepEqual(considerHead(head(1, two), first, 1, []), {
    code: "witness.forked",
    message: "Two different logs of 1 entries were signed.",
    seen: 1,
  });
  assert.deepEqual(considerHead(head(0, one), undefined, 0, []), {
    code: "witness.forked",
    message: "Two different logs of 0 entries were signed.",
    seen: 0,
  });
  assert.deepEqual(considerHead(second, first, 0, []), {
    code: "witness.other-start",
    message: "The proof must start at 1.",
    seen: 1,
  });
  assert.deepEqual(considerHead(second, first, 1, [one]), {
    code: "witness.bad-proof",
    message: "The log is not shown to continue what was seen before.",
    seen: 1,
  });
});

test("a witness signs with a key of its kind", () => {
  const memory = diskWitnessMemory(simulatedDisk());
  assert.throws(() => witness({ signer: log, logs: [], memory, seconds: () => 1 }), {
    name: "RangeError",
    message: "a witness signs with a key of its kind",
  });
});

test("only checkpoints of a log that is watched, signed by it, are considered", async () => {
  const said = async (checkpoint: string) => {
    const answer = await watching().cosign({ checkpoint, from: 0, proof: [] });
    return "code" in answer ? [answer.code, answer.message] : answer.cosigned;
  };
  const none = ["witness.bad-checkpoint", "This is no checkpoint of a log that is watched here."];
  assert.deepEqual(await said("x"), none);
  const strange = noteSigner("example.edu/log", "log", new Uint8Array(32).fill(5));
  assert.deepEqual(await said(signedCheckpoint({ ...first, origin: strange.name }, strange)), none);
  assert.deepEqual(await said(noteText({ text: "no head\n", signatures: [signNote("no head\n", log)] })), none);
  const text = checkpointText(first);
  const [code, message] = await said(noteText({ text, signatures: [signNote(text, other)] }));
  assert.equal(code, "witness.bad-checkpoint");
  assert.match(message ?? "", /no signature of example\.org\/log/);
});

test("the cosigned checkpoint bears the log's signature and the witness's, and no others", async () => {
  const text = checkpointText(first);
  const namesake = noteSigner(log.name, "log", new Uint8Array(32).fill(4));
  const signatures = [signNote(text, log), signNote(text, other), signNote(text, namesake)];
  const answer = await watching().cosign({ checkpoint: noteText({ text, signatures }), from: 0, proof: [] });
  assert.ok("cosigned" in answer);
  const note = parseNote(answer.cosigned);
  assert.ok(note !== undefined);
  assert.equal(note.text, text);
  assert.deepEqual(
    verifyNote(note, [log, partner]).map((one) => (one.verdict === "good" ? [one.by.name, one.seconds] : one)),
    [
      [log.name, undefined],
      [partner.name, 1_700_000_000],
    ],
  );
});

test("what a witness remembers is written as a head, one file a log, and a damaged file stops it", async () => {
  const disk = simulatedDisk();
  const memory = diskWitnessMemory(disk);
  const path = "seen-6578616d706c652e6f72672f6c6f67";
  assert.equal(await memory.last(log.name), undefined);
  await memory.remember(second);
  assert.deepEqual([...disk.contents().keys()], [path]);
  assert.equal(Buffer.from(disk.contents().get(path) ?? []).toString("utf8"), checkpointText(second));
  assert.deepEqual(await memory.last(log.name), { ...second, root: Buffer.from(second.root) });
  for (const text of ["x", checkpointText({ ...second, origin: "example.com/log" })]) {
    const damaged = diskWitnessMemory(simulatedDisk(new Map([[path, Buffer.from(text)]])));
    await assert.rejects(damaged.last(log.name), (error: unknown) => {
      assert.ok(error instanceof LogDamaged);
      assert.equal(error.message, `${path}: the memory of the witness is damaged`);
      return true;
    });
  }
});

test("a witness whose memory failed once goes on with the next head", async () => {
  const disk = simulatedDisk();
  const { cosign } = watching(diskWitnessMemory(disk));
  disk.failAt(disk.calls + 1, "EIO");
  await assert.rejects(cosign({ checkpoint: signedCheckpoint(first, log), from: 0, proof: [] }));
  assert.ok("cosigned" in (await cosign({ checkpoint: signedCheckpoint(first, log), from: 0, proof: [] })));
});
