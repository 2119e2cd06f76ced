import assert from "node:assert/strict";
import { test } from "node:test";
import { type Digest, digestOf, instantSchema, type JsonObject } from "../words/index.ts";
import { envelopeOf, transmissionText } from "./envelope.ts";
import { signEvidence, statementDigest, statementOf } from "./evidence.ts";
import {
  type Answer,
  announcementOf,
  attestRetrieval,
  deliverDue,
  type Envelope,
  envelopeText,
  isRefused,
  type MessageId,
  messageIdSchema,
  type Post,
  type Refused,
  readEvidence,
  receive,
  sendDue,
  sendEvidence,
  sendPayloadsDue,
  submit,
  submitPayload,
} from "./index.ts";
import { evidenceSigners } from "./issue.ts";
import { generatePrivateKey, usableKey } from "./keys.ts";
import { chunkEnvelope } from "./payload.ts";
import { open, seal, sealedTypes, sign, signedTypes } from "./sealed.ts";
import {
  identity,
  SetClock,
  SimulatedAuthority,
  seededChance,
  twoAuthorities,
  validFrom,
  validUntil,
} from "./simulation/node.ts";

async function setting() {
  const clock = new SetClock();
  const chance = seededChance(7);
  return { clock, chance, ...(await twoAuthorities(clock, chance)) };
}

/** A line that loses nothing, and keeps what went over it. */
function line(to: SimulatedAuthority, seen: string[] = []): Post {
  return async (_, sealed) => {
    seen.push(sealed);
    const outcome = await receive(to.node, sealed);
    return isRefused(outcome) ? { problem: "refused" } : outcome;
  };
}

async function write(from: SimulatedAuthority, to: SimulatedAuthority, body: JsonObject = { offence: "0101" }) {
  const submission = { to: to.own.authority, kind: "request", body } as const;
  return await from.node.store.transaction((transaction) => submit(from.node, transaction, submission));
}

function answerOf(outcome: Answer | Refused): string {
  assert.ok(!isRefused(outcome), JSON.stringify(outcome));
  return outcome.sealedAnswer;
}

/** Signs and encrypts an envelope as its sender would. */
async function sealedMessage(
  from: SimulatedAuthority,
  to: SimulatedAuthority,
  envelope: Envelope,
  submission: string | null = null,
): Promise<string> {
  const [signing] = from.keys.signing;
  const recipient = to.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(signing && recipient);
  const text = transmissionText(envelopeText(envelope), submission);
  return await seal(await sign(text, signedTypes.message, signing), sealedTypes.message, recipient);
}

let counter = 0;
function notice(from: SimulatedAuthority, to: SimulatedAuthority, change: Partial<Envelope> = {}): Envelope {
  counter += 1;
  const { bodyDigest, ...rest } = envelopeOf({
    id: messageIdSchema.parse(`019cad90-96b2-7d28-b767-${String(counter).padStart(12, "0")}`),
    from: from.own.authority,
    to: to.own.authority,
    sentAt: from.node.now(),
    kind: "key-update",
    inReplyTo: null,
    body: { add: [], revoke: [] },
  });
  return {
    ...envelopeOf({ ...rest, ...change }),
    ...(change.bodyDigest === undefined ? {} : { bodyDigest: change.bodyDigest }),
  };
}

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

