import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { checkReferences, type Engine, type Observation, type ObservatoryReader } from "../../src/evidence/index.ts";
import { buildPart, inYear, type PartBuilt, referenceData, soundDefinitions } from "../trial.ts";

const directory = fileURLToPath(new URL(".", import.meta.url));
const { absent, table } = referenceData("unodc-cts", "the tables are");
const prisons = table("data_cts_prisons_and_prisoners");
/** The trafficking table with the middle of the bounds where a count is masked. */
const trafficking = `(SELECT *, CASE WHEN txtVALUE = '<5' THEN 2.0 ELSE CAST(replace(txtVALUE, ',', '') AS DOUBLE) END AS middle
  FROM ${table("data_glotip")})`;
const detected = `(SELECT * FROM ${trafficking} WHERE "Indicator" = 'Detected trafficking victims')`;

/** What the figures below need: the other sources of the observatory are left out, so that the test stays short. */
const neededStreams = ["prisons", "trafficking", "trafficking-csv", "violent-crime", "violent-crime-csv", "world-bank"];
const neededIndicators = [
  "trafficking-children-share",
  "trafficking-own-country-share",
  "trafficking-women-share",
  "trafficking-victims",
  "prisons-over-capacity",
  "persons-held",
  "persons-held-women-share",
  "unsentenced-share",
];

test("the definitions of the world agree with each other", async () => {
  const definitions = await soundDefinitions(directory);
  assert.deepEqual(checkReferences(definitions), []);
  for (const { value } of definitions.indicators.values()) {
    for (const text of [value.title, value.description, value.limits])
      assert.ok(text.zh !== undefined, value.indicator);
  }
});

test("every country lies in a subregion, a region and the world", async () => {
  const definitions = await soundDefinitions(directory);
  const areas = [...definitions.areas.values()];
  const count = (level: string): number => areas.filter((area) => area.level === level).length;
  assert.deepEqual(["world", "region", "subregion"].map(count), [1, 5, 17]);
  const outside = areas.filter(({ level, parent }) => level === "country" && parent === "001").map(({ code }) => code);
  assert.deepEqual(outside, ["ATA"], "only Antarctica belongs to no region of the M49 list");
});

