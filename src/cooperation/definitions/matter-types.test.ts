import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { matterTypeDigest, matterTypeJsonSchema, matterTypesPage, readMatterTypes, stateDiagram } from "./index.ts";

const folder = new URL("../../../matter-types/", import.meta.url);
const shipped = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);
const { types, problems } = readMatterTypes(shipped);
const again = "write it anew with `node scripts/matter-types.ts`";

/** One shipped file with one piece of it replaced, and the common contents. */
function changed(file: string, from: string, to: string): ReadonlyMap<string, string> {
  const text = shipped.get(file) ?? "";
  assert.ok(text.includes(from), `${file} holds "${from}"`);
  const alone = [...shipped].filter(([name]) => file === "common.yaml" || name === "common.yaml");
  return new Map([...alone, [file, text.replace(from, to)]]);
}

test("the six matter types are read without a problem", () => {
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [...types.keys()],
    [
      "extradition",
      "mutual-legal-assistance",
      "preservation",
      "production",
      "recommendation-follow-up",
      "spontaneous-information",
    ],
  );
});

test("mutual legal assistance demands every content of UNTOC 18(15) and UNCAC 46(15)", () => {
  const articles = types
    .get("mutual-legal-assistance")
    ?.fields.filter((field) => field.required || field.requiredWhen !== undefined);
  for (const letter of ["a", "b", "c", "d", "e", "f"]) {
    const found = articles?.filter(
      ({ article }) => article?.includes(`18(15)(${letter})`) && article.includes(`46(15)(${letter})`),
    );
    assert.ok((found?.length ?? 0) > 0, `nothing is demanded under 18(15)(${letter})`);
  }
});

test("the forms of help are those of UNTOC 18(3)(a) to (i) and UNCAC 46(3)(j) and (k)", () => {
  const forms = types.get("mutual-legal-assistance")?.fields.find(({ id }) => id === "forms-of-help")?.choices ?? [];
  const letters = forms.map(({ article }) => /46\(3\)\(([a-k])\)/.exec(article ?? "")?.[1]);
  assert.deepEqual(letters, [..."abcdefghijk"]);
});

test("a preservation request states what ETS 185 art. 29(2)(a) to (f) demands and lasts sixty days at least", () => {
  const type = types.get("preservation");
  for (const letter of ["a", "b", "c", "d", "e", "f"]) {
    assert.ok(
      type?.fields.some(({ required, article }) => required && article?.includes(`29(2)(${letter})`)),
      letter,
    );
  }
  assert.equal(type?.particulars.find(({ id }) => id === "preserved-until")?.atLeastDaysAhead, 60);
  const clock = type?.clocks.find(({ id }) => id === "preservation-period");
  assert.deepEqual(
    [clock?.length, clock?.unit, clock?.atExpiry.effect, clock?.alarm],
    [60, "days", "lapse", "loss-of-data"],
  );
});

test("the clock of provisional arrest counts 40 days, 18 under ETS 24, and has the highest alarm", () => {
  const clocks = types.get("extradition")?.clocks ?? [];
  const arrests = clocks.filter(({ startsOn }) => startsOn.includes("arrested"));
  assert.deepEqual(
    arrests.map(({ length, unit, alarm }) => [length, unit, alarm]),
    [
      [40, "days", "liberty"],
      [18, "days", "liberty"],
    ],
  );
  assert.equal(arrests[0]?.atExpiry.effect, "release");
});

test("every step that refuses gives reasons after a consultation", () => {
  for (const type of types.values()) {
    for (const transition of type.transitions.filter(({ needs }) => needs.includes("grounds"))) {
      const guards = JSON.stringify(transition.requires);
      assert.ok(
        transition.needs.includes("reasons") && guards.includes("consultation-held"),
        `${type.id}: ${transition.name}`,
      );
    }
  }
});

