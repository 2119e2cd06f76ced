import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReferences, type DefinitionProblem, formatProblem, loadDefinitions } from "./index.ts";

const observatory: Readonly<Record<string, string>> = {
  "observatory.yaml": `observatory: trial
title: Trial
description: A small observatory for trials.
areas: { file: areas.csv }
`,
  "areas.csv": "code,parent,level,title_en\nC,,country,Country\nR1,C,region,North\nR2,C,region,South\n",
  "streams/incidents.yaml": `stream: incidents
title: Incidents
kind: register
publisher: Police
licence: CC0-1.0
locations:
  - file: raw/incidents.csv
obtain: Ask the police for the file.
format: { kind: csv }
columns:
  id: { required: true }
  area: { areas: true }
  day: { type: date, minimum: 1990-01-01 }
  registered: { type: date }
  offence: {}
  weapon: { lookup: { file: weapons.csv, key: code, value: weapon } }
  victims:
    type: integer
    minimum: 0
  damage: { type: number }
rules:
  - rule: in-order
    compare: [registered, ">=", day]
facts:
  - facts: monthly
    countUnit: victims
    count: { column: victims }
    period: { column: day, frequency: M }
    area: { column: area }
    classification: { crosswalk: penal-code, column: offence }
  - facts: held
    countUnit: persons-held
    stock: true
    period: { column: day, frequency: M }
    area: { column: area }
    classification: none
  - facts: persons
    countUnit: persons
    period: { column: day, frequency: A }
    area: { column: area }
    classification: none
`,
  "weapons.csv": "code,weapon\nK,knife\nG,gun\n",
  "crosswalks/penal-code.yaml": `crosswalk: penal-code
version: "1"
title: Penal code
scheme: Penal code
rules: { file: penal-code.csv }
`,
  "crosswalks/penal-code.csv":
    "code,title,iccs,weight,from,until,basis\nmurder,Murder,0101,,,,exact\ntheft,Theft,0502,,,,exact\n",
  "coverage/returns.yaml": `coverage: returns
title: Returns
appliesTo: [incidents/monthly]
frequency: M
units: { file: units.csv }
ledger:
  complete:
    - from: 2020-01-01
      until: 2021-01-01
  source: Annual report
`,
  "units.csv": "unit,area,share\nNorth,R1,0.6\nSouth,R1,0.4\nHarbour,R2,1\n",
  "populations/census.yaml": `population: census
title: Census
facts: incidents/persons
reference: mid-year
interpolation: none
`,
  "events/lockdown.yaml": `event: lockdown
title: Lockdown
kind: lockdown
from: 2020-03-20
until: 2020-05-01
`,
  "indicators/homicide.yaml": `indicator: homicide
title: Homicide
description: Victims of intentional homicide.
limits: Recorded ones only.
measure: rate
numerator:
  facts: [incidents/monthly]
  iccs: ["0101"]
denominator: { population: census }
frequency: A
breakdowns: [[iccs]]
`,
};

/** Loads the observatory with files changed (`null`: taken away) and gives everything that is wrong. */
async function faults(changes: Readonly<Record<string, string | null>>): Promise<readonly DefinitionProblem[]> {
  const files = new Map(Object.entries<string | null>({ ...observatory, ...changes }));
  const { definitions, problems } = await loadDefinitions("trial", {
    async list(folder) {
      const inside = [...files].filter(([path, text]) => text !== null && path.startsWith(`${folder}/`));
      return inside.map(([path]) => path.slice(folder.length + 1)).sort();
    },
    async read(path) {
      return files.get(path) ?? undefined;
    },
  });
  return definitions === undefined ? problems : [...problems, ...checkReferences(definitions)];
}

/** A file of the observatory with one text put in the place of another. */
function changed(file: string, from: string, to: string): Record<string, string> {
  const text = observatory[file] ?? "";
  assert.ok(text.includes(from), `${file} holds no ${from}`);
  return { [file]: text.replace(from, to) };
}

