import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPGlite, openPostgres } from "../../src/cooperation/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { checkAfterKills } from "./kill-matters.ts";
import { keysOfMatters } from "./matters.ts";
import { noPostgres, startPostgres } from "./server.ts";
import { began, makeAuthority, temporaryFolder } from "./trial.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const kills = slow ? 1000 : 20;
const crashes = slow ? 20 : 2;
const killsOfPGlite = slow ? 200 : 3;
const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
// The writers compile the same modules each time.
const environment = { NODE_COMPILE_CACHE: join(tmpdir(), "justitia-compile-cache"), ...process.env };

/** Starts a writer, and acts a moment after it has said so many times that a write was acknowledged. */
async function afterWrites(
  args: readonly string[],
  { writes, delay }: { readonly writes: number; readonly delay: number },
  act: (kill: () => void) => Promise<void> | void,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  const child = spawn(process.execPath, [writer, ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  let said = 0;
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.length;
      if (said >= writes) resolve();
    });
    child.once("exit", () => resolve());
  });
  await new Promise((resolve) => setTimeout(resolve, delay));
  await act(() => child.kill("SIGKILL"));
  const [code, signal] = await ended;
  return { code, signal };
}

test(`on PostgreSQL ${kills} kill -9 of the writer and ${crashes} of the server lose no acknowledged write and leave no half`, {
  skip: noPostgres,
}, async (t) => {
  await using folder = await temporaryFolder();
  await using server = await startPostgres();
  const { application } = await makeAuthority(server, "bensalem");
  const acknowledgements = join(folder.path, "acknowledged");
  await writeFile(acknowledgements, "");
  const random = createRandom(20_260_101, 2);
  let family = 2;
  const args = (): string[] => {
    family += 1;
    return ["postgres", application, acknowledgements, String(family), "3"];
  };
  const moment = () => ({ writes: 1 + Math.floor(20 * random.uniform()), delay: 8 * random.uniform() });
  const round = async (): Promise<void> => {
    const { signal } = await afterWrites(args(), moment(), (kill) => kill());
    assert.equal(signal, "SIGKILL", "the writer ended by itself");
  };
  for (let done = 0; done < kills; done += 2) await Promise.all([round(), round()]);
  for (let crash = 0; crash < crashes; crash += 1) {
    const { code } = await afterWrites(args(), moment(), () => server.crashAndRestart());
    assert.notEqual(code, 0, "a writer without its server says that it failed");
  }
  await using database = await openPostgres({ connectionString: application }, keysOfMatters);
  assert.equal((await database.durability()).survivesPowerLoss, true);
  const { acknowledged, written } = await checkAfterKills(database, await readFile(acknowledgements, "utf8"));
  assert.ok(acknowledged > 2 * kills && written >= acknowledged, `${acknowledged} acknowledged, ${written} written`);
  t.diagnostic(`${kills} kills, ${crashes} crashes: ${acknowledged} acknowledged, ${written} written, 0 lost, 0 half`);
});

test(`on PGlite ${killsOfPGlite} kill -9 lose no acknowledged write and leave no half`, async (t) => {
  await using folder = await temporaryFolder();
  const place = join(folder.path, "authority");
  const acknowledgements = join(folder.path, "acknowledged");
  await writeFile(acknowledgements, "");
  const first = await openPGlite(place, began, keysOfMatters);
  assert.ok("sql" in first);
  await first.close();
  const random = createRandom(20_260_101, 3);
  for (let family = 3; family < 3 + killsOfPGlite; family += 1) {
    const moment = { writes: 1 + Math.floor(20 * random.uniform()), delay: 8 * random.uniform() };
    const args = ["pglite", place, acknowledgements, String(family), "2"];
    const { signal } = await afterWrites(args, moment, (kill) => kill());
    assert.equal(signal, "SIGKILL", "the writer ended by itself");
  }
  const database = await openPGlite(place, began, keysOfMatters);
  assert.ok("sql" in database);
  try {
    const { acknowledged, written } = await checkAfterKills(database, await readFile(acknowledgements, "utf8"));
    assert.ok(
      acknowledged >= killsOfPGlite && written >= acknowledged,
      `${acknowledged} acknowledged, ${written} written`,
    );
    t.diagnostic(`${killsOfPGlite} kills: ${acknowledged} acknowledged, ${written} written, 0 lost, 0 half`);
  } finally {
    await database.close();
  }
});
