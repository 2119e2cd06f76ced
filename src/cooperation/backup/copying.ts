import { createHash } from "node:crypto";
import { type Disk, folderOf, makeFolders } from "../disk/index.ts";
import { type Digest, digestSchema } from "../words/index.ts";

/** A file as it was written or read: its size and SHA-256. */
export interface Measured {
  readonly bytes: number;
  readonly digest: Digest;
}

/** Writes a file piece by piece, durably, and measures it. */
export async function writePieces(
  disk: Disk,
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Measured> {
  await makeFolders(disk, folderOf(path));
  const file = await disk.create(path);
  const digest = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      digest.update(piece);
      bytes += piece.length;
      await file.write(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(folderOf(path));
  return { bytes, digest: digestSchema.parse(digest.digest("hex")) };
}

/** Reads a file through. @throws Error where there is none. */
export async function measure(disk: Disk, path: string, read: (bytes: number) => void): Promise<Measured> {
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const piece of disk.stream(path)) {
    digest.update(piece);
    bytes += piece.length;
    read(piece.length);
  }
  return { bytes, digest: digestSchema.parse(digest.digest("hex")) };
}

/** The lines of a text file, in batches; every line ends with a line feed. */
export async function* linesOf(disk: Disk, path: string, atOnce: number): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let left = "";
  let batch: string[] = [];
  for await (const piece of disk.stream(path)) {
    const parts = (left + decoder.decode(piece, { stream: true })).split("\n");
    left = parts.pop() ?? "";
    for (const line of parts) {
      batch.push(line);
      if (batch.length < atOnce) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
