import type { Instant, PersonId } from "../words/index.ts";
import type { Attempts } from "./attempts.ts";
import type { SessionStore } from "./session.ts";

/** An account as sign-in needs it. */
export interface Account {
  readonly person: PersonId;
  /** What `hashPassword` made; null for a person who signs in otherwise. */
  readonly password: string | null;
  /**
   * An administrator made the password: it opens nothing from this moment on, and has to be changed at the first
   * sign-in. null: the password is the person's own.
   */
  readonly oneTimeUntil: Instant | null;
  /** false: the person has left or was shut out. */
  readonly active: boolean;
}

export interface AccountStore {
  /** @param name the sign-in name, as `normalSignInName` writes it */
  findAccount(name: string): Promise<Account | null>;
  accountOf(person: PersonId): Promise<Account | null>;
  /** Replaces the stored password, if it still is `before`; false when it is not. */
  replacePassword(
    person: PersonId,
    before: string | null,
    after: string,
    oneTimeUntil: Instant | null,
  ): Promise<boolean>;
}

/** What may be shown of an account. */
export interface AccountEntry {
  readonly person: PersonId;
  readonly name: string;
  readonly oneTimeUntil: Instant | null;
}

/** Accounts as administrators and set-up work on them; names as `normalSignInName` writes them. */
export interface AccountRegister {
  /** false: the person has an account, or the name is taken. */
  addAccount(account: AccountEntry & { readonly password: string | null }): Promise<boolean>;
  /** false: the name is taken, or there is no account. */
  renameAccount(person: PersonId, name: string): Promise<boolean>;
  /** Sets a password whatever it was; false when there is no account. */
  resetPassword(person: PersonId, password: string, oneTimeUntil: Instant | null): Promise<boolean>;
  /** By name. */
  accounts(): Promise<readonly AccountEntry[]>;
}

/** Drops what no longer counts: sessions that ended, challenges that ran out, attempts that are forgotten. */
export interface Forgetting {
  /** @returns how many entries went */
  forgetEnded(now: Instant): Promise<number>;
}

export interface AttemptStore {
  /** Reads, changes and writes as one step: two at once must not see the same state. Unknown keys have `noAttempts`. */
  changeAttempts<Result>(
    key: string,
    change: (known: Attempts) => { readonly attempts: Attempts; readonly result: Result },
  ): Promise<Result>;
}

export interface SignInStores extends AccountStore, AttemptStore, SessionStore {}
