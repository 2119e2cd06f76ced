import assert from "node:assert/strict";
import { test } from "node:test";
import {
  noteSigner,
  noteText,
  parseNote,
  parseVerifier,
  signNote,
  strictBase64,
  verifierText,
  verifyNote,
} from "./signed-note.ts";

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const log = noteSigner("example.org/log", "log", seed(1));
const witness = noteSigner("example.net/witness", "witness", seed(2));
const text = "example.org/log\n12\nroot\n";
const note = noteText({ text, signatures: [signNote(text, log), signNote(text, witness, 1_700_000_000)] });
const line = note.slice(note.indexOf("\n\n") + 2).split("\n")[0] ?? "";

test("a name of a key is one word without a plus and without signs that are not shown", () => {
  for (const wrong of ["", "two words", "a+b", "a\u0000b", "a\u007fb", "a\tb", "\ud800"])
    assert.throws(() => noteSigner(wrong, "log", seed(1)), {
      name: "RangeError",
      message: `"${wrong}" is no name of a key: spaces and + are not allowed`,
    });
  assert.equal(noteSigner("名/بيان", "log", seed(1)).name, "名/بيان");
});

test("a key is written on one line and read back, and nothing else is read as a key", () => {
  for (const key of [log, witness]) {
    const { secretKey: _secret, ...verifier } = key;
    assert.deepEqual(parseVerifier(verifierText(key)), { ...verifier, publicKey: Buffer.from(key.publicKey) });
  }
  const [name = "", keyId = "", encoded = ""] = verifierText(log).split(/\+(.{8})\+/);
  const bytes = Buffer.from(encoded, "base64");
  const other = (first: number): string => Buffer.concat([Buffer.of(first), bytes.subarray(1)]).toString("base64");
  for (const wrong of [
    "",
    `${name}+${keyId}`,
    ` ${name}+${keyId}+${encoded}`,
    `two words+${keyId}+${encoded}`,
    `${name}+${keyId}+${encoded}\n`,
    `x${name}+${keyId}+${encoded}`,
    `${name}+${keyId.toUpperCase()}A+${encoded}`,
    `${name}+00000000+${encoded}`,
    `${name}+${keyId}0+${encoded}`,
    `${name}+${keyId}+${encoded}=`,
    `${name}+${keyId}+${encoded} `,
    `${name}+${keyId}+${other(2)}`,
    `${name}+${keyId}+${other(4)}`,
    `${name}+${keyId}+${bytes.subarray(0, 32).toString("base64")}`,
    `${name}+${keyId}+${Buffer.concat([bytes, Buffer.of(0)]).toString("base64")}`,
    `${name}+${keyId}+`,
  ])
    assert.equal(parseVerifier(wrong), undefined, wrong);
});

test("base64 has one spelling", () => {
  assert.deepEqual(strictBase64("AQI="), Buffer.of(1, 2));
  for (const wrong of ["AQI", "AQJ=", "AQI= ", "AQI=\n", "_-8="]) assert.equal(strictBase64(wrong), undefined, wrong);
});

test("a note is read as it is written, and in no other spelling", () => {
  assert.equal(parseNote(note)?.text, text);
  assert.deepEqual(
    parseNote(note)?.signatures.map(({ name, keyId }) => [name, keyId]),
    [
      [log.name, log.keyId],
      [witness.name, witness.keyId],
    ],
  );
  const long = `a\n\nb\n\n${line}\n`;
  assert.equal(parseNote(long)?.text, "a\n\nb\n");
  for (const wrong of [
    "",
    text,
    `${text}\n`,
    note.slice(0, -1),
    `${note}\n`,
    `${note} `,
    `${text}\n${line}`,
    `a\tb\n\n${line}\n`,
    `a\u007f\n\n${line}\n`,
    `a\rb\n\n${line}\n`,
    `\ud800\n\n${line}\n`,
    `${text}\n-${line.slice(1)}\n`,
    `${text}\n ${line}\n`,
    `${text}\n${line} x\n`,
    `${text}\nx${line}\n`,
    `${text}\n— a+b ${line.split(" ")[2]}\n`,
    `${text}\n— ${log.name}\n`,
    `${text}\n— ${log.name} ${Buffer.alloc(4).toString("base64")}\n`,
    `${text}\n— ${log.name} ${line.split(" ")[2]}=\n`,
    `${text}\n${line}\n\n${line}x\n`,
  ])
    assert.equal(parseNote(wrong), undefined, JSON.stringify(wrong));
  assert.ok(parseNote(`${text}\n— ${log.name} ${Buffer.alloc(5).toString("base64")}\n`) !== undefined);
});

test("a witness signs the second in which it signs, a log signs none", () => {
  for (const wrong of [undefined, -1, 1.5, Number.NaN, 2 ** 53])
    assert.throws(() => signNote(text, witness, wrong), {
      name: "RangeError",
      message: "a cosignature needs the second in which it is made",
    });
  assert.equal(signNote(text, witness, 0).signature.length, 72);
  assert.equal(signNote(text, log).signature.length, 64);
  assert.deepEqual(signNote(text, log, 5), signNote(text, log));
});

test("each line of a note is good, bad, or by a key that is not known", () => {
  const verdicts = (signatures: readonly ReturnType<typeof signNote>[], of = text) =>
    verifyNote({ text: of, signatures }, [log, witness]).map((one) =>
      one.verdict === "good" ? [one.verdict, one.by.name, one.seconds] : [one.verdict],
    );
  const [plain, dated] = [signNote(text, log), signNote(text, witness, 1_700_000_000)];
  assert.deepEqual(verdicts([plain, dated]), [
    ["good", log.name, undefined],
    ["good", witness.name, 1_700_000_000],
  ]);
  assert.deepEqual(verdicts([plain, dated], `${text}x\n`), [["bad"], ["bad"]]);
  const unknown = { ...plain, keyId: "00000000" };
  assert.deepEqual(verifyNote({ text, signatures: [unknown, { ...plain, name: "x" }] }, [log]), [
    { verdict: "unknown-key", name: log.name, keyId: "00000000" },
    { verdict: "unknown-key", name: "x", keyId: log.keyId },
  ]);
  const bytes = Buffer.from(dated.signature);
  for (const signature of [
    bytes.subarray(0, 71),
    Buffer.concat([bytes, Buffer.of(0)]),
    bytes.subarray(8),
    Buffer.concat([Buffer.alloc(8, 0xff), bytes.subarray(8)]),
    Buffer.concat([Buffer.alloc(8), bytes.subarray(8)]),
    Buffer.alloc(72, 0xff),
    Buffer.alloc(0),
  ])
    assert.deepEqual(verdicts([{ ...dated, signature }]), [["bad"]]);
  for (const length of [0, 63, 65])
    assert.deepEqual(
      verdicts([{ ...plain, signature: Buffer.concat([plain.signature, Buffer.alloc(1)]).subarray(0, length) }]),
      [["bad"]],
    );
  assert.deepEqual(verdicts([{ ...plain, signature: Buffer.alloc(64, 0xff) }]), [["bad"]]);
});
