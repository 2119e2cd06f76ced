import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applyCrosswalk,
  type Crosswalk,
  type CrosswalkRule,
  checkCrosswalk,
  conditionColumns,
  crosswalkFromRows,
  crosswalkRuleSchema,
  crosswalkSchema,
  splitSets,
  validityCuts,
} from "./index.ts";

const head = { crosswalk: "examplia", version: "1", title: "Examplia", scheme: "EX" };

function crosswalkOf(...rules: { [K in keyof CrosswalkRule]?: CrosswalkRule[K] }[]): Crosswalk {
  const parsed: CrosswalkRule[] = rules.map((rule) => crosswalkRuleSchema.parse({ code: "A", iccs: "0101", ...rule }));
  return { ...head, rules: parsed };
}

const faults = (crosswalk: Crosswalk): (readonly [string, string, number | undefined])[] =>
  checkCrosswalk(crosswalk).map(({ code, severity, rule }) => [code, severity, rule]);

const definition = crosswalkSchema.parse({ ...head, rules: { file: "examplia.csv" } });

test("the rows of a table become rules, with blanks as defaults and conditions from when columns", () => {
  const { crosswalk, problems } = crosswalkFromRows(definition, [
    {
      line: 2,
      cells: {
        code: "10 ",
        title: "Robo",
        iccs: " 0401 ",
        weight: "",
        from: "2015-01-01",
        until: "",
        "when.weapon": "KNIFE | GUN",
        note: "a",
      },
    },
    {
      line: 3,
      cells: { code: "10", iccs: "none", weight: "0.25", from: "", until: "", "when.weapon": "", basis: "assumption" },
    },
  ]);
  assert.deepEqual(problems, []);
  assert.deepEqual(crosswalk.rules, [
    {
      code: "10 ",
      title: "Robo",
      iccs: "0401",
      weight: 1,
      from: "2015-01-01",
      when: { weapon: ["KNIFE", "GUN"] },
      basis: "exact",
      note: "a",
      line: 2,
    },
    { code: "10", iccs: "none", weight: 0.25, basis: "assumption", line: 3 },
  ]);
  assert.deepEqual(conditionColumns(crosswalk), ["weapon"]);
});

test("faulty cells are told with line, field and what was found, all of them", () => {
  const { crosswalk, problems } = crosswalkFromRows(definition, [
    { line: 2, cells: { code: "A", iccs: "0101", weight: "half", from: "2015-02-30", colour: "red" } },
    { line: 3, cells: { code: "B", iccs: "", weight: "1", from: "", colour: "" } },
  ]);
  assert.deepEqual(crosswalk.rules, []);
  assert.deepEqual(
    problems.map(({ code, line, field, found }) => [code, line, field, found]),
    [
      ["crosswalk.unknown-column", 1, "colour", "colour"],
      ["crosswalk.invalid-rule", 2, "weight", "half"],
      ["crosswalk.invalid-rule", 2, "from", "2015-02-30"],
      ["crosswalk.invalid-rule", 3, "iccs", ""],
    ],
  );
});

test("a sound crosswalk has no fault", () => {
  const sound = crosswalkOf(
    { when: { arrest: true }, iccs: "0102" },
    { until: "2018-01-01", weight: 0.4 },
    { until: "2018-01-01", weight: 0.6, iccs: "0102" },
    { from: "2018-01-01" },
    { code: "B", iccs: "none" },
  );
  assert.deepEqual(checkCrosswalk(sound), []);
});

test("weights that do not add up to one are found", () => {
  const thirds = [0.1, 0.2, 0.7].map((weight, index) => ({ weight, iccs: `010${index + 1}` }));
  assert.deepEqual(faults(crosswalkOf(...thirds)), [], "decimals that add up to 1 but for the last bit");
  assert.deepEqual(faults(crosswalkOf({ weight: 0.5 }, { weight: 0.4, iccs: "0102" })), [
    ["crosswalk.weights", "error", 0],
  ]);
  assert.deepEqual(faults(crosswalkOf({ weight: 0.5 })), [["crosswalk.weights", "error", 0]]);
  assert.deepEqual(faults(crosswalkOf({}, { iccs: "0102" })), [["crosswalk.weights", "error", 0]]);
});

test("parts of a split may name the columns of their condition in any order", () => {
  const crosswalk = crosswalkOf(
    { weight: 0.5, when: { arrest: true, domestic: false } },
    { weight: 0.5, when: { domestic: false, arrest: true }, iccs: "0102" },
  );
  assert.deepEqual(checkCrosswalk(crosswalk), []);
  assert.equal(splitSets(crosswalk).length, 1);
});

