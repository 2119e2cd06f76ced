import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { definitionKinds, type Format } from "../definitions/index.ts";
import { type Engine, literal, openEngine } from "../store/index.ts";
import {
  headerNames,
  makeRows,
  type ReadyRows,
  readRows,
  requireColumns,
  sourceLines,
  UnreadableDelivery,
} from "./index.ts";

let engine: Engine;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-rows-"));
  engine = await openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(folder, "engine") });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

function formatOf(declared: Readonly<Record<string, unknown>>): Format {
  return definitionKinds.stream.schema.parse({
    ...{ stream: "trial", title: "T", kind: "register", publisher: "P", licence: "CC0-1.0", obtain: "Ask." },
    ...{ locations: [{ file: "raw/t" }], columns: {}, format: declared },
  }).format;
}

type Row = Readonly<Record<string, string | number | null>>;

interface Read {
  readonly ready: ReadyRows;
  readonly rows: readonly Row[];
}

/** Reads parts that are given as text or as a path. */
async function read(format: Format, parts: readonly (string | { readonly path: string })[]): Promise<Read> {
  const directory = await mkdtemp(join(folder, "step-"));
  const delivered = await Promise.all(
    parts.map(async (part, index) => {
      const path = typeof part === "string" ? join(directory, `delivered-${index}`) : part.path;
      if (typeof part === "string") await writeFile(path, part);
      return { name: `part-${index}`, path, bytes: typeof part === "string" ? Buffer.byteLength(part) : 1 };
    }),
  );
  await makeRows(engine, { format, rowsPath: undefined, parts: delivered, directory, progress: () => undefined });
  const ready = await readRows(
    directory,
    delivered.map(({ path }) => path),
  );
  const rows = await engine.rows(
    { text: `SELECT * FROM ${ready.rows.relation} ORDER BY _part, _row`, values: [] },
    z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  );
  return { ready, rows };
}

async function refusal(work: Promise<unknown>): Promise<UnreadableDelivery> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof UnreadableDelivery, String(error));
    assert.notEqual(error.hint, "");
    return error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

const csv = formatOf({ kind: "csv" });

const cell = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "a",
    "1,5",
    'say "no"',
    '"',
    "two\nlines",
    "刀",
    "é",
    "=1+1",
    "NULL",
    "'; --",
    "\t",
    ";",
    "#",
    "\\",
    "NaN",
  ),
  fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", ";", "\\", "'", "é"), maxLength: 6 }),
);
const tables = fc
  .integer({ min: 2, max: 4 })
  .chain((width) =>
    fc
      .array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 })
      .map((rows) => ({ width, rows })),
  );

test("every cell is kept as it was delivered, in order, from CSV and from JSON", async () => {
  await fc.assert(
    fc.asyncProperty(
      tables,
      fc.boolean(),
      fc.constantFrom("\n", "\r\n"),
      async ({ width, rows }, quoteAll, lineEnd) => {
        const names = Array.from({ length: width }, (_, index) => `c${index}`);
        const written = (text: string): string =>
          quoteAll || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const text = [names, ...rows].map((cells) => cells.map(written).join(",")).join(lineEnd) + lineEnd;
        const objects = rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index]])));
        const numbered = rows.map((cells, index) => [...cells, 0, index + 1]);
        const told = ({ rows: found, ready }: Read): unknown[] => {
          assert.equal(ready.rejects.count, 0);
          return found.map((row) => [...names.map((name) => row[name] ?? ""), row._part, row._row]);
        };
        assert.deepEqual(told(await read(csv, [text])), numbered);
        assert.deepEqual(told(await read(formatOf({ kind: "json" }), [JSON.stringify(objects)])), numbered);
        const lines = objects.map((object) => `${JSON.stringify(object)}\n`).join("");
        assert.deepEqual(told(await read(formatOf({ kind: "json-lines" }), [lines])), numbered);
      },
    ),
    { numRuns: 40, seed: 20_260_607 },
  );
});

test("rows are numbered within their part, and columns are found by name, whatever their order", async () => {
  const { rows } = await read(csv, ["id,area\n1,R1\n2,R2\n", "area,id\nR3,3\n"]);
  assert.deepEqual(rows, [
    { id: "1", area: "R1", _part: 0, _row: 1 },
    { id: "2", area: "R2", _part: 0, _row: 2 },
    { id: "3", area: "R3", _part: 1, _row: 1 },
  ]);
});

