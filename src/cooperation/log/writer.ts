import {
  type Disk,
  filesBelow,
  folderOf,
  makeFolders,
  unfinishedEnding,
  writeDurably,
  writeSynced,
} from "../disk/index.ts";
import type { Digest } from "../words/index.ts";
import { type Checkpoint, isCheckpointProblem, openCheckpoint, signedCheckpoint } from "./checkpoint.ts";
import { emptyRoot, leafHash, rootOfComplete, rootOfLeaves, rootOver } from "./hashing.ts";
import { entryOf } from "./reader.ts";
import type { NoteSigner, NoteVerifier } from "./signed-note.ts";
import {
  entryBundle,
  hashesAtLevel,
  LogDamaged,
  parseTilePath,
  readTile,
  type TileName,
  tileLevels,
  tilePath,
  tileWidth,
} from "./tiles.ts";

/** Where the head of a log stands. */
export const checkpointPath = "checkpoint";
/** The newest head that a witness has cosigned. */
export const cosignedPath = "checkpoint-cosigned";

/** Where entries came to stand. */
export interface Appended {
  /** Place of the first of them, from 0. */
  readonly index: number;
  /** Size of the log in which they are durable. */
  readonly size: number;
}

/** Writes one log. There must never be two writers of a log: whoever opens it holds an exclusive lock of the authority. */
export interface LogWriter {
  /** The head as it is on disk, signed. */
  readonly checkpoint: string;
  readonly size: number;
  readonly root: Uint8Array;
  /**
   * Adds digests at the end. Returns when they, and the checkpoint that names them, would survive a loss of power.
   * Calls made while a write is under way share the next one.
   *
   * @throws LogWriterStopped after the disk failed once: open the log again to see what is kept.
   */
  append(digests: readonly Digest[]): Promise<Appended>;
  /**
   * Keeps a checkpoint that a witness has cosigned.
   *
   * @throws RangeError when it is not a good checkpoint of this log with a cosignature.
   */
  keepCosigned(source: string, witnesses: readonly NoteVerifier[]): Promise<void>;
  /** Runs something while nothing is written, such as `checkLog`, which would take a write under way for damage. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The disk failed during a write; what was acknowledged before is kept, what was not may or may not be. */
export class LogWriterStopped extends Error {
  constructor(cause: unknown) {
    super("the log could not be written; open it again", { cause });
    this.name = "LogWriterStopped";
  }
}

/** Begins a log in an empty folder. A log that is there is left as it is, and an error. */
export async function createLog(disk: Disk, signer: NoteSigner): Promise<void> {
  const found = (await filesBelow(disk, "")).filter((path) => !path.endsWith(unfinishedEnding));
  if (found.length > 0) throw new RangeError("the folder of a new log must be empty");
  const checkpoint = signedCheckpoint({ origin: signer.name, size: 0, root: emptyRoot }, signer);
  await writeDurably(disk, checkpointPath, Buffer.from(checkpoint));
}

/** The right edge of the tree: what the next entries are added to. */
interface Edge {
  readonly size: number;
  /** Entries of the last bundle, when it is not full. */
  readonly entries: readonly Uint8Array[];
  /** For each level of tiles the hashes of its last tile, when it is not full. */
  readonly levels: readonly (readonly Uint8Array[])[];
}

/** Root of the tree whose right edge this is. */
function rootOfEdge({ levels }: Edge): Uint8Array {
  const subtrees: Uint8Array[] = [];
  for (const hashes of levels.toReversed()) {
    for (let from = 0; from < hashes.length; ) {
      const width = 2 ** Math.floor(Math.log2(hashes.length - from));
      subtrees.push(rootOfComplete(hashes.slice(from, from + width)));
      from += width;
    }
  }
  return rootOver(subtrees);
}

/** The edge after more entries, and the tiles that are new or wider. */
function extended(
  edge: Edge,
  added: readonly Uint8Array[],
): { readonly edge: Edge; readonly tiles: Map<string, Uint8Array> } {
  const tiles = new Map<string, Uint8Array>();
  let entries = [...edge.entries];
  const levels = edge.levels.map((hashes) => [...hashes]);
  const touched = new Set<number>();
  let size = edge.size;
  const push = (level: number, hash: Uint8Array): void => {
    const hashes = levels[level] ?? [];
    levels[level] = hashes;
    hashes.push(hash);
    touched.add(level);
    if (hashes.length < tileWidth) return;
    const index = hashesAtLevel(size, level) / tileWidth - 1;
    tiles.set(tilePath({ level, index, width: tileWidth }), Buffer.concat(hashes));
    levels[level] = [];
    touched.delete(level);
    push(level + 1, rootOfComplete(hashes));
  };
  for (const entry of added) {
    entries.push(entry);
    size += 1;
    if (entries.length === tileWidth) {
      const name: TileName = { level: "entries", index: size / tileWidth - 1, width: tileWidth };
      tiles.set(tilePath(name), entryBundle(entries));
      entries = [];
    }
    push(0, leafHash(entry));
  }
  if (entries.length > 0) {
    const name: TileName = { level: "entries", index: Math.floor(size / tileWidth), width: entries.length };
    tiles.set(tilePath(name), entryBundle(entries));
  }
  for (const level of touched) {
    const hashes = levels[level] ?? [];
    const index = Math.floor(hashesAtLevel(size, level) / tileWidth);
    tiles.set(tilePath({ level, index, width: hashes.length }), Buffer.concat(hashes));
  }
  return { edge: { size, entries, levels }, tiles };
}

/** Reads the edge of a log, holding its last entries against its last hashes. */
async function readEdge(disk: Disk, size: number): Promise<Edge> {
  const last = async (level: number | "entries"): Promise<Uint8Array[]> => {
    const hashes = level === "entries" ? size : hashesAtLevel(size, level);
    const width = hashes % tileWidth;
    return width === 0 ? [] : readTile(disk, { level, index: Math.floor(hashes / tileWidth), width });
  };
  const entries = await last("entries");
  const levels: Uint8Array[][] = [];
  for (let level = 0; level < tileLevels(size); level += 1) levels.push(await last(level));
  if (Buffer.compare(rootOfLeaves(entries.map(leafHash)), rootOfLeaves(levels[0] ?? [])) !== 0)
    throw new LogDamaged("tile/entries", "the last entries are not those of the tree");
  return { size, entries, levels };
}

/** Reads a small text file of the log; undefined when there is none. */
export async function readText(disk: Disk, path: string): Promise<string | undefined> {
  const bytes = await disk.read(path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}

/**
 * Opens a log for writing, after whatever ended the writer before. What a killed writer left unfinished is taken away;
 * the checkpoint is made durable anew, for the loss of power may have come between its name and the folder.
 *
 * Opening proves the right edge against the checkpoint, not the whole log: `checkLog` does that.
 *
 * @throws LogDamaged when the log is not what its checkpoint says.
 */
export async function openLog(disk: Disk, signer: NoteSigner): Promise<LogWriter> {
  const source = await readText(disk, checkpointPath);
  if (source === undefined)
    throw new LogDamaged(checkpointPath, "is missing: there is no log here, or its head was taken away");
  const head = openCheckpoint(source, signer);
  if (isCheckpointProblem(head)) throw new LogDamaged(checkpointPath, head.message);
  const edge = await readEdge(disk, head.size);
  if (Buffer.compare(rootOfEdge(edge), head.root) !== 0)
    throw new LogDamaged(checkpointPath, "the root is not that of the tree");
  await removeLeftovers(disk, head.size);
  await writeDurably(disk, checkpointPath, Buffer.from(source));
  return writer(disk, signer, edge, source);
}

/** Takes away what no checkpoint names: unfinished files, and tiles of entries that were never acknowledged. */
async function removeLeftovers(disk: Disk, size: number): Promise<void> {
  for (const path of await filesBelow(disk, "")) {
    const tile = parseTilePath(path);
    const unnamed = tile !== undefined && endOfTile(tile) > size;
    if (path.endsWith(unfinishedEnding) || unnamed) await disk.remove(path);
  }
}

/** Number of entries that a log must have for the tile to be part of it. */
export function endOfTile({ level, index, width }: TileName): number {
  return (index * tileWidth + width) * (level === "entries" ? 1 : tileWidth ** level);
}

interface Waiting {
  readonly entries: readonly Uint8Array[];
  readonly kept: (appended: Appended) => void;
  readonly failed: (error: unknown) => void;
}

function writer(disk: Disk, signer: NoteSigner, begun: Edge, begunCheckpoint: string): LogWriter {
  let edge = begun;
  let checkpoint = begunCheckpoint;
  let stopped: LogWriterStopped | undefined;
  let waiting: Waiting[] = [];
  let writing = false;
  /** Folders known to be durable. */
  const folders = new Set<string>();

  async function writeTiles(tiles: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const changed = new Set<string>();
    for (const [path, bytes] of tiles) {
      const folder = folderOf(path);
      if (!folders.has(folder)) await makeFolders(disk, folder);
      folders.add(folder);
      changed.add(folder);
      await writeSynced(disk, path, bytes);
    }
    for (const folder of changed) await disk.syncFolder(folder);
  }

  /** Takes away partial tiles that a full one has made superfluous. */
  async function removePartials(tiles: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const path of tiles.keys()) {
      if (parseTilePath(path)?.width !== tileWidth) continue;
      const folder = `${path}.p`;
      const partials = await disk.list(folder);
      for (const { name } of partials) await disk.remove(`${folder}/${name}`);
      if (partials.length > 0) await disk.removeFolder(folder);
      folders.delete(folder);
    }
  }

  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(doing: () => Promise<Result>): Promise<Result> {
    const result = turn.then(doing);
    turn = result.catch(() => undefined);
    return result;
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    const next = extended(
      edge,
      batch.flatMap(({ entries }) => entries),
    );
    const head: Checkpoint = { origin: signer.name, size: next.edge.size, root: rootOfEdge(next.edge) };
    const signed = signedCheckpoint(head, signer);
    await writeTiles(next.tiles);
    await writeDurably(disk, checkpointPath, Buffer.from(signed));
    let index = edge.size;
    edge = next.edge;
    checkpoint = signed;
    // Before anybody is told: who checks the log then must not see files go.
    await removePartials(next.tiles);
    for (const { entries, kept } of batch) {
      kept({ index, size: edge.size });
      index += entries.length;
    }
  }

  async function work(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (stopped !== undefined) throw stopped;
        await inTurn(() => write(batch));
      } catch (error) {
        // A head may be on disk that was not acknowledged; signing another of its size would be a fork.
        stopped = error instanceof LogWriterStopped ? error : new LogWriterStopped(error);
        for (const { failed } of batch) failed(stopped);
      }
    }
    writing = false;
  }

  return {
    get checkpoint() {
      return checkpoint;
    },
    get size() {
      return edge.size;
    },
    get root() {
      return rootOfEdge(edge);
    },
    append: (digests) =>
      new Promise((kept, failed) => {
        waiting.push({ entries: digests.map(entryOf), kept, failed });
        void work();
      }),
    async keepCosigned(source, witnesses) {
      const opened = openCheckpoint(source, signer, witnesses);
      if (isCheckpointProblem(opened)) throw new RangeError(opened.message);
      if (opened.cosignatures.length === 0)
        throw new RangeError("the checkpoint bears no cosignature of a known witness");
      if (opened.size > edge.size) throw new RangeError("the checkpoint is of a larger log");
      await inTurn(() => writeDurably(disk, cosignedPath, Buffer.from(source)));
    },
    quietly: inTurn,
  };
}
