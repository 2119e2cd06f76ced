import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Certificate } from "pkijs";
import { instantSchema } from "../words/index.ts";
import { certificateOf, certificatesInPem } from "./certificates.ts";
import { type TimeStampTrust, verifyTimeStamp } from "./index.ts";
import { readRequest } from "./simulation/service.ts";

const vectors = fileURLToPath(new URL("../../../../shared/reference/cooperation/rfc3161", import.meta.url));
const skip = existsSync(vectors) ? false : "the shared reference data are not beside the repository (../shared)";
const file = (path: string): Buffer => readFileSync(join(vectors, path));

/** The certificates of a folder, that of the service first and the root last. */
function chainOf(folder: string): readonly Certificate[] {
  const bytes = file(`${folder}/ts_chain.pem`);
  const one = certificateOf(bytes);
  return one === null ? (certificatesInPem(bytes.toString("utf8")) ?? []) : [one];
}
const trustOf = (folder: string): TimeStampTrust => ({
  anchors: chainOf(folder).slice(-1),
  between: chainOf(folder).slice(0, -1),
});
const digestsOf = (content: string | Buffer) => ({
  "SHA-256": createHash("sha256").update(content).digest(),
  "SHA-384": createHash("sha384").update(content).digest(),
  "SHA-512": createHash("sha512").update(content).digest(),
});
const nonceOf = (path: string): Uint8Array => {
  const { nonce } = readRequest(file(path));
  assert.ok(nonce !== undefined);
  return nonce;
};

test("answers of four services are good at their time", { skip }, async () => {
  const good: readonly (readonly [string, string, string | undefined])[] = [
    ["sigstage/response-sha256.tsr", "2025-05-09T11:58:55.000Z", undefined],
    ["sigstage/response-sha384.tsr", "2025-05-09T11:58:55.000Z", undefined],
    ["sigstage/response-sha512.tsr", "2025-05-09T11:58:56.000Z", undefined],
    ["sigstage/response-no-embedded-cert.tsr", "2025-06-18T08:13:02.000Z", undefined],
    ["test_tsa/response.tsr", "2024-10-08T15:40:32.000Z", "test_tsa/request.der"],
    ["identrust/issue-104.tsr", "2025-03-11T08:52:08.000Z", undefined],
  ];
  for (const [path, at, request] of good) {
    const expected = { digests: digestsOf("hello"), ...(request === undefined ? {} : { nonce: nonceOf(request) }) };
    const verdict = await verifyTimeStamp(file(path), expected, trustOf(path.split("/")[0] ?? ""));
    assert.equal(verdict.verdict, "good", path);
    assert.equal(verdict.verdict === "good" && verdict.stamp.at, at);
    const other = await verifyTimeStamp(file(path), { digests: digestsOf("hallo") }, trustOf(path.split("/")[0] ?? ""));
    assert.equal(other.verdict === "refused" && other.fault, "other-content", path);
  }
});

test("each bad answer is refused for what is bad about it", { skip }, async () => {
  const expected = { digests: digestsOf("hello") };
  const mock = { digests: digestsOf(skip === false ? file("sigstore.mock/payload") : "") };
  const today = instantSchema.parse("2026-07-24T00:00:00.000Z");
  const tsa = trustOf("test_tsa");
  const request = { ...expected, nonce: nonceOf("test_tsa/request.der") };
  const bad = [
    ["bad-signature", "sigstage/response-invalid-signature.tsr", expected, trustOf("sigstage")],
    ["signer-unknown", "sigstage/response-no-embedded-cert.tsr", expected, { anchors: trustOf("sigstage").anchors }],
    [
      "certificate-ended",
      "sigstore.mock/response-expired.tsr",
      mock,
      { ...trustOf("sigstore.mock"), stillValidAt: today },
    ],
    ["strange-certificate", "test_tsa/response-injected-certs.tsr", request, tsa],
    ["other-nonce", "test_tsa/other_response.tsr", request, tsa],
    ["other-nonce", "test_tsa/response.tsr", { ...expected, nonce: nonceOf("test_tsa/other_request.der") }, tsa],
  ] as const;
  for (const [fault, path, told, trust] of bad) {
    const verdict = await verifyTimeStamp(file(path), told, trust);
    assert.equal(verdict.verdict === "refused" && verdict.fault, fault, path);
  }
});

test("an answer whose certificate has ended since is good for its own time, as the standard has it", {
  skip,
}, async () => {
  const payload = file("sigstore.mock/payload");
  const verdict = await verifyTimeStamp(
    file("sigstore.mock/response-expired.tsr"),
    { digests: digestsOf(payload) },
    trustOf("sigstore.mock"),
  );
  assert.equal(verdict.verdict === "good" && verdict.stamp.at, "2023-02-01T00:00:00.000Z");
  assert.equal(verdict.verdict === "good" && verdict.stamp.certificateEnds, "2024-01-01T00:00:00.000Z");
});

test("an answer of a namesake with another root leads to no anchor", { skip }, async () => {
  const verdict = await verifyTimeStamp(
    file("test_tsa/other_response.tsr"),
    { digests: digestsOf("hello") },
    trustOf("test_tsa"),
  );
  assert.equal(verdict.verdict, "unknown-anchor");
});
