import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Condition } from "../../iccs/index.ts";
import type { RecordColumn } from "../definitions/index.ts";
import { type End, judged } from "./plain-reading.test.ts";
import { type Cell, type Row, streamOf, validated, type Written } from "./trial-delivery.test.ts";

/** A declared column with cells that are made to meet and to miss it. */
interface Drawn {
  readonly declared: Readonly<Record<string, unknown>>;
  readonly cells: fc.Arbitrary<Cell>;
  readonly lookup?: ReadonlyMap<string, string>;
}

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const common = {
  required: fc.constantFrom(false, false, false, true),
  trim: fc.boolean(),
  empty: fc.constantFrom([""], ["", "n/a"], []),
  onFail: fc.constantFrom("quarantine", "flag"),
};

const numberTexts = [
  ...["0", "5", "17", "18", " 42 ", "-3", "+7", "999", "1234", "1.234", "1,234", "1 234", "1'234", "12.345.678"],
  ...["1.234,5", "1,234.5", "0.5", "0,5", "17.5", "1e3", "1E-2", "1e400", "NaN", "Infinity", "0x10", "٣", "--1", "5."],
  ...["12345678901234567890", "9007199254740993", "<5", "..", "n/a", "", "abc"],
];
const masks = fc.subarray([
  ["<5", { meaning: "suppressed", between: [1, 4] }],
  ["..", "missing"],
  ["999", "not-reported"],
  ["abc", { meaning: "not-applicable" }],
]);

const numbers: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    type: fc.constantFrom("integer", "number"),
    signs: fc.constantFrom([".", ""], [",", ""], [",", "."], [".", ","], [".", " "], [",", "'"]),
    masked: masks,
    minimum: optional(fc.constantFrom(0, 5)),
    maximum: optional(fc.constantFrom(100, 1234.5)),
    bands: optional(fc.constantFrom({ Y0T17: [0, 17], Y_GE18: [18, null] }, { low: [null, 4], five: [5, 5] })),
    otherwise: optional(fc.constant("other")),
    whenEmpty: optional(fc.constant("_U")),
  })
  .map(({ signs: [decimal, thousands], masked, bands, otherwise, whenEmpty, ...rest }) => ({
    declared: {
      ...rest,
      ...{ decimal, thousands, masked: Object.fromEntries(masked) },
      ...(bands === undefined ? {} : { bands, otherwise, whenEmpty }),
    },
    cells: fc.option(fc.constantFrom(...numberTexts), { freq: 1 }),
  }));

/** As many pairs as are looked up in a map, or more, which are joined. */
const pairCounts = [3, 256, 257, 300];

const codes: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    pairs: fc.constantFrom(...pairCounts),
    table: fc.boolean(),
    otherwise: optional(fc.constant("other")),
    whenEmpty: optional(fc.constant("_U")),
    codes: optional(fc.constantFrom(["to 0", "to 1", "other"], ["to 0", "_U"])),
  })
  .map(({ pairs, table, ...rest }) => {
    const entries = Array.from({ length: pairs }, (_, index): [string, string] => [`it's ${index}`, `to ${index % 3}`]);
    const declared = { ...rest, ...(table ? {} : { values: Object.fromEntries(entries) }) };
    const cells = fc.option(fc.constantFrom("it's 0", "it's 1", " it's 2", "it's 299", "n/a", "", "IT'S 0", "刀"), {
      freq: 1,
    });
    return table ? { declared, cells, lookup: new Map(entries) } : { declared, cells };
  });

const plainTexts: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    pattern: optional(fc.constantFrom("[A-Z][0-9]", "a|R1", ".*1")),
    codes: optional(fc.constant(["R1", "R2", "a"])),
    areas: fc.boolean(),
  })
  .map((declared) => ({
    declared,
    cells: fc.option(fc.constantFrom("R1", "R2", " R1", "\u00a0R2\t", "C", "c", "a", "n/a", "", "'; --"), { freq: 1 }),
  }));