test("an article that cites an instrument from general knowledge is marked for a lawyer", () => {
  const known = /UNTOC|UNCAC|A\/RES|CETS|2014\/41|2023\/1543|Model Treaty|ETS (?:24|30)|2002\/584/;
  const walk = (value: unknown, path: string): string[] => {
    if (typeof value !== "object" || value === null) return [];
    const article: unknown = Reflect.get(value, "article");
    const unmarked = typeof article === "string" && known.test(article) && Reflect.get(value, "verify") !== true;
    const below = Object.entries(value).flatMap(([key, inner]) => walk(inner, `${path}.${key}`));
    return unmarked && !article.startsWith("Internal service level") ? [path, ...below] : below;
  };
  for (const type of types.values()) assert.deepEqual(walk(type, type.id), []);
});

test("a misspelt state is answered with file, line and the nearest name", () => {
  const found = readMatterTypes(changed("preservation.yaml", "to: preserving,", "to: preservng,")).problems;
  const problem = found.find(({ code }) => code === "definition.reference");
  assert.equal(problem?.file, "preservation.yaml");
  assert.equal(
    shipped.get("preservation.yaml")?.split("\n")[(problem?.line ?? 0) - 1]?.includes("to: preserving,"),
    true,
  );
  assert.equal(problem?.hint, 'Did you mean "preserving"?');
});

test("an unknown field is answered with the nearest one", () => {
  const found = readMatterTypes(changed("preservation.yaml", "    orReason: true\n", "    orReasons: true\n")).problems;
  assert.equal(found[0]?.code, "definition.unknown-field");
  assert.equal(found[0]?.hint, 'Did you mean "orReason"?');
});

test("a value outside a list is answered with the list and the nearest value", () => {
  const found = readMatterTypes(changed("extradition.yaml", "effect: release,", "effect: releese,")).problems;
  assert.equal(found[0]?.hint, 'Did you mean "release"?');
  assert.match(found[0]?.expected ?? "", /lapse, release, escalate, none/);
});

test("an unknown common content is answered with the nearest one", () => {
  const found = readMatterTypes(changed("production.yaml", "common: returned", "common: returnd")).problems;
  assert.deepEqual([found[0]?.code, found[0]?.hint], ["definition.reference", 'Did you mean "returned"?']);
});

test("what contradicts itself is refused", () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "mutual-legal-assistance.yaml",
      "required: true, article: UNTOC art. 18(15)(f); UNCAC art. 46(15)(f), verify: true",
      "required: true",
      /names no article/,
    ],
    [
      "mutual-legal-assistance.yaml",
      "needs: [grounds, reasons]\n    requires: [{ event: consultation-held, article: UNTOC art. 18(26); UNCAC art. 46(26), verify: true }]",
      "needs: [grounds, reasons]",
      /needs no consultation/,
    ],
    [
      "mutual-legal-assistance.yaml",
      "needs: [postponement-grounds, reasons]",
      "needs: [postponement-grounds]",
      /without reasons/,
    ],
    [
      "preservation.yaml",
      "from: [followed-up, refused] }",
      "from: [refused] }\n  - { name: resumed, label: { en: R, zh: R, ar: R }, from: [closed], to: draft, side: requesting, roles: [approver] }",
      /it has ended/,
    ],
    ["preservation.yaml", "effect: lapse, transition: lapsed", "effect: lapse", /names no transition/],
    ["preservation.yaml", "until: [preserved-until,", "until: [preserved-data,", /no date "preserved-data"/],
    ["preservation.yaml", "    message: threat\n", "", /does not tell it/],
    ["extradition.yaml", "person-status: accused }", "person-status: acused }", /no choice of person-status "acused"/],
    [
      "extradition.yaml",
      "    stopsOn: [documents-submitted, consented, released]",
      "    stopsOn: [documents-submited]",
      /no event "documents-submited"/,
    ],
    ["production.yaml", "reference: preservation-reference", "reference: preservation", /no field "preservation"/],
    ["common.yaml", "{ id: draft, acts: requesting,", "{ id: draft, acts: none,", /Somebody acts/],
    [
      "spontaneous-information.yaml",
      "  - common: transferred\n  - common: superseded\n  - { common: closed,",
      "  - common: superseded\n  - { common: closed,",
      /no end "transferred"/,
    ],
  ];
  for (const [file, from, to, message] of cases) {
    const said = readMatterTypes(changed(file, from, to)).problems.map((problem) => problem.message);
    assert.ok(
      said.some((one) => message.test(one)),
      `${file}: ${String(message)} is not among ${said.join(" | ")}`,
    );
  }
});

