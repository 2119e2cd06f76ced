import type { Disk } from "./disk.ts";

/** The files below one folder of a disk, as a disk of their own. */
export function diskBelow(disk: Disk, folder: string): Disk {
  const at = (path: string): string => (path === "" ? folder : `${folder}/${path}`);
  return {
    create: (path) => disk.create(at(path)),
    read: (path) => disk.read(at(path)),
    stream: (path) => disk.stream(at(path)),
    size: (path) => disk.size(at(path)),
    list: (path) => disk.list(at(path)),
    rename: (from, to) => disk.rename(at(from), at(to)),
    remove: (path) => disk.remove(at(path)),
    removeFolder: (path) => disk.removeFolder(at(path)),
    makeFolder: (path) => disk.makeFolder(at(path)),
    syncFolder: (path) => disk.syncFolder(at(path)),
  };
}