test("days on which two rules hold, or none, are found", () => {
  const gap = checkCrosswalk(crosswalkOf({ until: "2015-01-01" }, { from: "2016-01-01" }));
  assert.deepEqual(
    gap.map(({ code, message }) => [code, message]),
    [["crosswalk.gap", "No rule for A holds from 2015-01-01 to 2016-01-01."]],
  );
  assert.deepEqual(faults(crosswalkOf({ until: "2016-01-01" }, { from: "2015-01-01" })), [
    ["crosswalk.overlap", "error", 1],
  ]);
  assert.deepEqual(faults(crosswalkOf({ from: "2015-01-01" }, { until: "2015-01-01", iccs: "0102" })), []);
  assert.deepEqual(
    faults(crosswalkOf({ until: "2020-01-01" }, { from: "2010-01-01", until: "2012-01-01" }, { from: "2020-01-01" })),
    [["crosswalk.overlap", "error", 1]],
    "a rule inside another leaves no gap behind it",
  );
  assert.deepEqual(
    faults(
      crosswalkOf({ when: { arrest: true }, until: "2016-01-01" }, { when: { arrest: true }, from: "2015-01-01" }, {}),
    ),
    [["crosswalk.overlap", "error", 1]],
    "rules under the same condition",
  );
  assert.deepEqual(
    faults(
      crosswalkOf({ when: { arrest: true }, until: "2010-01-01" }, { when: { arrest: true }, from: "2015-01-01" }, {}),
    ),
    [],
    "between conditional rules the unconditional one holds",
  );
});

test("a rule that ends before it begins, one that stands twice and one that is never reached are found", () => {
  assert.deepEqual(faults(crosswalkOf({ from: "2016-01-01", until: "2016-01-01" })), [["crosswalk.dates", "error", 0]]);
  assert.deepEqual(faults(crosswalkOf({ weight: 0.5 }, { weight: 0.5 })), [["crosswalk.repeated", "error", 1]]);
  assert.deepEqual(faults(crosswalkOf({}, { when: { arrest: true } })), [["crosswalk.unreachable", "error", 1]]);
  assert.deepEqual(
    faults(crosswalkOf({ until: "2015-01-01" }, { when: { arrest: true } }, { from: "2015-01-01" })),
    [],
  );
});

test("targets must exist; an alias is resolved with a warning", () => {
  assert.deepEqual(faults(crosswalkOf({ iccs: "0199" })), [["crosswalk.unknown-target", "error", 0]]);
  const [alias] = checkCrosswalk(crosswalkOf({ iccs: "0908" }));
  assert.deepEqual([alias?.code, alias?.severity, alias?.hint], ["crosswalk.alias", "warning", "Write 0909."]);
  assert.deepEqual(
    applyCrosswalk(crosswalkOf({ iccs: "0908" }), { code: "A", date: "2020-01-01", columns: {} }).map(
      ({ iccs }) => iccs,
    ),
    ["0909"],
  );
  assert.deepEqual(faults({ ...head, rules: [] }), [["crosswalk.empty", "error", undefined]]);
});

test("the first rule that holds decides, by date and condition; a record without one stays, unmapped", () => {
  const crosswalk = crosswalkOf(
    { when: { domestic: true }, iccs: "0103" },
    { until: "2018-01-01" },
    { from: "2018-01-01", weight: 0.3, iccs: "0102" },
    { from: "2018-01-01", weight: 0.7, iccs: "none" },
    { code: "B", iccs: "none" },
  );
  const classify = (code: string | null, date: string | null, domestic: boolean | null): unknown[] =>
    applyCrosswalk(crosswalk, { code, date, columns: { domestic } }).map((one) => [
      one.iccs,
      one.weight,
      one.rule,
      one.status,
    ]);
  assert.deepEqual(classify("A", "2020-01-01", true), [["0103", 1, "A#1", "mapped"]]);
  assert.deepEqual(classify("A", "2017-12-31", false), [["0101", 1, "A#2", "mapped"]]);
  assert.deepEqual(classify("A", "2018-01-01", null), [
    ["0102", 0.3, "A#3", "split"],
    [undefined, 0.7, "A#3", "split"],
  ]);
  assert.deepEqual(classify("A", null, false), [[undefined, 1, undefined, "unmapped"]]);
  assert.deepEqual(classify("B", null, null), [[undefined, 1, "B#1", "not-a-crime"]]);
  assert.deepEqual(classify("C", "2018-01-01", true), [[undefined, 1, undefined, "unmapped"]]);
  assert.deepEqual(classify(null, "2018-01-01", true), [[undefined, 1, undefined, "unmapped"]]);
  assert.deepEqual(validityCuts(crosswalk), ["2018-01-01"]);
});
