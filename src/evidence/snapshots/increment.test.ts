import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advance } from "./increment.ts";
import { firstPage } from "./paging.ts";

test("values are compared as what they are, and mixed ones are refused", () => {
  const numbers = advance(undefined, undefined, "n", [{ n: 9 }, { n: 10 }, { n: null }, {}]);
  assert.equal("through" in numbers && numbers.through?.value, 10);
  assert.ok("fault" in advance(undefined, undefined, "n", [{ n: 9 }, { n: "10" }]));
  assert.ok("fault" in advance(undefined, undefined, "n", [{ n: {} }]));
});

test("rows known at the boundary are not new; all others are, however the pages are cut", () => {
  const row = fc.record({ id: fc.integer({ min: 1, max: 30 }), at: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: (one) => one.id, maxLength: 20 }), fc.nat(20), (list, cut) => {
      const sorted = list.toSorted((a, b) => a.at - b.at || a.id - b.id);
      const before = advance(undefined, undefined, "at", sorted.slice(0, cut));
      assert.ok("through" in before);
      const boundary = before.through;
      const asked = sorted.filter((one) => boundary === undefined || one.at >= Number(boundary.value));
      const after = advance(boundary, boundary, "at", asked);
      assert.ok("through" in after);
      assert.equal(after.newRows, Math.max(0, sorted.length - cut));
      assert.equal(after.through?.value, sorted.at(-1)?.at);
    }),
    { seed: 4 },
  );
});

test("a quote in a value cannot leave its text in the question to the server", () => {
  const since = { column: "code", value: "x' OR 1=1 --" };
  const socrata = new URL(firstPage({ kind: "socrata", url: "https://example.org/a.json" }, since));
  assert.equal(socrata.searchParams.get("$where"), "code >= 'x'' OR 1=1 --'");
  const who = new URL(
    firstPage(
      { kind: "who-odata", url: "https://example.org/a" },
      { column: "Date", value: "2024-01-01T00:00:00+02:00" },
    ),
  );
  assert.equal(who.searchParams.get("$filter"), "Date ge 2024-01-01T00:00:00+02:00");
});
