import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { build, createBuildLedger } from "../build/index.ts";
import { checkReferences, folderFiles, loadDefinitions } from "../definitions/index.ts";
import { createSnapshotStore } from "../snapshots/index.ts";
import { createStepStore } from "../steps/index.ts";
import { type Engine, openEngine } from "../store/index.ts";
import { type ObservatoryReader, openReader } from "./index.ts";

const files: Readonly<Record<string, string>> = {
  "observatory.yaml": "observatory: trial\ntitle: Trial\ndescription: A trial.\nareas: { file: areas.csv }\n",
  "areas.csv": "code,parent,level\nC,,country\nR1,C,region\nR2,C,region\n",
  "units.csv": "unit,area,share\nNorth,R1,0.75\nWest,R1,0.25\nSouth,R2,1\n",
  "streams/incidents.yaml": `stream: incidents
title: Incidents
kind: register
publisher: Police
licence: CC0-1.0
locations:
  - file: raw/*.csv
obtain: Ask the police.
format: { kind: csv }
columns:
  id: { required: true }
  name: {}
  area: { areas: true }
  day: { type: date, required: true }
  offence: { required: true }
  sex: { whenEmpty: _U }
confidential: [name]
rules:
  - rule: once
    unique: [id]
facts:
  - facts: monthly
    countUnit: victims
    period: { column: day, frequency: M }
    area: { column: area }
    sex: { column: sex }
    classification: { crosswalk: penal-code, column: offence }
`,
  "crosswalks/penal-code.yaml": `crosswalk: penal-code
version: "2"
title: Penal code
scheme: Penal code
rules:
  - { code: murder, iccs: "0101", until: 2023-01-01, authority: Old law, note: the old one }
  - { code: murder, iccs: "0101", from: 2023-01-01, authority: New law, note: the new one }
  - { code: theft, iccs: "0502", weight: 0.75, basis: assumption, authority: Survey }
  - { code: theft, iccs: "05011", weight: 0.25, basis: assumption, authority: Survey }
  - { code: parking, iccs: none }
`,
  "coverage/returns.yaml": `coverage: returns
title: Returns
appliesTo: [incidents/monthly]
frequency: M
units: { file: units.csv }
ledger:
  complete:
    - { from: 2022-01-01, until: 2024-01-01 }
    - { unit: North, from: 2024-01-01, until: 2025-01-01 }
    - { unit: West, from: 2024-01-01, until: 2024-07-01 }
    - { unit: South, from: 2024-01-01, until: 2024-04-01 }
  source: Annual report
`,
  "indicators/recorded.yaml": `indicator: recorded
title: Recorded
description: What was recorded.
limits: The rest.
measure: count
numerator: { facts: [incidents/monthly] }
frequency: A
breakdowns: [[sex], [iccs]]
iccsLevel: 2
`,
  "raw/a.csv": `id,name,area,day,offence,sex
1,=Anna,R1,2022-03-01,murder,F
2,Bela,R1,2023-03-01,murder,M
3,Cleo,R1,2023-04-01,theft,
4,Dora,R2,2023-05-01,theft,F
5,Emil,R2,2023-02-30,theft,M
`,
  "raw/b.csv": `id,name,area,day,offence,sex
5,Fred,R2,2023-06-01,parking,M
6,Gina,R2,2023-06-02,arson,F
4,Dora,R2,2023-05-01,theft,F
7,Hans,R1,2024-02-01,murder,M
8,Ines,,2023-07-01,murder,F
`,
};

