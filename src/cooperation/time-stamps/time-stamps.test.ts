import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { instantSchema } from "../words/index.ts";
import { certificateOf, certificatesInPem, derOf } from "./certificates.ts";
import {
  obtainTimeStamp,
  type TimeStampFault,
  type TimeStampTrust,
  timeStampRequest,
  verifyTimeStamp,
} from "./index.ts";
import {
  type CertificateWish,
  type Holder,
  makeAnswer,
  makeHolder,
  makeToken,
  readRequest,
  serverAuthentication,
  type TokenWish,
  timeStamping,
} from "./simulation/service.ts";

const sha256 = "2.16.840.1.101.3.4.2.1";
const sha1 = "1.3.14.3.2.26";
const digest = createHash("sha256").update("the head of a log").digest();
const imprint = { oid: sha256, digest };
const nonce = Uint8Array.of(0x8f, 1, 2, 3, 4, 5, 6, 7);
const nonceInDer = Uint8Array.of(0, ...nonce);

const certifier = { authority: true, keyUsage: 0x06 } as const;
const root = await makeHolder({ name: "Root", ...certifier });
const issuing = await makeHolder({
  name: "Issuing",
  issuer: root,
  ...certifier,
  pathLength: 0,
  purposes: [timeStamping],
});
const stamping: CertificateWish = { name: "Time stamps", issuer: issuing, purposes: [timeStamping], keyUsage: 0x80 };
const service = await makeHolder(stamping);
const trust: TimeStampTrust = { anchors: [root.certificate], between: [issuing.certificate] };

const verdictOf = async (wish: Partial<TokenWish>, given: TimeStampTrust = trust) =>
  verifyTimeStamp(
    await makeToken({ signer: service, imprint, nonce: nonceInDer, ...wish }),
    { digests: { "SHA-256": digest }, nonce, policies: ["1.2.3.4.1"] },
    given,
  );
const faultOf = async (wish: Partial<TokenWish>, given: TimeStampTrust = trust): Promise<TimeStampFault | "none"> => {
  const verdict = await verdictOf(wish, given);
  return verdict.verdict === "refused" ? verdict.fault : "none";
};

test("a token says when, by whom, how exactly and under which policy", async () => {
  assert.deepEqual(await verdictOf({}), {
    verdict: "good",
    anchor: "CN=Root",
    stamp: {
      at: "2026-06-01T12:00:00.000Z",
      accuracy: 1500,
      serial: "07",
      policy: "1.2.3.4.1",
      algorithm: "SHA-256",
      service: "CN=Time stamps, issued by CN=Issuing",
      certificateEnds: "2030-01-01T00:00:00.000Z",
    },
  });
});

test("a token is good whether it brings the path to the anchor or the path was given", async () => {
  const carries = [issuing.certificate, service.certificate];
  assert.equal((await verdictOf({ carries }, { anchors: [root.certificate] })).verdict, "good");
  assert.equal(
    (await verdictOf({ carries: [] }, { ...trust, between: [issuing.certificate, service.certificate] })).verdict,
    "good",
  );
  assert.equal((await verdictOf({}, { anchors: [service.certificate] })).verdict, "good");
  assert.equal((await verdictOf({}, { anchors: [issuing.certificate] })).verdict, "good");
});

test("a token of a service that leads to no anchor is reported as such, not as good and not as false", async () => {
  assert.equal((await verdictOf({}, { anchors: [] })).verdict, "unknown-anchor");
  assert.equal((await verdictOf({}, { anchors: [root.certificate] })).verdict, "unknown-anchor");
  const namesake = await makeHolder({ name: "Root", ...certifier });
  assert.equal((await verdictOf({}, { ...trust, anchors: [namesake.certificate] })).verdict, "unknown-anchor");
});

test("a token over other content, for another request or under another policy is refused", async () => {
  const other = createHash("sha256").update("another head").digest();
  assert.equal(await faultOf({ imprint: { oid: sha256, digest: other } }), "other-content");
  assert.equal(await faultOf({ imprint: { oid: sha1, digest: digest.subarray(0, 20) } }), "weak-digest");
  assert.equal(
    await faultOf({ imprint: { oid: "2.16.840.1.101.3.4.2.3", digest: Buffer.concat([digest, digest]) } }),
    "other-content",
  );
  assert.equal(await faultOf({ nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }), "other-nonce");
  const withoutNonce = await makeToken({ signer: service, imprint });
  const verdict = await verifyTimeStamp(withoutNonce, { digests: { "SHA-256": digest }, nonce }, trust);
  assert.equal(verdict.verdict === "refused" && verdict.fault, "other-nonce");
  assert.equal((await verifyTimeStamp(withoutNonce, { digests: { "SHA-256": digest } }, trust)).verdict, "good");
  assert.equal(await faultOf({ policy: "1.2.3.4.2" }), "other-policy");
});

