import assert from "node:assert/strict";
import { test } from "node:test";
import { disaggregatingVariable, disaggregatingVariables, variableCategories } from "./index.ts";

test("events, victims and perpetrators have the disaggregating variables of the ICCS", () => {
  const marks = (subject: "event" | "victim" | "perpetrator"): string[] => [
    ...new Set(disaggregatingVariables(subject).map(({ mark }) => mark)),
  ];
  assert.deepEqual(marks("event"), ["At", "We", "SiC", "Geo", "DaT", "Lo", "Mot", "Cy", "Rep"]);
  assert.deepEqual(marks("victim"), ["SV", "AV", "STV", "ViP", "Cit", "LS", "Int", "ES"]);
  assert.deepEqual(marks("perpetrator"), ["SP", "AP", "STP", "ViP", "Cit", "LS", "Int", "ES", "EASt", "Rec"]);
  assert.equal(disaggregatingVariables().length, 9 + 9 + 11);
});

test("identifiers are unique, and so are the categories and titles of each variable", () => {
  const ids = disaggregatingVariables().map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, categories, titles } of disaggregatingVariables()) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(titles.zh, /\p{Script=Han}/u);
    assert.equal(new Set(categories.map(({ code }) => code)).size, categories.length, id);
    for (const language of ["en", "zh"] as const) {
      assert.equal(new Set(categories.map((category) => category.titles[language])).size, categories.length, id);
    }
  }
});

test("a variable has a code list, or says whose values it takes", () => {
  for (const { id, values, categories } of disaggregatingVariables()) {
    assert.equal(categories.length > 0, values === "categories", id);
    if (values === "categories")
      assert.ok(
        categories.some(({ code }) => code === "unknown"),
        `${id} can be not known`,
      );
  }
  const without = disaggregatingVariables().filter(({ values }) => values !== "categories");
  assert.deepEqual(
    [...new Set(without.map(({ values }) => values))],
    ["area", "date-time", "years", "country", "industry"],
  );
});

test("a category stands under those that it is a part of, which exist", () => {
  const weapon = disaggregatingVariable("weapon");
  assert.ok(weapon !== undefined);
  assert.deepEqual(
    variableCategories(weapon, "handgun").map(({ code }) => code),
    ["handgun", "firearm"],
  );
  assert.deepEqual(variableCategories(weapon, "spoon"), []);
  for (const { id, categories } of disaggregatingVariables()) {
    const codes = new Set(categories.map(({ code }) => code));
    for (const { parent } of categories) assert.ok(parent === undefined || codes.has(parent), `${id}: ${parent}`);
  }
});

test("a name that no variable has gives none", () => {
  assert.equal(disaggregatingVariable("constructor"), undefined);
});
