/** Downloads against the table shown, read by DuckDB, which had no part in writing the CSV. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser } from "playwright-core";
import { z } from "zod";
import type { ServedObservatory } from "./observatory.ts";

const rowSchema = z.object({
  period: z.string(),
  value: z.number().nullable(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
});

export function testDownloads(served: () => ServedObservatory, browser: () => Browser): void {
  test("the CSV has the figures of the table, and the Parquet file those of the CSV", async () => {
    const { address } = served();
    const folder = await mkdtemp(join(tmpdir(), "justitia-downloads-"));
    for (const kind of ["csv", "parquet"]) {
      const response = await fetch(`${address}/data/burglary.${kind}`);
      assert.equal(response.status, 200);
      assert.match(
        response.headers.get("content-disposition") ?? "",
        new RegExp(`attachment; filename="burglary.${kind}"`),
      );
      await writeFile(join(folder, `burglary.${kind}`), Buffer.from(await response.arrayBuffer()));
    }
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const csv = `read_csv('${folder}/burglary.csv', header = true, nullstr = '', types = {'period': 'VARCHAR', 'attempted': 'VARCHAR'})`;
    const parquet = `read_parquet('${folder}/burglary.parquet')`;
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const found = z
      .array(rowSchema)
      .parse(
        await rows(
          `SELECT period, value, numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator FROM ${csv} WHERE area = 'R04' AND attempted = '_T' ORDER BY period DESC`,
        ),
      );
    assert.equal(found.length, 120);

    const page = await browser().newPage();
    await page.goto(`${address}/en/indicators/burglary?area=R04&by=`);
    const shown = await page
      .locator("#table + .scroll tbody tr")
      .evaluateAll((lines) => lines.map((line) => (line.textContent ?? "").trim()));
    assert.equal(shown.length, found.length);
    const significant = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
    for (const [index, row] of found.entries()) {
      const line = shown[index] ?? "";
      assert.ok(line.startsWith(row.period), `${row.period}: ${line}`);
      if (row.value === null) assert.match(line, /reported|missing/);
      else {
        const value = row.value === 0 ? "0" : significant.format(row.value);
        assert.ok(line.slice(row.period.length).startsWith(value), `${value}: ${line}`);
        const count = new Intl.NumberFormat("en").format(row.numerator ?? Number.NaN);
        const exposure = new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(
          row.denominator ?? Number.NaN,
        );
        assert.ok(line.includes(`${count}${exposure}`), `${count} of ${exposure}: ${line}`);
      }
    }
    await page.close();

    const columns = "area, status, value, lower, upper, numerator, denominator, coverage, records";
    const [difference] = await rows(
      `SELECT count(*)::INTEGER AS n FROM ((SELECT ${columns} FROM ${csv} EXCEPT ALL SELECT ${columns} FROM ${parquet})
        UNION ALL (SELECT ${columns} FROM ${parquet} EXCEPT ALL SELECT ${columns} FROM ${csv}))`,
    );
    assert.equal(difference?.n, 0);
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  });
}
