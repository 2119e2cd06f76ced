import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { sql } from "kysely";
import { minute, newPerson, office, scopeOf, system } from "../../../test/database/matters.ts";
import { onEachEngine, type Trial } from "../../../test/database/trial.ts";
import {
  type AttemptPolicy,
  beginAttempt,
  hashPassword,
  memoryPeople,
  type Passkey,
  type PeopleStore,
  sessionOf,
  signInWithPassword,
  startSession,
} from "../people/index.ts";
import { inTransaction } from "../store/index.ts";
import { instantSchema, type PersonId } from "../words/index.ts";
import { createPeopleStore } from "./index.ts";

const cheap = { memory: 64, passes: 1, parallelism: 1 };
const central = office("central-office");
const noon = minute(0);
const hash = hashPassword("four grey herons wait", randomBytes, cheap);
const year = instantSchema.parse("2027-01-05T08:00:00.000Z");

/** A store, and how a person comes to be known and is shut out. */
interface Opened {
  readonly people: PeopleStore;
  join(): Promise<PersonId>;
  leave(person: PersonId): Promise<void>;
}

/** What every store of people must do: the same tests for the one in memory and the two databases. */
function contract(opened: () => Opened): void {
  let count = 0;
  const nextName = (): string => {
    count += 1;
    return `person-${count}`;
  };
  async function withAccount(): Promise<{ readonly person: PersonId; readonly name: string } & Opened> {
    const { people, join, leave } = opened();
    const [person, name] = [await join(), nextName()];
    assert.equal(await people.addAccount({ person, name, password: await hash, oneTimeUntil: null }), true);
    return { people, join, leave, person, name };
  }

  test("an account is found by name and by person, and by nothing else", async () => {
    const { people, person, name } = await withAccount();
    const account = { person, password: await hash, oneTimeUntil: null, active: true };
    assert.deepEqual(await people.findAccount(name), account);
    assert.deepEqual(await people.accountOf(person), account);
    assert.equal(await people.findAccount(`${name}%`), null);
    assert.equal(await people.accountOf(newPerson()), null);
  });

  test("a name belongs to one person and a person has one account", async () => {
    const { people, join, person, name } = await withAccount();
    const other = await join();
    const account = { password: null, oneTimeUntil: null };
    assert.equal(await people.addAccount({ ...account, person: other, name }), false);
    assert.equal(await people.addAccount({ ...account, person, name: nextName() }), false);
    const next = nextName();
    assert.equal(await people.addAccount({ ...account, person: other, name: next }), true);
    assert.equal(await people.renameAccount(other, name), false);
    assert.equal(await people.renameAccount(other, next), true);
    const third = nextName();
    assert.equal(await people.renameAccount(other, third), true);
    assert.equal(await people.findAccount(next), null);
    assert.equal((await people.findAccount(third))?.person, other);
    assert.equal(await people.renameAccount(newPerson(), nextName()), false);
  });

  test("the list of accounts is in the order of names and holds no password", async () => {
    const { people, person, name } = await withAccount();
    const found = await people.accounts();
    assert.deepEqual(
      found.find((one) => one.person === person),
      { person, name, oneTimeUntil: null },
    );
    const names = found.map((one) => one.name);
    assert.deepEqual(names, [...names].sort());
    assert.ok(!JSON.stringify(found).includes("argon2"));
  });

  test("a password is replaced only where it is still the one that was known", async () => {
    const { people, person } = await withAccount();
    const next = await hashPassword("five grey herons wait", randomBytes, cheap);
    assert.equal(await people.replacePassword(person, next, next, null), false);
    assert.equal(await people.replacePassword(person, await hash, next, year), true);
    assert.deepEqual(await people.accountOf(person), { person, password: next, oneTimeUntil: year, active: true });
    assert.equal(await people.resetPassword(person, await hash, null), true);
    assert.equal((await people.accountOf(person))?.password, await hash);
    assert.equal(await people.resetPassword(newPerson(), next, null), false);
  });

  test("who has left cannot sign in, and whose one-time password ran out neither", async () => {
    const { people, leave, person, name } = await withAccount();
    const signIn = (at = noon) =>
      signInWithPassword(people, { name, password: "four grey herons wait", address: name }, at, randomBytes, cheap);
    assert.equal((await signIn()).signedIn, true);
    await people.resetPassword(person, await hash, minute(60));
    assert.equal((await signIn(minute(59))).signedIn, true);
    assert.deepEqual(await signIn(minute(60)), { signedIn: false, because: "wrong" });
    await people.resetPassword(person, await hash, null);
    await leave(person);
    assert.equal((await people.accountOf(person))?.active, false);
    assert.deepEqual(await signIn(), { signedIn: false, because: "wrong" });
  });

  test("attempts at once are counted one after the other", async () => {
    const { people } = opened();
    const policy: AttemptPolicy = { free: 3, firstDelay: 60_000, longestDelay: 60_000, forgetAfter: 86_400_000 };
    const key = nextName();
    const steps = await Promise.all(
      Array.from({ length: 20 }, () =>
        people.changeAttempts(key, (known) => {
          const step = beginAttempt(known, Date.parse(noon), policy);
          return { attempts: step.attempts, result: step.may };
        }),
      ),
    );
    assert.equal(steps.filter((may) => may).length, 4);
  });

  test("a session is kept, seen, given a role and ended; the token is nowhere", async () => {
    const { people, person } = await withAccount();
    const { token, session } = await startSession(people, { person, means: "passkey" }, noon, randomBytes);
    assert.deepEqual(await people.findSession(session.digest), session);
    await people.chooseRole(session.digest, "auditor");
    assert.deepEqual(await sessionOf(people, token, minute(20)), { ...session, role: "auditor", seenAt: minute(20) });
    assert.deepEqual((await people.findSession(session.digest))?.seenAt, minute(20));
    const other = await startSession(people, { person, means: "password" }, noon, randomBytes);
    await people.removeSession(session.digest);
    await people.touchSession(session.digest, minute(21));
    assert.equal(await people.findSession(session.digest), null);
    assert.notEqual(await people.findSession(other.session.digest), null);
    await people.removeSessionsOf(person);
    assert.equal(await people.findSession(other.session.digest), null);
  });

  test("a challenge is answered once", async () => {
    const { people, person } = await withAccount();
    const challenge = { challenge: randomBytes(32).toString("base64url"), person, until: minute(5) };
    await people.addChallenge(challenge);
    const taken = await Promise.all([1, 2, 3].map(() => people.takeChallenge(challenge.challenge)));
    assert.deepEqual(
      taken.filter((one) => one !== null),
      [challenge],
    );
  });

  test("a passkey is added once, counted on, listed and removed", async () => {
    const { people, person } = await withAccount();
    const id = randomBytes(16).toString("base64url");
    const passkey: Passkey = {
      id,
      person,
      publicKey: "AAAA",
      counter: 4_000_000_000,
      transports: ["internal", "hybrid"],
      backedUp: true,
      addedAt: noon,
      usedAt: null,
    };
    assert.equal(await people.addPasskey(passkey), true);
    assert.equal(await people.addPasskey(passkey), false);
    assert.equal(await people.passkeyUsed(id, 5, 6, minute(1)), false);
    assert.equal(await people.passkeyUsed(id, 4_000_000_000, 4_000_000_001, minute(1)), true);
    const used = { ...passkey, counter: 4_000_000_001, usedAt: minute(1) };
    assert.deepEqual(await people.findPasskey(id), used);
    assert.deepEqual(await people.passkeysOf(person), [used]);
    await people.removePasskey(id);
    assert.equal(await people.findPasskey(id), null);
    assert.deepEqual(await people.passkeysOf(person), []);
  });

  test("what ended is forgotten, and what counts still is kept", async () => {
    const { people, person } = await withAccount();
    const { session: old } = await startSession(people, { person, means: "password" }, noon, randomBytes);
    const { session: young } = await startSession(people, { person, means: "password" }, minute(20), randomBytes);
    const challenges = [minute(5), minute(45)].map((until, index) => ({
      challenge: `${index}`.padEnd(43, randomBytes(32).toString("base64url")),
      person: null,
      until,
    }));
    for (const one of challenges) await people.addChallenge(one);
    assert.ok((await people.forgetEnded(minute(30))) >= 2);
    assert.equal(await people.findSession(old.digest), null);
    assert.notEqual(await people.findSession(young.digest), null);
    assert.equal(await people.takeChallenge(challenges[0]?.challenge ?? ""), null);
    assert.notEqual(await people.takeChallenge(challenges[1]?.challenge ?? ""), null);
  });
}

