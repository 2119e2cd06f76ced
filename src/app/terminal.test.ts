import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textTable, visible, visibleLine } from "./terminal.ts";

test("a cell of a source can neither forge a line of a table nor steer the terminal", () => {
  assert.equal(
    textTable([
      ["code", "rows"],
      ["a\nb\u001b[2J\r", 1],
    ]),
    "code                rows\na\\nb\\u{1b}[2J\\u{d}     1",
  );
  assert.equal(visible("é 刀\n\tء \u202eabc\u009b"), "é 刀\n\tء \\u{202e}abc\\u{9b}");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(visibleLine(text), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
    { seed: 1 },
  );
});
