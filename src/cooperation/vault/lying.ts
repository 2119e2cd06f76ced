import type { Disk } from "../disk/index.ts";
import { filesBelow } from "../disk/index.ts";
import { type Digest, digestOf, digestSchema } from "../words/index.ts";
import { parseKeyName, paths, storedFileSchema } from "./layout.ts";

/** The parts of one file as they lie in a vault. */
export interface LyingFile {
  readonly manifest: string;
  readonly object: string;
  /** The note that the key was destroyed. */
  readonly erased: string | undefined;
  /** The newest key; its bytes, because it may be replaced at any time. */
  readonly key: { readonly path: string; readonly bytes: Uint8Array } | undefined;
}

/** A key is replaced by another a few times in the life of a file, never again and again. */
const mostKeys = 50;

/** Every file whose storing was ended. */
export async function filesOfVault(disk: Disk): Promise<Digest[]> {
  return (await filesBelow(disk, "manifests")).flatMap((path) => {
    const [, name] = /\/([0-9a-f]{64})\.json$/.exec(path) ?? [];
    const id = digestSchema.safeParse(name);
    return id.success ? [id.data] : [];
  });
}

/** Paths of what has arrived of uploads. A part may go at any time. */
export async function uploadsOfVault(disk: Disk): Promise<string[]> {
  return await filesBelow(disk, "uploads");
}

/**
 * Where the parts of a file lie, while others work with the vault.
 *
 * @throws Error where the manifest cannot be read, or there is neither a key nor a note of its end.
 */
export async function lyingFile(disk: Disk, file: Digest): Promise<LyingFile> {
  const manifest = paths.manifest(file);
  const text = await disk.read(manifest);
  const { ciphertext } = storedFileSchema.parse(JSON.parse(Buffer.from(text ?? []).toString("utf8")));
  const object = paths.object(ciphertext);
  for (let attempt = 0; attempt < mostKeys; attempt += 1) {
    if ((await disk.read(paths.erased(file))) !== undefined)
      return { manifest, object, erased: paths.erased(file), key: undefined };
    const [newest] = (await disk.list(paths.keyFolder(file)))
      .flatMap(({ name }) => parseKeyName(name) ?? [])
      .filter((key) => key.file === file)
      .sort((one, other) => other.generation - one.generation);
    if (newest === undefined) continue;
    const path = paths.key(file, newest.generation, newest.digest);
    const bytes = await disk.read(path);
    if (bytes !== undefined && digestOf(bytes) === newest.digest)
      return { manifest, object, erased: undefined, key: { path, bytes } };
  }
  throw new Error(`${paths.keyFolder(file)}: the key of ${file} is missing or was changed`);
}