const dates: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    format: optional(fc.constantFrom("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y|%Y-%m-%d")),
    minimum: optional(fc.constant("1990-01-01")),
    maximum: optional(fc.constant("2020-03-04")),
  })
  .map((declared) => ({
    declared: { ...declared, type: "date" },
    cells: fc.option(
      fc.constantFrom(
        ...[
          "2020-03-04",
          "04.03.2020",
          "03/04/2020",
          "13/04/2020",
          "04/13/2020",
          "30.02.2020",
          "29.02.2020",
          "29.02.2019",
        ],
        ...[
          "2000-02-29",
          "1900-02-29",
          "01.01.1013",
          "1013-01-01",
          "2020-03-05",

          "n/a",
          "",
        ],
      ),
      { freq: 1 },
    ),
  }));

const times: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    timezone: optional(fc.constantFrom("UTC", "America/Chicago", "Asia/Kathmandu", "Australia/Lord_Howe")),
    maximum: optional(fc.constant("2020-03-08")),
  })
  .map((declared) => ({
    declared: { ...declared, type: "datetime" },
    cells: fc.option(
      fc.constantFrom(
        ...["2020-01-15T20:00:00", "2020-03-08 02:30:00", "2020-03-08T03:30:00", "2020-07-15", "2019-12-31T23:59:59"],
        ...["2020-10-04T02:15:00", "2020-02-30T10:00:00", "2020-01-15T25:00:00", "", "n/a"],
      ),
      { freq: 1 },
    ),
  }));

const periods: fc.Arbitrary<Drawn> = fc
  .record({
    ...common,
    type: fc.constantFrom("year", "year-month"),
    minimum: optional(fc.constant(2015)),
    maximum: optional(fc.constant(2020)),
  })
  .map((declared) => ({
    declared,
    cells: fc.option(
      fc.constantFrom("2014", "2015", "2020", "2021", "2020-12", "2021-01", "2020-13", "0000", "20", "1013", "", "n/a"),
      { freq: 1 },
    ),
  }));

const truths: fc.Arbitrary<Drawn> = fc
  .record({ ...common, true: fc.constantFrom(["true"], ["Y", "1"]) })
  .map((declared) => ({
    declared: { ...declared, type: "boolean" },
    cells: fc.option(fc.constantFrom("true", "false", "Y", "1", "TRUE", "", "n/a"), { freq: 1 }),
  }));

const columnsDrawn = fc.record({
  id: fc.constant<Drawn>({ declared: {}, cells: fc.constantFrom("1", "2", "3", "4", null) }),
  left: fc.constant<Drawn>({
    declared: { type: "integer", onFail: "flag" },
    cells: fc.constantFrom("1", "2", "3", "x", null),
  }),
  right: fc.constant<Drawn>({
    declared: { type: "integer", onFail: "flag" },
    cells: fc.constantFrom("1", "2", "3", null),
  }),
  kind: fc.constant<Drawn>({ declared: {}, cells: fc.constantFrom("count", "count", "count", "rate", "note", null) }),
  drawn_a: fc.oneof(numbers, codes),
  drawn_b: fc.oneof(dates, times, periods),
  drawn_c: fc.oneof(plainTexts, truths),
});

const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>(
    { kind: "count" },
    { kind: { not: "rate" } },
    { left: { minimum: 2 } },
    { id: { missing: true } },
  ),
  fc.constantFrom<Condition>({ left: { sameAs: "right" } }, { id: ["1", "2"], kind: "count" }),
);
const onFail = fc.constantFrom("quarantine", "flag");

const rulesDrawn = fc
  .array(
    fc.oneof(
      fc.record({
        unique: fc.constantFrom(["id"], ["id", "left"], ["right"]),
        keep: fc.constantFrom("first", "none", "identical-first"),
        when: optional(conditions),
        onFail,
      }),
      fc.record({
        compare: fc.tuple(fc.constant("left"), fc.constantFrom("<", "<=", "=", "!=", ">=", ">"), fc.constant("right")),
        onFail,
      }),
      fc.record({ require: conditions, when: optional(conditions), onFail }),
    ),
    { maxLength: 4 },
  )
  .map((rules) => rules.map((rule, index) => ({ rule: `rule-${index}`, ...rule })));

