import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defaultNetworkLimits, isLasting, isPassing, pauseBefore, retryAfter } from "./retry.ts";

test("pauses double up to the longest and are at least half of it", () => {
  const limits = { firstPause: 1_000, longestPause: 10_000 };
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((attempt) => pauseBefore(attempt, 0, limits)),
    [500, 1_000, 2_000, 4_000, 5_000],
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const pause = pauseBefore(attempt, random, defaultNetworkLimits);
        assert.ok(pause >= defaultNetworkLimits.firstPause / 2 && pause <= defaultNetworkLimits.longestPause);
      },
    ),
    { seed: 3 },
  );
});

test("Retry-After is read as seconds and as a date, and ignored when it is neither", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  assert.equal(retryAfter("120", now), 120_000);
  assert.equal(retryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now), 30_000);
  assert.equal(retryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
  for (const nothing of [null, "", "soon", "-5x"]) assert.equal(retryAfter(nothing, now), undefined);
});

test("only statuses that may pass are repeated", () => {
  const passing = Array.from({ length: 200 }, (_, index) => 400 + index).filter(isPassing);
  assert.deepEqual(passing, [408, 425, 429, 500, 502, 503, 504]);
});

test("a wrong name, a missing network and a bad certificate are not waited for", () => {
  for (const code of [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ENETUNREACH",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
  ]) {
    assert.ok(isLasting(code), code);
  }
  for (const code of ["ECONNRESET", "ECONNREFUSED", "UND_ERR_SOCKET", undefined]) assert.ok(!isLasting(code), code);
});
