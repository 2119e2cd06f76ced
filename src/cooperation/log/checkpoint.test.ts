import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Checkpoint,
  checkpointText,
  isCheckpointProblem,
  openCheckpoint,
  parseCheckpoint,
  signedCheckpoint,
} from "./checkpoint.ts";
import { noteSigner, noteText, parseNote, signNote } from "./signed-note.ts";

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const log = noteSigner("aldoria-central/log", "log", seed(1));
const namesake = noteSigner("aldoria-central/log", "log", seed(2));
const stranger = noteSigner("brevia-central/log", "log", seed(3));
const witness = noteSigner("brevia-central/witness", "witness", seed(4));
const root = Uint8Array.from({ length: 32 }, (_, at) => at);
const encoded = Buffer.from(root).toString("base64");
const head: Checkpoint = { origin: log.name, size: 12, root };
const text = checkpointText(head);

const codeOf = (source: string, witnesses: readonly (typeof witness)[] = []): string => {
  const opened = openCheckpoint(source, log, witnesses);
  return isCheckpointProblem(opened) ? opened.code : "good";
};

test("the text of a head is its name, its size and its root, one a line, and nothing else", () => {
  assert.equal(text, `aldoria-central/log\n12\n${encoded}\n`);
  assert.deepEqual(parseCheckpoint(text), { origin: log.name, size: 12, root: Buffer.from(root) });
  assert.equal(parseCheckpoint(`x\n0\n${encoded}\n`)?.size, 0);
  assert.equal(parseCheckpoint(`x\n10\n${encoded}\n`)?.size, 10);
  assert.equal(parseCheckpoint(`x\n9007199254740991\n${encoded}\n`)?.size, Number.MAX_SAFE_INTEGER);
  assert.equal(parseCheckpoint(`x\n7\n${encoded}\nan extension\n`)?.size, 7);
});

test("a head that is cut off, has no name, a size in another spelling, or a root of another length is none", () => {
  for (const wrong of [
    "",
    "\n",
    "x\n",
    "x\n7\n",
    `x\n7\n${encoded}`,
    `\n7\n${encoded}\n`,
    `x\n\n${encoded}\n`,
    `x\n07\n${encoded}\n`,
    `x\n-7\n${encoded}\n`,
    `x\n+7\n${encoded}\n`,
    `x\n 7\n${encoded}\n`,
    `x\n7 \n${encoded}\n`,
    `x\n7a\n${encoded}\n`,
    `x\na7\n${encoded}\n`,
    `x\n7.0\n${encoded}\n`,
    `x\n1e3\n${encoded}\n`,
    `x\n9007199254740992\n${encoded}\n`,
    `x\n7\n${encoded}=\n`,
    `x\n7\n${encoded.slice(1)}\n`,
    `x\n7\n\n`,
    `x\n7\n${Buffer.alloc(31).toString("base64")}\n`,
    `x\n7\n${Buffer.alloc(33).toString("base64")}\n`,
  ])
    assert.equal(parseCheckpoint(wrong), undefined, JSON.stringify(wrong));
});

test("a signed head opens with its size, its root and who cosigned it when", () => {
  const signed = signedCheckpoint(head, log);
  assert.deepEqual(openCheckpoint(signed, log), {
    origin: log.name,
    size: 12,
    root: Buffer.from(root),
    cosignatures: [],
    unknownSignatures: 0,
  });
  const cosigned = noteText({ text, signatures: [signNote(text, log), signNote(text, witness, 1_700_000_000)] });
  const opened = openCheckpoint(cosigned, log, [witness]);
  assert.ok(!isCheckpointProblem(opened));
  assert.deepEqual(opened.cosignatures, [{ witness: witness.name, seconds: 1_700_000_000 }]);
  assert.equal(opened.unknownSignatures, 0);
  const unknown = openCheckpoint(cosigned, log);
  assert.ok(!isCheckpointProblem(unknown));
  assert.deepEqual([unknown.cosignatures, unknown.unknownSignatures], [[], 1]);
});

test("a head that is malformed, of another log, unsigned, or signed falsely is refused by its own code, and named", () => {
  assert.deepEqual(openCheckpoint("no note", log), {
    code: "checkpoint.malformed",
    message: "This is no signed checkpoint.",
  });
  const nothing = "no head\n";
  assert.equal(codeOf(noteText({ text: nothing, signatures: [signNote(nothing, log)] })), "checkpoint.malformed");

  const other = openCheckpoint(signedCheckpoint({ ...head, origin: stranger.name }, stranger), log);
  assert.ok(isCheckpointProblem(other));
  assert.equal(other.code, "checkpoint.other-log");
  assert.match(other.message, /brevia-central\/log.*aldoria-central\/log/);

  const byNamesake = openCheckpoint(signedCheckpoint(head, namesake), log);
  assert.ok(isCheckpointProblem(byNamesake));
  assert.equal(byNamesake.code, "checkpoint.unsigned");
  assert.match(byNamesake.message, /no signature of aldoria-central\/log/);
  const byWitness = noteText({ text, signatures: [signNote(text, witness, 1)] });
  assert.equal(codeOf(byWitness, [witness]), "checkpoint.unsigned");

  const signature = signNote(checkpointText({ ...head, size: 13 }), log);
  const swapped = openCheckpoint(noteText({ text, signatures: [signature] }), log);
  assert.ok(isCheckpointProblem(swapped));
  assert.equal(swapped.code, "checkpoint.bad-signature");
  assert.match(swapped.message, /aldoria-central\/log/);

  const falsely = signNote(checkpointText({ ...head, size: 13 }), witness, 1);
  const both = openCheckpoint(noteText({ text, signatures: [signNote(text, log), falsely] }), log, [witness]);
  assert.ok(isCheckpointProblem(both));
  assert.equal(both.code, "checkpoint.bad-cosignature");
  assert.match(both.message, /brevia-central\/witness/);
});

test("what is signed is the text alone: signatures can be added, and the text stays", () => {
  const signed = signedCheckpoint(head, log);
  assert.equal(parseNote(signed)?.text, text);
  assert.equal(parseNote(signed)?.signatures.length, 1);
});
