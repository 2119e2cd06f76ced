import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FormatError, type FormatProblem, readJsonLines, readJsonRows } from "./index.ts";

function problemOf(text: string, pointer: string): FormatProblem {
  return problemIn(() => readJsonRows(text, pointer));
}

function problemIn(reading: () => unknown): FormatProblem {
  try {
    reading();
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return error.problem;
  }
  return assert.fail("the text was read without a fault");
}

test("columns are all keys in the order in which they first appear; an absent key and null are no value", () => {
  assert.deepEqual(readJsonRows('[{"b":"x","a":null},{"c":"","a":"y"}]', ""), {
    columns: ["b", "a", "c"],
    rows: [
      ["x", null, null],
      [null, "y", ""],
    ],
  });
});

test("numbers keep every digit that was written", () => {
  const text = '\uFEFF[{"n":1.50},{"n":12345678901234567890},{"n":-0},{"n":1E5},{"n":0.1000000000000000055}]';
  assert.deepEqual(readJsonRows(text, "").rows.flat(), [
    "1.50",
    "12345678901234567890",
    "-0",
    "1E5",
    "0.1000000000000000055",
  ]);
});

test("truth values are words, nested values JSON", () => {
  assert.deepEqual(readJsonRows('[{"t":true,"o":{"a":["x",null]}}]', "").rows, [["true", '{"a":["x",null]}']]);
});

test("the rows are found by a JSON Pointer", () => {
  assert.deepEqual(readJsonRows('[{"page":1},[{"a":"1"}]]', "/1").rows, [["1"]]);
  assert.deepEqual(readJsonRows('{"d":{"a/b~c":[{"a":"1"}]}}', "/d/a~1b~0c").rows, [["1"]]);
  assert.deepEqual(readJsonRows('{"":[{"a":"1"}]}', "/").rows, [["1"]]);
  assert.deepEqual(readJsonRows("[]", ""), { columns: [], rows: [] });
});

test("a pointer that leads nowhere is told with what was found", () => {
  const text = '{"value":[{"a":1}],"count":7}';
  for (const pointer of ["/values", "/value/0/a", "/value/01", "/value/-", "/toString", "value", "/value/"]) {
    const problem = problemOf(text, pointer);
    assert.equal(problem.code, "json.no-rows", pointer);
    assert.match(problem.message, /no array of rows/);
    assert.match(problem.hint, /rowsPath/);
  }
  assert.equal(problemOf(text, "/count").found, '"\\"7\\""');
});

test("an item that is no object is named by its number", () => {
  const problem = problemOf('[{"a":1},[2]]', "");
  assert.deepEqual([problem.code, problem.row], ["json.no-rows", 2]);
});

test("text that is no JSON, or is cut off, is refused", () => {
  for (const text of ["", "<html>", '[{"a":1}', "{'a':1}", "[NaN]"]) {
    const problem = problemOf(text, "");
    assert.equal(problem.code, "json.broken");
    assert.match(problem.message, /no JSON/);
  }
});

test("JSON Lines: one object a line, empty lines left out", () => {
  assert.deepEqual(readJsonLines('\uFEFF{"a":1.50}\r\n\n{"b":"x","a":2}'), {
    columns: ["a", "b"],
    rows: [
      ["1.50", null],
      ["2", "x"],
    ],
  });
  assert.deepEqual(readJsonLines(""), { columns: [], rows: [] });
});

test("JSON Lines: the line that is no object is named", () => {
  const cut = problemIn(() => readJsonLines('{"a":1}\n\n{"a":'));
  assert.deepEqual([cut.code, cut.line, cut.found], ["json.broken", 3, '"{\\"a\\":"']);
  assert.match(cut.message, /^Line 3: The text is no JSON/);
  const number = problemIn(() => readJsonLines('{"a":1}\n\n2'));
  assert.deepEqual([number.code, number.line], ["json.no-rows", 3]);
});

test("names that mean something to JavaScript are columns like any other", () => {
  assert.deepEqual(readJsonRows('[{"__proto__":"a","constructor":"b"},{"toString":"c"}]', ""), {
    columns: ["__proto__", "constructor", "toString"],
    rows: [
      ["a", "b", null],
      [null, null, "c"],
    ],
  });
});

test("whatever flat rows are written are read back", () => {
  const cell = fc.oneof(fc.string({ unit: "binary" }), fc.constant(null));
  const rows = fc.array(fc.dictionary(fc.string({ maxLength: 3 }), cell, { maxKeys: 5 }), { maxLength: 10 });
  fc.assert(
    fc.property(rows, (objects) => {
      const table = readJsonRows(JSON.stringify(objects), "");
      assert.deepEqual(new Set(table.columns), new Set(objects.flatMap(Object.keys)));
      for (const [index, object] of objects.entries()) {
        assert.equal(table.rows[index]?.length, table.columns.length);
        for (const [position, column] of table.columns.entries()) {
          const expected = Object.hasOwn(object, column) ? object[column] : null;
          assert.equal(table.rows[index]?.[position], expected);
        }
      }
    }),
    { seed: 1 },
  );
});
