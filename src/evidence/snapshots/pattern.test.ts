import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { expandBraces, isPattern, parsePattern } from "./pattern.ts";

/** Whether a single-segment pattern matches a name. */
function matches(pattern: string, name: string): boolean {
  return parsePattern(pattern).alternatives.some(([segment]) => segment instanceof RegExp && segment.test(name));
}

test("a pattern begins to search in its last plain folder", () => {
  assert.equal(parsePattern("../data/x/*.csv").folder, "../data/x");
  assert.equal(parsePattern("/*.csv").folder, "/");
  assert.equal(parsePattern("*.csv").folder, "");
  assert.equal(parsePattern("a/{b,c/d}/e.csv").folder, "a");
  assert.equal(parsePattern("a/{b,c/d}/e.csv").alternatives[1]?.length, 3);
  assert.equal(parsePattern("a/**/e.csv").alternatives[0]?.[0], "**");
});

test("stars, question marks and sets match names, but no hidden ones", () => {
  assert.ok(matches("*.csv", "2020.csv"));
  assert.ok(matches("*.csv", "-rf \n.csv"));
  assert.ok(!matches("*.csv", "2020.csv.gz"));
  assert.ok(!matches("*.csv", "2020xcsv"));
  assert.ok(!matches("*", ".hidden"));
  assert.ok(matches(".h*", ".hidden"));
  assert.ok(matches("20[12]?.csv", "2019.csv") && !matches("20[12]?.csv", "2039.csv"));
  assert.ok(matches("[!0-9].csv", "x.csv") && !matches("[!0-9].csv", "5.csv"));
  assert.ok(matches("[^a].csv", "^.csv") && !matches("[^a].csv", "b.csv"));
  assert.ok(matches("[z-a].csv", "[z-a].csv"), "what is no set stands for itself");
  assert.ok(matches("?.csv", "😀.csv"), "one character outside the basic plane is one character");
});

test("braces give alternatives, also nested; one without partner stands for itself", () => {
  assert.deepEqual(expandBraces("a{b,c{d,e}}f"), ["abf", "acdf", "acef"]);
  assert.deepEqual(expandBraces("{a,b}{c,d}"), ["ac", "ad", "bc", "bd"]);
  assert.deepEqual(expandBraces("a{b"), ["a{b"]);
  assert.deepEqual(expandBraces("a{,b}"), ["a", "ab"]);
});

test("a name without pattern characters matches itself and nothing else", () => {
  const plain = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((name) => !isPattern(name) && !/[/\0]/.test(name) && !/^\.?$/.test(name));
  fc.assert(
    fc.property(plain, plain, (name, other) => {
      assert.ok(matches(name, name));
      assert.equal(matches(name, other), name === other);
    }),
    { seed: 1 },
  );
});

test("parsing never fails and never takes long, whatever the pattern", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("*", "?", "[", "]", "{", "}", ",", "!", "/", "a", "\\", "^", "-", "."),
        maxLength: 12,
      }),
      (pattern) => {
        parsePattern(pattern);
      },
    ),
    { seed: 2, numRuns: 2_000 },
  );
});
