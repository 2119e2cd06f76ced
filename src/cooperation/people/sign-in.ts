import { digestOf, type Instant, instantSchema, type PersonId } from "../words/index.ts";
import {
  type AttemptPolicy,
  addressPolicy,
  afterSuccessOfAddress,
  afterSuccessOfPerson,
  beginAttempt,
  personPolicy,
} from "./attempts.ts";
import type { RandomBytes } from "./effects.ts";
import { type PasskeyStore, personOfPasskey, type RelyingParty } from "./passkey.ts";
import { checkPassword, hashPassword, passwordCost } from "./password.ts";
import { type PasswordProblem, passwordProblems } from "./password-rules.ts";
import { type Session, type SignInMeans, startSession } from "./session.ts";
import type { Account, AttemptStore, SignInStores } from "./stores.ts";

export type SignIn =
  | { readonly signedIn: true; readonly token: string; readonly session: Session }
  /** `wrong` says neither whether the name exists nor whether the account is closed. */
  | { readonly signedIn: false; readonly because: "wrong" }
  | { readonly signedIn: false; readonly because: "wait"; readonly retryAt: Instant };

/** One form for all ways to write a sign-in name. */
export const normalSignInName = (name: string): string => name.normalize("NFKC").trim().toLowerCase();

// The keys are digests: what people mistype, such as a password in the wrong field, is not kept.
const keyOf = (kind: "person" | "address" | "confirmation", text: string): string => `${kind}:${digestOf(text)}`;

type Key = readonly [key: string, policy: AttemptPolicy];
type Wait = { readonly because: "wait"; readonly retryAt: Instant };

/** Counts an attempt under each key, unless one of them has to wait. */
async function begin(stores: AttemptStore, keys: readonly Key[], now: Instant): Promise<Wait | undefined> {
  for (const [key, policy] of keys) {
    const step = await stores.changeAttempts(key, (known) => {
      const result = beginAttempt(known, Date.parse(now), policy);
      return { attempts: result.attempts, result };
    });
    if (!step.may) return { because: "wait", retryAt: instantSchema.parse(new Date(step.retryAt).toISOString()) };
  }
  return undefined;
}

const cleared = (stores: AttemptStore, personKey: string): Promise<void> =>
  stores.changeAttempts(personKey, () => ({ attempts: afterSuccessOfPerson(), result: undefined }));
const givenBack = (stores: AttemptStore, addressKey: string): Promise<void> =>
  stores.changeAttempts(addressKey, (known) => ({
    attempts: afterSuccessOfAddress(known, addressPolicy),
    result: undefined,
  }));

const mayEnter = (account: Account | null, now: Instant): account is Account =>
  account?.active === true && (account.oneTimeUntil === null || now < account.oneTimeUntil);

/** Where a sign-in comes from. */
interface From {
  /** Such as the IP address (for IPv6 its /64). */
  readonly address: string;
  /** The session token the browser sent, which ends. */
  readonly previousToken?: string;
  /** What `browserFamily` made of the browser's own word. */
  readonly browser?: string | null;
}

function sessionFor(
  stores: SignInStores,
  person: PersonId,
  means: SignInMeans,
  { previousToken, browser = null }: From,
  now: Instant,
  random: RandomBytes,
) {
  const who = { person, means, browser };
  return startSession(stores, previousToken === undefined ? who : { ...who, previousToken }, now, random);
}

/** Signs in with name and password: delays first, then the password, which takes as long for names that do not exist. */
export async function signInWithPassword(
  stores: SignInStores,
  attempt: From & { readonly name: string; readonly password: string },
  now: Instant,
  random: RandomBytes,
  cost = passwordCost,
): Promise<SignIn> {
  const name = normalSignInName(attempt.name);
  const [addressKey, personKey] = [keyOf("address", attempt.address), keyOf("person", name)];
  const wait = await begin(
    stores,
    [
      [addressKey, addressPolicy],
      [personKey, personPolicy],
    ],
    now,
  );
  if (wait !== undefined) return { signedIn: false, ...wait };
  const account = await stores.findAccount(name);
  const { fits, rehash } = await checkPassword(attempt.password, account?.password ?? null, cost);
  if (!fits || !mayEnter(account, now)) return { signedIn: false, because: "wrong" };
  await cleared(stores, personKey);
  await givenBack(stores, addressKey);
  const { person, password, oneTimeUntil } = account;
  if (rehash)
    await stores.replacePassword(person, password, await hashPassword(attempt.password, random, cost), oneTimeUntil);
  return { signedIn: true, ...(await sessionFor(stores, person, "password", attempt, now, random)) };
}

