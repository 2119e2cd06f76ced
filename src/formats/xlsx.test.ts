import assert from "node:assert/strict";
import { test } from "node:test";
import { type CellObject, utils, type WorkBook, type WorkSheet, write } from "@e965/xlsx";
import { zipArchive } from "./archive.test.ts";
import {
  FormatError,
  type FormatProblem,
  readXlsx,
  readXlsxSheets,
  type XlsxOptions,
  xlsxSheetNames,
} from "./index.ts";

const plain: XlsxOptions = { preambleRows: 0, header: true };

function bytesOf(workbook: WorkBook): Uint8Array {
  const bytes: Uint8Array = write(workbook, { type: "buffer", bookType: "xlsx" });
  return bytes;
}

function workbookOf(sheets: Record<string, WorkSheet>): Uint8Array {
  const workbook = utils.book_new();
  for (const [name, sheet] of Object.entries(sheets)) utils.book_append_sheet(workbook, sheet, name);
  return bytesOf(workbook);
}

function sheetOf(rows: readonly (readonly (string | number | boolean | null)[])[]): WorkSheet {
  return utils.aoa_to_sheet(rows.map((row) => [...row]));
}

function problemOf(bytes: Uint8Array, options: XlsxOptions = plain): FormatProblem {
  try {
    readXlsx(bytes, options);
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    assert.notEqual(error.problem.hint, "");
    return error.problem;
  }
  return assert.fail("the workbook was read without a fault");
}

/** A workbook of one sheet, its XML as given: what the library would not write. */
function rawWorkbook(sheetXml: string | Uint8Array): Buffer {
  const office = "http://schemas.openxmlformats.org";
  const parts: Record<string, string | Uint8Array> = {
    "[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    "_rels/.rels": `<?xml version="1.0"?><Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<?xml version="1.0"?><workbook xmlns="${office}/spreadsheetml/2006/main" xmlns:r="${office}/officeDocument/2006/relationships"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": sheetXml,
  };
  return zipArchive(Object.entries(parts).map(([name, content]) => ({ name, content: Buffer.from(content) })));
}

test("rows before the header are the preamble, rows keep their numbers in the sheet, empty ones are left out", () => {
  const bytes = workbookOf({
    Data: sheetOf([
      ["Crime trends", null, null],
      [null, "retrieved 2024"],
      ["country", "year", "count"],
      ["FR", 2023, 5],
      [null, null, null],
      ["DE", 2023, null],
    ]),
  });
  assert.deepEqual(readXlsx(bytes, { preambleRows: 2, header: true }), {
    preamble: [["Crime trends"], ["retrieved 2024"]],
    columns: ["country", "year", "count"],
    rows: [
      { row: 4, cells: ["FR", "2023", "5"] },
      { row: 6, cells: ["DE", "2023", null] },
    ],
  });
});

test("a table that does not begin in the first row or column keeps its place", () => {
  const sheet = utils.sheet_add_aoa({}, [["a"], [1]], { origin: "B3" });
  assert.deepEqual(readXlsx(workbookOf({ Data: sheet }), { preambleRows: 2, header: true }), {
    preamble: [[], []],
    columns: ["", "a"],
    rows: [{ row: 4, cells: [null, "1"] }],
  });
});

test("a sheet without a header has numbered columns; a note beside the table is a column without a name", () => {
  const bytes = workbookOf({
    Data: sheetOf([
      ["FR", 1],
      ["DE", 2, "provisional"],
    ]),
  });
  assert.deepEqual(readXlsx(bytes, { preambleRows: 0, header: false }).columns, ["column 1", "column 2", "column 3"]);
  const headed = readXlsx(bytes, plain);
  assert.deepEqual(headed.columns, ["FR", "1", ""]);
  assert.deepEqual(headed.rows, [{ row: 2, cells: ["DE", "2", "provisional"] }]);
});

test("of several sheets the named one is read; a missing name lists the sheets", () => {
  const bytes = workbookOf({ Notes: sheetOf([["n"]]), "Daten 2023": sheetOf([["a"], [7]]) });
  assert.deepEqual(xlsxSheetNames(bytes), ["Notes", "Daten 2023"]);
  assert.deepEqual(readXlsx(bytes, { ...plain, sheet: "Daten 2023" }).rows[0]?.cells, ["7"]);
  for (const options of [plain, { ...plain, sheet: "Data" }]) {
    const problem = problemOf(bytes, options);
    assert.deepEqual([problem.code, problem.found], ["xlsx.no-sheet", '"Notes", "Daten 2023"']);
  }
});

