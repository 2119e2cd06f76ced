import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, eventIdSchema, type Json } from "../words/index.ts";
import { now, typeOf } from "./desk.test.ts";
import { missingOf } from "./missing.ts";
import { refusal } from "./refusal.ts";
import {
  attachmentRefusals,
  dayAfter,
  earlyRefusals,
  givenRefusals,
  partnerRefusals,
  valueRefusals,
} from "./value-rules.ts";

const type = typeOf("mutual-legal-assistance");
const preservation = typeOf("preservation");
const fieldOf = (id: string, of = type) => {
  const field = [...of.fields, ...of.particulars].find((one) => one.id === id);
  assert.ok(field !== undefined, id);
  return field;
};
const told = (id: string, value: Json, of = type) => valueRefusals(of, fieldOf(id, of), value);
const places = (id: string, value: Json) => told(id, value).map(({ field, at }) => [field, at]);

test("what is no choice is told with the choices that there are", () => {
  const field = fieldOf("data-kinds", preservation);
  const choices = (field.choices ?? []).map(({ id }) => id);
  assert.ok(choices.length > 1);
  assert.deepEqual(told("data-kinds", ["gossip"], preservation), [
    refusal("field-invalid", {
      field: "data-kinds",
      article: field.article,
      found: '["gossip"]',
      expected: `one of ${choices.join(", ")}`,
    }),
  ]);
});

test("a year that no clock can be counted in is a slip, whoever gives it", () => {
  for (const slip of ["0000-01-01", "1599-12-31", "3000-01-01", "9999-12-31"])
    assert.deepEqual(
      told("answer-wanted-by", slip).map(({ code, expected }) => [code, expected]),
      [["field-invalid", "a year from 1600 to 2999"]],
      slip,
    );
  for (const day of ["1600-01-01", "2026-03-02", "2999-12-31"]) assert.deepEqual(told("answer-wanted-by", day), []);
});

test("what is wrong in a list is told at its row and its cell, one refusal a cell, with all that is wrong there", () => {
  assert.deepEqual(places("facts", 7), [["facts", undefined]]);
  assert.ok(!("at" in (told("facts", 7)[0] ?? {})));
  assert.deepEqual(places("offences", ["theft"]), [["offences", "0"]]);
  const good = { national: "Theft", iccs: "0502" };
  assert.deepEqual(places("offences", [good, { ...good, iccs: "9999" }]), [["offences", "1.iccs"]]);
  const persons = told("persons-concerned", [{ name: "", sex: "other words", born: "long ago" }]);
  assert.deepEqual(new Set(persons.map(({ at }) => at)).size, persons.length);
  for (const cell of ["0.name", "0.sex", "0.born"])
    assert.ok(
      persons.some(({ at, expected }) => at === cell && expected !== ""),
      cell,
    );
  assert.deepEqual(
    told("persons-concerned", [{ name: "Ada", nick: 1, nock: 2 }])
      .map(({ at }) => at)
      .sort(),
    ["0", "0.role", "0.sex"],
  );
});

test("a text that is too long is told how long it may be, also in an entry of a list", () => {
  const codes = (field: string, value: Json): unknown =>
    told(field, value).map(({ code, at, expected }) => [code, at, expected]);
  assert.deepEqual(codes("own-reference", "x".repeat(501)), [["field-too-long", undefined, "500"]]);
  assert.deepEqual(codes("facts", "x".repeat(100_001)), [["field-too-long", undefined, "100000"]]);
  assert.deepEqual(codes("facts", "x".repeat(100_000)), []);
  const person = { name: "x".repeat(501), sex: "female", role: "witness", age: 131 };
  assert.deepEqual(codes("persons-concerned", [person]), [
    ["field-too-long", "0.name", "500"],
    ["field-invalid", "0.age", "Too big: expected number to be <=130"],
  ]);
});

test("what was found is shown whole up to 80 characters, and cut off beyond", () => {
  const found = (value: string): string | undefined => told("requested-state", value)[0]?.found;
  assert.equal(found("x".repeat(78)), JSON.stringify("x".repeat(78)));
  assert.equal(found("x".repeat(79)), `${JSON.stringify("x".repeat(79)).slice(0, 77)}...`);
});

