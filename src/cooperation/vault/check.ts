import { createHash } from "node:crypto";
import { type Disk, filesBelow } from "../disk/index.ts";
import { type Digest, digestOf, digestSchema } from "../words/index.ts";
import { readJson } from "./json-file.ts";
import {
  intentSchema,
  parseKeyName,
  parsePart,
  paths,
  type StoredFile,
  storedFileSchema,
  uploadIdSchema,
} from "./layout.ts";

/** What is wrong with a vault. */
export interface VaultProblem {
  readonly code: "vault.missing" | "vault.changed" | "vault.stray" | "vault.half-done";
  readonly path: string;
  readonly message: string;
}

export interface VaultCheck {
  readonly files: number;
  /** Bytes of encrypted content that were read and hashed. */
  readonly bytes: number;
  /** Files whose key was destroyed. An event of the matter must say so for each; the vault cannot know. */
  readonly erased: readonly Digest[];
  readonly problems: readonly VaultProblem[];
}

/**
 * Reads every byte of a vault and holds it against the digests that name it.
 *
 * @param expected - Files that must be there, from the events of the matters. A file that was taken away with everything
 *   about it leaves no gap in the vault itself.
 */
export async function checkVault(disk: Disk, expected: readonly Digest[] = []): Promise<VaultCheck> {
  const problems: VaultProblem[] = [];
  const all = await filesBelow(disk, "");
  const left = new Set(all);
  const say = (code: VaultProblem["code"], path: string, message: string): void => {
    problems.push({ code, path, message });
  };
  const files = await manifests(disk, all, left, say);
  const erased = await erasures(disk, all, left, files, say);
  const keys = await keyFiles(disk, all, left, files, erased, say);
  let bytes = 0;
  for (const [id, file] of files) {
    bytes += await checkObject(disk, file, left, say);
    if (!keys.has(id) && !erased.has(id)) say("vault.missing", paths.keyFolder(id), `The key of ${id} is missing.`);
  }
  await checkUploads(disk, all, left, files, say);
  for (const path of left)
    if (path.startsWith("intents/")) {
      left.delete(path);
      const known = intentSchema.safeParse(await readJson(disk, path)).success;
      if (known) say("vault.half-done", path, "A storing was not ended; opening the vault ends it.");
      else say("vault.changed", path, "The note about a storing is damaged.");
    }
  for (const path of left) say("vault.stray", path, "Nothing in the vault names this file.");
  for (const id of expected)
    if (!files.has(id)) say("vault.missing", paths.manifest(id), "An event names this file, and it is not here.");
  return { files: files.size, bytes, erased: [...erased], problems };
}

type Say = (code: VaultProblem["code"], path: string, message: string) => void;

async function manifests(disk: Disk, all: readonly string[], left: Set<string>, say: Say) {
  const files = new Map<Digest, StoredFile>();
  for (const path of all) {
    const [, name] = /^manifests\/[0-9a-f]{2}\/([0-9a-f]{64})\.json$/.exec(path) ?? [];
    const id = digestSchema.safeParse(name);
    if (!id.success || paths.manifest(id.data) !== path) continue;
    left.delete(path);
    const bytes = await disk.read(path);
    const file = storedFileSchema.safeParse(await readJson(disk, path));
    if (bytes === undefined || digestOf(bytes) !== id.data || !file.success)
      say("vault.changed", path, "The content does not have the digest of its name.");
    else files.set(id.data, file.data);
  }
  return files;
}

async function erasures(
  disk: Disk,
  all: readonly string[],
  left: Set<string>,
  files: ReadonlyMap<Digest, StoredFile>,
  say: Say,
) {
  const erased = new Set<Digest>();
  for (const path of all) {
    const id = digestSchema.safeParse(path.replace(/^erased\//, ""));
    if (!path.startsWith("erased/") || !id.success || !files.has(id.data)) continue;
    left.delete(path);
    const text = Buffer.from((await disk.read(path)) ?? []).toString("utf8");
    if (text !== id.data) say("vault.changed", path, "The note about an erasure is damaged.");
    erased.add(id.data);
  }
  return erased;
}

async function keyFiles(
  disk: Disk,
  all: readonly string[],
  left: Set<string>,
  files: ReadonlyMap<Digest, StoredFile>,
  erased: ReadonlySet<Digest>,
  say: Say,
) {
  const keys = new Set<Digest>();
  for (const path of all) {
    const name = parseKeyName(path.slice(path.lastIndexOf("/") + 1));
    if (name === undefined || path !== paths.key(name.file, name.generation, name.digest) || !files.has(name.file))
      continue;
    left.delete(path);
    const bytes = await disk.read(path);
    if (bytes === undefined || digestOf(bytes) !== name.digest)
      say("vault.changed", path, "The content does not have the digest of its name.");
    else if (erased.has(name.file))
      say("vault.half-done", path, "The key was to be destroyed; opening the vault does it.");
    else if (keys.has(name.file))
      say("vault.half-done", path, "There are two keys; opening the vault keeps the newer.");
    else keys.add(name.file);
  }
  return keys;
}

async function checkObject(disk: Disk, file: StoredFile, left: Set<string>, say: Say): Promise<number> {
  const path = paths.object(file.ciphertext);
  if (!left.delete(path)) {
    say("vault.missing", path, "The encrypted content is missing.");
    return 0;
  }
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const piece of disk.stream(path)) {
    digest.update(piece);
    bytes += piece.length;
  }
  if (bytes !== file.ciphertextBytes || digest.digest("hex") !== file.ciphertext)
    say("vault.changed", path, "The content does not have the digest of its name.");
  return bytes;
}

async function checkUploads(
  disk: Disk,
  all: readonly string[],
  left: Set<string>,
  files: ReadonlyMap<Digest, StoredFile>,
  say: Say,
): Promise<void> {
  for (const path of all) {
    const [, uploadText, name] = /^uploads\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const upload = uploadIdSchema.safeParse(uploadText);
    if (!upload.success || name === undefined) continue;
    const part = parsePart(name);
    if (name !== "finished" && (part === undefined || paths.part(upload.data, part) !== path)) continue;
    left.delete(path);
    const bytes = await disk.read(path);
    if (part !== undefined && (bytes === undefined || digestOf(bytes) !== part.digest))
      say("vault.changed", path, "The part does not have the digest of its name.");
    if (part !== undefined) continue;
    const file = digestSchema.safeParse(Buffer.from(bytes ?? []).toString("utf8"));
    if (!file.success || !files.has(file.data)) say("vault.changed", path, "The upload names a file that is not here.");
  }
}
