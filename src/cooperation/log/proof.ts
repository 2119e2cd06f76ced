import { emptyRoot, hashBytes, nodeHash, rootOver } from "./hashing.ts";

/** Hash of the complete subtree with 2^level leaves whose place among its equals is `index`. */
export type SubtreeHash = (level: number, index: number) => Promise<Uint8Array>;

/** Hash over the leaves from `start` to before `end`, where `start` is a multiple of the width rounded up to a power of two. */
async function hashOfRange(start: number, end: number, subtree: SubtreeHash): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let from = start; from < end; ) {
    const level = Math.floor(Math.log2(end - from));
    parts.push(await subtree(level, from / 2 ** level));
    from += 2 ** level;
  }
  return rootOver(parts);
}

/** The hash of a tree of `size` leaves. */
export function rootOfSize(size: number, subtree: SubtreeHash): Promise<Uint8Array> {
  return hashOfRange(0, size, subtree);
}

/** The largest power of two below `width`. */
function split(width: number): number {
  let half = 1;
  while (half * 2 < width) half *= 2;
  return half;
}

/**
 * Inclusion proof of the leaf `index` in a tree of `size` leaves, from the leaf upwards (RFC 6962, 2.1.1).
 *
 * @throws RangeError when the leaf is not in the tree.
 */
export async function inclusionProof(index: number, size: number, subtree: SubtreeHash): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && 0 <= index && index < size))
    throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const path: Uint8Array[] = [];
  for (let start = 0, end = size; end - start > 1; ) {
    const middle = start + split(end - start);
    if (index < middle) {
      path.push(await hashOfRange(middle, end, subtree));
      end = middle;
    } else {
      path.push(await hashOfRange(start, middle, subtree));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Proof that the tree of `first` leaves is the beginning of the tree of `second` (RFC 6962, 2.1.2). Empty when both are
 * the same, and when the first has no leaves.
 *
 * @throws RangeError when the first is larger.
 */
export async function consistencyProof(first: number, second: number, subtree: SubtreeHash): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(first) && Number.isSafeInteger(second) && 0 <= first && first <= second))
    throw new RangeError(`a tree of ${first} is not the beginning of one of ${second}`);
  if (first === 0 || first === second) return [];
  const path: Uint8Array[] = [];
  let start = 0;
  let end = second;
  while (end !== first) {
    const middle = start + split(end - start);
    if (first <= middle) {
      path.push(await hashOfRange(middle, end, subtree));
      end = middle;
    } else {
      path.push(await hashOfRange(start, middle, subtree));
      start = middle;
    }
  }
  // A complete first tree is the old root itself, which the verifier has.
  if (start > 0) path.push(await hashOfRange(start, end, subtree));
  return path.reverse();
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every(({ length }) => length === hashBytes);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

const counts = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const halved = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;

/** Whether the leaves from `start` to before `end` are a subtree of every tree that holds them. */
function isSubtree(start: number, end: number): boolean {
  if (!counts(start) || !counts(end) || start > end) return false;
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}

/**
 * Whether a leaf with this hash stands at `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
 *
 * Hashes of any length but 32 bytes are refused.
 */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, size, proof, root } = claim;
  if (!counts(index) || !counts(size) || index >= size) return false;
  if (!areHashes([claim.leafHash, root, ...proof])) return false;
  let place = index;
  let last = size - 1;
  let reached = claim.leafHash;
  for (const hash of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      reached = nodeHash(hash, reached);
      while (!isOdd(place) && place !== 0) {
        place = halved(place);
        last = halved(last);
      }
    } else reached = nodeHash(reached, hash);
    place = halved(place);
    last = halved(last);
  }
  return last === 0 && same(reached, root);
}

/** As `verifyInclusion`, in the subtree of the leaves from `start` to before `end`. */
export function verifySubtreeInclusion(claim: {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, start, end } = claim;
  return isSubtree(start, end) && verifyInclusion({ ...claim, index: index - start, size: end - start });
}

/**
 * Whether the first tree is the beginning of the second (RFC 9162, 2.1.4.2). The empty tree is the beginning of every
 * tree, which needs no proof; its root must still be right.
 */
export function verifyConsistency(claim: {
  readonly firstSize: number;
  readonly firstRoot: Uint8Array;
  readonly secondSize: number;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { firstSize, firstRoot, secondSize, secondRoot, proof } = claim;
  return verifySubtreeConsistency({
    start: 0,
    end: firstSize,
    subtreeRoot: firstRoot,
    size: secondSize,
    root: secondRoot,
    proof,
  });
}

/**
 * Whether the leaves from `start` to before `end` with this root are a subtree of the tree with this size and root
 * (draft-ietf-plants-merkle-tree-certs, 4.4.3).
 */
export function verifySubtreeConsistency(claim: {
  readonly start: number;
  readonly end: number;
  readonly subtreeRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { start, end, subtreeRoot, size, root, proof } = claim;
  if (!isSubtree(start, end) || !counts(size) || end > size) return false;
  if (!areHashes([subtreeRoot, root, ...proof])) return false;
  if (start === end) return proof.length === 0 && same(subtreeRoot, emptyRoot) && (size > 0 || same(root, emptyRoot));
  let first = start;
  let place = end - 1;
  let last = size - 1;
  while (first !== place && (place === last || isOdd(place))) {
    first = halved(first);
    place = halved(place);
    last = halved(last);
  }
  // A subtree that is a node of the whole tree is its own starting point; any other needs one from the proof.
  const [head, ...rest] = first === place ? [subtreeRoot, ...proof] : proof;
  if (head === undefined) return false;
  let reachedSubtree = head;
  let reachedRoot = head;
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      if (first < place) reachedSubtree = nodeHash(hash, reachedSubtree);
      reachedRoot = nodeHash(hash, reachedRoot);
      while (!isOdd(place) && place !== 0) {
        first = halved(first);
        place = halved(place);
        last = halved(last);
      }
    } else reachedRoot = nodeHash(reachedRoot, hash);
    first = halved(first);
    place = halved(place);
    last = halved(last);
  }
  return last === 0 && same(reachedSubtree, subtreeRoot) && same(reachedRoot, root);
}
