import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { type FencedBlock, fencedBlocks, repository, textOf } from "./markdown.ts";

const tutorial = "docs/tutorial/first-observatory.md";
let folder: string;
let environment: NodeJS.ProcessEnv;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "justitia-tutorial-"));
  const commands = join(folder, "commands");
  await mkdir(commands);
  const program = join(commands, "justitia");
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${join(repository, "bin/justitia.js")}" "$@"\n`);
  await chmod(program, 0o755);
  environment = { ...process.env, PATH: `${commands}${delimiter}${process.env.PATH}`, TZ: "UTC", LC_ALL: "C.UTF-8" };
});
after(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  readonly output: string;
  readonly code: number | null;
}

/** Runs a block in a shell that begins where the one before it ended; gives what a person would see. */
async function inShell(text: string, where: string): Promise<Outcome> {
  const place = join(folder, "place");
  const child = spawn("sh", ["-c", `set -e\ntrap 'pwd > "${place}"' EXIT\n${text}`], { cwd: where, env: environment });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((ended) => child.on("close", ended));
  return { output, code };
}

/** Starts a server, waits for its address, fetches the page there and stops it. */
async function served(text: string, where: string): Promise<Outcome> {
  const child = spawn("sh", ["-c", `exec ${text.trim()} --port 0`], { cwd: where, env: environment });
  let output = "";
  const ended = new Promise<void>((closed) => child.on("close", () => closed()));
  const address = await new Promise<string>((found, failed) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const line = /http:\S+\n/.exec(output);
      if (line !== null) found(line[0].trim());
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("close", () => failed(new Error(`the server ended by itself:\n${output}`)));
  });
  try {
    const page = await fetch(`${address}en/indicators/violence`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Victims of violence/);
  } finally {
    child.kill("SIGINT");
    await ended;
  }
  return { output, code: 0 };
}

/** Whether lines are what is expected: `…` in a line stands for any text, a line of `…` alone for any lines. */
function assertLines(found: string, expected: FencedBlock): void {
  const lines = found.split("\n").map((line) => line.trimEnd());
  let position = 0;
  let anywhere = false;
  for (const wanted of expected.text.trimEnd().split("\n")) {
    if (wanted === "…") {
      anywhere = true;
      continue;
    }
    const parts = wanted
      .trimEnd()
      .split("…")
      .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join(".*")}$`, "u");
    while (anywhere && position < lines.length && !pattern.test(lines[position] ?? "")) position += 1;
    anywhere = false;
    assert.ok(
      pattern.test(lines[position] ?? ""),
      `${tutorial}, block of line ${expected.line}:\nexpected ${wanted}\nfound    ${lines[position] ?? "nothing"}\nin all:\n${found}`,
    );
    position += 1;
  }
  const rest = lines.slice(position).filter((line) => line !== "");
  assert.ok(
    anywhere || rest.length === 0,
    `${tutorial}, block of line ${expected.line}: more was written:\n${rest.join("\n")}`,
  );
}

function setting(block: FencedBlock, name: string): string | undefined {
  return block.words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

test("whoever follows the tutorial word by word sees what it shows", async () => {
  let where = folder;
  let seen: Outcome | undefined;
  let [ran, compared] = [0, 0];
  for (const block of fencedBlocks(textOf(tutorial))) {
    const file = setting(block, "file");
    if (file !== undefined) {
      await mkdir(dirname(join(where, file)), { recursive: true });
      await writeFile(join(where, file), block.text);
    } else if (block.language === "sh" && !block.words.includes("no-run")) {
      const serving = block.words.includes("serve");
      seen = serving ? await served(block.text, where) : await inShell(block.text, where);
      const wanted = Number(setting(block, "exit") ?? 0);
      assert.equal(seen.code, wanted, `${tutorial}, line ${block.line}: exit code ${seen.code}\n${seen.output}`);
      if (!serving) where = (await readFile(join(folder, "place"), "utf8")).trim();
      ran += 1;
    } else if (block.language === "text" && block.words.includes("expect")) {
      assert.ok(seen !== undefined, `${tutorial}, line ${block.line}: nothing was run before this output`);
      assertLines(seen.output, block);
      compared += 1;
    }
  }
  assert.ok(ran >= 10 && compared >= 10, `only ${ran} commands were run and ${compared} outputs compared`);
});
