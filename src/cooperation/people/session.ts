import { createHmac, timingSafeEqual } from "node:crypto";
import { type Digest, digestOf, type Instant, instantSchema, type PersonId, type Role } from "../words/index.ts";
import { base64url, type RandomBytes } from "./effects.ts";

/** How a person proved who they are. */
export type SignInMeans = "password" | "passkey" | "organisation";

/** A session as it is stored: only the digest of its token, which nobody can sign in with. */
export interface Session {
  readonly digest: Digest;
  readonly person: PersonId;
  readonly means: SignInMeans;
  /** In which of the person's roles the work is done; null until one was chosen. */
  readonly role: Role | null;
  readonly startedAt: Instant;
  readonly seenAt: Instant;
  /** It ends then, however busy it is. */
  readonly endsAt: Instant;
  /** Families of browser and system at sign-in, as `browserFamily` names them. */
  readonly browser: string | null;
  /** When the person last proved who they are: at sign-in, or again since. */
  readonly provedAt: Instant;
}

export interface SessionStore {
  addSession(session: Session): Promise<void>;
  findSession(digest: Digest): Promise<Session | null>;
  /** Sets `seenAt`, if the session is still there; never adds one. */
  touchSession(digest: Digest, seenAt: Instant): Promise<void>;
  /** Sets `role`, if the session is still there. */
  chooseRole(digest: Digest, role: Role): Promise<void>;
  /** Sets `provedAt`, if the session is still there. */
  proveSession(digest: Digest, provedAt: Instant): Promise<void>;
  /** Those that were not removed, the newest first; some of them may have ended. */
  sessionsOf(person: PersonId): Promise<readonly Session[]>;
  removeSession(digest: Digest): Promise<void>;
  removeSessionsOf(person: PersonId): Promise<void>;
}

export interface SessionPolicy {
  /** Milliseconds without a request after which a session ends. */
  readonly idle: number;
  /** Milliseconds after sign-in at which it ends in any case. */
  readonly longest: number;
}

/** Half an hour idle, a working day in all. */
export const sessionPolicy: SessionPolicy = { idle: 30 * 60_000, longest: 12 * 3_600_000 };

const tokenBytes = 32;
const tokenForm = /^[A-Za-z0-9_-]{43}$/;
const touchEvery = 60_000;
const later = (at: Instant, milliseconds: number): Instant =>
  instantSchema.parse(new Date(Date.parse(at) + milliseconds).toISOString());

/** The session that a token stands for; undefined when it cannot be one of ours. */
export const sessionDigest = (token: string): Digest | undefined =>
  tokenForm.test(token) ? digestOf(`justitia session ${token}`) : undefined;

/**
 * A new session after sign-in, with a token of 256 random bits that is shown once, for the cookie. The session that the
 * browser had before ends, so that a token planted before sign-in is worth nothing.
 */
export async function startSession(
  store: SessionStore,
  signIn: {
    readonly person: PersonId;
    readonly means: SignInMeans;
    readonly previousToken?: string;
    readonly browser?: string | null;
  },
  now: Instant,
  random: RandomBytes,
  policy = sessionPolicy,
): Promise<{ readonly token: string; readonly session: Session }> {
  const token = base64url(random(tokenBytes));
  const digest = sessionDigest(token);
  if (digest === undefined) throw new RangeError("the source of chance did not give 32 bytes");
  const previous = signIn.previousToken === undefined ? undefined : sessionDigest(signIn.previousToken);
  if (previous !== undefined) await store.removeSession(previous);
  const { person, means, browser = null } = signIn;
  const session: Session = {
    digest,
    person,
    means,
    role: null,
    startedAt: now,
    seenAt: now,
    endsAt: later(now, policy.longest),
    browser,
    provedAt: now,
  };
  await store.addSession(session);
  return { token, session };
}

function hasEnded({ startedAt, seenAt, endsAt }: Session, now: Instant, { idle }: SessionPolicy): boolean {
  const at = Date.parse(now);
  return at >= Date.parse(endsAt) || at - Date.parse(seenAt) >= idle || at < Date.parse(startedAt);
}

/** The sessions of a person that are open now, the newest first. */
export async function openSessionsOf(
  store: SessionStore,
  person: PersonId,
  now: Instant,
  policy = sessionPolicy,
): Promise<readonly Session[]> {
  return (await store.sessionsOf(person)).filter((session) => !hasEnded(session, now, policy));
}

/**
 * The session that a token opens now, or null: unknown, ended, idle for too long. An ended one is removed; a used one is
 * marked as seen, at most once a minute.
 */
export async function sessionOf(
  store: SessionStore,
  token: string,
  now: Instant,
  policy = sessionPolicy,
): Promise<Session | null> {
  const digest = sessionDigest(token);
  const session = digest === undefined ? null : await store.findSession(digest);
  if (session === null) return null;
  if (hasEnded(session, now, policy)) {
    await store.removeSession(session.digest);
    return null;
  }
  if (Date.parse(now) - Date.parse(session.seenAt) < touchEvery) return session;
  await store.touchSession(session.digest, now);
  return { ...session, seenAt: now };
}

/** Signs out: the token is worth nothing from then on. */
export async function endSession(store: SessionStore, token: string): Promise<void> {
  const digest = sessionDigest(token);
  if (digest !== undefined) await store.removeSession(digest);
}

const nonceBytes = 16;
const csrfForm = /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/;

function csrfMark(key: Uint8Array, session: Digest, nonce: string): Buffer {
  if (key.length < 32) throw new RangeError("the key of the form tokens needs 32 bytes or more");
  return createHmac("sha256", key).update(`justitia form ${session} ${nonce}`).digest();
}

/** A token for a form of this session. Each form has another, so that compressed pages do not give it away. */
export function csrfToken(key: Uint8Array, session: Digest, random: RandomBytes): string {
  const nonce = base64url(random(nonceBytes));
  return `${nonce}.${base64url(csrfMark(key, session, nonce))}`;
}

/** Whether a token that came with a form was made for this session. */
export function csrfTokenFits(key: Uint8Array, session: Digest, token: string): boolean {
  if (!csrfForm.test(token)) return false;
  const [nonce = "", mark = ""] = token.split(".");
  const given = Buffer.from(mark, "base64url");
  const right = csrfMark(key, session, nonce);
  return given.length === right.length && timingSafeEqual(given, right);
}
