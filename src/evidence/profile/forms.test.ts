import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { momentForm } from "./moment-form.ts";
import { numberForm, numberOf } from "./number-form.ts";
import { ageCodes, roleOfName, sexCodes } from "./role.ts";

const counted = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
};

test("a column settles what a single number leaves open", () => {
  for (const [texts, integer, decimal, thousands, open] of [
    [["1", "22", "-3"], true, ".", "", false],
    [["94,19", "839,08", "5"], false, ",", "", false],
    [["1.234,5", "12"], false, ",", ".", false],
    [["1,234.5", "12"], false, ".", ",", false],
    [["1.234.567", "12"], true, ",", ".", false],
    [["12 345", "7"], true, ".", " ", false],
    [["12'345.25", "7"], false, ".", "'", false],
    [["297.192", "99", "15.133"], true, ",", ".", true],
    [["0.125", "2.250"], false, ".", "", false],
    [["12.125", "34567"], false, ".", "", true],
    [["1e5", "2.5"], false, ".", "", false],
  ] as const) {
    const form = numberForm(counted(texts));
    assert.deepEqual(
      [form?.integer, form?.decimal, form?.thousands, form?.open !== undefined],
      [integer, decimal, thousands, open],
      texts.join(" "),
    );
  }
  assert.equal(numberForm(counted(["12a", "R01"])), undefined);
});

test("a number written in a form is read back under it", () => {
  const signs = [
    [".", ""],
    [".", ","],
    [",", "."],
    [",", " "],
    [".", "'"],
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...signs),
      fc.integer({ min: -9_999_999, max: 9_999_999 }),
      ([decimal, thousands], cents) => {
        const whole = String(Math.trunc(Math.abs(cents) / 100)).replace(/\B(?=(\d{3})+$)/g, thousands);
        const text = `${cents < 0 ? "-" : ""}${whole}${decimal}${String(Math.abs(cents) % 100).padStart(2, "0")}`;
        assert.equal(numberOf(text, { integer: false, decimal, thousands }), cents / 100);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test("days and months are told apart by what is above twelve, and asked about when nothing is", () => {
  for (const [texts, type, format, open] of [
    [["2024-01-31"], "date", "%Y-%m-%d", false],
    [["31.01.2024", "01.02.2024"], "date", "%d.%m.%Y", false],
    [["01/31/2024", "02/01/2024"], "date", "%m/%d/%Y", false],
    [["01/02/2024", "03/04/2024"], "date", "%d/%m/%Y", true],
    [["13/01/2024", "01/13/2024", "14/01/2024"], "date", "%d/%m/%Y", true],
    [["01.01.2015 09:44"], "datetime", "%d.%m.%Y %H:%M", true],
    [["13.01.2015 09:44"], "datetime", "%d.%m.%Y %H:%M", false],
    [["01/13/2018 12:00:00 AM", "01/14/2018 01:30:00 PM"], "datetime", "%m/%d/%Y %I:%M:%S %p", false],
    [["2018-01-01T00:00:00.000", "2018-01-02T00:00:00.000"], "date", "%Y-%m-%dT%H:%M:%S.%f", true],
    [["2018-01-01T00:00:00+01:00"], "datetime", "%Y-%m-%dT%H:%M:%S%z", false],
    [["2018-01-01T10:00:00Z"], "datetime", "%Y-%m-%dT%H:%M:%SZ", false],
    [["5-Jan-18"], "date", "%d-%b-%y", true],
    [["2015-03"], "year-month", "%Y-%m", false],
    [["03/2015"], "year-month", "%m/%Y", false],
    [["2020M03"], "year-month", "%YM%m", false],
    [["20240131"], "date", "%Y%m%d", false],
  ] as const) {
    const form = momentForm(counted(texts));
    assert.deepEqual([form?.type, form?.format, (form?.questions.length ?? 0) > 0], [type, format, open], texts[0]);
  }
  assert.equal(momentForm(counted(["R01", "12", "2024"])), undefined);
});

test("a day that does not exist fits no form", () => {
  const form = momentForm(counted(["2024-01-31", "2024-02-29"]));
  assert.equal(form?.fits("2024-02-29"), "2024-02-29");
  assert.equal(form?.fits("2023-02-29"), undefined);
  assert.equal(form?.fits("2024-13-01"), undefined);
  assert.equal(form?.fits("31.01.2024"), undefined);
});

test("sexes and ages become the codes of SDMX, in several languages", () => {
  assert.deepEqual(sexCodes(["Mujer", "Hombre", "No identificado"]), {
    Mujer: "F",
    Hombre: "M",
    "No identificado": "_U",
  });
  assert.deepEqual(sexCodes(["M", "H"]), { M: "F", H: "M" }, "beside hombre, M is mujer");
  assert.deepEqual(sexCodes(["M", "F", "Total"]), { M: "M", F: "F", Total: "_T" });
  assert.deepEqual(sexCodes(["女", "男"]), { 女: "F", 男: "M" });
  assert.equal(sexCodes(["M", "L", "XL"]), undefined, "sizes are no sexes");
  assert.deepEqual(ageCodes(["0-17", "65+", "Total", "18 years or over", "under 5"]), {
    "0-17": "Y0T17",
    "65+": "Y_GE65",
    Total: "_T",
    "18 years or over": "Y_GE18",
    "under 5": "Y_LT5",
  });
  assert.equal(ageCodes(["0-17", "old"]), undefined);
});

test("a column's name suggests its role", () => {
  for (const [name, role] of [
    ["Fall-Nr", "identifier"],
    ["genero", "sex"],
    ["Rango de Edad", "age"],
    ["tipo_de_delito", "offence"],
    ["IUCR", "offence"],
    ["Region", "area"],
    ["SpatialDimType", undefined],
    ["OBS_VALUE", "count"],
    ["LastName", "person"],
    ["Waffe", undefined],
  ] as const)
    assert.equal(roleOfName(name), role, name);
});
