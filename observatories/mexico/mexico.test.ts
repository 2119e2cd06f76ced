import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { checkReferences, type Engine, type ObservatoryReader } from "../../src/evidence/index.ts";
import { parseIccsCode } from "../../src/iccs/index.ts";
import { buildPart, inYear, type PartBuilt, referenceData, soundDefinitions } from "../trial.ts";

const directory = fileURLToPath(new URL(".", import.meta.url));
const { absent, table } = referenceData("mexico-sesnsp-victims", "the table of victims is");
const populations = table("population_state_sex_1950_2070");

/** What the figures below need; the widest indicators are left out, so that the test stays short. */
const neededIndicators = ["intentional-homicide-rate", "intentional-homicide", "victims-by-offence", "femicide"];

const victimsSchema = z.object({
  type: z.string(),
  subtype: z.string(),
  state: z.string(),
  year: z.string(),
  month: z.string(),
  sex: z.string(),
  age: z.string(),
  victims: z.number(),
});
type Victims = z.infer<typeof victimsSchema>;

test("the definitions of Mexico agree with each other", async () => {
  const definitions = await soundDefinitions(directory);
  assert.deepEqual(checkReferences(definitions), []);
  assert.equal([...definitions.areas.values()].filter(({ level }) => level === "state").length, 32);
  const rules = definitions.crosswalks.get("sesnsp")?.crosswalk.rules ?? [];
  for (const { iccs, code } of rules) assert.equal(parseIccsCode(iccs).kind, "code", code);
  const homicide = rules.filter(({ iccs }) => iccs === "0101").map(({ code }) => code);
  assert.deepEqual(homicide.sort(), ["Feminicidio", "Homicidio doloso"], "femicide is intentional homicide");
});