/** Line and column of a text within a file, from 1. */
function placeOf(text: string, needle: string): string {
  const before = text.slice(0, text.indexOf(needle));
  assert.ok(text.includes(needle), `there is no ${needle}`);
  return `${before.split("\n").length}:${before.length - before.lastIndexOf("\n")}`;
}

interface Expected {
  readonly code: string;
  /** Text that stands at the place of the fault; the beginning of the file when absent. */
  readonly at?: string;
  readonly field?: string;
  readonly found?: string;
  readonly expected: RegExp;
  readonly hint: RegExp;
}

async function oneFault(changes: Readonly<Record<string, string>>, expected: Expected, file?: string): Promise<void> {
  const all = await faults(changes);
  const [changedFile = "", text = ""] = Object.entries(changes)[0] ?? [];
  const problem = all.find(({ code, field }) => code === expected.code && (expected.field ?? field) === field);
  assert.ok(problem !== undefined, all.map(formatProblem).join("\n") || "no fault was found");
  assert.equal(problem.file, file ?? changedFile);
  const place = expected.at === undefined ? "1:1" : placeOf(text, expected.at);
  assert.equal(`${problem.line}:${problem.column}`, place, formatProblem(problem));
  if (expected.found !== undefined) assert.equal(problem.found, expected.found);
  assert.match(problem.expected, expected.expected);
  assert.match(problem.hint, expected.hint);
  const [first] = formatProblem(problem).split("\n");
  assert.ok(first?.startsWith(`${problem.severity}: ${problem.file}:${place}`), first);
}

const stream = "streams/incidents.yaml";
const indicator = "indicators/homicide.yaml";

test("a sound observatory has no fault", async () => {
  assert.deepEqual(await faults({}), []);
});

test("a field that no definition knows is told with its place and the nearest that is known", async () => {
  await oneFault(changed(stream, "publisher:", "publicher:"), {
    code: "definition.unknown-field",
    at: "publicher",
    field: "publicher",
    found: "publicher",
    expected: /publisher/,
    hint: /Did you mean "publisher"\?/,
  });
  await oneFault(changed(stream, "{ required: true }", "{ requird: true }"), {
    code: "definition.unknown-field",
    at: "requird",
    field: "columns.id.requird",
    expected: /required, /,
    hint: /Did you mean "required"\?/,
  });
  await oneFault(
    changed(
      stream,
      "area: { column: area }\n    classification: none",
      "area: { colum: area }\n    classification: none",
    ),
    {
      code: "definition.unknown-field",
      at: "colum: area",
      field: "facts.1.area.colum",
      expected: /column/,
      hint: /Did you mean "column"\?/,
    },
  );
});

test("a field that is missing is told where it should stand", async () => {
  await oneFault(changed(stream, "licence: CC0-1.0\n", ""), {
    code: "definition.missing-field",
    at: "stream: incidents",
    field: "licence",
    found: "nothing",
    expected: /string/,
    hint: /Add it/,
  });
});

test("a value of another type, or none of those allowed, is told with what is expected", async () => {
  await oneFault(changed(stream, "{ required: true }", "{ required: yes }"), {
    code: "definition.invalid-value",
    at: "required: yes",
    field: "columns.id.required",
    found: '"yes"',
    expected: /boolean/,
    hint: /Change it/,
  });
  await oneFault(changed(stream, "countUnit: victims", "countUnit: victim"), {
    code: "definition.invalid-value",
    at: "countUnit: victim\n",
    found: '"victim"',
    expected: /one of offences, incidents, victims/,
    hint: /Did you mean "victims"\?/,
  });
  await oneFault(changed("events/lockdown.yaml", "2020-05-01", "2020-02-30"), {
    code: "definition.invalid-value",
    at: "until",
    expected: /date/i,
    hint: /Change it/,
  });
});

