import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { type Instant, instantSchema, personIdSchema } from "../words/index.ts";
import {
  addressPolicy,
  afterSuccessOfAddress,
  beginAttempt,
  checkPassword,
  csrfToken,
  csrfTokenFits,
  endSession,
  hashPassword,
  isForgotten,
  memoryPeople,
  noAttempts,
  personPolicy,
  sessionDigest,
  sessionOf,
  signInWithPassword,
  startSession,
} from "./index.ts";

const cheap = { memory: 64, passes: 1, parallelism: 1 };
const officer = personIdSchema.parse("00000000-0000-7000-8000-000000000001");
const other = personIdSchema.parse("00000000-0000-7000-8000-000000000002");
const noon = instantSchema.parse("2026-03-02T12:00:00.000Z");
const after = (milliseconds: number): Instant =>
  instantSchema.parse(new Date(Date.parse(noon) + milliseconds).toISOString());
const minute = 60_000;
const hour = 60 * minute;
const right = "four grey herons wait";

async function withOfficer(active = true) {
  const stores = memoryPeople();
  const password = await hashPassword(right, randomBytes, cheap);
  await stores.addAccount({ person: officer, name: "m.moreno", password, oneTimeUntil: null });
  stores.setActive(officer, active);
  const signIn = (password: string, at = noon, name = "m.moreno", address = "192.0.2.1") =>
    signInWithPassword(stores, { name, password, address }, at, randomBytes, cheap);
  return { stores, signIn };
}

test("name and password open a session, however the name is written", async () => {
  const { stores, signIn } = await withOfficer();
  const signedIn = await signIn(right, noon, " M.Moreno ");
  assert.ok(signedIn.signedIn);
  const session = await sessionOf(stores, signedIn.token, after(minute));
  assert.equal(session?.person, officer);
  assert.equal(session?.means, "password");
});

test("a wrong password, an unknown name and a closed account are answered alike", async () => {
  const { signIn } = await withOfficer();
  const wrong = { signedIn: false, because: "wrong" } as const;
  assert.deepEqual(await signIn("another password"), wrong);
  assert.deepEqual(await signIn(right, noon, "nobody"), wrong);
  assert.deepEqual(await (await withOfficer(false)).signIn(right), wrong);
});

test("after four failures each further one makes the person wait twice as long, known or not", async () => {
  for (const name of ["m.moreno", "nobody"]) {
    const { signIn } = await withOfficer();
    for (let n = 0; n < 5; n += 1)
      assert.deepEqual(await signIn("wrong wrong wrong", noon, name), { signedIn: false, because: "wrong" });
    const waits = { signedIn: false, because: "wait", retryAt: after(30_000) } as const;
    assert.deepEqual(await signIn(right, noon, name), waits);
    assert.deepEqual(await signIn(right, after(29_999), name, "198.51.100.9"), waits);
    assert.deepEqual(await signIn("wrong wrong wrong", after(30_000), name), { signedIn: false, because: "wrong" });
    assert.deepEqual(await signIn(right, after(30_001), name), { ...waits, retryAt: after(30_000 + 60_000) });
  }
});

test("guesses made at once do not slip through before the first has failed", async () => {
  const { signIn } = await withOfficer();
  const answers = await Promise.all(Array.from({ length: 50 }, () => signIn("wrong wrong wrong")));
  assert.equal(answers.filter((answer) => !answer.signedIn && answer.because === "wrong").length, 5);
});

test("a success lets the person start afresh, but an address cannot clear its count with a good account", async () => {
  const { stores, signIn } = await withOfficer();
  for (let n = 0; n < 4; n += 1) await signIn("wrong wrong wrong");
  assert.equal((await signIn(right)).signedIn, true);
  for (let n = 0; n < 4; n += 1)
    assert.deepEqual(await signIn("wrong wrong wrong"), { signedIn: false, because: "wrong" });
  assert.equal((await signIn(right)).signedIn, true);

  let guesses = 0;
  for (let n = 0; n < 200; n += 1) {
    const answer = await signInWithPassword(
      stores,
      { name: `victim-${n}`, password: "summer of herons", address: "203.0.113.5" },
      noon,
      randomBytes,
      cheap,
    );
    if (!answer.signedIn && answer.because === "wrong") guesses += 1;
    await signIn(right, noon, "m.moreno", "203.0.113.5");
  }
  assert.equal(guesses, addressPolicy.free + 1);
});

