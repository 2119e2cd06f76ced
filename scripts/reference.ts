// Writes the parts of docs/reference that are made from the program itself. Tests hold them against it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "../src/app/index.ts";
import { type DefinitionKind, definitionJsonSchema, definitionKinds } from "../src/evidence/index.ts";

const reference = fileURLToPath(new URL("../docs/reference/", import.meta.url));

/** What the program prints for a command line, such as `["build", "--help"]`. */
async function helpOf(argv: readonly string[]): Promise<string> {
  let out = "";
  const write = (text: string): void => {
    out += text;
  };
  // The program wraps its help at the width of the terminal, where there is one.
  Object.defineProperty(process.stdout, "columns", { value: 80, configurable: true });
  const terminal = { out: write, err: write, interactive: false };
  const code = await main(argv, { terminal, environment: {}, signal: new AbortController().signal });
  if (code !== 0) throw new Error(`justitia ${argv.join(" ")} ended with ${code}`);
  return `${out.trimEnd()}\n`;
}

/** The commands that the help lists; one that has commands of its own is given as those, such as `crosswalk suggest`. */
export async function commandNames(within: readonly string[] = []): Promise<string[]> {
  const help = await helpOf([...within, "--help"]);
  const listed = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(help)?.[1] ?? "";
  const names = listed.split("\n").flatMap((line) => /^ {2}([a-z][a-z-]*)/.exec(line)?.[1] ?? []);
  const known = names.filter((name) => name !== "help");
  if (known.length === 0) return [within.join(" ")];
  const found: string[] = [];
  for (const name of known) found.push(...(await commandNames([...within, name])));
  return found;
}

/** The page of commands with every block that is marked `help=<command>` filled with what the program prints. */
export async function withHelp(page: string): Promise<string> {
  let filled = page;
  for (const [block, command = ""] of page.matchAll(/```text help=([^\n]*)\n[\s\S]*?```/g)) {
    const argv = command === "justitia" ? [] : command.split("+");
    const help = await helpOf([...argv, "--help"]);
    filled = filled.replace(block, () => `\`\`\`text help=${command}\n${help}\`\`\``);
  }
  return filled;
}

/** The page with a section at its end for each command that has none yet; somebody writes its sentences. */
async function withEveryCommand(page: string): Promise<string> {
  const names = await commandNames();
  const missing = names.filter((name) => !page.includes(`\n## ${name}\n`));
  return (
    page + missing.map((name) => `\n## ${name}\n\n\`\`\`text help=${name.replaceAll(" ", "+")}\n\`\`\`\n`).join("")
  );
}

export const kinds: readonly DefinitionKind[] = [
  "observatory",
  "stream",
  "crosswalk",
  "coverage",
  "population",
  "event",
  "indicator",
] satisfies readonly (keyof typeof definitionKinds)[];

/** The published JSON Schema of a kind of definition, as its file holds it. */
export function schemaFile(kind: DefinitionKind): string {
  return `${JSON.stringify(definitionJsonSchema(kind), null, 2)}\n`;
}

function member(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
}

function textMember(node: unknown, key: string): string {
  const value = member(node, key);
  return typeof value === "string" ? value : "";
}

function forms(node: unknown): unknown[] {
  const alternatives = member(node, "anyOf") ?? member(node, "oneOf");
  return Array.isArray(alternatives) ? alternatives : [];
}

/** A text is a string or one string for each language. */
function isText(node: unknown): boolean {
  return forms(node).some((form) => textMember(member(form, "propertyNames"), "description").startsWith("Language"));
}

/** Conditions are a map from columns to tests, one of which compares two columns. */
function areConditions(node: unknown): boolean {
  const tests = forms(member(node, "additionalProperties"));
  return tests.some((test) => member(member(test, "properties"), "sameAs") !== undefined);
}

/** What has a page or a line of its own, and is not taken apart where it is used. */
function isWhole(node: unknown): boolean {
  return isText(node) || areConditions(node);
}

function hasFields(node: unknown): boolean {
  if (isWhole(node)) return false;
  return (
    member(node, "properties") !== undefined ||
    hasFieldsBelow(member(node, "items")) ||
    hasFieldsBelow(member(node, "additionalProperties")) ||
    forms(node).some(hasFields)
  );
}

function hasFieldsBelow(node: unknown): boolean {
  return typeof node === "object" && node !== null && hasFields(node);
}

/** What may stand in a field, in words. */
function typeText(node: unknown): string {
  if (isText(node)) return "text";
  if (areConditions(node)) return "conditions";
  const values = member(node, "enum");
  if (Array.isArray(values)) return values.map(codeText).join(", ");
  const only = member(node, "const");
  if (only !== undefined) return codeText(only);
  const options = forms(node);
  if (options.length > 0) return [...new Set(options.map(typeText))].join(" or ");
  const types = member(node, "type");
  if (Array.isArray(types)) return types.map((type) => typeText({ type })).join(" or ");
  const type = textMember(node, "type");
  if (type === "array") {
    const places = member(node, "prefixItems");
    if (Array.isArray(places)) return `[${places.map(typeText).join("; ")}]`;
    return `list of ${typeText(member(node, "items"))}`;
  }
  if (type === "object") {
    const rest = member(node, "additionalProperties");
    return typeof rest === "object" ? `map to ${typeText(rest)}` : "fields below";
  }
  if (textMember(node, "format") === "date") return "date";
  return (
    { string: "string", integer: "whole number", number: "number", boolean: "true or false", null: "null" }[type] ??
    "any"
  );
}

function codeText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const plain = typeof value === "string" && /^[a-zA-Z0-9_.-]+$/.test(value) ? value : text;
  return `\`${plain.replaceAll("|", "\\|")}\``;
}

