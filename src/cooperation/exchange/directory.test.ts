import assert from "node:assert/strict";
import { test } from "node:test";
import { authorityIdSchema, instantSchema } from "../words/index.ts";
import { keyUpdateSchema, provePossession } from "./directory.ts";
import {
  announceKeys,
  encryptionKeyAt,
  fingerprint,
  generatePrivateKey,
  introduce,
  introductionSchema,
  isDirectoryProblem,
  isRefused,
  type KnownAuthority,
  keyUpdateBody,
  type Post,
  receive,
  sendDue,
  signingKeyAt,
  submit,
  usableKey,
  withKeyUpdate,
  withoutKey,
} from "./index.ts";
import {
  identity,
  SetClock,
  type SimulatedAuthority,
  seededChance,
  twoAuthorities,
  validUntil,
} from "./simulation/node.ts";

const march = instantSchema.parse("2026-03-01T00:00:00.000Z");
const april = instantSchema.parse("2026-04-01T00:00:00.000Z");
const may = instantSchema.parse("2026-05-01T00:00:00.000Z");

async function known(): Promise<{
  readonly own: Awaited<ReturnType<typeof identity>>;
  readonly entry: KnownAuthority;
}> {
  const own = await identity("arcadia-central");
  const entry = await introduce(own.introduction, fingerprint(own.introduction), march);
  assert.ok(!isDirectoryProblem(entry));
  return { own, entry };
}

