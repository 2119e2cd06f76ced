import { createHash } from "node:crypto";
import { type Disk, filesBelow, folderOf, makeFolders, unfinishedEnding, writeDurably } from "../disk/index.ts";
import { canonicalText, type Digest, digestOf, digestSchema } from "../words/index.ts";
import {
  decryptBytes,
  decryptStream,
  encryptBytes,
  encryptStream,
  fileKeyPair,
  type Identity,
  type Recipient,
} from "./encryption.ts";
import { readJson } from "./json-file.ts";
import {
  fileIdOf,
  folders,
  type Intent,
  intentSchema,
  type KeyName,
  parseKeyName,
  paths,
  type StoredFile,
  storedFileSchema,
  type UploadId,
} from "./layout.ts";
import { stopping } from "./stopping-disk.ts";

/** A file in the vault is missing, changed, or was never there. */
export class VaultDamaged extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "VaultDamaged";
    this.path = path;
  }
}

/** The disk failed during a write; what was acknowledged before is kept. Open the vault again to write. */
export class VaultStopped extends Error {
  constructor(cause: unknown) {
    super("the vault could not be written; open it again", { cause });
    this.name = "VaultStopped";
  }
}

/** The key of this file was destroyed: nobody can open it any more. */
export class FileErased extends Error {
  constructor(file: Digest) {
    super(`the key of ${file} was destroyed`);
    this.name = "FileErased";
  }
}

/** Encrypted files of any size, named by what they hold. One process writes; it holds the lock of the authority. */
export interface Vault {
  /**
   * Encrypts and keeps a content. Returns when it would survive a loss of power.
   *
   * @param recipients - Age recipients of the officers and of the authority; each can open the file alone.
   */
  store(content: AsyncIterable<Uint8Array>, recipients: readonly Recipient[]): Promise<StoredFile>;
  /** As `store`, for a finished upload; remembered under its name. */
  storeUpload(
    upload: UploadId,
    content: AsyncIterable<Uint8Array>,
    recipients: readonly Recipient[],
  ): Promise<StoredFile>;
  /** What is kept about a file, or undefined. */
  describe(file: Digest): Promise<StoredFile | undefined>;
  /** The content, 64 KiB at a time. Throws at the first changed byte, FileErased when there is no key any more. */
  read(file: Digest, identities: readonly Identity[]): AsyncGenerator<Uint8Array>;
  /** The encrypted content as it lies on disk. */
  ciphertext(file: Digest): AsyncIterable<Uint8Array>;
  /** The key of the file, itself an age file for the recipients. */
  key(file: Digest): Promise<Uint8Array>;
  /** Gives the key to these recipients and to no others. The encrypted content stays as it is. */
  readdress(file: Digest, identities: readonly Identity[], recipients: readonly Recipient[]): Promise<void>;
  /** Whether the key was destroyed. */
  isErased(file: Digest): Promise<boolean>;
  /** Destroys the key. The encrypted content, its digests and every proof about them stay. */
  erase(file: Digest): Promise<void>;
}

/** Opens a vault, new or old, and ends what a killed process left half done. */
export async function openVault(disk: Disk): Promise<Vault> {
  for (const folder of folders) await makeFolders(disk, folder);
  for (const path of await filesBelow(disk, "")) {
    if (!path.endsWith(unfinishedEnding)) continue;
    await disk.remove(path);
    await disk.syncFolder(folderOf(path));
  }
  for (const { name } of await disk.list("intents")) await settle(disk, `intents/${name}`);
  for (const { name } of await disk.list("erased")) {
    const file = digestSchema.safeParse(name);
    if (file.success) await removeKeys(disk, file.data, 0);
  }
  await removeSupersededKeys(disk);
  return vault(disk);
}

