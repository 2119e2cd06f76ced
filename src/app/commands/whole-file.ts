import { open, rename, rm } from "node:fs/promises";

/**
 * Writes a content of any size into a file: under another name first, so that nobody takes a part for the whole.
 *
 * @returns how many bytes it has.
 */
export async function newFile(path: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  const beside = `${path}.unfinished`;
  const file = await open(beside, "w", 0o600);
  let bytes = 0;
  try {
    for await (const piece of content) {
      await file.writeFile(piece);
      bytes += piece.length;
    }
    await file.sync();
    await file.close();
    await rename(beside, path);
    return bytes;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}
