import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import { type Instant, instantSchema, type PersonId } from "../words/index.ts";
import { base64url, type RandomBytes } from "./effects.ts";

/** A passkey as it is stored; nothing of it is secret. */
export interface Passkey {
  /** Credential identifier in base64url. */
  readonly id: string;
  readonly person: PersonId;
  /** The public key in COSE form, base64url. */
  readonly publicKey: string;
  /** The signature counter; 0 when the authenticator keeps none. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether the authenticator keeps copies of the key, such as in an account of its maker. */
  readonly backedUp: boolean;
  readonly addedAt: Instant;
  readonly usedAt: Instant | null;
}

/** A challenge that was given out and not yet answered. */
export interface PasskeyChallenge {
  /** 32 random bytes in base64url. */
  readonly challenge: string;
  /** For whom a passkey is added; null for signing in. */
  readonly person: PersonId | null;
  readonly until: Instant;
}

export interface PasskeyStore {
  addChallenge(challenge: PasskeyChallenge): Promise<void>;
  /** Hands a challenge out and forgets it, as one step: it is answered once. */
  takeChallenge(challenge: string): Promise<PasskeyChallenge | null>;
  /** false: the identifier is known already. */
  addPasskey(passkey: Passkey): Promise<boolean>;
  findPasskey(id: string): Promise<Passkey | null>;
  passkeysOf(person: PersonId): Promise<readonly Passkey[]>;
  /** Sets the counter, if it still is `before`; false when it is not. */
  passkeyUsed(id: string, before: number, after: number, usedAt: Instant): Promise<boolean>;
  removePasskey(id: string): Promise<void>;
}

/** The site that passkeys are for. */
export interface RelyingParty {
  /** Its domain, such as `authority.example.org`. */
  readonly id: string;
  readonly name: string;
  /** Its addresses, such as `https://authority.example.org`. */
  readonly origins: readonly string[];
}

/**
 * `malformed`: not an answer of a browser. `challenge`: unknown, used, too old, or given to somebody else. `unknown`: no
 * such passkey, or it belongs to somebody else than the answer says. `refused`: the library does not accept signature,
 * origin, domain, verification of the person, or counter. `known`: this passkey is registered already.
 */
export type PasskeyProblem = "malformed" | "challenge" | "unknown" | "refused" | "known";

const challengeBytes = 32;
const challengeMinutes = 5;
/** Ed25519, ECDSA with P-256, RSA with SHA-256. */
const algorithms = [-8, -7, -257];

const encoded = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(65_536);
const credentialId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(1_400);
const registrationSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(z.string().max(32)).max(10).default([]),
  }),
});
const authenticationSchema = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: z.string().max(100).nullish(),
  }),
});

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "base64url"));
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "utf8"));

async function newChallenge(store: PasskeyStore, person: PersonId | null, now: Instant, random: RandomBytes) {
  const bytes = new Uint8Array(random(challengeBytes));
  if (bytes.length !== challengeBytes) throw new RangeError("the source of chance did not give 32 bytes");
  const until = instantSchema.parse(new Date(Date.parse(now) + challengeMinutes * 60_000).toISOString());
  await store.addChallenge({ challenge: base64url(bytes), person, until });
  return bytes;
}