describe("figures of A/CONF.234/15", { skip: absent }, () => {
  let built: PartBuilt;
  let engine: Engine;
  let reader: ObservatoryReader;

  before(async () => {
    built = await buildPart(directory, { streams: neededStreams, indicators: neededIndicators });
    ({ engine, reader } = built);
  });
  after(() => built.remove());

  const figure: PartBuilt["figure"] = (indicator, filter) => built.figure(indicator, filter);
  const quotientSchema = z.object({ numerator: z.number(), denominator: z.number() });
  const quotient = async (text: string): Promise<z.infer<typeof quotientSchema>> => {
    const [row] = await engine.rows({ text, values: [] }, quotientSchema);
    assert.ok(row !== undefined);
    return row;
  };
  const agrees = (found: Observation, expected: z.infer<typeof quotientSchema>): void => {
    assert.ok(found.value !== null && found.numerator !== null && found.denominator !== null);
    assert.ok(Math.abs(found.numerator - expected.numerator) < 1e-6, `${found.numerator} and ${expected.numerator}`);
    assert.ok(
      Math.abs(found.denominator - expected.denominator) < 1e-6,
      `${found.denominator} and ${expected.denominator}`,
    );
    assert.ok(Math.abs(found.value - expected.numerator / expected.denominator) < 1e-12);
  };

  test("children are about a third of the detected victims of trafficking in 2018 (para. 11)", async () => {
    const found = await figure("trafficking-children-share", { area: "001", ...inYear(2018) });
    agrees(
      found,
      await quotient(`SELECT sum(child) AS numerator, sum(child + coalesce(adult, 0)) AS denominator FROM (
        SELECT sum(middle) FILTER (WHERE "Age" = '0 to 17 years') AS child, sum(middle) FILTER (WHERE "Age" = '18 years or over') AS adult
        FROM ${detected} WHERE "Dimension" = 'Total' AND "Sex" = 'Total' AND "Year" = '2018' GROUP BY "Country") WHERE child IS NOT NULL`),
    );
    assert.ok(Math.abs((found.value ?? 0) - 1 / 3) < 0.05, `${found.value}`);
    assert.equal(found.status, "partial");
  });

  test("65 per cent of the detected victims of 2018 are women and girls (para. 14)", async () => {
    const found = await figure("trafficking-women-share", { area: "001", ...inYear(2018) });
    assert.equal(Math.round((found.value ?? 0) * 100), 65);
  });

  test("victims detected in their own country are counted by subregion (para. 12)", async () => {
    const own = `("Category" = "Country" OR "Category" IN ('Nationals', 'Netherlands (own country)', 'own country', 'Guatemaltecos', 'Bhuatnese',
      'luxembourgeois', 'Myanmar Nation') OR "Category" LIKE 'Ciudadanos de su pa%'
      OR ("Country" = 'Netherlands' AND "Category" IN ('Nederland', 'Netherlands (Kingdom of the)'))
      OR ("Country" LIKE 'Bolivia%' AND "Category" = 'Bolivia') OR ("Country" LIKE 'C%Ivoire' AND "Category" LIKE 'C%Ivoire')
      OR ("Country" = 'Türkiye' AND "Category" LIKE 'T%rkiye') OR ("Country" = 'Belize' AND "Category" = 'Belizean')
      OR ("Country" = 'Malaysia' AND "Category" = 'MALAYSIA'))`;
    const unknown = `('Unknown', 'N/A', 'Sin determinar', 'TOTAL', 'Nationality', 'DESCONOCIDA', 'NO REGISTRA', 'NO DETERMINADA',
      'Desconocido', 'without', 'Disputed', 'no information', 'Inconnue', '0')`;
    const direct = (where: string): string => `SELECT sum(own) AS numerator, sum(known) AS denominator FROM (
      SELECT sum(middle) FILTER (WHERE ${own}) AS own,
        sum(middle) FILTER (WHERE "Category" IS NOT NULL AND "Category" NOT IN ${unknown}) AS known
      FROM ${detected} WHERE "Dimension" = 'by citizenship' AND "Year" = '2018' AND ${where} GROUP BY "Country") WHERE own IS NOT NULL`;
    const world = await figure("trafficking-own-country-share", { area: "001", ...inYear(2018) });
    agrees(world, await quotient(direct("TRUE")));
    const subregions: readonly [string, string][] = [
      ["202", "Sub-Saharan Africa"],
      ["419", "Latin America and the Caribbean"],
      ["155", "Western Europe"],
    ];
    for (const [code, name] of subregions) {
      const found = await figure("trafficking-own-country-share", { area: code, ...inYear(2018) });
      agrees(found, await quotient(direct(`"Subregion" = '${name}'`)));
    }
    // The paper has 0.65; the table of today lacks the row of own citizens of large countries.
    assert.ok(world.value !== null && world.value > 0.5 && world.value < 0.65);
  });

  const held = `"Unit of measurement" = 'Counts' AND "Indicator" = 'Persons held' AND "Dimension" = 'Total' AND "Age" = 'Total'`;

  test("prisons are over capacity in a part of the countries, by region (para. 22)", async () => {
    const direct = (
      where: string,
    ): string => `SELECT CAST(count(*) FILTER (WHERE held > places) AS DOUBLE) AS numerator,
        CAST(count(*) AS DOUBLE) AS denominator FROM (
      SELECT Iso3_code, any_value("Region") AS region, max(CAST("VALUE" AS DOUBLE)) FILTER (WHERE ${held}) AS held,
        max(CAST("VALUE" AS DOUBLE)) FILTER (WHERE "Unit of measurement" = 'Counts' AND "Category" = 'Official prison capacity' AND "Age" = 'Total') AS places
      FROM ${prisons} WHERE "Year" = '2018' AND "Sex" = 'Total' AND length(Iso3_code) = 3 GROUP BY Iso3_code)
      WHERE held IS NOT NULL AND places > 0 AND ${where}`;
    agrees(await figure("prisons-over-capacity", { area: "001", ...inYear(2018) }), await quotient(direct("TRUE")));
    const regions: readonly [string, string][] = [
      ["002", "Africa"],
      ["019", "Americas"],
      ["142", "Asia"],
      ["150", "Europe"],
      ["009", "Oceania"],
    ];
    for (const [code, name] of regions) {
      const found = await figure("prisons-over-capacity", { area: code, ...inYear(2018) });
      agrees(found, await quotient(direct(`region = '${name}'`)));
    }
  });

  test("persons held are counted by sex, without the figures that contradict each other", async () => {
    const sums = await engine.rows(
      {
        text: `SELECT "Sex" AS sex, CAST(sum(CAST("VALUE" AS DOUBLE)) AS DOUBLE) AS held FROM ${prisons}
          WHERE ${held} AND "Year" = '2018' AND "Sex" <> 'Total' AND Iso3_code <> 'PAN' GROUP BY "Sex" ORDER BY "Sex"`,
        values: [],
      },
      z.object({ sex: z.string(), held: z.number() }),
    );
    const bySex = await reader.observations("persons-held", { grouping: "sex", area: "001", ...inYear(2018) });
    const found = new Map(bySex.map(({ dimensions, value }) => [dimensions.sex, value]));
    // Iraq's own figures stand for Iraq in every year, so its part does not add to Asia and the world.
    const [part] = await engine.rows(
      {
        text: `SELECT CAST(sum(CAST("VALUE" AS DOUBLE)) FILTER (WHERE "Sex" = 'Female') AS DOUBLE) AS female,
            CAST(sum(CAST("VALUE" AS DOUBLE)) FILTER (WHERE "Sex" = 'Male') AS DOUBLE) AS male
          FROM ${prisons} WHERE ${held} AND "Year" = '2018' AND Iso3_code LIKE 'IRQ_%'`,
        values: [],
      },
      z.object({ female: z.number(), male: z.number() }),
    );
    assert.ok(part !== undefined);
    const sum = (sex: string): number => sums.find((row) => row.sex === sex)?.held ?? 0;
    assert.equal(found.get("F"), sum("Female") - part.female);
    assert.equal(found.get("M"), sum("Male") - part.male);
  });

  test("the figure named as the latest of the world is not that of two countries", async () => {
    const latest = await reader.latest("persons-held");
    assert.ok(latest !== undefined);
    const all = await reader.observations("persons-held", { grouping: "", area: "001" });
    assert.ok(latest.period < (all.at(-1)?.period ?? ""), "two countries have reported a later year");
    assert.ok((latest.parts ?? 0) > 100);
  });

  test("unsentenced persons are near the 30 per cent that UNODC estimates for the world", async () => {
    const found = await figure("unsentenced-share", { area: "001", ...inYear(2016) });
    const [estimate] = await engine.rows(
      {
        text: `SELECT CAST("VALUE" AS DOUBLE) / 100 AS share FROM ${prisons} WHERE Iso3_code = 'WORLD' AND "Year" = '2016'`,
        values: [],
      },
      z.object({ share: z.number() }),
    );
    assert.ok(estimate !== undefined && found.value !== null);
    assert.ok(Math.abs(found.value - estimate.share) < 0.01, `${found.value} and ${estimate.share}`);
    const india = await figure("unsentenced-share", { area: "IND", ...inYear(2016) });
    agrees(
      india,
      await quotient(`SELECT max(CAST("VALUE" AS DOUBLE)) FILTER (WHERE "Category" = 'Unsentenced') AS numerator,
          max(CAST("VALUE" AS DOUBLE)) FILTER (WHERE "Category" = 'Total') AS denominator FROM ${prisons}
        WHERE Iso3_code = 'IND' AND "Year" = '2016' AND "Indicator" = 'Persons held' AND "Dimension" IN ('Total', 'by status')
          AND "Sex" = 'Total' AND "Age" = 'Total' AND "Unit of measurement" = 'Counts'`),
    );
  });

  test("no row of a table is lost: each is accepted, flagged, quarantined or set aside", () => {
    const ends = Object.fromEntries(
      Object.entries(reader.manifest.streams).map(([id, { summary }]) => {
        assert.ok(summary !== null, id);
        const { rowsIn, accepted, flagged, quarantined, setAside } = summary;
        assert.equal(accepted + flagged + quarantined + setAside, rowsIn, id);
        for (const total of summary.totals) assert.ok(total.agrees, `${id} ${total.total}`);
        return [id, { rowsIn, quarantined }];
      }),
    );
    assert.deepEqual(ends.prisons, { rowsIn: 65_797, quarantined: 13 }, "12 counts that stand twice and the year 1013");
    assert.deepEqual(ends.trafficking, { rowsIn: 46_556, quarantined: 118 }, "59 totals by sex that stand twice");
  });

  test("the workbooks give the same facts as the same tables in CSV", async () => {
    const facts = (stream: string, set: string): string => {
      const key = reader.manifest.streams[stream]?.facts[set];
      assert.ok(key !== undefined, `${stream}/${set}`);
      return `(SELECT * EXCLUDE (facts, vintage) FROM read_parquet('${join(built.state, "steps", "facts", key, "facts.parquet")}'))`;
    };
    const pairs: readonly [string, string, string][] = [
      ["trafficking", "trafficking-csv", "victims"],
      ["violent-crime", "violent-crime-csv", "offences"],
      ["violent-crime", "violent-crime-csv", "offence-details"],
    ];
    for (const [workbook, csv, set] of pairs) {
      const [difference] = await engine.rows(
        {
          text: `SELECT (SELECT count(*) FROM ${facts(workbook, set)}) AS facts,
            (SELECT count(*) FROM (${facts(workbook, set)} EXCEPT ${facts(csv, set)})) + (SELECT count(*) FROM (${facts(csv, set)} EXCEPT ${facts(workbook, set)})) AS different`,
          values: [],
        },
        z.object({ facts: z.number(), different: z.number() }),
      );
      assert.ok(difference !== undefined && difference.facts > 1000, `${workbook}/${set}`);
      assert.equal(difference.different, 0, `${workbook}/${set}`);
    }
  });

  test("a masked count keeps its bounds, and zero is among them", async () => {
    const all = await reader.observations("trafficking-victims", { grouping: "", level: "country", ...inYear(2018) });
    const bounded = all.filter(({ low, high }) => low !== high);
    assert.ok(bounded.length > 5);
    for (const { low, high, value, status } of bounded) {
      assert.deepEqual({ low, high, value, status }, { low: 0, high: 4, value: 2, status: "estimated" });
    }
  });
});
