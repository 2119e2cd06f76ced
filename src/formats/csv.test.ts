import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csvField, parseCsv } from "./index.ts";

test("a definition file becomes columns and rows with their physical lines", () => {
  const table = parseCsv('\uFEFFcode,label\r\n\r\n0101,"Intentional\r\nhomicide"\r\n0102,"Attempted ""homicide"""\n');
  assert.deepEqual(table, {
    columns: ["code", "label"],
    rows: [
      { line: 3, cells: ["0101", "Intentional\r\nhomicide"] },
      { line: 5, cells: ["0102", 'Attempted "homicide"'] },
    ],
    problems: [],
  });
});

test("a ragged row is reported with its line and left out", () => {
  const table = parseCsv("code;label\n1;a;b\n2;ok\n3\n", { delimiter: ";" });
  assert.deepEqual(table.rows, [{ line: 3, cells: ["2", "ok"] }]);
  assert.deepEqual(
    table.problems.map(({ code, line, found, expected }) => [code, line, found, expected]),
    [
      ["csv.ragged-row", 2, '3 cells: "1 | a | b"', '2 cells: "code | label"'],
      ["csv.ragged-row", 4, '1 cells: "3"', '2 cells: "code | label"'],
    ],
  );
});

test("a header alone is an empty table, an empty file is a problem", () => {
  assert.deepEqual(parseCsv("code,label"), { columns: ["code", "label"], rows: [], problems: [] });
  for (const text of ["", "\uFEFF", "\n\r\n"]) {
    const table = parseCsv(text);
    assert.deepEqual(table.columns, []);
    assert.deepEqual(
      table.problems.map(({ code }) => code),
      ["csv.empty"],
    );
  }
});

test("broken quotes name the line where their record begins and keep the rows before", () => {
  const unclosed = parseCsv('a,b\n1,2\n3,"x\ny\n');
  assert.deepEqual(unclosed.rows, [{ line: 2, cells: ["1", "2"] }]);
  assert.deepEqual([unclosed.problems[0]?.code, unclosed.problems[0]?.line], ["csv.unclosed-quote", 3]);
  const stray = parseCsv('a,b\n1,x"y\n');
  assert.deepEqual([stray.problems[0]?.code, stray.problems[0]?.line], ["csv.stray-quote", 2]);
});

test("unnamed and repeated columns are reported", () => {
  assert.deepEqual(
    parseCsv("code,,code\n").problems.map(({ code, line }) => [code, line]),
    [
      ["csv.unnamed-column", 1],
      ["csv.duplicate-column", 1],
    ],
  );
});

test("reading stops after the last wanted line, faults behind it are not reported", () => {
  const table = parseCsv('a,b\n1,2\n3,4,5\n"', { toLine: 2 });
  assert.deepEqual(table, { columns: ["a", "b"], rows: [{ line: 2, cells: ["1", "2"] }], problems: [] });
});

test("a delimiter that cannot be told from the quote is a mistake of the caller", () => {
  assert.throws(() => parseCsv("a", { delimiter: '"' }), RangeError);
  assert.throws(() => parseCsv("a", { delimiter: "\n" }), RangeError);
});

test("text that a spreadsheet would run is made harmless, numbers stay numbers", () => {
  assert.equal(csvField("=HYPERLINK(1)"), "'=HYPERLINK(1)");
  assert.equal(csvField("＝1+1"), "'＝1+1");
  assert.equal(csvField("\n=1+1"), '"\'\n=1+1"');
  assert.equal(csvField("-5"), "'-5");
  assert.equal(csvField("\tx"), "'\tx");
  assert.equal(csvField("\rx"), '"\'\rx"');
  assert.equal(csvField(-5.25), "-5.25");
  assert.equal(csvField(null), "");
  assert.equal(csvField(true), "true");
  assert.equal(csvField('a "b", c'), '"a ""b"", c"');
  assert.throws(() => csvField(Number.NaN), RangeError);
});

test("whatever is written is read back, but for the apostrophe of the guard", () => {
  const cell = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), (pairs) => {
      const text = ["a,b", ...pairs.map((pair) => pair.map(csvField).join(","))].join("\r\n");
      const table = parseCsv(text);
      assert.deepEqual(table.problems, []);
      assert.deepEqual(
        table.rows.map(({ cells }) => cells),
        pairs.map((pair) => pair.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value))),
      );
    }),
    { seed: 1 },
  );
});

test("any text gives a table or problems, never an exception", () => {
  const syntax = fc.constantFrom('"', ",", "\n", "\r", "a", "\u0000", "é", "\uFEFF");
  fc.assert(
    fc.property(fc.string({ unit: syntax, maxLength: 60 }), (text) => {
      const table = parseCsv(text);
      for (const row of table.rows) assert.equal(row.cells.length, table.columns.length);
      assert.ok(table.columns.length > 0 || table.problems.length > 0);
    }),
    { seed: 2, numRuns: 2000 },
  );
});
