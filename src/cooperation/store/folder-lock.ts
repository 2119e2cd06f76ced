import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type Instant, instantSchema } from "../words/index.ts";

const holderSchema = z.object({ process: z.number(), host: z.string(), since: instantSchema });

/** Who works in a folder. */
export type LockHolder = z.infer<typeof holderSchema>;

/**
 * Takes the exclusive lock of a folder, or says who holds it (undefined where the holder's note cannot be read).
 *
 * It is the operating system's lock on a small SQLite file, so it ends with the process, however that ends.
 *
 * @returns A function that lets go, or the holder.
 */
export async function takeFolderLock(
  folder: string,
  now: Instant,
): Promise<{ readonly release: () => void } | { readonly heldBy: LockHolder | undefined }> {
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "lock.sqlite"), { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return { heldBy: await readHolder(folder) };
    throw error;
  }
  const holder: LockHolder = { process: process.pid, host: hostname(), since: now };
  await writeFile(join(folder, "lock.json"), JSON.stringify(holder));
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Whether a file or folder is there. */
export const isThere = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    () => false,
  );

async function readHolder(folder: string): Promise<LockHolder | undefined> {
  try {
    return holderSchema.safeParse(JSON.parse(await readFile(join(folder, "lock.json"), "utf8"))).data;
  } catch {
    return undefined;
  }
}
