import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseCsv } from "../formats/index.ts";
import {
  type IccsCode,
  iccsAncestors,
  iccsChildren,
  iccsCodes,
  iccsDefinitionsFromRows,
  iccsDescendants,
  iccsLevel,
  iccsParent,
  iccsSection,
  iccsTitle,
  isIccsLeaf,
  parseIccsCode,
} from "./index.ts";

const official = fileURLToPath(new URL("../../../shared/data/iccs/iccs_en_es.csv.gz", import.meta.url));
const withoutOfficial = existsSync(official) ? false : "the official ICCS table is not beside the repository";

function officialRows(): Record<string, string>[] {
  const table = parseCsv(gunzipSync(readFileSync(official)).toString("utf8"));
  assert.deepEqual(table.problems, []);
  return table.rows.map(({ cells }) =>
    Object.fromEntries(table.columns.map((name, index) => [name, cells[index] ?? ""])),
  );
}

function code(text: string): IccsCode {
  const parsed = parseIccsCode(text);
  if (parsed.kind !== "code") assert.fail(`${text} is no code: ${parsed.message}`);
  return parsed.code;
}

test("the classification has 320 codes: 11 sections, 63 divisions, 148 groups and 98 classes", () => {
  const codes = iccsCodes();
  assert.equal(codes.length, 320);
  assert.equal(new Set(codes).size, 320);
  const perLevel = [1, 2, 3, 4].map((level) => codes.filter((one) => iccsLevel(one) === level).length);
  assert.deepEqual(perLevel, [11, 63, 148, 98]);
});

test("codes, levels, parents and titles are those of the official table", { skip: withoutOfficial }, () => {
  const ours = iccsCodes().map((one) => ({
    code: String(one),
    level: String(iccsLevel(one)),
    parent: String(iccsParent(one) ?? ""),
    title_en: iccsTitle(one, "en"),
    title_es: iccsTitle(one, "es"),
  }));
  const theirs = officialRows().map(({ code = "", level = "", parent = "", title_en = "", title_es = "" }) => ({
    code,
    level,
    parent,
    title_en,
    title_es,
  }));
  const byCode = (a: { code: string }, b: { code: string }): number => (a.code < b.code ? -1 : 1);
  assert.deepEqual(ours.sort(byCode), theirs.sort(byCode));
});

test("definitions come from the official table of whoever has it", { skip: withoutOfficial }, () => {
  const definitions = iccsDefinitionsFromRows(officialRows(), "en");
  assert.equal(definitions.size, 320);
  assert.match(definitions.get(code("0101"))?.description ?? "", /^Unlawful death inflicted upon a person/);
  assert.match(definitions.get(code("0101"))?.exclusions ?? "", /attempted intentional homicide \(0102\)/);
});

test("rows with codes that the ICCS does not have give no definition", () => {
  const rows = [
    { code: "0401", description_es: "Robo con violencia" },
    { code: "9999", description_es: "Nada" },
  ];
  const definitions = iccsDefinitionsFromRows(rows, "es");
  assert.deepEqual([...definitions.keys()], ["0401"]);
  assert.deepEqual(definitions.get(code("0401")), {
    description: "Robo con violencia",
    inclusions: "",
    exclusions: "",
    note: "",
  });
});

test("codes that the publication prints for others are resolved and said", () => {
  for (const [written, meant] of [
    ["0908", "0909"],
    ["1008", "1009"],
    ["01042", "01049"],
    ["02044", "02049"],
  ] as const) {
    const parsed = parseIccsCode(written);
    assert.equal(parsed.kind, "alias");
    assert.equal(parsed.kind === "alias" && parsed.code, meant);
    assert.match(parsed.kind === "alias" ? parsed.message : "", new RegExp(`${written}.*${meant}`));
    assert.equal(parseIccsCode(meant).kind, "code");
  }
});

test("a text that is no code is a problem that names the nearest codes", () => {
  const hint = (text: string): string => {
    const parsed = parseIccsCode(text);
    assert.equal(parsed.kind, "problem", text);
    return parsed.kind === "problem" ? parsed.hint : "";
  };
  assert.match(hint("101"), /^Near it: 0101 Intentional homicide\.$/, "a spreadsheet dropped the leading zero");
  assert.match(hint("20111"), /^Near it: 020111 Serious assault\.$/);
  assert.match(hint(" 0401 "), /^Near it: 0401 Robbery\.$/, "blanks around the code");
  assert.match(hint("01.01"), /^Near it: 0101 /, "signs between the digits");
  assert.match(hint("0108"), /^Near it: 01 .*0101 /, "the section and what is in it");
  assert.match(hint("010399"), /^Near it: 0103 Non-intentional homicide; 01031 /);
  for (const text of ["", "homicide", "99", "constructor", "__proto__"])
    assert.match(hint(text), /^Look the code up/, text);
});

test("the hierarchy leads from a class up to its section and down again", () => {
  const vehicular = code("010321");
  assert.equal(iccsLevel(vehicular), 4);
  assert.deepEqual(iccsAncestors(vehicular), ["01032", "0103", "01"]);
  assert.equal(iccsSection(vehicular), "01");
  assert.equal(iccsSection(code("11")), "11");
  assert.equal(iccsParent(code("11")), undefined);
  assert.deepEqual(iccsChildren(code("01032")), ["010321", "010322"]);
  assert.deepEqual(iccsDescendants(code("0103")), ["01031", "01032", "010321", "010322"]);
  assert.equal(isIccsLeaf(vehicular), true);
  assert.equal(isIccsLeaf(code("0103")), false);
});

test("every code but a section begins with its parent, and is one of its children", () => {
  for (const one of iccsCodes()) {
    const parent = iccsParent(one);
    assert.equal(parent === undefined, iccsLevel(one) === 1);
    if (parent === undefined) continue;
    assert.ok(one.startsWith(parent));
    assert.equal(iccsLevel(one), iccsLevel(parent) + 1);
    assert.ok(iccsChildren(parent).includes(one));
  }
});

test("every section has a title of its own in the six languages of the United Nations", () => {
  const script = {
    en: /^[A-Z]/,
    es: /^[A-ZÁÉÍÓÚ]/,
    fr: /^[A-ZÉ]/,
    ru: /^[А-Я]/,
    zh: /\p{Script=Han}/u,
    ar: /\p{Script=Arabic}/u,
  } as const;
  for (const language of ["en", "es", "fr", "ru", "zh", "ar"] as const) {
    const titles = iccsCodes()
      .filter((one) => iccsLevel(one) === 1)
      .map((one) => iccsTitle(one, language));
    assert.equal(new Set(titles).size, 11, language);
    for (const title of titles) assert.match(title, script[language]);
  }
});

test("a code without a title in a language is shown with its English one", () => {
  assert.equal(iccsTitle(code("0101"), "es"), "Homicidio intencional");
  assert.equal(iccsTitle(code("0101"), "ru"), "Intentional homicide");
});
