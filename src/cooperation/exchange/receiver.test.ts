import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, instantSchema, type JsonObject } from "../words/index.ts";
import { envelopeOf, transmissionText } from "./envelope.ts";
import { deliverDue, envelopeText, type Post, receive, sendDue, submit } from "./index.ts";
import { generatePrivateKey, usableKey } from "./keys.ts";
import { open, seal, sealedTypes, sign, signedTypes } from "./sealed.ts";
import { answerOf, line, notice, sealedMessage, setting, write } from "./simulation/line.ts";
import { identity, SimulatedAuthority, validFrom, validUntil } from "./simulation/node.ts";

test("a message is delivered once, and both sides hold the same three evidences", async () => {
  const { arcadia, utopia } = await setting();
  const { message, accepted } = await write(arcadia, utopia);
  assert.ok(accepted);
  assert.equal(await sendDue(arcadia.node, line(utopia), 10), 1);
  assert.equal(await deliverDue(utopia.node, 10), 1);
  assert.equal(await sendDue(utopia.node, line(arcadia), 10), 1);
  assert.equal(utopia.store.tables.applied.get(`arcadia-central ${message.id}`), envelopeText(message));
  for (const { store } of [arcadia, utopia]) {
    const names = [...store.tables.evidence.values()].filter((entry) => entry.evidence.message.id === message.id);
    assert.deepEqual(names.map(({ evidence }) => evidence.evidence).toSorted(), [
      "Delivery",
      "RelayREMMDAcceptance",
      "SubmissionAcceptance",
    ]);
  }
});

test("what goes over the line says nothing of sender, matter or message", async () => {
  const { arcadia, utopia } = await setting();
  const { message } = await write(arcadia, utopia, { person: "Ada Lovelace" });
  const seen: string[] = [];
  await sendDue(arcadia.node, line(utopia, seen), 10);
  const [header = ""] = (seen[0] ?? "").split(".");
  const fields: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
  assert.deepEqual(Object.keys(fields ?? {}).toSorted(), ["alg", "enc", "epk", "kid", "typ"]);
  const decoded = (seen[0] ?? "")
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString("latin1"))
    .join();
  for (const secret of [message.id, "arcadia", "request", "Lovelace"]) assert.ok(!decoded.includes(secret), secret);
});

test("a repeat gets the first signed answer again, byte for byte, even when it was taken long after", async () => {
  const { clock, arcadia, utopia } = await setting();
  await write(arcadia, utopia);
  const seen: string[] = [];
  const lossy: Post = async (to, sealed) => {
    await line(utopia, seen)(to, sealed);
    return { problem: "the answer was lost" };
  };
  await sendDue(arcadia.node, lossy, 10);
  const first = answerOf(await receive(utopia.node, seen[0] ?? ""));
  await deliverDue(utopia.node, 10);
  clock.milliseconds += 200 * 86_400_000;
  await sendDue(arcadia.node, lossy, 10);
  assert.equal(seen.length, 2);
  assert.notEqual(seen[0], seen[1], "each attempt is encrypted anew");
  for (const sealed of seen) assert.equal(answerOf(await receive(utopia.node, sealed)), first);
  assert.equal(utopia.store.tables.applied.size, 1);
  assert.equal(utopia.store.tables.log.size, 2, "a repeat is not logged");
});

test("a repeat after the sender has a new encryption key gets the same signed answer under that key", async () => {
  const { clock, arcadia, utopia } = await setting();
  await write(arcadia, utopia);
  const seen: string[] = [];
  await sendDue(arcadia.node, line(utopia, seen), 10);
  const first = answerOf(await receive(utopia.node, seen[0] ?? ""));
  const fresh = await generatePrivateKey("encryption", arcadia.node.now(), validUntil);
  const known = utopia.store.tables.authorities.get("arcadia-central");
  assert.ok(known);
  const key = { key: fresh.public, addedAt: validFrom, vouchedBy: "test", revoked: null };
  utopia.store.tables.authorities.set("arcadia-central", { ...known, keys: [...known.keys, key] });
  clock.milliseconds += 1000;
  const second = answerOf(await receive(utopia.node, seen[0] ?? ""));
  assert.notEqual(second, first);
  const before = await open(first, sealedTypes.answer, arcadia.keys.encryption);
  const after = await open(second, sealedTypes.answer, [await usableKey(fresh)]);
  assert.deepEqual(after, before);
});

