import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** Who holds the build lock of an observatory. */
export interface LockHolder {
  readonly process: number;
  readonly host: string;
  readonly since: string;
}

export interface BuildLock extends AsyncDisposable {
  release(): void;
}

const holderSchema = z.object({ process: z.number(), host: z.string(), since: z.string() });

/**
 * Takes the build lock of a state folder, or says who holds it.
 *
 * The lock is the operating system's own on a small SQLite file, so it ends with the process that holds it, however
 * that process ends; a file with a process number would outlive a kill and could name a stranger later.
 */
export async function takeBuildLock(
  state: string,
  now: Date,
): Promise<BuildLock | { readonly heldBy: LockHolder | undefined }> {
  await makeFolder(state);
  const database = new DatabaseSync(join(state, "lock.sqlite"), { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return { heldBy: await readHolder(state) };
    throw error;
  }
  const holder: LockHolder = { process: process.pid, host: hostname(), since: now.toISOString() };
  await writeFile(join(state, "lock.json"), JSON.stringify(holder));
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    database.close();
  };
  return {
    release,
    async [Symbol.asyncDispose]() {
      release();
    },
  };
}

/** Makes a folder with those above it. The runtime's own way does not end where the system holds no folders, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

async function readHolder(state: string): Promise<LockHolder | undefined> {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(await readFile(join(state, "lock.json"), "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
