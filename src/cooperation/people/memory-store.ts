import type { Digest, PersonId } from "../words/index.ts";
import { type Attempts, addressPolicy, isForgotten, noAttempts } from "./attempts.ts";
import type { Passkey, PasskeyChallenge, PasskeyStore } from "./passkey.ts";
import { type Session, sessionPolicy } from "./session.ts";
import type { Account, AccountRegister, Forgetting, SignInStores } from "./stores.ts";

/** All stores of this folder. */
export interface PeopleStore extends SignInStores, AccountRegister, PasskeyStore, Forgetting {}

/** The stores in memory, for tests. Who was shut out is said with `setActive`: there is no directory of persons here. */
export interface MemoryPeople extends PeopleStore {
  setActive(person: PersonId, active: boolean): void;
}

/** An empty store. */
export function memoryPeople(): MemoryPeople {
  const accounts = new Map<string, Account>();
  const attempts = new Map<string, Attempts>();
  const sessions = new Map<Digest, Session>();
  const passkeys = new Map<string, Passkey>();
  const challenges = new Map<string, PasskeyChallenge>();
  const nameAndAccount = (person: PersonId) => [...accounts].find(([, account]) => account.person === person);
  const change = (person: PersonId, made: (account: Account) => Account): boolean => {
    const [name, account] = nameAndAccount(person) ?? [];
    if (name === undefined || account === undefined) return false;
    accounts.set(name, made(account));
    return true;
  };
  return {
    setActive: (person, active) => void change(person, (account) => ({ ...account, active })),
    findAccount: async (name) => accounts.get(name) ?? null,
    accountOf: async (person) => nameAndAccount(person)?.[1] ?? null,
    addAccount: async ({ person, name, password, oneTimeUntil }) => {
      if (accounts.has(name) || nameAndAccount(person) !== undefined) return false;
      accounts.set(name, { person, password, oneTimeUntil, active: true });
      return true;
    },
    renameAccount: async (person, name) => {
      const [before, account] = nameAndAccount(person) ?? [];
      if (before === undefined || account === undefined || (before !== name && accounts.has(name))) return false;
      accounts.delete(before);
      accounts.set(name, account);
      return true;
    },
    resetPassword: async (person, password, oneTimeUntil) =>
      change(person, (account) => ({ ...account, password, oneTimeUntil })),
    accounts: async () =>
      [...accounts]
        .map(([name, { person, oneTimeUntil }]) => ({ person, name, oneTimeUntil }))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    replacePassword: async (person, before, after, oneTimeUntil) =>
      nameAndAccount(person)?.[1].password === before &&
      change(person, (account) => ({ ...account, password: after, oneTimeUntil })),
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
    chooseRole: async (digest, role) => {
      const session = sessions.get(digest);
      if (session !== undefined) sessions.set(digest, { ...session, role });
    },
    proveSession: async (digest, provedAt) => {
      const session = sessions.get(digest);
      if (session !== undefined) sessions.set(digest, { ...session, provedAt });
    },
    sessionsOf: async (person) =>
      [...sessions.values()]
        .filter((session) => session.person === person)
        .sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt)),
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
    forgetEnded: async (now) => {
      const at = Date.parse(now);
      const before = sessions.size + challenges.size + attempts.size;
      for (const [digest, { endsAt, seenAt }] of sessions)
        if (endsAt <= now || at - Date.parse(seenAt) >= sessionPolicy.idle) sessions.delete(digest);
      for (const [text, { until }] of challenges) if (until <= now) challenges.delete(text);
      for (const [key, known] of attempts) if (isForgotten(known, at, addressPolicy)) attempts.delete(key);
      return before - sessions.size - challenges.size - attempts.size;
    },
  };
}
