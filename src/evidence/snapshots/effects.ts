import { constants, copyFile, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A new file that is being written. */
export interface WritableFile {
  write(chunk: Uint8Array): Promise<void>;
  /** Throws away everything written so far. */
  truncate(): Promise<void>;
  /** Brings the bytes to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The part of the file system that can be full. */
export interface FileEffects {
  /** Creates a file that must not be there yet. */
  create(path: string): Promise<WritableFile>;
  /** Makes a copy that shares its blocks with the original until one is changed; false where that cannot be done. */
  clone(from: string, to: string): Promise<boolean>;
}

/** How far a retrieval is. */
export interface RetrievalProgress {
  readonly stream: string;
  readonly location: string;
  readonly part: string;
  /** Bytes of this part so far, and in all when that is known. */
  readonly bytes: number;
  readonly totalBytes?: number | undefined;
  /** For paged interfaces: rows of all pages so far, and in all when that is known. */
  readonly rows?: number | undefined;
  readonly totalRows?: number | undefined;
}

/** The outside world of the snapshots. */
export interface SnapshotEffects {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  readonly now: () => Date;
  /** Waits; ends early, by throwing the signal's reason, when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** What `env:NAME` in headers refers to. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: FileEffects;
  readonly progress?: ((progress: RetrievalProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const nodeFiles: FileEffects = {
  async create(path) {
    const handle = await open(path, "wx", 0o600);
    let position = 0;
    return {
      async write(chunk) {
        let written = 0;
        while (written < chunk.byteLength) {
          const { bytesWritten } = await handle.write(chunk, written, chunk.byteLength - written, position);
          written += bytesWritten;
          position += bytesWritten;
        }
      },
      async truncate() {
        await handle.truncate(0);
        position = 0;
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  async clone(from, to) {
    try {
      await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
      return true;
    } catch {
      return false;
    }
  },
};

/** The real world, without an environment: the shell says which variables may be used. */
export function realEffects(): SnapshotEffects {
  return {
    fetch: (address, init) => fetch(address, init),
    now: () => new Date(),
    sleep: async (milliseconds, signal) => {
      try {
        await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    random: Math.random,
    environment: {},
    files: nodeFiles,
  };
}