test("dates are ISO 8601 in both date systems; numbers keep their digits, whatever the cell shows", () => {
  const cells: Record<string, CellObject> = {
    A1: { t: "s", v: "when" },
    B1: { t: "s", v: "number" },
    A2: { t: "n", v: 45_292, z: "yyyy-mm-dd" },
    B2: { t: "n", v: 1234.5678, z: "0" },
    A3: { t: "n", v: 45_292.75, z: "dd.mm.yyyy hh:mm" },
    B3: { t: "n", v: 0.1 + 0.2, z: "0.0%" },
    A4: { t: "n", v: 2023, z: "General" },
    B4: { t: "b", v: true },
  };
  const sheet: WorkSheet = { ...cells, "!ref": "A1:B4" };
  assert.deepEqual(
    readXlsx(workbookOf({ Data: sheet }), plain).rows.map((row) => row.cells),
    [
      ["2024-01-01", "1234.5678"],
      ["2024-01-01T18:00:00", "0.30000000000000004"],
      ["2023", "true"],
    ],
  );
  const workbook: WorkBook = {
    SheetNames: ["Data"],
    Sheets: { Data: sheet },
    Workbook: { WBProps: { date1904: true } },
  };
  assert.deepEqual(readXlsx(bytesOf(workbook), plain).rows[0]?.cells[0], "2028-01-02");
});

test("errors stand as the sheet shows them and are never taken for numbers", () => {
  const sheet: WorkSheet = {
    A1: { t: "s", v: "a" },
    B1: { t: "s", v: "b" },
    A2: { t: "e", v: 42 },
    B2: { t: "e", v: 7 },
    "!ref": "A1:B2",
  };
  assert.deepEqual(readXlsx(workbookOf({ Data: sheet }), plain).rows[0]?.cells, ["#N/A", "#DIV/0!"]);
});

test("a file that is no workbook is told from an old one, and neither is guessed at", () => {
  const page = problemOf(Buffer.from("<!DOCTYPE html><title>Sign in</title>"));
  assert.deepEqual([page.code, page.found], ["xlsx.broken", '"<!DOCTYPE html><title>Sign in</title>"']);
  const old = problemOf(Buffer.from("d0cf11e0a1b11ae10000", "hex"));
  assert.match(old.found, /older binary format/);
  assert.match(old.hint, /\.xlsx/);
  assert.equal(problemOf(Buffer.alloc(0)).code, "xlsx.broken");
  assert.equal(problemOf(zipArchive([{ name: "table.csv", content: Buffer.from("a\n1\n") }])).code, "xlsx.broken");
  const whole = workbookOf({ Data: sheetOf([["a"], [1]]) });
  assert.equal(problemOf(whole.subarray(0, whole.length / 2)).code, "xlsx.broken");
});

test("a sheet that is empty where its header should be is refused", () => {
  assert.equal(problemOf(workbookOf({ Data: {} })).code, "xlsx.empty");
  assert.equal(
    problemOf(workbookOf({ Data: sheetOf([["a"], [1]]) }), { preambleRows: 2, header: true }).code,
    "xlsx.empty",
  );
  assert.equal(problemOf(workbookOf({ Data: sheetOf([[null], ["a"]]) })).code, "xlsx.empty");
});

test("a sheet that claims to reach to the last cell is read as far as it has cells", () => {
  const bytes = rawWorkbook(
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="B3"><v>2</v></c></row></sheetData></worksheet>',
  );
  assert.deepEqual(readXlsx(bytes, plain), {
    preamble: [],
    columns: ["1", ""],
    rows: [{ row: 3, cells: [null, "2"] }],
  });
});

test("a small workbook that expands beyond what is believed is refused before it is read", () => {
  const bytes = rawWorkbook(Buffer.alloc(5_000_000, " "));
  assert.ok(bytes.length < 20_000);
  const problem = problemOf(bytes, { ...plain, maximumBytes: 4_000_000 });
  assert.deepEqual([problem.code, problem.expected], ["xlsx.too-large", "at most 4000000 bytes"]);
});

test("the sheets of an unknown workbook are given row by row, empty rows among them, up to a number of rows", () => {
  const bytes = workbookOf({
    Notes: sheetOf([["see Data"]]),
    Data: sheetOf([[null], ["code", "n"], ["A", 1.5], ["B", null]]),
  });
  const [notes, data] = readXlsxSheets(bytes, 3);
  assert.deepEqual(notes, { name: "Notes", rows: [["see Data"]], whole: true });
  assert.equal(data?.whole, false);
  assert.deepEqual(
    data?.rows.map((cells) => cells.filter((cell) => cell !== null)),
    [[], ["code", "n"], ["A", "1.5"]],
  );
  assert.throws(() => readXlsxSheets(Buffer.from("no workbook"), 3), FormatError);
});
