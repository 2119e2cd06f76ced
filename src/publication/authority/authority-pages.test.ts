import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  exampleValues,
  instantSchema,
  type Json,
  type MatterType,
  readMatterTypes,
  refusalCodes,
  roles,
} from "../../cooperation/index.ts";
import { inputsOf, typedValue } from "./form-values.ts";
import { fieldInputs } from "./inputs.ts";
import { catalogues } from "./messages/catalogue.ts";
import { authorityMessageKeys, clockTime, deskLanguages, deskWords } from "./messages.ts";
import { faultOf } from "./names.ts";

const folder = new URL("../../../matter-types/", import.meta.url);
const files = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);
const { types } = readMatterTypes(files);
const { en } = catalogues;
const now = instantSchema.parse("2027-03-01T09:30:00.000Z");
const values = {
  name: "A",
  date: "2027-01-01",
  ground: "AA",
  role: "B",
  engine: "PGlite",
  article: "C",
  time: "D",
  count: 3,
  id: "E",
  filled: 1,
  all: 2,
  step: "F",
  person: "G",
  what: "H",
  number: 1,
  type: "I",
  sequence: 4,
  digest: "J",
  fault: "gap",
  field: "K",
  found: "L",
  expected: "M",
  reason: "N",
  days: 30,
  most: 7,
  list: "X",
  given: 8,
  dimension: "T",
  suppressed: 10,
  cells: 11,
  reasons: "U",
  event: "V",
  code: "W",
  hours: 4,
  until: "R",
  added: "S",
  used: "T",
  from: "U",
  to: "V",
  operator: "W",
  authority: "AB",
  address: "AC",
  roles: "O",
  bytes: 5,
  problem: "Q",
  seal: "S",
  partner: "P",
  authorisation: "R",
  size: 6,
  entries: 7,
  files: 8,
  erased: 9,
  events: 10,
  sealed: 11,
  unsealed: 12,
  zone: "Asia/Tokyo",
};

function typeOf(id: string): MatterType {
  const type = types.get(id);
  assert.ok(type !== undefined);
  return type;
}

describe("the words of an authority's pages", () => {
  it("are the same set of messages in every language", () => {
    for (const language of deskLanguages)
      assert.deepEqual([...authorityMessageKeys[language]].sort(), Object.keys(en).sort(), language);
  });

  it("name the same values in every language, and can be formatted", () => {
    const named = (text: string): string[] => [...new Set(text.match(/\$[a-z]+/g) ?? [])].sort();
    for (const language of deskLanguages) {
      const words = deskWords(language);
      for (const [key, english] of Object.entries(en)) {
        const text = words.dynamic(key, "", values);
        assert.notEqual(text, "", `${language} ${key}`);
        assert.doesNotMatch(text, /[{}]|�/, `${language} ${key}`);
        if (named(english).length > 0 && !english.includes("$count"))
          for (const name of named(english)) {
            const value = String(values[name.slice(1) as keyof typeof values]);
            assert.ok(text.includes(value), `${language} ${key} ${name}`);
          }
      }
    }
  });

  it("have a sentence for every refusal and every role", () => {
    for (const code of refusalCodes) assert.ok(Object.hasOwn(en, `refusal.${code}`), code);
    for (const role of roles) assert.ok(Object.hasOwn(en, `role.${role}`), role);
  });

  it("say numbers in the plural of the language", () => {
    assert.equal(deskWords("en").text("matter.missingCount", { count: 1 }), "1 mandatory content is missing.");
    assert.equal(deskWords("ar").text("queue.count", { count: 2 }), "مسألتان");
    assert.equal(deskWords("zh").text("queue.count", { count: 2 }), "2 个案件");
  });

  it("leave what is put into an Arabic sentence its own direction", () => {
    const values = { time: "2026-11-21 17:48", sequence: 12, digest: "cbc6" };
    assert.match(deskWords("ar").text("document.asOf", values), /[\u2066\u2068]2026-11-21 17:48\u2069/);
    assert.doesNotMatch(deskWords("zh").text("document.asOf", values), /[\u2066-\u2069]/);
  });

  it("say how far a deadline is away, and the time by the clock of the State", () => {
    const due = instantSchema.parse("2027-03-04T15:30:00.000Z");
    assert.equal(deskWords("en").distance(due, now), "in 3 days");
    assert.equal(deskWords("en").distance(now, due), "3 days ago");
    assert.match(deskWords("ar").distance(due, now), /3/);
    assert.equal(clockTime(due, "Asia/Tokyo"), "2027-03-05 00:30");
  });

  it("say a refusal in the reader's language with its article", () => {
    const refusal = {
      code: "ground-not-allowed",
      message: "refusal.ground-not-allowed",
      field: "grounds",
      guard: undefined,
      article: "UNTOC art. 18(8)",
      found: "bank-secrecy",
      expected: "",
    } as const;
    const fault = faultOf(refusal, typeOf("mutual-legal-assistance"), deskWords("en"), ["grounds"]);
    assert.deepEqual(fault, {
      input: "grounds",
      text: "Bank secrecy may never be given as a ground.",
      article: "UNTOC art. 18(8)",
    });
  });
});