test("a signature that is bound to no certificate, to another, twice, or to another kind of content is refused", async () => {
  assert.equal(await faultOf({ boundTo: null }), "signer-not-bound");
  assert.equal(await faultOf({ boundTo: issuing.certificate }), "signer-not-bound");
  assert.equal(await faultOf({ attributesTwice: true }), "signer-not-bound");
  assert.equal(await faultOf({ contentType: "1.2.840.113549.1.7.1" }), "signer-not-bound");
  assert.equal(await faultOf({ carries: [] }), "signer-unknown");
});

test("a certificate beside the path makes a token suspicious", async () => {
  const stranger = await makeHolder({ ...stamping, name: "Somebody else" });
  assert.equal(await faultOf({ carries: [service.certificate, stranger.certificate] }), "strange-certificate");
});

test("a certificate that is for something else, or whose key is weak, may not stamp", async () => {
  const wishes: readonly Partial<CertificateWish>[] = [
    { purposes: [serverAuthentication] },
    { purposes: [timeStamping, serverAuthentication] },
    { purposesCritical: false },
    { keyUsage: 0x20 },
    { strangeExtension: true },
    { key: "RSA-1024" },
  ];
  for (const wish of wishes) {
    const signer = await makeHolder({ ...stamping, ...wish });
    assert.equal(await faultOf({ signer }), "wrong-purpose", JSON.stringify(wish));
  }
  const { purposes, ...without } = stamping;
  assert.deepEqual(purposes, [timeStamping]);
  assert.equal(await faultOf({ signer: await makeHolder(without) }), "wrong-purpose");
  assert.equal(await faultOf({ signer: await makeHolder({ ...stamping, key: "RSA-2048" }) }), "none");
});

test("a path needs issuers that may issue: authority, length, key usage, purpose, known extensions, strong signatures", async () => {
  const wrong: readonly Partial<CertificateWish>[] = [
    { authority: false },
    { keyUsage: 0x80 },
    { purposes: [serverAuthentication] },
    { strangeExtension: true },
    { key: "RSA-1024" },
    { hash: "SHA-1" },
  ];
  for (const wish of wrong) {
    const issuer = await makeHolder({ name: "Issuing", issuer: root, ...certifier, ...wish });
    const signer = await makeHolder({ ...stamping, issuer });
    const given = { anchors: [root.certificate], between: [issuer.certificate] };
    assert.equal((await verdictOf({ signer }, given)).verdict, "unknown-anchor", JSON.stringify(wish));
  }
  const deeper = await makeHolder({ name: "Deeper", issuer: issuing, ...certifier });
  const signer = await makeHolder({ ...stamping, issuer: deeper });
  const given = { anchors: [root.certificate], between: [issuing.certificate, deeper.certificate] };
  assert.equal((await verdictOf({ signer }, given)).verdict, "unknown-anchor", "the path is longer than was allowed");
});

test("every certificate of the path must have been valid at the time of the stamp, and still be for a new one", async () => {
  assert.equal(await faultOf({ at: "2025-12-31T23:59:59Z" }), "certificate-out-of-time");
  assert.equal(await faultOf({ at: "2030-01-01T00:00:01Z" }), "certificate-out-of-time");
  assert.equal(await faultOf({ at: "2030-01-01T00:00:00Z" }), "none");
  const short = await makeHolder({ name: "Issuing", issuer: root, ...certifier, until: "2026-05-01T00:00:00Z" });
  const signer = await makeHolder({ ...stamping, issuer: short });
  const given = { anchors: [root.certificate], between: [short.certificate] };
  assert.equal(await faultOf({ signer }, given), "certificate-out-of-time");
  assert.equal(await faultOf({ signer, at: "2026-04-01T00:00:00Z" }, given), "none");
  const stillValidAt = instantSchema.parse("2031-01-01T00:00:00.000Z");
  assert.equal(await faultOf({}, { ...trust, stillValidAt }), "certificate-ended");
});

test("a signature by another key or with a weak digest is refused", async () => {
  const impostor: Holder = { certificate: service.certificate, key: (await makeHolder(stamping)).key };
  assert.equal(await faultOf({ signer: impostor }), "bad-signature");
  const rsa = await makeHolder({ ...stamping, key: "RSA-2048" });
  assert.equal(await faultOf({ signer: rsa, hash: "SHA-1" }), "weak-signature");
});

test("an answer without a token is refused with what the service said, and bytes that are no token as malformed", async () => {
  const expected = { digests: { "SHA-256": digest } };
  const verdict = await verifyTimeStamp(makeAnswer(undefined, 2), expected, trust);
  assert.equal(verdict.verdict === "refused" && verdict.fault, "not-granted");
  const token = await makeToken({ signer: service, imprint });
  assert.equal((await verifyTimeStamp(makeAnswer(token), expected, trust)).verdict, "good");
  assert.equal((await verifyTimeStamp(makeAnswer(token, 1), expected, trust)).verdict, "good");
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.concat([token, Buffer.of(0)]),
    token.subarray(1),
    makeAnswer(undefined),
  ]) {
    const found = await verifyTimeStamp(bytes, expected, trust);
    assert.equal(found.verdict === "refused" && found.fault, "malformed");
  }
});

