import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { browserFamily } from "./index.ts";

test("families of browser and system are told apart, also where one browser names another", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
      "Chrome, Windows",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
      "Safari, macOS",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari, iOS",
    ],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36 OPR/90", "Opera, Android"],
    ["curl/8.0", null],
    ["", null],
  ];
  for (const [said, family] of cases) assert.equal(browserFamily(said), family, said);
});

test("whatever is sent, only words of the list come of it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (said) => {
      assert.match(browserFamily(said) ?? "", /^(?:[A-Za-z]+(?:, [A-Za-z]+)?)?$/);
    }),
  );
});
