import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseCsv } from "../../formats/index.ts";
import { run } from "./simulation/program.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-suggest-"));
  await writeFile(
    join(folder, "list.csv"),
    'code,title\n10,Hurto simple de ganado\n=1+1,"+Robo, con intimidación"\n30,§§§\n',
  );
  await writeFile(
    join(folder, "agreed.csv"),
    "code,title,iccs,weight\n9,Robo con intimidación,0401,\n8,Hurto de ganado,502,\n7,Multa,none,\n6,Hurto simple,0502,\n",
  );
});
after(() => rm(folder, { recursive: true }));

const suggestion = ["crosswalk", "suggest"];

test("proposals come ranked with reasons and an empty cell for the person who accepts", async () => {
  const { code, out, err } = await run(
    ...suggestion,
    join(folder, "list.csv"),
    "--examples",
    join(folder, "agreed.csv"),
    "--proposals",
    "2",
  );
  assert.equal(code, 0);
  const table = parseCsv(out);
  assert.deepEqual(table.problems, []);
  assert.deepEqual(table.columns, [
    "national_code",
    "national_title",
    "rank",
    "iccs",
    "iccs_title",
    "score",
    "reason",
    "accept",
  ]);
  const rows = table.rows.map(({ cells }) => cells);
  assert.deepEqual(
    rows.map(([national, , rank]) => [national, rank]),
    [
      ["10", "1"],
      ["10", "2"],
      ["'=1+1", "1"],
      ["'=1+1", "2"],
      ["30", ""],
    ],
  );
  assert.match(rows[0]?.[3] ?? "", /^0502/);
  assert.equal(rows[2]?.[3], "0401");
  assert.match(rows[2]?.[6] ?? "", /like 9 "Robo con intimidación" = 0401/);
  assert.equal(rows[2]?.[1], "'+Robo, con intimidación", "a title is never a formula");
  for (const row of rows) assert.equal(row[7], "");
  assert.match(err, /example for 8 is left out.*0502/);
  assert.match(err, /3 codes, 2 with proposals, from 2 examples/);
});

test("proposals can be written to a file, and as JSON", async () => {
  const output = join(folder, "proposals.json");
  const { code, out } = await run(...suggestion, join(folder, "list.csv"), "--json", "--output", output);
  assert.equal(code, 0);
  assert.equal(out, "");
  const written: unknown = JSON.parse(await readFile(output, "utf8"));
  assert.ok(
    typeof written === "object" && written !== null && "national" in written && Array.isArray(written.national),
  );
  assert.equal(written.national.length, 3);
});

test("a list without the columns, an unreadable file and a wrong number are told", async () => {
  const wrong = await run(...suggestion, join(folder, "list.csv"), "--title-column", "titel");
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /no column "titel"; it has code, title\. Did you mean "title"\?/);
  assert.equal((await run(...suggestion, join(folder, "none.csv"))).code, 3);
  assert.equal((await run(...suggestion, join(folder, "list.csv"), "--proposals", "0")).code, 2);
  await writeFile(join(folder, "latin.csv"), Buffer.from("code,title\n1,Violaci\xf3n\n", "latin1"));
  const latin = await run(...suggestion, join(folder, "latin.csv"));
  assert.equal(latin.code, 3);
  assert.match(latin.err, /not UTF-8/);
});