test("evidences of retrieval reach the sender; a differing evidence of the same name is rejected", async () => {
  const { arcadia, utopia } = await setting();
  const { message } = await write(arcadia, utopia);
  await sendDue(arcadia.node, line(utopia), 10);
  const attested = () =>
    utopia.node.store.transaction((transaction) =>
      attestRetrieval(utopia.node, transaction, "Retrieval", arcadia.own.authority, message.id),
    );
  assert.equal(await attested(), undefined, "what was not delivered cannot have been opened");
  await deliverDue(utopia.node, 10);
  const retrieval = await attested();
  assert.deepEqual(await attested(), retrieval, "attested once");
  await sendDue(utopia.node, line(arcadia), 10);
  assert.equal(arcadia.store.tables.evidence.get(`arcadia-central ${message.id} Retrieval`)?.signed, retrieval?.signed);
  assert.ok(retrieval);
  const { evidence } = retrieval;
  const [signing] = utopia.keys.signing;
  assert.ok(signing);

  const other = await signEvidence({ ...evidence, reasons: [{ code: "other", details: "" }] }, evidence.log, signing);
  await utopia.node.store.transaction((transaction) =>
    sendEvidence(utopia.node, transaction, arcadia.own.authority, other),
  );
  await sendDue(utopia.node, line(arcadia), 10);
  assert.ok([...utopia.store.tables.outbox.values()].some(({ state }) => state === "rejected"));
  assert.equal(arcadia.store.tables.evidence.get(`arcadia-central ${message.id} Retrieval`)?.signed, retrieval.signed);
});

