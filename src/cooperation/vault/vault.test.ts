import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { Decrypter, generateX25519Identity } from "age-encryption";
import fc from "fast-check";
import { nodeDisk } from "../disk/index.ts";
import { type Fault, type SimulatedDisk, type Survival, simulatedDisk } from "../disk/simulation/simulated-disk.ts";
import { type Digest, digestOf, digestSchema } from "../words/index.ts";
import { checkVault } from "./check.ts";
import { recipientOf } from "./encryption.ts";
import { fileIdOf, type UploadId, uploadIdSchema } from "./layout.ts";
import { isUploadRefusal, openUploads } from "./uploads.ts";
import { FileErased, openVault, VaultDamaged } from "./vault.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const upload: UploadId = uploadIdSchema.parse("upload-1");
let officer = "";
let authority = "";
let stranger = "";
let recipients: string[] = [];
before(async () => {
  officer = await generateX25519Identity();
  authority = await generateX25519Identity();
  stranger = await generateX25519Identity();
  recipients = [await recipientOf(officer), await recipientOf(authority)];
});

async function* pieces(bytes: Uint8Array, width = 100_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += width) yield bytes.subarray(from, from + width);
}

async function whole(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of content) all.push(piece);
  return Buffer.concat(all);
}

test("a file of any size comes back as it was, for each recipient alone and for nobody else", async () => {
  const vault = await openVault(simulatedDisk());
  for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    const content = Buffer.alloc(size, `page ${size} `);
    const file = await vault.store(pieces(content), recipients);
    assert.deepEqual([file.plaintext, file.bytes], [digestOf(content), size]);
    const id = fileIdOf(file);
    for (const identity of [officer, authority]) assert.deepEqual(await whole(vault.read(id, [identity])), content);
    await assert.rejects(whole(vault.read(id, [stranger])), /no identity matched/);
    assert.equal(digestOf(await whole(vault.ciphertext(id))), file.ciphertext);
  }
});

test("with the key and the encrypted content anybody who has an identity opens the file with age alone", async () => {
  const vault = await openVault(simulatedDisk());
  const id = fileIdOf(await vault.store(pieces(Buffer.from("statement of a witness")), recipients));
  const outer = new Decrypter();
  outer.addIdentity(officer);
  const inner = new Decrypter();
  inner.addIdentity(await outer.decrypt(await vault.key(id), "text"));
  assert.equal(await inner.decrypt(await whole(vault.ciphertext(id)), "text"), "statement of a witness");
});

test("nothing of a content stands on the disk in clear, nor of a part of an upload", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  const uploads = await openUploads(disk, vault, authority);
  const secret = Buffer.from("the name of the witness");
  await vault.store(pieces(secret), recipients);
  await uploads.begin(upload);
  await uploads.add(upload, 0, secret, digestOf(secret));
  for (const [path, bytes] of disk.contents()) assert.equal(Buffer.from(bytes).indexOf(secret), -1, path);
});

test("a key given to others opens the file for them alone, and the encrypted content stays as it was", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  const content = Buffer.from("exhibit 7");
  const file = await vault.store(pieces(content), recipients);
  await vault.readdress(fileIdOf(file), [officer], [await recipientOf(stranger)]);
  assert.deepEqual(await whole(vault.read(fileIdOf(file), [stranger])), content);
  await assert.rejects(whole(vault.read(fileIdOf(file), [officer])));
  assert.deepEqual((await checkVault(disk, [fileIdOf(file)])).problems, []);
});

test("an erased file can be opened by nobody, and what was proved about it can still be proved", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  const file = await vault.store(pieces(Buffer.from("exhibit 8")), recipients);
  const id = fileIdOf(file);
  await vault.erase(id);
  await assert.rejects(whole(vault.read(id, [officer, authority])), FileErased);
  assert.ok(![...disk.afterPowerLoss("synced-only").contents().keys()].some((path) => path.startsWith("keys/")));
  assert.deepEqual(await vault.describe(id), file);
  assert.equal(digestOf(await whole(vault.ciphertext(id))), file.ciphertext);
  const { problems, erased } = await checkVault(disk, [id]);
  assert.deepEqual([problems, erased], [[], [id]]);
});

test("a content that breaks off is not kept, and the next one is", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(100_000);
    throw new Error("the line was cut");
  }
  await assert.rejects(vault.store(broken(), recipients), /the line was cut/);
  const file = await vault.store(pieces(Buffer.from("whole")), recipients);
  assert.deepEqual((await checkVault(disk, [fileIdOf(file)])).problems, []);
});