describe("in memory", () => {
  const people = memoryPeople();
  contract(() => ({
    people,
    join: async () => newPerson(),
    leave: async (person) => people.setActive(person, false),
  }));
});

async function put({ store }: Trial, person: PersonId, active: boolean): Promise<void> {
  await store.read(system, (directory) =>
    directory.putPerson({ person, office: central, name: "Somebody", roles: ["case-officer"], active, data: {} }),
  );
}

onEachEngine((trial, engine) => {
  before(() =>
    trial().store.read(system, (directory) => directory.putOffice({ office: central, name: "Central", data: {} })),
  );
  contract(() => ({
    people: createPeopleStore(trial().database),
    join: async () => {
      const person = newPerson();
      await put(trial(), person, true);
      return person;
    },
    leave: (person) => put(trial(), person, false),
  }));

  test("a lock-out and a session survive the end of the program", async () => {
    const people = createPeopleStore(trial().database);
    const person = newPerson();
    await put(trial(), person, true);
    const { token } = await startSession(people, { person, means: "password" }, noon, randomBytes);
    await people.changeAttempts("survives", () => ({
      attempts: { failures: 9, lastAt: 1, lockedUntil: 2_000_000_000_000 },
      result: undefined,
    }));
    const again = createPeopleStore(trial().second);
    assert.equal((await sessionOf(again, token, noon))?.person, person);
    const known = await again.changeAttempts("survives", (attempts) => ({ attempts, result: attempts }));
    assert.deepEqual(known, { failures: 9, lastAt: 1, lockedUntil: 2_000_000_000_000 });
  });

  test("no scope of the application can select a password, and none but sign-in anything of accounts", async () => {
    const { database } = trial();
    const person = newPerson();
    await put(trial(), person, true);
    const people = createPeopleStore(database);
    await people.addAccount({ person, name: `hidden-${engine}`, password: await hash, oneTimeUntil: null });
    const administrator = scopeOf(person, central, "administrator");
    const tables = ["account", "session", "sign_in_attempts", "passkey", "passkey_challenge"];
    for (const scope of [undefined, system, administrator, scopeOf(person, central, "head-of-office")]) {
      const within = <Value>(statement: string) =>
        inTransaction(database, async ({ enter, sql: transaction }) => {
          if (scope !== undefined) await enter(scope);
          return (await sql<Value>`${sql.raw(statement)}`.execute(transaction)).rows;
        });
      for (const table of tables)
        assert.deepEqual(await within(`SELECT 1 FROM cooperation.${table}`), [], `${scope?.kind}: ${table}`);
      await assert.rejects(within("SELECT password FROM cooperation.account"), /permission denied/);
      await assert.rejects(within("SELECT * FROM cooperation.account"), /permission denied/);
      await assert.rejects(within(`SELECT cooperation.account_for_sign_in('hidden-${engine}', NULL)`), /only sign-in/);
      await assert.rejects(within(`SELECT cooperation.reset_password('${person}', NULL, NULL)`), /only sign-in/);
      await assert.rejects(within("INSERT INTO cooperation.session VALUES (repeat('a', 64))"), /row-level|null value/);
    }
    await assert.rejects(
      inTransaction(database, async ({ enterSignIn, sql: transaction }) => {
        await enterSignIn();
        await sql`SELECT password FROM cooperation.account`.execute(transaction);
      }),
      /permission denied/,
    );
    const seen = await inTransaction(database, async ({ enterSignIn, sql: transaction }) => {
      await enterSignIn();
      const { rows } = await sql`SELECT 1 FROM cooperation.matter UNION ALL SELECT 1 FROM cooperation.person
        UNION ALL SELECT 1 FROM cooperation.read_log UNION ALL SELECT 1 FROM cooperation.partner`.execute(transaction);
      return rows;
    });
    assert.deepEqual(seen, [], "sign-in sees nothing but accounts and sessions");
  });

  test("what was noted of sign-in is read by auditors and administrators, and changed by nobody", async () => {
    const { database } = trial();
    const person = newPerson();
    await put(trial(), person, true);
    await createPeopleStore(database).note({ at: noon, person, act: "signed-in", data: { means: "password" } });
    const acts = `SELECT act FROM cooperation.administrative_act WHERE person = '${person}'`;
    const readAs = (role: "auditor" | "administrator" | "case-officer") =>
      inTransaction(database, async ({ enter, sql: transaction }) => {
        await enter(scopeOf(person, central, role));
        return (await sql`${sql.raw(acts)}`.execute(transaction)).rows;
      });
    assert.deepEqual(await readAs("auditor"), [{ act: "signed-in" }]);
    assert.deepEqual(await readAs("administrator"), [{ act: "signed-in" }]);
    assert.deepEqual(await readAs("case-officer"), []);
    for (const statement of [
      "UPDATE cooperation.administrative_act SET act = 'x'",
      "DELETE FROM cooperation.administrative_act",
    ]) {
      await assert.rejects(sql`${sql.raw(statement)}`.execute(database.sql), /permission denied/);
      await assert.rejects(trial().asOwner(statement), /only ever added to/);
    }
    await assert.rejects(
      inTransaction(database, async ({ enter, sql: transaction }) => {
        await enter(scopeOf(person, central, "administrator"));
        await sql`INSERT INTO cooperation.administrative_act (at, person, office, role, act, subject, data)
          VALUES (${noon}, ${newPerson()}, 'central-office', 'administrator', 'x', '', '{}')`.execute(transaction);
      }),
      /row-level security/,
    );
  });
});
