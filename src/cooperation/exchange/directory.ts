import { z } from "zod";
import {
  type AuthorityId,
  authorityIdSchema,
  canonicalText,
  type Instant,
  instantSchema,
  type JsonObject,
} from "../words/index.ts";
import type { UsableKey } from "./keys.ts";
import { fingerprint, type Introduction, isNamedByThumbprint, type PublicKey, publicKeySchema } from "./keys.ts";
import { isRefused } from "./refusal.ts";
import { sign, signedTypes, verify } from "./sealed.ts";

/** A key of a known authority, how it came to be known, and whether it still counts. */
const knownKeySchema = z.strictObject({
  key: publicKeySchema,
  addedAt: instantSchema,
  /** `introduction`, or the thumbprint of the key that vouched for this one. */
  vouchedBy: z.string(),
  revoked: z.strictObject({ at: instantSchema, reason: z.string() }).nullable(),
});

/** An authority that we exchange messages with, pinned when it was introduced. */
export const knownAuthoritySchema = z.strictObject({
  authority: authorityIdSchema,
  /** The fingerprint that was compared out of band. */
  pinned: z.string(),
  introducedAt: instantSchema,
  keys: z.array(knownKeySchema),
});
export type KnownAuthority = z.infer<typeof knownAuthoritySchema>;

/** Why a change of the directory was not made. */
export interface DirectoryProblem {
  readonly problem:
    | "fingerprint-differs"
    | "key-name-is-no-thumbprint"
    | "key-known-already"
    | "key-of-each-use-needed"
    | "validity-ends-before-it-begins"
    | "key-not-possessed"
    | "key-unknown"
    | "no-signing-key-left"
    | "too-many-keys";
}
const mostKeys = 64;

export function isDirectoryProblem(value: object): value is DirectoryProblem {
  return "problem" in value;
}

function sameFingerprint(one: string, other: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^0-9a-f]/g, "");
  return plain(one).length === 64 && plain(one) === plain(other);
}

async function keyProblem(key: PublicKey): Promise<DirectoryProblem | undefined> {
  if (!(await isNamedByThumbprint(key))) return { problem: "key-name-is-no-thumbprint" };
  return key.notBefore < key.notAfter ? undefined : { problem: "validity-ends-before-it-begins" };
}

/**
 * Pins an authority: its keys count from now on, because a person compared the fingerprint with the other side over
 * another channel, such as the telephone.
 *
 * @param compared - The fingerprint as the other side read it out; spaces and case do not matter.
 */
export async function introduce(
  introduction: Introduction,
  compared: string,
  at: Instant,
): Promise<KnownAuthority | DirectoryProblem> {
  const pinned = fingerprint(introduction);
  if (!sameFingerprint(pinned, compared)) return { problem: "fingerprint-differs" };
  for (const key of introduction.keys) {
    const problem = await keyProblem(key);
    if (problem !== undefined) return problem;
  }
  if (new Set(introduction.keys.map(({ kid }) => kid)).size !== introduction.keys.length)
    return { problem: "key-known-already" };
  if (new Set(introduction.keys.map(({ use }) => use)).size !== 2) return { problem: "key-of-each-use-needed" };
  return {
    authority: introduction.authority,
    pinned,
    introducedAt: at,
    keys: introduction.keys.map((key) => ({ key, addedAt: at, vouchedBy: "introduction", revoked: null })),
  };
}

/** Body of a `key-update` message: keys that are added and keys that no longer count. Signed by an older key. */
export const keyUpdateSchema = z.strictObject({
  add: z.array(z.strictObject({ key: publicKeySchema, possession: z.string().max(2048).nullable() })).max(8),
  revoke: z.array(z.strictObject({ kid: z.string(), reason: z.string().max(500) })).max(16),
});
export type KeyUpdate = z.infer<typeof keyUpdateSchema>;

function possessionText(authority: AuthorityId, key: PublicKey): string {
  return canonicalText({ authority, key: { ...key, jwk: { ...key.jwk } } });
}