interface Row {
  readonly field: string;
  readonly type: string;
  readonly needed: string;
  readonly meaning: string;
}

function rowsOf(node: unknown, path: string): Row[] {
  if (isWhole(node)) return [];
  const rows: Row[] = [];
  const properties = member(node, "properties");
  if (typeof properties === "object" && properties !== null) rows.push(...fieldRows(node, properties, path, []));
  const items = member(node, "items");
  if (hasFieldsBelow(items)) rows.push(...rowsOf(items, `${path}[]`));
  const rest = member(node, "additionalProperties");
  if (hasFieldsBelow(rest)) rows.push(...rowsOf(rest, `${path}.<name>`));
  rows.push(...formRows(forms(node), path));
  return rows;
}

/** What a field means; what its type says already is not said again. */
function meaningOf(field: unknown): string {
  const meaning = textMember(field, "description");
  return /^(Text: a plain string|Conditions on columns)/.test(meaning) ? "" : meaning;
}

function fieldRows(node: unknown, properties: object, path: string, leftOut: readonly string[]): Row[] {
  const required = member(node, "required");
  return Object.entries(properties).flatMap(([name, field]) => {
    if (leftOut.includes(name)) return [];
    const place = path === "" ? name : `${path}.${name}`;
    const byDefault = member(field, "default");
    const isRequired = Array.isArray(required) && required.includes(name);
    const needed = byDefault !== undefined ? `default ${codeText(byDefault)}` : isRequired ? "required" : "";
    const meaning = meaningOf(field);
    if (place.endsWith("[].format")) return [{ field: place, type: "as `format`", needed, meaning }];
    return [{ field: place, type: typeText(field), needed, meaning }, ...rowsOf(field, place)];
  });
}

/** The forms that a field can have: what they share first, then what each has of its own. */
function formRows(options: readonly unknown[], path: string): Row[] {
  const withFields = options.filter(hasFields);
  if (withFields.length === 0) return [];
  if (withFields.length === 1) return rowsOf(withFields[0], path);
  const [first] = withFields;
  const all = member(first, "properties");
  const shared = Object.keys(typeof all === "object" && all !== null ? all : {}).filter((name) => {
    const texts = withFields.map((form) => JSON.stringify(member(member(form, "properties"), name)));
    return texts.every((text) => text === texts[0]);
  });
  const rows: Row[] = [];
  if (shared.length > 0 && typeof all === "object" && all !== null) {
    const others = Object.keys(all).filter((name) => !shared.includes(name));
    rows.push(...fieldRows(first, all, path, others));
  }
  withFields.forEach((form, index) => {
    const meaning = textMember(form, "description");
    const field = `${path === "" ? "the file" : path}, form ${index + 1} of ${withFields.length}`;
    rows.push({ field, type: "", needed: "", meaning });
    const properties = member(form, "properties");
    if (typeof properties === "object" && properties !== null) rows.push(...fieldRows(form, properties, path, shared));
    else rows.push(...rowsOf(form, path));
  });
  return rows;
}

function tableRow(row: Row): string {
  const name = row.field.includes(", form ") ? `*${row.field}*` : `\`${row.field}\``;
  const cells = [name, row.type, row.needed, row.meaning.replaceAll("|", "\\|").replaceAll("\n", " ")];
  return `| ${cells.join(" | ")} |`;
}

const examples: Readonly<Record<DefinitionKind, string>> = {
  observatory: "observatory.yaml",
  stream: "streams/incidents.yaml",
  crosswalk: "crosswalks/examplia-iccs.yaml",
  coverage: "coverage/police-returns.yaml",
  population: "populations/residents.yaml",
  event: "events/lockdown.yaml",
  indicator: "indicators/intentional-homicide.yaml",
};

/** The page that lists every field of every kind of definition. */
export function definitionsPage(): string {
  const sections = kinds.map((kind) => {
    const { folder } = definitionKinds[kind];
    const schema = definitionJsonSchema(kind);
    const files = kind === "observatory" ? "The file `observatory.yaml`." : `Files \`${folder}/*.yaml\`.`;
    const example = `[An example](../../observatories/examplia/${examples[kind]}) · [JSON Schema](schemas/${kind}.schema.json)`;
    const table = rowsOf(schema, "").map(tableRow).join("\n");
    return `## ${kind}\n\n${textMember(schema, "description")} ${files} ${example}\n\n| field | value | needed | meaning |\n| --- | --- | --- | --- |\n${table}\n`;
  });
  return `${definitionsHead}\n${sections.join("\n")}`;
}

const definitionsHead = `# Definitions

Every field of every kind of definition file. This page is written by \`scripts/reference.ts\` from the schemas that the
program itself uses; a test holds the two against each other.

- \`name[]\` is an item of a list, \`name.<name>\` an entry of a map whose names you choose.
- *form 1 of 3* means that the field can be written in several ways, each with its own fields.
- A *text* is a plain string (English) or one string per language, such as \`{ en: Theft, zh: 盗窃 }\`.
- *Conditions* are explained in [write a crosswalk](../how-to/write-a-crosswalk.md#conditions); they are the same everywhere.
- A field that is not listed is refused, with the nearest one that is.

To have an editor complete and check a file, put this line first, with the path or address of the schema:

\`\`\`yaml
# yaml-language-server: $schema=../docs/reference/schemas/stream.schema.json
\`\`\`
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${reference}schemas`, { recursive: true });
  for (const kind of kinds) writeFileSync(`${reference}schemas/${kind}.schema.json`, schemaFile(kind));
  writeFileSync(`${reference}definitions.md`, definitionsPage());
  const page = await withEveryCommand(readFileSync(`${reference}commands.md`, "utf8"));
  writeFileSync(`${reference}commands.md`, await withHelp(page));
}
