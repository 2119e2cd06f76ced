import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";

/** Who can open what is encrypted: the public half of an age key, `age1…` or, safe against quantum computers, `age1pq1…`. */
export type Recipient = string;
/** The secret half of an age key: `AGE-SECRET-KEY-…`. */
export type Identity = string;

/** A key pair for one file, of the hybrid kind (ML-KEM-768 and X25519). */
export async function fileKeyPair(): Promise<{ readonly identity: Identity; readonly recipient: Recipient }> {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** A new identity of the hybrid kind (ML-KEM-768 and X25519), such as that of an authority. */
export function newIdentity(): Promise<Identity> {
  return generateHybridIdentity();
}

/** The public half of an identity. */
export function recipientOf(identity: Identity): Promise<Recipient> {
  return identityToRecipient(identity);
}

/** Whether a text is an age recipient that something can be encrypted to. */
export function isRecipient(text: string): boolean {
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}

function encrypter(recipients: readonly Recipient[]): Encrypter {
  if (recipients.length === 0) throw new RangeError("somebody must be able to open what is encrypted");
  const to = new Encrypter();
  for (const recipient of new Set(recipients)) to.addRecipient(recipient);
  return to;
}

function decrypter(identities: readonly Identity[]): Decrypter {
  const by = new Decrypter();
  for (const identity of identities) by.addIdentity(identity);
  return by;
}

/** Encrypts a small content for several recipients, each of whom can open it alone. */
export function encryptBytes(bytes: Uint8Array, recipients: readonly Recipient[]): Promise<Uint8Array> {
  return encrypter(recipients).encrypt(bytes);
}

/** Opens a small content. Throws when no identity fits or a byte was changed. */
export function decryptBytes(bytes: Uint8Array, identities: readonly Identity[]): Promise<Uint8Array> {
  return decrypter(identities).decrypt(bytes);
}

/** Encrypts a content of any size, 64 KiB at a time. */
export async function* encryptStream(
  content: AsyncIterable<Uint8Array>,
  recipients: readonly Recipient[],
): AsyncGenerator<Uint8Array> {
  yield* await encrypter(recipients).encrypt(streamOf(content));
}

/** Opens a content of any size. Throws, after what was sound, at the first chunk of 64 KiB that was changed or is missing. */
export async function* decryptStream(
  content: AsyncIterable<Uint8Array>,
  identities: readonly Identity[],
): AsyncGenerator<Uint8Array> {
  yield* await decrypter(identities).decrypt(streamOf(content));
}

function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(owned(content));
}

/** The same bytes, each piece in a buffer of its own kind: the library asks for no shared memory. */
async function* owned(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of content) {
    yield piece.buffer instanceof ArrayBuffer
      ? new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
      : new Uint8Array(piece);
  }
}
