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
  const { arcadia, bensalem } = await setting();
  const { message, accepted } = await write(arcadia, bensalem);
  assert.ok(accepted);
  assert.equal(await sendDue(arcadia.node, line(bensalem), 10), 1);
  assert.equal(await deliverDue(bensalem.node, 10), 1);
  assert.equal(await sendDue(bensalem.node, line(arcadia), 10), 1);
  assert.equal(bensalem.store.tables.applied.get(`arcadia-central ${message.id}`), envelopeText(message));
  for (const { store } of [arcadia, bensalem]) {
    const names = [...store.tables.evidence.values()].filter((entry) => entry.evidence.message.id === message.id);
    assert.deepEqual(names.map(({ evidence }) => evidence.evidence).toSorted(), [
      "Delivery",
      "RelayREMMDAcceptance",
      "SubmissionAcceptance",
    ]);
  }
});

test("what goes over the line says nothing of sender, matter or message", async () => {
  const { arcadia, bensalem } = await setting();
  const { message } = await write(arcadia, bensalem, { person: "Ada Lovelace" });
  const seen: string[] = [];
  await sendDue(arcadia.node, line(bensalem, seen), 10);
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
  const { clock, arcadia, bensalem } = await setting();
  await write(arcadia, bensalem);
  const seen: string[] = [];
  const lossy: Post = async (to, sealed) => {
    await line(bensalem, seen)(to, sealed);
    return { problem: "the answer was lost" };
  };
  await sendDue(arcadia.node, lossy, 10);
  const first = answerOf(await receive(bensalem.node, seen[0] ?? ""));
  await deliverDue(bensalem.node, 10);
  clock.milliseconds += 200 * 86_400_000;
  await sendDue(arcadia.node, lossy, 10);
  assert.equal(seen.length, 2);
  assert.notEqual(seen[0], seen[1], "each attempt is encrypted anew");
  for (const sealed of seen) assert.equal(answerOf(await receive(bensalem.node, sealed)), first);
  assert.equal(bensalem.store.tables.applied.size, 1);
  assert.equal(bensalem.store.tables.log.size, 2, "a repeat is not logged");
});

test("a repeat after the sender has a new encryption key gets the same signed answer under that key", async () => {
  const { clock, arcadia, bensalem } = await setting();
  await write(arcadia, bensalem);
  const seen: string[] = [];
  await sendDue(arcadia.node, line(bensalem, seen), 10);
  const first = answerOf(await receive(bensalem.node, seen[0] ?? ""));
  const fresh = await generatePrivateKey("encryption", arcadia.node.now(), validUntil);
  const known = bensalem.store.tables.authorities.get("arcadia-central");
  assert.ok(known);
  const key = { key: fresh.public, addedAt: validFrom, vouchedBy: "test", revoked: null };
  bensalem.store.tables.authorities.set("arcadia-central", { ...known, keys: [...known.keys, key] });
  clock.milliseconds += 1000;
  const second = answerOf(await receive(bensalem.node, seen[0] ?? ""));
  assert.notEqual(second, first);
  const before = await open(first, sealedTypes.answer, arcadia.keys.encryption);
  const after = await open(second, sealedTypes.answer, [await usableKey(fresh)]);
  assert.deepEqual(after, before);
});

test("nothing is acknowledged when the store fails, and the next attempt counts as the first", async () => {
  const { arcadia, bensalem } = await setting();
  const { message } = await write(arcadia, bensalem);
  const seen: string[] = [];
  const collect: Post = async (_, sealed) => {
    seen.push(sealed);
    return { problem: "lost" };
  };
  await sendDue(arcadia.node, collect, 10);
  const steps: number[] = [];
  for (let step = 0; step < 40; step += 1) {
    bensalem.store.killAfter(step);
    const outcome = await receive(bensalem.node, seen[0] ?? "").catch(() => "killed");
    const kept = bensalem.store.tables.inbox.size;
    bensalem.start();
    if (outcome === "killed" && kept === 0) {
      assert.equal(
        bensalem.store.tables.log.size + bensalem.store.tables.evidence.size,
        0,
        `step ${step} left something behind`,
      );
      steps.push(step);
    } else break;
  }
  assert.ok(steps.length > 8, `failed at ${steps.length} points`);
  assert.equal(bensalem.store.tables.inbox.size, 1);
  answerOf(await receive(bensalem.node, seen[0] ?? ""));
  await deliverDue(bensalem.node, 10);
  assert.equal(bensalem.store.tables.applied.get(`arcadia-central ${message.id}`), envelopeText(message));
  assert.equal(bensalem.store.tables.log.size, 2);
});

test("a receipt does not say delivered while delivery fails; the evidence of delivery comes with the delivery", async () => {
  const { clock, arcadia, bensalem } = await setting();
  const { message } = await write(arcadia, bensalem);
  const deliver = bensalem.deliver;
  bensalem.deliver = async () => {
    throw new Error("the database of the authority is down");
  };
  await sendDue(arcadia.node, line(bensalem), 10);
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await deliverDue(bensalem.node, 10), 0);
    clock.milliseconds += 60_000;
  }
  assert.equal(bensalem.store.tables.evidence.has(`arcadia-central ${message.id} Delivery`), false);
  assert.ok(bensalem.notes.some(({ what }) => what === "not-handed-over"));
  bensalem.deliver = deliver;
  assert.equal(await deliverDue(bensalem.node, 10), 1);
  await sendDue(bensalem.node, line(arcadia), 10);
  assert.ok(arcadia.store.tables.evidence.has(`arcadia-central ${message.id} Delivery`));
});

