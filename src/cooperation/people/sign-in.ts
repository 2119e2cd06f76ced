import { digestOf, type Instant, instantSchema, type PersonId } from "../words/index.ts";
import {
  type Attempts,
  addressPolicy,
  afterSuccessOfAddress,
  afterSuccessOfPerson,
  beginAttempt,
  personPolicy,
} from "./attempts.ts";
import type { RandomBytes } from "./effects.ts";
import { checkPassword, hashPassword, passwordCost } from "./password.ts";
import { type Session, type SessionStore, startSession } from "./session.ts";

/** An account as sign-in needs it. */
export interface Account {
  readonly person: PersonId;
  /** What `hashPassword` made; null for a person who signs in otherwise. */
  readonly password: string | null;
  /** false: the person has left or was shut out. */
  readonly active: boolean;
}

export interface AccountStore {
  /** @param name the sign-in name, as `normalSignInName` writes it */
  findAccount(name: string): Promise<Account | null>;
  /** Replaces the stored password, if it still is `before`. */
  replacePassword(person: PersonId, before: string | null, after: string): Promise<void>;
}

export interface AttemptStore {
  /** Reads, changes and writes as one step: two at once must not see the same state. Unknown keys have `noAttempts`. */
  changeAttempts<Result>(
    key: string,
    change: (known: Attempts) => { readonly attempts: Attempts; readonly result: Result },
  ): Promise<Result>;
}

export interface SignInStores extends AccountStore, AttemptStore, SessionStore {}

export type SignIn =
  | { readonly signedIn: true; readonly token: string; readonly session: Session }
  /** `wrong` says neither whether the name exists nor whether the account is closed. */
  | { readonly signedIn: false; readonly because: "wrong" }
  | { readonly signedIn: false; readonly because: "wait"; readonly retryAt: Instant };

/** One form for all ways to write a sign-in name. */
export const normalSignInName = (name: string): string => name.normalize("NFKC").trim().toLowerCase();

// The keys are digests: what people mistype, such as a password in the wrong field, is not kept.
const keyOf = (kind: "person" | "address", text: string): string => `${kind}:${digestOf(text)}`;

/**
 * Signs in with name and password: delays first, then the password, which takes as long for names that do not exist.
 *
 * @param address where the attempt comes from, such as the IP address (for IPv6 its /64)
 * @param previousToken the session token the browser sent, which ends
 */
export async function signInWithPassword(
  stores: SignInStores,
  attempt: {
    readonly name: string;
    readonly password: string;
    readonly address: string;
    readonly previousToken?: string;
  },
  now: Instant,
  random: RandomBytes,
  cost = passwordCost,
): Promise<SignIn> {
  const at = Date.parse(now);
  const name = normalSignInName(attempt.name);
  const personKey = keyOf("person", name);
  const addressKey = keyOf("address", attempt.address);
  for (const [key, policy] of [
    [addressKey, addressPolicy],
    [personKey, personPolicy],
  ] as const) {
    const step = await stores.changeAttempts(key, (known) => {
      const result = beginAttempt(known, at, policy);
      return { attempts: result.attempts, result };
    });
    if (!step.may) {
      const retryAt = instantSchema.parse(new Date(step.retryAt).toISOString());
      return { signedIn: false, because: "wait", retryAt };
    }
  }
  const account = await stores.findAccount(name);
  const { fits, rehash } = await checkPassword(attempt.password, account?.password ?? null, cost);
  if (!fits || account === null || !account.active) return { signedIn: false, because: "wrong" };

  await stores.changeAttempts(personKey, () => ({ attempts: afterSuccessOfPerson(), result: undefined }));
  await stores.changeAttempts(addressKey, (known) => ({
    attempts: afterSuccessOfAddress(known, addressPolicy),
    result: undefined,
  }));
  if (rehash)
    await stores.replacePassword(account.person, account.password, await hashPassword(attempt.password, random, cost));
  const { previousToken } = attempt;
  const who = { person: account.person, means: "password" as const };
  const started = await startSession(
    stores,
    previousToken === undefined ? who : { ...who, previousToken },
    now,
    random,
  );
  return { signedIn: true, ...started };
}
