// Runs every check: format and lint, types, what is unused, then the tests on Node 24. Plain JavaScript, because the
// system's own Node may run it. `--help` says what can be chosen.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Milliseconds after which a test file counts as hanging: several times what the slowest takes, also with --slow. */
const longestTest = process.argv.includes("--slow") ? 7_200_000 : 900_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const args = process.argv.slice(2);
const only = args.includes("--only") ? (args[args.indexOf("--only") + 1] ?? "") : undefined;
const filters = args.filter((arg, index) => !arg.startsWith("--") && args[index - 1] !== "--only");
const environment = {
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  TZ: "UTC",
  // Hundreds of processes compile the same modules.
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "justitia-tests"),
  ...(args.includes("--slow") ? { JUSTITIA_SLOW: "1" } : {}),
};
/** The groups of tests, by the folders that they stand in: a folder of `test` that is not named here is a group of its own. */
const groups = { unit: ["src", "test/house", "test/documents"], observatories: ["observatories"] };
for (const entry of readdirSync(join(root, "test"), { withFileTypes: true }))
  if (entry.isDirectory() && !groups.unit.includes(`test/${entry.name}`)) groups[entry.name] = [`test/${entry.name}`];
if (args.includes("--help") || (only !== undefined && !Object.hasOwn(groups, only))) {
  const lines = Object.entries(groups).map(([name, folders]) => `  ${name.padEnd(15)}${folders.join(", ")}`);
  (args.includes("--help") ? process.stdout : process.stderr).write(
    `node scripts/test.mjs [--only GROUP] [--slow] [--list] [WORD ...]

Without GROUP and WORD: format, lint, types, what is unused, and every test. With a WORD: only the test files
whose path holds one of the words. --slow also runs what takes long, --list only names the files.

Groups, and the folders of their tests:
${lines.join("\n")}
`,
  );
  process.exit(args.includes("--help") ? 0 : 2);
}
const node = existsSync(join(bin, "node")) ? join(bin, "node") : process.execPath;

function tests(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "raw", ".justitia"].includes(entry.name) ? [] : tests(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const all = ["src", "test", "observatories"].flatMap((folder) => tests(join(root, folder)));
const chosen = all.filter((path) => {
  const name = relative(root, path);
  if (only !== undefined && !groups[only].some((folder) => name.startsWith(`${folder}/`))) return false;
  return filters.length === 0 || filters.some((filter) => name.includes(filter));
});
if (args.includes("--list")) {
  process.stdout.write(`${chosen.map((path) => relative(root, path)).join("\n")}\n`);
  process.exit(0);
}
if (chosen.length === 0) {
  process.stderr.write("No test file fits.\n");
  process.exit(1);
}

if (only === undefined && filters.length === 0) {
  for (const [name, command, parameters] of [
    ["format and lint", join(bin, "biome"), ["check", "--error-on-warnings"]],
    ["types", join(bin, "tsc"), ["--noEmit"]],
    ["unused files, exports and dependencies", join(bin, "knip"), []],
  ]) {
    process.stdout.write(`== ${name}\n`);
    const { status } = spawnSync(command, parameters, { cwd: root, stdio: "inherit", env: environment });
    if (status !== 0) {
      process.stderr.write(`${name}: failed\n`);
      process.exit(1);
    }
  }
}

process.stdout.write(`== ${chosen.length} test files\n`);
const child = spawn(
  node,
  ["--test", "--test-reporter=spec", "--test-concurrency=2", `--test-timeout=${longestTest}`, ...chosen],
  {
    cwd: root,
    env: environment,
  },
);
let tail = "";
child.stdout.on("data", (chunk) => {
  process.stdout.write(chunk);
  tail = (tail + chunk).slice(-1_000_000);
});
child.stderr.pipe(process.stderr);
child.on("close", (code) => {
  const count = (word) => Number([...tail.matchAll(new RegExp(`^\\S+ ${word} (\\d+)`, "gm"))].at(-1)?.[1] ?? 0);
  const passed = count("pass");
  const failed = count("fail") + count("cancelled");
  const skipped = count("skipped");
  // What needs the shared reference data may skip where they are absent; nothing else may, in continuous integration.
  const refused = process.env.CI === "true" && skipped > 0 && existsSync(join(root, "..", "shared"));
  if (refused) process.stderr.write("In continuous integration nothing may be skipped.\n");
  if (passed === 0) process.stderr.write("No test was run.\n");
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exit(code === 0 && failed === 0 && passed > 0 && !refused ? 0 : 1);
});
