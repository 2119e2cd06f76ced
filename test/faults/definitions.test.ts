import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { openObservatory, runProgram, streamDefinition } from "./observatory.ts";

const definition = "streams/incidents.yaml";

/** Builds with faulty definitions: nothing may be made, and the message must say each of these. */
async function refused(changes: Readonly<Record<string, string>>, said: readonly RegExp[]): Promise<string> {
  await using trial = await openObservatory(changes);
  const { code, err, out } = await trial.build();
  assert.equal(code, 3, err);
  assert.equal(out, "");
  assert.ok(!existsSync(trial.state), "nothing is made from faulty definitions");
  for (const expected of said) assert.match(err, expected);
  assert.match(err, /nothing was built/);
  const checked = await trial.run("check", ["--json"]);
  assert.equal(checked.code, 3);
  return err;
}

test("YAML with a wrong indent is named with its line", async () => {
  await refused({ [definition]: streamDefinition().replace("  area: {", "   area: {") }, [
    /streams\/incidents\.yaml:12:/,
    /not valid YAML/,
    /expected: YAML 1\.2, indented with spaces/,
    /hint: +Compare the indentation/,
  ]);
  await refused({ [definition]: streamDefinition().replace("title: Incidents", "title: Incidents\n\tkind: x") }, [
    /streams\/incidents\.yaml:[23]:/,
  ]);
});

test("areas that contain each other in a circle are named with the circle", async () => {
  await refused(
    { "areas.csv": "code,parent,level,title_en\nC,R1,country,Country\nR1,R2,region,North\nR2,C,region,South\n" },
    [/areas\.csv:2:1 \(parent\): Areas contain each other in a circle/, /found: +C → R1 → R2 → C/, /expected: a tree/],
  );
});

test("a definition that names something absent is told the nearest that is there", async () => {
  await refused(
    {
      [definition]: streamDefinition()
        .replace("crosswalk: penal-code", "crosswalk: penal-cod")
        .replace("column: victims", "column: victim"),
    },
    [
      /streams\/incidents\.yaml:\d+:\d+ \(facts\.0\.classification\.crosswalk\): There is no crosswalk "penal-cod"/,
      /hint: +Did you mean "penal-code"/,
      /\(facts\.0\.count\.column\): There is no column "victim"/,
      /hint: +Did you mean "victims"/,
      /2 faults in the definitions/,
    ],
  );
});

test("a field that no definition knows, and a value that does not fit, are told what is expected", async () => {
  await refused({ [definition]: streamDefinition({ format: "{ kind: cvs, compresion: gzip }" }) }, [
    /There is|not a field here|does not fit/,
    /Did you mean "csv"/,
    /Did you mean "compression"/,
  ]);
});

test("a YAML file that expands without end is refused", async () => {
  const laughs = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [name, before] of [..."bcdefgh"].map((letter, index) => [letter, "abcdefg"[index]]))
    laughs.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(", ")}]`);
  await refused({ [definition]: `${laughs.join("\n")}\n` }, [
    /streams\/incidents\.yaml:1:1: This YAML cannot be resolved/,
  ]);
});

test("a file that a definition names and that is not there is told with the nearest", async () => {
  await refused({ "observatory.yaml": "observatory: trial\ntitle: T\ndescription: D\nareas: { file: area.csv }\n" }, [
    /observatory\.yaml:4:/,
    /The file area\.csv is not in the observatory folder/,
    /Did you mean "areas\.csv"/,
  ]);
});

test("a table of definitions with a ragged row is named with its line", async () => {
  await refused({ "areas.csv": "code,parent,level,title_en\nC,,country,Country\nR1,C,region\nR2,C,region,South\n" }, [
    /areas\.csv:3:1.*3 cells where the header has 4/,
  ]);
});

test("a folder that is no observatory is told so", async () => {
  await using trial = await openObservatory();
  const { code, err } = await runProgram(["build", `${trial.folder}/raw`]);
  assert.equal(code, 3);
  assert.match(err, /is no observatory: it has no observatory\.yaml/);
});
