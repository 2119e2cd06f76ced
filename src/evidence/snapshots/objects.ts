import { createHash, randomUUID } from "node:crypto";
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FileEffects, WritableFile } from "./effects.ts";
import { StoreError, systemCode } from "./problem.ts";
import { isSha256, type Sha256, sha256Of } from "./sha256.ts";

/** Bytes that are kept, by name. */
export interface StoredObject {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** An object that is being written; nothing of it can be seen before `finish`. */
export interface ObjectWriter {
  /** Bytes written since the beginning or the last restart. */
  readonly bytes: number;
  write(chunk: Uint8Array): Promise<void>;
  restart(): Promise<void>;
  finish(): Promise<StoredObject>;
  discard(): Promise<void>;
}

/** Immutable bytes named by their SHA-256: `objects/ab/<sha256>`. */
export interface ObjectStore {
  path(sha256: Sha256): string;
  /** Bytes of the object on disk, or undefined when it is not there. */
  size(sha256: Sha256): Promise<number | undefined>;
  create(): Promise<ObjectWriter>;
  /** A block-sharing copy of a file, not yet hashed, or undefined where the file system cannot make one. */
  clone(path: string): Promise<ClonedObject | undefined>;
  /** Writes a small file whole or not at all, to the disk, read-only when `sealed`. */
  writeFile(path: string, text: string, sealed: boolean): Promise<void>;
  /** Every file under `objects/`; `sha256` is undefined for a file that does not belong there. */
  list(): AsyncGenerator<{ readonly path: string; readonly sha256: Sha256 | undefined }>;
  /** Takes away what other, ended processes left unfinished. Returns how many files. */
  sweep(): Promise<number>;
}

export interface ClonedObject {
  finish(): Promise<StoredObject>;
  discard(): Promise<void>;
}

const chunkBytes = 1_048_576;
/** Marks the unfinished files of this process, so that sweeping leaves them alone. */
const thisProcess = randomUUID();

/**
 * The bytes of an open file, from its beginning. The next chunk is read while one is looked at, in two buffers that take
 * turns: a chunk is valid only until the next is asked for.
 */
export async function* fileChunks(handle: FileHandle): AsyncGenerator<Uint8Array> {
  let [buffer, other] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
  let reading = handle.read(buffer, 0, chunkBytes, 0);
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      position += bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      [buffer, other] = [other, buffer];
      reading = handle.read(buffer, 0, chunkBytes, position);
      yield chunk;
    }
  } finally {
    // The file may be closed by whoever stops early, and a failure then is of no interest.
    await reading.catch(() => undefined);
  }
}

/** SHA-256 and length of a file, read with constant memory. */
export async function hashFile(path: string): Promise<StoredObject> {
  const handle = await open(path, "r");
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of fileChunks(handle)) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    return { sha256: sha256Of(hash.digest("hex")), bytes };
  } finally {
    await handle.close();
  }
}

/** Opens the object store of a folder; creates nothing before something is written. */
export function createObjectStore(directory: string, files: FileEffects): ObjectStore {
  const objects = join(directory, "objects");
  const unfinished = join(directory, "unfinished");
  const path = (sha256: Sha256): string => join(objects, sha256.slice(0, 2), sha256);
  const unfinishedPath = (): string => join(unfinished, `${thisProcess}.${randomUUID()}`);

  const place = async (temporary: string, target: string, sealed: boolean): Promise<void> => {
    if (sealed) await chmod(temporary, 0o444);
    const folder = join(target, "..");
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(join(folder, ".."));
    // An object that is there already has the same bytes by its name; putting ours in its place heals a damaged one.
    await rename(temporary, target);
    await syncFolder(folder);
  };

  return {
    path,
    async size(sha256) {
      try {
        return (await stat(path(sha256))).size;
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    async create() {
      const temporary = unfinishedPath();
      const file = await storing(async () => {
        await mkdir(unfinished, { recursive: true });
        return files.create(temporary);
      });
      return objectWriter(file, temporary, (stored) => place(temporary, path(stored.sha256), true));
    },
    async clone(source) {
      await storing(() => mkdir(unfinished, { recursive: true }));
      const temporary = unfinishedPath();
      if (!(await files.clone(source, temporary))) {
        await rm(temporary, { force: true });
        return undefined;
      }
      return {
        finish: () =>
          storing(async () => {
            const stored = await hashFile(temporary);
            await syncFile(temporary);
            await place(temporary, path(stored.sha256), true);
            return stored;
          }),
        discard: () => rm(temporary, { force: true }),
      };
    },
    async writeFile(target, text, sealed) {
      await storing(async () => {
        await mkdir(unfinished, { recursive: true });
        const temporary = unfinishedPath();
        const file = await files.create(temporary);
        try {
          await file.write(Buffer.from(text));
          await file.sync();
          await file.close();
          await place(temporary, target, sealed);
        } catch (error) {
          await file.close().catch(() => undefined);
          await rm(temporary, { force: true });
          throw error;
        }
      });
    },
    async *list() {
      for (const folder of await namesIn(objects)) {
        if (!(await stat(join(objects, folder))).isDirectory())
          yield { path: join(objects, folder), sha256: undefined };
        for (const name of await namesIn(join(objects, folder))) {
          const sha256 = isSha256(name) && name.slice(0, 2) === folder ? name : undefined;
          yield { path: join(objects, folder, name), sha256 };
        }
      }
    },
    async sweep() {
      const leftovers = (await namesIn(unfinished)).filter((name) => !name.startsWith(thisProcess));
      for (const name of leftovers) await storing(() => rm(join(unfinished, name), { force: true, recursive: true }));
      return leftovers.length;
    },
  };
}

/** Bytes after which the disk begins to take what was written, so that little is left to wait for at the end. */
const flushedBytes = 67_108_864;

function objectWriter(
  file: WritableFile,
  temporary: string,
  place: (stored: StoredObject) => Promise<void>,
): ObjectWriter {
  let hash = createHash("sha256");
  let bytes = 0;
  let open = true;
  let unflushed = 0;
  let flushing: Promise<unknown> = Promise.resolve();
  let flushes = false;
  const flush = (): void => {
    unflushed = 0;
    flushes = true;
    // What fails here has to fail the object: the system tells a failure of the disk only once.
    flushing = flushing
      .then(() => file.sync())
      .finally(() => {
        flushes = false;
      });
    flushing.catch(() => undefined);
  };
  const discard = async (): Promise<void> => {
    await flushing.catch(() => undefined);
    if (open) await file.close().catch(() => undefined);
    open = false;
    await rm(temporary, { force: true });
  };
  return {
    get bytes() {
      return bytes;
    },
    async write(chunk) {
      const written = storing(() => file.write(chunk));
      hash.update(chunk);
      await written;
      bytes += chunk.byteLength;
      unflushed += chunk.byteLength;
      if (unflushed >= flushedBytes && !flushes) flush();
    },
    async restart() {
      await storing(async () => {
        await flushing;
        await file.truncate();
      });
      hash = createHash("sha256");
      bytes = 0;
    },
    async finish() {
      const stored = { sha256: sha256Of(hash.digest("hex")), bytes };
      await storing(async () => {
        await flushing;
        await file.sync();
        await file.close();
        open = false;
        await place(stored);
      });
      return stored;
    },
    discard,
  };
}

async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Sorted names in a folder; none when it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const syncFolder = syncFile;
