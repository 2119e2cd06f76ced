import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parse } from "yaml";
import { FormatError, parseCsv } from "../../formats/index.ts";
import { definitionKinds } from "../definitions/index.ts";
import { literal, openEngine } from "../store/index.ts";
import type { ColumnProfile } from "./column.ts";
import { delimitedRecords } from "./delimited.ts";
import { type FileProfile, profileFile } from "./file-profile.ts";
import { proposedStream, recordNames } from "./proposal.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-file-profile-"));
});
after(() => rm(folder, { recursive: true }));

const open = () => openEngine({ memoryLimit: "256MB", threads: 1, temporaryDirectory: folder });

async function profiled(content: string | Uint8Array, options: { sheet?: string } = {}): Promise<FileProfile> {
  const path = join(folder, "file");
  await writeFile(path, content);
  return profileFile(path, { ...options, openEngine: open });
}

function column(profile: FileProfile, from: string): ColumnProfile {
  const found = profile.columns.find((each) => each.from === from);
  assert.ok(found !== undefined, `${from} is not among ${profile.columns.map((each) => each.from).join(", ")}`);
  return found;
}

/** Codes of what a person must settle, about the file and its columns. */
function codes(profile: FileProfile, kind: "seen" | "decide" | "fault"): string[] {
  return [...profile.findings, ...profile.columns.flatMap(({ findings }) => findings)]
    .filter((finding) => finding.kind === kind)
    .map(({ code }) => code);
}

function proposed(profile: FileProfile) {
  const text = proposedStream(profile, { stream: "victims", title: "Victims", file: "raw/file.csv" });
  return { text, stream: definitionKinds.stream.schema.parse(parse(text)) };
}

const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${row(index)}\n`).join("");

test("the encoding is what the mark says, else UTF-8 if all bytes fit, else windows-1252 with a question", async () => {
  const table = `name;n\n${rows(30, (index) => `Género ${index};${index}`)}`;
  const wide = Buffer.from(`\uFEFF${table}`, "utf16le");
  for (const [bytes, encoding, asked] of [
    [Buffer.from(table), undefined, false],
    [Buffer.from(`\uFEFF${table}`), undefined, false],
    [Buffer.from(table, "latin1"), "windows-1252", true],
    [wide, "utf-16le", false],
    [Buffer.from(wide).swap16(), "utf-16be", false],
    [Buffer.from(table, "utf16le"), "utf-16le", true],
    [gzipSync(Buffer.from(table, "latin1")), "windows-1252", true],
  ] as const) {
    const profile = await profiled(bytes);
    assert.equal(profile.format.encoding, encoding);
    assert.equal(profile.format.delimiter, ";");
    assert.equal(codes(profile, "decide").includes("profile.encoding"), asked);
    assert.deepEqual(
      profile.columns.map(({ from, type }) => [from, type]),
      [
        ["name", "text"],
        ["n", "integer"],
      ],
    );
  }
  const broken = await profiled(Buffer.from(`${table}\x81;1\n`, "latin1"));
  assert.ok(codes(broken, "fault").includes("profile.encoding"), "a byte that windows-1252 has no character for");
});

test("delimiters are told from decimal commas, and preamble, notes and ragged rows from the table", async () => {
  const profile = await profiled(
    `Police of Examplia\nTable 3, 2024\n\nregion;rate;share\n${rows(40, (index) => `R${index % 4};${index},5;0,${index + 10}`)}R9;1\nSource: police\n`,
  );
  assert.deepEqual(profile.format, { kind: "csv", delimiter: ";", preambleRows: 3 });
  assert.equal(profile.rows, 40);
  assert.equal(column(profile, "rate").decimal, ",");
  for (const code of ["profile.preamble", "profile.ragged-rows", "profile.notes-below"])
    assert.ok(codes(profile, "decide").includes(code), code);
  const { stream } = proposed(profile);
  assert.equal(stream.format.preambleRows, 3);
  assert.equal((await profiled(rows(30, (i) => `${i}|a|${i}.5`))).format.header, false);
  assert.equal((await profiled("a\tb\n1\t2\n3\t4\n")).format.delimiter, "\t");
  assert.ok(codes(await profiled("just\nsome\nwords\n"), "decide").includes("profile.delimiter"));
});

test("years as names of columns make a header, and the table is said to be wide", async () => {
  const profile = await profiled(`country,2019,2020,2021\n${rows(30, (index) => `C${index},${index},2,3`)}`);
  assert.deepEqual(
    profile.columns.map(({ from }) => from),
    ["country", "2019", "2020", "2021"],
  );
  assert.ok(codes(profile, "decide").includes("profile.wide"));
  assert.equal(proposed(profile).stream.columns.column_2019?.from, "2019");
});

test("a printed table with two rows of names, a quote that is never closed and a single long line are said", async () => {
  const printed = await profiled(
    `Region,2020,,2021,\n,male,female,male,female\n${rows(50, (index) => `R${index % 5},${index},${index},1,2`)}`,
  );
  assert.equal(printed.format.header, undefined);
  assert.deepEqual(
    printed.columns.map(({ from }) => from),
    ["Region", "2020", "column 3", "2021", "column 5"],
  );
  for (const code of ["second-header", "unnamed-column"])
    assert.ok(codes(printed, "decide").includes(`profile.${code}`), code);
  const open = await profiled(`id,text\n${rows(40, (index) => `K${index},"t"`)}K41,"never\nK42,x\n`);
  assert.ok(codes(open, "fault").includes("profile.unclosed-quote"));
  assert.equal(open.rows, 40, "the row that takes the others with it is not looked at");
  const long = await profiled(Buffer.alloc(25_000_000, "a"));
  assert.equal(long.columns.length, 0);
  assert.ok(long.bytes.lookedAt <= 20_000_000);
});

