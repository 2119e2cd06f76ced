import type { Disk } from "../disk/index.ts";

/** A disk that says when a call which changes something fails. */
export function stopping(disk: Disk, failed: (error: unknown) => void): Disk {
  const watched = async <Result>(call: Promise<Result>): Promise<Result> => {
    try {
      return await call;
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  return {
    ...disk,
    async create(path) {
      const file = await watched(disk.create(path));
      return {
        write: (bytes) => watched(file.write(bytes)),
        sync: () => watched(file.sync()),
        close: () => watched(file.close()),
      };
    },
    rename: (from, to) => watched(disk.rename(from, to)),
    remove: (path) => watched(disk.remove(path)),
    makeFolder: (path) => watched(disk.makeFolder(path)),
    syncFolder: (path) => watched(disk.syncFolder(path)),
  };
}
