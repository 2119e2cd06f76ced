import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { parseDefinition } from "./definition-file.ts";
import { type DefinitionKind, definitionJsonSchema, definitionKinds } from "./index.ts";

const observatories = fileURLToPath(new URL("../../../observatories", import.meta.url));
const kinds: readonly DefinitionKind[] = [
  "observatory",
  "stream",
  "crosswalk",
  "coverage",
  "population",
  "event",
  "indicator",
];

function kindOf(path: string): DefinitionKind | undefined {
  const folder = basename(dirname(path));
  if (basename(path) === "observatory.yaml") return "observatory";
  return kinds.find((kind) => definitionKinds[kind].folder === folder);
}

const written = readdirSync(observatories, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".yaml") && !path.includes("node_modules") && !path.includes(".justitia"))
  .flatMap((path) => {
    const kind = kindOf(join(observatories, path));
    return kind === undefined ? [] : [{ path, kind, text: readFileSync(join(observatories, path), "utf8") }];
  });

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<DefinitionKind, ValidateFunction>(
  kinds.map((kind) => [kind, ajv.compile(definitionJsonSchema(kind))]),
);

/** Places that a JSON Schema validator points at, as dotted paths: where it is, or what should not be there or is missing. */
function schemaPlaces(kind: DefinitionKind, plain: unknown): Set<string> {
  const validate = validators.get(kind);
  if (validate === undefined || validate(plain)) return new Set();
  return new Set(
    (validate.errors ?? []).flatMap(({ instancePath, params }) => {
      const path = instancePath
        .split("/")
        .slice(1)
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
      const further = [params.additionalProperty, params.missingProperty, params.propertyName].filter(
        (name) => typeof name === "string",
      );
      return [path.join("."), ...further.map((name) => [...path, name].join("."))];
    }),
  );
}

/** Places that the program points at. */
function programPlaces(kind: DefinitionKind, plain: unknown): Set<string> {
  const parsed = parseDefinition("drawn.yaml", stringify(plain), definitionKinds[kind].schema);
  return new Set(parsed.problems.map(({ field }) => field));
}

test("the published schemas accept every definition of every observatory, as the program does", () => {
  assert.ok(written.length > 40, `only ${written.length} definitions were found`);
  assert.deepEqual([...new Set(written.map(({ kind }) => kind))].sort(), [...kinds].sort());
  for (const { path, kind, text } of written) {
    assert.deepEqual([...schemaPlaces(kind, parse(text))], [], path);
    assert.equal(parseDefinition(path, text, definitionKinds[kind].schema).problems.length, 0, path);
  }
});

type Path = readonly (string | number)[];

/** Every place of a definition, from the outside in. */
function places(plain: unknown, path: Path = []): Path[] {
  if (typeof plain !== "object" || plain === null) return [path];
  return [
    path,
    ...Object.entries(plain).flatMap(([key, inner]) =>
      places(inner, [...path, Array.isArray(plain) ? Number(key) : key]),
    ),
  ];
}

/** The definition with something else at a place. */
function changedAt(plain: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(plain);
  if (Array.isArray(plain))
    return plain.map((inner, index) => (index === first ? changedAt(inner, rest, change) : inner));
  if (typeof plain !== "object" || plain === null) return plain;
  return Object.fromEntries(
    Object.entries(plain).flatMap(([key, inner]) => {
      if (key !== first) return [[key, inner]];
      const made = changedAt(inner, rest, change);
      return made === undefined ? [] : [[key, made]];
    }),
  );
}

const changes: Readonly<Record<string, (old: unknown) => unknown>> = {
  "another type": (old) => (typeof old === "number" ? "many" : 12.5),
  nothing: () => undefined,
  "a list": (old) => (Array.isArray(old) ? { list: old } : [old]),
  "a further field": (old) =>
    typeof old === "object" && old !== null && !Array.isArray(old)
      ? { ...old, furtherField: 1 }
      : { furtherField: old },
};

test("the published schemas refuse what the program refuses, at the same places", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...written),
      fc.nat(),
      fc.constantFrom(...Object.keys(changes)),
      ({ path, kind, text }, at, how) => {
        const plain: unknown = parse(text);
        const all = places(plain);
        const place = all[at % all.length] ?? [];
        const change = changes[how];
        if (change === undefined || (place.length === 0 && how !== "a further field")) return;
        const broken = changedAt(plain, place, change);
        const [bySchema, byProgram] = [schemaPlaces(kind, broken), programPlaces(kind, broken)];
        const told = `${path}, ${how} at ${place.join(".")}: schema ${[...bySchema].join(" ")}; program ${[...byProgram].join(" ")}`;
        assert.equal(bySchema.size > 0, byProgram.size > 0, told);
        for (const one of byProgram) assert.ok(bySchema.has(one), told);
        if (byProgram.size > 0) refused += 1;
      },
    ),
    { numRuns: 250, seed: 20_260_604 },
  );
  assert.ok(refused > 100, `only ${refused} broken definitions were refused`);
});
