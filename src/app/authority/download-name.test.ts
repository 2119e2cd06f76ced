import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attachmentHeader, downloadName } from "./download-name.ts";

test("names that could do harm are saved so that nothing opens them", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["records.csv", "records.csv"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Windows\\run.EXE", "run.EXE.quarantine"],
    ["invoice\u202efdp.exe", "invoicefdp.exe.quarantine"],
    ["page.html", "page.html.quarantine"],
    ["picture.svg. ", "picture.svg.quarantine"],
    ["con.txt", "_con.txt"],
    ["...", "file"],
    ["", "file"],
    [".htaccess", "htaccess"],
    ["ملف الأدلة.pdf", "ملف الأدلة.pdf"],
    ["a\r\nset-cookie: x=1.txt", " x=1.txt".trim()],
  ];
  for (const [given, expected] of cases) assert.equal(downloadName(given), expected, JSON.stringify(given));
});

test("whatever a name is, the header is one line of plain characters, and the name stays in its folder", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (given) => {
      const name = downloadName(given);
      assert.ok(
        name !== "" && name !== "." && name !== ".." && !/[/\\:\p{Cc}\u202e]/u.test(name),
        JSON.stringify(name),
      );
      assert.equal(downloadName(name).replace(/(?:\.quarantine)+$/, ""), name.replace(/(?:\.quarantine)+$/, ""));
      assert.match(
        attachmentHeader(given),
        /^attachment; filename="[A-Za-z0-9._ -]+"; filename\*=UTF-8''[\x21-\x7e]+$/,
      );
    }),
    { numRuns: 2000 },
  );
});
