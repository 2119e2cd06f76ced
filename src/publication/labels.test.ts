import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Definitions, folderFiles, type Indicator, loadDefinitions, type Observation } from "../evidence/index.ts";
import { messagesOf } from "./catalogue.ts";
import {
  amountText,
  areaLabel,
  dimensionLabel,
  iccsLabel,
  levelLabel,
  reasonText,
  unitLabel,
  valueLabel,
} from "./labels.ts";

const folder = fileURLToPath(new URL("../../observatories/examplia/", import.meta.url));
const { definitions } = await loadDefinitions(folder, folderFiles(folder));
assert.ok(definitions !== undefined);
const known: Definitions = definitions;
const [en, zh] = [messagesOf("en"), messagesOf("zh")];

function indicatorNamed(id: string): Indicator {
  const found = known.indicators.get(id)?.value;
  assert.ok(found !== undefined, id);
  return found;
}

test("what is not known has a name, and what has no name shows its code", () => {
  assert.equal(areaLabel(known, en, "_U"), "not known");
  assert.equal(areaLabel(known, zh, "R06"), "铁山");
  assert.equal(areaLabel(known, en, "R99"), "R99");
  assert.equal(valueLabel(en, "sex", "_U"), "sex not known");
  assert.equal(valueLabel(en, "detention", "unsentenced"), "unsentenced");
  assert.equal(valueLabel(zh, "attempted", "true"), "是");
  assert.equal(dimensionLabel(en, "legal_basis"), "legal basis");
  assert.equal(levelLabel(en, "community-area"), "Community areas");
  assert.equal(levelLabel(en, "police-beat"), "police beat");
});

test("age groups are said in words: closed, open and single years", () => {
  assert.equal(valueLabel(en, "age", "Y0T17"), "0 to 17 years");
  assert.equal(valueLabel(zh, "age", "Y_GE65"), "65 岁及以上");
  assert.equal(valueLabel(en, "age", "Y15"), "Y15");
});

test("an ICCS code stands with its title, and what is not a code as it is", () => {
  assert.equal(iccsLabel(en, "0101"), "0101 Intentional homicide");
  assert.equal(iccsLabel(en, "_U"), "not classified");
  assert.equal(iccsLabel(en, "9999"), "9999");
});

test("an amount is said with its unit", () => {
  const homicide = indicatorNamed("intentional-homicide");
  assert.equal(unitLabel(known, en, homicide), "victims per 100,000 population");
  assert.equal(amountText(known, en, homicide, 0.1213), "0.121 victims per 100,000 population");
  assert.equal(amountText(known, zh, homicide, 0.1213), "每 100,000 人口 0.121 名被害人");
  assert.equal(amountText(known, en, indicatorNamed("persons-held"), 1), "1 person held");
  assert.equal(amountText(known, en, indicatorNamed("unsentenced-detainees"), 0.32149), "32.1 percent");
});

test("masked counts are said by their bounds, and those of a share are bounds of its count", () => {
  const masked: Observation = {
    grouping: "",
    dimensions: {},
    area: "EX",
    level: "country",
    period: "2024-01-01",
    frequency: "A",
    value: null,
    lower: null,
    upper: null,
    numerator: null,
    denominator: null,
    low: 12,
    high: 16,
    status: "suppressed",
    reason: "masked",
    coverage: null,
    parts: null,
    expected: null,
    assumed: 0,
    flagged: 0,
    records: 3,
  };
  assert.equal(reasonText(en, indicatorNamed("persons-held"), masked), "between 12 and 16");
  assert.equal(reasonText(en, indicatorNamed("unsentenced-detainees"), masked), "the count is between 12 and 16");
  assert.equal(reasonText(en, indicatorNamed("persons-held"), { ...masked, reason: null }), "suppressed");
});
