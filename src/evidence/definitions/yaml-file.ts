import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { z } from "zod";
import { type DefinitionProblem, nearest, showFound } from "./problem.ts";

/** Where a field of a definition file stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly field: string;
}

/** A definition with the means to say where each of its fields stands. */
export interface DefinitionFile<T> {
  readonly file: string;
  readonly value: T;
  /** The place of a field, or of the nearest thing around it that is written down. */
  place(path: readonly (string | number)[]): Place;
}

export type ParsedFile<T> =
  | { readonly definition: DefinitionFile<T>; readonly problems: readonly DefinitionProblem[] }
  | { readonly definition: undefined; readonly problems: readonly DefinitionProblem[] };

type Path = readonly (string | number)[];

/** Reads one YAML definition and holds it against its schema; all faults are returned, each with its line. */
export function parseDefinition<S extends z.ZodType>(file: string, text: string, schema: S): ParsedFile<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    return { definition: undefined, problems: document.errors.map((error) => yamlProblem(file, error, lines)) };
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      definition: undefined,
      problems: [wholeFile(file, "definition.yaml", `This YAML cannot be resolved: ${message}`)],
    };
  }
  if (plain === null || plain === undefined) {
    return { definition: undefined, problems: [wholeFile(file, "definition.empty", "The file holds no definition.")] };
  }
  const place = (path: Path): Place => placeOf(document, lines, file, path);
  const checked = schema.safeParse(plain);
  if (checked.success) return { definition: { file, value: checked.data, place }, problems: [] };
  const problems = checked.error.issues.flatMap((issue) =>
    issueProblems(issue, [], plain, document, lines, file, schema),
  );
  return { definition: undefined, problems };
}

function yamlProblem(
  file: string,
  error: { readonly message: string; readonly code: string; readonly pos: readonly [number, number] },
  lines: LineCounter,
): DefinitionProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return {
    code: "definition.yaml",
    severity: "error",
    file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    field: "",
    message: `This is not valid YAML: ${error.message}`,
    found: "",
    expected: "YAML 1.2, indented with spaces, each level by the same number",
    hint: "Compare the indentation of this line with the lines above it.",
  };
}

function wholeFile(file: string, code: string, message: string): DefinitionProblem {
  return { code, severity: "error", file, line: 1, column: 1, field: "", message, found: "", expected: "", hint: "" };
}

function placeOf(document: Document, lines: LineCounter, file: string, path: Path): Place {
  for (let length = path.length; length >= 0; length--) {
    const range = rangeOf(document, path.slice(0, length));
    if (range !== undefined) {
      const { line, col } = lines.linePos(range);
      return { file, line, column: col, field: path.join(".") };
    }
  }
  return { file, line: 1, column: 1, field: path.join(".") };
}

/** Offset at which a field begins: its key when it has one, so that the line is the one a person edits. */
function rangeOf(document: Document, path: Path): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0];
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path[path.length - 1];
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    const key = pair?.key;
    return isScalar(key) ? key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

type Issue = z.core.$ZodIssue;

function issueProblems(
  issue: Issue,
  prefix: Path,
  root: unknown,
  document: Document,
  lines: LineCounter,
  file: string,
  schema: z.ZodType,
): DefinitionProblem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  if (issue.code === "invalid_union") {
    const branch = likeliestBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) => issueProblems(inner, path, root, document, lines, file, schema));
    }
  }
  if (issue.code === "unrecognized_keys") {
    const written = valueAt(root, path);
    const used = typeof written === "object" && written !== null ? new Set(Object.keys(written)) : new Set<string>();
    const known = knownFields(schema, path).filter((name) => !used.has(name));
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        code: "definition.unknown-field",
        severity: "error" as const,
        ...placeOf(document, lines, file, [...path, key]),
        message: `"${key}" is not a field here.`,
        found: key,
        expected: known.length === 0 ? "a field of the published schema" : known.join(", "),
        hint: near === undefined ? "Take it out, or see docs/reference/definitions.md." : `Did you mean "${near}"?`,
      };
    });
  }
  const found = valueAt(root, path);
  const options = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const near = typeof found === "string" ? nearest(found, options) : undefined;
  const missing = found === undefined;
  return [
    {
      code: missing ? "definition.missing-field" : "definition.invalid-value",
      severity: "error",
      ...placeOf(document, lines, file, path),
      message: missing ? `"${path.join(".")}" is missing.` : `The value of "${path.join(".")}" does not fit.`,
      found: showFound(found),
      expected: expectedOf(issue, options),
      hint: near === undefined ? (missing ? "Add it." : "Change it to what is expected.") : `Did you mean "${near}"?`,
    },
  ];
}

function expectedOf(issue: Issue, options: readonly string[]): string {
  if (options.length > 0) return options.length === 1 ? (options[0] ?? "") : `one of ${options.join(", ")}`;
  if (issue.code === "invalid_type") return issue.expected;
  return issue.message;
}

/** Of the branches of a union the one that got furthest: it is most likely what the author meant. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const score = (issues: readonly Issue[]): number => {
    const unknown = issues.filter((issue) => issue.code === "unrecognized_keys").length;
    const atTop = issues.filter(
      (issue) => issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value"),
    ).length;
    return atTop * 1000 + unknown * 10 + issues.length;
  };
  return [...branches].sort((a, b) => score(a) - score(b))[0];
}

const writtenSchemas = new WeakMap<z.ZodType, unknown>();

/** The fields that may stand at a path, so that an unknown field can be answered with the nearest known one. */
function knownFields(schema: z.ZodType, path: Path): string[] {
  let root = writtenSchemas.get(schema);
  if (root === undefined) {
    root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    writtenSchemas.set(schema, root);
  }
  let nodes: unknown[] = [root];
  for (const key of path) nodes = nodes.flatMap((node) => branches(node, root)).flatMap((node) => step(node, key));
  const names = nodes
    .flatMap((node) => branches(node, root))
    .flatMap((node) => {
      const properties = member(node, "properties");
      return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
    });
  return [...new Set(names)];
}

function member(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
}

function branches(node: unknown, root: unknown): unknown[] {
  const reference = member(node, "$ref");
  if (typeof reference === "string") {
    const target = valueAt(
      root,
      reference
        .replace(/^#\//, "")
        .split("/")
        .filter((part) => part !== ""),
    );
    return target === node ? [] : branches(target, root);
  }
  const alternatives = [member(node, "anyOf"), member(node, "oneOf"), member(node, "allOf")].find(Array.isArray);
  return Array.isArray(alternatives) ? alternatives.flatMap((inner) => branches(inner, root)) : [node];
}

function step(node: unknown, key: string | number): unknown[] {
  if (typeof key === "number") {
    const items = member(node, "items");
    const prefixItem = member(member(node, "prefixItems"), String(key));
    return [items, prefixItem].filter((inner) => typeof inner === "object");
  }
  const named = member(member(node, "properties"), key);
  const others = member(node, "additionalProperties");
  return [named ?? others].filter((inner) => typeof inner === "object");
}
