import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compactDecrypt, compactVerify, importJWK, type JWK } from "jose";
import { z } from "zod";
import { canonicalText } from "../words/index.ts";
import { remEvidences } from "./evidence.ts";
import { publicKeySchema, usablePublicKey } from "./keys.ts";
import { isRefused } from "./refusal.ts";
import {
  compactParts,
  encryptionHeader,
  open,
  readHeader,
  sealedTypes,
  signatureHeader,
  signedTypes,
  verify,
} from "./sealed.ts";
import { identity, validFrom, validUntil } from "./simulation/node.ts";
import { readCanonicalObject } from "./strict-json.ts";

const folder = fileURLToPath(new URL("../../../../shared/reference/cooperation", import.meta.url));
const absent = existsSync(folder) ? false : "the reference data are not beside the repository (../shared)";
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(folder, ...path), "utf8"));

const ed25519Schema = z.object({
  testGroups: z.array(
    z.object({
      publicKeyJwk: z.object({ x: z.string() }),
      tests: z.array(
        z.object({ tcId: z.number(), msg: z.string(), sig: z.string(), result: z.enum(["valid", "invalid"]) }),
      ),
    }),
  ),
});
const x25519Schema = z.object({
  testGroups: z.array(
    z.object({
      tests: z.array(
        z.object({
          tcId: z.number(),
          public: z.string(),
          private: z.string(),
          shared: z.string(),
          result: z.enum(["valid", "acceptable"]),
          flags: z.array(z.string()),
        }),
      ),
    }),
  ),
});
const joseSchema = z.object({
  testGroups: z.array(
    z.object({
      private: z.record(z.string(), z.unknown()),
      public: z.record(z.string(), z.unknown()).optional(),
      tests: z.array(
        z.object({
          tcId: z.number(),
          comment: z.string(),
          jws: z.unknown().optional(),
          jwe: z.unknown().optional(),
          result: z.enum(["valid", "invalid"]),
        }),
      ),
    }),
  ),
});

const keyOf = (x: string) =>
  ({
    use: "signing",
    kid: "A".repeat(43),
    jwk: { kty: "OKP", crv: "Ed25519", x },
    notBefore: validFrom,
    notAfter: validUntil,
  }) as const;

test("Ed25519 agrees with Wycheproof, through the keys that the exchange uses", { skip: absent }, async () => {
  let count = 0;
  for (const { publicKeyJwk, tests } of ed25519Schema.parse(read("wycheproof", "ed25519_test.json")).testGroups) {
    const key = await usablePublicKey(keyOf(publicKeyJwk.x));
    for (const { tcId, msg, sig, result } of tests) {
      const valid = await crypto.subtle
        .verify("Ed25519", key, Buffer.from(sig, "hex"), Buffer.from(msg, "hex"))
        .catch(() => false);
      assert.equal(valid, result === "valid", `test ${tcId}`);
      count += 1;
    }
  }
  assert.equal(count, 151);
});

test("ECDSA over P-256, as passkeys, organisations and time stamps sign, agrees with Wycheproof", {
  skip: absent,
}, async () => {
  const groups = z
    .object({
      testGroups: z.array(
        z.object({
          publicKeyDer: z.string(),
          tests: z.array(
            z.object({ tcId: z.number(), msg: z.string(), sig: z.string(), result: z.enum(["valid", "invalid"]) }),
          ),
        }),
      ),
    })
    .parse(read("wycheproof", "ecdsa_secp256r1_sha256_p1363_test.json")).testGroups;
  let count = 0;
  for (const { publicKeyDer, tests } of groups) {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("spki", Buffer.from(publicKeyDer, "hex"), algorithm, false, ["verify"]);
    for (const { tcId, msg, sig, result } of tests) {
      const valid = await crypto.subtle.verify(algorithm, key, Buffer.from(sig, "hex"), Buffer.from(msg, "hex"));
      assert.equal(valid, result === "valid", `test ${tcId}`);
      count += 1;
    }
  }
  assert.equal(count, 262);
});

