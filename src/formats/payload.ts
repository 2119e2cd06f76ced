import { createReadStream } from "node:fs";
import { matchesGlob } from "node:path";
import { crc32, createGunzip } from "node:zlib";
import { type Entry, openPromise } from "yauzl";
import { FormatError, quotation } from "./problem.ts";

export interface PayloadOptions {
  readonly compression: "none" | "gzip" | "zip";
  /** Which file of a zip: a name or a glob; needed when it holds more than one. */
  readonly member?: string;
  /** Most bytes that are believed after decompression. */
  readonly maximumBytes: number;
}

/**
 * The bytes of a file, decompressed as declared, in pieces.
 *
 * @throws FormatError when the file is not what is declared, ends early, or holds more than `maximumBytes`.
 */
export async function* openPayload(path: string, options: PayloadOptions): AsyncIterable<Uint8Array> {
  let sum = 0;
  for await (const piece of decompressed(path, options)) {
    sum += piece.length;
    if (sum > options.maximumBytes) throw tooLarge(options.maximumBytes);
    yield piece;
  }
}

function decompressed(path: string, options: PayloadOptions): AsyncIterable<Uint8Array> {
  switch (options.compression) {
    case "none":
      return createReadStream(path, { highWaterMark: 1_048_576 });
    case "gzip":
      return gunzipped(path);
    case "zip":
      return unzipped(path, options.member);
    default:
      return options.compression satisfies never;
  }
}

async function* gunzipped(path: string): AsyncIterable<Uint8Array> {
  const compressed = createReadStream(path, { highWaterMark: 262_144 });
  const plain = createGunzip({ chunkSize: 262_144 });
  compressed.on("error", (error) => plain.destroy(error));
  compressed.pipe(plain);
  let offset = 0;
  try {
    for await (const piece of plain) {
      const bytes: Uint8Array = piece;
      offset += bytes.length;
      yield bytes;
    }
  } catch (error) {
    throw gzipProblem(error, offset) ?? error;
  } finally {
    compressed.destroy();
  }
}

function gzipProblem(error: unknown, offset: number): FormatError | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "Z_BUF_ERROR") {
    return new FormatError({
      code: "gzip.truncated",
      message: `The gzip file ends early: ${offset} bytes could be decompressed, then the file stops.`,
      offset,
      found: "the end of the file inside compressed data",
      expected: "a complete gzip file",
      hint: "The transfer was probably cut off: get the file again.",
    });
  }
  if (typeof code === "string" && code.startsWith("Z_")) {
    return new FormatError({
      code: "gzip.broken",
      message: `The file is no gzip file, or is damaged after ${offset} decompressed bytes.`,
      offset,
      found: error instanceof Error ? quotation(error.message) : "",
      expected: "a gzip file",
      hint: "Check the declared compression, or get the file again.",
    });
  }
  return undefined;
}

async function* unzipped(path: string, member: string | undefined): AsyncIterable<Uint8Array> {
  const zip = await openPromise(path, { autoClose: false, validateEntrySizes: true }).catch((error: unknown) => {
    if (isSystemError(error)) throw error;
    throw zipProblem(error);
  });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith("/")) entries.push(entry);
    const entry = chosen(entries, member);
    if (entry.isEncrypted()) throw encrypted(entry.fileName);
    let checkSum = 0;
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      const bytes: Uint8Array = piece;
      checkSum = crc32(bytes, checkSum);
      yield bytes;
    }
    if (checkSum !== entry.crc32) throw new Error(`the check sum of ${entry.fileName} is wrong`);
  } catch (error) {
    if (error instanceof FormatError || isSystemError(error)) throw error;
    throw zipProblem(error);
  } finally {
    zip.close();
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function chosen(entries: readonly Entry[], member: string | undefined): Entry {
  const matching =
    member === undefined
      ? entries
      : entries.filter(({ fileName }) => fileName === member || matchesGlob(fileName, member));
  const [first] = matching;
  if (first !== undefined && matching.length === 1) return first;
  const names = entries.slice(0, 20).map(({ fileName }) => fileName);
  throw new FormatError({
    code: matching.length === 0 ? "zip.no-member" : "zip.several-members",
    message:
      member === undefined
        ? `The zip file holds ${entries.length} files, and the stream does not say which to read.`
        : `${matching.length} files of the zip match ${quotation(member)}.`,
    found: quotation(names.join(", ")),
    expected: "exactly one file to read",
    hint: "Name it under `member` in the stream's format.",
  });
}

function encrypted(name: string): FormatError {
  return new FormatError({
    code: "zip.encrypted",
    message: `The file ${quotation(name)} of the zip is encrypted.`,
    found: "encrypted data",
    expected: "a zip file without a password",
    hint: "Decrypt it with its password and deliver it without one; a definition holds no passwords.",
  });
}

function zipProblem(error: unknown): FormatError {
  return new FormatError(
    {
      code: "zip.broken",
      message: "The file is no zip file, or is damaged.",
      found: error instanceof Error ? quotation(error.message) : "",
      expected: "a complete zip file",
      hint: "Check the declared compression, or get the file again.",
    },
    { cause: error },
  );
}

function tooLarge(maximumBytes: number): FormatError {
  return new FormatError({
    code: "payload.too-large",
    message: `The file holds more than ${maximumBytes} bytes after decompression.`,
    offset: maximumBytes,
    found: `more than ${maximumBytes} bytes`,
    expected: `at most ${maximumBytes} bytes`,
    hint: "It may be a decompression bomb. If the size is right, raise `maximumBytes` in the stream's format.",
  });
}
