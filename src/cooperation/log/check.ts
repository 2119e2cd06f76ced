import { type Disk, filesBelow } from "../disk/index.ts";
import { type Checkpoint, isCheckpointProblem, type OpenCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { hashBytes, leafHash, rootOfComplete } from "./hashing.ts";
import { rootOfSize } from "./proof.ts";
import type { NoteVerifier } from "./signed-note.ts";
import {
  entriesOfBundle,
  hashesOfTile,
  LogDamaged,
  parseTilePath,
  readTile,
  subtreesOf,
  type TileName,
  tileLevels,
  tilePath,
  tilesOfLevel,
  tileWidth,
} from "./tiles.ts";
import { checkpointPath, cosignedPath, endOfTile, readText } from "./writer.ts";

/** What is wrong with a log. */
export interface LogProblem {
  readonly code:
    | "log.head-missing"
    | "log.head-bad"
    | "log.tile-missing"
    | "log.tile-changed"
    | "log.root-differs"
    | "log.stray-file"
    | "log.rolled-back"
    | "log.forked";
  readonly path: string;
  readonly message: string;
}

/** A head of the log that somebody else remembers: a witness, the database, or a printed page. */
export interface RememberedHead {
  readonly by: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface LogCheck {
  readonly head: OpenCheckpoint | undefined;
  readonly problems: readonly LogProblem[];
}

/**
 * Holds every file of a log against every other: each hash is computed anew from the entries, the root must be the one
 * that was signed, and nothing else may lie in the folder.
 *
 * A log that was rolled back, or forked, as a whole and signed with its own key has no fault inside. Only a head that
 * somebody else remembers shows it; hand over as many as there are.
 *
 * @param firstOnly - Stop at the first problem.
 */
export async function checkLog(
  disk: Disk,
  keys: { readonly log: NoteVerifier; readonly witnesses?: readonly NoteVerifier[] },
  remembered: readonly RememberedHead[] = [],
  firstOnly = false,
): Promise<LogCheck> {
  const problems: LogProblem[] = [];
  const enough = (): boolean => firstOnly && problems.length > 0;
  const { head, problems: ofHeads } = await checkHeads(disk, keys);
  problems.push(...ofHeads);
  if (head === undefined || enough()) return { head, problems };
  const paths = await filesBelow(disk, "");
  problems.push(...strayFiles(paths, head.size), ...missingTiles(paths, head.size));
  if (enough()) return { head, problems };
  for (const path of paths) {
    const tile = parseTilePath(path);
    if (tile === undefined || endOfTile(tile) > head.size) continue;
    problems.push(...(await checkTile(disk, tile, head.size)));
    if (enough()) return { head, problems };
  }
  // Roots are only worth computing over tiles that are sound.
  if (problems.length > 0) return { head, problems };
  problems.push(...(await checkRoot(disk, head, checkpointPath, "log.root-differs")));
  problems.push(...(await checkCosigned(disk, keys, head)));
  for (const memory of remembered) problems.push(...(await checkRemembered(disk, head, memory)));
  return { head, problems };
}

async function checkHeads(
  disk: Disk,
  { log, witnesses = [] }: { readonly log: NoteVerifier; readonly witnesses?: readonly NoteVerifier[] },
): Promise<{ readonly head: OpenCheckpoint | undefined; readonly problems: LogProblem[] }> {
  const source = await readText(disk, checkpointPath);
  if (source === undefined)
    return {
      head: undefined,
      problems: [problem("log.head-missing", checkpointPath, "The head of the log is missing.")],
    };
  const opened = openCheckpoint(source, log, witnesses);
  if (isCheckpointProblem(opened))
    return { head: undefined, problems: [problem("log.head-bad", checkpointPath, opened.message)] };
  if (opened.unknownSignatures > 0)
    return {
      head: opened,
      problems: [problem("log.head-bad", checkpointPath, "A signature is by nobody who is known.")],
    };
  return { head: opened, problems: [] };
}

async function checkCosigned(
  disk: Disk,
  { log, witnesses = [] }: { readonly log: NoteVerifier; readonly witnesses?: readonly NoteVerifier[] },
  head: OpenCheckpoint,
): Promise<LogProblem[]> {
  const source = await readText(disk, cosignedPath);
  if (source === undefined) return [];
  const opened = openCheckpoint(source, log, witnesses);
  if (isCheckpointProblem(opened)) return [problem("log.head-bad", cosignedPath, opened.message)];
  if (opened.unknownSignatures > 0 || opened.cosignatures.length === 0)
    return [problem("log.head-bad", cosignedPath, "A signature is by nobody who is known, or no witness signed.")];
  const by = opened.cosignatures.map(({ witness }) => witness).join(", ");
  return checkRemembered(disk, head, { by, size: opened.size, root: opened.root }, cosignedPath);
}

/** A head that somebody remembers must be a head that this log had. */
async function checkRemembered(
  disk: Disk,
  head: Checkpoint,
  { by, size, root }: RememberedHead,
  path: string = checkpointPath,
): Promise<LogProblem[]> {
  if (size > head.size)
    return [
      problem("log.rolled-back", path, `${by} has seen ${size} entries; the log now says that it has ${head.size}.`),
    ];
  return checkRoot(disk, { origin: head.origin, size, root }, path, "log.forked");
}

async function checkRoot(
  disk: Disk,
  { size, root }: Checkpoint,
  path: string,
  code: "log.root-differs" | "log.forked",
): Promise<LogProblem[]> {
  const computed = await rootOfSize(size, subtreesOf(disk, size));
  if (Buffer.compare(computed, root) === 0) return [];
  return [problem(code, path, `The first ${size} entries do not have the root that was signed for them.`)];
}

function strayFiles(paths: readonly string[], size: number): LogProblem[] {
  return paths
    .filter((path) => {
      if (path === checkpointPath || path === cosignedPath) return false;
      const tile = parseTilePath(path);
      return tile === undefined || endOfTile(tile) > size;
    })
    .map((path) => problem("log.stray-file", path, "The head of the log names no such file."));
}

/** Tiles that a log of this size must have. */
export function tilesOfLog(size: number): TileName[] {
  const levels: (number | "entries")[] = ["entries", ...Array.from({ length: tileLevels(size) }, (_, level) => level)];
  return levels.flatMap((level) => tilesOfLevel(size, level));
}

function missingTiles(paths: readonly string[], size: number): LogProblem[] {
  const there = new Set(paths);
  return tilesOfLog(size)
    .map(tilePath)
    .filter((path) => !there.has(path))
    .map((path) => problem("log.tile-missing", path, "The file is missing."));
}

/**
 * Holds one tile against what lies below it: the hashes of level 0 against the entries, those of a level above against
 * the full tiles of the level below, an entry bundle against the hashes of level 0.
 */
export async function checkTile(disk: Disk, tile: TileName, size: number): Promise<LogProblem[]> {
  const path = tilePath(tile);
  const bytes = await disk.read(path);
  if (bytes === undefined) return [problem("log.tile-missing", path, "The file is missing.")];
  const changed = [problem("log.tile-changed", path, "The content is not what the rest of the log says it must be.")];
  const values = tile.level === "entries" ? entriesOfBundle(bytes) : hashesOfTile(bytes);
  if (values?.length !== tile.width) return changed;
  try {
    const agrees =
      tile.level === "entries"
        ? areLeaves(values, await beside(disk, tile, size, 0))
        : tile.level === 0
          ? areLeaves(await beside(disk, tile, size, "entries"), values)
          : await areRootsBelow(disk, tile.level, tile.index, values);
    return agrees ? [] : changed;
  } catch (error) {
    if (error instanceof LogDamaged) return [problem("log.tile-changed", error.path, `The file ${error.message}.`)];
    throw error;
  }
}

/** The entries or hashes of the same leaves in the other kind of tile, from its widest file. */
async function beside(
  disk: Disk,
  { index, width }: TileName,
  size: number,
  level: 0 | "entries",
): Promise<Uint8Array[]> {
  const widest = Math.min(tileWidth, size - index * tileWidth);
  return (await readTile(disk, { level, index, width: widest })).slice(0, width);
}

/** Whether the entries are digests and have these hashes. */
function areLeaves(entries: readonly Uint8Array[], hashes: readonly Uint8Array[]): boolean {
  return (
    entries.length === hashes.length &&
    entries.every((entry, at) => entry.length === hashBytes && equal(leafHash(entry), hashes[at]))
  );
}

/** Whether the hashes of a tile are the roots of the full tiles of the level below. */
async function areRootsBelow(
  disk: Disk,
  level: number,
  index: number,
  hashes: readonly Uint8Array[],
): Promise<boolean> {
  for (const [at, hash] of hashes.entries()) {
    const below = { level: level - 1, index: index * tileWidth + at, width: tileWidth };
    if (!equal(rootOfComplete(await readTile(disk, below)), hash)) return false;
  }
  return true;
}

function equal(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && Buffer.compare(one, other) === 0;
}

function problem(code: LogProblem["code"], path: string, message: string): LogProblem {
  return { code, path, message };
}
