import assert from "node:assert/strict";
import { test } from "node:test";
import { type Delivery, deliveryFileName, deliveryHash, readDelivery, retrievedAtOf } from "./delivery.ts";
import { isSha256, sha256Of } from "./sha256.ts";

const sha256 = sha256Of("a".repeat(64));
const part = { name: "x.csv", sha256, bytes: 3 };
const delivery: Delivery = {
  stream: "chicago",
  retrievedAt: "2026-01-31T12:34:56.789Z",
  location: "x.csv",
  parts: [part],
  deliveryHash: deliveryHash([part]),
};
const name = deliveryFileName(delivery);

test("a delivery's file is named by time and hash, and reads back as it was", () => {
  assert.match(name, /^20260131T123456789Z-[0-9a-f]{12}\.json$/);
  assert.equal(retrievedAtOf(name), delivery.retrievedAt);
  assert.equal(retrievedAtOf("checks.jsonl"), undefined);
  assert.deepEqual(readDelivery(name, JSON.stringify(delivery)), { delivery });
});

test("a delivery file that was changed is recognised", () => {
  const changed: unknown[] = [
    { ...delivery, parts: [{ ...part, sha256: "b".repeat(64) }] },
    { ...delivery, parts: [{ ...part, bytes: 4 }] },
    { ...delivery, retrievedAt: "2025-01-31T12:34:56.789Z" },
    { ...delivery, parts: [] },
    { ...delivery, note: "x" },
    { ...delivery, parts: [{ ...part, sha256: "../../etc/passwd" }] },
  ];
  for (const one of changed) assert.ok("fault" in readDelivery(name, JSON.stringify(one)), JSON.stringify(one));
  assert.ok("fault" in readDelivery(name, JSON.stringify(delivery).slice(0, -1)));
});

test("deliveries have the same hash exactly when they bring the same bytes under the same names in the same order", () => {
  const other = { ...part, name: "y.csv" };
  assert.equal(deliveryHash([part, other]), deliveryHash([{ ...part }, { ...other }]));
  assert.notEqual(deliveryHash([part, other]), deliveryHash([other, part]));
  assert.notEqual(deliveryHash([part]), deliveryHash([other]));
  assert.notEqual(deliveryHash([{ ...part, name: 'a",1],["b' }]), deliveryHash([part]));
});

test("a SHA-256 has 64 lower-case hexadecimal digits", () => {
  assert.ok(isSha256("0123456789abcdef".repeat(4)));
  for (const text of ["", "A".repeat(64), "a".repeat(63), `${"a".repeat(64)}\n`])
    assert.throws(() => sha256Of(text), RangeError);
});