test("X25519 agrees with Wycheproof, and gives no secret that the other side could force to zero", {
  skip: absent,
}, async () => {
  const counts = { agreed: 0, refusedZero: 0 };
  for (const { tests } of x25519Schema.parse(read("wycheproof", "x25519_test.json")).testGroups) {
    for (const vector of tests) {
      const bytes = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
      const jwk = { kty: "OKP", crv: "X25519", x: bytes(vector.public) };
      const publicKey = await crypto.subtle.importKey("jwk", jwk, "X25519", true, []);
      const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
      const pkcs8 = Buffer.concat([prefix, Buffer.from(vector.private, "hex")]);
      const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
      const shared = await crypto.subtle
        .deriveBits({ name: "X25519", public: publicKey }, privateKey, 256)
        .then((secret) => Buffer.from(secret).toString("hex"))
        .catch(() => "refused");
      if (shared === "refused") {
        assert.ok(vector.flags.includes("ZeroSharedSecret"), `test ${vector.tcId}: ${vector.flags.join()}`);
        counts.refusedZero += 1;
      } else {
        assert.equal(shared, vector.shared, `test ${vector.tcId}`);
        counts.agreed += 1;
      }
    }
  }
  assert.equal(counts.agreed + counts.refusedZero, 518);
  assert.ok(counts.refusedZero > 0);
});

const files = ["json_web_signature", "json_web_encryption", "json_web_key", "json_web_crypto"] as const;
const joseVectors = () =>
  files.flatMap((file) =>
    joseSchema
      .parse(read("wycheproof", `${file}_test.json`))
      .testGroups.flatMap((group) =>
        group.tests.map((vector) => ({ ...vector, file, group, token: vector.jws ?? vector.jwe })),
      ),
  );

test("each JOSE vector of Wycheproof, valid or not, is refused before a key is asked for: none is of our profile", {
  skip: absent,
}, async () => {
  const own = await identity("arcadia-central");
  let count = 0;
  for (const { token, tcId, file } of joseVectors()) {
    const text = typeof token === "string" ? token : JSON.stringify(token);
    const signed = await verify(text, signedTypes.message, 1e6, () =>
      assert.fail(`${file} ${tcId} had a key asked for`),
    );
    const opened = await open(text, sealedTypes.message, own.keys.encryption);
    assert.ok(isRefused(signed) && isRefused(opened), `${file} ${tcId}`);
    const parts = text.split(".");
    const header = parts.length === 5 ? encryptionHeader : signatureHeader;
    assert.ok(isRefused(readHeader<unknown>(parts[0] ?? "", header)), `${file} ${tcId}`);
    assert.notEqual("refused" in opened ? opened.refused : "", "not-decrypted");
    count += 1;
  }
  assert.equal(count, 401 + 139 + 26 + 83);
});

test("the JOSE library agrees with Wycheproof on the parts that the exchange uses", { skip: absent }, async () => {
  const counts = { valid: 0, invalid: 0 };
  for (const { token, tcId, comment, file, group, result, jwe } of joseVectors()) {
    const jwk = group.public ?? group.private;
    // A set of keys leaves the choice to the receiver, and a key without an algorithm too; ours has neither.
    if (typeof token !== "string" || typeof jwk.alg !== "string" || "keys" in jwk) continue;
    if (jwe === undefined ? !/^ES256$/.test(jwk.alg) : !/^(ECDH-ES|A256KW|dir)/.test(jwk.alg)) continue;
    const usable: JWK = z.looseObject({ kty: z.string() }).parse(jwe === undefined ? jwk : group.private);
    const accepted = await (async () => {
      const key = await importJWK(usable, jwk.alg === undefined ? "" : String(jwk.alg));
      if (jwe === undefined) await compactVerify(token, key, { algorithms: [String(jwk.alg)] });
      else await compactDecrypt(token, key, { keyManagementAlgorithms: [String(jwk.alg)] });
    })().then(
      () => true,
      () => false,
    );
    assert.equal(accepted, result === "valid", `${file} ${tcId} ${comment} ${String(jwk.alg)}`);
    counts[result] += 1;
  }
  assert.ok(counts.valid > 10 && counts.invalid > 50, JSON.stringify(counts));
});

