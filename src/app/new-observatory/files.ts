import { stringify } from "yaml";
import { type DefinitionKind, definitionJsonSchema, definitionKinds } from "../../evidence/index.ts";
import { sampleResidents, sampleVictims } from "./sample-records.ts";

/** The identifier that a folder's name gives: lower-case letters, digits and hyphens; `observatory` when it has none of them. */
export function observatoryIdentifier(folderName: string): string {
  const plain = folderName.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const identifier = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return identifier === "" ? "observatory" : identifier;
}

/**
 * The files of a new observatory, by their path in the folder. It checks and builds as it is: a sample stream of victims, a
 * crosswalk, a ledger of coverage, a population and one indicator, each with comments that say what to change.
 */
export function newObservatoryFiles(identifier: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ["observatory.yaml", observatoryYaml(identifier)],
    ["areas.csv", areas],
    ["streams/victims.yaml", victimsYaml],
    ["streams/residents.yaml", residentsYaml],
    ["data/sample-victims.csv", sampleVictims],
    ["data/sample-residents.csv", sampleResidents],
    ["crosswalks/national-iccs.yaml", crosswalkYaml],
    ["crosswalks/national-iccs.csv", crosswalkTable],
    ["populations/residents.yaml", populationYaml],
    ["coverage/returns.yaml", coverageYaml],
    ["indicators/intentional-homicide.yaml", indicatorYaml],
    [".gitignore", "# What the program makes: snapshots, steps, results.\n.justitia/\n"],
  ]);
  for (const [name, text] of schemaFiles()) files.set(`.schemas/${name}`, text);
  return files;
}

/** The JSON Schemas of all kinds of definition, by file name. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(definitionKinds)
      .filter((kind): kind is DefinitionKind => Object.hasOwn(definitionKinds, kind))
      .map((kind) => [`${kind}.schema.json`, `${JSON.stringify(definitionJsonSchema(kind), null, 2)}\n`]),
  );
}

/** Editors with a YAML language server read this line: they complete fields and underline faults. */
function schemaLine(kind: DefinitionKind): string {
  const up = definitionKinds[kind].folder === "." ? "" : "../";
  return `# yaml-language-server: $schema=${up}.schemas/${kind}.schema.json\n`;
}

function observatoryYaml(identifier: string): string {
  return `${schemaLine("observatory")}# What this folder is. The sample data are invented: put your own in their place, and take \`simulated\` out.
${stringify({ observatory: identifier }).trim()}
title: Sample observatory # or one text per language: { en: …, es: …, zh: … }
description: Victims in two invented regions, to show how an observatory is made.
languages: [en]
# publisher: Who answers for what is published here.
# licence: CC-BY-4.0
timezone: UTC # the IANA zone of local dates, such as Europe/Vienna
simulated: true # every page says so
areas:
  file: areas.csv # code, parent, level, title_en …: places, and how they contain each other
  source: Invented
`;
}

const areas = `code,parent,level,title_en
XX,,country,Sample country
N,XX,region,North
S,XX,region,South
`;

const victimsYaml = `${schemaLine("stream")}# A stream: a source that delivers again and again. For a file of your own begin with \`justitia profile <file>\`.
stream: victims
title: Register of victims (sample)
description: One row per victim. These rows are invented.
kind: simulation # register, questionnaire, survey, open-data …
publisher: Justitia
licence: Apache-2.0
locations: # tried in order: a local file first, then a public address
  - file: data/sample-victims.csv
  # - url: https://example.org/victims.csv
obtain: The sample file belongs to the folder; for a source of your own, say here whom to ask.
format: { kind: csv } # compression, encoding, delimiter … are declared, never guessed
columns: # name in the record: where it comes from and what is allowed
  case: { required: true }
  date: { type: date, required: true, minimum: 2023-01-01, maximum: 2024-12-31 }
  offence: { required: true }
  region: { required: true, areas: true } # must be a code of areas.csv
  sex: { values: { female: F, male: M }, whenEmpty: _U }
  age: { type: integer, minimum: 0, maximum: 120 }
rules:
  - rule: one-row-per-victim
    unique: [case]
facts: # records counted into facts
  - facts: monthly
    title: Recorded victims
    countUnit: victims
    period: { column: date, frequency: M }
    area: { column: region }
    classification: { crosswalk: national-iccs, column: offence }
    sex: { column: sex }
confidential: [case] # never shown, not even in the list of quarantined rows
`;

const residentsYaml = `${schemaLine("stream")}# The population register: the rows are counts already, of the middle of each year.
stream: residents
title: Population register (sample)
kind: simulation
publisher: Justitia
licence: Apache-2.0
locations:
  - file: data/sample-residents.csv
obtain: The sample file belongs to the folder; national statistical offices publish their own.
format: { kind: csv }
columns:
  year: { type: year, required: true }
  region: { required: true, areas: true }
  sex: { required: true, codes: [F, M] }
  persons: { type: integer, required: true, minimum: 0 }
rules:
  - rule: one-count-each
    unique: [year, region, sex]
facts:
  - facts: annual
    countUnit: persons
    count: { column: persons }
    stock: true # counted on a day: never added over time
    period: { column: year, frequency: A }
    area: { column: region }
    classification: none # not about offences
    sex: { column: sex }
`;

const crosswalkYaml = `${schemaLine("crosswalk")}# National codes to the ICCS, in the table beside this file. \`justitia crosswalk suggest\` proposes codes for a list of titles.
crosswalk: national-iccs
version: "1.0"
title: Sample code list to the ICCS
description: Code 90 is left out on purpose; \`justitia coverage\` lists it as unmapped.
authority: Invented for the sample
scheme: Sample code list
rules: { file: national-iccs.csv }
`;

const crosswalkTable = `code,title,iccs,weight,from,until,basis,authority,note
11,Murder,0101,,,,exact,,
12,Attempted murder,0102,,,,exact,,
21,Assault,02011,,,,exact,,
31,Robbery,0401,,,,exact,,
`;

const populationYaml = `${schemaLine("population")}# The denominator of rates.
population: residents
title: Residents (sample)
facts: residents/annual
reference: mid-year # the day to which a figure belongs
interpolation: none # or linear, geometric, step: how the days between are found
`;

const coverageYaml = `${schemaLine("coverage")}# Who reported when. Without it nobody knows whether a low figure is few crimes or few reports.
coverage: returns
title: Returns of the regions (sample)
appliesTo: [victims/monthly]
frequency: M
units: { areas: region, weight: residents } # each region reports for itself, weighed by its residents
ledger:
  complete:
    - { from: 2023-01-01, until: 2025-01-01 } # \`until\` is the first day that is not covered
  source: Invented
`;

const indicatorYaml = `${schemaLine("indicator")}# An indicator: a definition over facts. Its page shows the figure, the method, the coverage and the line back.
indicator: intentional-homicide
title: Victims of intentional homicide (sample)
description: People killed on purpose, or by an act meant to injure them seriously, per 100,000 residents, in a year.
limits: The rows are invented. In real data, only deaths that the police recorded are counted.
sdg: 16.1.1
measure: rate
numerator: { facts: [victims/monthly], iccs: ["0101"] } # with everything below this ICCS code
denominator: { population: residents }
per: 100000
frequency: A # months are added up to years
breakdowns: [[sex]]
coverage: { minimum: 0.95, otherwise: mark } # below 95 % of the population a figure is marked as partial
`;
