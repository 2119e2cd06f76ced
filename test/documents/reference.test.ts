import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commandNames, definitionsPage, kinds, schemaFile, withHelp } from "../../scripts/reference.ts";
import { exitCodes } from "../../src/app/index.ts";
import { repository, textOf } from "./markdown.ts";

const again = "write it anew with `node scripts/reference.ts` (Node 24, in the folder of the repository)";

/** Cells of the table rows of a page whose first cell is code: `a` or several, `a`, `b`. */
function listed(page: string): string[] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));
}

/** Every file of the program below src, tests left out, with its text. */
function programFiles(folder = "src"): [string, string][] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return programFiles(path);
    return /(?<!\.test)\.ts$/.test(entry.name) ? [[path, textOf(path)]] : [];
  });
}

test("the page of commands shows the help that the program prints", async () => {
  const page = textOf("docs/reference/commands.md");
  assert.equal(await withHelp(page), page, `docs/reference/commands.md is stale: ${again}`);
  for (const name of await commandNames()) {
    assert.match(page, new RegExp(`^## ${name}$`, "m"), `docs/reference/commands.md has no section on ${name}`);
    assert.ok(page.includes(`\`\`\`text help=${name.replaceAll(" ", "+")}\n`), `no help of ${name} on the page`);
  }
});

test("the page of commands lists every exit code", () => {
  const rows = [...textOf("docs/reference/commands.md").matchAll(/^\| (\d+) \| ([a-z]+) \|/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, code, name = ""]) => [name, Number(code)])), { ...exitCodes });
});

test("the page of definitions and the published schemas are those of the program", () => {
  assert.equal(textOf("docs/reference/definitions.md"), definitionsPage(), `definitions.md is stale: ${again}`);
  for (const kind of kinds) {
    const path = `docs/reference/schemas/${kind}.schema.json`;
    assert.equal(textOf(path), schemaFile(kind), `${path} is stale: ${again}`);
  }
  assert.deepEqual(
    readdirSync(join(repository, "docs/reference/schemas")).sort(),
    kinds.map((kind) => `${kind}.schema.json`).sort(),
  );
});

/** Codes of problems in the program: where they are given, and whatever looks like one of a known family. */
function problemCodes(): Set<string> {
  const families =
    "areas|coverage|crosswalk|csv|definition|gzip|json|json-stat|payload|rows|sdmx-csv|snapshots|stream|text|xlsx|zip";
  const given = [
    /\bcode: (?:[^,;\n]*\? )?"([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)"/g,
    /new UnreadableDelivery\(\s*"([^"]+)"/g,
    new RegExp(`"((?:${families})\\.[a-z][a-z0-9-]*)"`, "g"),
  ];
  const codes = new Set<string>();
  for (const [path, text] of programFiles()) {
    // The page is about observatories; what the log and the exchange say stands with them.
    if (path.startsWith("src/publication") || path.startsWith("src/cooperation")) continue;
    for (const pattern of given) for (const [, code = ""] of text.matchAll(pattern)) codes.add(code);
    if (!path.endsWith("crosswalk-check.ts")) continue;
    for (const [, word = ""] of text.matchAll(/report\(\s*"(?:error|warning)",\s*"([a-z-]+)"/g))
      codes.add(`crosswalk.${word}`);
  }
  // The texts of the pages have keys of the same form.
  for (const [, key = ""] of textOf("src/publication/messages/en.ts").matchAll(/^ {2}"([^"]+)":/gm)) codes.delete(key);
  for (const code of codes) if (/\.(json|csv|parquet|json-lines|jsonl)$/.test(code)) codes.delete(code);
  return codes;
}