test("no changed byte of a token is accepted as the same stamp, and none brings the verification down", async () => {
  const token = await makeToken({ signer: service, imprint, nonce: nonceInDer, carries: [service.certificate] });
  const good = await verifyTimeStamp(token, { digests: { "SHA-256": digest }, nonce }, trust);
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Uint8Array.from(token);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const verdict = await verifyTimeStamp(changed, { digests: { "SHA-256": digest }, nonce }, trust);
      // What is not signed may change without harm, such as the list of digests that stands before the content.
      if (verdict.verdict !== "refused") assert.deepEqual(verdict, good);
    }),
    { numRuns: 400, seed: 3161 },
  );
});

test("a request asks for this digest, with its nonce, and for the certificate", () => {
  const read = readRequest(timeStampRequest({ algorithm: "SHA-256", digest, nonce, policy: "1.2.3.4.1" }));
  assert.deepEqual(read, {
    oid: sha256,
    digest: new Uint8Array(digest),
    nonce: nonceInDer,
    policy: "1.2.3.4.1",
    certificates: true,
  });
  assert.throws(() => timeStampRequest({ algorithm: "SHA-512", digest, nonce }), RangeError);
  assert.throws(() => timeStampRequest({ algorithm: "SHA-256", digest, nonce: nonce.subarray(1) }), RangeError);
});

const asked = { algorithm: "SHA-256", digest } as const;
const now = instantSchema.parse("2026-06-01T12:00:05.000Z");
const around = (answer: (request: Uint8Array) => Promise<Response>) => ({
  nonce,
  now,
  timeout: 5000,
  fetch: async (_: string, { body }: RequestInit) => {
    assert.ok(body instanceof Uint8Array);
    return answer(body);
  },
});
const reply = (bytes: Uint8Array, headers = { "content-type": "application/timestamp-reply" }) =>
  new Response(new Uint8Array(bytes), { headers });
const honest = async (request: Uint8Array): Promise<Uint8Array> => {
  const { nonce: asked, ...read } = readRequest(request);
  return makeAnswer(
    await makeToken({ signer: service, imprint: read, ...(asked === undefined ? {} : { nonce: asked }) }),
  );
};
const tsa = { address: "https://time.example", trust };

test("a token is obtained over HTTP and kept as it came", async () => {
  const found = await obtainTimeStamp(
    tsa,
    asked,
    around(async (request) => reply(await honest(request))),
  );
  assert.ok(found.obtained);
  const again = await verifyTimeStamp(found.token, { digests: { "SHA-256": digest } }, trust);
  assert.deepEqual(again, found.verdict);
});

test("nothing is obtained from a service that fails, answers something else, an old answer, or is not trusted", async () => {
  const old = makeAnswer(await makeToken({ signer: service, imprint, nonce: Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1) }));
  const answers: readonly (readonly [RegExp, (request: Uint8Array) => Promise<Response>])[] = [
    [/could not be reached: refused/, () => Promise.reject(new Error("refused"))],
    [/status 500/, async () => new Response("no", { status: 500 })],
    [/not with a time-stamp reply/, async () => reply(old, { "content-type": "text/html" })],
    [/more than/, async () => reply(new Uint8Array(300_000))],
    [/answers another request/, async () => reply(old)],
    [/no time-stamp token/, async () => reply(Uint8Array.of(1, 2, 3))],
    [/gave no token/, async () => reply(makeAnswer(undefined, 2))],
  ];
  for (const [because, answer] of answers) {
    const found = await obtainTimeStamp(tsa, asked, around(answer));
    assert.match(found.obtained ? "obtained" : found.because, because);
  }
  const untrusted = { ...tsa, trust: { anchors: [] } };
  const found = await obtainTimeStamp(
    untrusted,
    asked,
    around(async (request) => reply(await honest(request))),
  );
  assert.match(found.obtained ? "obtained" : found.because, /none of the anchors/);
});

test("certificates are read from PEM whole or not at all", () => {
  const pem = (der: Uint8Array) =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`;
  assert.equal(certificatesInPem(`text\n${pem(derOf(root.certificate))}${pem(derOf(service.certificate))}`)?.length, 2);
  assert.equal(certificatesInPem(pem(derOf(root.certificate)) + pem(Uint8Array.of(1))), null);
  assert.equal(certificatesInPem("nothing"), null);
  assert.equal(certificateOf(Buffer.concat([derOf(root.certificate), Buffer.of(0)])), null);
});