test("what is no YAML is told with its line: a wrong indent, a tab, a key that stands twice", async () => {
  const yaml = { code: "definition.yaml", expected: /indented with spaces/, hint: /Compare the indentation/ };
  for (const [from, to, line] of [
    ["  area: { areas: true }", "   area: { areas: true }", 12],
    ["title: Incidents", "title: Incidents\n\tdescription: x", 3],
    ["publisher: Police", "publisher: Police\npublisher: Court", 5],
  ] as const) {
    const [problem] = await faults(changed(stream, from, to));
    assert.deepEqual([problem?.code, problem?.file], [yaml.code, stream]);
    assert.ok(problem !== undefined && Math.abs(problem.line - line) <= 1, `line ${problem?.line}, not ${line}`);
    assert.match(problem.expected, yaml.expected);
    assert.match(problem.hint, yaml.hint);
  }
  const [empty] = await faults({ [stream]: "# nothing\n" });
  assert.equal(empty?.code, "definition.empty");
});

test("areas are a tree: no circle, no absent parent, no code twice, none without code or level", async () => {
  const areas = async (rows: string): Promise<unknown[]> =>
    (await faults({ "areas.csv": `code,parent,level\n${rows}` }))
      .filter(({ code }) => code === "areas.invalid")
      .map(({ line, field, found, hint }) => [line, field, found, hint]);
  const circle = await areas("C,R1,country\nR1,R2,region\nR2,C,region\n");
  assert.deepEqual(circle[0], [2, "parent", "C → R1 → R2 → C", "Mend a parent."]);
  assert.deepEqual(await areas("C,,country\nR1,c1,region\nR2,C,region\n"), [[3, "parent", "c1", 'Did you mean "C"?']]);
  assert.deepEqual(
    (await areas("C,,country\nR1,D,region\nR2,C,region\nR2,C,region\n,C,region\nR3,C,\n")).map((problem) =>
      Array.isArray(problem) ? problem.slice(0, 3) : [],
    ),
    [
      [5, "code", "R2"],
      [6, "code", ""],
      [7, "level", ""],
      [3, "parent", "D"],
    ],
  );
});

test("what a definition names must be there; the nearest that is there is named", async () => {
  const reference = { code: "definition.reference" };
  await oneFault(changed(stream, "crosswalk: penal-code", "crosswalk: penal-cod"), {
    ...reference,
    at: "crosswalk: penal-cod,",
    field: "facts.0.classification.crosswalk",
    expected: /one of penal-code/,
    hint: /Did you mean "penal-code"\?/,
  });
  await oneFault(changed(stream, "count: { column: victims }", "count: { column: victim }"), {
    ...reference,
    at: "column: victim }",
    field: "facts.0.count.column",
    expected: /one of id, area/,
    hint: /Did you mean "victims"\?/,
  });
  await oneFault(changed(indicator, "population: census", "population: cencus"), {
    ...reference,
    at: "population: cencus",
    expected: /one of census/,
    hint: /Did you mean "census"\?/,
  });
  await oneFault(changed(indicator, "[incidents/monthly]", "[incidents/montly]"), {
    ...reference,
    at: "incidents/montly",
    expected: /incidents\/monthly/,
    hint: /Did you mean "incidents\/monthly"\?/,
  });
  await oneFault(changed(indicator, "[[iccs]]", "[[iccs, weapn]]"), {
    ...reference,
    at: "weapn",
    field: "breakdowns.0.1",
    expected: /one of sex, age, iccs, area/,
    hint: /./,
  });
  await oneFault(changed("observatory.yaml", "areas.csv", "area.csv"), {
    code: "definition.no-file",
    at: "file: area.csv",
    expected: /a file of the observatory folder/,
    hint: /./,
  });
});

