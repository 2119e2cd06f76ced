import type { Disk } from "../disk/index.ts";
import { type Digest, digestSchema } from "../words/index.ts";
import { hashBytes } from "./hashing.ts";
import { consistencyProof, inclusionProof, rootOfSize } from "./proof.ts";
import { LogDamaged, readTile, subtreesOf, tileWidth } from "./tiles.ts";

/** Reads proofs and entries out of the tiles of a log. Everything read is only as good as the proof that comes of it. */
export interface LogReader {
  /** Proof that the entry `index` is in the tree of `size` entries. */
  inclusion(index: number, size: number): Promise<Uint8Array[]>;
  /** Proof that the tree of `first` entries is the beginning of that of `second`. */
  consistency(first: number, second: number): Promise<Uint8Array[]>;
  root(size: number): Promise<Uint8Array>;
  /** The digests from place `start` to before `end`, in a tree of `size` entries. */
  entries(start: number, end: number, size: number): Promise<Digest[]>;
}

/** A reader of the log in this folder. Its functions throw LogDamaged when a tile is missing or malformed. */
export function logReader(disk: Disk): LogReader {
  return {
    inclusion: (index, size) => inclusionProof(index, size, subtreesOf(disk, size)),
    consistency: (first, second) => consistencyProof(first, second, subtreesOf(disk, second)),
    root: (size) => rootOfSize(size, subtreesOf(disk, size)),
    async entries(start, end, size) {
      if (!(0 <= start && start <= end && end <= size))
        throw new RangeError(`no entries ${start} to ${end} in ${size}`);
      const found: Digest[] = [];
      for (let index = Math.floor(start / tileWidth); index * tileWidth < end; index += 1) {
        const before = index * tileWidth;
        const width = Math.min(tileWidth, size - before);
        const entries = await readTile(disk, { level: "entries", index, width });
        for (const entry of entries.slice(Math.max(0, start - before), end - before)) found.push(digestOfEntry(entry));
      }
      return found;
    },
  };
}

/** The entry of a digest: its 32 bytes. */
export function entryOf(digest: Digest): Uint8Array {
  return Buffer.from(digest, "hex");
}

function digestOfEntry(entry: Uint8Array): Digest {
  if (entry.length !== hashBytes) throw new LogDamaged("tile/entries", "an entry is no digest");
  return digestSchema.parse(Buffer.from(entry).toString("hex"));
}