let folder: string;
let engine: Engine;
let reader: ObservatoryReader;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-read-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const state = join(folder, ".justitia");
  const { definitions, problems } = await loadDefinitions(folder, folderFiles(folder));
  assert.ok(definitions !== undefined);
  assert.deepEqual([...problems, ...checkReferences(definitions)], []);
  const snapshots = createSnapshotStore({ directory: join(state, "snapshots") });
  const open = (): Promise<Engine> =>
    openEngine({ memoryLimit: "512MB", threads: 1, temporaryDirectory: join(state, "temporary") });
  const { manifest, complete } = await build({
    ...{
      definitions,
      texts: {},
      snapshots,
      steps: createStepStore(join(state, "steps")),
      builds: createBuildLedger(state),
    },
    ...{
      openEngine: open,
      listen: () => undefined,
      now: () => new Date("2025-01-01"),
      elapsed: () => 0,
      program: "0.0.0",
    },
  });
  assert.equal(complete, true);
  engine = await open();
  reader = openReader({ manifest, definitions, engine, steps: join(state, "steps"), snapshots });
});
after(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

test("the figures of a build are read by area, grouping and time", async () => {
  const country = await reader.observations("recorded", { grouping: "", area: "C" });
  assert.deepEqual(
    country.map(({ period, value, status }) => [period, value, status]),
    [
      ["2022-01-01", 1, "normal"],
      ["2023-01-01", 5, "normal"],
      ["2024-01-01", 1, "partial"],
    ],
  );
  const bySex = await reader.observations("recorded", {
    grouping: "sex",
    area: "C",
    from: "2023-01-01",
    until: "2023-12-31",
  });
  assert.deepEqual(
    bySex.map(({ dimensions, value }) => [dimensions.sex, dimensions.iccs, value]),
    [
      ["F", "_T", 3],
      ["M", "_T", 1],
      ["_U", "_T", 1],
    ],
  );
  assert.deepEqual(await reader.choices("recorded"), {
    areas: ["C", "R1", "R2", "_U"],
    groupings: ["", "iccs", "sex"],
  });
  assert.deepEqual(await reader.observations("absent", {}), []);
});

test("what is shown first is the latest figure of a whole year", async () => {
  const latest = await reader.latest("recorded");
  assert.deepEqual([latest?.area, latest?.period, latest?.value], ["C", "2023-01-01", 5]);
  const places = await reader.places("recorded");
  assert.deepEqual(
    places.map(({ area, period, value }) => [area, period, value]),
    [
      ["R1", "2023-01-01", 2],
      ["R2", "2023-01-01", 2],
    ],
  );
});

test("the ledger of reporting is told by year and by unit", async () => {
  const [report] = await reader.coverageReports();
  assert.ok(report !== undefined);
  const share = (area: string): [string, number][] =>
    report.shares.filter((one) => one.area === area).map(({ period, share: value }) => [period, value]);
  assert.deepEqual(share("R1"), [
    ["2022-01-01", 1],
    ["2023-01-01", 1],
    ["2024-01-01", 0.75 + 0.125],
  ]);
  assert.deepEqual(share("R2").at(-1), ["2024-01-01", 0.25]);
  const south = report.units.find(({ unit }) => unit === "South");
  assert.deepEqual(
    [south?.periods, south?.reported, south?.missing.length, south?.missing[0]],
    [36, 27, 9, "2024-04-01"],
  );
  assert.deepEqual(report.units[0]?.unit, "South", "who lacks most comes first");
});

test("the report of a crosswalk says what share of the records reached each level, and what no rule maps", async () => {
  const [report] = await reader.crosswalkReports();
  assert.ok(report !== undefined);
  assert.equal(report.crosswalk, "penal-code");
  const [, year] = report.coverage;
  // Of 6 records of 2023: two murders (2 0101), two thefts (1.5 at level 2, 0.5 at level 3), one no crime, one unmapped.
  assert.deepEqual([year?.period, year?.records], ["2023-01-01", 6]);
  const near = (found: readonly number[] | undefined, expected: readonly number[]): void =>
    expected.forEach((value, index) =>
      assert.ok(Math.abs((found?.[index] ?? -1) - value) < 1e-12, `${found} is not ${expected}`),
    );
  near(year?.reached, [4 / 6, 4 / 6, 0.5 / 6, 0]);
  near([year?.split ?? -1, year?.notACrime ?? -1, year?.unmapped ?? -1], [2 / 6, 1 / 6, 1 / 6]);
  near(year?.codesReached, [2 / 4, 2 / 4, 1 / 4, 0]);
  assert.deepEqual([year?.codes, year?.codesUnmapped], [4, 1 / 4]);
  assert.deepEqual(report.unmapped, [{ code: "arson", records: 1, share: 1 / 8 }]);
});

test("rows that were put apart are listed with their reasons, and nothing confidential is", async () => {
  const rows = await reader.quarantine("incidents", 10, 0);
  assert.deepEqual(
    rows.map(({ part, row, rule, found }) => [part, row, rule, found]),
    [
      [0, 5, "day.type", "2023-02-30"],
      [1, 3, "once", null],
    ],
  );
  assert.doesNotMatch(JSON.stringify(rows), /Emil|Dora/);
  assert.match(rows[0]?.delivered ?? "", /2023-02-30/);
  assert.deepEqual(await reader.quarantine("incidents", 1, 1), rows.slice(1));
  assert.deepEqual(await reader.quarantine("absent", 10, 0), []);
});

test("a figure is followed back to its facts, rules, rows and bytes", async () => {
  const line = await reader.lineBack("recorded", { grouping: "", area: "C", from: "2023-01-01", until: "2023-12-31" });
  assert.ok(line !== undefined);
  assert.equal(line.sets.length, 1);
  const [set] = line.sets;
  assert.deepEqual([set?.role, set?.stream, set?.crosswalk?.version], ["numerator", "incidents", "2"]);
  const sum = (set?.rows ?? []).reduce((total, { value }) => total + (value ?? 0), 0);
  assert.equal(sum, line.observation.value, "the facts add up to the figure");
  assert.equal(set?.allRows, set?.rows.length);
  assert.deepEqual(
    set?.rules.map(({ nationalCode, iccs, weight, records, part, row, authority }) => [
      nationalCode,
      iccs,
      weight,
      records,
      part,
      row,
      authority,
    ]),
    [
      ["murder", "0101", 1, 2, "a.csv", 2, "New law"],
      ["theft", "05011", 0.25, 2, "a.csv", 3, "Survey"],
      ["theft", "0502", 0.75, 2, "a.csv", 3, "Survey"],
      ["arson", null, 1, 1, "b.csv", 2, null],
    ],
  );
  const byRules = (set?.rules ?? []).reduce((total, { records, weight }) => total + records * weight, 0);
  assert.equal(byRules, line.observation.value, "and so do the records by their rules");
  assert.deepEqual(
    set?.delivery.parts.map(({ name, sha256 }) => [name, sha256.length]),
    [
      ["a.csv", 64],
      ["b.csv", 64],
    ],
  );
});

test("the line back of a part names the rule that held on its day, and only what is in the part", async () => {
  const old = await reader.lineBack("recorded", {
    grouping: "iccs",
    area: "R1",
    from: "2022-01-01",
    until: "2022-12-31",
    dimensions: { iccs: "0101" },
  });
  assert.deepEqual(
    old?.sets[0]?.rules.map(({ nationalCode, note, row }) => [nationalCode, note, row]),
    [["murder", "the old one", 1]],
  );
  const women = await reader.lineBack("recorded", {
    grouping: "sex",
    area: "R2",
    from: "2023-01-01",
    until: "2023-12-31",
    dimensions: { sex: "F" },
  });
  assert.deepEqual(
    women?.sets[0]?.rules.map(({ nationalCode, records }) => [nationalCode, records]),
    [
      ["arson", 1],
      ["theft", 1],
      ["theft", 1],
    ],
  );
  assert.equal(women?.observation.value, 2);
  assert.equal(await reader.lineBack("recorded", { area: "C" }), undefined, "a line back is of one figure");
});

test("the download holds every figure once, in words that a spreadsheet does not run", async () => {
  let text = "";
  for await (const chunk of reader.csv("recorded")) text += chunk;
  const [header = "", ...lines] = text.trimEnd().split("\r\n");
  assert.equal(header.split(",").slice(0, 7).join(","), "area,level,period,frequency,sex,iccs,value");
  assert.equal(lines.length, (await reader.observations("recorded", {})).length);
  const [total] = lines.filter((line) => line.startsWith("C,country,2023,A,_T,_T,"));
  assert.equal(total?.split(",")[6], "5");
  assert.equal(new Set(lines).size, lines.length);
});
