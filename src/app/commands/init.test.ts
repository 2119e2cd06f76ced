import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { z } from "zod";
import { parseCsv } from "../../formats/index.ts";
import { newObservatoryFiles, observatoryIdentifier } from "../new-observatory/index.ts";
import { run } from "./simulation/program.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-init-test-"));
});
after(() => rm(folder, { recursive: true }));

const figureSchema = z.object({
  observation: z.object({
    value: z.number(),
    numerator: z.number(),
    denominator: z.number(),
    status: z.string(),
    coverage: z.number(),
  }),
});

test("a new observatory checks and builds, and its figures are those that its rows give", async () => {
  const made = join(folder, "mine");
  const { code, out } = await run("init", made);
  assert.equal(code, 0);
  for (const command of ["check", "build", "serve"]) assert.match(out, new RegExp(`justitia ${command} .*mine`));
  const check = await run("check", made);
  assert.equal(check.code, 0, check.out);
  assert.match(check.out, /2 streams, 1 crosswalk, 1 ledger, 1 population, 0 events, 1 indicator\. No faults\./);
  const build = await run("build", made, "--threads", "1");
  assert.equal(build.code, 0, build.out + build.err);
  assert.match(build.out, /victims +61 +60 +0 +1 /);

  const victims = parseCsv(await readFile(join(made, "data/sample-victims.csv"), "utf8"));
  const residents = parseCsv(await readFile(join(made, "data/sample-residents.csv"), "utf8"));
  assert.deepEqual(victims.columns, ["case", "date", "offence", "region", "sex", "age"]);
  const murders = (year: string, regions: string, sex?: string): number =>
    victims.rows.filter(
      ({ cells: [, date = "", offence, region = "", of] }) =>
        date.startsWith(year) &&
        date !== "2024-02-30" &&
        offence === "11" &&
        regions.includes(region) &&
        (sex ?? of) === of,
    ).length;
  const persons = (year: string, regions: string, sex?: string): number =>
    residents.rows
      .filter(
        ({ cells: [of, region = "", letter] }) => of === year && regions.includes(region) && (sex ?? letter) === letter,
      )
      .reduce((sum, { cells }) => sum + Number(cells[3]), 0);
  for (const [area, regions, year, by, sex, letter, expected] of [
    ["XX", "NS", "2023", undefined, undefined, undefined, 6 / 10],
    ["XX", "NS", "2024", undefined, undefined, undefined, 8 / 10.1],
    ["N", "N", "2023", undefined, undefined, undefined, 4 / 4],
    ["S", "S", "2024", "sex=F", "female", "F", 2 / 3.08],
  ] as const) {
    const argument = by === undefined ? [] : ["--by", by];
    const explained = await run("explain", made, `intentional-homicide/${area}/${year}`, ...argument, "--json");
    assert.equal(explained.code, 0, explained.err);
    const { observation } = figureSchema.parse(JSON.parse(explained.out));
    assert.equal(observation.numerator, murders(year, regions, sex));
    assert.equal(observation.denominator, persons(year, regions, letter));
    assert.ok(Math.abs(observation.value - expected) < 1e-9, `${area} ${year}: ${observation.value}, not ${expected}`);
    assert.equal(observation.status, "normal");
    assert.equal(observation.coverage, 1);
  }
});

test("every definition of a new observatory names a schema that is there and accepts it", async () => {
  const files = newObservatoryFiles("null");
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  let definitions = 0;
  for (const [path, text] of files) {
    if (!path.endsWith(".yaml")) continue;
    definitions += 1;
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1];
    assert.ok(named !== undefined, `${path} begins with its schema`);
    const schema = files.get(join(dirname(path), named));
    assert.ok(schema !== undefined, `${path}: ${named} is written too`);
    const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(JSON.parse(schema)));
    assert.ok(validate(parse(text)), `${path}: ${JSON.stringify(validate.errors)}`);
  }
  assert.equal(definitions, 7);
});

test("an empty folder is filled in place, and machines are told what was written", async () => {
  const made = join(folder, "Empty folder's");
  await mkdir(made);
  const { ino } = await stat(made);
  const { code, out } = await run("init", made, "--json");
  assert.equal(code, 0);
  const told = z
    .object({ observatory: z.string(), files: z.array(z.string()), next: z.array(z.string()) })
    .parse(JSON.parse(out));
  assert.equal(told.observatory, "empty-folder-s");
  assert.equal(told.next[1], `justitia build '${made.replace("'", "'\\''")}'`);
  assert.equal((await stat(made)).ino, ino, "it is the same folder");
  const written = (await readdir(made, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.deepEqual(
    written.map((entry) => join(entry.parentPath, entry.name)).sort(),
    told.files.map((path) => join(made, path)).sort(),
  );
  assert.equal((await run("check", made)).code, 0);
});

test("a folder with something in it, or a file, is refused and left as it is", async () => {
  const made = join(folder, "used");
  await mkdir(made);
  await writeFile(join(made, "notes.txt"), "mine");
  const refused = await run("init", made);
  assert.equal(refused.code, 3);
  assert.match(refused.err, /is not empty \(it holds notes\.txt\); nothing was written/);
  assert.deepEqual(await readdir(made), ["notes.txt"]);
  for (const path of [join(made, "notes.txt"), join(made, "notes.txt", "below")]) {
    const file = await run("init", path);
    assert.equal(file.code, 3);
    assert.match(file.err, /is a file or lies below one/);
  }
  assert.equal(await readFile(join(made, "notes.txt"), "utf8"), "mine");
  assert.ok(
    (await readdir(folder)).every((name) => !name.startsWith(".justitia-init-")),
    "no temporary folder is left",
  );
});

test("any folder name gives an identifier", () => {
  assert.equal(observatoryIdentifier("My Observatory (2024)"), "my-observatory-2024");
  assert.equal(observatoryIdentifier("Estadística"), "estadistica");
  assert.equal(observatoryIdentifier("观测站"), "observatory");
  for (const identifier of ["null", "2024", "true"])
    assert.equal(
      z.object({ observatory: z.string() }).parse(parse(newObservatoryFiles(identifier).get("observatory.yaml") ?? ""))
        .observatory,
      identifier,
    );
});
