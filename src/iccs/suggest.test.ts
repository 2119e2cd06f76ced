import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseCsv } from "../formats/index.ts";
import { createRandom } from "../statistics/index.ts";
import {
  type AgreedExample,
  crossValidated,
  defaultSettings,
  iccsDescendants,
  parseIccsCode,
  proposerOf,
  suggestIccs,
} from "./index.ts";
import { offenceWords } from "./offence-words.ts";

const examples: readonly AgreedExample[] = [
  { code: "101", title: "Robo con intimidación en lugar no habitado", iccs: "0401" },
  { code: "102", title: "Hurto simple", iccs: "0502" },
  { code: "201", title: "Cultivo de especies vegetales productoras de estupefacientes", iccs: "06012" },
  { code: "301", title: "Wrongful branding of camels", iccs: "05025" },
];

const best = (
  title: string,
  given: readonly AgreedExample[] = examples,
): readonly [string | undefined, string | undefined] => {
  const suggestion = suggestIccs([{ code: "999", title }], given).national[0]?.suggestions[0];
  return [suggestion?.iccs, suggestion?.reasons[0]?.kind];
};

test("a title like an agreed example is proposed its code, and the reason names the example and the words", () => {
  const [only] = suggestIccs([{ code: "302", title: "Branding of a camel, wrongful" }], examples).national;
  const first = only?.suggestions[0];
  assert.equal(first?.iccs, "05025");
  assert.equal(first?.rank, 1);
  const reason = first?.reasons[0];
  assert.ok(reason?.kind === "example");
  assert.equal(reason.code, "301");
  assert.deepEqual([...reason.words].sort(), ["branding", "camel", "of", "wrongful"]);
});

test("without any example the titles of the ICCS decide, in English and in Spanish", () => {
  assert.deepEqual(best("Intentional homicide", []), ["0101", "title"]);
  assert.deepEqual(best("Eutanasia", []), ["0105", "title"]);
});

test("common words for offences are known in other languages and scripts", () => {
  assert.equal(best("Vergewaltigung", [])[0], "03011");
  assert.equal(best("抢劫罪", [])[0], "0401");
  assert.equal(best("кража", [])[0], "0502");
  assert.equal(best("blanchiment d’argent", [])[0], "07041");
});

test("accents, capital letters and bent words do not matter", () => {
  assert.equal(best("HURTOS SIMPLES")[0], "0502");
  assert.equal(best("Robos con intimidacion")[0], "0401");
});

test("where the evidence is divided below a code, that code comes first", () => {
  const divided: AgreedExample[] = [
    { code: "1", title: "Zorgwing of a person", iccs: "020111" },
    { code: "2", title: "Zorgwing of a person", iccs: "020112" },
  ];
  const [only] = suggestIccs([{ code: "9", title: "Zorgwing" }], divided, { certainty: 0.8 }).national;
  assert.equal(only?.suggestions[0]?.iccs, "02011");
  assert.equal(only?.suggestions[0]?.backedOff, true);
  assert.deepEqual(
    only?.suggestions
      .slice(1)
      .map(({ iccs }) => iccs)
      .sort(),
    ["020111", "020112"],
  );
});

test("a title that is like nothing gets no proposal", () => {
  assert.deepEqual(suggestIccs([{ code: "x", title: "§§§" }], []).national[0]?.suggestions, []);
});

test("an example whose code is none is left out and told", () => {
  const { national, problems } = suggestIccs(
    [{ code: "9", title: "Hurto simple" }],
    [{ code: "1", title: "Hurto simple", iccs: "502" }],
  );
  assert.deepEqual(
    problems.map(({ example, found }) => [example, found]),
    [[0, "502"]],
  );
  assert.match(problems[0]?.hint ?? "", /0502/);
  assert.ok(national[0]?.suggestions.every(({ reasons }) => reasons.every(({ kind }) => kind !== "example")));
});

test("the same input gives the same proposals, ranked from one, with falling no more than asked for", () => {
  const titles = examples.map(({ code, title }) => ({ code, title }));
  const once = suggestIccs(titles, examples, { proposals: 2 });
  assert.deepEqual(suggestIccs(titles, examples, { proposals: 2 }), once);
  for (const { suggestions } of once.national) {
    assert.deepEqual(
      suggestions.map(({ rank }) => rank),
      [1, 2],
    );
    for (const { score, reasons, iccs } of suggestions) {
      assert.ok(score > 0 && score <= 1);
      assert.ok(reasons.length > 0);
      for (const reason of reasons) assert.ok(reason.iccs === iccs || iccsDescendants(iccs).includes(reason.iccs));
    }
  }
  assert.throws(() => suggestIccs(titles, examples, { proposals: 0 }), RangeError);
});

test("the words for offences stand under codes of the ICCS, each word under one", () => {
  const words = offenceWords.flatMap(([code, list]) => {
    assert.equal(parseIccsCode(code).kind, "code", code);
    return list.split(", ").map((word) => word.toLowerCase());
  });
  const repeated = words.filter((word, index) => words.indexOf(word) !== index);
  assert.deepEqual(repeated, []);
});

const agreed = fileURLToPath(
  new URL("../../../shared/data/chile-cnp-iccs/chile_cnp_to_iccs_examples.csv.gz", import.meta.url),
);

test("held-out codes of the Chilean correspondence get the right section first more often than by title alone", {
  skip: existsSync(agreed) ? false : "the agreed Chilean examples are not beside the repository",
}, () => {
  const table = parseCsv(gunzipSync(readFileSync(agreed)).toString("utf8"));
  const cell = (cells: readonly string[], name: string): string => cells[table.columns.indexOf(name)] ?? "";
  const chilean = table.rows.map(({ cells }) => ({
    code: cell(cells, "cnp_code"),
    title: cell(cells, "label_es"),
    description: cell(cells, "description_es"),
    iccs: cell(cells, "iccs_code"),
  }));
  assert.equal(chilean.length, 275);
  const [section] = crossValidated(chilean, 10, createRandom(2015, 0).uniform, proposerOf({}, defaultSettings));
  const share = (section?.first ?? 0) / (section?.examples ?? 1);
  assert.ok(share > 0.6, `the section is right for ${(100 * share).toFixed(1)} %`);
});
