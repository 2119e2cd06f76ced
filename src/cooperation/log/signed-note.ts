import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "./hashing.ts";

/** Kinds of keys on signed notes (C2SP signed-note): a plain Ed25519 signature, or a dated cosignature of a witness. */
const keyKinds = { log: 0x01, witness: 0x04 } as const;
export type KeyKind = keyof typeof keyKinds;

/** Who may sign notes, and how: the public half. */
export interface NoteVerifier {
  readonly name: string;
  readonly kind: KeyKind;
  /** 32 bits as 8 hexadecimal signs. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A key that signs notes. The secret is the 32-byte seed of RFC 8032. */
export interface NoteSigner extends NoteVerifier {
  readonly secretKey: Uint8Array;
}

/** A signature line of a note, not yet held against a key. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  /** What follows the key id. */
  readonly signature: Uint8Array;
}

/** A note: a text that ends in a line feed, and its signatures. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

function verifierOf(name: string, kind: KeyKind, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new RangeError(`"${name}" is no name of a key: spaces and + are not allowed`);
  if (publicKey.length !== 32) throw new RangeError("an Ed25519 public key has 32 bytes");
  const keyId = sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(keyKinds[kind]), publicKey]))
    .subarray(0, 4)
    .toString("hex");
  return { name, kind, keyId, publicKey };
}

function isKeyName(name: string): boolean {
  return name.length > 0 && !/[\s+]|\p{Cc}/u.test(name) && name.isWellFormed();
}

/**
 * A signing key.
 *
 * @param seed - 32 secret bytes drawn by chance.
 */
export function noteSigner(name: string, kind: KeyKind, seed: Uint8Array): NoteSigner {
  return { ...verifierOf(name, kind, ed25519.getPublicKey(seed)), secretKey: seed };
}

/** The public half as one line: `name+id+key` (C2SP signed-note, "vkey"). */
export function verifierText({ name, kind, keyId, publicKey }: NoteVerifier): string {
  return `${name}+${keyId}+${Buffer.concat([Buffer.of(keyKinds[kind]), publicKey]).toString("base64")}`;
}

/** Reads `name+id+key`; undefined when it is malformed, of an unknown kind, or when the id does not belong to the key. */
export function parseVerifier(text: string): NoteVerifier | undefined {
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined || !isKeyName(name)) return undefined;
  const bytes = strictBase64(encoded);
  if (bytes?.length !== 33) return undefined;
  const kind = bytes[0] === keyKinds.log ? "log" : bytes[0] === keyKinds.witness ? "witness" : undefined;
  if (kind === undefined) return undefined;
  const verifier = verifierOf(name, kind, bytes.subarray(1));
  return verifier.keyId === keyId ? verifier : undefined;
}

/** Bytes of a base64 text in the one form RFC 4648 gives them; undefined for every other. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** The note as it is kept and sent. */
export function noteText({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const encoded = Buffer.concat([Buffer.from(keyId, "hex"), signature]).toString("base64");
    return `— ${name} ${encoded}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Reads a note; undefined unless it is written exactly as `noteText` writes it. */
export function parseNote(source: string): SignedNote | undefined {
  const gap = source.lastIndexOf("\n\n");
  if (gap === -1 || !source.endsWith("\n") || !source.isWellFormed()) return undefined;
  const text = source.slice(0, gap + 1);
  // A control sign other than the line feed may be shown as something else than it is.
  if (/[^\P{Cc}\n]/u.test(text)) return undefined;
  const lines = source
    .slice(gap + 2)
    .split("\n")
    .slice(0, -1);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (name === undefined || encoded === undefined || !isKeyName(name)) return undefined;
    const bytes = strictBase64(encoded);
    if (bytes === undefined || bytes.length < 5) return undefined;
    signatures.push({ name, keyId: bytes.subarray(0, 4).toString("hex"), signature: bytes.subarray(4) });
  }
  if (signatures.length === 0) return undefined;
  const note = { text, signatures };
  return noteText(note) === source ? note : undefined;
}

/** What a witness signs (C2SP tlog-cosignature, cosignature/v1). */
function cosignedMessage(text: string, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/**
 * The signature of a note by a key.
 *
 * @param seconds - For a witness, when it signs, in seconds since 1970; a log's own signature bears no time.
 */
export function signNote(text: string, signer: NoteSigner, seconds?: number): NoteSignature {
  const { name, keyId, kind, secretKey } = signer;
  if (kind === "log") return { name, keyId, signature: ed25519.sign(Buffer.from(text), secretKey) };
  if (seconds === undefined || !Number.isSafeInteger(seconds) || seconds < 0)
    throw new RangeError("a cosignature needs the second in which it is made");
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const signature = ed25519.sign(cosignedMessage(text, BigInt(seconds)), secretKey);
  return { name, keyId, signature: Buffer.concat([time, signature]) };
}

/** What a signature line says, held against a set of keys. */
export type SignatureVerdict =
  | { readonly verdict: "good"; readonly by: NoteVerifier; readonly seconds?: number }
  | { readonly verdict: "bad"; readonly by: NoteVerifier }
  | { readonly verdict: "unknown-key"; readonly name: string; readonly keyId: string };

/** Holds every signature line of a note against the keys. A line by none of the keys is said to be unknown, not ignored. */
export function verifyNote(note: SignedNote, keys: readonly NoteVerifier[]): SignatureVerdict[] {
  return note.signatures.map(({ name, keyId, signature }) => {
    const by = keys.find((key) => key.name === name && key.keyId === keyId);
    if (by === undefined) return { verdict: "unknown-key", name, keyId };
    if (by.kind === "log")
      return verified(signature, Buffer.from(note.text), by) ? { verdict: "good", by } : { verdict: "bad", by };
    if (signature.length !== 72) return { verdict: "bad", by };
    const seconds = Buffer.from(signature).readBigUInt64BE();
    return seconds <= BigInt(Number.MAX_SAFE_INTEGER) &&
      verified(signature.subarray(8), cosignedMessage(note.text, seconds), by)
      ? { verdict: "good", by, seconds: Number(seconds) }
      : { verdict: "bad", by };
  });
}

function verified(signature: Uint8Array, message: Uint8Array, { publicKey }: NoteVerifier): boolean {
  if (signature.length !== 64) return false;
  try {
    // Strict RFC 8032: the looser ZIP 215 would take several forms of one signature.
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
