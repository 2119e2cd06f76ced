import assert from "node:assert/strict";
import { test } from "node:test";
import { Malice } from "../../../test/authority/malice.ts";
import { canonicalText, digestOf, type Json, type JsonObject } from "../words/index.ts";
import { envelopeOf, type MessageKind, messageKinds } from "./envelope.ts";
import { signEvidence, statementOf } from "./evidence.ts";
import { newMessageId } from "./identifier.ts";
import {
  announcementOf,
  exchangeRoutes,
  isRefused,
  messagesPath,
  type Refused,
  receive,
  refusalReasons,
  sendDue,
  submit,
  submitPayload,
} from "./index.ts";
import { chunkEnvelope } from "./payload.ts";
import { seal, sealedTypes, sign, signedTypes } from "./sealed.ts";
import { randomBytesOf, SetClock, seededChance, twoAuthorities } from "./simulation/node.ts";

const weakHeaders: readonly [JsonObject, ...JsonObject[]] = [
  { alg: "none" },
  { alg: "HS256" },
  { alg: "RSA1_5", enc: "A256GCM" },
  { alg: "RSA-OAEP", enc: "A256GCM" },
  { alg: "dir", enc: "A256GCM" },
  { alg: "A256KW", enc: "A256GCM" },
  { alg: "PBES2-HS512+A256KW", enc: "A256GCM", p2c: 2 ** 31, p2s: "AAAA" },
  { alg: "ECDH-ES", enc: "A128CBC-HS256" },
  { alg: "ECDH-ES", enc: "A128GCM" },
  { zip: "DEF" },
  { crit: ["exp"], exp: 1 },
  { jku: "https://evil.example/keys" },
  { x5u: "https://evil.example/chain" },
  { jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA" } },
  { x5c: ["AAAA"] },
  { b64: false, crit: ["b64"] },
  { apu: "AAAA", apv: "AAAA" },
  { kid: "../../key" },
  { kid: "A".repeat(43) },
  { typ: "JWT" },
  { epk: { kty: "OKP", crv: "X25519", x: Buffer.alloc(32).toString("base64url") } },
  { epk: { kty: "OKP", crv: "X25519", x: "A".repeat(100) } },
  { epk: { kty: "EC", crv: "P-256", x: "A", y: "A" } },
  { epk: null },
];

/** A receiver under attack: what an honest message to it looks like, and everything that may be sent instead. */
async function target(chance: () => number) {
  const clock = new SetClock();
  const { arcadia, bensalem } = await twoAuthorities(clock, chance);
  const [signing] = arcadia.keys.signing;
  const [theirs] = bensalem.keys.signing;
  const recipient = bensalem.own.introduction.keys.find(({ use }) => use === "encryption");
  const back = arcadia.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(signing && theirs && recipient && back);
  const { from, to } = { from: arcadia.own.authority, to: bensalem.own.authority };

  const seen: string[] = [];
  await arcadia.node.store.transaction(async (transaction) => {
    await submit(arcadia.node, transaction, { to, kind: "request", body: { offence: "0101", text: "x".repeat(200) } });
    await submitPayload(arcadia.node, transaction, to, announcementOf(5_000, digestOf("whole"), 1_000), "file", {});
  });
  const answers: string[] = [];
  await sendDue(
    arcadia.node,
    async (_, sealed) => {
      seen.push(sealed);
      const outcome = await receive(bensalem.node, sealed);
      assert.ok(!isRefused(outcome));
      answers.push(outcome.sealedAnswer);
      return outcome;
    },
    10,
  );
  const [honest = ""] = seen;
  const [honestAnswer = ""] = answers;
  const payload = [...arcadia.store.tables.outgoing.values()][0];
  assert.ok(payload);

  const body = async (malice: Malice, kind: MessageKind): Promise<JsonObject> => {
    const random = randomBytesOf(malice.chance);
    const message = { id: newMessageId(clock.now(), random), from, to };
    const statement = statementOf(
      malice.pick(["Delivery", "SubmissionAcceptance", "Retrieval"]),
      message,
      digestOf("x"),
      clock.now(),
    );
    switch (kind) {
      case "evidence":
        return {
          evidence:
            malice.chance() < 0.5
              ? malice.changed((await signEvidence(statement, null, signing)).signed).toWellFormed()
              : malice.text(99).toWellFormed(),
        };
      case "payload":
        return {
          payload: { size: malice.value(), chunkSize: malice.value(), chunks: malice.value(), digest: "a".repeat(64) },
          about: {},
        };
      case "payload-chunk":
        return { payload: payload.id, number: malice.value(), digest: malice.value(), content: malice.value() };
      case "key-update":
        return {
          add: malice.chance() < 0.5 ? [] : [{ key: malice.value(), possession: malice.value() }],
          revoke: malice.value(),
        };
      default:
        return { any: malice.value() };
    }
  };
  const envelope = async (malice: Malice): Promise<JsonObject> => {
    const random = randomBytesOf(malice.chance);
    const kind = malice.pick(messageKinds);
    const bytes = random(1 + malice.below(1_100));
    const made =
      malice.chance() < 0.2
        ? chunkEnvelope(from, payload, malice.pick([0, 1, 4, 5, 99, 2 ** 40]), bytes)
        : envelopeOf({
            id: newMessageId(clock.now(), random),
            from,
            to,
            sentAt: clock.now(),
            kind,
            body: await body(malice, kind),
            inReplyTo: null,
          });
    const fields: Record<string, Json> = { ...made };
    const name = malice.pick([
      "version",
      "id",
      "from",
      "to",
      "sentAt",
      "kind",
      "body",
      "bodyDigest",
      "inReplyTo",
      "extra",
    ]);
    if (malice.chance() < 0.6) fields[name] = malice.value();
    if (malice.chance() < 0.05) delete fields[name];
    return fields;
  };
  const sealed = async (content: string): Promise<string> => await seal(content, sealedTypes.message, recipient);
  const signed = async (content: string): Promise<string> =>
    await sign(content.toWellFormed(), signedTypes.message, signing);

  return {
    honest,
    arcadia,
    bensalem,
    /** An input that must be refused, made without any key. */
    withoutKeys: (malice: Malice): string =>
      malice.pick([
        () => malice.changed(honest),
        () => malice.changed(honest),
        () => malice.changed(honest),
        () => {
          const [header = "", ...rest] = honest.split(".");
          const fields: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
          const changed = JSON.stringify({
            ...(typeof fields === "object" ? fields : {}),
            ...malice.pick(weakHeaders),
          });
          return [Buffer.from(changed).toString("base64url"), ...rest].join(".");
        },
        () => [Buffer.from(malice.json()).toString("base64url"), ...honest.split(".").slice(1)].join("."),
        () => malice.text(500),
        () =>
          malice.pick([
            honestAnswer,
            ".".repeat(malice.below(5_000)),
            "....",
            "A".repeat(malice.below(100_000)),
            malice.json(),
          ]),
      ])(),
    /** An input by somebody who knows our public key, or by the partner itself gone bad. */
    withKeys: async (malice: Malice): Promise<string> =>
      await malice.pick<() => Promise<string>>([
        async () =>
          await sealed(
            malice.changed(await signed(canonicalText({ envelope: await envelope(malice), submission: null }))),
          ),
        async () => await sealed(malice.text(300)),
        async () => await sealed(await signed(malice.json())),
        async () =>
          await sealed(
            await signed(malice.changed(canonicalText({ envelope: await envelope(malice), submission: null }))),
          ),
        async () => await sealed(await signed(canonicalText({ envelope: await envelope(malice), submission: null }))),
        async () =>
          await sealed(await signed(canonicalText({ envelope: await envelope(malice), submission: malice.value() }))),
      ])(),
    /** An answer by somebody who knows our public key, or by the partner itself gone bad. */
    answer: async (malice: Malice): Promise<string> => {
      const random = randomBytesOf(malice.chance);
      const statement = statementOf(
        "RelayREMMDAcceptance",
        { id: newMessageId(clock.now(), random), from, to },
        digestOf("x"),
        clock.now(),
      );
      return await malice.pick<() => Promise<string>>([
        async () => malice.changed(honestAnswer),
        async () => honestAnswer,
        async () => await seal(malice.text(100), sealedTypes.answer, back),
        async () => await seal((await signEvidence(statement, null, theirs)).signed, sealedTypes.answer, back),
        async () =>
          await seal(malice.changed((await signEvidence(statement, null, theirs)).signed), sealedTypes.answer, back),
        async () =>
          await seal(await sign(malice.json().toWellFormed(), signedTypes.evidence, theirs), sealedTypes.answer, back),
      ])();
    },
  };
}

interface Tally {
  inputs: number;
  answered: number;
  overHttp: number;
  slowest: number;
  readonly refused: Map<string, number>;
}

async function attack(seed: number, inputs: number, tally: Tally): Promise<void> {
  const chance = seededChance(seed);
  const { honest, arcadia, bensalem, withoutKeys, withKeys, answer } = await target(chance);
  const errors: unknown[] = [];
  const routes = exchangeRoutes({
    receive: (text) => receive(bensalem.node, text),
    report: (error) => errors.push(error),
    refusalAfter: 0,
  });
  const note = (outcome: object | Refused): void => {
    if (!isRefused(outcome)) tally.answered += 1;
    else {
      assert.ok(refusalReasons.includes(outcome.refused));
      tally.refused.set(outcome.refused, (tally.refused.get(outcome.refused) ?? 0) + 1);
    }
  };
  const receiveOne = async (count: number): Promise<void> => {
    const malice = new Malice(seededChance(seed * 1_000_003 + count));
    const where = `seed ${seed}, input ${count}`;
    const unsigned = malice.chance() < 0.8;
    const input = unsigned ? withoutKeys(malice) : await withKeys(malice);
    const begin = performance.now();
    if (malice.chance() < 0.1) {
      const headers = { "content-type": "application/jose" };
      const response = await routes.request(messagesPath, { method: "POST", headers, body: input });
      const text = await response.text();
      assert.ok(response.status === 200 || (response.status === 400 && text === '{"refused":true}'), where);
      tally.overHttp += 1;
    } else {
      const outcome = await receive(bensalem.node, input);
      if (unsigned && input !== honest) assert.ok(isRefused(outcome), `${where}: what nobody signed was answered`);
      note(outcome);
    }
    tally.slowest = Math.max(tally.slowest, performance.now() - begin);
  };
  const readAnswer = async (count: number): Promise<void> => {
    const input = await answer(new Malice(seededChance(seed * 1_000_003 + count)));
    const [waiting] = arcadia.store.tables.outbox.values();
    assert.ok(waiting);
    const again = { ...waiting, state: "waiting", nextAttemptAt: arcadia.node.now() } as const;
    arcadia.store.tables.outbox.set(again.id, again);
    arcadia.store.tables.waiting.set(again.id, again);
    arcadia.notes.length = 0;
    await sendDue(arcadia.node, async () => ({ sealedAnswer: input }), 1);
    note(arcadia.notes[0]?.what === "answer-refused" ? { refused: arcadia.notes[0].reason } : {});
  };
  // Every twentieth input is an answer to a message of ours; the others are messages to us, several at the same time.
  const together = 20;
  for (let first = 0; first < inputs; first += together) {
    await Promise.all(Array.from({ length: together - 1 }, (_, index) => receiveOne(first + index)));
    await readAnswer(first + together - 1);
    tally.inputs += together;
    bensalem.notes.length = 0;
  }
  assert.deepEqual(errors, []);
}

async function attacks(seeds: readonly number[], each: number): Promise<string> {
  const tally: Tally = { inputs: 0, answered: 0, overHttp: 0, slowest: 0, refused: new Map() };
  const before = process.memoryUsage().rss;
  for (const seed of seeds) await attack(seed, each, tally);
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  assert.ok(grown < 600, `the process grew by ${grown} MiB`);
  for (const reason of [
    "not-a-message",
    "algorithm",
    "not-decrypted",
    "unsigned",
    "bad-signature",
    "not-canonical",
    "bad-envelope",
    "bad-evidence",
    "unexpected-chunk",
  ])
    assert.ok((tally.refused.get(reason) ?? 0) > 0, `no input came to ${reason}`);
  assert.ok(tally.answered > 0, "some inputs are well-formed");
  return JSON.stringify({
    ...tally,
    slowest: `${Math.round(tally.slowest)} ms`,
    grown: `${grown} MiB`,
    refused: Object.fromEntries(tally.refused),
  });
}

test("20,000 inputs that mean harm are each answered or refused, and nothing else happens", async (context) => {
  context.diagnostic(await attacks([1, 2, 3, 4], 5_000));
});

if (process.env.JUSTITIA_SLOW === "1")
  test("1,000,000 inputs that mean harm are each answered or refused, and nothing else happens", async (context) => {
    context.diagnostic(
      await attacks(
        Array.from({ length: 100 }, (_, index) => 1_000 + index),
        10_000,
      ),
    );
  });