/** What the new signing key signs itself, so that nobody can take another's key for their own. */
export async function provePossession(authority: AuthorityId, key: UsableKey): Promise<string> {
  return await sign(possessionText(authority, key.public), signedTypes.possession, key);
}

async function possessed(authority: AuthorityId, key: PublicKey, proof: string | null): Promise<boolean> {
  // An encryption key cannot sign; whoever names a foreign one only makes its own mail unreadable.
  if (key.use === "encryption") return proof === null;
  const signed = await verify(proof ?? "", signedTypes.possession, 4096, async (kid) =>
    kid === key.kid ? { owner: authority, key } : undefined,
  );
  return !isRefused(signed) && Buffer.from(signed.content).toString("utf8") === possessionText(authority, key);
}

/** The body of the message that announces new keys. Send it while the old key is valid. */
export async function keyUpdateBody(
  authority: AuthorityId,
  added: readonly UsableKey[],
  revoked: KeyUpdate["revoke"],
): Promise<JsonObject> {
  const add = [];
  for (const key of added) {
    const possession = key.public.use === "signing" ? await provePossession(authority, key) : null;
    add.push({ key: { ...key.public, jwk: { ...key.public.jwk } }, possession });
  }
  return { add, revoke: revoked.map((entry) => ({ ...entry })) };
}

/**
 * What is known of an authority after its own `key-update` message.
 *
 * @param signedBy - Thumbprint of the key that signed the message, checked before.
 */
export async function withKeyUpdate(
  known: KnownAuthority,
  update: KeyUpdate,
  signedBy: string,
  at: Instant,
): Promise<KnownAuthority | DirectoryProblem> {
  let changed = known;
  for (const { key, possession } of update.add) {
    if (changed.keys.some((entry) => entry.key.kid === key.kid)) return { problem: "key-known-already" };
    if (changed.keys.length >= mostKeys) return { problem: "too-many-keys" };
    const problem = await keyProblem(key);
    if (problem !== undefined) return problem;
    if (!(await possessed(known.authority, key, possession))) return { problem: "key-not-possessed" };
    changed = { ...changed, keys: [...changed.keys, { key, addedAt: at, vouchedBy: signedBy, revoked: null }] };
  }
  for (const { kid, reason } of update.revoke) {
    const without = withoutKey(changed, kid, reason, at);
    if (isDirectoryProblem(without)) return without;
    changed = without;
  }
  const left = changed.keys.some(({ key, revoked }) => key.use === "signing" && revoked === null && at <= key.notAfter);
  return left ? changed : { problem: "no-signing-key-left" };
}

/** What is known of an authority after one of its keys was revoked, by itself or by a person here. A first revocation stays. */
export function withoutKey(
  known: KnownAuthority,
  kid: string,
  reason: string,
  at: Instant,
): KnownAuthority | DirectoryProblem {
  if (!known.keys.some(({ key }) => key.kid === kid)) return { problem: "key-unknown" };
  return {
    ...known,
    keys: known.keys.map((entry) =>
      entry.key.kid === kid && entry.revoked === null ? { ...entry, revoked: { at, reason } } : entry,
    ),
  };
}

/** The signing key with this thumbprint, if it was valid at the moment and is not revoked (a revoked key proves nothing new). */
export function signingKeyAt(known: KnownAuthority, kid: string, at: Instant): PublicKey | undefined {
  return known.keys.find(
    ({ key, revoked }) =>
      key.use === "signing" && key.kid === kid && revoked === null && key.notBefore <= at && at <= key.notAfter,
  )?.key;
}

/** The key to write to an authority with: of those valid at the moment the one that became valid last. */
export function encryptionKeyAt(known: KnownAuthority, at: Instant): PublicKey | undefined {
  return known.keys
    .filter(
      ({ key, revoked }) => key.use === "encryption" && revoked === null && key.notBefore <= at && at <= key.notAfter,
    )
    .map(({ key }) => key)
    .sort((one, other) => (one.notBefore < other.notBefore ? 1 : -1))[0];
}
