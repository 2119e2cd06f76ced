import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { digestOf } from "../words/index.ts";
import { commitment } from "./commitment.ts";
import { emptyRoot, leafHash, nodeHash, rootOfComplete, rootOfLeaves, rootOver, sha256 } from "./hashing.ts";
import {
  consistencyProof,
  inclusionProof,
  rootOfSize,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./proof.ts";
import { entryOf, logReader } from "./reader.ts";
import {
  entriesOfBundle,
  entryBundle,
  hashesAtLevel,
  hashesOfTile,
  isTilePath,
  LogDamaged,
  parseTilePath,
  readTile,
  subtreesOf,
  tileLevels,
  tilePath,
  tilesOfLevel,
} from "./tiles.ts";

const leaf = (at: number): Buffer => leafHash(Buffer.from(`entry ${at}`));
const leaves = (size: number): Buffer[] => Array.from({ length: size }, (_, at) => leaf(at));
const subtreeIn = (hashes: readonly Uint8Array[]) => async (level: number, index: number) =>
  rootOfLeaves(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("paths of tiles are read in the one spelling that they have", () => {
  for (const path of ["tile/0/000", "tile/63/999.p/255", "tile/entries/x001/000", "tile/1/x001/x234/067.p/1"]) {
    const tile = parseTilePath(path);
    assert.ok(tile !== undefined && isTilePath(path), path);
    assert.equal(tilePath(tile), path);
  }
  for (const path of [
    "",
    "x/tile/0/000",
    "tile/0/000/x",
    "tile/0/0000",
    "tile/0/00",
    "tile/100/000",
    "tile/0/x01/000",
    "tile/0/000.p/1000",
    "tile/0/000.p/",
    "tile/other/000",
    "tile/0/001/000",
    "tile/0/000.p/300",
    "tile//000",
  ])
    assert.ok(!isTilePath(path), path);
});

test("a tree of so many leaves has so many hashes, tiles and levels", () => {
  assert.deepEqual(
    [0, 255, 256, 65_535, 65_536].map((size) => hashesAtLevel(size, 1)),
    [0, 0, 1, 255, 256],
  );
  assert.deepEqual(
    [0, 1, 255, 256, 65_535, 65_536].map((size) => tileLevels(size)),
    [0, 1, 1, 2, 2, 3],
  );
  assert.deepEqual(
    tilesOfLevel(512, 0).map(({ index, width }) => [index, width]),
    [
      [0, 256],
      [1, 256],
    ],
  );
  assert.deepEqual(
    tilesOfLevel(513, "entries").map(({ level, width }) => [level, width]),
    [
      ["entries", 256],
      ["entries", 256],
      ["entries", 1],
    ],
  );
  assert.deepEqual(
    tilesOfLevel(513, 1).map(({ index, width }) => [index, width]),
    [[0, 2]],
  );
  assert.deepEqual(tilesOfLevel(0, 0), []);
});

test("a tile holds whole hashes, a bundle whole entries", () => {
  assert.deepEqual(hashesOfTile(Buffer.concat([leaf(1), leaf(2)])), [leaf(1), leaf(2)]);
  assert.deepEqual(hashesOfTile(new Uint8Array()), []);
  for (const length of [1, 31, 33, 63]) assert.equal(hashesOfTile(new Uint8Array(length)), undefined);
  const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(0xffff, 7)];
  const bundle = entryBundle(entries);
  assert.deepEqual([...bundle.subarray(0, 5)], [0, 1, 97, 0, 0]);
  assert.deepEqual(entriesOfBundle(bundle), entries);
  assert.deepEqual(entriesOfBundle(new Uint8Array()), []);
  assert.equal(entriesOfBundle(bundle.subarray(0, -1)), undefined);
  assert.equal(entriesOfBundle(bundle.subarray(0, 4)), undefined);
  assert.throws(() => entryBundle([Buffer.alloc(0x1_0000)]), {
    name: "RangeError",
    message: "an entry has at most 65,535 bytes",
  });
});

test("a tile is read from its file, or else from a wider one that is sound", async () => {
  const wide = Buffer.concat(leaves(5));
  const tile = { level: 0, index: 0, width: 3 };
  const of = (files: Record<string, Uint8Array>) => readTile(simulatedDisk(new Map(Object.entries(files))), tile);
  assert.deepEqual(await of({ "tile/0/000.p/3": Buffer.concat(leaves(3)) }), leaves(3));
  assert.deepEqual(await of({ "tile/0/000.p/5": wide }), leaves(3));
  assert.deepEqual(await of({ "tile/0/000": Buffer.concat(leaves(256)) }), leaves(3));
  const damaged = (path: string, message: string) => (error: unknown) => {
    assert.ok(error instanceof LogDamaged);
    assert.deepEqual([error.name, error.path, error.message], ["LogDamaged", path, `${path}: ${message}`]);
    return true;
  };
  await assert.rejects(of({}), damaged("tile/0/000.p/3", "is missing"));
  await assert.rejects(of({ "tile/0/000.p/2": Buffer.concat(leaves(2)) }), damaged("tile/0/000.p/3", "is missing"));
  await assert.rejects(of({ "tile/0/000.p/3": wide }), damaged("tile/0/000.p/3", "does not hold 3 values"));
  await assert.rejects(of({ "tile/0/000.p/6": wide }), damaged("tile/0/000.p/6", "does not hold 6 values"));
  await assert.rejects(of({ "tile/0/000": wide }), damaged("tile/0/000", "does not hold 256 values"));
});

test("a subtree is read from the tile that holds it, each tile once", async () => {
  const hashes = leaves(5);
  const disk = simulatedDisk(new Map([["tile/0/000.p/5", Buffer.concat(hashes)]]));
  const subtree = subtreesOf(disk, 5);
  assert.equal(hex(await subtree(0, 4)), hex(leaf(4)));
  const calls = disk.calls;
  assert.equal(hex(await subtree(2, 0)), hex(rootOfLeaves(hashes.slice(0, 4))));
  assert.equal(disk.calls, calls, "the tile was at hand");
  await assert.rejects(subtree(2, 1), { name: "LogDamaged", message: "tile/0/000.p/5: is narrower than the tree" });
});

test("hashes are those of RFC 6962: leaves and nodes begin with another byte, and nothing has a hash of its own", () => {
  assert.equal(hex(emptyRoot), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(hex(leafHash(new Uint8Array())), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  assert.equal(hex(nodeHash(leaf(0), leaf(1))), hex(sha256(Buffer.concat([Buffer.of(1), leaf(0), leaf(1)]))));
  assert.equal(hex(rootOver([])), hex(emptyRoot));
  assert.equal(hex(rootOver([leaf(0)])), hex(leaf(0)));
  assert.equal(hex(rootOver([leaf(0), leaf(1), leaf(2)])), hex(nodeHash(leaf(0), nodeHash(leaf(1), leaf(2)))));
  assert.equal(hex(rootOfLeaves(leaves(3))), hex(nodeHash(nodeHash(leaf(0), leaf(1)), leaf(2))));
  assert.equal(hex(rootOfComplete(leaves(4))), hex(nodeHash(nodeHash(leaf(0), leaf(1)), nodeHash(leaf(2), leaf(3)))));
  assert.throws(() => rootOfComplete([]), {
    name: "RangeError",
    message: "a tree over no hashes has no complete root",
  });
});

test("a commitment is SHA-256 over a fixed text, the salt and the digest", () => {
  const [digest, salt] = [digestOf("event"), new Uint8Array(32).fill(3)];
  const bytes = Buffer.concat([Buffer.from("justitia/commitment/v1\n"), salt, Buffer.from(digest, "hex")]);
  assert.equal(commitment(digest, salt), hex(sha256(bytes)));
  for (const length of [0, 31, 33])
    assert.throws(() => commitment(digest, new Uint8Array(length)), {
      name: "RangeError",
      message: "a salt has 32 bytes",
    });
});

test("proofs are asked for within the tree", async () => {
  const subtree = subtreeIn(leaves(4));
  for (const [index, size] of [
    [-1, 4],
    [4, 4],
    [5, 4],
    [0.5, 4],
    [0, 4.5],
    [Number.NaN, 4],
  ] as const)
    await assert.rejects(inclusionProof(index, size, subtree), {
      name: "RangeError",
      message: `leaf ${index} is not in a tree of ${size}`,
    });
  for (const [first, second] of [
    [-1, 4],
    [5, 4],
    [0.5, 4],
    [1, 4.5],
  ] as const)
    await assert.rejects(consistencyProof(first, second, subtree), {
      name: "RangeError",
      message: `a tree of ${first} is not the beginning of one of ${second}`,
    });
  assert.deepEqual(await consistencyProof(0, 4, subtree), []);
  assert.deepEqual(await consistencyProof(4, 4, subtree), []);
  assert.deepEqual(await inclusionProof(0, 1, subtree), []);
  assert.equal(hex(await rootOfSize(0, subtree)), hex(emptyRoot));
  assert.equal(hex(await rootOfSize(3, subtree)), hex(rootOfLeaves(leaves(3))));
});

test("every subtree of every small tree is shown to be one, and nothing else is", async () => {
  for (let size = 1; size <= 9; size += 1) {
    const hashes = leaves(size);
    const root = rootOfLeaves(hashes);
    for (let start = 0; start < size; start += 1)
      for (let end = start + 1; end <= size; end += 1) {
        let width = 1;
        while (width < end - start) width *= 2;
        const sound = start % width === 0;
        const part = hashes.slice(start, end);
        const inner = subtreeIn(part);
        for (let index = start; index < end; index += 1) {
          const proof = await inclusionProof(index - start, end - start, inner);
          const claim = {
            index,
            start,
            end,
            leafHash: hashes[index] ?? new Uint8Array(),
            proof,
            root: rootOfLeaves(part),
          };
          assert.equal(verifySubtreeInclusion(claim), sound, `${index} in ${start} to ${end}`);
          assert.ok(!verifySubtreeInclusion({ ...claim, index: end }));
          assert.ok(!verifySubtreeInclusion({ ...claim, index: start - 1 }));
        }
        if (start === 0) {
          const proof = await consistencyProof(end, size, subtreeIn(hashes));
          const claim = { start, end, subtreeRoot: rootOfLeaves(part), size, root, proof };
          assert.ok(verifySubtreeConsistency(claim));
          assert.ok(!verifySubtreeConsistency({ ...claim, proof: [...proof, leaf(0)] }));
          assert.ok(!verifySubtreeConsistency({ ...claim, proof: proof.slice(1) }) || proof.length === 0);
          assert.ok(!verifySubtreeConsistency({ ...claim, root: leaf(99) }));
          assert.ok(!verifySubtreeConsistency({ ...claim, subtreeRoot: leaf(99) }));
          assert.ok(!verifySubtreeConsistency({ ...claim, end: size + 1 }));
        }
      }
  }
});

test("claims with numbers that count nothing, or hashes of another length, are refused", () => {
  const [hash, root] = [leaf(0), nodeHash(leaf(0), leaf(1))];
  const inclusion = { index: 0, size: 2, leafHash: hash, proof: [leaf(1)], root };
  assert.ok(verifyInclusion(inclusion));
  for (const wrong of [
    { index: -1 },
    { index: 2 },
    { index: 0.5 },
    { size: 1.5 },
    { size: -1 },
    { size: 2 ** 53 },
    { leafHash: hash.subarray(1) },
    { root: root.subarray(1) },
    { proof: [leaf(1).subarray(1)] },
    { proof: [] },
    { proof: [leaf(1), leaf(2)] },
  ])
    assert.ok(!verifyInclusion({ ...inclusion, ...wrong }), JSON.stringify(wrong));
  const consistency = { firstSize: 1, firstRoot: hash, secondSize: 2, secondRoot: root, proof: [leaf(1)] };
  assert.ok(verifyConsistency(consistency));
  for (const wrong of [
    { firstSize: -1 },
    { firstSize: 0.5 },
    { firstSize: 3 },
    { secondSize: 1.5 },
    { secondSize: 2 ** 53 },
    { firstRoot: hash.subarray(1) },
    { secondRoot: root.subarray(1) },
    { proof: [] },
    { proof: [leaf(1).subarray(1)] },
  ])
    assert.ok(!verifyConsistency({ ...consistency, ...wrong }), JSON.stringify(wrong));
  const empty = { firstSize: 0, firstRoot: emptyRoot, secondSize: 2, secondRoot: root, proof: [] };
  assert.ok(verifyConsistency(empty));
  assert.ok(verifyConsistency({ ...empty, secondSize: 0, secondRoot: emptyRoot }));
  assert.ok(!verifyConsistency({ ...empty, secondSize: 0 }));
  assert.ok(!verifyConsistency({ ...empty, firstRoot: root }));
  assert.ok(!verifyConsistency({ ...empty, proof: [leaf(1)] }));
  assert.ok(!verifySubtreeConsistency({ start: 2, end: 1, subtreeRoot: emptyRoot, size: 4, root, proof: [] }));
});

test("entries are read from place to place within the log, and each is a digest", async () => {
  const digests = Array.from({ length: 258 }, (_, at) => digestOf(`event ${at}`));
  const bundle = (from: number, to: number) => entryBundle(digests.slice(from, to).map((digest) => entryOf(digest)));
  const disk = simulatedDisk(
    new Map([
      ["tile/entries/000", bundle(0, 256)],
      ["tile/entries/001.p/2", bundle(256, 258)],
    ]),
  );
  const reader = logReader(disk);
  for (const [start, end] of [
    [0, 258],
    [255, 257],
    [256, 258],
    [0, 0],
    [258, 258],
    [0, 256],
    [3, 5],
  ] as const)
    assert.deepEqual(await reader.entries(start, end, 258), digests.slice(start, end));
  for (const [start, end] of [
    [-1, 1],
    [2, 1],
    [0, 259],
  ] as const)
    await assert.rejects(reader.entries(start, end, 258), {
      name: "RangeError",
      message: `no entries ${start} to ${end} in 258`,
    });
  const short = simulatedDisk(new Map([["tile/entries/000.p/1", entryBundle([Buffer.from("x")])]]));
  await assert.rejects(logReader(short).entries(0, 1, 1), {
    name: "LogDamaged",
    message: "tile/entries: an entry is no digest",
  });
});