test("every byte of a vault that is changed is found, and every file that is missing or strange", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  const uploads = await openUploads(disk, vault, authority);
  const first = fileIdOf(await vault.store(pieces(Buffer.from("a")), recipients));
  const second = fileIdOf(await vault.store(pieces(Buffer.from("b")), recipients));
  await vault.erase(second);
  await uploads.begin(upload);
  await uploads.add(upload, 0, Buffer.from("part"), digestOf("part"));
  const files = disk.contents();
  const problemsOf = async (changed: ReadonlyMap<string, Uint8Array>) =>
    (await checkVault(simulatedDisk(changed), [first, second])).problems;
  assert.deepEqual(await problemsOf(files), []);
  const current = new Map(files);
  for (const [path, bytes] of files) {
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      current.set(path, damaged);
      assert.notDeepEqual(await problemsOf(current), [], `${path}, byte ${at}`);
    }
    current.delete(path);
    // An unfinished upload that is gone is an upload that never came; its sender will be told so.
    if (!path.startsWith("uploads/")) assert.notDeepEqual(await problemsOf(current), [], path);
    current.set(`${path}0`, bytes);
    assert.notDeepEqual(await problemsOf(current), [], path);
    current.delete(`${path}0`);
    current.set(path, bytes);
  }
});

test("an evidence file that was changed on disk is refused on reading", async () => {
  const disk = simulatedDisk();
  const vault = await openVault(disk);
  const file = await vault.store(pieces(Buffer.alloc(200_000, 7)), recipients);
  const files = disk.contents();
  const path = [...files.keys()].find((name) => name.startsWith("objects/")) ?? "";
  const bytes = Buffer.from(files.get(path) ?? []);
  for (const at of [0, 200, bytes.length >> 1, bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const opened = await openVault(simulatedDisk(new Map([...files, [path, damaged]])));
    await assert.rejects(whole(opened.read(fileIdOf(file), [officer])), `byte ${at}`);
  }
  const another = await openVault(
    simulatedDisk(new Map([...files].filter(([name]) => !name.startsWith("manifests/")))),
  );
  await assert.rejects(whole(another.read(fileIdOf(file), [officer])), VaultDamaged);
});

test("an upload in any parts, with retries and wrong offsets, ends in the content or is refused", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc.array(fc.record({ offset: fc.nat(400), width: fc.integer({ min: 1, max: 200 }) }), { maxLength: 8 }),
      async (content, tries) => {
        const disk = simulatedDisk();
        const vault = await openVault(disk);
        const uploads = await openUploads(disk, vault, authority);
        let received = await uploads.begin(upload);
        const send = async (offset: number, width: number) => {
          const part = content.subarray(offset, offset + width);
          const answer = await uploads.add(upload, offset, part, digestOf(part));
          if (offset === received && part.length > 0) received += part.length;
          else assert.ok(isUploadRefusal(answer) && answer.received === received);
          assert.equal(await uploads.received(upload), received);
        };
        for (const { offset, width } of tries) await send(offset, width);
        if (received < content.length) {
          assert.ok(isUploadRefusal(await uploads.finish(upload, digestOf(content), recipients)));
          await send(received, content.length);
        }
        const file = await uploads.finish(upload, digestOf(content), recipients);
        assert.ok(!isUploadRefusal(file));
        assert.deepEqual(await uploads.finish(upload, digestOf(content), recipients), file);
        assert.ok(isUploadRefusal(await uploads.finish(upload, digestOf("other"), recipients)));
        assert.deepEqual(await whole(vault.read(fileIdOf(file), [officer])), Buffer.from(content));
        assert.deepEqual((await checkVault(disk, [fileIdOf(file)])).problems, []);
      },
    ),
    { numRuns: 10, seed: 3 },
  );
});

test("a part that changed on its way, or is too large, or belongs to no upload, is refused", async () => {
  const disk = simulatedDisk();
  const uploads = await openUploads(disk, await openVault(disk), authority);
  const codeOf = async (bytes: Uint8Array, digest: Digest) => {
    const answer = await uploads.add(upload, 0, bytes, digest);
    return isUploadRefusal(answer) ? answer.code : answer;
  };
  assert.equal(await codeOf(Buffer.from("x"), digestOf("x")), "upload.unknown");
  await uploads.begin(upload);
  assert.equal(await codeOf(Buffer.from("x"), digestOf("y")), "upload.part-changed");
  assert.equal(await codeOf(Buffer.alloc(9 * 1024 * 1024), digestOf("y")), "upload.part-size");
  assert.equal(await codeOf(Buffer.from("x"), digestOf("x")), 1);
  await uploads.abandon(upload);
  assert.equal(await uploads.received(upload), undefined);
});

