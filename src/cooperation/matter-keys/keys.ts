import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import {
  canonicalText,
  contentsDigest,
  contentsTextDigest,
  type Digest,
  type EventHead,
  type JsonObject,
  jsonObjectSchema,
  type MatterId,
} from "../words/index.ts";

/** A sealed content was changed, belongs elsewhere, or the key is another one. */
export class SealBroken extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what} does not open: it was changed, or the key is another one`, { cause });
    this.name = "SealBroken";
  }
}

/** The key of one matter: everything that is written into the matter is closed with it. */
export interface MatterKey {
  /** As it is kept: closed with the secret of the authority. */
  readonly wrapped: Uint8Array;
  /** Closes the contents of an event; they open at this event only. */
  seal(head: EventHead, data: JsonObject): Uint8Array;
  /** As `seal`, with the digest of the contents: their text is made once. */
  close(head: EventHead, data: JsonObject): { readonly sealed: Uint8Array; readonly contents: Digest };
  /** @throws SealBroken */
  open(head: EventHead, sealed: Uint8Array): JsonObject;
  /** What goes into the digest of the contents of an event, so that nobody can guess them: 32 bytes. */
  salt(head: Pick<EventHead, "id">): Uint8Array;
  /** Closes a text that belongs to the matter; it opens for the same purpose only. */
  sealText(purpose: string, text: string): Uint8Array;
  /** @throws SealBroken */
  openText(purpose: string, sealed: Uint8Array): string;
}

/** What makes and opens the keys of matters. */
export interface MatterKeys {
  /** A new key, drawn by chance. */
  make(matter: MatterId): MatterKey;
  /** A key as it was kept. @throws SealBroken where it was closed with another secret, or for another matter. */
  unwrap(matter: MatterId, wrapped: Uint8Array): MatterKey;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const version = 1;

/** AES-256-GCM: one byte that says so, a nonce drawn by chance, what is closed, and its tag. */
function close(key: KeyObject, about: string, plain: Uint8Array, chance: (bytes: number) => Uint8Array): Uint8Array {
  const nonce = chance(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(about));
  return Buffer.concat([Uint8Array.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: KeyObject, about: string, sealed: Uint8Array): Uint8Array {
  const [what = ""] = about.split("\n");
  if (sealed.length < 1 + nonceBytes + tagBytes || sealed[0] !== version) throw new SealBroken(what);
  const end = sealed.length - tagBytes;
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + nonceBytes), {
      authTagLength: tagBytes,
    });
    cipher.setAAD(Buffer.from(about));
    cipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([cipher.update(sealed.subarray(1 + nonceBytes, end)), cipher.final()]);
  } catch (error) {
    throw new SealBroken(what, error);
  }
}

const ofKey = (matter: MatterId): string => `key of a matter\n${matter}`;
const ofEvent = ({ matter, sequence, id, name }: EventHead): string =>
  `contents of an event\n${matter}\n${sequence}\n${id}\n${name}`;
const ofText = (matter: MatterId, purpose: string): string => `text of a matter\n${matter}\n${purpose}`;

/**
 * The keys of an authority's matters. Each matter has 64 bytes of its own, half to close with and half to salt with; they
 * are kept closed with a key that is derived from the secret of the authority.
 *
 * @param secret - 32 bytes that only the authority has.
 * @param chance - So many bytes that nobody can foresee.
 */
export function matterKeys(secret: Uint8Array, chance: (bytes: number) => Uint8Array): MatterKeys {
  if (secret.length !== keyBytes) throw new RangeError("the secret of an authority has 32 bytes");
  // Objects of keys, because each use of bare bytes costs more than the closing itself.
  const wrapping = createSecretKey(
    new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), "justitia/matter-keys/v1", keyBytes)),
  );
  const keyOf = (matter: MatterId, plain: Uint8Array, wrapped: Uint8Array): MatterKey => {
    const closing = createSecretKey(plain.subarray(0, keyBytes));
    const salting = createSecretKey(plain.subarray(keyBytes));
    const salt = (head: Pick<EventHead, "id">): Uint8Array =>
      createHmac("sha256", salting).update(`justitia/salt/v1\n${head.id}`).digest();
    return {
      wrapped,
      seal: (head, data) => close(closing, ofEvent(head), Buffer.from(canonicalText(data)), chance),
      close: (head, data) => {
        const text = Buffer.from(canonicalText(data));
        return { sealed: close(closing, ofEvent(head), text, chance), contents: contentsTextDigest(text, salt(head)) };
      },
      open: (head, sealed) =>
        jsonObjectSchema.parse(JSON.parse(Buffer.from(open(closing, ofEvent(head), sealed)).toString("utf8"))),
      salt,
      sealText: (purpose, text) => close(closing, ofText(matter, purpose), Buffer.from(text), chance),
      openText: (purpose, sealed) => Buffer.from(open(closing, ofText(matter, purpose), sealed)).toString("utf8"),
    };
  };
  return {
    make: (matter) => {
      const plain = chance(2 * keyBytes);
      return keyOf(matter, plain, close(wrapping, ofKey(matter), plain, chance));
    },
    unwrap: (matter, wrapped) => keyOf(matter, open(wrapping, ofKey(matter), wrapped), wrapped),
  };
}

/** The digest of the contents of an event under the key of its matter. */
export function contentsDigestWith(key: MatterKey, head: EventHead, data: JsonObject): Digest {
  return contentsDigest(data, key.salt(head));
}