test("what a type says of another that it follows has to be there", () => {
  for (const [from, to, message] of [
    ["data-categories: data-kinds", "data-categories: data-kind", 'There is no field "data-kind".'],
    ["step: preserved }", "step: perserved }", 'There is no event "perserved".'],
    ["preserving, preserved, followed-up]", "preserving, kept]", 'There is no state "kept".'],
  ] as const) {
    const file = "production.yaml";
    const found = readMatterTypes(new Map([...shipped, [file, changed(file, from, to).get(file) ?? ""]]));
    assert.deepEqual(
      found.problems.map((problem) => [problem.file, problem.message]),
      [[file, message]],
    );
    assert.equal(found.types.has("production"), false);
  }
});

test("a state that cannot be reached and one that cannot be left are refused", () => {
  const lonely = "  - { id: lonely, acts: both, label: { en: L, zh: L, ar: L } }\n  - common: lapsed\n";
  const said = readMatterTypes(changed("preservation.yaml", "  - common: lapsed\n", lonely)).problems.map(
    ({ message }) => message,
  );
  assert.ok(said.some((message) => message.includes('No transition leads to the state "lonely"')));
  const stuck = changed(
    "recommendation-follow-up.yaml",
    "from: [implemented, partly-implemented, not-accepted] }",
    "from: [not-accepted] }",
  );
  const text = (stuck.get("recommendation-follow-up.yaml") ?? "").replace(
    "  - common: withdrawn\n  - common: transferred\n  - common: superseded\n  - { common: closed",
    "  - { common: withdrawn, from: [draft] }\n  - { common: transferred, from: [acknowledged] }\n  - { common: superseded, from: [draft] }\n  - { common: closed",
  );
  const left = readMatterTypes(new Map([...stuck, ["recommendation-follow-up.yaml", text]])).problems;
  assert.ok(left.some(({ message }) => message.includes('From "implemented" the matter can never end.')));
});

test("broken YAML is answered with its line", () => {
  const found = readMatterTypes(new Map([["broken.yaml", "id: broken\n  version: [1\n"]])).problems;
  assert.equal(found[0]?.code, "definition.yaml");
  assert.ok((found[0]?.line ?? 0) >= 1);
});

test("an authority knows by the digest whether its partner holds the same version", () => {
  const type = types.get("preservation");
  assert.ok(type !== undefined);
  assert.equal(matterTypeDigest(type), matterTypeDigest(structuredClone(type)));
  assert.notEqual(matterTypeDigest(type), matterTypeDigest({ ...type, version: 2 }));
});

test("every state and every step that changes it stands in the diagram", () => {
  for (const type of types.values()) {
    const drawn = stateDiagram(type);
    for (const { label } of type.states) assert.ok(drawn.includes(`state "${label.en}"`), label.en);
    for (const { name, to } of type.transitions) assert.equal(drawn.includes(`${name} `), to !== "same", name);
  }
});

test("the published JSON Schema accepts the six files and is the program's own", () => {
  const schema = readFileSync(new URL("matter-type.schema.json", folder), "utf8");
  assert.equal(
    schema,
    `${JSON.stringify(matterTypeJsonSchema(), null, 2)}\n`,
    `matter-type.schema.json is stale: ${again}`,
  );
  const validate = new Ajv2020({ strict: false }).compile(matterTypeJsonSchema());
  for (const [file, text] of shipped) {
    if (file === "common.yaml") continue;
    assert.ok(validate(parse(text)), `${file}: ${JSON.stringify(validate.errors?.[0])}`);
  }
  assert.equal(validate({ id: "nothing-else" }), false);
});

test("the reference page of the matter types is up to date", () => {
  const page = readFileSync(new URL("../../../docs/reference/matter-types.md", import.meta.url), "utf8");
  assert.equal(page, matterTypesPage(types.values()), `matter-types.md is stale: ${again}`);
});
