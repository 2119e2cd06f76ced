import { createHash } from "node:crypto";
import { type Disk, makeFolders, writeDurably } from "../disk/index.ts";
import { type Digest, digestOf, digestSchema } from "../words/index.ts";
import { decryptBytes, encryptBytes, type Identity, type Recipient, recipientOf } from "./encryption.ts";
import { type Part, parsePart, paths, type StoredFile, type UploadId } from "./layout.ts";
import { stopping } from "./stopping-disk.ts";
import { type Vault, VaultDamaged, VaultStopped } from "./vault.ts";

/** Most bytes of one part: what is held in memory while it is encrypted. */
export const mostPartBytes = 8 * 1024 * 1024;

/** Why a part or a finish is refused. Nothing was changed; `received` says where to go on. */
export interface UploadRefusal {
  readonly code:
    | "upload.unknown"
    | "upload.wrong-offset"
    | "upload.part-changed"
    | "upload.part-size"
    | "upload.content-changed"
    | "upload.finished";
  readonly message: string;
  /** Bytes that are safely here: the offset of the next part. */
  readonly received: number;
}

/** Contents that arrive in parts, over a line that may break at any time. Parts are encrypted before they touch the disk. */
export interface Uploads {
  /** Begins an upload, or goes on with one that was begun. Gives the bytes that are here. After a failure of the disk: VaultStopped. */
  begin(upload: UploadId): Promise<number>;
  /** Bytes that are safely here; undefined when there is no such upload. */
  received(upload: UploadId): Promise<number | undefined>;
  /**
   * Takes the next part.
   *
   * @param offset - Its place in the content; only the next one is taken.
   * @param digest - SHA-256 of the part.
   * @returns The bytes that are here now.
   */
  add(upload: UploadId, offset: number, bytes: Uint8Array, digest: Digest): Promise<number | UploadRefusal>;
  /**
   * Puts the parts together in the vault when the whole has this digest. Repeated, it gives the same file again.
   *
   * @param digest - SHA-256 of the whole content; undefined takes what came, each part of which was held against its own.
   */
  finish(
    upload: UploadId,
    digest: Digest | undefined,
    recipients: readonly Recipient[],
  ): Promise<StoredFile | UploadRefusal>;
  /** Takes an upload away, finished or not. */
  abandon(upload: UploadId): Promise<void>;
}

/**
 * Uploads into a vault on the same disk.
 *
 * @param identity - Age identity of the program itself; opens parts, never files.
 */
