import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
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
import { TracedWriter } from "./records/traced-writer.ts";
import { contents, entriesFrom, signer } from "./records/work.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
/** Of the short run: so many of all faults, drawn with a seed. */
const drawn = 6;
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
  const writers = [0, 1].map((lane) => new TracedWriter(join(place, `warm-${lane}`), identity));
  try {
    const [first] = writers;
    assert.ok(first);
    const sound = await first.run(join(place, "sound"), `trace=${calls.join(",")}`);
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
    const wrong: string[] = [];
    const left = chosen[Symbol.iterator]();
    const lane = async (writer: TracedWriter): Promise<void> => {
      for (const fault of left) {
        if (fault === undefined) continue;
        const { call, when, way } = fault;
        trial += 1;
        const folder = join(place, String(trial));
        const { said, traced } = await writer.run(folder, `trace=${call}`, `inject=${call}:${ways[way]}:when=${when}`);
        const where = `${call} ${when} ${way}: ${said.join(", ")}`;
        const injected = traced.some((one) => one.includes("(INJECTED)"));
        const failed = said.some((one) => one.startsWith("failed"));
        // Whoever is not told that the disk failed takes what was not written for written.
        if (injected && !failed && said.at(-1) === "end") wrong.push(`nobody was told: ${where}`);
        if (said.at(-1) !== "end") killed += 1;
        if (failed) told += 1;
        await check(folder, said).catch((error: unknown) => wrong.push(`${where}: ${error}`));
        await rm(folder, { recursive: true, force: true });
      }
    };
    await Promise.all(writers.map(lane));
    assert.deepEqual(wrong, []);
    t.diagnostic(
      `${chosen.length} of ${all.length} faults: ${told} told as failures, ${killed} ended the process, 0 corrupt, 0 false success`,
    );
  } finally {
    for (const writer of writers) await writer[Symbol.asyncDispose]();
    await rm(place, { recursive: true, force: true });
  }
});
