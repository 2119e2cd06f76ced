import { type CooperationDatabase, inTransaction } from "../store/index.ts";
import { type PeopleTransaction, peopleWithin } from "./sql-people.ts";

/** The stores of people in the database of the matters: each call is a transaction of its own. */
export function createPeopleStore(database: CooperationDatabase): PeopleTransaction {
  const within = <Value>(work: (people: PeopleTransaction) => Promise<Value>): Promise<Value> =>
    inTransaction(database, (transaction) => work(peopleWithin(transaction)));
  return {
    findAccount: (name) => within((people) => people.findAccount(name)),
    accountOf: (person) => within((people) => people.accountOf(person)),
    addAccount: (account) => within((people) => people.addAccount(account)),
    renameAccount: (person, name) => within((people) => people.renameAccount(person, name)),
    resetPassword: (person, password, until) => within((people) => people.resetPassword(person, password, until)),
    replacePassword: (person, before, after, until) =>
      within((people) => people.replacePassword(person, before, after, until)),
    accounts: () => within((people) => people.accounts()),
    changeAttempts: (key, change) => within((people) => people.changeAttempts(key, change)),
    addSession: (session) => within((people) => people.addSession(session)),
    findSession: (digest) => within((people) => people.findSession(digest)),
    touchSession: (digest, seenAt) => within((people) => people.touchSession(digest, seenAt)),
    chooseRole: (digest, role) => within((people) => people.chooseRole(digest, role)),
    proveSession: (digest, provedAt) => within((people) => people.proveSession(digest, provedAt)),
    sessionsOf: (person) => within((people) => people.sessionsOf(person)),
    removeSession: (digest) => within((people) => people.removeSession(digest)),
    removeSessionsOf: (person) => within((people) => people.removeSessionsOf(person)),
    addChallenge: (challenge) => within((people) => people.addChallenge(challenge)),
    takeChallenge: (challenge) => within((people) => people.takeChallenge(challenge)),
    addPasskey: (passkey) => within((people) => people.addPasskey(passkey)),
    findPasskey: (id) => within((people) => people.findPasskey(id)),
    passkeysOf: (person) => within((people) => people.passkeysOf(person)),
    passkeyUsed: (id, before, after, usedAt) => within((people) => people.passkeyUsed(id, before, after, usedAt)),
    removePasskey: (id) => within((people) => people.removePasskey(id)),
    forgetEnded: (now) => within((people) => people.forgetEnded(now)),
    news: (person, startedAt) => within((people) => people.news(person, startedAt)),
    note: (note) => within((people) => people.note(note)),
  };
}