describe("a form of an authority", () => {
  const zone = "America/New_York";

  it("takes a moment in the time of the office, and asks again for one that a change of clocks has twice or never", () => {
    const field = typeOf("extradition").particulars.find(({ type }) => type === "instant");
    assert.ok(field !== undefined);
    const typed = (text: string): Json => typedValue(field, { [field.id]: [text] }, zone);
    assert.equal(typed("2026-07-01 14:30"), "2026-07-01T18:30:00.000Z");
    assert.equal(typed("2026-01-01T14:30"), "2026-01-01T19:30:00.000Z");
    assert.equal(typed("2026-01-01 14:30Z"), "2026-01-01T14:30:00.000Z");
    assert.equal(typed("2026-01-01 14:30+03:00"), "2026-01-01T11:30:00.000Z");
    for (const never of ["2026-03-08 02:30", "2026-11-01 01:30", "2026-02-30 10:00", "soon", "2026-01-01 25:00"])
      assert.equal(typed(never), never);
    assert.deepEqual(inputsOf(field, "2026-11-01T05:30:00.000Z", zone), { [field.id]: ["2026-11-01 01:30-04:00"] });
  });

  it("gives back every value that it was filled with, of every field of every matter type", () => {
    for (const type of types.values()) {
      const example = exampleValues(type, now);
      for (const field of [...type.fields, ...type.particulars]) {
        const value = example[field.id] ?? null;
        assert.deepEqual(typedValue(field, inputsOf(field, value, zone), zone), value, `${type.id} ${field.id}`);
      }
    }
  });

  it("keeps a reason in the place of a content that cannot be given", () => {
    const field = typeOf("mutual-legal-assistance").fields.find(({ id }) => id === "persons-concerned");
    assert.ok(field !== undefined);
    const value: Json = { unavailable: "The holder of the account is not known." };
    assert.deepEqual(typedValue(field, inputsOf(field, value, zone), zone), value);
  });

  it("keeps what was typed wrongly, for the service to refuse and the page to show again", () => {
    const field = typeOf("mutual-legal-assistance").fields.find(({ id }) => id === "persons-concerned");
    assert.ok(field !== undefined);
    const typed = { "persons-concerned.0.name": ["Ada"], "persons-concerned.0.age": ["forty"] };
    assert.deepEqual(typedValue(field, typed, zone), [{ name: "Ada", age: "forty" }]);
  });

  it("labels every input, and escapes what was typed", () => {
    const type = typeOf("mutual-legal-assistance");
    for (const language of deskLanguages)
      for (const field of type.fields) {
        const filled = { [field.id]: ['<script>"'] };
        const drawing = { type, words: deskWords(language), values: filled, faults: [], attachments: [] };
        const page = String(fieldInputs(drawing, field, true));
        assert.doesNotMatch(page, /<script>/);
        for (const [, id] of page.matchAll(/<(?:input|select|textarea)[^>]* id="([^"]+)"/g))
          assert.ok(page.includes(`for="${id}"`), `${field.id} ${id}`);
      }
  });
});