test("a code that the ICCS does not have is refused, in an indicator and in a crosswalk, with its line", async () => {
  await oneFault(changed(indicator, '"0101"', '"0199"'), {
    code: "definition.reference",
    at: '"0199"',
    found: "0199",
    expected: /ICCS code/,
    hint: /./,
  });
  const [problem] = await faults(changed("crosswalks/penal-code.csv", "0502", "0599"));
  assert.deepEqual(
    [problem?.code, problem?.file, problem?.line, problem?.found],
    ["crosswalk.unknown-target", "crosswalks/penal-code.csv", 3, "0599"],
  );
});

test("the shares of an area's units add up to 1, and each is a share of an area that there is", async () => {
  const units = async (rows: string): Promise<unknown[]> =>
    (await faults({ "units.csv": `unit,area,share\n${rows}` })).map(({ file, line, found, hint }) => [
      file,
      line,
      found,
      hint,
    ]);
  assert.deepEqual(await units("North,R1,0.6\nSouth,R1,0.3\nHarbour,R2,1\n"), [
    ["coverage/returns.yaml", 5, "0.8999999999999999", "Mend units.csv."],
  ]);
  assert.deepEqual(await units("A,R1,0.1\nB,R1,0.2\nD,R1,0.7\n"), [], "decimals that add up but for the last bit");
  assert.deepEqual(await units("North,R1,1\nSouth,R3,1\nHarbour,R2,\n"), [
    ["units.csv", 3, "R3", 'Did you mean "R1"?'],
    ["units.csv", 4, "", "Mend it."],
  ]);
  assert.deepEqual(await units("North,R1,1.5\n"), [["units.csv", 2, "1.5", "Mend it."]]);
});

test("counts of different units, and what is counted on a day over time, are never added", async () => {
  const told = async (changes: Record<string, string>): Promise<string[]> =>
    (await faults(changes))
      .filter(({ severity }) => severity === "error")
      .map(({ field, message, found, expected }) => `${field}: ${message} ${found}/${expected}`);
  assert.deepEqual(await told(changed(indicator, "[incidents/monthly]", "[incidents/monthly, incidents/persons]")), [
    "numerator.facts.1: Counts of different units are never added. persons/victims",
  ]);
  assert.deepEqual(await told(changed(indicator, "[incidents/monthly]", "[incidents/held]")), [
    "frequency: What is counted on a day is never added over time. A/M",
  ]);
  assert.deepEqual(await told(changed(indicator, "frequency: A", "frequency: D")), [
    "frequency: Periods of frequency M do not add up to D. D/M",
    "frequency: The coverage returns is kept by M and cannot say who reported a period of D. D/M",
  ]);
  const share = `indicator: homicide
title: Homicide
description: A share.
limits: None.
measure: share
numerator: { facts: [incidents/monthly] }
denominator: { facts: [incidents/persons] }
frequency: A
`;
  assert.deepEqual(await told({ [indicator]: share }), [
    "denominator: A share is a part of the same thing: the count units differ. persons/victims",
  ]);
});

test("an indicator that adds up months of which nobody knows who reported them is warned of", async () => {
  const { "coverage/returns.yaml": ledger = "" } = observatory;
  const [warning, ...others] = await faults({ "coverage/returns.yaml": null });
  assert.deepEqual(others, []);
  assert.deepEqual(
    [warning?.code, warning?.severity, warning?.file, warning?.field],
    ["coverage.unknown", "warning", indicator, "frequency"],
  );
  assert.match(warning?.found ?? "", /facts of M, added up to A/);
  const observed = ledger.replace(/ledger:(.|\n)*/, "ledger: { observed: {} }\n");
  assert.deepEqual(await faults({ "coverage/returns.yaml": observed }), []);
  assert.deepEqual(
    await faults({ "coverage/returns.yaml": null, ...changed(indicator, "frequency: A", "frequency: M") }),
    [],
  );
});

