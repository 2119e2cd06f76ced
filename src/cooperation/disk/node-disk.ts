import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Disk } from "./disk.ts";

/** The files below one folder of this machine. The folder itself is made when it is not there. */
export async function nodeDisk(root: string): Promise<Disk> {
  await mkdir(root, { recursive: true });
  const at = (path: string): string => join(root, path);
  return {
    async create(path) {
      const handle = await open(at(path), "w", 0o600);
      return {
        write: async (bytes) => {
          for (let written = 0; written < bytes.length; ) {
            written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
          }
        },
        sync: () => handle.sync(),
        close: () => handle.close(),
      };
    },
    read: (path) => absentAs(undefined, () => readFile(at(path))),
    stream: (path) => createReadStream(at(path), { highWaterMark: 1 << 18 }),
    size: (path) => absentAs(undefined, async () => (await stat(at(path))).size),
    list: (folder) =>
      absentAs([], async () =>
        (await readdir(at(folder), { withFileTypes: true }))
          .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
          .sort((one, other) => (one.name < other.name ? -1 : 1)),
      ),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (path) => rm(at(path), { force: true }),
    removeFolder: (path) => rmdir(at(path)),
    async makeFolder(path) {
      try {
        await mkdir(at(path), { mode: 0o700 });
        return true;
      } catch (error) {
        if (hasCode(error, "EEXIST")) return false;
        throw error;
      }
    },
    async syncFolder(path) {
      const handle = await open(at(path), "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

async function absentAs<Value, Absent>(absent: Absent, read: () => Promise<Value>): Promise<Value | Absent> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return absent;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
