/** A file that is being written. Bytes are only sure to be kept once `sync` has returned. */
export interface DiskFile {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskEntry {
  readonly name: string;
  readonly folder: boolean;
}

/**
 * Everything that log and vault do to files, as one value that is passed in, so that a test can fail each call once.
 *
 * Paths are relative, with `/`. A name, new or changed, is only sure to be kept once `syncFolder` of its folder has returned.
 */
export interface Disk {
  /** A new file for writing. An older one of that name is emptied. */
  create(path: string): Promise<DiskFile>;
  /** The whole file, or undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The file piece by piece. Throws when there is none. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** Size in bytes, or undefined when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** What a folder holds, by name; nothing when there is no such folder. */
  list(folder: string): Promise<readonly DiskEntry[]>;
  /** Gives a file another name, over an older one of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Takes a file away; says nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Takes an empty folder away. */
  removeFolder(path: string): Promise<void>;
  /** Makes one folder inside one that exists; says whether it is new. */
  makeFolder(path: string): Promise<boolean>;
  syncFolder(path: string): Promise<void>;
}

/** The ending of files that are not finished; whoever opens a folder again takes them away. */
export const unfinishedEnding = ".unfinished";

/** The folder part of a path; the root is the empty text. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** Makes a folder with those above it, each durable before anything is put into it. */
export async function makeFolders(disk: Disk, folder: string): Promise<void> {
  if (folder === "") return;
  await makeFolders(disk, folderOf(folder));
  await disk.makeFolder(folder);
  // Synced even when it was there: whoever made it may have been killed before syncing.
  await disk.syncFolder(folderOf(folder));
}

/**
 * Writes a file whole and durably: unfinished name, fsync, rename, fsync of the folder. The folder must exist.
 *
 * When this throws, the file has its old content, its new content, or is missing as before; never a part.
 */
export async function writeDurably(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  await writeSynced(disk, path, bytes);
  await disk.syncFolder(folderOf(path));
}

/** As `writeDurably`, but leaves it to the caller to sync the folder: once for many files. */
export async function writeSynced(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}${unfinishedEnding}`;
  const file = await disk.create(unfinished);
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(unfinished, path);
}

/** Paths of all files below a folder, sorted; folders have no entry of their own. */
export async function filesBelow(disk: Disk, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, folder: isFolder } of await disk.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isFolder) found.push(...(await filesBelow(disk, path)));
    else found.push(path);
  }
  return found.sort();
}