test("the page of problems lists every code of the program, and no other", () => {
  const codes = problemCodes();
  assert.ok(codes.size > 40, `only ${codes.size} codes were found in the program`);
  const onPage = listed(textOf("docs/reference/problems.md"));
  const missing = [...codes].filter((code) => !onPage.includes(code));
  assert.deepEqual(missing, [], "docs/reference/problems.md does not list these");
  const known = onPage.filter((word) => /^[a-z-]+\.[a-z-]+$/.test(word) && !word.startsWith("row."));
  assert.deepEqual(
    known.filter((word) => !codes.has(word)),
    [],
    "docs/reference/problems.md lists codes that the program does not have",
  );
});

test("the page of problems lists every reason why a location brings nothing", () => {
  const text = textOf("src/evidence/snapshots/problem.ts");
  const words = /failureCodes = \[([\s\S]*?)\]/.exec(text)?.[1] ?? "";
  const codes = [...words.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code);
  assert.ok(codes.length > 10);
  const onPage = listed(textOf("docs/reference/problems.md"));
  assert.deepEqual(
    codes.filter((code) => !onPage.includes(code)),
    [],
  );
});

test("the page of status words lists every status with its letter and every reason", () => {
  const page = textOf("docs/reference/status-words.md");
  const statuses = /observationStatuses = \{([\s\S]*?)\}/.exec(textOf("src/evidence/facts/status.ts"))?.[1] ?? "";
  const letters = [...statuses.matchAll(/"?([a-z-]+)"?: "([A-Z])"/g)];
  assert.ok(letters.length > 5);
  for (const [, status, letter] of letters) {
    assert.ok(page.includes(`| \`${status}\` | ${letter} |`), `${status} with the letter ${letter}`);
  }
  const given = programFiles("src/evidence/indicators")
    .map(([, text]) => text)
    .join("\n");
  const keys = [...textOf("src/publication/messages/en.ts").matchAll(/"reason\.([a-z-]+)"/g)];
  const reasons = keys.map(([, reason = ""]) => reason).filter((reason) => given.includes(`'${reason}'`));
  assert.ok(reasons.length > 8);
  const onPage = listed(page);
  for (const reason of reasons) assert.ok(onPage.includes(reason), `the reason ${reason}`);
});

test("the page of downloads lists every column of the CSV file in its order", () => {
  const text = textOf("src/evidence/read/reader.ts");
  const columns = /csvColumns = \[([\s\S]*?)\]/.exec(text)?.[1] ?? "";
  const names = [...columns.matchAll(/"([a-z]+)"/g)].map(([, name = ""]) => name);
  assert.ok(names.length > 10);
  const onPage = listed(textOf("docs/reference/downloads.md"));
  assert.deepEqual(
    onPage.filter((name) => names.includes(name)),
    names,
  );
});

test("the page of custody lists every code of log, vault and custody, and no other", () => {
  const families = "bundle|checkpoint|custody|event|evidence|key|log|record|seal|upload|vault|witness";
  const codes = new Set<string>();
  const from = new Set<string>();
  const add = (path: string, code: string | undefined) => {
    if (code === undefined) return;
    codes.add(code);
    from.add(path.split("/").slice(0, 3).join("/"));
  };
  for (const [path, text] of programFiles()) {
    // The sentences of the pages have keys of the same form, and the pages of app name them: there, only a code counts.
    const given = path.startsWith("src/cooperation/")
      ? new RegExp(`"((?:${families})\\.[a-z-]+)"`, "g")
      : new RegExp(`\\bcode: (?:[^,;\\n]*\\? )?"((?:${families})\\.[a-z-]+)"`, "g");
    for (const [, code] of text.matchAll(given)) add(path, code);
  }
  for (const folder of ["authority", "bundle", "custody", "log", "matter", "vault"])
    assert.ok(from.has(`src/cooperation/${folder}`), `no code was found in src/cooperation/${folder}`);
  const onPage = listed(textOf("docs/reference/custody.md")).filter((word) => /^[a-z-]+\.[a-z-]+$/.test(word));
  assert.deepEqual(onPage.sort(), [...codes].sort());
});