test("a column that could only be read wrongly, or not at all, is refused before anything is read", async () => {
  const column = async (from: string, to: string): Promise<string[]> =>
    (await faults(changed(stream, from, to))).map(({ field, message }) => `${field}: ${message}`);
  const damage = (to: string): Promise<string[]> => column("damage: { type: number }", `damage: ${to}`);
  assert.deepEqual(await damage('{ type: number, thousands: "." }'), [
    "columns.damage.thousands: One sign cannot part thousands and fractions.",
  ]);
  assert.deepEqual(await damage('{ type: number, thousands: ".", decimal: "," }'), []);
  assert.deepEqual(await damage('{ type: integer, thousands: "." }'), []);
  assert.deepEqual(await damage("{ type: number, minimum: 2020-01-01 }"), [
    "columns.damage.minimum: A column of type number has no such bound.",
  ]);
  assert.deepEqual(await damage("{ maximum: 5 }"), [
    "columns.damage.maximum: A column of type text has no such bound.",
  ]);
  assert.deepEqual(await damage("{ bands: { low: [0, 5] } }"), ["columns.damage.bands: Only numbers fall into bands."]);
  assert.deepEqual(await damage("{ type: integer, bands: { low: [0, 5] }, values: { a: b } }"), [
    "columns.damage.bands: A column is recoded in one way only.",
  ]);
  assert.deepEqual(await damage("{ type: integer, whenEmpty: _U }"), [
    "columns.damage.whenEmpty: A column of type integer cannot hold this.",
  ]);
  assert.deepEqual(await damage('{ type: integer, whenEmpty: "0" }'), []);
  assert.deepEqual(await damage("{ type: integer, bands: { low: [0, 5] }, whenEmpty: _U }"), []);
  assert.deepEqual(await damage('{ pattern: "[A-Z" }'), ["columns.damage.pattern: This is no regular expression."]);
  assert.deepEqual(await damage('{ pattern: "(?!x)y" }'), [
    "columns.damage.pattern: RE2 knows no look-around and no back-references.",
  ]);
  assert.deepEqual(await damage("{ type: datetime, timezone: America/Mexico }"), [
    "columns.damage.timezone: This time zone is not known.",
  ]);
  assert.deepEqual(await column('[registered, ">=", day]', '[victims, ">=", day]'), [
    "rules.0.compare: victims and day cannot be compared.",
  ]);
  const twice = await faults({ "weapons.csv": "code,weapon\nK,knife\nK,gun\nG,gun\nG,gun\n" });
  assert.deepEqual(
    twice.map(({ field, found }) => [field, found]),
    [["columns.weapon.lookup.file", "knife in line 2, gun in line 3"]],
  );
});

test("dates that end before they begin, and periods finer than the dates, are refused", async () => {
  const told = async (changes: Record<string, string>): Promise<string[]> =>
    (await faults(changes)).map(({ field }) => field);
  assert.deepEqual(await told(changed("events/lockdown.yaml", "2020-05-01", "2020-03-20")), ["until"]);
  assert.deepEqual(await told(changed("coverage/returns.yaml", "2021-01-01", "2020-01-01")), [
    "ledger.complete.0.until",
  ]);
  assert.deepEqual(await told(changed(stream, "day: { type: date, minimum: 1990-01-01 }", "day: { type: year }")), [
    "facts.0.period.frequency",
    "facts.1.period.frequency",
  ]);
});

test("a file is called as what it defines, and each identifier is defined once", async () => {
  const renamed = await faults({ "events/other.yaml": observatory["events/lockdown.yaml"] ?? "" });
  assert.deepEqual(
    renamed.map(({ code, file, hint }) => [code, file, hint]),
    [["definition.repeated", "events/other.yaml", "The other one is in events/lockdown.yaml."]],
  );
  const [warning] = await faults({
    "events/lockdown.yaml": null,
    "events/other.yaml": observatory["events/lockdown.yaml"] ?? "",
  });
  assert.deepEqual(
    [warning?.code, warning?.severity, warning?.expected],
    ["definition.file-name", "warning", "lockdown.yaml"],
  );
  const [none] = await faults({ "observatory.yaml": null });
  assert.equal(none?.code, "definition.no-observatory");
});
