import { hash } from "node:crypto";

/** Bytes of every hash in the log: SHA-256. */
export const hashBytes = 32;

/** SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer");
}

/** Hash of a leaf: SHA-256 over 0x00 and the entry (RFC 6962, 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(entry.length + 1);
  bytes[0] = 0;
  bytes.set(entry, 1);
  return sha256(bytes);
}

/** Hash of two subtrees: SHA-256 over 0x01, the left and the right hash (RFC 6962, 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * hashBytes);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + hashBytes);
  return sha256(bytes);
}

/** Hash of the tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const emptyRoot: Uint8Array = sha256(new Uint8Array());

/** Hash over subtrees of falling size from left to right, which together make a tree. */
export function rootOver(subtrees: readonly Uint8Array[]): Uint8Array {
  const last = subtrees.at(-1);
  if (last === undefined) return emptyRoot;
  return subtrees.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** Hash over a power of two of neighbouring hashes. */
export function rootOfComplete(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index + 1 < level.length; index += 2) {
      const [left, right] = [level[index], level[index + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    level = above;
  }
  const [root] = level;
  if (root === undefined) throw new RangeError("a tree over no hashes has no complete root");
  return root;
}

/** Hash of a tree over any number of leaf hashes (RFC 6962, 2.1). */
export function rootOfLeaves(hashes: readonly Uint8Array[]): Uint8Array {
  const subtrees: Uint8Array[] = [];
  for (let from = 0; from < hashes.length; ) {
    const width = 2 ** Math.floor(Math.log2(hashes.length - from));
    subtrees.push(rootOfComplete(hashes.slice(from, from + width)));
    from += width;
  }
  return rootOver(subtrees);
}