/** Ends a storing that was begun: it is whole when its manifest is there, and else it never was. */
async function settle(disk: Disk, path: string): Promise<void> {
  const intent = intentSchema.safeParse(await readJson(disk, path));
  if (!intent.success) throw new VaultDamaged(path, "is damaged");
  const { file, ciphertext, upload } = intent.data;
  if ((await disk.read(paths.manifest(file))) === undefined) {
    await removeKeys(disk, file, 0);
    await disk.remove(paths.object(ciphertext));
    await syncIfThere(disk, folderOf(paths.object(ciphertext)));
  } else {
    await disk.syncFolder(folderOf(paths.manifest(file)));
    if (upload !== undefined) await writeFinished(disk, upload, file);
  }
  await disk.remove(path);
  await disk.syncFolder("intents");
}

async function writeFinished(disk: Disk, upload: UploadId, file: Digest): Promise<void> {
  await makeFolders(disk, paths.uploadFolder(upload));
  await writeDurably(disk, paths.finished(upload), Buffer.from(file));
}

async function syncIfThere(disk: Disk, folder: string): Promise<void> {
  if ((await disk.list(folder)).length > 0) await disk.syncFolder(folder);
}

/** Takes away the keys of a file below a generation; all of them for 0. */
async function removeKeys(disk: Disk, file: Digest, below: number): Promise<void> {
  const folder = paths.keyFolder(file);
  const keys = await keysOf(disk, file);
  for (const { generation, digest } of keys)
    if (below === 0 || generation < below) await disk.remove(paths.key(file, generation, digest));
  if (keys.length > 0) await disk.syncFolder(folder);
}

async function removeSupersededKeys(disk: Disk): Promise<void> {
  for (const { name } of await disk.list("keys")) {
    const newest = new Map<Digest, number>();
    const keys = (await disk.list(`keys/${name}`)).flatMap((entry) => parseKeyName(entry.name) ?? []);
    for (const { file, generation } of keys) newest.set(file, Math.max(generation, newest.get(file) ?? 0));
    for (const [file, generation] of newest)
      if (keys.filter((key) => key.file === file).length > 1) await removeKeys(disk, file, generation);
  }
}

/** Keys of a file, the newest first. */
async function keysOf(disk: Disk, file: Digest): Promise<KeyName[]> {
  return (await disk.list(paths.keyFolder(file)))
    .flatMap(({ name }) => parseKeyName(name) ?? [])
    .filter((key) => key.file === file)
    .sort((one, other) => other.generation - one.generation);
}