/**
 * Signs in with a passkey: the answer of a browser to `passkeySignInOptions`. Attempts of an address are counted as with
 * passwords; a person is not locked out, because a signature cannot be guessed.
 */
export async function signInWithPasskey(
  stores: SignInStores & PasskeyStore,
  party: RelyingParty,
  attempt: From & { readonly answer: unknown },
  now: Instant,
  random: RandomBytes,
): Promise<SignIn> {
  const addressKey = keyOf("address", attempt.address);
  const wait = await begin(stores, [[addressKey, addressPolicy]], now);
  if (wait !== undefined) return { signedIn: false, ...wait };
  const verified = await personOfPasskey(stores, party, attempt.answer, now);
  const account = verified.verified ? await stores.accountOf(verified.person) : null;
  if (account?.active !== true) return { signedIn: false, because: "wrong" };
  await givenBack(stores, addressKey);
  return {
    signedIn: true,
    ...(await sessionFor(stores, account.person, "passkey", attempt, now, random)),
  };
}

/**
 * Signs in a person whom the organisation has recognised. Attempts of an address are counted as with passwords; the name
 * is that of `signInNameOf`, undefined where the organisation recognised nobody who is known here.
 */
export async function signInThroughOrganisation(
  stores: SignInStores,
  attempt: From & { readonly recognise: () => Promise<string | undefined> },
  now: Instant,
  random: RandomBytes,
): Promise<SignIn> {
  const addressKey = keyOf("address", attempt.address);
  const wait = await begin(stores, [[addressKey, addressPolicy]], now);
  if (wait !== undefined) return { signedIn: false, ...wait };
  const name = await attempt.recognise();
  const account = name === undefined ? null : await stores.findAccount(normalSignInName(name));
  if (account?.active !== true) return { signedIn: false, because: "wrong" };
  await givenBack(stores, addressKey);
  return {
    signedIn: true,
    ...(await sessionFor(stores, account.person, "organisation", attempt, now, random)),
  };
}

/**
 * Whether somebody who is signed in types the own password again, before something is changed that opens the account.
 * The attempts have a count of their own: who took over a session cannot guess, and cannot lock the person out either.
 */
export async function confirmPassword(
  stores: SignInStores,
  person: PersonId,
  password: string,
  now: Instant,
  cost = passwordCost,
): Promise<
  | { readonly confirmed: true }
  | { readonly confirmed: false; readonly because: "wrong" }
  | ({ readonly confirmed: false } & Wait)
> {
  const key = keyOf("confirmation", person);
  const wait = await begin(stores, [[key, personPolicy]], now);
  if (wait !== undefined) return { confirmed: false, ...wait };
  const account = await stores.accountOf(person);
  const { fits } = await checkPassword(password, account?.password ?? null, cost);
  if (!fits || !mayEnter(account, now)) return { confirmed: false, because: "wrong" };
  await cleared(stores, key);
  return { confirmed: true };
}

export type PasswordChange =
  | { readonly changed: true }
  | { readonly changed: false; readonly because: "wrong" | "same" }
  | { readonly changed: false; readonly because: "weak"; readonly problems: readonly PasswordProblem[] }
  | ({ readonly changed: false } & Wait);

/**
 * Replaces the password of somebody who is signed in and knows it. All sessions of the person end; the caller starts one.
 *
 * @param change - `names`: words that must not be in the new password, such as the person's name.
 */
export async function changePassword(
  stores: SignInStores,
  person: PersonId,
  change: { readonly before: string; readonly after: string; readonly names: readonly string[] },
  now: Instant,
  random: RandomBytes,
  cost = passwordCost,
): Promise<PasswordChange> {
  const problems = passwordProblems(change.after, change.names);
  if (problems.length > 0) return { changed: false, because: "weak", problems };
  const answer = await confirmPassword(stores, person, change.before, now, cost);
  if (!answer.confirmed) {
    const { confirmed: _, ...reason } = answer;
    return { changed: false, ...reason };
  }
  if (change.before.normalize("NFKC") === change.after.normalize("NFKC")) return { changed: false, because: "same" };
  const account = await stores.accountOf(person);
  const after = await hashPassword(change.after, random, cost);
  if (account === null || !(await stores.replacePassword(person, account.password, after, null)))
    return { changed: false, because: "wrong" };
  await stores.removeSessionsOf(person);
  return { changed: true };
}
