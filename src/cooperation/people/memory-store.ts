import type { Digest, PersonId } from "../words/index.ts";
import { type Attempts, noAttempts } from "./attempts.ts";
import type { Passkey, PasskeyChallenge, PasskeyStore } from "./passkey.ts";
import type { Session } from "./session.ts";
import type { Account, SignInStores } from "./sign-in.ts";

/** All stores of this folder in memory: for tests, and for a demonstration that forgets. */
export interface MemoryPeople extends SignInStores, PasskeyStore {
  /** Adds or replaces the account of a sign-in name. */
  setAccount(name: string, account: Account): void;
}

/** An empty store. */
export function memoryPeople(): MemoryPeople {
  const accounts = new Map<string, Account>();
  const attempts = new Map<string, Attempts>();
  const sessions = new Map<Digest, Session>();
  const passkeys = new Map<string, Passkey>();
  const challenges = new Map<string, PasskeyChallenge>();
  return {
    setAccount: (name, account) => void accounts.set(name, account),
    findAccount: async (name) => accounts.get(name) ?? null,
    replacePassword: async (person: PersonId, before, after) => {
      for (const [name, account] of accounts)
        if (account.person === person && account.password === before)
          accounts.set(name, { ...account, password: after });
    },
    changeAttempts: async (key, change) => {
      const { attempts: changed, result } = change(attempts.get(key) ?? noAttempts);
      attempts.set(key, changed);
      return result;
    },
    addSession: async (session) => void sessions.set(session.digest, session),
    findSession: async (digest) => sessions.get(digest) ?? null,
    touchSession: async (digest, seenAt) => {
      const session = sessions.get(digest);
      if (session !== undefined) sessions.set(digest, { ...session, seenAt });
    },
    removeSession: async (digest) => void sessions.delete(digest),
    removeSessionsOf: async (person) => {
      for (const [digest, session] of sessions) if (session.person === person) sessions.delete(digest);
    },
    addChallenge: async (challenge) => void challenges.set(challenge.challenge, challenge),
    takeChallenge: async (text) => {
      const challenge = challenges.get(text) ?? null;
      challenges.delete(text);
      return challenge;
    },
    addPasskey: async (passkey) => {
      if (passkeys.has(passkey.id)) return false;
      passkeys.set(passkey.id, passkey);
      return true;
    },
    findPasskey: async (id) => passkeys.get(id) ?? null,
    passkeysOf: async (person) => [...passkeys.values()].filter((passkey) => passkey.person === person),
    passkeyUsed: async (id, before, after, usedAt) => {
      const passkey = passkeys.get(id);
      if (passkey === undefined || passkey.counter !== before) return false;
      passkeys.set(id, { ...passkey, counter: after, usedAt });
      return true;
    },
    removePasskey: async (id) => void passkeys.delete(id),
  };
}