function vault(raw: Disk): Vault {
  let stopped: VaultStopped | undefined;
  let begun = 0;
  const disk = stopping(raw, (error) => {
    stopped ??= new VaultStopped(error);
  });

  /** Runs a writing; after a failure of the disk everything else is refused until the vault is opened again. */
  async function writing<Result>(work: () => Promise<Result>): Promise<Result> {
    if (stopped !== undefined) throw stopped;
    try {
      return await work();
    } catch (error) {
      throw stopped ?? error;
    }
  }

  /** Writes the encrypted content under an unfinished name, both digests computed on the way. */
  async function encrypt(path: string, content: AsyncIterable<Uint8Array>, recipient: Recipient): Promise<StoredFile> {
    const plain = createHash("sha256");
    const cipher = createHash("sha256");
    let bytes = 0;
    let ciphertextBytes = 0;
    async function* measured(): AsyncGenerator<Uint8Array> {
      for await (const piece of content) {
        plain.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    const file = await disk.create(path);
    try {
      for await (const piece of encryptStream(measured(), [recipient])) {
        cipher.update(piece);
        ciphertextBytes += piece.length;
        await file.write(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return {
      format: "justitia-file/1",
      plaintext: digestSchema.parse(plain.digest("hex")),
      bytes,
      ciphertext: digestSchema.parse(cipher.digest("hex")),
      ciphertextBytes,
    };
  }

  async function store(content: AsyncIterable<Uint8Array>, recipients: readonly Recipient[], upload?: UploadId) {
    const { identity, recipient } = await fileKeyPair();
    const key = await encryptBytes(Buffer.from(identity), recipients);
    begun += 1;
    const name = `${begun}`;
    const unfinished = `objects/${name}${unfinishedEnding}`;
    let file: StoredFile;
    try {
      file = await encrypt(unfinished, content, recipient);
    } catch (error) {
      // The content broke off, which is no fault of the disk: the next one may be stored.
      if (stopped === undefined) await disk.remove(unfinished);
      throw error;
    }
    const id = fileIdOf(file);
    const intent: Intent = { file: id, ciphertext: file.ciphertext, ...(upload === undefined ? {} : { upload }) };
    const intentPath = `intents/${name}`;
    await writeDurably(disk, intentPath, Buffer.from(JSON.stringify(intent)));
    const object = paths.object(file.ciphertext);
    await makeFolders(disk, folderOf(object));
    await disk.rename(unfinished, object);
    await disk.syncFolder(folderOf(object));
    await writeIn(paths.key(id, 1, digestOf(key)), key);
    await writeIn(paths.manifest(id), Buffer.from(canonicalText({ ...file })));
    if (upload !== undefined) await writeFinished(disk, upload, id);
    await disk.remove(intentPath);
    return file;
  }

  async function writeIn(path: string, bytes: Uint8Array): Promise<void> {
    await makeFolders(disk, folderOf(path));
    await writeDurably(disk, path, bytes);
  }

  async function describe(file: Digest): Promise<StoredFile | undefined> {
    const path = paths.manifest(file);
    const bytes = await raw.read(path);
    if (bytes === undefined) return undefined;
    if (digestOf(bytes) !== file) throw new VaultDamaged(path, "was changed");
    return storedFileSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  }

  async function described(file: Digest): Promise<StoredFile> {
    const found = await describe(file);
    if (found === undefined) throw new VaultDamaged(paths.manifest(file), "there is no such file");
    return found;
  }

  async function key(file: Digest): Promise<Uint8Array> {
    if ((await raw.read(paths.erased(file))) !== undefined) throw new FileErased(file);
    const [newest] = await keysOf(raw, file);
    if (newest === undefined) throw new VaultDamaged(paths.keyFolder(file), `the key of ${file} is missing`);
    const path = paths.key(file, newest.generation, newest.digest);
    const bytes = await raw.read(path);
    if (bytes === undefined || digestOf(bytes) !== newest.digest) throw new VaultDamaged(path, "was changed");
    return bytes;
  }

  return {
    store: (content, recipients) => writing(() => store(content, recipients)),
    storeUpload: (upload, content, recipients) => writing(() => store(content, recipients, upload)),
    describe,
    async *read(file, identities) {
      const { plaintext, bytes, ciphertext } = await described(file);
      const identity = Buffer.from(await decryptBytes(await key(file), identities)).toString("utf8");
      const digest = createHash("sha256");
      let size = 0;
      for await (const piece of decryptStream(raw.stream(paths.object(ciphertext)), [identity])) {
        digest.update(piece);
        size += piece.length;
        yield piece;
      }
      if (size !== bytes || digest.digest("hex") !== plaintext)
        throw new VaultDamaged(paths.object(ciphertext), "does not hold the content that was stored");
    },
    async *ciphertext(file) {
      yield* raw.stream(paths.object((await described(file)).ciphertext));
    },
    key,
    readdress: (file, identities, recipients) =>
      writing(async () => {
        const identity = await decryptBytes(await key(file), identities);
        const [newest] = await keysOf(raw, file);
        const generation = (newest?.generation ?? 0) + 1;
        const readdressed = await encryptBytes(identity, recipients);
        await writeIn(paths.key(file, generation, digestOf(readdressed)), readdressed);
        await removeKeys(disk, file, generation);
      }),
    isErased: async (file) => (await raw.read(paths.erased(file))) !== undefined,
    erase: (file) =>
      writing(async () => {
        await described(file);
        // Said first: a kill in between must end in erased, not in missing.
        await writeDurably(disk, paths.erased(file), Buffer.from(file));
        await removeKeys(disk, file, 0);
      }),
  };
}