test("nothing is acknowledged when the store fails, and the next attempt counts as the first", async () => {
  const { arcadia, utopia } = await setting();
  const { message } = await write(arcadia, utopia);
  const seen: string[] = [];
  const collect: Post = async (_, sealed) => {
    seen.push(sealed);
    return { problem: "lost" };
  };
  await sendDue(arcadia.node, collect, 10);
  const steps: number[] = [];
  for (let step = 0; step < 40; step += 1) {
    utopia.store.killAfter(step);
    const outcome = await receive(utopia.node, seen[0] ?? "").catch(() => "killed");
    const kept = utopia.store.tables.inbox.size;
    utopia.start();
    if (outcome === "killed" && kept === 0) {
      assert.equal(
        utopia.store.tables.log.size + utopia.store.tables.evidence.size,
        0,
        `step ${step} left something behind`,
      );
      steps.push(step);
    } else break;
  }
  assert.ok(steps.length > 8, `failed at ${steps.length} points`);
  assert.equal(utopia.store.tables.inbox.size, 1);
  answerOf(await receive(utopia.node, seen[0] ?? ""));
  await deliverDue(utopia.node, 10);
  assert.equal(utopia.store.tables.applied.get(`arcadia-central ${message.id}`), envelopeText(message));
  assert.equal(utopia.store.tables.log.size, 2);
});

test("a receipt does not say delivered while delivery fails; the evidence of delivery comes with the delivery", async () => {
  const { clock, arcadia, utopia } = await setting();
  const { message } = await write(arcadia, utopia);
  const deliver = utopia.deliver;
  utopia.deliver = async () => {
    throw new Error("the database of the authority is down");
  };
  await sendDue(arcadia.node, line(utopia), 10);
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await deliverDue(utopia.node, 10), 0);
    clock.milliseconds += 60_000;
  }
  assert.equal(utopia.store.tables.evidence.has(`arcadia-central ${message.id} Delivery`), false);
  assert.ok(utopia.notes.some(({ what }) => what === "not-handed-over"));
  utopia.deliver = deliver;
  assert.equal(await deliverDue(utopia.node, 10), 1);
  await sendDue(utopia.node, line(arcadia), 10);
  assert.ok(arcadia.store.tables.evidence.has(`arcadia-central ${message.id} Delivery`));
});

test("what the authority does not take is answered with its reasons", async () => {
  const { arcadia, utopia } = await setting();
  const { message } = await write(arcadia, utopia);
  utopia.deliver = async () => ({ notDelivered: [{ code: "unknown-matter-type", details: "extradition of ships" }] });
  await sendDue(arcadia.node, line(utopia), 10);
  await deliverDue(utopia.node, 10);
  await sendDue(utopia.node, line(arcadia), 10);
  const evidence = arcadia.store.tables.evidence.get(`arcadia-central ${message.id} NonDelivery`);
  assert.equal(evidence?.evidence.reasons[0]?.code, "unknown-matter-type");
});

test("the same identifier with other content is refused and recorded, and the first message stays", async () => {
  const { arcadia, utopia } = await setting();
  const first = notice(arcadia, utopia);
  answerOf(await receive(utopia.node, await sealedMessage(arcadia, utopia, first)));
  const other = envelopeOf({ ...first, body: { add: [], revoke: [], more: 1 } });
  assert.deepEqual(await receive(utopia.node, await sealedMessage(arcadia, utopia, other)), {
    refused: "other-content",
  });
  const [record] = utopia.store.tables.refusals.values();
  assert.equal(record?.reason, "other-content");
  assert.equal(record?.digest, digestOf(envelopeText(other)));
  assert.equal(utopia.store.tables.inbox.size, 1);
});

test("identifiers of one sender do not stand in the way of another's", async () => {
  const { clock, chance, arcadia, utopia } = await setting();
  const third = new SimulatedAuthority(await identity("ruritania-police"), clock, chance);
  await utopia.meet(third.own);
  await third.meet(utopia.own);
  const first = notice(arcadia, utopia);
  const second = notice(third, utopia, { id: first.id });
  answerOf(await receive(utopia.node, await sealedMessage(arcadia, utopia, first)));
  answerOf(await receive(utopia.node, await sealedMessage(third, utopia, second)));
  assert.equal(utopia.store.tables.inbox.size, 2);
});