test("what the authority does not take is answered with its reasons", async () => {
  const { arcadia, bensalem } = await setting();
  const { message } = await write(arcadia, bensalem);
  bensalem.deliver = async () => ({ notDelivered: [{ code: "unknown-matter-type", details: "extradition of ships" }] });
  await sendDue(arcadia.node, line(bensalem), 10);
  await deliverDue(bensalem.node, 10);
  await sendDue(bensalem.node, line(arcadia), 10);
  const evidence = arcadia.store.tables.evidence.get(`arcadia-central ${message.id} NonDelivery`);
  assert.equal(evidence?.evidence.reasons[0]?.code, "unknown-matter-type");
});

test("the same identifier with other content is refused and recorded, and the first message stays", async () => {
  const { arcadia, bensalem } = await setting();
  const first = notice(arcadia, bensalem);
  answerOf(await receive(bensalem.node, await sealedMessage(arcadia, bensalem, first)));
  const other = envelopeOf({ ...first, body: { add: [], revoke: [], more: 1 } });
  assert.deepEqual(await receive(bensalem.node, await sealedMessage(arcadia, bensalem, other)), {
    refused: "other-content",
  });
  const [record] = bensalem.store.tables.refusals.values();
  assert.equal(record?.reason, "other-content");
  assert.equal(record?.digest, digestOf(envelopeText(other)));
  assert.equal(bensalem.store.tables.inbox.size, 1);
});

test("identifiers of one sender do not stand in the way of another's", async () => {
  const { clock, chance, arcadia, bensalem } = await setting();
  const third = new SimulatedAuthority(await identity("ruritania-police"), clock, chance);
  await bensalem.meet(third.own);
  await third.meet(bensalem.own);
  const first = notice(arcadia, bensalem);
  const second = notice(third, bensalem, { id: first.id });
  answerOf(await receive(bensalem.node, await sealedMessage(arcadia, bensalem, first)));
  answerOf(await receive(bensalem.node, await sealedMessage(third, bensalem, second)));
  assert.equal(bensalem.store.tables.inbox.size, 2);
});

test("whatever is not a sound message of a known authority to us is refused, and leaves nothing but a record", async () => {
  const { clock, chance, arcadia, bensalem } = await setting();
  const stranger = new SimulatedAuthority(await identity("nowhere"), clock, chance);
  const later = (milliseconds: number) =>
    instantSchema.parse(new Date(clock.milliseconds + milliseconds).toISOString());
  const [signing] = arcadia.keys.signing;
  const recipient = bensalem.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(signing && recipient);
  const text = transmissionText(envelopeText(notice(arcadia, bensalem)), null);
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
    ["unknown-sender", await sealedMessage(stranger, bensalem, notice(stranger, bensalem))],
    ["unknown-sender", await sealedMessage(stranger, bensalem, notice(arcadia, bensalem))],
    ["bad-envelope", await sealedMessage(arcadia, bensalem, notice(stranger, bensalem))],
    ["not-for-us", await sealedMessage(arcadia, bensalem, notice(arcadia, arcadia))],
    ["unknown-encryption-key", await sealedMessage(arcadia, stranger, notice(arcadia, bensalem))],
    [
      "bad-envelope",
      await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem, { bodyDigest: digestOf("other") })),
    ],
    ["expired", await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem, { sentAt: later(-91 * 86_400_000) }))],
    [
      "not-yet-valid",
      await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem, { sentAt: later(10 * 60_000) })),
    ],
    ["bad-evidence", await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem, { kind: "request" }))],
    ["bad-evidence", await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem), "e30.e30.e30")],
    ["unexpected-chunk", await sealedMessage(arcadia, bensalem, notice(arcadia, bensalem, { kind: "payload-chunk" }))],
    ["bad-signature", await seal(`${signed.slice(0, -4)}AAAA`, sealedTypes.message, recipient)],
    ["not-canonical", await seal(await sign(` ${text}`, signedTypes.message, signing), sealedTypes.message, recipient)],
  ];
  for (const [reason, sealed] of cases)
    assert.deepEqual(await receive(bensalem.node, sealed), { refused: reason }, reason);
  assert.equal(
    bensalem.store.tables.inbox.size + bensalem.store.tables.evidence.size + bensalem.store.tables.log.size,
    0,
  );
  assert.equal(bensalem.notes.length, cases.length);
});

test("the evidence of submission of another message does not pass for that of this one", async () => {
  const { arcadia, bensalem } = await setting();
  const one = await write(arcadia, bensalem);
  const other = await write(arcadia, bensalem, { offence: "0201" });
  const sealed = await sealedMessage(arcadia, bensalem, one.message, other.evidence.signed);
  assert.deepEqual(await receive(bensalem.node, sealed), { refused: "bad-evidence" });
  answerOf(await receive(bensalem.node, await sealedMessage(arcadia, bensalem, one.message, one.evidence.signed)));
});

test("an answer counts only when the other side signed it about just this message", async () => {
  const { arcadia, bensalem } = await setting();
  const first = await write(arcadia, bensalem);
  let firstAnswer = "";
  await sendDue(
    arcadia.node,
    async (to, sealed) => {
      const outcome = await line(bensalem)(to, sealed);
      firstAnswer = "sealedAnswer" in outcome ? outcome.sealedAnswer : "";
      return { problem: "lost" };
    },
    10,
  );
  const second = await write(arcadia, bensalem, { offence: "0301" });
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
  const { arcadia, bensalem } = await setting();
  const stranger = await identity("nowhere");
  const unknown = await arcadia.node.store.transaction((transaction) =>
    submit(arcadia.node, transaction, { to: stranger.authority, kind: "notice", body: {} }),
  );
  const large = await write(arcadia, bensalem, { text: "x".repeat(3_000_000) });
  let deep: JsonObject = {};
  for (let level = 0; level < 40; level += 1) deep = { deep };
  const nested = await write(arcadia, bensalem, deep);
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