test("an authority is pinned only with the fingerprint that was compared; spaces and case do not matter", async () => {
  const own = await identity("arcadia-central");
  const compared = fingerprint(own.introduction);
  assert.match(compared, /^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  const reversed = { ...own.introduction, keys: own.introduction.keys.toReversed() };
  assert.equal(fingerprint(reversed), compared, "the order of the keys does not matter");
  assert.ok(!isDirectoryProblem(await introduce(own.introduction, compared.toUpperCase().replaceAll(" ", ""), march)));
  for (const other of ["", compared.slice(0, -1), compared.replace(/.$/, (last) => (last === "0" ? "1" : "0"))])
    assert.deepEqual(await introduce(own.introduction, other, march), { problem: "fingerprint-differs" });
  const renamed = { ...own.introduction, authority: authorityIdSchema.parse("bensalem-central") };
  assert.deepEqual(await introduce(renamed, compared, march), { problem: "fingerprint-differs" });
});

test("an introduction whose keys are misnamed, doubled, of one use only or backward in time is not pinned", async () => {
  const { introduction } = await identity("arcadia-central");
  const other = await identity("bensalem-central");
  const [signing, encryption] = introduction.keys;
  const [foreign] = other.introduction.keys;
  assert.ok(signing && encryption && foreign);
  const cases = [
    ["key-name-is-no-thumbprint", [{ ...signing, kid: foreign.kid }, encryption]],
    ["key-known-already", [signing, signing, encryption]],
    ["key-of-each-use-needed", [signing, foreign]],
    ["validity-ends-before-it-begins", [{ ...signing, notAfter: signing.notBefore }, encryption]],
  ] as const;
  for (const [problem, keys] of cases) {
    const changed = introductionSchema.parse({ ...introduction, keys });
    assert.deepEqual(await introduce(changed, fingerprint(changed), march), { problem });
  }
});

test("a new key counts when an old one vouches for it, from its first moment to its last", async () => {
  const { entry } = await known();
  const key = await usableKey(await generatePrivateKey("signing", april, may));
  const update = keyUpdateSchema.parse(await keyUpdateBody(entry.authority, [key], []));
  const [old] = entry.keys;
  assert.ok(old);
  const changed = await withKeyUpdate(entry, update, old.key.kid, march);
  assert.ok(!isDirectoryProblem(changed));
  assert.equal(changed.keys.at(-1)?.vouchedBy, old.key.kid);
  assert.equal(signingKeyAt(changed, key.public.kid, march), undefined);
  assert.equal(signingKeyAt(changed, key.public.kid, april)?.kid, key.public.kid);
  assert.equal(signingKeyAt(changed, key.public.kid, may)?.kid, key.public.kid);
  assert.equal(signingKeyAt(changed, key.public.kid, instantSchema.parse("2026-05-01T00:00:00.001Z")), undefined);
  assert.equal(signingKeyAt(changed, old.key.kid, april)?.kid, old.key.kid, "the old key goes on");
  assert.equal(changed.pinned, entry.pinned);
});

test("nobody can take the signing key of another for their own", async () => {
  const { entry } = await known();
  const other = await identity("bensalem-central");
  const [theirs] = other.keys.signing;
  assert.ok(theirs);
  const honest = await provePossession(other.authority, theirs);
  for (const possession of [honest, null, "", "e30.e30.e30"]) {
    const update = keyUpdateSchema.parse({ add: [{ key: theirs.public, possession }], revoke: [] });
    assert.deepEqual(await withKeyUpdate(entry, update, "old", march), { problem: "key-not-possessed" });
  }
});

test("a revoked key proves nothing any more, a first revocation stays, and the last signing key cannot be given away", async () => {
  const { entry } = await known();
  const [signing, encryption] = entry.keys;
  assert.ok(signing && encryption);
  const revoked = withoutKey(entry, encryption.key.kid, "the token was lost", april);
  assert.ok(!isDirectoryProblem(revoked));
  assert.equal(encryptionKeyAt(entry, may)?.kid, encryption.key.kid);
  assert.equal(encryptionKeyAt(revoked, may), undefined);
  assert.equal(encryptionKeyAt(revoked, march), undefined, "also for what claims to be older");
  const again = withoutKey(revoked, encryption.key.kid, "another reason", may);
  assert.ok(!isDirectoryProblem(again));
  assert.deepEqual(again.keys[1]?.revoked, { at: april, reason: "the token was lost" });
  assert.deepEqual(withoutKey(entry, "nobody's", "", april), { problem: "key-unknown" });
  const update = { add: [], revoke: [{ kid: signing.key.kid, reason: "retired" }] };
  assert.deepEqual(await withKeyUpdate(entry, update, signing.key.kid, april), { problem: "no-signing-key-left" });
});

test("the key to write to is the valid one that became valid last", async () => {
  const { entry } = await known();
  const key = await usableKey(await generatePrivateKey("encryption", april, may));
  const update = keyUpdateSchema.parse(await keyUpdateBody(entry.authority, [key], []));
  const changed = await withKeyUpdate(entry, update, "old", march);
  assert.ok(!isDirectoryProblem(changed));
  assert.notEqual(encryptionKeyAt(changed, march)?.kid, key.public.kid);
  assert.equal(encryptionKeyAt(changed, april)?.kid, key.public.kid);
  assert.notEqual(encryptionKeyAt(changed, validUntil)?.kid, key.public.kid);
});

function line(to: SimulatedAuthority): Post {
  return async (_, sealed) => {
    const outcome = await receive(to.node, sealed);
    return isRefused(outcome) ? { problem: "refused" } : outcome;
  };
}

test("two authorities roll their keys over while messages go on, and a revoked key is refused at once", async () => {
  const clock = new SetClock();
  const { arcadia, bensalem } = await twoAuthorities(clock, seededChance(11));
  const write = async () =>
    await arcadia.node.store.transaction((transaction) =>
      submit(arcadia.node, transaction, { to: bensalem.own.authority, kind: "notice", body: {} }),
    );
  const begin = instantSchema.parse(new Date(clock.milliseconds + 3_600_000).toISOString());
  const signing = await usableKey(await generatePrivateKey("signing", begin, validUntil));
  const encryption = await usableKey(await generatePrivateKey("encryption", begin, validUntil));
  const announce = async (revoke: { kid: string; reason: string }[], add = [signing, encryption]) => {
    await arcadia.node.store.transaction((transaction) =>
      announceKeys(arcadia.node, transaction, bensalem.own.authority, add, revoke),
    );
    assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 1);
  };
  await announce([]);
  const old = arcadia.keys;
  arcadia.keys = { signing: [...old.signing, signing], encryption: [...old.encryption, encryption] };
  await write();
  assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 1);
  clock.milliseconds += 7_200_000;
  await write();
  assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 1);
  const [last] = [...bensalem.store.tables.inbox.values()].toReversed();
  const header = Buffer.from(last?.signed?.split(".")[0] ?? "", "base64url").toString("utf8");
  assert.ok(header.includes(signing.public.kid) && last?.sealedFor === encryption.public.kid);
  await announce([{ kid: old.signing[0]?.public.kid ?? "", reason: "its time is over" }], []);
  await write();
  arcadia.keys = old;
  assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 0);
  assert.deepEqual(bensalem.notes, [{ what: "refused", reason: "unknown-sender" }]);
});

test("a key that is known already, or an update that is none, is rejected with a signed answer", async () => {
  const clock = new SetClock();
  const { arcadia, bensalem } = await twoAuthorities(clock, seededChance(12));
  const [own] = arcadia.keys.signing;
  const [theirs] = bensalem.keys.signing;
  assert.ok(own && theirs);
  for (const key of [own, theirs])
    await arcadia.node.store.transaction((transaction) =>
      announceKeys(arcadia.node, transaction, bensalem.own.authority, [key], []),
    );
  assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 2);
  assert.deepEqual(
    [...arcadia.store.tables.outbox.values()].map(({ state }) => state),
    ["rejected", "rejected"],
  );
  assert.equal(bensalem.store.tables.authorities.get("arcadia-central")?.keys.length, 2);
});
