import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { isCheckpointProblem, openCheckpoint } from "./checkpoint.ts";
import { leafHash, rootOfLeaves } from "./hashing.ts";
import {
  consistencyProof,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./proof.ts";
import { parseVerifier, verifierText } from "./signed-note.ts";
import { entriesOfBundle, entryBundle, hashesOfTile } from "./tiles.ts";

const vectors = fileURLToPath(new URL("../../../../shared/reference/cooperation", import.meta.url));
const skip = existsSync(vectors) ? false : "the shared reference data are not beside the repository (../shared)";

const bytes = z
  .string()
  .nullish()
  .transform((text) => Buffer.from(text ?? "", "base64"));
const proof = z
  .array(bytes)
  .nullish()
  .transform((hashes) => hashes ?? []);
const common = { wantErr: z.boolean(), proof };

function vectorsIn(folder: string): { readonly path: string; readonly content: unknown }[] {
  return readdirSync(join(vectors, "tlog-merkle", folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => ({ path, content: JSON.parse(readFileSync(join(vectors, "tlog-merkle", folder, path), "utf8")) }));
}

/** Four vectors take a text of 12 bytes, "don't care", for a root; here nothing but 32 bytes is a root. */
const placeholders = new Set([
  "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
  "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
  "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-one-subtree-root-valid-tree-root-random-proof-is-empty.json",
  "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-tree-root-random-proof-is-empty.json",
]);

function agree(folder: string, count: number, accepted: (content: unknown) => { accepted: boolean; wantErr: boolean }) {
  const found = vectorsIn(folder);
  assert.equal(found.length, count);
  const wrong = found.filter(({ path, content }) => {
    const answer = accepted(content);
    if (placeholders.has(`${folder}/${path}`)) return answer.accepted;
    return answer.accepted === answer.wantErr;
  });
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
}

test("98 published inclusion proofs are taken and refused as they should be", { skip }, () => {
  const schema = z.object({ ...common, leafIdx: z.number(), treeSize: z.number(), root: bytes, leafHash: bytes });
  agree("inclusion", 98, (content) => {
    const { leafIdx: index, treeSize: size, wantErr, ...rest } = schema.parse(content);
    return { wantErr, accepted: verifyInclusion({ index, size, ...rest }) };
  });
});

test("98 published consistency proofs are taken and refused as they should be", { skip }, () => {
  const schema = z.object({ ...common, size1: z.number(), size2: z.number(), root1: bytes, root2: bytes });
  agree("consistency", 98, (content) => {
    const { size1: firstSize, size2: secondSize, root1: firstRoot, root2: secondRoot, ...rest } = schema.parse(content);
    return {
      wantErr: rest.wantErr,
      accepted: verifyConsistency({ firstSize, secondSize, firstRoot, secondRoot, proof: rest.proof }),
    };
  });
});

test("204 published inclusion proofs of subtrees are taken and refused as they should be", { skip }, () => {
  const schema = z.object({
    ...common,
    leafIdx: z.number(),
    start: z.number(),
    end: z.number(),
    root: bytes,
    leafHash: bytes,
  });
  agree("subtreeinclusion", 204, (content) => {
    const { leafIdx: index, wantErr, ...rest } = schema.parse(content);
    return { wantErr, accepted: verifySubtreeInclusion({ index, ...rest }) };
  });
});

test("118 published consistency proofs of subtrees are taken and refused as they should be", { skip }, () => {
  const schema = z.object({
    ...common,
    start: z.number(),
    end: z.number(),
    size: z.number(),
    root1: bytes,
    root2: bytes,
  });
  agree("subtreeconsistency", 118, (content) => {
    const { root1, root2, wantErr, ...rest } = schema.parse(content);
    return { wantErr, accepted: verifySubtreeConsistency({ ...rest, subtreeRoot: root1, root: root2 }) };
  });
});

const key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

test("the published log of fifteen entries has the roots that its sixteen signed checkpoints say", {
  skip,
}, async () => {
  const verifier = parseVerifier(key);
  assert.ok(verifier !== undefined);
  assert.equal(verifierText(verifier), key);
  const folder = join(vectors, "tlog-tiles", "log");
  const heads = Array.from({ length: 16 }, (_, size) => {
    const source = readFileSync(join(folder, `checkpoint.${size}`), "utf8");
    const head = openCheckpoint(source, verifier);
    assert.ok(!isCheckpointProblem(head));
    for (let at = 0; size % 5 === 0 && at < source.length; at += 1) {
      const damaged = source.slice(0, at) + (source[at] === "A" ? "B" : "A") + source.slice(at + 1);
      assert.ok(isCheckpointProblem(openCheckpoint(damaged, verifier)), `size ${size}, sign ${at}`);
    }
    return head;
  });
  let leaves: Uint8Array[] = [];
  for (let size = 1; size <= 15; size += 1) {
    const bundle = readFileSync(join(folder, "tile", "entries", "000.p", String(size)));
    const entries = entriesOfBundle(bundle);
    assert.ok(entries !== undefined);
    assert.deepEqual(entryBundle(entries), bundle);
    leaves = entries.map(leafHash);
    const tile = hashesOfTile(readFileSync(join(folder, "tile", "0", "000.p", String(size))));
    assert.deepEqual(tile?.map(String), leaves.map(String));
    assert.deepEqual(heads[size]?.root, rootOfLeaves(leaves));
  }
  for (const first of heads)
    for (const second of heads.slice(first.size)) {
      const subtree = async (level: number, index: number) =>
        rootOfLeaves(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
      const claim = {
        firstSize: first.size,
        firstRoot: first.root,
        secondSize: second.size,
        secondRoot: second.root,
        proof: await consistencyProof(first.size, second.size, subtree),
      };
      assert.ok(verifyConsistency(claim), `${first.size} to ${second.size}`);
      const [hash, ...rest] = claim.proof;
      if (hash !== undefined) {
        const damaged = Buffer.from(hash);
        damaged[7] = (damaged[7] ?? 0) ^ 1;
        assert.ok(!verifyConsistency({ ...claim, proof: [damaged, ...rest] }));
      }
    }
});
