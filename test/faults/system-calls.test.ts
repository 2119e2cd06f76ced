import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  checkLog,
  checkVault,
  createLog,
  digestSchema,
  FileErased,
  LogDamaged,
  logReader,
  newIdentity,
  nodeDisk,
  openLog,
  openVault,
} from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { contents, entriesFrom, signer } from "./records/work.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
/** Of the short run: so many of all faults, drawn with a seed. */
const drawn = 6;
const writer = fileURLToPath(new URL("records/writer.ts", import.meta.url));
const identity = await newIdentity();
const calls = ["openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "link", "unlink", "mkdir", "ftruncate"];
const ways = { EIO: "error=EIO", ENOSPC: "error=ENOSPC", kill: "signal=SIGKILL" } as const;

/** With these eight bytes the thread of the disk tells the program that something is done: no write to a file. */
const wakesUp = /write\(\d+, "\\1\\0\\0\\0\\0\\0\\0\\0", 8\)/;

/** Why system calls cannot be failed here, or false. */
function noTracing(): string | false {
  if (!existsSync("/usr/bin/strace"))
    return "strace is not installed; npm run set-up -- --for-tests says how to get it";
  return spawnSync("/usr/bin/strace", ["-qq", "-o", "/dev/null", "true"]).status === 0
    ? false
    : "this machine lets nobody trace a process";
}

interface Trial {
  readonly said: readonly string[];
  /** What strace saw of the calls that were chosen. */
  readonly traced: readonly string[];
}

async function line(child: ChildProcess, lines: string[], wanted: string): Promise<void> {
  while (!lines.includes(wanted)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the writer ended before it said ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Runs the writer in a folder, with these expressions of strace over it from the moment it begins. */
async function run(folder: string, ...expressions: readonly string[]): Promise<Trial> {
  const child = spawn(process.execPath, [writer, folder, identity], {
    // One thread does the work of the disk, so that its calls can be counted.
    env: { ...process.env, UV_THREADPOOL_SIZE: "1", NODE_COMPILE_CACHE: join(tmpdir(), "justitia-compile-cache") },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let text = "";
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    lines.splice(0, lines.length, ...text.split("\n").slice(0, -1));
  });
  const ended = once(child, "exit");
  await line(child, lines, "ready");
  const log = `${folder}.trace`;
  const tracer = spawn(
    "/usr/bin/strace",
    ["-f", "-o", log, ...expressions.flatMap((one) => ["-e", one]), "-p", String(child.pid)],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const over = once(tracer, "exit");
  await new Promise<void>((attached, failed) => {
    tracer.stderr.setEncoding("utf8").on("data", (said: string) => {
      if (said.includes("attached")) attached();
    });
    tracer.once("exit", () => failed(new Error("strace ended before it was attached")));
  });
  child.stdin.end("go\n");
  await ended;
  await over;
  // Every thread has its number at the beginning of its lines; the first thread is the program's own.
  const traced = (await readFile(log, "utf8"))
    .split("\n")
    .filter((one) => one !== "" && !one.startsWith(`${child.pid} `));
  return { said: lines.filter((one) => one !== "ready"), traced };
}

/** Opens what is left as the next start of an authority does, and holds it against what was acknowledged. */
async function check(folder: string, said: readonly string[]): Promise<void> {
  const told = (what: string): string[] =>
    said.filter((one) => one.startsWith(`${what} `)).map((one) => one.split(" ").at(-1) ?? "");
  const acknowledged = Math.max(0, ...told("log").map(Number));
  const logDisk = await nodeDisk(join(folder, "log"));
  try {
    const log = await openLog(logDisk, signer);
    assert.ok(log.size >= acknowledged, `${acknowledged} entries were acknowledged and ${log.size} are there`);
    assert.deepEqual((await checkLog(logDisk, { log: signer })).problems, []);
    assert.deepEqual(await logReader(logDisk).entries(0, log.size, log.size), entriesFrom(0, log.size));
  } catch (error) {
    // A log whose making failed is made again.
    if (!(error instanceof LogDamaged) || acknowledged > 0 || said.some((one) => one.startsWith("log "))) throw error;
    await createLog(logDisk, signer);
  }
  const vaultDisk = await nodeDisk(join(folder, "vault"));
  const vault = await openVault(vaultDisk);
  const stored = told("store")
    .concat(told("finished"))
    .map((id) => digestSchema.parse(id));
  const { problems } = await checkVault(vaultDisk, stored);
  assert.deepEqual(problems, []);
  const erasedIds = new Set(told("erased"));
  const asked =
    said.some((one) => one === "failed erased") || (said.at(-1) !== "end" && told("readdressed").length > 0);
  for (const id of stored) {
    let text = "";
    try {
      for await (const piece of vault.read(id, [identity])) text += Buffer.from(piece).toString("utf8");
      assert.ok(!erasedIds.has(id), "an erasure was acknowledged and did not happen");
      assert.ok(
        contents.some((content) => content === text),
        "a file is not what was stored",
      );
    } catch (error) {
      if (!(error instanceof FileErased)) throw error;
      assert.ok(erasedIds.has(id) || asked, "a file was erased that nobody asked to erase");
    }
  }
}

const cannot = noTracing();

test(`${slow ? "every" : `${drawn} of all`} system calls of log and vault failed once leave nothing corrupt and acknowledge nothing that is not there`, {
  skip: cannot,
}, async (t) => {
  const place = await mkdtemp(join(tmpdir(), "justitia-calls-"));
  try {
    const sound = await run(join(place, "sound"), `trace=${calls.join(",")}`);
    assert.ok(!sound.said.some((one) => one.startsWith("failed")), sound.said.join("\n"));
    await check(join(place, "sound"), sound.said);
    const faults = calls.flatMap((call) => {
      const seen = sound.traced.filter((one) => one.includes(` ${call}(`));
      return seen.flatMap((one, index) => (wakesUp.test(one) ? [] : [{ call, when: index + 1 }]));
    });
    const all = faults.flatMap((fault) =>
      (Object.keys(ways) as (keyof typeof ways)[]).map((way) => ({ ...fault, way })),
    );
    assert.ok(all.length > 100, `${all.length} faults`);
    const random = createRandom(20_261_121, 7);
    const chosen = slow ? all : Array.from({ length: drawn }, () => all[Math.floor(all.length * random.uniform())]);
    let killed = 0;
    let told = 0;
    let trial = 0;
    const left = chosen[Symbol.iterator]();
    const lane = async (): Promise<void> => {
      for (const fault of left) {
        if (fault === undefined) continue;
        const { call, when, way } = fault;
        trial += 1;
        const folder = join(place, String(trial));
        const { said, traced } = await run(folder, `trace=${call}`, `inject=${call}:${ways[way]}:when=${when}`);
        const where = `${call} ${when} ${way}: ${said.join(", ")}`;
        const injected = traced.some((one) => one.includes("(INJECTED)"));
        const failed = said.some((one) => one.startsWith("failed"));
        // Whoever is not told that the disk failed takes what was not written for written.
        if (injected) assert.ok(failed || said.at(-1) !== "end", `nobody was told: ${where}`);
        if (said.at(-1) !== "end") killed += 1;
        if (failed) told += 1;
        await check(folder, said).catch((error: unknown) => {
          throw new Error(where, { cause: error });
        });
        for (const gone of [folder, `${folder}-warm`, `${folder}.trace`])
          await rm(gone, { recursive: true, force: true });
      }
    };
    await Promise.all([lane(), lane()]);
    t.diagnostic(
      `${chosen.length} of ${all.length} faults: ${told} told as failures, ${killed} ended the process, 0 corrupt, 0 false success`,
    );
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});
