import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { utils, write } from "@e965/xlsx";
import { parse } from "yaml";
import { z } from "zod";
import { generateExamplia } from "../../../observatories/examplia/generate.ts";
import { definitionKinds } from "../../evidence/index.ts";
import { run } from "./simulation/program.ts";

let folder: string;
let observatory: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-profile-test-"));
  await generateExamplia({ directory: join(folder, "raw"), seed: 3, scale: 0.01 });
  observatory = join(folder, "mine");
  assert.equal((await run("init", observatory)).code, 0);
});
after(() => rm(folder, { recursive: true }));

const stream = (text: string) => definitionKinds.stream.schema.parse(parse(text));

const exampliaFiles = {
  incidents: "incidents.csv",
  victims: "victims.csv",
  prisons: "prisons.tsv",
  populations: "populations.csv",
  returns: "returns.csv",
};

test("the files of Examplia get the formats and types that were written for them by hand", async () => {
  for (const [name, file] of Object.entries(exampliaFiles)) {
    const hand = stream(
      await readFile(new URL(`../../../observatories/examplia/streams/${name}.yaml`, import.meta.url), "utf8"),
    );
    const { code, out, err } = await run("profile", join(folder, "raw", file));
    assert.equal(code, 0, err);
    const found = stream(out);
    assert.deepEqual(found.format, hand.format, name);
    const compared = new Set<string>();
    for (const [column, written] of Object.entries(hand.columns)) {
      const from = written.from ?? column;
      // The hand-written definition takes the day out of a time a second time, and adds a constant.
      if (written.constant !== undefined || compared.has(from)) continue;
      compared.add(from);
      const proposal = Object.entries(found.columns).find(([key, { from: source }]) => (source ?? key) === from)?.[1];
      assert.ok(proposal !== undefined, `${name}: ${from} is not in the proposal`);
      const form = (each: typeof written): unknown => ({
        type: each.type,
        format: each.format,
        decimal: each.decimal,
        thousands: each.thousands,
        true: each.true,
        false: each.false,
        masked: each.masked,
      });
      assert.deepEqual(form(proposal), form(written), `${name}: ${from}`);
      if (from === "sex" || name === "populations")
        assert.deepEqual(proposal.values, written.values, `${name}: ${from}`);
    }
    const keys = (each: typeof hand): string[] => each.rules.flatMap((rule) => ("unique" in rule ? rule.unique : []));
    const sources = (each: typeof hand): (string | undefined)[] =>
      keys(each).map((key) => each.columns[key]?.from ?? key);
    assert.deepEqual(sources(found), sources(hand), `${name}: what names a row`);
  }
});

