import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FormatError, type FormatProblem, readSdmxCsv } from "./index.ts";

const examples = new URL("../../../shared/reference/standards/sdmx-csv/field-guide-examples/", import.meta.url);
const withoutExamples = existsSync(examples) ? false : "the shared reference data are not there";

function problemOf(text: string): FormatProblem {
  try {
    readSdmxCsv(text);
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
    return error.problem;
  }
  return assert.fail("the text was read without a fault");
}

test("version 1.0 begins with the dataflow", () => {
  assert.deepEqual(
    readSdmxCsv(
      "DATAFLOW,GEO,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nUNODC:DF_CTS(1.0),FR,2023,1.50,A\nUNODC:DF_CTS(1.0),DE,2023,,M\n",
    ),
    {
      columns: ["DATAFLOW", "GEO", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"],
      rows: [
        ["UNODC:DF_CTS(1.0)", "FR", "2023", "1.50", "A"],
        ["UNODC:DF_CTS(1.0)", "DE", "2023", null, "M"],
      ],
    },
  );
});

test("version 2.0 begins with the kind of structure, and may name its separator of values", () => {
  const table = readSdmxCsv("\uFEFFSTRUCTURE[;],STRUCTURE_ID,ACTION,GEO,OBS_VALUE\r\ndataflow,A:B(1.0.0),I,FR,1\r\n");
  assert.deepEqual(table, {
    columns: ["STRUCTURE", "STRUCTURE_ID", "ACTION", "GEO", "OBS_VALUE"],
    rows: [["dataflow", "A:B(1.0.0)", "I", "FR", "1"]],
  });
});

test("a semicolon after the first column separates the cells", () => {
  const table = readSdmxCsv('"STRUCTURE";STRUCTURE_ID;ACTION;GEO;OBS_VALUE\ndataflow;A:B(1.0.0);I;FR;1,5\n');
  assert.deepEqual(table.rows, [["dataflow", "A:B(1.0.0)", "I", "FR", "1,5"]]);
});

test("of identifiers with labels the identifiers are kept, also of the dataflow", () => {
  const table = readSdmxCsv(
    [
      "DATAFLOW,GEO: Area,SEX: Sex,TIME_PERIOD: Time,OBS_VALUE: Observation,COMMENT",
      'UNODC:DF_CTS(1.0): Crime trends,FR: France,"F: Women, girls",2023,5,Note: preliminary',
      "UNODC:DF_CTS(1.0): Crime trends,_T: Total,_Z,2023-Q1,6,",
    ].join("\n"),
  );
  assert.deepEqual(table, {
    columns: ["DATAFLOW", "GEO", "SEX", "TIME_PERIOD", "OBS_VALUE", "COMMENT"],
    rows: [
      ["UNODC:DF_CTS(1.0)", "FR", "F", "2023", "5", "Note: preliminary"],
      ["UNODC:DF_CTS(1.0)", "_T", "_Z", "2023-Q1", "6", null],
    ],
  });
});

test("a plain table, an empty file and a page of a web site are said to be no SDMX-CSV", () => {
  for (const text of [
    "GEO,TIME,VALUE\nFR,2023,1\n",
    "DATAFLOW,GEO\nx,FR\n",
    "STRUCTURE,GEO\nx,FR\n",
    "<html>\n</html>",
  ]) {
    const problem = problemOf(text);
    assert.deepEqual([problem.code, problem.line], ["sdmx-csv.no-header", 1], text);
  }
  assert.equal(problemOf("").code, "csv.empty");
});

test("a row with too few or too many cells is named with its line", () => {
  const problem = problemOf("DATAFLOW,GEO,OBS_VALUE\nx,FR,1\nx,DE\n");
  assert.deepEqual([problem.code, problem.line], ["csv.ragged-row", 3]);
});

test("the examples of the field guide give their identifiers and values", { skip: withoutExamples }, () => {
  const read = (name: string) => readSdmxCsv(readFileSync(new URL(name, examples), "utf8"));
  const identifiers = ["dataflow", "ESTAT:NA_MAIN(1.6.0)", "I"];
  assert.deepEqual(read("example-01.csv").rows[0]?.slice(0, 8), [...identifiers, "A", "B", "2014-01", "12.4", "Y"]);
  const comma = read("example-04.csv");
  assert.deepEqual(comma.columns.slice(5, 9), ["DIM_1", "DIM_2", "DIM_3", "OBS_VALUE"]);
  assert.deepEqual(comma.rows[0], [
    ...identifiers,
    "A.B",
    "A.B.2014-01",
    "A",
    "B",
    "2014-01",
    "12,4",
    "Y",
    "Normal, special and other values",
    "N",
  ]);
  assert.deepEqual(read("example-05.csv").rows[1]?.slice(0, 8), [...identifiers, "A", "B", "2014-02-01", "10.8", "Y"]);
  for (const name of [
    "02",
    "03",
    "06",
    "07",
    "08",
    "09A",
    "09B",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
    "19A",
    "19B",
  ]) {
    const table = read(`example-${name}.csv`);
    assert.equal(table.columns[1], "STRUCTURE_ID", name);
    assert.ok(table.rows.length >= 1 && table.rows.every((row) => row.length === table.columns.length), name);
  }
});
