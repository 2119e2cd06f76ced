import type { Disk, DiskFile } from "../disk.ts";
import { folderOf } from "../disk.ts";

/** What goes wrong at one call: an error of the disk, or the end of the process before or after the call took effect. */
export type Fault = "EIO" | "ENOSPC" | "kill-before" | "kill-after";

/** What survives a loss of power: only what was synced, everything, or by lot each thing that was not synced. */
export type Survival = "synced-only" | "everything" | ((chance: string) => boolean);

/** The end of the process: after it every call on the disk fails the same way. */
export class Killed extends Error {}

interface Inode {
  bytes: Uint8Array;
  synced: Uint8Array;
}

/**
 * A disk in memory that forgets what was not synced, and fails where it is told to.
 *
 * Names and contents are kept apart: a rename without `syncFolder` may be undone by a loss of power, and a named file
 * whose content was not synced may come back empty or in part, as on real file systems.
 */
export interface SimulatedDisk extends Disk {
  /** Number of calls so far, each of which a fault can hit. */
  readonly calls: number;
  /** Fails the call with this number, counted from 1, once. */
  failAt(call: number, fault: Fault): void;
  /** The disk as found after a loss of power now. */
  afterPowerLoss(survival: Survival): SimulatedDisk;
  /** All files with their bytes as they are now. */
  contents(): Map<string, Uint8Array>;
}

/** An empty simulated disk, or one that holds files which are already durable. */
export function simulatedDisk(kept: ReadonlyMap<string, Uint8Array> = new Map()): SimulatedDisk {
  const inodes = new Map<string, Inode>();
  const durableNames = new Map<string, Inode>();
  const folders = new Set<string>([""]);
  const durableFolders = new Set<string>([""]);
  for (const [path, bytes] of kept) {
    const inode = { bytes, synced: bytes };
    inodes.set(path, inode);
    durableNames.set(path, inode);
    for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
      folders.add(folder);
      durableFolders.add(folder);
    }
  }
  let calls = 0;
  let planned: { readonly call: number; readonly fault: Fault } | undefined;
  let killed = false;

  async function call<Result>(effect: () => Result, part?: () => void): Promise<Result> {
    if (killed) throw new Killed("the process has ended");
    calls += 1;
    const fault = planned?.call === calls ? planned.fault : undefined;
    if (fault === undefined) return effect();
    if (fault === "kill-before" || fault === "kill-after") {
      if (fault === "kill-after") effect();
      else part?.();
      killed = true;
      throw new Killed("the process was killed");
    }
    part?.();
    throw Object.assign(new Error(`${fault}: simulated`), { code: fault });
  }
  const inodeOf = (path: string): Inode => {
    const inode = inodes.get(path);
    if (inode === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return inode;
  };
  const inFolder = (path: string): void => {
    if (!folders.has(folderOf(path))) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
  };

  return {
    get calls() {
      return calls;
    },
    failAt(number, fault) {
      planned = { call: number, fault };
    },
    create: (path) =>
      call(() => {
        inFolder(path);
        // Emptying an existing file keeps its inode, as open(2) with O_TRUNC does.
        const inode = inodes.get(path) ?? { bytes: new Uint8Array(), synced: new Uint8Array() };
        inode.bytes = new Uint8Array();
        inodes.set(path, inode);
        const add = (bytes: Uint8Array): void => {
          inode.bytes = Buffer.concat([inode.bytes, bytes]);
        };
        const file: DiskFile = {
          write: (bytes) =>
            call(
              () => add(bytes),
              () => add(bytes.subarray(0, bytes.length >> 1)),
            ),
          sync: () =>
            call(() => {
              inode.synced = inode.bytes;
            }),
          close: () => call(() => undefined),
        };
        return file;
      }),
    read: (path) => call(() => inodes.get(path)?.bytes),
    async *stream(path) {
      const bytes = await call(() => inodeOf(path).bytes);
      for (let from = 0; from < bytes.length; from += 1 << 16) yield bytes.subarray(from, from + (1 << 16));
    },
    size: (path) => call(() => inodes.get(path)?.bytes.length),
    list: (folder) =>
      call(() => {
        const inside = (path: string): boolean => path !== "" && folderOf(path) === folder;
        return [
          ...[...inodes.keys()].filter(inside).map((path) => ({ path, folder: false })),
          ...[...folders].filter(inside).map((path) => ({ path, folder: true })),
        ]
          .map(({ path, folder: isFolder }) => ({ name: path.slice(path.lastIndexOf("/") + 1), folder: isFolder }))
          .sort((one, other) => (one.name < other.name ? -1 : 1));
      }),
    rename: (from, to) =>
      call(() => {
        inFolder(to);
        inodes.set(to, inodeOf(from));
        inodes.delete(from);
      }),
    remove: (path) => call(() => void inodes.delete(path)),
    removeFolder: (path) => call(() => void folders.delete(path)),
    makeFolder: (path) =>
      call(() => {
        inFolder(path);
        const isNew = !folders.has(path);
        folders.add(path);
        return isNew;
      }),
    syncFolder: (folder) =>
      call(() => {
        if (!folders.has(folder)) throw Object.assign(new Error(`ENOENT: ${folder}`), { code: "ENOENT" });
        const inside = (path: string): boolean => path !== "" && folderOf(path) === folder;
        for (const path of [...durableNames.keys()]) if (inside(path) && !inodes.has(path)) durableNames.delete(path);
        for (const [path, inode] of inodes) if (inside(path)) durableNames.set(path, inode);
        for (const path of [...durableFolders]) if (inside(path) && !folders.has(path)) durableFolders.delete(path);
        for (const path of folders) if (inside(path)) durableFolders.add(path);
      }),
    afterPowerLoss(survival) {
      const survives = (chance: string): boolean =>
        survival === "everything" || (survival !== "synced-only" && survival(chance));
      const left = new Map<string, Uint8Array>();
      const alive = (path: string): boolean => {
        for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
          if (!durableFolders.has(folder) && !(folders.has(folder) && survives(`folder ${folder}`))) return false;
        }
        return true;
      };
      for (const path of new Set([...inodes.keys(), ...durableNames.keys()])) {
        const now = inodes.get(path);
        const before = durableNames.get(path);
        const inode = now === before || survives(`name ${path}`) ? now : before;
        if (inode === undefined || !alive(path)) continue;
        left.set(path, inode.bytes === inode.synced || survives(`bytes ${path}`) ? inode.bytes : inode.synced);
      }
      return simulatedDisk(left);
    },
    contents: () => new Map([...inodes].map(([path, { bytes }]) => [path, bytes])),
  };
}
