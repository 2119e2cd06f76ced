import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { address, html } from "./html.ts";

test("whatever a text contains, a page shows it as text: in an element and in an attribute", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "'&<>\"`", "</title><svg onload=1>"),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const page = String(html`<!doctype html><html><body><p title="${text}">${text}</p></body></html>`);
      const { document } = parseHTML(page);
      const paragraph = document.querySelector("p");
      assert.equal(document.body.children.length, 1);
      assert.equal(paragraph?.children.length, 0);
      assert.equal(paragraph?.attributes.length, 1);
      const inside = page.slice(page.indexOf(">", page.indexOf("<p")) + 1, page.indexOf("</p>"));
      assert.ok(!/[<>"']/.test(inside), inside);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("an address gives back every part of the path and every value, whatever they contain", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: "grapheme", minLength: 1 }).filter((part) => part.isWellFormed() && !/^\.{1,2}$/.test(part)),
        { minLength: 1 },
      ),
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((name) => name.isWellFormed()),
        fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed()),
      ),
      (path, query) => {
        const url = new URL(address(path, query), "http://localhost");
        assert.equal(url.host, "localhost");
        assert.deepEqual(url.pathname.slice(1).split("/").map(decodeURIComponent), path);
        assert.deepEqual({ ...Object.fromEntries(url.searchParams) }, { ...query });
      },
    ),
    { seed: 2, numRuns: 300 },
  );
  assert.equal(address(["en"], { by: "", area: undefined }), "/en?by=");
});