test("two parts for the same place at the same time: one is taken", async () => {
  const disk = simulatedDisk();
  const uploads = await openUploads(disk, await openVault(disk), authority);
  await uploads.begin(upload);
  const answers = await Promise.all(
    ["abc", "abd"].map((text) => uploads.add(upload, 0, Buffer.from(text), digestOf(text))),
  );
  assert.equal(answers.filter((answer) => !isUploadRefusal(answer)).length, 1);
});

const parts = ["first part, ", "second part"];
const content = parts.join("");

/** Uploads in two parts, stores, gives the key to others, erases another file; goes on from wherever it was broken off. */
async function work(disk: SimulatedDisk, told: { received: number; file?: Digest; erased?: boolean }): Promise<void> {
  const vault = await openVault(disk);
  const uploads = await openUploads(disk, vault, authority);
  const here = await uploads.begin(upload);
  assert.ok(
    told.file !== undefined || here >= told.received,
    `${told.received} bytes were acknowledged, ${here} are here`,
  );
  for (let received = here, at = 0; (await uploads.received(upload)) !== content.length && at < parts.length; at += 1) {
    const text = parts[at] ?? "";
    if (received > parts.slice(0, at).join("").length) continue;
    const answer = await uploads.add(upload, received, Buffer.from(text), digestOf(text));
    assert.ok(!isUploadRefusal(answer));
    received = answer;
    told.received = answer;
  }
  const file = await uploads.finish(upload, digestOf(content), recipients);
  assert.ok(!isUploadRefusal(file));
  const id = fileIdOf(file);
  assert.ok(told.file === undefined || told.file === id, "a repeated finish gave another file");
  told.file = id;
  if (told.erased !== true) {
    if (!(await checkVault(disk)).erased.includes(id)) {
      await vault.readdress(id, [authority], recipients);
      assert.equal((await whole(vault.read(id, [officer]))).toString(), content);
      await vault.erase(id);
    }
    told.erased = true;
  }
}

async function faultRun(call: number, fault: Fault, survival: Survival): Promise<boolean> {
  const first = simulatedDisk();
  first.failAt(call, fault);
  const told: Parameters<typeof work>[1] = { received: 0 };
  let failed = false;
  try {
    await work(first, told);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    failed = true;
  }
  const disk = first.afterPowerLoss(survival);
  await work(disk, told);
  const { files, erased, problems } = await checkVault(disk, told.file === undefined ? [] : [told.file]);
  assert.deepEqual([files, erased, problems], [1, [told.file], []], `call ${call}: ${fault}`);
  return failed;
}

test("each call of upload, vault and erasure failed once: nothing acknowledged is lost, nothing is half there", async (t) => {
  const counted = simulatedDisk();
  await work(counted, { received: 0 });
  const byLot = (call: number) => (chance: string) => (Buffer.from(digestOf(`${chance}${call}`), "hex")[0] ?? 0) > 127;
  let failed = 0;
  for (let call = 1; call <= counted.calls; call += 1) {
    const runs: readonly (readonly [Fault, Survival])[] = [
      ["EIO", "synced-only"],
      ["kill-after", "everything"],
      ["kill-before", byLot(call)],
      ["ENOSPC", "everything"],
      ["kill-after", "synced-only"],
      ["EIO", byLot(call)],
    ];
    for (const [fault, survival] of slow ? runs : runs.slice(call % runs.length).slice(0, 1))
      if (await faultRun(call, fault, survival)) failed += 1;
  }
  t.diagnostic(`${counted.calls} calls to the disk, ${failed} failures seen by whoever wrote`);
  assert.ok(failed > counted.calls * 0.9);
});

test("a large file passes through without being held in memory", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "justitia-vault-"));
  const megabytes = slow ? 1024 : 24;
  const block = Buffer.alloc(1 << 20, "evidence ");
  const digest = createHash("sha256");
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < megabytes; at += 1) {
      block.writeUInt32BE(at);
      digest.update(block);
      yield Uint8Array.from(block);
    }
  }
  try {
    const disk = await nodeDisk(folder);
    const vault = await openVault(disk);
    const before = process.memoryUsage.rss();
    const file = await vault.store(large(), recipients);
    assert.equal(file.plaintext, digestSchema.parse(digest.digest("hex")));
    let bytes = 0;
    for await (const piece of vault.read(fileIdOf(file), [officer])) bytes += piece.length;
    assert.equal(bytes, megabytes << 20);
    t.diagnostic(
      `${megabytes} MiB in and out, memory grew by ${Math.round((process.memoryUsage.rss() - before) / (1 << 20))} MiB`,
    );
    assert.deepEqual((await checkVault(disk, [fileIdOf(file)])).problems, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
