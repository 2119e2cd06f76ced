import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { checkReferences, type Definitions, type Engine, openEngine } from "../../src/evidence/index.ts";
import { applyCrosswalk, type Crosswalk, crosswalkSql, parseIccsCode } from "../../src/iccs/index.ts";
import { referenceData, soundDefinitions } from "../trial.ts";

const directory = fileURLToPath(new URL(".", import.meta.url));
const { absent, path, table } = referenceData("chicago-incidents-2001-2018", "the records are");
const incidents = `read_parquet('${path("incidents.parquet")}')`;
const codeList = table("iucr_codes");

let engine: Engine;
let temporaryDirectory: string;
let definitions: Definitions;
let crosswalk: Crosswalk;

before(async () => {
  temporaryDirectory = await mkdtemp(join(tmpdir(), "justitia-chicago-"));
  engine = await openEngine({ memoryLimit: "1GB", threads: 2, temporaryDirectory });
  definitions = await soundDefinitions(directory);
  const found = definitions.crosswalks.get("iucr-iccs");
  assert.ok(found !== undefined);
  crosswalk = found.crosswalk;
});
after(async () => {
  engine.close();
  await rm(temporaryDirectory, { recursive: true, force: true });
});

/** Every class of premises that a record can have: those of the lookup table and the two for all the rest. */
function premisesClasses(): string[] {
  const table = definitions.tables.get("premises.csv") ?? [];
  return [...new Set([...table.map(({ cells }) => cells.premises ?? ""), "other", "unknown"])];
}

test("the definitions of Chicago agree with each other", () => {
  assert.deepEqual(checkReferences(definitions), []);
  const communities = [...definitions.areas.values()].filter(({ level }) => level === "community-area");
  assert.equal(communities.length, 77);
});

test("every rule goes to a class of the ICCS, and says why and on whose authority", () => {
  assert.equal(new Set(crosswalk.rules.map(({ code }) => code)).size, 402);
  for (const rule of crosswalk.rules) {
    const target = rule.iccs === "none" ? undefined : parseIccsCode(rule.iccs);
    assert.ok(target === undefined || target.kind === "code", `${rule.code} → ${rule.iccs}`);
    assert.ok((rule.note ?? "").length > 10, `${rule.code} has no note`);
    assert.ok((rule.authority ?? "") !== "", `${rule.code} has no authority`);
    assert.ok((rule.title ?? "") !== "", `${rule.code} has no title`);
    assert.ok(rule.weight === 1 || rule.basis === "assumption", `${rule.code} is split without saying that it assumes`);
  }
});

test("only what describes no act is declared to be no crime", () => {
  const codes = new Set(crosswalk.rules.filter(({ iccs }) => iccs === "none").map(({ code }) => code));
  assert.deepEqual([...codes].sort(), ["0585", "1481", "2091", "2093", "5073", "5093", "5094", "5113", "5114"]);
});

const listedSchema = z.object({ iucr: z.string(), first: z.string(), last: z.string() });

test("every code of the national list is classified on every day on which it was used", { skip: absent }, async () => {
  const codes = await engine.rows(
    {
      text: `SELECT iucr, min(first_seen) AS first, max(last_seen) AS last FROM ${codeList} GROUP BY iucr`,
      values: [],
    },
    listedSchema,
  );
  assert.equal(codes.length, 402);
  const cuts = crosswalk.rules.flatMap(({ from, until }) => [from, until]).filter((day) => day !== undefined);
  const classes = premisesClasses();
  for (const { iucr, first, last } of codes) {
    const own = { ...crosswalk, rules: crosswalk.rules.filter(({ code }) => code === iucr) };
    for (const date of [first, last, ...cuts.filter((day) => day >= first && day <= last)]) {
      for (const premises of classes) {
        const mappings = applyCrosswalk(own, { code: iucr, date, columns: { premises } });
        assert.ok(
          mappings.every(({ status }) => status !== "unmapped"),
          `${iucr} on ${date} at ${premises}`,
        );
        const weights = mappings.reduce((sum, { weight }) => sum + weight, 0);
        assert.ok(Math.abs(weights - 1) < 1e-9, `${iucr} on ${date} at ${premises}: ${weights}`);
      }
    }
  }
});

test("the locations of the lookup table are locations of the records", { skip: absent }, async () => {
  const table = definitions.tables.get("premises.csv") ?? [];
  const known = await engine.rows(
    {
      text: `SELECT DISTINCT location_description AS location FROM ${incidents} WHERE location_description IS NOT NULL`,
      values: [],
    },
    z.object({ location: z.string() }),
  );
  const locations = new Set(known.map(({ location }) => location));
  const unknown = table
    .map(({ cells }) => cells.location_description ?? "")
    .filter((location) => !locations.has(location));
  assert.ok(table.length > 80);
  assert.deepEqual(unknown, []);
});

test("counts of 2016 under the ICCS are those of the national codes counted directly", { skip: absent }, async () => {
  const lookup = (definitions.tables.get("premises.csv") ?? [])
    .map(({ cells }) => `('${(cells.location_description ?? "").replaceAll("'", "''")}', '${cells.premises ?? ""}')`)
    .join(", ");
  const year = `SELECT * FROM ${incidents} WHERE occurred_at >= TIMESTAMP '2016-01-01' AND occurred_at < TIMESTAMP '2017-01-01'`;
  const classified = crosswalkSql({
    crosswalk,
    source: `(SELECT iucr, CAST(occurred_at AS DATE) AS day, coalesce(l.premises, 'other') AS premises
      FROM (${year}) i LEFT JOIN (VALUES ${lookup}) AS l(location, premises) ON l.location = i.location_description)`,
    codeColumn: "iucr",
    dateColumn: "day",
    columnRef: (column) => `"${column}"`,
  });
  const figures = z.object({
    homicides: z.number(),
    burglaries: z.number(),
    robberies: z.number(),
    vehicles: z.number(),
    all: z.number(),
  });
  const under = (code: string): string => `coalesce(sum(iccs_weight) FILTER (WHERE starts_with(iccs, '${code}')), 0)`;
  const [ours] = await engine.rows(
    {
      text: `SELECT ${under("0101")} AS homicides, ${under("0501")} AS burglaries, ${under("0401")} AS robberies,
        ${under("050211")} AS vehicles, sum(iccs_weight) AS "all" FROM (${classified})`,
      values: [],
    },
    figures,
  );
  const where = (condition: string): string => `CAST(count(*) FILTER (WHERE ${condition}) AS DOUBLE)`;
  const [direct] = await engine.rows(
    {
      text: `SELECT ${where("iucr IN ('0110', '0130')")} AS homicides, ${where("primary_type = 'BURGLARY'")} AS burglaries,
        ${where("primary_type = 'ROBBERY'")} AS robberies, ${where("primary_type = 'MOTOR VEHICLE THEFT'")} AS vehicles,
        CAST(count(*) AS DOUBLE) AS "all" FROM (${year})`,
      values: [],
    },
    figures,
  );
  assert.deepEqual(ours, direct);
  assert.equal(ours?.homicides, 782);
  assert.equal(ours?.all, 268_813);
});
