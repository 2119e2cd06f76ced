import type { Disk } from "../disk/index.ts";
import { hashBytes, rootOfComplete } from "./hashing.ts";
import type { SubtreeHash } from "./proof.ts";

/** Hashes in a full tile, and entries in a full bundle. */
export const tileWidth = 256;
/** Levels of the tree that one level of tiles spans. */
const tileHeight = 8;

/** A tile or an entry bundle: the level is `entries` for a bundle. */
export interface TileName {
  readonly level: number | "entries";
  readonly index: number;
  /** 256 when full. */
  readonly width: number;
}

/** Path of a tile in the log (C2SP tlog-tiles): `tile/0/x001/234.p/17`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/\d{3}/g) ?? [];
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${place}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** The tile that a path names; undefined when it names none. */
export function parseTilePath(path: string): TileName | undefined {
  const [, levelText, groups, partial] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  if (levelText === undefined || groups === undefined) return undefined;
  const tile: TileName = {
    level: levelText === "entries" ? "entries" : Number(levelText),
    index: Number(groups.replaceAll(/[x/]/g, "")),
    width: partial === undefined ? tileWidth : Number(partial),
  };
  const sound = partial === undefined || (tile.width > 0 && tile.width < tileWidth);
  return sound && tilePath(tile) === path ? tile : undefined;
}

/** Whether a path names a tile or an entry bundle, written as `tilePath` writes it. */
export function isTilePath(path: string): boolean {
  return parseTilePath(path) !== undefined;
}

/** Number of hashes that a level of tiles holds in a tree of `size` leaves. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** The tiles, from the last to the last needed one, that make up a tree: the name and width of every tile of a level. */
export function tilesOfLevel(size: number, level: number | "entries"): TileName[] {
  const hashes = level === "entries" ? size : hashesAtLevel(size, level);
  const full = Math.floor(hashes / tileWidth);
  const tiles = Array.from({ length: full }, (_, index): TileName => ({ level, index, width: tileWidth }));
  if (hashes % tileWidth > 0) tiles.push({ level, index: full, width: hashes % tileWidth });
  return tiles;
}

/** Number of levels of tiles in a tree of `size` leaves. */
export function tileLevels(size: number): number {
  let level = 0;
  while (hashesAtLevel(size, level) > 0) level += 1;
  return level;
}

/** The hashes of a tile; undefined when the bytes are not whole hashes. */
export function hashesOfTile(bytes: Uint8Array): Uint8Array[] | undefined {
  if (bytes.length % hashBytes !== 0) return undefined;
  return Array.from({ length: bytes.length / hashBytes }, (_, at) =>
    bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** An entry bundle: each entry after its length as 16 bits, big endian. */
export function entryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError("an entry has at most 65,535 bytes");
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** The entries of a bundle; undefined when a length does not fit. */
export function entriesOfBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return undefined;
    const length = view.getUint16(at);
    if (at + 2 + length > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** Files of the log that are missing or cannot be what they are named. */
export class LogDamaged extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "LogDamaged";
    this.path = path;
  }
}

/**
 * The hashes or entries of a tile, from its file or from a wider one: a log that has grown may not have kept every
 * width that a tile once had (C2SP tlog-tiles).
 *
 * @throws LogDamaged
 */
export async function readTile(disk: Disk, tile: TileName): Promise<Uint8Array[]> {
  const path = tilePath(tile);
  const exact = await disk.read(path);
  if (exact !== undefined) return valuesOf(exact, tile);
  const full = { ...tile, width: tileWidth };
  const partials = (await disk.list(`${tilePath(full)}.p`))
    .map(({ name }) => ({ ...tile, width: Number(name) }))
    .filter(({ width }) => width > tile.width && width < tileWidth);
  for (const wider of [full, ...partials]) {
    const bytes = await disk.read(tilePath(wider));
    if (bytes !== undefined) return valuesOf(bytes, wider).slice(0, tile.width);
  }
  throw new LogDamaged(path, "is missing");
}

function valuesOf(bytes: Uint8Array, tile: TileName): Uint8Array[] {
  const found = tile.level === "entries" ? entriesOfBundle(bytes) : hashesOfTile(bytes);
  if (found?.length !== tile.width) throw new LogDamaged(tilePath(tile), `does not hold ${tile.width} values`);
  return found;
}

/** Subtree hashes of a tree of `size` leaves, read from its tiles, each tile once. */
export function subtreesOf(disk: Disk, size: number): SubtreeHash {
  const read = new Map<string, Promise<Uint8Array[]>>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / tileHeight);
    const width = 2 ** (level % tileHeight);
    const first = index * width;
    const tileIndex = Math.floor(first / tileWidth);
    const held = hashesAtLevel(size, tileLevel) - tileIndex * tileWidth;
    const tile: TileName = { level: tileLevel, index: tileIndex, width: Math.min(held, tileWidth) };
    const key = tilePath(tile);
    const hashes = read.get(key) ?? readTile(disk, tile);
    read.set(key, hashes);
    const offset = first - tileIndex * tileWidth;
    const part = (await hashes).slice(offset, offset + width);
    if (part.length !== width) throw new LogDamaged(key, "is narrower than the tree");
    return rootOfComplete(part);
  };
}
