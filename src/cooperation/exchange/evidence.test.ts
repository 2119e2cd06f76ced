import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, instantSchema } from "../words/index.ts";
import { signEvidence, statementDigest, statementOf } from "./evidence.ts";
import {
  attestRetrieval,
  deliverDue,
  isRefused,
  messageIdSchema,
  readEvidence,
  receive,
  sendDue,
  sendEvidence,
} from "./index.ts";
import { evidenceSigners } from "./issue.ts";
import { seal, sealedTypes } from "./sealed.ts";
import { line, sealedMessage, setting, write } from "./simulation/line.ts";
import { identity, SimulatedAuthority } from "./simulation/node.ts";

test("evidences of retrieval reach the sender; a differing evidence of the same name is rejected", async () => {
  const { arcadia, bensalem } = await setting();
  const { message } = await write(arcadia, bensalem);
  await sendDue(arcadia.node, line(bensalem), 10);
  const attested = () =>
    bensalem.node.store.transaction((transaction) =>
      attestRetrieval(bensalem.node, transaction, "Retrieval", arcadia.own.authority, message.id),
    );
  assert.equal(await attested(), undefined, "what was not delivered cannot have been opened");
  await deliverDue(bensalem.node, 10);
  const retrieval = await attested();
  assert.deepEqual(await attested(), retrieval, "attested once");
  await sendDue(bensalem.node, line(arcadia), 10);
  assert.equal(arcadia.store.tables.evidence.get(`arcadia-central ${message.id} Retrieval`)?.signed, retrieval?.signed);
  assert.ok(retrieval);
  const { evidence } = retrieval;
  const [signing] = bensalem.keys.signing;
  assert.ok(signing);

  const other = await signEvidence({ ...evidence, reasons: [{ code: "other", details: "" }] }, evidence.log, signing);
  await bensalem.node.store.transaction((transaction) =>
    sendEvidence(bensalem.node, transaction, arcadia.own.authority, other),
  );
  await sendDue(bensalem.node, line(arcadia), 10);
  assert.ok([...bensalem.store.tables.outbox.values()].some(({ state }) => state === "rejected"));
  assert.equal(arcadia.store.tables.evidence.get(`arcadia-central ${message.id} Retrieval`)?.signed, retrieval.signed);
});

test("an evidence is refused when another than its issuer signed it, and shows where it was logged", async () => {
  const { arcadia, bensalem } = await setting();
  const { evidence } = await write(arcadia, bensalem);
  assert.deepEqual(evidence.evidence.log, { origin: "arcadia-central", index: 0 });
  const [signing] = bensalem.keys.signing;
  assert.ok(signing);

  assert.equal(arcadia.store.tables.log.get(0), statementDigest(evidence.evidence));
  const forged = await signEvidence(evidence.evidence, null, signing);
  const read = (signed: string) =>
    bensalem.node.store.transaction((transaction) => readEvidence(signed, evidenceSigners(transaction)));
  assert.ok(!isRefused(await read(evidence.signed)));

  assert.deepEqual(await read(forged.signed), { refused: "unknown-sender" });
});

/** Three authorities that know each other, and the signing keys of two of them. */
async function three() {
  const { clock, chance, arcadia, bensalem } = await setting();
  const ruritania = new SimulatedAuthority(await identity("ruritania-police"), clock, chance);
  for (const other of [arcadia, bensalem]) {
    await ruritania.meet(other.own);
    await other.meet(ruritania.own);
  }
  const [arcadian] = arcadia.keys.signing;
  const [bensalemite] = bensalem.keys.signing;
  const [ruritanian] = ruritania.keys.signing;
  assert.ok(arcadian && bensalemite && ruritanian);
  return { arcadia, bensalem, ruritania, arcadian, bensalemite, ruritanian };
}

test("the evidence of submission is about the very text that arrives", async () => {
  const { arcadia, bensalem, arcadian } = await three();
  const { message } = await write(arcadia, bensalem);
  const other = statementOf("SubmissionAcceptance", message, digestOf("another text"), arcadia.node.now());
  const { signed } = await signEvidence(other, null, arcadian);
  assert.deepEqual(await receive(bensalem.node, await sealedMessage(arcadia, bensalem, message, signed)), {
    refused: "bad-evidence",
  });
});

test("an authority can attest to us only what happened between the two of us", async () => {
  const { arcadia, bensalem, ruritania, bensalemite } = await three();
  const { message } = await write(ruritania, bensalem);
  const { evidence, signed } = await signEvidence(
    statementOf("Delivery", message, digestOf("x"), bensalem.node.now()),
    null,
    bensalemite,
  );
  await bensalem.node.store.transaction((transaction) =>
    sendEvidence(bensalem.node, transaction, arcadia.own.authority, { evidence, signed }),
  );
  await sendDue(bensalem.node, line(arcadia), 10);
  assert.deepEqual(
    [...bensalem.store.tables.outbox.values()].map(({ state }) => state),
    ["rejected"],
  );
  assert.equal(arcadia.store.tables.evidence.has(`ruritania-police ${message.id} Delivery`), false);
});

test("an answer about another message, another text, or by another authority acknowledges nothing", async () => {
  const { arcadia, bensalem, bensalemite, ruritania, ruritanian } = await three();
  const { message, evidence } = await write(arcadia, bensalem);
  const { digest } = evidence.evidence.message;
  const now = arcadia.node.now();
  const back = arcadia.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(back);
  const name = "RelayREMMDAcceptance";
  const other = messageIdSchema.parse("019cad90-96b2-7d28-b767-00000000beef");
  const third = { ...message, to: ruritania.own.authority };
  const cases = [
    await signEvidence(statementOf(name, { ...message, id: other }, digest, now), null, bensalemite),
    await signEvidence(statementOf(name, message, digestOf("another text"), now), null, bensalemite),
    await signEvidence(statementOf("Delivery", message, digest, now), null, bensalemite),
    await signEvidence(statementOf(name, { ...message, from: third.to }, digest, now), null, bensalemite),
    await signEvidence(statementOf(name, third, digest, now), null, ruritanian),
    await signEvidence(statementOf(name, message, digest, now), null, ruritanian),
    await signEvidence(
      statementOf(name, message, digest, instantSchema.parse("2025-12-31T23:59:59.999Z")),
      null,
      bensalemite,
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
  const right = await signEvidence(statementOf(name, message, digest, now), null, bensalemite);
  assert.equal(await answerWith(right.signed), "acknowledged");
});

test("an evidence is believed of its issuer only, and only from the time of its key", async () => {
  const { arcadia, bensalem, arcadian, ruritanian } = await three();
  const { evidence } = await write(arcadia, bensalem);
  const read = (signed: string) =>
    bensalem.node.store.transaction((transaction) => readEvidence(signed, evidenceSigners(transaction)));
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
