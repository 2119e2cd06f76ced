import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  decryptBytes,
  decryptWithPassphrase,
  encryptBytes,
  encryptWithPassphrase,
  newIdentity,
  recipientOf,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

/** What opens the secrets of a folder. `unprotected`: whoever can read the folder can. */
export type SafeKey =
  | { readonly kind: "passphrase"; readonly passphrase: string }
  /** age identities, such as an `age-keygen` file holds. */
  | { readonly kind: "identity"; readonly identities: readonly string[] }
  | { readonly kind: "unprotected" };

/**
 * The secrets of an authority's folder. Each is an age file for the folder's own key; that key is closed with the
 * passphrase or for an identity, so that changing these rewrites one small file.
 */
export interface Safe {
  /** Undefined where there is none. @throws UserError where the file was changed. */
  read(name: string): Promise<string | undefined>;
  /** @throws UserError where there is one of this name: never over a key that was used. */
  add(name: string, text: string): Promise<void>;
  /** Replaces a secret whole or not at all. */
  replace(name: string, text: string): Promise<void>;
  /** Closes the folder's own key in another way. */
  close(key: SafeKey): Promise<void>;
}

const closedKey = "key.age";
const openKey = "key.txt";
const isAbsent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
const isThere = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

async function readOrNone(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Written beside, brought to the disk, and then named: a reader finds the old file or the new one. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

async function closed(identity: string, key: SafeKey): Promise<Uint8Array> {
  if (key.kind === "unprotected") return bytesOf(`${identity}\n`);
  if (key.kind === "passphrase") return await encryptWithPassphrase(bytesOf(identity), key.passphrase);
  return await encryptBytes(bytesOf(identity), await Promise.all(key.identities.map(recipientOf)));
}

/** Makes the key of a new folder. @throws UserError where the folder has one. */
export async function makeSafe(folder: string, key: SafeKey): Promise<Safe> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await protectionOf(folder)) !== undefined)
    throw new UserError(`${folder} holds an authority already. Choose another folder.`, exitCodes.usage);
  const identity = await newIdentity();
  const path = join(folder, key.kind === "unprotected" ? openKey : closedKey);
  await writeFile(path, await closed(identity, key), { mode: 0o600, flag: "wx" });
  return safeOf(folder, identity);
}

/** How the secrets of a folder are protected: what `openSafe` needs; undefined where there are none. */
export async function protectionOf(folder: string): Promise<SafeKey["kind"] | undefined> {
  if ((await readOrNone(join(folder, openKey))) !== undefined) return "unprotected";
  const bytes = await readOrNone(join(folder, closedKey));
  if (bytes === undefined) return undefined;
  return textOf(bytes.subarray(0, 200)).includes("\n-> scrypt ") ? "passphrase" : "identity";
}

/** Opens the secrets of a folder. @throws UserError where the key does not fit. */
export async function openSafe(folder: string, key: SafeKey): Promise<Safe> {
  const bytes = await readOrNone(join(folder, key.kind === "unprotected" ? openKey : closedKey));
  if (bytes === undefined) throw new UserError(`${folder} has no key.`, exitCodes.usage);
  const opened = await opensWith(bytes, key);
  if (opened === undefined)
    throw new UserError(
      key.kind === "passphrase"
        ? `The passphrase does not open the secrets of ${folder}.`
        : `None of the identities opens the secrets of ${folder}.`,
      exitCodes.usage,
    );
  return safeOf(folder, textOf(opened).trim());
}

async function opensWith(bytes: Uint8Array, key: SafeKey): Promise<Uint8Array | undefined> {
  if (key.kind === "unprotected") return bytes;
  if (key.kind === "passphrase") return await decryptWithPassphrase(bytes, key.passphrase);
  return await decryptBytes(bytes, key.identities).catch(() => undefined);
}

function safeOf(folder: string, identity: string): Safe {
  const pathOf = (name: string): string => join(folder, `${name}.age`);
  const seal = async (text: string): Promise<Uint8Array> =>
    await encryptBytes(bytesOf(text), [await recipientOf(identity)]);
  return {
    read: async (name) => {
      const bytes = await readOrNone(pathOf(name));
      if (bytes === undefined) return undefined;
      const text = await decryptBytes(bytes, [identity]).catch(() => undefined);
      if (text === undefined)
        throw new UserError(`${pathOf(name)} was changed, or belongs to another folder.`, exitCodes.invalid);
      return textOf(text);
    },
    add: async (name, text) => {
      try {
        await writeFile(pathOf(name), await seal(text), { mode: 0o600, flag: "wx" });
      } catch (error) {
        if (isThere(error)) throw new UserError(`${pathOf(name)} is there already.`, exitCodes.usage);
        throw error;
      }
    },
    replace: async (name, text) => await writeWhole(pathOf(name), await seal(text)),
    close: async (key) => {
      if (key.kind === "unprotected") throw new TypeError("what was protected stays protected");
      await writeWhole(join(folder, closedKey), await closed(identity, key));
      await rm(join(folder, openKey), { force: true });
    },
  };
}