const deliveries = fc
  .record({
    columns: columnsDrawn,
    rules: rulesDrawn,
    setAside: fc.array(conditions, { maxLength: 2 }),
    timezone: fc.constantFrom("UTC", "America/Mexico_City"),
    length: fc.constantFrom(0, 4, 12, 24),
  })
  .chain(({ columns, rules, setAside, timezone, length }) => {
    const drawn = Object.entries(columns);
    const stream = streamOf({
      columns: Object.fromEntries(drawn.map(([name, { declared }]) => [name, declared])),
      rules,
      setAside: setAside.map((where, index) => ({ rule: `aside-${index}`, where, reason: "no record" })),
    });
    const lookups = new Map(drawn.flatMap(([name, { lookup }]) => (lookup === undefined ? [] : [[name, lookup]])));
    const cells: Record<string, fc.Arbitrary<Cell>> = Object.fromEntries(drawn.map(([name, one]) => [name, one.cells]));
    const row: fc.Arbitrary<Row> = fc.record(cells);
    // Some rows stand twice, word for word; in some deliveries all of them so often that each text is read once only.
    const rows = fc
      .tuple(
        fc.array(row, { minLength: length, maxLength: length }),
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.constantFrom(1, 1, 1, 12),
      )
      .map(([one, again, times]) => {
        const twice = [...one, ...again.flatMap((at) => one.slice(at % Math.max(one.length, 1)).slice(0, 1))];
        return Array.from({ length: times }, () => twice).flat();
      });
    return fc.record({
      stream: fc.constant(stream),
      lookups: fc.constant(lookups),
      timezone: fc.constant(timezone),
      rows,
    });
  });

function shown(value: unknown, type: RecordColumn["type"]): unknown {
  if (typeof value !== "string") return typeof value === "bigint" ? Number(value) : value;
  if (type === "datetime") return value.slice(0, 19);
  return type === "date" || type === "year" || type === "year-month" ? value.slice(0, 10) : value;
}

test("every row has one end, and values, masks, counts and reasons are those of a plain reading of the declaration", async () => {
  const seen = { accepted: 0, flagged: 0, quarantined: 0, "set aside": 0 };
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ stream, lookups, timezone, rows }) => {
      const expected = judged(stream, rows, timezone, lookups);
      const { summary, records, whole, quarantine } = await validated(stream, rows, { timezone, lookups });
      const count = (end: End): number => expected.ends.filter((one) => one === end).length;
      for (const end of expected.ends) seen[end] += 1;
      const { rowsIn, accepted, flagged, quarantined, setAside, unreadable } = summary;
      assert.deepEqual(
        { rowsIn, accepted, flagged, quarantined, setAside, unreadable },
        {
          ...{ rowsIn: rows.length, accepted: count("accepted"), flagged: count("flagged") },
          ...{ quarantined: count("quarantined"), setAside: count("set aside"), unreadable: 0 },
        },
      );
      const rules: Record<string, number> = {};
      for (const { rule, rows: found } of summary.rules) if (found > 0) rules[rule] = (rules[rule] ?? 0) + found;
      assert.deepEqual(sorted(rules), sorted(expected.rules));
      const kept = expected.rows.flatMap((cells, index) => {
        const end = expected.ends[index];
        if (end !== "accepted" && end !== "flagged") return [];
        const values = cells.flatMap(([name, { value, absence, low, high }]) =>
          Object.keys(stream.columns[name]?.masked ?? {}).length === 0 ? [value] : [value, absence, low, high],
        );
        return [[index + 1, end === "flagged", ...values]];
      });
      const read = (written: readonly Written[]): unknown[] =>
        written.map((record) => [
          record._row,
          record._flagged,
          ...Object.entries(stream.columns).flatMap(([name, { type, masked }]) => {
            const value = shown(record[name], type);
            if (Object.keys(masked).length === 0) return [value];
            return [value, record[`${name}__absence`], record[`${name}__low`], record[`${name}__high`]];
          }),
        ]);
      assert.deepEqual(read(records), kept);
      assert.deepEqual(whole, records, "what no row met is left out without a difference");
      const apart = new Set(quarantine.filter(({ action }) => action === "quarantine").map(({ row }) => row));
      assert.deepEqual(
        [...apart].sort((a, b) => Number(a) - Number(b)),
        expected.ends.flatMap((end, index) => (end === "quarantined" ? [index + 1] : [])),
        "every row that was put apart is listed with its reason",
      );
    }),
    { numRuns: 60, seed: 20_260_601 },
  );
  for (const [end, rows] of Object.entries(seen)) assert.ok(rows >= 50, `${rows} rows were ${end}`);
});

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}