test("a key is made of what names a row, not of measures", async () => {
  const profile = await profiled(
    `area,year,sex,week,n\n${rows(240, (index) => [`R${index % 4}`, 2000 + (Math.floor(index / 8) % 5), index % 8 < 4 ? "F" : "M", Math.floor(index / 40), index * 7].join(","))}`,
  );
  assert.deepEqual(profile.key?.columns, ["area", "year", "sex", "week"]);
});

test("masks, empties, slips and mixed columns are proposed or asked about, never passed over", async () => {
  const masks = ["<5", "..", ":", "c", "-", "*"];
  const profile = await profiled(
    `case_no,n,when,code,mix,year,flag,status\n${rows(200, (i) =>
      [
        `K${i}`,
        i < 6 ? masks[i] : i === 9 ? "-3" : i,
        i === 7 ? "2024-02-30" : i === 8 ? "NULL" : `2024-01-${String((i % 28) + 1).padStart(2, "0")}`,
        `0${100 + (i % 7)}`,
        i % 3 === 0 ? "abc" : i,
        i === 5 ? 1013 : 2000 + (i % 20),
        i % 2,
        i % 4 === 0 ? "open" : "closed",
      ].join(","),
    )}`,
  );
  const n = column(profile, "n");
  assert.equal(n.type, "integer");
  assert.deepEqual(n.masked, {
    "<5": { meaning: "suppressed", between: [0, 4] },
    "..": { meaning: "not-reported" },
    ":": { meaning: "not-reported" },
    c: { meaning: "suppressed" },
    "-": { meaning: "missing" },
    "*": { meaning: "suppressed" },
  });
  assert.equal(n.minimum, 0);
  const when = column(profile, "when");
  assert.deepEqual([when.type, when.emptyTexts, when.refused], ["date", ["NULL"], 1]);
  assert.equal(column(profile, "code").type, "text", "zeros in front make a code");
  assert.equal(column(profile, "mix").type, "text");
  const year = column(profile, "year");
  assert.deepEqual([year.type, year.minimum, year.range], ["year", 1800, ["2000", "2019"]]);
  assert.equal(column(profile, "flag").type, "boolean");
  assert.deepEqual(column(profile, "status").codes, ["closed", "open"]);
  assert.deepEqual(profile.key, { columns: ["case_no"], repeated: 0, identical: true, rows: 200 });
  for (const code of ["masked", "negative", "mixed", "boolean", "code-list", "empty-text"])
    assert.ok(codes(profile, "decide").includes(`profile.${code}`), code);
  for (const code of ["refused", "year"]) assert.ok(codes(profile, "fault").includes(`profile.${code}`), code);
  const { text, stream } = proposed(profile);
  assert.equal(stream.licence, "not known yet");
  assert.match(text, /# decide: /);
  assert.ok(!text.includes("2024-02-30"), "a single odd cell is shown by its shape only");
  assert.deepEqual(stream.confidential, ["case_no"]);
});

test("a text among sexes that is none is kept, and asked about by name", async () => {
  const profile = await profiled(`sex\n${rows(30, (index) => ["female", "male", "x"][index % 3] ?? "")}`);
  assert.deepEqual(column(profile, "sex").values, { female: "F", male: "M", x: "x" });
  const asked = column(profile, "sex").findings.find(({ code }) => code.endsWith("sex-texts"));
  assert.match(asked?.message ?? "", /"x"/);
});

test("the rows of JSON are found, also in a document that goes on after the sample", async () => {
  const items = Array.from({ length: 30 }, (_, index) => ({ id: index, sex: index % 2 ? "female" : "male" }));
  const nested = await profiled(JSON.stringify([{ page: 1 }, items, { "a/b": [{ z: 1 }] }]));
  assert.deepEqual(nested.format, { kind: "json", rowsPath: "/1" });
  assert.deepEqual((await profiled(JSON.stringify({ "a/b~": { rows: items } }))).format.rowsPath, "/a~1b~0/rows");
  assert.deepEqual(column(nested, "sex").values, { male: "M", female: "F" });
  assert.equal((await profiled(items.map((item) => JSON.stringify(item)).join("\n"))).format.kind, "json-lines");
  const arrays = await profiled(
    JSON.stringify({
      data: [
        [1, 2],
        [3, 4],
      ],
    }),
  );
  assert.equal(arrays.columns.length, 0);
  assert.ok(codes(arrays, "fault").includes("profile.rows-path"));
  const statistic = {
    version: "2.0",
    class: "dataset",
    id: ["sex"],
    size: [2],
    dimension: { sex: { category: { index: ["F", "M"] } } },
    value: [1, 2],
  };
  assert.equal((await profiled(JSON.stringify(statistic))).format.kind, "json-stat");
  const long = `{"value":[${rows(150_000, (index) => `{"id":${index},"text":"${"x".repeat(140)}"},`)}{"id":1}]}`;
  const cut = await profiled(long);
  assert.equal(cut.whole, false);
  assert.ok(cut.rows > 100_000 && cut.rows < 150_000);
  assert.equal(cut.format.rowsPath, "/value");
  assert.ok(codes(cut, "decide").includes("profile.extent"));
});

test("SDMX-CSV and Parquet say themselves what they are", async () => {
  const sdmx = await profiled(
    `DATAFLOW,FREQ,GEO,TIME_PERIOD,OBS_VALUE\n${rows(20, (index) => `X:Y(1.0),A,FR,${2000 + index},${index}`)}`,
  );
  assert.equal(sdmx.format.kind, "sdmx-csv");
  assert.equal(column(sdmx, "TIME_PERIOD").type, "year");
  const engine = await open();
  const path = join(folder, "some.parquet");
  await engine.run(
    `COPY (SELECT range AS "my id", DATE '2024-01-01' + range::INTEGER AS day, range % 2 = 0 AS flag, range * 1.5::DOUBLE AS rate, 'a' AS "text"
      FROM range(60)) TO ${literal(path)} (FORMAT parquet)`,
  );
  engine.close();
  const parquet = await profileFile(path, { openEngine: open });
  assert.deepEqual(
    parquet.columns.map(({ from, type }) => [from, type]),
    [
      ["my id", "text"],
      ["day", "date"],
      ["flag", "boolean"],
      ["rate", "number"],
      ["text", "text"],
    ],
  );
  assert.equal(parquet.rows, 60);
});

test("files without a table give reasons and no columns", async () => {
  for (const [content, code] of [
    ["", "profile.empty"],
    [" \n \n", "profile.empty"],
    ["%PDF-1.7 something", "profile.kind"],
    [Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]), "profile.kind"],
    ["PAR1 but not really", "profile.unreadable"],
    [`{"a": 1}`, "profile.rows-path"],
  ] as const) {
    const profile = await profiled(content);
    const faults = codes(profile, "fault");
    assert.ok(faults.includes(code), `${code} is not among ${faults.join(", ")}`);
  }
  await assert.rejects(profiled(gzipSync("a,b\n1,2\n".repeat(1000)).subarray(0, 40)), FormatError);
});

