import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cell, type Lookups, streamOf, validated } from "./trial-delivery.test.ts";

/** What became of one column: its values where the row was accepted, `refused` where it was put apart. */
async function read(
  declared: Readonly<Record<string, unknown>>,
  cells: readonly Cell[],
  settings: { readonly type?: string; readonly timezone?: string; readonly lookups?: Lookups } = {},
): Promise<unknown[]> {
  const stream = streamOf({ columns: { cell: declared } });
  const { records } = await validated(
    stream,
    cells.map((cell) => ({ cell })),
    { ...settings, types: { cell: settings.type ?? "VARCHAR" } },
  );
  const byRow = new Map(records.map((record) => [Number(record._row), record.cell]));
  return cells.map((_, index) => (byRow.has(index + 1) ? byRow.get(index + 1) : "refused"));
}

const day = (text: string): string => `${text}T00:00:00.000Z`;

test("a whole number is read as declared or refused, never rounded or guessed", async () => {
  const cells = [
    "5",
    " 5 ",
    "+7",
    "-3",
    "1.234",
    "1,234",
    "1e3",
    "5.0",
    "٣",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "",
    null,
  ];
  assert.deepEqual(await read({ type: "integer" }, cells), [
    ...[5, 5, 7, -3],
    ...Array(9).fill("refused"),
    ...[null, null],
  ]);
  assert.deepEqual(await read({ type: "integer", trim: false }, ["5", " 5 "]), [5, "refused"]);
  assert.deepEqual(
    await read({ type: "integer", thousands: "." }, [
      "1.234",
      "12.34",
      "1.234.567",
      "1234.567",
      "1234",
      ".123",
      "1,234",
    ]),
    [1234, "refused", 1_234_567, "refused", 1234, "refused", "refused"],
  );
  assert.deepEqual(
    await read({ type: "integer" }, ["9223372036854775807", "9223372036854775808", "12345678901234567890"]),
    [9223372036854775807n, "refused", "refused"],
  );
});

test("a number with a fraction is read by its declared signs only", async () => {
  const cells = ["1.234,5", "1,234.5", "1234.5", "1234,5", "-0,5"];
  const refused = "refused";
  assert.deepEqual(await read({ type: "number" }, cells), [refused, refused, 1234.5, refused, refused]);
  assert.deepEqual(await read({ type: "number", decimal: "," }, cells), [refused, refused, refused, 1234.5, -0.5]);
  assert.deepEqual(await read({ type: "number", decimal: ",", thousands: "." }, cells), [
    1234.5,
    refused,
    refused,
    1234.5,
    -0.5,
  ]);
  assert.deepEqual(await read({ type: "number", thousands: "," }, cells), [refused, 1234.5, 1234.5, refused, refused]);
  assert.deepEqual(await read({ type: "number", thousands: " " }, ["1 234.5", "1 23.5"]), [1234.5, refused]);
  assert.deepEqual(await read({ type: "number", thousands: "'" }, ["1'234'567.5", "1''234"]), [1234567.5, refused]);
  assert.deepEqual(
    await read({ type: "number" }, [
      "1e3",
      "1E-2",
      " 5 ",
      "NaN",
      "nan",
      "Infinity",
      "-inf",
      "1e400",
      "0x10",
      "٣",
      "5.",
      ".5",
    ]),
    [1000, 0.01, 5, ...Array(9).fill(refused)],
  );
  assert.deepEqual(
    await read({ type: "number" }, [
      "999999999999999",
      "000999999999999999",
      "9007199254740993",
      "12345678901234567890",
    ]),
    [999999999999999, 999999999999999, refused, refused],
    "a double would round what has more digits",
  );
});

test("a number of a Parquet file that is none is refused like a text that is none", async () => {
  const cells = ["1.5", "nan", "inf", null];
  assert.deepEqual(await read({ type: "number" }, cells, { type: "DOUBLE" }), [1.5, "refused", "refused", null]);
  assert.deepEqual(await read({ type: "number", masked: { nan: "missing" } }, ["nan"], { type: "DOUBLE" }), [null]);
  assert.deepEqual(await read({ type: "integer" }, ["5", "-2"], { type: "INTEGER" }), [5, -2]);
});

test("a mask or an empty text that looks like a number is no number, in text and in Parquet", async () => {
  for (const type of ["VARCHAR", "BIGINT"]) {
    const masked = { "999": "not-reported", "-1": { meaning: "suppressed", between: [1, 4] } };
    const stream = streamOf({ columns: { cell: { type: "integer", masked, maximum: 500 } } });
    const rows = ["7", "999", "-1"].map((cell) => ({ cell }));
    const { records, summary } = await validated(stream, rows, { types: { cell: type } });
    assert.deepEqual(
      records.map(({ cell, cell__absence, cell__low, cell__high }) => [cell, cell__absence, cell__low, cell__high]),
      [
        [7, null, 7, 7],
        [null, "not-reported", null, null],
        [null, "suppressed", 1, 4],
      ],
      type,
    );
    assert.equal(summary.accepted, 3);
    const empty = { type: "integer", empty: ["", "-9"] };
    assert.deepEqual(await read(empty, ["-9", "8"], { type }), [null, 8], type);
    assert.deepEqual(await read({ ...empty, required: true }, ["-9", "8"], { type }), ["refused", 8], type);
  }
});