test("an evidence is refused when another than its issuer signed it, and shows where it was logged", async () => {
  const { arcadia, utopia } = await setting();
  const { evidence } = await write(arcadia, utopia);
  assert.deepEqual(evidence.evidence.log, { origin: "arcadia-central", index: 0 });
  const [signing] = utopia.keys.signing;
  assert.ok(signing);

  assert.equal(arcadia.store.tables.log.get(0), statementDigest(evidence.evidence));
  const forged = await signEvidence(evidence.evidence, null, signing);
  const read = (signed: string) =>
    utopia.node.store.transaction((transaction) => readEvidence(signed, evidenceSigners(transaction)));
  assert.ok(!isRefused(await read(evidence.signed)));

  assert.deepEqual(await read(forged.signed), { refused: "unknown-sender" });
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

async function payloadSetting(size: number, chunkSize: number, digest?: Digest) {
  const { clock, chance, arcadia, utopia } = await setting();
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(chance() * 256));
  const announcement = announcementOf(size, digest ?? digestOf(bytes), chunkSize);
  const { message } = await arcadia.node.store.transaction((transaction) =>
    submitPayload(arcadia.node, transaction, utopia.own.authority, announcement, "disk image", { exhibit: 7 }),
  );
  const readChunk = async (_: string, offset: number, length: number) => bytes.subarray(offset, offset + length);
  return { clock, arcadia, utopia, bytes, message, readChunk };
}
const stateOf = ({ store }: SimulatedAuthority, id: MessageId) =>
  store.tables.inbox.get(`arcadia-central ${id}`)?.state;

test("a payload arrives in chunks, goes on where it was cut off, and is delivered when the whole is right", async () => {
  const { clock, arcadia, utopia, bytes, message, readChunk } = await payloadSetting(10_500, 1_000);
  assert.equal(await sendPayloadsDue(arcadia.node, line(utopia), readChunk, 100), 0, "not before it is announced");
  await sendDue(arcadia.node, line(utopia), 10);
  const read: number[] = [];
  const counting = async (source: string, offset: number, length: number) => {
    read.push(offset);
    return await readChunk(source, offset, length);
  };
  assert.equal(await sendPayloadsDue(arcadia.node, line(utopia), counting, 4), 4);
  assert.equal(await deliverDue(utopia.node, 10), 0);
  await sendPayloadsDue(arcadia.node, async () => ({ problem: "cut off" }), counting, 4);
  assert.equal(await sendPayloadsDue(arcadia.node, line(utopia), counting, 100), 0, "there is a pause first");
  clock.milliseconds += 60_000;
  arcadia.start();
  utopia.start();
  assert.equal(await sendPayloadsDue(arcadia.node, line(utopia), counting, 100), 7);
  assert.deepEqual(
    read,
    [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10].map((number) => number * 1000),
  );
  assert.equal(await deliverDue(utopia.node, 10), 1);
  assert.equal(utopia.store.payloadDigest(arcadia.own.authority, message.id), digestOf(bytes));
  assert.equal(arcadia.store.tables.outgoing.get(message.id)?.state, "acknowledged");
});

test("a payload of no bytes is delivered at once, and one with another digest than announced never", async () => {
  const empty = await payloadSetting(0, 1_000);
  await sendDue(empty.arcadia.node, line(empty.utopia), 10);
  assert.equal(await deliverDue(empty.utopia.node, 10), 1);
  assert.equal(stateOf(empty.utopia, empty.message.id), "delivered");
  const wrong = await payloadSetting(2_000, 1_000, digestOf("something else"));
  await sendDue(wrong.arcadia.node, line(wrong.utopia), 10);
  assert.equal(await sendPayloadsDue(wrong.arcadia.node, line(wrong.utopia), wrong.readChunk, 100), 2);
  assert.equal(await deliverDue(wrong.utopia.node, 10), 1);
  assert.equal(stateOf(wrong.utopia, wrong.message.id), "not-delivered");
  const evidence = wrong.utopia.store.tables.evidence.get(`arcadia-central ${wrong.message.id} NonDelivery`);
  assert.equal(evidence?.evidence.reasons[0]?.code, "payload-damaged");
});

test("a chunk is taken once, in its place, with its length and digest, and only of an announced payload", async () => {
  const { arcadia, utopia, bytes, message } = await payloadSetting(2_500, 1_000);

  const send = async (envelope: Envelope) => await receive(utopia.node, await sealedMessage(arcadia, utopia, envelope));
  const right = chunkEnvelope(arcadia.own.authority, message, 1, bytes.subarray(1_000, 2_000));
  assert.deepEqual(await send(right), { refused: "unexpected-chunk" }, "not announced yet");
  await sendDue(arcadia.node, line(utopia), 10);
  const wrong = [
    chunkEnvelope(arcadia.own.authority, message, 3, bytes.subarray(0, 1_000)),
    chunkEnvelope(arcadia.own.authority, message, 9_007_199_254_740_991, bytes.subarray(0, 1_000)),
    chunkEnvelope(arcadia.own.authority, message, 2, bytes.subarray(0, 1_000)),
    chunkEnvelope(arcadia.own.authority, message, 1, bytes.subarray(0, 999)),
    { ...right, id: messageIdSchema.parse("019cad90-96b2-7d28-b767-00000000beef") },
    envelopeOf({ ...right, body: { ...right.body, number: -1 } }),
    envelopeOf({ ...right, body: { ...right.body, number: 1.5 } }),
    envelopeOf({ ...right, body: { ...right.body, number: "1" } }),
    envelopeOf({ ...right, body: { ...right.body, digest: digestOf("x") } }),
    envelopeOf({ ...right, body: { ...right.body, content: "===" } }),
  ];
  for (const envelope of wrong) assert.deepEqual(await send(envelope), { refused: "unexpected-chunk" });
  const first = answerOf(await send(right));
  assert.equal(answerOf(await send(right)), first);
  assert.deepEqual(
    [...utopia.store.tables.incoming.values()].map(({ received }) => received),
    [1],
  );
});

/** Three authorities that know each other, and the signing keys of two of them. */
async function three() {
  const { clock, chance, arcadia, utopia } = await setting();
  const ruritania = new SimulatedAuthority(await identity("ruritania-police"), clock, chance);
  for (const other of [arcadia, utopia]) {
    await ruritania.meet(other.own);
    await other.meet(ruritania.own);
  }
  const [arcadian] = arcadia.keys.signing;
  const [utopian] = utopia.keys.signing;
  const [ruritanian] = ruritania.keys.signing;
  assert.ok(arcadian && utopian && ruritanian);
  return { arcadia, utopia, ruritania, arcadian, utopian, ruritanian };
}

test("the evidence of submission is about the very text that arrives", async () => {
  const { arcadia, utopia, arcadian } = await three();
  const { message } = await write(arcadia, utopia);
  const other = statementOf("SubmissionAcceptance", message, digestOf("another text"), arcadia.node.now());
  const { signed } = await signEvidence(other, null, arcadian);
  assert.deepEqual(await receive(utopia.node, await sealedMessage(arcadia, utopia, message, signed)), {
    refused: "bad-evidence",
  });
});

test("an authority can attest to us only what happened between the two of us", async () => {
  const { arcadia, utopia, ruritania, utopian } = await three();
  const { message } = await write(ruritania, utopia);
  const { evidence, signed } = await signEvidence(
    statementOf("Delivery", message, digestOf("x"), utopia.node.now()),
    null,
    utopian,
  );
  await utopia.node.store.transaction((transaction) =>
    sendEvidence(utopia.node, transaction, arcadia.own.authority, { evidence, signed }),
  );
  await sendDue(utopia.node, line(arcadia), 10);
  assert.deepEqual(
    [...utopia.store.tables.outbox.values()].map(({ state }) => state),
    ["rejected"],
  );
  assert.equal(arcadia.store.tables.evidence.has(`ruritania-police ${message.id} Delivery`), false);
});

test("an answer about another message, another text, or by another authority acknowledges nothing", async () => {
  const { arcadia, utopia, utopian, ruritania, ruritanian } = await three();
  const { message, evidence } = await write(arcadia, utopia);
  const { digest } = evidence.evidence.message;
  const now = arcadia.node.now();
  const back = arcadia.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(back);
  const name = "RelayREMMDAcceptance";
  const other = messageIdSchema.parse("019cad90-96b2-7d28-b767-00000000beef");
  const third = { ...message, to: ruritania.own.authority };
  const cases = [
    await signEvidence(statementOf(name, { ...message, id: other }, digest, now), null, utopian),
    await signEvidence(statementOf(name, message, digestOf("another text"), now), null, utopian),
    await signEvidence(statementOf("Delivery", message, digest, now), null, utopian),
    await signEvidence(statementOf(name, { ...message, from: third.to }, digest, now), null, utopian),
    await signEvidence(statementOf(name, third, digest, now), null, ruritanian),
    await signEvidence(statementOf(name, message, digest, now), null, ruritanian),
    await signEvidence(
      statementOf(name, message, digest, instantSchema.parse("2025-12-31T23:59:59.999Z")),
      null,
      utopian,
    ),
  ];
  const answerWith = async (signed: string): Promise<string | undefined> => {
    const entry = arcadia.store.tables.outbox.get(message.id);
    assert.ok(entry);
    arcadia.store.tables.waiting.set(entry.id, { ...entry, nextAttemptAt: now });
    await sendDue(arcadia.node, async () => ({ sealedAnswer: await seal(signed, sealedTypes.answer, back) }), 1);
    return arcadia.store.tables.outbox.get(message.id)?.state;
  };
  for (const [index, { signed }] of cases.entries()) assert.equal(await answerWith(signed), "waiting", `case ${index}`);
  const right = await signEvidence(statementOf(name, message, digest, now), null, utopian);
  assert.equal(await answerWith(right.signed), "acknowledged");
});

test("an evidence is believed of its issuer only, and only from the time of its key", async () => {
  const { arcadia, utopia, arcadian, ruritanian } = await three();
  const { evidence } = await write(arcadia, utopia);
  const read = (signed: string) =>
    utopia.node.store.transaction((transaction) => readEvidence(signed, evidenceSigners(transaction)));
  assert.ok(!isRefused(await read(evidence.signed)));
  const stolen = await signEvidence(evidence.evidence, null, ruritanian);
  const tooEarly = await signEvidence(
    { ...evidence.evidence, at: instantSchema.parse("2025-12-31T23:59:59.999Z") },
    null,
    arcadian,
  );
  const byRecipient = await signEvidence({ ...evidence.evidence, evidence: "Delivery" }, null, arcadian);
  for (const { signed } of [stolen, tooEarly, byRecipient])
    assert.deepEqual(await read(signed), { refused: "bad-evidence" });
});