test("delays grow, stop growing at their limit, and are forgotten after a quiet day", () => {
  for (const policy of [personPolicy, addressPolicy]) {
    let state = noAttempts;
    let now = Date.parse(noon);
    let before = 0;
    for (let n = 1; n < 120; n += 1) {
      const step = beginAttempt(state, now, policy);
      assert.ok(step.may);
      const delay = Math.max(0, step.attempts.lockedUntil - now);
      assert.ok(delay >= before && delay <= policy.longestDelay);
      assert.equal(delay === 0, n <= policy.free);
      assert.deepEqual(beginAttempt(step.attempts, now + delay - 1, policy).may, delay === 0);
      before = delay;
      state = step.attempts;
      now += delay;
    }
    assert.equal(before, policy.longestDelay);
    const lastAt = state.lastAt;
    assert.equal(isForgotten(state, lastAt + policy.forgetAfter - 1, policy), false);
    assert.equal(isForgotten(state, lastAt + policy.forgetAfter, policy), true);
    assert.equal(beginAttempt(state, lastAt + policy.forgetAfter, policy).attempts.failures, 1);
  }
});

test("whatever the times of attempts, no more are let through than the policy says", () => {
  const gap = fc.oneof(fc.constant(0), fc.integer({ min: -hour, max: hour }));
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 100 }), (gaps) => {
      let state = noAttempts;
      let now = Date.parse(noon);
      let admitted = 0;
      let earliest = now;
      let latest = now;
      for (const step of gaps) {
        now += step;
        earliest = Math.min(earliest, now);
        latest = Math.max(latest, now);
        const answer = beginAttempt(state, now, personPolicy);
        if (answer.may) admitted += 1;
        else assert.ok(answer.retryAt > now);
        state = answer.attempts;
      }
      const quietDays = Math.floor((latest - earliest) / personPolicy.forgetAfter) + 1;
      const delayed = Math.ceil((latest - earliest) / personPolicy.firstDelay);
      assert.ok(admitted <= personPolicy.free * quietDays + delayed + 1);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("an address gets its own attempt back after a success and keeps the failures of others", () => {
  const known = { failures: 40, lastAt: 1_000, lockedUntil: 9_000 };
  assert.deepEqual(afterSuccessOfAddress(known, addressPolicy), { failures: 39, lastAt: 1_000, lockedUntil: 9_000 });
  const few = { failures: 31, lastAt: 1_000, lockedUntil: 61_000 };
  assert.deepEqual(afterSuccessOfAddress(few, addressPolicy), { failures: 30, lastAt: 1_000, lockedUntil: 0 });
});

test("a password stored at a lower cost is stored anew when its owner signs in", async () => {
  const stores = memoryPeople();
  const old = await hashPassword(right, randomBytes, { memory: 32, passes: 1, parallelism: 1 });
  await stores.addAccount({ person: officer, name: "m.moreno", password: old, oneTimeUntil: null });
  const attempt = { name: "m.moreno", password: right, address: "192.0.2.1" };
  assert.equal((await signInWithPassword(stores, attempt, noon, randomBytes, cheap)).signedIn, true);
  const now = (await stores.findAccount("m.moreno"))?.password ?? "";
  assert.match(now, /\$m=64,/);
  assert.deepEqual(await checkPassword(right, now, cheap), { fits: true, rehash: false });
});

test("the store never holds the token of a session, and chance makes every token another", async () => {
  const stores = memoryPeople();
  const who = { person: officer, means: "passkey" } as const;
  const one = await startSession(stores, who, noon, randomBytes);
  const two = await startSession(stores, who, noon, randomBytes);
  assert.notEqual(one.token, two.token);
  assert.equal(Buffer.from(one.token, "base64url").length, 32);
  assert.ok(!JSON.stringify(one.session).includes(one.token));
  assert.equal(await sessionOf(stores, one.session.digest, noon), null);
});

test("a session ends when idle for half an hour and after twelve hours in any case", async () => {
  const stores = memoryPeople();
  const who = { person: officer, means: "password" } as const;
  const idle = await startSession(stores, who, noon, randomBytes);
  assert.notEqual(await sessionOf(stores, idle.token, after(30 * minute - 1)), null);
  assert.notEqual(await sessionOf(stores, idle.token, after(60 * minute - 2)), null);
  assert.equal(await sessionOf(stores, idle.token, after(90 * minute - 2)), null);
  assert.equal(await stores.findSession(idle.session.digest), null);

  const busy = await startSession(stores, who, noon, randomBytes);
  for (let at = 20 * minute; at < 12 * hour; at += 20 * minute)
    assert.notEqual(await sessionOf(stores, busy.token, after(at)), null, String(at));
  assert.equal(await sessionOf(stores, busy.token, after(12 * hour)), null);
});

test("a session from before sign-in, a signed-out one and all of a person can be ended", async () => {
  const stores = memoryPeople();
  const who = { person: officer, means: "password" } as const;
  const planted = await startSession(stores, who, noon, randomBytes);
  const fresh = await startSession(stores, { ...who, previousToken: planted.token }, noon, randomBytes);
  assert.equal(await sessionOf(stores, planted.token, noon), null);
  assert.notEqual(await sessionOf(stores, fresh.token, noon), null);
  await endSession(stores, fresh.token);
  assert.equal(await sessionOf(stores, fresh.token, noon), null);

  const [one, two] = [
    await startSession(stores, who, noon, randomBytes),
    await startSession(stores, who, noon, randomBytes),
  ];
  const stranger = await startSession(stores, { person: other, means: "password" }, noon, randomBytes);
  await stores.removeSessionsOf(officer);
  assert.equal(await sessionOf(stores, one.token, noon), null);
  assert.equal(await sessionOf(stores, two.token, noon), null);
  assert.equal((await sessionOf(stores, stranger.token, noon))?.person, other);
});

test("what is not the form of a token opens nothing", async () => {
  const stores = memoryPeople();
  for (const token of [
    "",
    "x",
    "a".repeat(42),
    `${"a".repeat(42)}=`,
    "a".repeat(44),
    "../../../etc/passwd",
    "\u0000".repeat(43),
  ]) {
    assert.equal(sessionDigest(token), undefined);
    assert.equal(await sessionOf(stores, token, noon), null);
    await endSession(stores, token);
  }
});

test("a form token fits its own session and key only, and a changed one fits nothing", async () => {
  const stores = memoryPeople();
  const key = randomBytes(32);
  const who = { person: officer, means: "password" } as const;
  const [{ session }, { session: another }] = [
    await startSession(stores, who, noon, randomBytes),
    await startSession(stores, who, noon, randomBytes),
  ];
  const token = csrfToken(key, session.digest, randomBytes);
  assert.notEqual(token, csrfToken(key, session.digest, randomBytes));
  assert.equal(csrfTokenFits(key, session.digest, token), true);
  assert.equal(csrfTokenFits(key, another.digest, token), false);
  assert.equal(csrfTokenFits(randomBytes(32), session.digest, token), false);
  assert.throws(() => csrfToken(randomBytes(16), session.digest, randomBytes), RangeError);
  for (const place of [0, 10, 21, 23, 40]) {
    const changed = `${token.slice(0, place)}${token[place] === "A" ? "B" : "A"}${token.slice(place + 1)}`;
    assert.equal(csrfTokenFits(key, session.digest, changed), false, String(place));
  }
  for (const text of ["", ".", token.slice(0, -1), `${token}A`, `${token}.${token}`])
    assert.equal(csrfTokenFits(key, session.digest, text), false, text);
});
