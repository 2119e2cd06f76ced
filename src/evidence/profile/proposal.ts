import { Document, isMap, isPair, isScalar, stringify, type YAMLMap } from "yaml";
import { definitionKinds } from "../definitions/index.ts";
import type { ColumnProfile } from "./column.ts";
import type { FileProfile } from "./file-profile.ts";
import { percent, quoted } from "./finding.ts";

/** What the proposal cannot see in the file. */
export interface ProposalSurroundings {
  /** Identifier of the stream. */
  readonly stream: string;
  readonly title: string;
  /** Path of the file as the location writes it, relative to the observatory folder. */
  readonly file: string;
  /** Address of the schema for editors, relative to where the definition will stand. */
  readonly schema?: string | undefined;
}

const unknown = "not known yet";

/** Length up to which the fields of a column stand on one line. */
const widest = 130;

/** Share of different values from which a column of texts may name single persons or cases. */
const naming = 0.9;

/**
 * A first definition of a stream, as YAML that the program's own schema accepts. What a person must settle stands in
 * comments that begin with `decide:`.
 */
export function proposedStream(profile: FileProfile, around: ProposalSurroundings): string {
  const names = recordNames(profile.columns.map(({ from }) => from));
  const nameOf = (from: string): string => names[profile.columns.findIndex((column) => column.from === from)] ?? from;
  const confidential = profile.columns.filter(isConfidential).map(({ from }) => nameOf(from));
  const definition = {
    stream: around.stream,
    title: around.title,
    kind: "open-data",
    publisher: unknown,
    licence: unknown,
    locations: [{ file: literalPath(around.file) }],
    obtain: `${unknown}: say whom to ask for the file, or where it can be fetched.`,
    format: profile.format,
    columns: Object.fromEntries(
      profile.columns.map((column, index) => [names[index] ?? "", columnFields(column, names[index] ?? "", profile)]),
    ),
    ...rulesOf(profile, nameOf),
    ...(confidential.length === 0 ? {} : { confidential }),
  };
  const document = new Document(definition);
  annotate(document, profile, names, around);
  const text = document.toString({ lineWidth: 120, minContentWidth: 40 });
  definitionKinds.stream.schema.parse(document.toJS());
  return text + factsComment(profile, nameOf);
}

type Fields = Readonly<Record<string, unknown>>;

function columnFields(column: ColumnProfile, name: string, profile: FileProfile): Fields {
  const { type, format, decimal, thousands, timezone, values, codes, minimum, maximum, emptyTexts, masked } = column;
  const whole = column.empty === 0 && emptyTexts.length === 0 && profile.rows > 0;
  const entries: [string, unknown][] = [
    ["from", column.from === name ? undefined : column.from],
    ["type", type === "text" ? undefined : type],
    ["required", whole ? true : undefined],
    ["empty", emptyTexts.length === 0 ? undefined : ["", ...emptyTexts]],
    ["format", format],
    ["timezone", timezone],
    ["decimal", decimal],
    ["thousands", thousands],
    ["true", column.true],
    ["false", column.false],
    ["masked", Object.keys(masked).length === 0 ? undefined : masked],
    ["values", values],
    ["whenEmpty", column.role === "sex" && values !== undefined && !whole ? "_U" : undefined],
    ["codes", codes],
    ["minimum", minimum],
    ["maximum", maximum],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function rulesOf(profile: FileProfile, nameOf: (from: string) => string): Fields {
  const { key } = profile;
  if (key === undefined || (key.repeated > 0 && !key.identical)) return {};
  const keep = key.repeated === 0 ? {} : { keep: "identical-first" };
  return { rules: [{ rule: "one-row-each", unique: key.columns.map(nameOf), ...keep }] };
}

function isConfidential(column: ColumnProfile): boolean {
  if (column.role === "person") return true;
  const filled = column.cells - column.empty;
  return column.type === "text" && filled >= 20 && column.distinct >= filled * naming && column.role !== "area";
}

/** Column names of the record: the source's, in lower-case Latin letters, digits and underscores, each once. */
export function recordNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name, index) => {
    const plain = name
      .replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replaceAll("ß", "ss")
      .replaceAll("ø", "o")
      .replaceAll("đ", "d")
      .replaceAll("ł", "l")
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 50);
    const base = plain === "" ? `column_${index + 1}` : /^[0-9]/.test(plain) ? `column_${plain}` : plain;
    let chosen = base;
    for (let number = 2; used.has(chosen); number += 1) chosen = `${base}_${number}`;
    used.add(chosen);
    return chosen;
  });
}