test("an EdDSA signature of the cookbook verifies, and no header but our own passes", { skip: absent }, async () => {
  const example = z
    .object({
      input: z.object({ payload: z.string(), key: z.object({ x: z.string() }) }),
      output: z.object({ compact: z.string() }),
    })
    .parse(read("jose-cookbook", "curve25519", "jws.json"));
  const key = await usablePublicKey(keyOf(example.input.key.x));
  const { payload } = await compactVerify(example.output.compact, key, { algorithms: ["EdDSA"] });
  assert.equal(Buffer.from(payload).toString("utf8"), example.input.payload);
  assert.deepEqual(readHeader(example.output.compact.split(".")[0] ?? "", signatureHeader), { refused: "algorithm" });
});

test("an ECDH-ES encryption of the cookbook over X25519 decrypts; its A128GCM is not ours", {
  skip: absent,
}, async () => {
  const example = z
    .object({
      input: z.object({ plaintext: z.string(), key: z.record(z.string(), z.string()) }),
      output: z.object({ compact: z.string() }),
    })
    .parse(read("jose-cookbook", "curve25519", "ecdh-es.json"));
  const { kty = "", crv = "", x = "", d = "" } = example.input.key;
  const key = await importJWK({ kty, crv, x, d }, "ECDH-ES");
  const { plaintext } = await compactDecrypt(example.output.compact, key);
  assert.equal(Buffer.from(plaintext).toString("utf8"), example.input.plaintext);
  assert.deepEqual(readHeader(example.output.compact.split(".")[0] ?? "", encryptionHeader), { refused: "algorithm" });
});

test("every other example of the cookbook is refused: weak, symmetric, compressed, detached, in JSON, with many keys", {
  skip: absent,
}, async () => {
  const own = await identity("arcadia-central");
  const texts = ["jwe", "jws", "rfc7797", "curve25519"].flatMap((part) =>
    readdirSync(join(folder, "jose-cookbook", part)).flatMap((name) => {
      const { output } = z
        .object({ output: z.record(z.string(), z.unknown()) })
        .parse(read("jose-cookbook", part, name));
      return Object.values(output).map((token) => (typeof token === "string" ? token : JSON.stringify(token)));
    }),
  );
  assert.ok(texts.length > 50, `${texts.length} forms`);
  for (const text of texts) {
    assert.ok(isRefused(await open(text, sealedTypes.message, own.keys.encryption)));
    assert.ok(isRefused(await verify(text, signedTypes.message, 1e6, () => assert.fail("a key was asked for"))));
  }
});

test("a message that is signed and encrypted in the manner of the cookbook is not one of ours", {
  skip: absent,
}, async () => {
  const own = await identity("arcadia-central");
  const text = readFileSync(join(folder, "jose-cookbook", "6.nesting_signatures_and_encryption.json"), "utf8");
  const tokens = [...new Set([...text.matchAll(/"([\w-]{20,}(?:\.[\w-]*){2,4})"/g)].map(([, token = ""]) => token))];
  assert.deepEqual(tokens.map((token) => token.split(".").length).sort(), [3, 5]);
  for (const token of tokens) {
    assert.ok(isRefused(await open(token, sealedTypes.message, own.keys.encryption)));
    assert.ok(isRefused(await verify(token, signedTypes.message, 1e6, () => assert.fail("a key was asked for"))));
  }
});

test("no key of the cookbook is one that a partner may have", { skip: absent }, async () => {
  const names = readdirSync(join(folder, "jose-cookbook", "jwk"));
  assert.equal(names.length, 6);
  for (const name of names) {
    const jwk = z.record(z.string(), z.unknown()).parse(read("jose-cookbook", "jwk", name));
    for (const use of ["signing", "encryption"] as const)
      assert.equal(publicKeySchema.safeParse({ ...keyOf("A".repeat(43)), use, jwk }).success, false, name);
  }
  assert.equal(publicKeySchema.safeParse(keyOf("A".repeat(43))).success, true);
});

test("messages of an e-CODEX connector are no messages here, and what they attest is an evidence of the same name", {
  skip: absent,
}, async () => {
  const own = await identity("arcadia-central");
  for (const message of ["msg1", "msg2", "msg3"]) {
    const names = readdirSync(join(folder, "e-codex", "testmessages", message));
    const texts = names.map((name) => readFileSync(join(folder, "e-codex", "testmessages", message, name), "utf8"));
    for (const text of texts) {
      assert.ok(isRefused(await open(text, sealedTypes.message, own.keys.encryption)));
      assert.ok(isRefused(await verify(text, signedTypes.message, 1e6, () => assert.fail("a key was asked for"))));
    }
    const evidence = texts[names.indexOf("SUBMISSION_ACCEPTANCE.xml")] ?? "";
    const [, element = ""] = /<(?:\w+:)?(\w*AcceptanceRejection)\b/.exec(evidence) ?? [];
    const [, event = ""] = /Event#(\w+)</.exec(evidence) ?? [];
    assert.equal(remEvidences.SubmissionAcceptance.element, element);
    assert.equal(event, "Acceptance");
  }
});

