import { constants, type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import type { SnapshotEffects } from "./effects.ts";
import { fileChunks, type ObjectStore, type StoredObject } from "./objects.ts";
import { isPattern, type PathPattern, parsePattern } from "./pattern.ts";
import { LocationError, StoreError, systemCode } from "./problem.ts";

/** A local file that belongs to a delivery. */
export interface LocalFile {
  /** Path below the folder where the search began, with `/`. */
  readonly name: string;
  readonly path: string;
}

/** What tells whether a file has been written to since it was read. Decimal texts, because JSON has no 64-bit integers. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly size: string;
  readonly modifiedNanoseconds: string;
  readonly changedNanoseconds: string;
}

/**
 * The files that a location means, sorted by name.
 *
 * @param folder - Absolute path of the observatory folder.
 * @throws LocationError when there is none or a folder on the way cannot be read.
 */
export async function findFiles(
  location: { file: string } | { folder: string; pattern: string },
  folder: string,
): Promise<LocalFile[]> {
  if ("folder" in location) {
    const parsed = parsePattern(location.pattern);
    return matching(resolve(folder, location.folder, parsed.folder), parsed, resolve(folder, location.folder));
  }
  const path = resolve(folder, location.file);
  // A file whose name happens to hold brackets is meant literally when it is there.
  if (!isPattern(location.file) || (await isThere(path))) return [{ name: basename(path), path }];
  const parsed = parsePattern(location.file);
  const start = resolve(folder, parsed.folder);
  return matching(start, parsed, start);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function matching(start: string, pattern: PathPattern, root: string): Promise<LocalFile[]> {
  try {
    if (!(await stat(start)).isDirectory()) throw new LocationError("file-missing", `${start} is no folder`);
  } catch (error) {
    throw asLocationError(error, start);
  }
  const found = new Set<string>();
  for (const segments of pattern.alternatives) await collect(start, segments, found);
  if (found.size === 0) throw new LocationError("no-file-matches", "no file matches the pattern");
  const realRoot = await realpath(root);
  const files: LocalFile[] = [];
  for (const path of [...found].sort()) {
    const name = relative(root, path).split(sep).join("/");
    await staysInside(path, realRoot, name);
    files.push({ name, path });
  }
  return files;
}

/** A link that a pattern happens to match must not bring a file from elsewhere into what is published. */
async function staysInside(path: string, realRoot: string, name: string): Promise<void> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    throw asLocationError(error, path);
  }
  if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : `${realRoot}${sep}`)) {
    throw new LocationError(
      "file-outside-folder",
      `${JSON.stringify(name)} is a link to ${real}, outside the folder; name that file itself if it is meant`,
    );
  }
}