test("a row that repeats a key and fails another check has one end, and its records carry the flag", async () => {
  const stream = streamOf({
    columns: { id: {}, count: { type: "integer", onFail: "flag" } },
    rules: [
      { rule: "once", unique: ["id"], onFail: "flag" },
      { rule: "counted-once", unique: ["id", "count"] },
    ],
  });
  const rows = [
    { id: "1", count: "5" },
    { id: "1", count: "x" },
    { id: "1", count: "5" },
    { id: "2", count: "x" },
  ];
  const { summary, records } = await validated(stream, rows);
  const { accepted, flagged, quarantined } = summary;
  assert.deepEqual({ accepted, flagged, quarantined }, { accepted: 1, flagged: 2, quarantined: 1 });
  assert.deepEqual(
    records.map(({ _row, _flagged, count }) => [_row, _flagged, count]),
    [
      [1, false, 5],
      [2, true, null],
      [4, true, null],
    ],
  );
  assert.deepEqual(
    summary.rules.filter(({ rows: found }) => found > 0).map(({ rule, end, rows: found }) => [rule, end, found]),
    [
      ["count.type", "flag", 2],
      ["counted-once", "quarantine", 1],
      ["once", "flag", 1],
    ],
    "a row is named under the rule that decides",
  );
});

test("of rows with one key the first is kept, or none, or the first where all are the same to the letter", async () => {
  const rows = [
    { id: "1", note: "a" },
    { id: "1", note: "a" },
    { id: "2", note: "a" },
    { id: "2", note: " a" },
    { id: "3", note: "a" },
  ];
  for (const [keep, kept] of [
    ["first", [1, 3, 5]],
    ["none", [5]],
    ["identical-first", [1, 5]],
  ] as const) {
    const stream = streamOf({ columns: { id: {}, note: {} }, rules: [{ rule: "once", unique: ["id"], keep }] });
    const { records } = await validated(stream, rows);
    assert.deepEqual(
      records.map(({ _row }) => _row),
      kept,
      keep,
    );
  }
});

test("published totals are held against the rows as delivered or as accepted", async () => {
  const stream = streamOf({
    columns: { id: { required: true }, count: { type: "integer", minimum: 0 } },
    totals: [
      { total: "all", equals: 4, of: "delivered", source: "Annual report" },
      { total: "sound", equals: 3, source: "Annual report" },
      { total: "sum", equals: 10, tolerance: 1, measure: { sum: "count" }, source: "Annual report" },
      { total: "cases", equals: 1, measure: { distinct: "id" }, source: "Annual report" },
    ],
  });
  const rows = ["4", "5", "", "-1"].map((count, index) => ({ id: index === 1 ? "0" : String(index), count }));
  const { summary } = await validated(stream, rows);
  assert.deepEqual(
    summary.totals.map(({ total, found, agrees }) => [total, found, agrees]),
    [
      ["all", 4, true],
      ["sound", 3, true],
      ["sum", 9, true],
      ["cases", 2, false],
    ],
  );
});