export async function openUploads(raw: Disk, vault: Vault, identity: Identity): Promise<Uploads> {
  let stopped: VaultStopped | undefined;
  const disk = stopping(raw, (error) => {
    stopped ??= new VaultStopped(error);
  });
  const recipient = await recipientOf(identity);
  const turns = new Map<UploadId, Promise<unknown>>();

  /** One thing at a time for each upload: two parts for the same place must not both be taken. */
  function inTurn<Result>(upload: UploadId, work: () => Promise<Result>): Promise<Result> {
    const result = (turns.get(upload) ?? Promise.resolve()).then(() => {
      if (stopped !== undefined) throw stopped;
      return work();
    });
    const settled = result
      .catch(() => undefined)
      .then(() => {
        if (turns.get(upload) === settled) turns.delete(upload);
      });
    turns.set(upload, settled);
    return result;
  }

  async function finishedFile(upload: UploadId): Promise<StoredFile | undefined> {
    const bytes = await disk.read(paths.finished(upload));
    if (bytes === undefined) return undefined;
    const file = digestSchema.parse(Buffer.from(bytes).toString("utf8"));
    const stored = await vault.describe(file);
    if (stored === undefined) throw new VaultDamaged(paths.manifest(file), "is missing");
    return stored;
  }

  /** The parts that follow each other from the beginning; undefined when there is no such upload. */
  async function partsOf(upload: UploadId): Promise<Part[] | undefined> {
    if (!(await disk.list("uploads")).some(({ name }) => name === upload)) return undefined;
    const found = (await disk.list(paths.uploadFolder(upload))).flatMap(({ name }) => parsePart(name) ?? []);
    const parts: Part[] = [];
    let end = 0;
    for (const part of found.sort((one, other) => one.offset - other.offset)) {
      if (part.offset !== end) continue;
      parts.push(part);
      end += part.bytes;
    }
    return parts;
  }

  const sizeOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

  async function* contentOf(upload: UploadId, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      const path = paths.part(upload, part);
      const bytes = await disk.read(path);
      if (bytes === undefined || digestOf(bytes) !== part.digest) throw new VaultDamaged(path, "was changed");
      yield await decryptBytes(bytes, [identity]);
    }
  }

  async function add(upload: UploadId, offset: number, bytes: Uint8Array, digest: Digest) {
    const parts = await partsOf(upload);
    if (parts === undefined) return refusal("upload.unknown", "There is no such upload.", 0);
    const received = sizeOf(parts);
    if ((await finishedFile(upload)) !== undefined)
      return refusal("upload.finished", "The upload is finished.", received);
    if (offset !== received)
      return refusal("upload.wrong-offset", `The next part must begin at ${received}, not at ${offset}.`, received);
    if (bytes.length === 0 || bytes.length > mostPartBytes)
      return refusal("upload.part-size", `A part has 1 to ${mostPartBytes} bytes.`, received);
    if (digestOf(bytes) !== digest)
      return refusal(
        "upload.part-changed",
        "The part does not have the SHA-256 that was said: it changed on its way.",
        received,
      );
    const encrypted = await encryptBytes(bytes, [recipient]);
    const part: Part = { offset, bytes: bytes.length, digest: digestOf(encrypted) };
    await writeDurably(disk, paths.part(upload, part), encrypted);
    return received + bytes.length;
  }

  async function finish(upload: UploadId, digest: Digest | undefined, recipients: readonly Recipient[]) {
    const done = await finishedFile(upload);
    if (done !== undefined) {
      if (digest === undefined || done.plaintext === digest) return done;
      return refusal("upload.content-changed", "The upload was finished with another content.", done.bytes);
    }
    const parts = await partsOf(upload);
    if (parts === undefined) return refusal("upload.unknown", "There is no such upload.", 0);
    const received = sizeOf(parts);
    // Read once before anything is stored: a content that is not what was said never gets into the vault.
    if (digest !== undefined && (await digestOfParts(upload, parts)) !== digest)
      return refusal("upload.content-changed", "The whole does not have the SHA-256 that was said.", received);
    const stored = await vault.storeUpload(upload, contentOf(upload, parts), recipients);
    for (const part of parts) await disk.remove(paths.part(upload, part));
    return stored;
  }

  async function digestOfParts(upload: UploadId, parts: readonly Part[]): Promise<string> {
    const whole = createHash("sha256");
    for await (const piece of contentOf(upload, parts)) whole.update(piece);
    return whole.digest("hex");
  }

  async function received(upload: UploadId): Promise<number | undefined> {
    const done = await finishedFile(upload);
    if (done !== undefined) return done.bytes;
    const parts = await partsOf(upload);
    return parts === undefined ? undefined : sizeOf(parts);
  }

  return {
    begin: (upload) =>
      inTurn(upload, async () => {
        await makeFolders(disk, paths.uploadFolder(upload));
        return (await received(upload)) ?? 0;
      }),
    received,
    add: (upload, offset, bytes, digest) => inTurn(upload, () => add(upload, offset, bytes, digest)),
    finish: (upload, digest, recipients) => inTurn(upload, () => finish(upload, digest, recipients)),
    abandon: (upload) =>
      inTurn(upload, async () => {
        const folder = paths.uploadFolder(upload);
        const entries = await disk.list(folder);
        for (const { name } of entries) await disk.remove(`${folder}/${name}`);
        if ((await partsOf(upload)) !== undefined) await disk.removeFolder(folder);
      }),
  };
}

/** Whether an upload was refused. */
export function isUploadRefusal(answer: number | StoredFile | UploadRefusal): answer is UploadRefusal {
  return typeof answer === "object" && "code" in answer;
}

function refusal(code: UploadRefusal["code"], message: string, received: number): UploadRefusal {
  return { code, message, received };
}
