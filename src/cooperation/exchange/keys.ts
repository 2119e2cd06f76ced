import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { z } from "zod";
import { authorityIdSchema, canonicalText, digestOf, type Instant, instantSchema } from "../words/index.ts";

const thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "a thumbprint of a key (RFC 7638)");
const point = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, "32 bytes in base64url");

/** A public key and when it is valid; `kid` is its thumbprint (RFC 7638), so that a key cannot stand under a foreign name. */
export const publicKeySchema = z.discriminatedUnion("use", [
  z.strictObject({
    use: z.literal("signing"),
    kid: thumbprint,
    jwk: z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: point }),
    notBefore: instantSchema,
    notAfter: instantSchema,
  }),
  z.strictObject({
    use: z.literal("encryption"),
    kid: thumbprint,
    jwk: z.strictObject({ kty: z.literal("OKP"), crv: z.literal("X25519"), x: point }),
    notBefore: instantSchema,
    notAfter: instantSchema,
  }),
]);
export type PublicKey = z.infer<typeof publicKeySchema>;
export type KeyUse = PublicKey["use"];

/** What an authority hands over when it is introduced: its name and its keys. */
export const introductionSchema = z.strictObject({
  authority: authorityIdSchema,
  keys: z.array(publicKeySchema).min(2).max(8),
});
export type Introduction = z.infer<typeof introductionSchema>;

/** A private key in the form that is kept in the key file; whoever keeps it encrypts it. */
export const privateKeySchema = z.strictObject({
  public: publicKeySchema,
  /** The private part of the JWK, 32 bytes in base64url. */
  d: point,
});
export type PrivateKey = z.infer<typeof privateKeySchema>;

/** A private key that is ready for use. */
export interface UsableKey {
  readonly public: PublicKey;
  readonly key: CryptoKey;
}

/** The keys of our own authority, newest first or in any order; those that ran out are kept to read late answers. */
export interface OwnKeys {
  readonly signing: readonly UsableKey[];
  readonly encryption: readonly UsableKey[];
}

/**
 * What both sides read to each other over the telephone when they are introduced: SHA-256 of the canonical text of
 * name and keys, the keys in the order of their thumbprints, in 16 groups of four hexadecimal digits.
 */
export function fingerprint(introduction: Introduction): string {
  const keys = [...introduction.keys].sort((one, other) => (one.kid < other.kid ? -1 : 1));
  const digest = digestOf(
    canonicalText({ authority: introduction.authority, keys: keys.map((key) => ({ ...key, jwk: { ...key.jwk } })) }),
  );
  return (digest.match(/.{4}/g) ?? []).join(" ");
}

/** Makes a new pair of keys: Ed25519 to sign, X25519 to be written to. The chance is that of the cryptographic library. */
export async function generatePrivateKey(use: KeyUse, notBefore: Instant, notAfter: Instant): Promise<PrivateKey> {
  const { privateKey } =
    use === "signing"
      ? await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true })
      : await generateKeyPair("ECDH-ES", { crv: "X25519", extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ kty: kty ?? "", crv: crv ?? "", x: x ?? "" });
  return privateKeySchema.parse({ public: { use, kid, jwk: { kty, crv, x }, notBefore, notAfter }, d });
}

async function imported(jwk: { kty: string; crv: string; x: string; d?: string }, alg: string): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array) throw new TypeError("an asymmetric key was expected");
  return key;
}

/** The private key, ready for use. */
export async function usableKey(key: PrivateKey): Promise<UsableKey> {
  return { public: key.public, key: await imported({ ...key.public.jwk, d: key.d }, algorithmOf(key.public)) };
}

/** The public key, ready for use. @throws when the 32 bytes are no point of the curve. */
export async function usablePublicKey(key: PublicKey): Promise<CryptoKey> {
  return await imported({ ...key.jwk }, algorithmOf(key));
}

function algorithmOf(key: PublicKey): string {
  return key.use === "signing" ? "EdDSA" : "ECDH-ES";
}

/** Whether the `kid` is the thumbprint of the key that it names. */
export async function isNamedByThumbprint(key: PublicKey): Promise<boolean> {
  return (await calculateJwkThumbprint({ ...key.jwk })) === key.kid;
}

/** The key of our own to use at a moment: the valid one that became valid last. */
export function currentKey(keys: readonly UsableKey[], at: Instant): UsableKey | undefined {
  return keys
    .filter(({ public: { notBefore, notAfter } }) => notBefore <= at && at <= notAfter)
    .sort((one, other) => (one.public.notBefore < other.public.notBefore ? 1 : -1))[0];
}