test("whatever is not a sound message of a known authority to us is refused, and leaves nothing but a record", async () => {
  const { clock, chance, arcadia, utopia } = await setting();
  const stranger = new SimulatedAuthority(await identity("nowhere"), clock, chance);
  const later = (milliseconds: number) =>
    instantSchema.parse(new Date(clock.milliseconds + milliseconds).toISOString());
  const [signing] = arcadia.keys.signing;
  const recipient = utopia.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(signing && recipient);
  const text = transmissionText(envelopeText(notice(arcadia, utopia)), null);
  const signed = await sign(text, signedTypes.message, signing);
  const cases: readonly (readonly [string, string])[] = [
    ["not-a-message", ""],
    ["not-a-message", "hello"],
    ["not-a-message", text],
    ["not-a-message", signed],
    ["too-large", "A".repeat(5_000_000)],
    ["not-a-message", await seal(signed, sealedTypes.answer, recipient)],
    ["unsigned", await seal(text, sealedTypes.message, recipient)],
    ["unsigned", await seal(await sign(text, signedTypes.evidence, signing), sealedTypes.message, recipient)],
    ["unknown-sender", await sealedMessage(stranger, utopia, notice(stranger, utopia))],
    ["unknown-sender", await sealedMessage(stranger, utopia, notice(arcadia, utopia))],
    ["bad-envelope", await sealedMessage(arcadia, utopia, notice(stranger, utopia))],
    ["not-for-us", await sealedMessage(arcadia, utopia, notice(arcadia, arcadia))],
    ["unknown-encryption-key", await sealedMessage(arcadia, stranger, notice(arcadia, utopia))],
    ["bad-envelope", await sealedMessage(arcadia, utopia, notice(arcadia, utopia, { bodyDigest: digestOf("other") }))],
    ["expired", await sealedMessage(arcadia, utopia, notice(arcadia, utopia, { sentAt: later(-91 * 86_400_000) }))],
    ["not-yet-valid", await sealedMessage(arcadia, utopia, notice(arcadia, utopia, { sentAt: later(10 * 60_000) }))],
    ["bad-evidence", await sealedMessage(arcadia, utopia, notice(arcadia, utopia, { kind: "request" }))],
    ["bad-evidence", await sealedMessage(arcadia, utopia, notice(arcadia, utopia), "e30.e30.e30")],
    ["unexpected-chunk", await sealedMessage(arcadia, utopia, notice(arcadia, utopia, { kind: "payload-chunk" }))],
    ["bad-signature", await seal(`${signed.slice(0, -4)}AAAA`, sealedTypes.message, recipient)],
    ["not-canonical", await seal(await sign(` ${text}`, signedTypes.message, signing), sealedTypes.message, recipient)],
  ];
  for (const [reason, sealed] of cases)
    assert.deepEqual(await receive(utopia.node, sealed), { refused: reason }, reason);
  assert.equal(utopia.store.tables.inbox.size + utopia.store.tables.evidence.size + utopia.store.tables.log.size, 0);
  assert.equal(utopia.notes.length, cases.length);
});

test("the evidence of submission of another message does not pass for that of this one", async () => {
  const { arcadia, utopia } = await setting();
  const one = await write(arcadia, utopia);
  const other = await write(arcadia, utopia, { offence: "0201" });
  const sealed = await sealedMessage(arcadia, utopia, one.message, other.evidence.signed);
  assert.deepEqual(await receive(utopia.node, sealed), { refused: "bad-evidence" });
  answerOf(await receive(utopia.node, await sealedMessage(arcadia, utopia, one.message, one.evidence.signed)));
});

test("an answer counts only when the other side signed it about just this message", async () => {
  const { arcadia, utopia } = await setting();
  const first = await write(arcadia, utopia);
  let firstAnswer = "";
  await sendDue(
    arcadia.node,
    async (to, sealed) => {
      const outcome = await line(utopia)(to, sealed);
      firstAnswer = "sealedAnswer" in outcome ? outcome.sealedAnswer : "";
      return { problem: "lost" };
    },
    10,
  );
  const second = await write(arcadia, utopia, { offence: "0301" });
  for (const sealedAnswer of [firstAnswer, "", "x".repeat(40_000), firstAnswer.slice(0, -2)]) {
    await sendDue(arcadia.node, async () => ({ sealedAnswer }), 10);
    assert.equal(arcadia.store.tables.outbox.get(second.message.id)?.state, "waiting");
    arcadia.store.tables.outbox.forEach((entry, id) => {
      const again = { ...entry, nextAttemptAt: arcadia.node.now() };
      if (id === second.message.id) arcadia.store.tables.outbox.set(id, again).size;
      if (id === second.message.id) arcadia.store.tables.waiting.set(id, again);
    });
  }
  assert.equal(arcadia.notes.filter(({ what }) => what === "answer-refused").length, 4);
  assert.equal(first.message.to, second.message.to);
});

test("a message that cannot be sent is answered with an evidence of rejection and never goes out", async () => {
  const { arcadia, utopia } = await setting();
  const stranger = await identity("nowhere");
  const unknown = await arcadia.node.store.transaction((transaction) =>
    submit(arcadia.node, transaction, { to: stranger.authority, kind: "notice", body: {} }),
  );
  const large = await write(arcadia, utopia, { text: "x".repeat(3_000_000) });
  let deep: JsonObject = {};
  for (let level = 0; level < 40; level += 1) deep = { deep };
  const nested = await write(arcadia, utopia, deep);
  for (const [{ evidence, accepted }, code] of [
    [unknown, "unknown-recipient"],
    [large, "too-large"],
    [nested, "not-sendable"],
  ] as const) {
    assert.equal(accepted, false);
    assert.equal(evidence.evidence.evidence, "SubmissionRejection");
    assert.ok(evidence.evidence.reasons.some((reason) => reason.code === code));
  }
  assert.equal(arcadia.store.tables.outbox.size, 0);
});