test("lines before the header are kept as a preamble, and a file without a header has the declared names", async () => {
  const { rows, ready } = await read(formatOf({ kind: "csv", preambleRows: 2, delimiter: ";" }), [
    "Police\n2024; final\nid;n\n1;2\n",
  ]);
  assert.deepEqual(rows, [{ id: "1", n: "2", _part: 0, _row: 1 }]);
  assert.deepEqual(ready.information.preamble, [["Police"], ["2024; final"]]);
  const bare = await read(formatOf({ kind: "csv", header: false, columnNames: ["id", "n"] }), ["1,2\n3,4\n"]);
  assert.deepEqual(
    bare.rows.map(({ id, n }) => [id, n]),
    [
      ["1", "2"],
      ["3", "4"],
    ],
  );
});

test("a row with too few cells is put apart, or filled where that is declared; one with too many is always put apart", async () => {
  const text = "a,b\n1,2\n3\n4,5,6\n7,8\n";
  const strict = await read(csv, [text]);
  assert.deepEqual(
    strict.rows.map(({ a, b }) => [a, b]),
    [
      ["1", "2"],
      ["7", "8"],
    ],
  );
  assert.equal(strict.ready.rejects.count, 2);
  const padded = await read(formatOf({ kind: "csv", raggedRows: "pad" }), [text]);
  assert.deepEqual(
    padded.rows.map(({ a, b }) => [a, b]),
    [
      ["1", "2"],
      ["3", null],
      ["7", "8"],
    ],
  );
  assert.equal(padded.ready.rejects.count, 1);
});

test("repeated column names are refused or numbered; empty ones are named by their place", () => {
  const refuse = formatOf({ kind: "csv" });
  const number = formatOf({ kind: "csv", duplicateColumns: "number" });
  assert.deepEqual(headerNames(number, ["time", "time", "Time", "", " "], "f"), [
    "time",
    "time#2",
    "Time#3",
    "column 4",
    "column 5",
  ]);
  assert.deepEqual(headerNames(number, ["t#2", "t", "t"], "f"), ["t#2", "t", "t#3"]);
  for (const [names, message] of [
    [["time", "time"], /f: the column name "time" stands twice in the header \(the second time as column 2\)/],
    [["time", "Time"], /differ in case only/],
  ] as const)
    assert.throws(
      () => headerNames(refuse, names, "f"),
      (error) => error instanceof UnreadableDelivery && message.test(error.message),
    );
  for (const [name, code] of [
    ["_row", "rows.reserved-column"],
    ["_PART", "rows.reserved-column"],
    ["a\uFFFD", "rows.wrong-encoding"],
  ] as const)
    assert.throws(
      () => headerNames(number, [name], "f"),
      (error) => error instanceof UnreadableDelivery && error.code === code,
    );
});

test("columns whose names differ in case only between the parts of a delivery are told, not run into", async () => {
  const error = await refusal(read(formatOf({ kind: "json" }), ['[{"ID":"1"}]', '[{"Id":"2"}]']));
  assert.equal(error.code, "rows.parts-differ");
  assert.match(error.message, /"Id"/);
});

test("a Parquet file is read in place with its own types; one with a column of the program's own is refused", async () => {
  const path = join(folder, "own.parquet");
  await engine.run(
    `COPY (SELECT 1::BIGINT AS id, DATE '2020-01-01' AS day UNION ALL SELECT 2, NULL) TO ${literal(path)} (FORMAT parquet)`,
  );
  const { ready, rows } = await read(formatOf({ kind: "parquet" }), [{ path }, { path }]);
  assert.deepEqual(ready.rows.columns, [
    { name: "id", type: "BIGINT" },
    { name: "day", type: "DATE" },
  ]);
  assert.deepEqual(
    rows.map(({ id, _part, _row }) => [id, _part, _row]),
    [
      [1, 0, 1],
      [2, 0, 2],
      [1, 1, 1],
      [2, 1, 2],
    ],
  );
  const reserved = join(folder, "reserved.parquet");
  await engine.run(`COPY (SELECT 1 AS id, 5 AS _row) TO ${literal(reserved)} (FORMAT parquet)`);
  const error = await refusal(read(formatOf({ kind: "parquet" }), [{ path: reserved }]));
  assert.equal(error.code, "rows.reserved-column");
  const other = join(folder, "other.parquet");
  await engine.run(`COPY (SELECT 'x' AS id) TO ${literal(other)} (FORMAT parquet)`);
  const differ = await refusal(read(formatOf({ kind: "parquet" }), [{ path }, { path: other }]));
  assert.equal(differ.code, "rows.parts-differ");
});