test("hostile names of columns are quoted in YAML and become harmless names in the record", async () => {
  const names = [
    "a: b",
    "# x",
    "- y",
    "'",
    '""',
    "{",
    "null",
    "no",
    "é\u2028x",
    "a",
    "a",
    "",
    "<<",
    "__proto__",
    "1e3",
  ];
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
  const profile = await profiled(`${header}\n${rows(20, (index) => names.map(() => index).join(","))}`);
  const { stream } = proposed(profile);
  const from = Object.entries(stream.columns).map(([name, { from: source }]) => source ?? name);
  assert.deepEqual(from, [...names.slice(0, 10).map((name) => name.trim()), "a#2", "column 12", ...names.slice(12)]);
  assert.equal(stream.format.duplicateColumns, "number");
  assert.equal(new Set(recordNames(names)).size, names.length);
});

test("well-formed delimited text is taken apart as the strict reader does", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", " ", ",", '"', "\n", "1", ".") });
  const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(table, fc.constantFrom("\n", "\r\n"), (body, lineEnd) => {
      const text = [["x", "y", "z"], ...body]
        .map((cells) => cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(","))
        .join(lineEnd);
      const strict = parseCsv(text);
      const [header, ...others] = delimitedRecords(text, ",", '"');
      assert.deepEqual(header?.cells, strict.columns);
      assert.deepEqual(
        others.map(({ line, cells }) => ({ line, cells })),
        strict.rows,
      );
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("whatever a file holds, a proposal is one that the program's own schema accepts", async () => {
  const word = fc.constantFrom(
    "a",
    "1",
    "1.5",
    "2,5",
    "<5",
    "",
    " ",
    "2024-01-31",
    "1/2/24",
    "F",
    "M",
    "é",
    '"',
    "\n",
    ";",
    ",",
    "\t",
    "{",
    "}",
    "[",
    ":",
    "#",
    "\u0000",
    "null",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 60 }), async (words) => {
      const profile = await profiled(words.join(""));
      if (profile.columns.length > 0) proposed(profile);
      else assert.ok(codes(profile, "fault").length > 0, "without a table there is a reason");
    }),
    { seed: 13, numRuns: 300 },
  );
});