/** A path in which signs of a pattern stand for one sign each, so that the file itself is meant. */
function literalPath(path: string): string {
  return path.replace(/[*[{]/g, "?");
}

function annotate(
  document: Document,
  profile: FileProfile,
  names: readonly string[],
  around: ProposalSurroundings,
): void {
  const root = document.contents;
  if (!isMap(root)) throw new Error("the definition is no map");
  const head = [
    ...(around.schema === undefined ? [] : [` yaml-language-server: $schema=${around.schema}`]),
    ` Proposed by \`justitia profile\` from ${quoted(around.file)}. It is a first draft: settle each "decide" and take it out.`,
  ];
  document.commentBefore = head.join("\n");
  before(root, "kind", ["decide: register, questionnaire, survey, open-data or simulation"]);
  before(root, "publisher", ["decide: who publishes it, and under which terms"]);
  before(root, "locations", ["decide: relative to the observatory folder; add the public address, if there is one"]);
  before(root, "format", profile.findings.map(line));
  if (profile.key !== undefined && profile.key.repeated > 0)
    before(root, "rules", ["decide: what becomes of rows that repeat the key"]);
  before(root, "confidential", [
    "decide: nearly every row has its own value in these columns, or their names suggest persons; they are never shown",
  ]);
  const columns = root.get("columns");
  if (!isMap(columns)) return;
  for (const [index, column] of profile.columns.entries()) {
    const name = names[index] ?? "";
    const node = columns.get(name);
    if (isMap(node)) node.flow = JSON.stringify(node.toJSON()).length < widest;
    before(columns, name, columnLines(column));
  }
}

function line(finding: {
  readonly kind: string;
  readonly column?: string | undefined;
  readonly message: string;
}): string {
  const about = finding.column === undefined ? "" : `${quoted(finding.column)}: `;
  return finding.kind === "seen" ? about + finding.message : `${finding.kind}: ${about}${finding.message}`;
}

function columnLines(column: ColumnProfile): string[] {
  const { cells, empty, distinct, range, role } = column;
  const parts = [
    empty === 0 ? `${cells} cells, none empty` : `${cells} cells, ${empty} empty (${percent(empty, cells)})`,
    `${distinct} different`,
    ...(range === undefined || role === "person" ? [] : [`from ${range[0]} to ${range[1]}`]),
  ];
  const lines = [`${parts.join(", ")}.`, ...column.findings.map(({ kind, message }) => line({ kind, message }))];
  if (role === "area" && column.type === "text")
    lines.push(
      "decide: add `areas: true` when areas.csv has these codes, or `values` or `lookup` to turn names into codes.",
    );
  if (role === "offence" && column.values === undefined)
    lines.push("decide: a crosswalk to the ICCS (`justitia crosswalk suggest` proposes one).");
  if (role === "age" && column.type === "integer")
    lines.push("decide: `bands`, such as { Y0T17: [0, 17], Y_GE18: [18, null] }.");
  if (column.type === "date" || column.type === "datetime")
    lines.push("decide: `minimum` and `maximum`, the first and last day that are believed.");
  return lines;
}

function before(map: YAMLMap, name: string, lines: readonly string[]): void {
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === name);
  if (pair === undefined || !isScalar(pair.key) || lines.length === 0) return;
  pair.key.commentBefore = lines.map((text) => ` ${text.replace(/[\r\n]+/g, " ")}`).join("\n");
}

/** A set of facts as it could stand, in comments: what one row counts is nothing that a file says. */
function factsComment(profile: FileProfile, nameOf: (from: string) => string): string {
  const facts = proposedFacts(profile, nameOf);
  if (facts === undefined) return "# decide: `facts` need a column with dates or years, and none was found.\n";
  const text = stringify({ facts: [facts] }, { lineWidth: 100 })
    .split("\n")
    .filter((each) => each !== "")
    .map((each) => `# ${each}\n`)
    .join("");
  return `# decide: what one row counts, by which column of dates, where, and of which offences. For example:\n${text}`;
}

/** The facts that the likely roles of the columns suggest; undefined without a column of dates. */
function proposedFacts(profile: FileProfile, nameOf: (from: string) => string): Fields | undefined {
  const of = (role: ColumnProfile["role"]): ColumnProfile | undefined =>
    profile.columns.find((column) => column.role === role);
  const dates = profile.columns.filter(({ role }) => role === "date");
  const dated = dates.find(({ from }) => !/updat|regist|receiv|recib|erfasst|load|creat|modif/i.test(from)) ?? dates[0];
  if (dated === undefined) return undefined;
  const frequency = dated.type === "year" ? "A" : "M";
  const count = profile.columns.find(({ role, type }) => role === "count" && (type === "integer" || type === "number"));
  const area = of("area");
  const offence = of("offence");
  const sex = of("sex");
  const age = of("age");
  return {
    facts: frequency === "A" ? "annual" : "monthly",
    countUnit: "incidents",
    ...(count === undefined ? {} : { count: { column: nameOf(count.from) } }),
    period: { column: nameOf(dated.from), frequency },
    area: area === undefined ? { constant: "XX" } : { column: nameOf(area.from) },
    classification: offence === undefined ? "none" : { crosswalk: "national-iccs", column: nameOf(offence.from) },
    ...(sex?.values === undefined ? {} : { sex: { column: nameOf(sex.from) } }),
    ...(age?.values === undefined ? {} : { age: { column: nameOf(age.from) } }),
  };
}