const clientDataSchema = z.object({ challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/**
 * Uses up the challenge that an answer names, whatever becomes of the answer. Undefined when it was not given out to this
 * person, was used, or is too old.
 */
async function challengeOf(
  store: PasskeyStore,
  clientDataJSON: string,
  person: PersonId | null,
  now: Instant,
): Promise<string | undefined> {
  let data: unknown;
  try {
    data = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  const parsed = clientDataSchema.safeParse(data);
  const known = parsed.success ? await store.takeChallenge(parsed.data.challenge) : null;
  if (known === null || known.person !== person || Date.parse(now) >= Date.parse(known.until)) return undefined;
  return known.challenge;
}

/** The options that the browser needs to make a passkey for a person who is signed in. */
export async function passkeyRegistrationOptions(
  store: PasskeyStore,
  party: RelyingParty,
  who: { readonly person: PersonId; readonly signInName: string; readonly name: string },
  now: Instant,
  random: RandomBytes,
): ReturnType<typeof generateRegistrationOptions> {
  const known = await store.passkeysOf(who.person);
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID: utf8(who.person),
    userName: who.signInName,
    userDisplayName: who.name,
    challenge: await newChallenge(store, who.person, now, random),
    timeout: challengeMinutes * 60_000,
    attestationType: "none",
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: algorithms,
  });
}

/**
 * Adds the passkey that a browser made.
 *
 * @param person who is signed in; the challenge must have been given to the same person
 * @param answer what the browser sent, not yet validated
 */
export async function addPasskey(
  store: PasskeyStore,
  party: RelyingParty,
  person: PersonId,
  answer: unknown,
  now: Instant,
): Promise<
  { readonly added: true; readonly passkey: Passkey } | { readonly added: false; readonly because: PasskeyProblem }
> {
  const parsed = registrationSchema.safeParse(answer);
  if (!parsed.success) return { added: false, because: "malformed" };
  const challenge = await challengeOf(store, parsed.data.response.clientDataJSON, person, now);
  if (challenge === undefined) return { added: false, because: "challenge" };
  const verified = await verifyRegistrationResponse({
    response: { ...parsed.data, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => null);
  if (verified === null || !verified.verified) return { added: false, because: "refused" };
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const passkey: Passkey = {
    id: credential.id,
    person,
    publicKey: base64url(credential.publicKey),
    counter: credential.counter,
    transports: parsed.data.response.transports,
    backedUp: credentialBackedUp,
    addedAt: now,
    usedAt: null,
  };
  return (await store.addPasskey(passkey)) ? { added: true, passkey } : { added: false, because: "known" };
}

/** The options that the browser needs to sign in; they name no person and no passkey, so nothing is given away. */
export async function passkeySignInOptions(
  store: PasskeyStore,
  party: RelyingParty,
  now: Instant,
  random: RandomBytes,
): ReturnType<typeof generateAuthenticationOptions> {
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: await newChallenge(store, null, now, random),
    timeout: challengeMinutes * 60_000,
    userVerification: "required",
  });
}

/**
 * Whose passkey answered. The caller looks whether the account is active and starts a session.
 *
 * @param answer what the browser sent, not yet validated
 */
export async function personOfPasskey(
  store: PasskeyStore,
  party: RelyingParty,
  answer: unknown,
  now: Instant,
): Promise<
  | { readonly verified: true; readonly person: PersonId; readonly passkey: string }
  | { readonly verified: false; readonly because: PasskeyProblem }
> {
  const parsed = authenticationSchema.safeParse(answer);
  if (!parsed.success) return { verified: false, because: "malformed" };
  const { id, rawId, type, response } = parsed.data;
  const passkey = await store.findPasskey(id);
  if (passkey === null) return { verified: false, because: "unknown" };
  const handle = response.userHandle ?? null;
  if (handle !== null && handle !== base64url(utf8(passkey.person))) return { verified: false, because: "unknown" };
  const { clientDataJSON, authenticatorData, signature } = response;
  const challenge = await challengeOf(store, clientDataJSON, null, now);
  if (challenge === undefined) return { verified: false, because: "challenge" };
  const verified = await verifyAuthenticationResponse({
    response: {
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    credential: { id, publicKey: bytesOf(passkey.publicKey), counter: passkey.counter },
    requireUserVerification: true,
  }).catch(() => null);
  if (verified === null || !verified.verified) return { verified: false, because: "refused" };
  const counted = await store.passkeyUsed(id, passkey.counter, verified.authenticationInfo.newCounter, now);
  return counted ? { verified: true, person: passkey.person, passkey: id } : { verified: false, because: "refused" };
}