async function collect(folder: string, segments: readonly (RegExp | "**")[], found: Set<string>): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  let entries: Awaited<ReturnType<typeof entriesOf>>;
  try {
    entries = await entriesOf(folder);
  } catch (error) {
    throw asLocationError(error, folder);
  }
  if (segment === "**") {
    await collect(folder, rest.length === 0 ? [/^(?!\.)/su] : rest, found);
    // Linked folders are not entered here: a link to a folder above would never end.
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith(".")) await collect(join(folder, entry.name), segments, found);
    }
    return;
  }
  for (const entry of entries) {
    if (!segment.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (rest.length > 0) {
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(path))))
        await collect(path, rest, found);
    } else if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await leadsToFolder(path)))) found.add(path);
  }
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Identity of a file now, following links; undefined when it cannot be told. */
export async function identify(path: string): Promise<FileIdentity | undefined> {
  try {
    return identityOf(await stat(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

function identityOf(stats: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }): FileIdentity {
  return {
    device: String(stats.dev),
    inode: String(stats.ino),
    size: String(stats.size),
    modifiedNanoseconds: String(stats.mtimeNs),
    changedNanoseconds: String(stats.ctimeNs),
  };
}

/** Whether two identities are of the same, untouched file. */
export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return (
    a.device === b.device &&
    a.inode === b.inode &&
    a.size === b.size &&
    a.modifiedNanoseconds === b.modifiedNanoseconds &&
    a.changedNanoseconds === b.changedNanoseconds
  );
}

export interface KeptFile extends StoredObject {
  /**
   * Identity of the file while it was read; undefined when it was written so shortly before that a further change could
   * carry the same time stamp.
   */
  readonly identity: FileIdentity | undefined;
}

const copyAttempts = 4;
/** Time stamps of files can be as coarse as two seconds (FAT); younger files are not trusted to be unchanged. */
const settledNanoseconds = 2_000_000_000n;

/**
 * Keeps the bytes of a local file. A file that changes while it is read is read again, a few times; the hash is that of
 * the bytes that were kept.
 *
 * @throws LocationError when the file cannot be read or does not come to rest; StoreError when it cannot be kept.
 */
export async function keepFile(
  file: LocalFile,
  objects: ObjectStore,
  effects: Pick<SnapshotEffects, "sleep" | "signal" | "now">,
  onBytes: (bytes: number, totalBytes: number) => void,
): Promise<KeptFile> {
  for (let attempt = 1; attempt <= copyAttempts; attempt += 1) {
    effects.signal?.throwIfAborted();
    const kept = await keepOnce(file, objects, effects, onBytes);
    if (kept !== undefined) return kept;
    if (attempt < copyAttempts) await effects.sleep(250 * 2 ** attempt, effects.signal);
  }
  throw new LocationError("file-changing", `${file.path} was written to each of the ${copyAttempts} times it was read`);
}

async function keepOnce(
  file: LocalFile,
  objects: ObjectStore,
  effects: Pick<SnapshotEffects, "signal" | "now">,
  onBytes: (bytes: number, totalBytes: number) => void,
): Promise<KeptFile | undefined> {
  const handle = await openRegular(file.path);
  try {
    const stats = await handle.stat({ bigint: true });
    const before = identityOf(stats);
    const rested = async (): Promise<boolean> => {
      const after = await identify(file.path);
      return after !== undefined && sameIdentity(before, after);
    };
    const nowNanoseconds = BigInt(effects.now().getTime()) * 1_000_000n;
    const settled = [stats.mtimeNs, stats.ctimeNs].every((time) => time + settledNanoseconds < nowNanoseconds);
    const identity = settled ? before : undefined;

    const clone = await objects.clone(file.path);
    if (clone !== undefined) {
      if (await rested()) return { ...(await clone.finish()), identity };
      await clone.discard();
      return undefined;
    }
    const writer = await objects.create();
    try {
      for await (const chunk of fileChunks(handle)) {
        effects.signal?.throwIfAborted();
        await writer.write(chunk);
        onBytes(writer.bytes, Number(stats.size));
      }
      if (String(writer.bytes) === before.size && (await rested())) return { ...(await writer.finish()), identity };
      await writer.discard();
      return undefined;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  } catch (error) {
    throw asLocationError(error, file.path);
  } finally {
    await handle.close();
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a pipe under this name would hold the build for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw asLocationError(error, path);
  }
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw new LocationError(
    "file-unreadable",
    stats.isDirectory() ? `${path} is a folder, not a file` : `${path} is no regular file`,
  );
}

function asLocationError(error: unknown, path: string): unknown {
  if (error instanceof LocationError || error instanceof StoreError) return error;
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new LocationError("file-missing", `${path} does not exist`, { cause: error });
  if (code === "ELOOP")
    return new LocationError("file-unreadable", `${path} is a link that leads back to itself`, { cause: error });
  if (code === "EACCES" || code === "EPERM") {
    return new LocationError("file-unreadable", `${path} may not be read by this user`, { cause: error });
  }
  return new LocationError("file-unreadable", `${path} cannot be read (${code})`, { cause: error });
}
