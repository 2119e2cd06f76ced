import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { armor } from "age-encryption";
import { z } from "zod";
import { decryptBytes, decryptStream } from "./encryption.ts";
import { decryptWithPassphrase } from "./passphrase.ts";

const vectors = fileURLToPath(new URL("../../../../shared/reference/cooperation", import.meta.url));
const skip = existsSync(vectors) ? false : "the shared reference data are not beside the repository (../shared)";

/** One vector of age: what is to come of it, with which keys, and the file. */
interface AgeVector {
  readonly expected: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly armored: boolean;
  readonly file: Buffer;
}

function ageVector(name: string): AgeVector {
  const bytes = readFileSync(join(vectors, "age", name));
  const end = bytes.indexOf("\n\n");
  const head = bytes.subarray(0, end).toString("utf8").split("\n");
  const of = (key: string): string[] =>
    head.flatMap((line) => (line.startsWith(`${key}: `) ? [line.slice(key.length + 2)] : []));
  const file = bytes.subarray(end + 2);
  return {
    expected: of("expect")[0] ?? "",
    payload: of("payload")[0],
    identities: of("identity"),
    passphrases: of("passphrase"),
    armored: of("armored")[0] === "yes",
    file: of("compressed")[0] === "zlib" ? inflateSync(file) : file,
  };
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The SHA-256 of what comes out, whole and piece by piece; undefined where it is refused. */
async function openedBoth(vector: AgeVector): Promise<readonly (string | undefined)[]> {
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  try {
    const bytes = vector.armored ? armor.decode(vector.file.toString("latin1")) : vector.file;
    const [passphrase] = vector.passphrases;
    if (passphrase !== undefined && vector.identities.length === 0) {
      const content = await decryptWithPassphrase(bytes, passphrase);
      return content === undefined ? [undefined] : [digest(content)];
    }
    const whole = await decryptBytes(bytes, vector.identities).then(digest, () => undefined);
    const pieces: Uint8Array[] = [];
    const streamed = await (async () => {
      for await (const piece of decryptStream(inPieces(bytes, 10_007), vector.identities)) pieces.push(piece);
      return digest(Buffer.concat(pieces));
    })().catch(() => undefined);
    return [whole, streamed];
  } catch {
    return [undefined];
  }
}

test("143 published files of age open, or are refused, as they should be, whole and in pieces", { skip }, async () => {
  const names = readdirSync(join(vectors, "age")).filter((name) => name !== "README.md");
  assert.equal(names.length, 143);
  const counts = { opened: 0, refused: 0 };
  for (const name of names) {
    const vector = ageVector(name);
    const success = vector.expected === "success";
    for (const found of await openedBoth(vector)) assert.equal(found, success ? vector.payload : undefined, name);
    counts[success ? "opened" : "refused"] += 1;
  }
  assert.ok(counts.opened > 20 && counts.refused > 80, JSON.stringify(counts));
});

const read = (name: string): unknown => JSON.parse(readFileSync(join(vectors, "wycheproof", name), "utf8"));
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

test("ChaCha20-Poly1305, which closes files, agrees with Wycheproof", { skip }, () => {
  const tests = z
    .object({
      testGroups: z.array(
        z.object({
          ivSize: z.number(),
          tests: z.array(
            z.object({
              tcId: z.number(),
              key: z.string(),
              iv: z.string(),
              aad: z.string(),
              msg: z.string(),
              ct: z.string(),
              tag: z.string(),
              result: z.enum(["valid", "invalid"]),
            }),
          ),
        }),
      ),
    })
    .parse(read("chacha20_poly1305_test.json"))
    .testGroups.flatMap((group) => group.tests);
  assert.equal(tests.length, 325);
  for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
    const opened = (() => {
      try {
        return Buffer.from(chacha20poly1305(hex(key), hex(iv), hex(aad)).decrypt(hex(ct + tag))).toString("hex");
      } catch {
        return undefined;
      }
    })();
    assert.equal(opened, result === "valid" ? msg : undefined, `test ${tcId}`);
  }
});

test("HKDF with SHA-256, which derives the keys of files, agrees with Wycheproof", { skip }, () => {
  const tests = z
    .object({
      testGroups: z.array(
        z.object({
          tests: z.array(
            z.object({
              tcId: z.number(),
              ikm: z.string(),
              salt: z.string(),
              info: z.string(),
              size: z.number(),
              okm: z.string(),
              result: z.enum(["valid", "invalid"]),
            }),
          ),
        }),
      ),
    })
    .parse(read("hkdf_sha256_test.json"))
    .testGroups.flatMap((group) => group.tests);
  assert.equal(tests.length, 86);
  for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
    const derived = (() => {
      try {
        return Buffer.from(hkdf(sha256, hex(ikm), hex(salt), hex(info), size)).toString("hex");
      } catch {
        return undefined;
      }
    })();
    assert.equal(derived, result === "valid" ? okm : undefined, `test ${tcId}`);
  }
});
