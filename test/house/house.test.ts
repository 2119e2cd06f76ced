import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Files, importsOf } from "./imports.ts";
import {
  forbiddenWords,
  importCycles,
  impureCode,
  knows,
  longFiles,
  pastDoors,
  shell,
  tooLong,
  tracesOfAMachine,
  wrongArrows,
} from "./rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared", import.meta.url));
const absent = existsSync(join(shared, "data")) ? false : "the shared data are not beside the repository (../shared)";
/** Folders that git ignores: what is installed, built or simulated here. */
const passing = new Set(["node_modules", ".git", ".justitia", "dist", "raw", "coverage-report"]);

function pathsBelow(folder: string, inside = ""): string[] {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (passing.has(entry.name)) return [];
    return entry.isDirectory() ? pathsBelow(folder, path) : entry.isFile() ? [path] : [];
  });
}

const paths = pathsBelow(root);
const written = /\.(?:ts|js|mjs|json|ya?ml|md|csv|css|sh|html|svg)$|(?:^|\/)\.?[^./]+$/;
const repository: Files = new Map(
  paths.filter((path) => written.test(path)).map((path) => [path, readFileSync(join(root, path), "utf8")]),
);
const code: Files = new Map(
  [...repository].filter(([path]) => /^(?:src|test|observatories|benchmarks|scripts|bin)\//.test(path)),
);

function holds(said: readonly string[]): void {
  assert.equal(said.length, 0, `\n${said.join("\n")}`);
}

/** The sentences about one file that is put into an otherwise sound repository. */
function saidAbout(rule: (files: Files) => string[], path: string, text: string): string[] {
  return rule(new Map([...code, [path, text]])).filter((sentence) => sentence.includes(path));
}

test("the walk sees the code and its imports", () => {
  assert.ok(code.has("src/iccs/index.ts") && repository.has("package-lock.json") && repository.has(".npmrc"));
  const folders = new Set(importsOf(code).map(({ from }) => from.split("/").slice(0, 2).join("/")));
  for (const folder of Object.keys(knows).filter((name) => existsSync(join(root, "src", name))))
    assert.ok(folders.has(`src/${folder}`), folder);
});

test("imports are found in every way of writing them", () => {
  const text = [
    'import { a } from "./a.ts";',
    "import {",
    "  type B,",
    '} from "../b/index.ts";',
    'export { c } from "./c.ts";',
    'import "node:fs";',
    'const d = await import("./d.ts");',
    'const e: import("./e.ts").E = d;',
    ' * import { no } from "./comment.ts"',
  ].join("\n");
  assert.deepEqual(
    importsOf(new Map([["src/x/y.ts", text]])).map(({ to, line }) => [to, line]),
    [
      ["src/x/a.ts", 1],
      ["src/b/index.ts", 2],
      ["src/x/c.ts", 5],
      ["node:fs", 6],
      ["src/x/d.ts", 7],
      ["src/x/e.ts", 8],
    ],
  );
});

test("each folder of the house knows only those below it", () => {
  holds(wrongArrows(code));
  const wrong: readonly (readonly [string, string])[] = [
    ["src/iccs/x.ts", "../formats/index.ts"],
    ["src/statistics/x.ts", "../iccs/index.ts"],
    ["src/formats/x.ts", "../evidence/index.ts"],
    ["src/evidence/rows/x.ts", "../../publication/index.ts"],
    ["src/publication/pages/x.ts", "../../statistics/index.ts"],
    ["src/publication/x.ts", "../app/index.ts"],
    ["src/evidence/x.ts", "../../observatories/examplia/generate.ts"],
  ];
  for (const [path, to] of wrong)
    assert.equal(saidAbout(wrongArrows, path, `import { x } from "${to}";\n`).length, 1, `${path} -> ${to}`);
  assert.equal(saidAbout(wrongArrows, "src/shared/x.ts", "export const x = 1;\n").length, 1);
  // A unit test may stand on other folders: it proves the code, and nothing stands on it.
  assert.deepEqual(saidAbout(wrongArrows, "src/iccs/x.test.ts", 'import { x } from "../statistics/index.ts";\n'), []);
});

test("nothing reaches past the door of another folder", () => {
  holds(pastDoors(code));
  const wrong: readonly (readonly [string, string])[] = [
    ["src/app/x.ts", "../iccs/table.ts"],
    ["src/app/commands/x.ts", "../../evidence/rows/index.ts"],
    ["src/evidence/facts/x.ts", "../rows/make.ts"],
    ["src/evidence/x.ts", "./rows/make.ts"],
    ["src/iccs/x.test.ts", "../statistics/random.ts"],
    ["observatories/examplia/x.ts", "../../src/statistics/random.ts"],
    ["benchmarks/x.ts", "../src/app/observatory.ts"],
    ["src/cooperation/disk/x.ts", "./simulation/simulated-disk.ts"],
  ];
  for (const [path, to] of wrong)
    assert.equal(saidAbout(pastDoors, path, `import { x } from "${to}";\n`).length, 1, `${path} -> ${to}`);
  assert.equal(saidAbout(pastDoors, "src/iccs/x.ts", 'export * from "./table.ts";\n').length, 1);
  assert.deepEqual(pastDoors(new Map([["src/evidence/releases/make.ts", ""]])).length, 1);
});

test("the linter refuses a wrong import while it is written, and says what to do instead", async () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["src/iccs/a.ts", "../formats/index.ts", /take what you need as an argument/],
    ["src/iccs/b.ts", "node:fs", /take the value as an argument/],
    ["src/iccs/c.test.ts", "../statistics/random.ts", /import it from that folder's index\.ts/],
    ["src/statistics/a.ts", "../iccs/index.ts", /pass the numbers in/],
    ["src/formats/a.ts", "../evidence/index.ts", /hand the table over/],
    ["src/evidence/rows/a.ts", "../../publication/index.ts", /made of its figures in publication/],
    ["src/evidence/rows/b.ts", "../../iccs/table.ts", /import it from that folder's index\.ts/],
    ["src/evidence/rows/c.ts", "../steps/step-store.ts", /import it from that part's index\.ts/],
    ["src/cooperation/a.ts", "../evidence/index.ts", /handed over by app/],
    ["src/publication/pages/a.ts", "../../statistics/index.ts", /have evidence compute the figure/],
    ["src/publication/pages/b.ts", "../../app/index.ts", /have evidence compute the figure/],
    ["src/app/a.ts", "../evidence/read/reader.ts", /import it from that folder's index\.ts/],
    ["observatories/examplia/a.ts", "../../src/app/observatory.ts", /import it from that folder's index\.ts/],
  ];
  const allowed: readonly (readonly [string, string])[] = [
    ["src/iccs/d.test.ts", "../statistics/index.ts"],
    ["src/evidence/rows/d.ts", "../../iccs/index.ts"],
    ["src/evidence/rows/e.ts", "../steps/index.ts"],
    ["src/publication/pages/c.ts", "../html.ts"],
    ["src/app/commands/a.ts", "../../evidence/index.ts"],
    ["observatories/examplia/b.ts", "../../src/app/index.ts"],
  ];
  const folder = await mkdtemp(join(tmpdir(), "justitia-house-"));
  try {
    await copyFile(join(root, "biome.json"), join(folder, "biome.json"));
    for (const [path, to] of [...refused, ...allowed]) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), `import { x } from "${to}";\n\nexport { x };\n`);
    }
    const { stdout, stderr } = spawnSync(
      join(root, "node_modules", ".bin", "biome"),
      [
        "lint",
        "--vcs-enabled=false",
        "--only=style/noRestrictedImports",
        "--reporter=github",
        "--max-diagnostics=none",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    const said = stdout.split("\n").filter((line) => line.startsWith("::error"));
    for (const [path, to, instead] of refused) {
      const line = said.find((text) => text.includes(`/${path},`));
      assert.match(line ?? "", instead, `${path} -> ${to}\n${stdout}${stderr}`);
    }
    for (const [path, to] of allowed) assert.ok(!said.some((text) => text.includes(`/${path},`)), `${path} -> ${to}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("no files and no folders import each other in a circle", () => {
  holds(importCycles(code));
  const circle = new Map([
    ["src/iccs/a.ts", 'import { b } from "./b.ts";\n'],
    ["src/iccs/b.ts", 'import type { c } from "./c.ts";\n'],
    ["src/iccs/c.ts", 'import { a } from "./a.ts";\n'],
  ]);
  assert.match(importCycles(circle).join(), /a\.ts -> src\/iccs\/b\.ts -> src\/iccs\/c\.ts -> src\/iccs\/a\.ts/);
  const rooms = new Map([
    ["src/evidence/rows/a.ts", 'import { b } from "../build/b.ts";\n'],
    ["src/evidence/build/c.ts", 'import { d } from "../rows/d.ts";\n'],
  ]);
  assert.match(importCycles(rooms).join(), /src\/evidence\/rows -> src\/evidence\/build -> src\/evidence\/rows/);
});

test("no check is switched off and no work is put off", () => {
  holds(forbiddenWords(code));
  const wrong = [
    "const a: any = 1;",
    "const b = a as any;",
    "const c: Map<string, any> = a;",
    "const d: any[] = a;",
    "const e = a as unknown as string;",
    "// @ts-ignore",
    "// biome-ignore lint: because",
    "// TODO later",
    "export default a;",
    "console.log(a);",
  ];
  for (const line of wrong) assert.equal(saidAbout(forbiddenWords, "src/iccs/x.ts", line).length, 1, line);
  assert.deepEqual(
    saidAbout(forbiddenWords, "src/iccs/x.ts", 'z.json({ unrepresentable: "any" }); // of any kind'),
    [],
  );
});

test("a file can be held in the head, except the data tables on the list", () => {
  holds(tooLong(code));
  assert.equal(saidAbout(tooLong, "src/iccs/x.ts", "\n".repeat(500)).length, 1);
  assert.equal(saidAbout(tooLong, Object.keys(longFiles)[0] ?? "", "\n").length, 1);
});

test("files, network, clock and environment are touched by the shell alone", () => {
  holds(impureCode(code));
  const wrong = [
    'import { readFile } from "node:fs/promises";',
    'import { spawn } from "node:child_process";',
    'import { request } from "node:https";',
    'const answer = await fetch("x");',
    "const now = Date.now();",
    "const now = new Date();",
    "const chance = Math.random();",
    "const level = process.env.LEVEL;",
  ];
  for (const line of wrong) {
    assert.equal(saidAbout(impureCode, "src/statistics/x.ts", line).length, 1, line);
    assert.deepEqual(saidAbout(impureCode, "src/app/x.ts", line), []);
  }
  assert.equal(saidAbout(impureCode, Object.keys(shell)[0] ?? "", "").length, 1);
});

test("the repository bears no trace of the machine it was made on", () => {
  holds(tracesOfAMachine(repository));
  const wrong = [
    `const folder = "${["", "home", "someone"].join("/")}";`,
    `"resolved": "x"`,
    `registry=https://packages.example`,
    `https://${["registry", "npmjs", "org"].join(".")}/zod`,
  ];
  for (const text of wrong) assert.equal(tracesOfAMachine(new Map([["x", text]])).length, 1, text);
  assert.deepEqual(tracesOfAMachine(new Map([["x", "https://example.org/home/page and ../work/x"]])), []);
});

test("no file of the shared data was copied into the repository", { skip: absent }, () => {
  const bySize = new Map<number, string[]>();
  for (const folder of ["data", "reference"]) {
    for (const path of existsSync(join(shared, folder)) ? pathsBelow(join(shared, folder)) : []) {
      const whole = join(shared, folder, path);
      const { size } = statSync(whole);
      if (size >= 256) bySize.set(size, [...(bySize.get(size) ?? []), whole]);
    }
  }
  assert.ok(bySize.size > 0);
  const copied = paths.filter((path) => {
    const whole = join(root, path);
    const alike = bySize.get(statSync(whole).size) ?? [];
    return alike.length > 0 && alike.some((other) => readFileSync(other).equals(readFileSync(whole)));
  });
  assert.deepEqual(copied, []);
});

test("the package builds and offers the pure parts to others", async () => {
  const { exports: offered, files } = z
    .object({ exports: z.record(z.string(), z.object({ default: z.string() })), files: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  assert.deepEqual(Object.keys(offered), ["./iccs", "./statistics", "./formats"]);
  assert.ok(files.includes("dist") && files.includes("bin") && files.includes("observatories"));
  const folder = await mkdtemp(join(tmpdir(), "justitia-package-"));
  try {
    const { status, stdout } = spawnSync(
      join(root, "node_modules", ".bin", "tsc"),
      ["-p", join(root, "tsconfig.build.json"), "--outDir", join(folder, "dist")],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout);
    for (const { default: door } of Object.values(offered)) assert.ok(existsSync(join(folder, door)), door);
    const program = /"\.\.(\/dist\/[^"]+)"/.exec(readFileSync(join(root, "bin", "justitia.js"), "utf8"))?.[1];
    assert.ok(program !== undefined && existsSync(join(folder, program)), program);
    const built = pathsBelow(join(folder, "dist"));
    assert.ok(built.length > 200, "the package has its parts");
    assert.deepEqual(
      built.filter((path) => /\.test\.|\/simulation\//.test(path)),
      [],
      "tests and what they act out are not part of it",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
