import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { keysOfMatters } from "../../../test/database/matters.ts";
import { began, temporaryFolder } from "../../../test/database/trial.ts";
import { takeFolderLock } from "./folder-lock.ts";
import { inUse, openPGlite } from "./index.ts";

const lock = fileURLToPath(new URL("folder-lock.ts", import.meta.url));

test("a second process is told who works in the folder, and gets in once that one was killed", async () => {
  await using folder = await temporaryFolder();
  const child = spawn(process.execPath, [
    "--input-type=module",
    "--eval",
    `const { takeFolderLock } = await import(${JSON.stringify(lock)});
     const taken = await takeFolderLock(${JSON.stringify(folder.path)}, "2026-01-05T08:00:00.000Z");
     process.stdout.write("release" in taken ? "taken" : "held");
     setInterval(() => {}, 1000);`,
  ]);
  const [said] = await once(child.stdout, "data");
  assert.equal(String(said), "taken");
  const second = await openPGlite(folder.path, began, keysOfMatters);
  assert.ok("heldBy" in second);
  assert.equal(second.heldBy?.process, child.pid);
  assert.match(
    inUse(folder.path, second.heldBy),
    new RegExp(`^Process ${child.pid} on .+ has worked in .+ since 2026-01-05T08:00:00.000Z\\. PGlite takes one`),
  );
  child.kill("SIGKILL");
  await once(child, "exit");
  const third = await takeFolderLock(folder.path, began);
  assert.ok("release" in third);
  third.release();
  third.release();
});

test("a PGlite folder is let go when it is closed, and its matters are there when it is opened again", async () => {
  await using folder = await temporaryFolder();
  const place = join(folder.path, "authority");
  const first = await openPGlite(place, began, keysOfMatters);
  assert.ok("sql" in first);
  assert.ok("heldBy" in (await openPGlite(place, began, keysOfMatters)));
  assert.deepEqual(await first.durability(), {
    engine: "pglite",
    survivesKill: true,
    survivesPowerLoss: false,
    because: ["PGlite never calls fsync"],
  });
  await first.close();
  const again = await openPGlite(place, began, keysOfMatters);
  assert.ok("sql" in again);
  await again.close();
});

test("where nobody can say who holds the folder, the sentence still says what to do", () => {
  assert.equal(
    inUse("matters", undefined),
    "Another process has worked in matters. PGlite takes one process at a time: end that one, or use PostgreSQL.",
  );
});