test("what is proposed can be built as it is, beside the streams that are there", async () => {
  const accepted = new Map<string, number>();
  await mkdir(join(observatory, "raw"));
  const others = {
    "latin.csv": Buffer.from(`Notes\n\nStraße;n\n${"Köln;1.234\n".repeat(30)}Bonn;5\n`, "latin1"),
    "lines.jsonl": Buffer.from(
      Array.from({ length: 25 }, (_, id) => JSON.stringify({ id, on: "2024-03-01" })).join("\n"),
    ),
    "pages.json": Buffer.from(
      JSON.stringify([{ page: 1 }, Array.from({ length: 25 }, (_, id) => ({ id, v: id / 4 }))]),
    ),
    "tight.csv.gz": gzipSync(`day,when,n\n${"01/31/2024,2024-01-31T10:00:00.000+01:00,7\n".repeat(30)}`),
    "odd *?[{ name.csv": Buffer.from(`"a: ""b""",#c,a,a\n${"x,1,2,3\n".repeat(30)}`),
    "sheets.xlsx": workbook(),
  };
  for (const [name, content] of Object.entries(others)) await writeFile(join(observatory, "raw", name), content);
  for (const file of Object.values(exampliaFiles))
    await copyFile(join(folder, "raw", file), join(observatory, "raw", file));
  for (const file of await readdir(join(observatory, "raw"))) {
    const id = `p-${file.replace(/[^a-z]+/g, "-").replace(/-+$/, "")}`;
    const target = join(observatory, "streams", `${id}.yaml`);
    const { code, err } = await run("profile", join(observatory, "raw", file), "--output", target);
    assert.equal(code, 0, err);
    accepted.set(id, 0);
    const text = await readFile(target, "utf8");
    assert.match(text, /^# yaml-language-server: \$schema=\.\.\/\.schemas\/stream\.schema\.json\n/);
  }
  const check = await run("check", observatory);
  assert.equal(check.code, 0, check.out);
  const build = await run("build", observatory, "--json", "--threads", "1");
  assert.equal(build.code, 0, build.out + build.err);
  const { manifest } = z
    .object({
      manifest: z.object({
        streams: z.record(
          z.string(),
          z.object({ summary: z.object({ rowsIn: z.number(), accepted: z.number() }).nullable() }),
        ),
      }),
    })
    .parse(JSON.parse(build.out));
  for (const id of accepted.keys()) {
    const summary = manifest.streams[id]?.summary;
    assert.ok(summary !== null && summary !== undefined, id);
    const refused = summary.rowsIn - summary.accepted;
    assert.ok(summary.rowsIn >= 25 && refused <= summary.rowsIn * 0.01, `${id}: ${JSON.stringify(summary)}`);
  }
});

function workbook(): Buffer {
  const table = [["Police"], ["2024"], ["region", "persons", "on"]];
  const rows = Array.from({ length: 30 }, (_, index) => [`R${index % 3}`, index, "2024-01-01"]);
  const sheets = { Notes: utils.aoa_to_sheet([["read me"]]), Data: utils.aoa_to_sheet([...table, ...rows]) };
  const written: unknown = write(
    { SheetNames: Object.keys(sheets), Sheets: sheets },
    { type: "buffer", bookType: "xlsx" },
  );
  assert.ok(Buffer.isBuffer(written));
  return written;
}

test("the sheets of a workbook are listed, and the fullest or the named one is read", async () => {
  const path = join(folder, "sheets.xlsx");
  await writeFile(path, workbook());
  const { code, out } = await run("profile", path);
  assert.equal(code, 0);
  assert.match(out, /decide: The workbook has 2 sheets: "Notes" \(1 cells\), "Data" \(95 cells\)/);
  const { format } = stream(out);
  assert.deepEqual([format.kind, format.sheet, format.preambleRows], ["xlsx", "Data", 2]);
  const wrong = await run("profile", path, "--sheet", "Date");
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /no sheet "Date"; it has "Notes"/);
});

test("facts stand in comments that are a definition when the signs are taken away", async () => {
  const { out } = await run("profile", join(folder, "raw", "victims.csv"));
  const facts = out
    .slice(out.indexOf("# facts:"))
    .split("\n")
    .map((line) => line.replace(/^# /, ""))
    .join("\n");
  const [set] = stream(`${out}${facts}`).facts;
  assert.deepEqual(set?.period, { column: "date", frequency: "M" });
  assert.deepEqual(set?.area, { column: "region" });
  assert.deepEqual(set?.classification, { crosswalk: "national-iccs", column: "offence" });
  assert.deepEqual(set?.sex, { column: "sex" });
});

test("findings come as JSON, and a file that is there is not written over", async () => {
  const path = join(folder, "raw", "prisons.tsv");
  const { out } = await run("profile", path, "--json");
  const told = z
    .object({
      rows: z.number(),
      whole: z.boolean(),
      columns: z.array(z.object({ from: z.string(), type: z.string(), masked: z.record(z.string(), z.unknown()) })),
      findings: z.array(z.object({ code: z.string(), kind: z.string(), message: z.string() })),
      proposal: z.string(),
    })
    .parse(JSON.parse(out));
  assert.equal(told.rows, 1920);
  assert.equal(told.whole, true);
  assert.deepEqual(Object.keys(told.columns.at(-1)?.masked ?? {}).sort(), ["..", "<5"]);
  const target = join(folder, "kept.yaml");
  await writeFile(target, "mine");
  const refused = await run("profile", path, "--output", target);
  assert.equal(refused.code, 3);
  assert.match(refused.err, /is there already; it was left as it is/);
  assert.equal(await readFile(target, "utf8"), "mine");
  assert.ok((await readdir(folder)).every((name) => !name.includes(".partial")));
});

test("what is no table is refused with its reason", async () => {
  await writeFile(join(folder, "page.csv"), "<!DOCTYPE html><html><body>Not found</body></html>");
  await writeFile(join(folder, "empty.csv"), "");
  for (const [path, reason] of [
    [join(folder, "none.csv"), /there is no such file/],
    [folder, /it is a folder/],
    [join(folder, "empty.csv"), /The file is empty/],
    [join(folder, "page.csv"), /looks like a web page/],
  ] as const) {
    const { code, err } = await run("profile", path);
    assert.equal(code, 3);
    assert.match(err, reason);
  }
});