test("grounds are one or more of those of the type, each told by itself", () => {
  const known = type.grounds.filter(({ kind }) => kind === "refuse").map(({ id }) => id);
  const expected = known.join(", ");
  const lacking = refusal("field-invalid", { field: "grounds", found: "[]", expected: `one or more of ${expected}` });
  assert.deepEqual(told("grounds", []), [lacking]);
  assert.deepEqual(told("grounds", "dislike"), [{ ...lacking, found: '"dislike"' }]);
  assert.deepEqual(told("grounds", [...known.slice(0, 1), "dislike", 7]), [
    refusal("ground-unknown", { field: "grounds", found: '"dislike"', expected }),
    refusal("ground-unknown", { field: "grounds", found: "7", expected }),
  ]);
  const never = type.notAllowed[0];
  assert.ok(never !== undefined);
  assert.deepEqual(told("grounds", [never.id]), [
    refusal("ground-not-allowed", { field: "grounds", article: never.article, found: never.id, expected }),
  ]);
  assert.deepEqual(valueRefusals({ ...type, grounds: [] }, fieldOf("grounds"), ["dislike"]), [
    refusal("ground-unknown", { field: "grounds", found: '"dislike"', expected: "" }),
  ]);
});

test("a date that must lie ahead lies at least so many days ahead", () => {
  const field = { ...fieldOf("answer-wanted-by"), atLeastDaysAhead: 60, article: "art. 1" };
  assert.equal(dayAfter(now, 60), "2026-05-01");
  assert.deepEqual(earlyRefusals(field, "2026-04-30", now), [
    refusal("date-too-early", { field: field.id, article: "art. 1", found: "2026-04-30", expected: "2026-05-01" }),
  ]);
  assert.deepEqual(earlyRefusals(field, "2026-05-01", now), []);
  assert.deepEqual(earlyRefusals(field, 1, now), []);
  assert.deepEqual(earlyRefusals(field, undefined, now), []);
  assert.deepEqual(earlyRefusals({ ...field, atLeastDaysAhead: undefined }, "2020-01-01", now), []);
});

test("values are given for fields that there are, by the side that gives them, or taken away", () => {
  assert.deepEqual(givenRefusals(type, undefined, { "shoe-size": 44 }, undefined), [
    refusal("field-unknown", { field: "shoe-size", found: "shoe-size", expected: "a field of the matter type" }),
  ]);
  const costs = { amount: "1.00", currency: "EUR" };
  assert.deepEqual(givenRefusals(type, undefined, { costs }, "requesting"), [
    refusal("not-your-side", { field: "costs", found: "requesting", expected: "requested" }),
  ]);
  assert.deepEqual(givenRefusals(type, undefined, { costs, facts: null }, undefined), []);
  for (const side of ["requesting", "requested"] as const)
    assert.deepEqual(givenRefusals(type, undefined, { "other-reference": "B 7" }, side), []);
});

test("a document that a value names is one that the matter holds, where the matter is at hand", () => {
  const [held, missing] = [digestOf("a"), digestOf("b")];
  const attachments = [held, digestOf("c")].map((digest) => attachment(digest));
  assert.deepEqual(givenRefusals(type, undefined, { "supporting-documents": [missing] }, undefined), []);
  const field = fieldOf("supporting-documents");
  assert.deepEqual(attachmentRefusals({ attachments }, field, [held, missing]), [
    refusal("unknown-attachment", { field: field.id, found: JSON.stringify(missing) }),
  ]);
  assert.deepEqual(attachmentRefusals({ attachments }, field, { unavailable: "lost" }), []);
  assert.deepEqual(attachmentRefusals({ attachments: [] }, fieldOf("forms-of-help"), ["records"]), []);
});

const attachment = (digest: ReturnType<typeof digestOf>) => ({
  digest,
  name: "a",
  mediaType: "text/plain",
  bytes: 1,
  shared: false,
  at: now,
  by: { kind: "system" } as const,
  event: eventIdSchema.parse("01900000-0000-7000-8000-000000000001"),
});

test("the partner gives what is shared and its own", () => {
  const values = { facts: "x", costs: 1, "retention-until": "2030-01-01", "shoe-size": 44 };
  const inside = refusal("not-for-the-partner", { field: "retention-until", found: "retention-until" });
  assert.deepEqual(partnerRefusals(type, values, "requesting"), [
    refusal("not-for-the-partner", { field: "costs", found: "costs" }),
    inside,
  ]);
  assert.deepEqual(partnerRefusals(type, values, "requested"), [
    refusal("not-for-the-partner", { field: "facts", found: "facts" }),
    inside,
  ]);
});

test("null, an empty text and an empty list are no content; a reason may stand in for some", () => {
  const lacks = (value: Json | undefined): boolean =>
    missingOf(type, { facts: value }).some(({ field }) => field === "facts");
  for (const nothing of [undefined, null, "", []]) assert.ok(lacks(nothing), JSON.stringify(nothing));
  for (const something of ["x", 0, false, ["x"], {}]) assert.ok(!lacks(something), JSON.stringify(something));
});
