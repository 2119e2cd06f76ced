import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { didYouMean, type MatterTypeProblem, nearest, showFound } from "./problem.ts";

export type Path = readonly (string | number)[];

/** A YAML file read as plain values, which still knows where each of them is written. */
export interface YamlFile {
  readonly file: string;
  readonly plain: unknown;
  /** A problem at a field, or at the nearest thing around it that is written down. */
  problem(code: string, path: Path, said: Said): MatterTypeProblem;
}

export interface Said {
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
  readonly hint?: string;
  readonly severity?: "error" | "warning";
}

/** Reads YAML; every fault is returned with its line. */
export function readYaml(file: string, text: string): { yaml?: YamlFile; problems: MatterTypeProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number, field: string, code: string, said: Said): MatterTypeProblem => {
    const { line, col } = lines.linePos(offset);
    return {
      code,
      severity: said.severity ?? "error",
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      field,
      message: said.message,
      found: said.found ?? "",
      expected: said.expected ?? "",
      hint: said.hint ?? "",
    };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) =>
      at(error.pos[0], "", "definition.yaml", {
        message: `This is not valid YAML: ${error.message}`,
        expected: "YAML 1.2, indented with spaces, each level by the same number",
        hint: "Compare the indentation of this line with the lines above it.",
      }),
    );
    return { problems };
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = `This YAML cannot be resolved: ${error instanceof Error ? error.message : String(error)}`;
    return { problems: [at(0, "", "definition.yaml", { message })] };
  }
  if (plain === null || plain === undefined) {
    return { problems: [at(0, "", "definition.empty", { message: "The file holds no definition." })] };
  }
  const problem = (code: string, path: Path, said: Said): MatterTypeProblem =>
    at(offsetOf(document, path), path.join("."), code, said);
  return { yaml: { file, plain, problem }, problems: [] };
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const offset = rangeOf(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return 0;
}

/** Offset at which a field begins: its key when it has one, so that the line is the one a person edits. */
function rangeOf(document: Document, path: Path): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0];
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** What a value says against a schema, each fault at its line. `plain` is what was checked, after any completion. */
export function schemaProblems(
  yaml: YamlFile,
  plain: unknown,
  error: z.ZodError,
  schema: z.ZodType,
): MatterTypeProblem[] {
  return error.issues.flatMap((issue) => issueProblems(yaml, plain, issue, [], schema));
}

function issueProblems(
  yaml: YamlFile,
  plain: unknown,
  issue: z.core.$ZodIssue,
  prefix: Path,
  schema: z.ZodType,
): MatterTypeProblem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  if (issue.code === "invalid_union") {
    const branch = likeliestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => issueProblems(yaml, plain, inner, path, schema));
  }
  const found = valueAt(plain, path);
  if (issue.code === "unrecognized_keys") {
    const used = typeof found === "object" && found !== null ? Object.keys(found) : [];
    const known = knownFields(schema, path).filter((name) => !used.includes(name));
    return issue.keys.map((key) =>
      yaml.problem("definition.unknown-field", [...path, key], {
        message: `"${key}" is not a field here.`,
        found: key,
        expected: known.join(", "),
        hint: didYouMean(key, known),
      }),
    );
  }
  const options = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const near = typeof found === "string" ? nearest(found, options) : undefined;
  const expected =
    options.length > 0
      ? `one of ${options.join(", ")}`
      : issue.code === "invalid_type"
        ? issue.expected
        : issue.message;
  const name = path.join(".");
  return [
    found === undefined
      ? yaml.problem("definition.missing-field", path, {
          message: `"${name}" is missing.`,
          found: "nothing",
          expected,
          hint: "Add it.",
        })
      : yaml.problem("definition.invalid-value", path, {
          message: `The value of "${name}" does not fit.`,
          found: showFound(found),
          expected,
          hint: near === undefined ? "Change it to what is expected." : `Did you mean "${near}"?`,
        }),
  ];
}

/** Of the branches of a union the one that got furthest: it is most likely what the author meant. */
function likeliestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const score = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.filter(({ path, code }) => path.length === 0 && (code === "invalid_type" || code === "invalid_value"))
      .length *
      1000 +
    issues.length;
  return [...branches].sort((a, b) => score(a) - score(b))[0];
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) value = member(value, String(key));
  return value;
}

function member(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
}

/** The fields that may stand at a path, so that an unknown field can be answered with the nearest known one. */
function knownFields(schema: z.ZodType, path: Path): string[] {
  let nodes: unknown[] = [z.toJSONSchema(schema, { io: "input", reused: "inline" })];
  for (const key of path) nodes = nodes.flatMap(branches).map((node) => step(node, key));
  return [...new Set(nodes.flatMap(branches).flatMap((node) => Object.keys(member(node, "properties") ?? {})))];
}

function branches(node: unknown): unknown[] {
  const alternatives = member(node, "anyOf");
  return Array.isArray(alternatives) ? alternatives.flatMap(branches) : [node];
}

function step(node: unknown, key: string | number): unknown {
  if (typeof key === "number") return member(node, "items");
  return member(member(node, "properties"), key) ?? member(node, "additionalProperties");
}
