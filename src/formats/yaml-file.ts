import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { type DefinitionProblem, didYouMean, showFound } from "./definition-problem.ts";

/** Keys and indices from the whole file to a field. */
export type FieldPath = readonly (string | number)[];

/** What a file is to hold. */
export interface FileKind {
  /** The noun, such as `calendar`; in the codes of problems it stands for `definition`. */
  readonly noun: string;
  /** The document that describes its fields. */
  readonly described: string;
}

/** Where a field of a definition file stands. */
export interface FieldPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly field: string;
}

/** What a problem says; what is left out is empty, and an error. */
export type Said = Pick<DefinitionProblem, "message"> &
  Partial<Pick<DefinitionProblem, "found" | "expected" | "hint" | "severity">>;

/** A YAML file as plain values, which still knows where each of them is written. */
export interface YamlFile {
  readonly file: string;
  readonly plain: unknown;
  /** The place of a field, or of the nearest thing around it that is written down. */
  place(path: FieldPath): FieldPlace;
  /** A problem at a field. */
  problem(code: string, path: FieldPath, said: Said): DefinitionProblem;
  /**
   * What the schema makes of the values, or what they say against it, each fault at its line.
   *
   * @param plain - What is held against it: the values of the file, unless they were completed before.
   */
  against<S extends z.ZodType>(schema: S, plain?: unknown): Fitted<z.output<S>>;
}

export type Fitted<Value> =
  | { readonly fits: true; readonly value: Value }
  | { readonly fits: false; readonly problems: DefinitionProblem[] };

/** Reads YAML 1.2. Where it cannot be read, or nothing is in it, there is no file, and every fault is a problem. */
export function readYamlFile(
  file: string,
  text: string,
  kind: FileKind,
): { readonly read: YamlFile | undefined; readonly problems: DefinitionProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number, field: string): FieldPlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), field };
  };
  const at = (place: FieldPlace, code: string, said: Said): DefinitionProblem => ({
    code,
    severity: "error",
    ...place,
    found: "",
    expected: "",
    hint: "",
    ...said,
  });
  const unreadable = (offset: number, code: `definition.${string}`, said: Said): DefinitionProblem =>
    at(placeAt(offset, ""), codeFor(kind, code), said);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) =>
      unreadable(error.pos[0], "definition.yaml", {
        message: `This is not valid YAML: ${error.message}`,
        expected: "YAML 1.2, indented with spaces, each level by the same number",
        hint: "Compare the indentation of this line with the lines above it.",
      }),
    );
    return { read: undefined, problems };
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = `This YAML cannot be resolved: ${error instanceof Error ? error.message : String(error)}`;
    return { read: undefined, problems: [unreadable(0, "definition.yaml", { message })] };
  }
  if (plain === null || plain === undefined)
    return {
      read: undefined,
      problems: [unreadable(0, "definition.empty", { message: `The file holds no ${kind.noun}.` })],
    };
  const place = (path: FieldPath): FieldPlace => placeAt(offsetOf(document, path), path.join("."));
  const problem = (code: string, path: FieldPath, said: Said): DefinitionProblem => at(place(path), code, said);
  const against = <S extends z.ZodType>(schema: S, values: unknown = plain): Fitted<z.output<S>> => {
    const checked = schema.safeParse(values);
    if (checked.success) return { fits: true, value: checked.data };
    const asked = { plain: values, schema, kind, problem };
    return { fits: false, problems: checked.error.issues.flatMap((issue) => issueProblems(issue, [], asked)) };
  };
  return { read: { file, plain, place, problem, against }, problems: [] };
}

/** The code as it is called for this kind of file; it is written whole where it is given, so that it can be found. */
function codeFor({ noun }: FileKind, code: `definition.${string}`): string {
  return code.replace("definition", noun);
}

function offsetOf(document: Document, path: FieldPath): number {
  for (let length = path.length; length >= 0; length--) {
    const offset = beginningOf(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return 0;
}

/** Offset at which a field begins: its key when it has one, so that the line is the one a person edits. */
function beginningOf(document: Document, path: FieldPath): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0];
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

type Issue = z.core.$ZodIssue;

interface Asked {
  readonly plain: unknown;
  readonly schema: z.ZodType;
  readonly kind: FileKind;
  readonly problem: YamlFile["problem"];
}

function issueProblems(issue: Issue, prefix: FieldPath, asked: Asked): DefinitionProblem[] {
  const { plain, schema, kind, problem } = asked;
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  if (issue.code === "invalid_union") {
    const branch = likeliestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => issueProblems(inner, path, asked));
  }
  const found = valueAt(plain, path);
  if (issue.code === "unrecognized_keys") {
    const used = typeof found === "object" && found !== null ? new Set(Object.keys(found)) : new Set<string>();
    const fields = knownFields(schema, path);
    const known = fields.filter((name) => !used.has(name));
    const otherwise = `Take it out, or see ${kind.described}.`;
    return issue.keys.map((key) =>
      problem(codeFor(kind, "definition.unknown-field"), [...path, key], {
        message: `"${key}" is not a field here.`,
        found: key,
        expected: known.length === 0 ? "a field of the published schema" : known.join(", "),
        hint: didYouMean(key, known, didYouMean(key, fields, otherwise)),
      }),
    );
  }
  const options = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const expected = expectedOf(issue, options);
  const name = path.join(".");
  if (found === undefined)
    return [
      problem(codeFor(kind, "definition.missing-field"), path, {
        message: `"${name}" is missing.`,
        found: "nothing",
        expected,
        hint: "Add it.",
      }),
    ];
  return [
    problem(codeFor(kind, "definition.invalid-value"), path, {
      message: `The value of "${name}" does not fit.`,
      found: showFound(found),
      expected,
      hint: didYouMean(typeof found === "string" ? found : "", options, "Change it to what is expected."),
    }),
  ];
}

function expectedOf(issue: Issue, options: readonly string[]): string {
  if (options.length > 0) return options.length === 1 ? (options[0] ?? "") : `one of ${options.join(", ")}`;
  return issue.code === "invalid_type" ? issue.expected : issue.message;
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
function knownFields(schema: z.ZodType, path: FieldPath): string[] {
  let root = writtenSchemas.get(schema);
  if (root === undefined) {
    root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    writtenSchemas.set(schema, root);
  }
  let nodes: unknown[] = [root];
  for (const key of path) nodes = nodes.flatMap((node) => branches(node, root)).flatMap((node) => step(node, key));
  const names = nodes
    .flatMap((node) => branches(node, root))
    .flatMap((node) => Object.keys(member(node, "properties") ?? {}));
  return [...new Set(names)];
}

function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, key) => member(value, key), root);
}

function member(node: unknown, key: string | number): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
}

function branches(node: unknown, root: unknown): unknown[] {
  const reference = member(node, "$ref");
  if (typeof reference === "string") {
    const steps = reference
      .replace(/^#\//, "")
      .split("/")
      .filter((part) => part !== "");
    const target = valueAt(root, steps);
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