test("canonical text agrees with the vectors of RFC 8785, and another spelling of the same JSON is refused", {
  skip: absent,
}, () => {
  const names = readdirSync(join(folder, "jcs", "input"));
  assert.equal(names.length, 6);
  for (const name of names) {
    const input = readFileSync(join(folder, "jcs", "input", name), "utf8");
    const output = readFileSync(join(folder, "jcs", "output", name), "utf8");
    assert.equal(canonicalText(z.json().parse(JSON.parse(input))), output, name);
    if (!output.startsWith("{")) continue;
    assert.ok(!isRefused(readCanonicalObject(output)), name);
    assert.ok(isRefused(readCanonicalObject(input)), name);
  }
});

test("the nine evidences are those of the e-CODEX connector, under elements of the ETSI schema", {
  skip: absent,
}, () => {
  const connector = readFileSync(join(folder, "e-codex", "xsd", "DomibusConnectorTransitionModel.xsd"), "utf8");
  const type = connector.split('name="DomibusConnectorConfirmationType"')[1]?.split("</xs:simpleType>")[0] ?? "";
  const values = [...type.matchAll(/enumeration value="(\w+)"/g)].map(([, value]) => value);
  assert.deepEqual(
    Object.values(remEvidences).map(({ connector }) => connector),
    values,
  );
  const etsi = readFileSync(join(folder, "e-codex", "xsd", "TS102640_v2.xsd"), "utf8");
  for (const { element } of Object.values(remEvidences))
    assert.ok(etsi.includes(`<xs:element name="${element}" type="rem:REMEvidenceType"`));
});

test("a text is cut into parts only when each has one spelling", () => {
  assert.deepEqual(compactParts("YQ.YQ.YQ", 3, 100), ["YQ", "YQ", "YQ"]);
  for (const text of [
    "YR.YQ.YQ",
    "YQ.Y.YQ",
    "YQ.YQ=.YQ",
    "YQ.YQ",
    "YQ.YQ.YQ.YQ",
    "YQ.Y+.YQ",
    " YQ.YQ.YQ",
    "YQ.YQ.YQ\n",
    "",
  ])
    assert.deepEqual(compactParts(text, 3, 100), { refused: "not-a-message" });
  assert.deepEqual(compactParts("YQ.YQ.YQ", 3, 7), { refused: "too-large" });
});

test("a header that gives a name twice, or in another spelling, is refused", () => {
  const part = (text: string): string => Buffer.from(text).toString("base64url");
  const sound = `{"alg":"EdDSA","kid":"${"A".repeat(43)}","typ":"justitia-message+jws"}`;
  assert.ok(!isRefused(readHeader(part(sound), signatureHeader)));
  for (const text of [
    sound.replace("{", '{"alg":"none",'),
    sound.replace(":", ": "),
    `${sound} `,
    sound.replace("alg", "\\u0061lg"),
  ])
    assert.deepEqual(readHeader(part(text), signatureHeader), { refused: "not-a-message" });
});

test("JSON that hides a name, says a number otherwise, or is too deep is refused, in bounded time", () => {
  assert.ok(!isRefused(readCanonicalObject('{"a":"\\"__proto__\\":","b":[]}')));
  for (const text of [
    '{"__proto__":{"a":1}}',
    '{"a":{"__proto__":1}}',
    '{"a":1,"a":1}',
    '{"b":1,"a":1}',
    '{"a":1.0}',
    '{"a":1e400}',
    '{"a":-0}',
    '{"a":9007199254740993}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0041"}',
    `${'{"a":'.repeat(33)}1${"}".repeat(33)}`,
    "[".repeat(3_000_000),
    "[]",
    "1",
    "",
  ])
    assert.deepEqual(readCanonicalObject(text), { refused: "not-canonical" }, text.slice(0, 50));
});
