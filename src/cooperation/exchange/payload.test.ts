import assert from "node:assert/strict";
import { test } from "node:test";
import { type Digest, digestOf } from "../words/index.ts";
import { envelopeOf } from "./envelope.ts";
import {
  announcementOf,
  deliverDue,
  type Envelope,
  type MessageId,
  messageIdSchema,
  receive,
  sendDue,
  sendPayloadsDue,
  submitPayload,
} from "./index.ts";
import { chunkEnvelope } from "./payload.ts";
import { answerOf, line, sealedMessage, setting } from "./simulation/line.ts";
import type { SimulatedAuthority } from "./simulation/node.ts";

async function payloadSetting(size: number, chunkSize: number, digest?: Digest) {
  const { clock, chance, arcadia, bensalem } = await setting();
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(chance() * 256));
  const announcement = announcementOf(size, digest ?? digestOf(bytes), chunkSize);
  const { message } = await arcadia.node.store.transaction((transaction) =>
    submitPayload(arcadia.node, transaction, bensalem.own.authority, announcement, "disk image", { exhibit: 7 }),
  );
  const readChunk = async (_: string, offset: number, length: number) => bytes.subarray(offset, offset + length);
  return { clock, arcadia, bensalem, bytes, message, readChunk };
}
const stateOf = ({ store }: SimulatedAuthority, id: MessageId) =>
  store.tables.inbox.get(`arcadia-central ${id}`)?.state;

test("a payload arrives in chunks, goes on where it was cut off, and is delivered when the whole is right", async () => {
  const { clock, arcadia, bensalem, bytes, message, readChunk } = await payloadSetting(10_500, 1_000);
  assert.equal(await sendPayloadsDue(arcadia.node, line(bensalem), readChunk, 100), 0, "not before it is announced");
  await sendDue(arcadia.node, line(bensalem), 10);
  const read: number[] = [];
  const counting = async (source: string, offset: number, length: number) => {
    read.push(offset);
    return await readChunk(source, offset, length);
  };
  assert.equal(await sendPayloadsDue(arcadia.node, line(bensalem), counting, 4), 4);
  assert.equal(await deliverDue(bensalem.node, 10), 0);
  await sendPayloadsDue(arcadia.node, async () => ({ problem: "cut off" }), counting, 4);
  assert.equal(await sendPayloadsDue(arcadia.node, line(bensalem), counting, 100), 0, "there is a pause first");
  clock.milliseconds += 60_000;
  arcadia.start();
  bensalem.start();
  assert.equal(await sendPayloadsDue(arcadia.node, line(bensalem), counting, 100), 7);
  assert.deepEqual(
    read,
    [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10].map((number) => number * 1000),
  );
  assert.equal(await deliverDue(bensalem.node, 10), 1);
  assert.equal(bensalem.store.payloadDigest(arcadia.own.authority, message.id), digestOf(bytes));
  assert.equal(arcadia.store.tables.outgoing.get(message.id)?.state, "acknowledged");
});

test("a payload of no bytes is delivered at once, and one with another digest than announced never", async () => {
  const empty = await payloadSetting(0, 1_000);
  await sendDue(empty.arcadia.node, line(empty.bensalem), 10);
  assert.equal(await deliverDue(empty.bensalem.node, 10), 1);
  assert.equal(stateOf(empty.bensalem, empty.message.id), "delivered");
  const wrong = await payloadSetting(2_000, 1_000, digestOf("something else"));
  await sendDue(wrong.arcadia.node, line(wrong.bensalem), 10);
  assert.equal(await sendPayloadsDue(wrong.arcadia.node, line(wrong.bensalem), wrong.readChunk, 100), 2);
  assert.equal(await deliverDue(wrong.bensalem.node, 10), 1);
  assert.equal(stateOf(wrong.bensalem, wrong.message.id), "not-delivered");
  const evidence = wrong.bensalem.store.tables.evidence.get(`arcadia-central ${wrong.message.id} NonDelivery`);
  assert.equal(evidence?.evidence.reasons[0]?.code, "payload-damaged");
});

test("a chunk is taken once, in its place, with its length and digest, and only of an announced payload", async () => {
  const { arcadia, bensalem, bytes, message } = await payloadSetting(2_500, 1_000);

  const send = async (envelope: Envelope) =>
    await receive(bensalem.node, await sealedMessage(arcadia, bensalem, envelope));
  const right = chunkEnvelope(arcadia.own.authority, message, 1, bytes.subarray(1_000, 2_000));
  assert.deepEqual(await send(right), { refused: "unexpected-chunk" }, "not announced yet");
  await sendDue(arcadia.node, line(bensalem), 10);
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
    [...bensalem.store.tables.incoming.values()].map(({ received }) => received),
    [1],
  );
});
