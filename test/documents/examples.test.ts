import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { checkReferences, definitionKinds, loadDefinitions } from "../../src/evidence/index.ts";
import { type FencedBlock, fencedBlocks, markdownFiles, textOf } from "./markdown.ts";

const observatory = "observatory: example\ntitle: Example\ndescription: Example\nareas: { file: areas.csv }\n";
const areas = "code,parent,level\nA,,country\n";

/** What a part of a definition is put into, so that it is whole. */
const wholes: Readonly<Record<string, object>> = {
  stream: {
    stream: "example",
    title: "Example",
    kind: "register",
    publisher: "Example",
    licence: "Example",
    locations: [{ file: "raw/example.csv" }],
    obtain: "Ask.",
    format: { kind: "csv" },
    columns: { year: { type: "year" } },
  },
  coverage: {
    coverage: "example",
    title: "Example",
    appliesTo: ["example/monthly"],
    frequency: "M",
    units: { areas: "country" },
    ledger: { observed: {} },
  },
};

/** Faults of the form of a definition, as the program finds them. What it names need not be there in an example. */
async function faults(kind: string, text: string, table = ""): Promise<string[]> {
  const folder = Object.entries(definitionKinds).find(([name]) => name === kind)?.[1].folder;
  assert.ok(folder !== undefined, `there is no kind of definition ${kind}`);
  const files = new Map([
    ["observatory.yaml", observatory],
    ["areas.csv", areas],
    [`${folder}/example.yaml`, text],
    ["crosswalks/penal-code.csv", table],
  ]);
  const loaded = await loadDefinitions("example", {
    list: async (name) =>
      [...files.keys()].filter((path) => path.startsWith(`${name}/`)).map((path) => path.slice(name.length + 1)),
    read: async (path) => files.get(path),
  });
  const between = loaded.definitions === undefined ? [] : checkReferences(loaded.definitions);
  return [...loaded.problems, ...between]
    .filter(({ code }) =>
      /^(crosswalk|csv)\.|^definition\.(yaml|empty|unknown-field|missing-field|invalid-value)$/.test(code),
    )
    .map(({ field, message, expected }) => `${field}: ${message} Expected ${expected}.`);
}

/** The definition that a block shows: the kind, and the text of a whole file. */
function definitionOf(block: FencedBlock): { readonly kind: string; readonly text: string } | undefined {
  const [word = ""] = block.words;
  if (block.language !== "yaml" || word.includes("=")) return undefined;
  const whole = wholes[word.replace(/-part$/, "")];
  if (word.endsWith("-part") && whole !== undefined) {
    const part: unknown = parse(block.text);
    assert.ok(typeof part === "object" && part !== null);
    return { kind: word.replace(/-part$/, ""), text: stringify({ ...whole, ...part }) };
  }
  return word === "" ? undefined : { kind: word, text: block.text };
}

test("every definition that a how-to shows has the form that the program asks for", async () => {
  let seen = 0;
  for (const path of markdownFiles("docs")) {
    const blocks = fencedBlocks(textOf(path).replaceAll(/^ {3}(?=```)/gm, ""));
    for (const [index, block] of blocks.entries()) {
      const definition = definitionOf(block);
      if (definition === undefined) continue;
      seen += 1;
      const table = blocks.slice(index).find(({ language }) => language === "csv")?.text;
      assert.deepEqual(await faults(definition.kind, definition.text, table), [], `${path}, line ${block.line}`);
    }
  }
  assert.ok(seen >= 15, `only ${seen} examples were found`);
});

test("a faulty example would be found", async () => {
  const [fault, ...others] = await faults("stream", stringify({ ...wholes.stream, formats: "csv" }));
  assert.match(fault ?? "", /^formats: "formats" is not a field here/);
  assert.deepEqual(others, []);
});
