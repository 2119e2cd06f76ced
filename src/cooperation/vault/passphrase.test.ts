import assert from "node:assert/strict";
import { test } from "node:test";
import { decryptWithPassphrase, encryptWithPassphrase } from "./index.ts";

test("what a passphrase closed is opened by it, however it is typed, and by nothing else", async () => {
  const content = new TextEncoder().encode("AGE-SECRET-KEY-PQ-1…");
  const closed = await encryptWithPassphrase(content, "vier graue Reiher warten für uns");
  assert.match(Buffer.from(closed).toString("latin1"), /^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/);
  const decomposed = "vier graue Reiher warten für uns".normalize("NFD");
  assert.deepEqual(await decryptWithPassphrase(closed, decomposed), content);
  assert.equal(await decryptWithPassphrase(closed, "vier graue Reiher warten"), undefined);
  const changed = Uint8Array.from(closed, (byte, index) => (index === closed.length - 1 ? byte ^ 1 : byte));
  assert.equal(await decryptWithPassphrase(changed, decomposed), undefined);
});