test("a column that is needed and not there is named with the nearest that is", () => {
  const wanted = [{ column: "offence", from: "Offense code" }];
  requireColumns(wanted, ["Offense code", "id"], "f");
  assert.throws(
    () => requireColumns(wanted, ["Ofense code", "id"], "f"),
    (error) =>
      error instanceof UnreadableDelivery &&
      error.code === "rows.missing-column" &&
      /"Offense code" \(for offence\); the nearest that is there is "Ofense code"/.test(error.message),
  );
});

const deliveredLine = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("row"), cells: fc.tuple(cell, cell) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("empty"), cells: fc.constant(["", ""] as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ragged"), cells: fc.constant(["x", "y"] as const) }) },
);

test("each row, and each line that is no row, is named by the line of the file on which it begins", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deliveredLine, { minLength: 1, maxLength: 14 }),
      fc.constantFrom("\n", "\r\n"),
      fc.constantFrom(["a,b"], ['"first\nname",b'], ["a,b", 'Report "2024"'], ["a,b", '"Report" of', '"two\nlines"']),
      fc.boolean(),
      async (lines, lineEnd, [header = "", ...before], trailing) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = [...before, header];
        const rows: number[] = [];
        const ragged: number[] = [];
        const lineCount = (parts: readonly string[]): number => parts.join("\n").split("\n").length;
        for (const { kind, cells } of lines) {
          if (kind === "row") rows.push(lineCount(text) + 1);
          if (kind === "ragged") ragged.push(lineCount(text) + 1);
          text.push(kind === "row" ? cells.map(quoted).join(",") : kind === "empty" ? "" : "x,y,z");
        }
        const format = formatOf({ kind: "csv", preambleRows: before.length === 0 ? 0 : lineCount(before) });
        const file = join(folder, "lines.csv");
        await writeFile(file, text.join("\n").replaceAll("\n", lineEnd) + (trailing ? lineEnd : ""));
        const { ready, rows: found } = await read(format, [{ path: file }]);
        assert.equal(found.length, rows.length);
        const rejects = await engine.rows(
          { text: `SELECT _line AS record FROM ${ready.rejects.relation} ORDER BY 1`, values: [] },
          z.object({ record: z.number() }),
        );
        const places = [...found.map((_, index) => ({ row: index + 1 })), ...rejects];
        const part = { index: 0, path: file, bytes: 1 };
        assert.deepEqual(await sourceLines(engine, ready, format, part, places), [...rows, ...ragged]);
      },
    ),
    { numRuns: 25, seed: 20_261_121 },
  );
});

test("a header or a preamble with quotes over several lines takes no row with it", async () => {
  const cases: readonly (readonly [string, number])[] = [
    ['"first\nname",b\n1,x\n2,y\n', 0],
    ['"Report" of\na,b\n1,x\n2,y\n', 1],
    ['"Report\n2024"\na,b\n1,x\n2,y\n', 2],
    ['Report "2024\r\na,b\r\n1,x\r\n2,y\r\n', 1],
  ];
  for (const [text, preambleRows] of cases) {
    const { rows } = await read(formatOf({ kind: "csv", preambleRows }), [text]);
    assert.deepEqual(
      rows.map(({ b, _row }) => [b, _row]),
      [
        ["x", 1],
        ["y", 2],
      ],
      text,
    );
  }
});

test("an empty line in place of the header, and a broken quote in it, are told with the line", async () => {
  const none = await refusal(read(csv, ["\na,b\n1,2\n"]));
  assert.deepEqual([none.code, /line 1: the line is empty/.test(none.message)], ["rows.no-header", true]);
  assert.match(none.hint, /preambleRows/);
  for (const text of ['a,5" pipe\n1,2\n', '"a" x,b\n1,2\n', '"a,b\n1,2\n'])
    assert.equal((await refusal(read(csv, [text]))).code, "rows.broken-header", text);
});