test("only days that exist are dates, in the declared order of day and month", async () => {
  const dotted = { type: "date", format: "%d.%m.%Y" };
  assert.deepEqual(
    await read(dotted, [
      "30.02.2020",
      "29.02.2020",
      "29.02.2019",
      "29.02.1900",
      "29.02.2000",
      "31.04.2020",
      "01.01.1013",
    ]),
    ["refused", day("2020-02-29"), "refused", "refused", day("2000-02-29"), "refused", day("1013-01-01")],
  );
  const cells = ["03/04/2020", "13/04/2020", "04/13/2020"];
  assert.deepEqual(await read({ type: "date", format: "%d/%m/%Y" }, cells), [
    day("2020-04-03"),
    day("2020-04-13"),
    "refused",
  ]);
  assert.deepEqual(await read({ type: "date", format: "%m/%d/%Y" }, cells), [
    day("2020-03-04"),
    "refused",
    day("2020-04-13"),
  ]);
  assert.deepEqual(await read({ type: "date", format: "%d.%m.%Y|%Y-%m-%d" }, ["05.03.2020", "2020-03-05"]), [
    day("2020-03-05"),
    day("2020-03-05"),
  ]);
  assert.deepEqual(
    await read({ type: "date", minimum: "1990-01-01", maximum: "2020-12-31" }, [
      "1013-01-01",
      "2020-12-31",
      "2021-01-01",
    ]),
    ["refused", day("2020-12-31"), "refused"],
  );
});

test("a year of two digits is not taken for one of the first century", async () => {
  assert.deepEqual(await read({ type: "date", format: "%d.%m.%Y" }, ["05.03.20", "05.03.0020", "05.03.2020"]), [
    "refused",
    "refused",
    day("2020-03-05"),
  ]);
  assert.deepEqual(await read({ type: "date", format: "%d.%m.%y" }, ["05.03.20"]), [day("2020-03-05")]);
  assert.deepEqual(await read({ type: "date", format: "%d.%m.%Y", onFail: "flag" }, ["05.03.20"]), [null]);
  assert.deepEqual(await read({ type: "year" }, ["2020", "20", "0000", "1013", "٢٠٢٠"]), [
    day("2020-01-01"),
    "refused",
    "refused",
    day("1013-01-01"),
    "refused",
  ]);
  assert.deepEqual(await read({ type: "year-month" }, ["2020-02", "2020-13", "20-02"]), [
    day("2020-02-01"),
    "refused",
    "refused",
  ]);
  assert.deepEqual(await read({ type: "year-month", format: "%m/%Y" }, ["02/2020", "2/20"]), [
    day("2020-02-01"),
    "refused",
  ]);
});

test("words that the engine knows as dates are no dates", async () => {
  const words = ["infinity", "-infinity", "epoch", "Epoch", "INFINITY", "now", "today"];
  for (const declared of [{ type: "date" }, { type: "date", format: "%b %d %Y" }, { type: "datetime" }])
    assert.deepEqual(await read(declared, words), Array(words.length).fill("refused"), JSON.stringify(declared));
  assert.deepEqual(await read({ type: "date", format: "%b %d %Y" }, ["Mar 05 2020"]), [day("2020-03-05")]);
});

test("local times move to the observatory's zone; one that the clocks have skipped is neither lost nor moved by a day", async () => {
  const chicago = { type: "datetime", timezone: "America/Chicago" };
  assert.deepEqual(await read(chicago, ["2020-01-15T20:00:00", "2020-07-15T20:00:00", "2020-03-08T02:30:00"]), [
    "2020-01-16T02:00:00.000Z",
    "2020-07-16T01:00:00.000Z",
    "2020-03-08T08:30:00.000Z",
  ]);
  const [ambiguous] = await read(chicago, ["2020-11-01T01:30:00"]);
  assert.ok(ambiguous === "2020-11-01T06:30:00.000Z" || ambiguous === "2020-11-01T07:30:00.000Z", String(ambiguous));
  assert.deepEqual(await read(chicago, ["2020-07-15T20:00:00"], { timezone: "America/Chicago" }), [
    "2020-07-15T20:00:00.000Z",
  ]);
  assert.deepEqual(await read(chicago, ["2020-07-15 20:00:00"], { type: "TIMESTAMP" }), ["2020-07-16T01:00:00.000Z"]);
  const offset = { type: "datetime", format: "%Y-%m-%dT%H:%M:%S%z" };
  assert.deepEqual(
    await read(offset, ["2020-07-15T20:00:00+0200", "2020-07-15T20:00:00+02:00"], { timezone: "America/Chicago" }),
    ["2020-07-15T13:00:00.000Z", "2020-07-15T13:00:00.000Z"],
  );
});

test("a list of values without any leaves only what everything else becomes", async () => {
  assert.deepEqual(await read({ values: {}, otherwise: "other" }, ["a", ""]), ["other", null]);
  assert.deepEqual(await read({ values: {} }, ["a", ""]), ["refused", null]);
});