describe("victims in Mexico", { skip: absent }, () => {
  let built: PartBuilt;
  let engine: Engine;
  let reader: ObservatoryReader;
  /** The raw table of two years added up by what the figures need. */
  let raw: Victims[];

  before(async () => {
    built = await buildPart(directory, { indicators: neededIndicators });
    ({ engine, reader } = built);
    raw = await engine.rows(
      {
        text: `SELECT tipo_de_delito AS type, subtipo_de_delito AS subtype, cve_ent AS state, n_year AS year, n_month AS month,
            genero AS sex, rango_de_edad AS age, CAST(sum(CAST(n_victimas AS BIGINT)) AS DOUBLE) AS victims
          FROM ${table("victims_state_month_sex_age")} WHERE n_year IN ('2024', '2025') GROUP BY ALL`,
        values: [],
      },
      victimsSchema,
    );
  });
  after(() => built.remove());

  const sum = (holds: (row: Victims) => boolean): number =>
    raw.filter(holds).reduce((total, { victims }) => total + victims, 0);
  const isHomicide = ({ subtype }: Victims): boolean => subtype === "Homicidio doloso" || subtype === "Feminicidio";
  const figure: PartBuilt["figure"] = (indicator, filter) => built.figure(indicator, filter);
  const population = async (area: string, sex: string): Promise<number> => {
    const [row] = await engine.rows(
      {
        text: `SELECT CAST(pob_mid_year AS DOUBLE) AS persons FROM ${populations} WHERE n_year = '2024' AND cve_ent = $1 AND genero = $2`,
        values: [area, sex],
      },
      z.object({ persons: z.number() }),
    );
    assert.ok(row !== undefined);
    return row.persons;
  };

  test("every row is accepted and the source's own totals agree", () => {
    const summary = reader.manifest.streams.victims?.summary;
    assert.ok(summary !== null && summary !== undefined);
    assert.equal(summary.rowsIn, 927_360);
    assert.equal(summary.accepted, 927_360);
    assert.deepEqual(
      summary.totals.map(({ total, agrees }) => [total, agrees]),
      [
        ["rows", true],
        ["types-of-offence", true],
        ["states", true],
      ],
    );
  });

  test("intentional homicide holds femicide and is divided by the people of the same sex and state (SDG 16.1.1)", async () => {
    const sexes: readonly [string, string, string][] = [
      ["F", "Mujer", "Mujeres"],
      ["M", "Hombre", "Hombres"],
    ];
    for (const area of ["00", "06", "31"]) {
      const inArea = (row: Victims): boolean =>
        row.year === "2024" && isHomicide(row) && (area === "00" || row.state === area);
      const total = await figure("intentional-homicide-rate", { area, ...inYear(2024) });
      assert.equal(total.numerator, sum(inArea));
      assert.equal(total.value, (sum(inArea) * 100_000) / (await population(area, "Total")));
      for (const [sex, written, people] of sexes) {
        const found = await figure("intentional-homicide-rate", {
          grouping: "sex",
          dimensions: { sex },
          area,
          ...inYear(2024),
        });
        const victims = sum((row) => inArea(row) && row.sex === written);
        assert.equal(found.numerator, victims, `${area} ${sex}`);
        assert.equal(found.value, (victims * 100_000) / (await population(area, people)), `${area} ${sex}`);
        assert.ok(found.lower !== null && found.upper !== null && found.value !== null);
        assert.ok(found.lower <= found.value && found.value <= found.upper);
      }
    }
    const women = await figure("femicide", { grouping: "sex", dimensions: { sex: "F" }, area: "00", ...inYear(2024) });
    assert.equal(
      women.numerator,
      sum(({ type, year: of }) => type === "Feminicidio" && of === "2024"),
    );
  });

  test("victims whose sex is not known have no rate, and are in the total", async () => {
    const filter = { grouping: "sex", dimensions: { sex: "_U" }, area: "00", ...inYear(2024) };
    const found = await figure("intentional-homicide-rate", filter);
    assert.equal(found.value, null);
    assert.equal(found.reason, "no-population-of-unknown");
    const counted = await figure("intentional-homicide", filter);
    assert.equal(
      counted.value,
      sum((row) => row.year === "2024" && isHomicide(row) && row.sex === "No identificado"),
    );
    assert.ok((counted.value ?? 0) > 0);
  });

  test("half a year is marked as half a year, and set against half a year of people", async () => {
    const found = await figure("intentional-homicide-rate", { area: "00", ...inYear(2025) });
    assert.equal(found.status, "partial");
    assert.equal(found.reason, "partial-coverage");
    assert.ok(Math.abs((found.coverage ?? 0) - 181 / 365) < 1e-9);
    assert.equal(
      found.numerator,
      sum((row) => row.year === "2025" && isHomicide(row)),
    );
    assert.equal(new Set(raw.filter((row) => row.year === "2025").map(({ month }) => month)).size, 6);
  });

  test("all 13 types of offence are counted, and the ICCS divisions add up to them", async () => {
    const whole = { area: "00", ...inYear(2024) };
    const byType = await reader.observations("victims-by-offence", { grouping: "offence", ...whole });
    assert.equal(byType.length, 13);
    for (const { dimensions, value } of byType) {
      assert.equal(
        value,
        sum(({ type, year: of }) => type === dimensions.offence && of === "2024"),
        dimensions.offence,
      );
    }
    const total = sum((row) => row.year === "2024");
    const byDivision = await reader.observations("victims-by-offence", { grouping: "iccs", ...whole });
    assert.equal(
      byDivision.reduce((added, { value }) => added + (value ?? 0), 0),
      total,
      "the crosswalk neither makes nor loses a victim",
    );
    const division = new Map(byDivision.map(({ dimensions, value }) => [dimensions.iccs, value]));
    assert.equal(
      division.get("0205"),
      sum((row) => row.year === "2024" && row.type === "Extorsión"),
    );
    assert.equal(
      division.get("0204"),
      sum((row) => row.year === "2024" && row.type === "Trata de personas"),
    );
    assert.equal(division.get("_U"), undefined, "every subtype and modality has a rule");
  });

  test("a zero that was reported is a zero, by sex and age too", async () => {
    const inState = await reader.observations("intentional-homicide", {
      grouping: "sex,age",
      level: "state",
      ...inYear(2024),
    });
    const zeros = inState.filter(({ value }) => value === 0);
    assert.ok(zeros.length > 0);
    for (const { area, dimensions, status } of zeros) {
      const sex = { F: "Mujer", M: "Hombre", _U: "No identificado" }[dimensions.sex ?? ""];
      const isAge = (age: string): boolean =>
        dimensions.age === "Y0T17"
          ? age.startsWith("Menores")
          : dimensions.age === "Y_GE18"
            ? age.startsWith("Adultos")
            : age.startsWith("No ");
      const direct = sum(
        (row) => row.year === "2024" && row.state === area && isHomicide(row) && row.sex === sex && isAge(row.age),
      );
      assert.deepEqual({ direct, status }, { direct: 0, status: "normal" });
    }
  });
});
