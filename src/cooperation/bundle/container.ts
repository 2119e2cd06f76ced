import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Entry, ZipFile as OpenZip } from "yauzl";
import { ZipFile } from "yazl";

/** A member of the container that is about to be written. The size must be known: it stands before the content. */
export interface Member {
  readonly path: string;
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** A bundle that can be read more than once, from a file or from memory. */
export interface BundleSource {
  openZip(): Promise<OpenZip>;
  bytes(): AsyncIterable<Uint8Array>;
}

// Nothing is left to chance: the same members always give the same bytes, so that no byte can differ unnoticed.
const fixed = { compress: false, mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true } as const;

/** A zip archive of the members in their order, uncompressed and without dates: the same members, the same bytes. */
export async function* writeContainer(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  for (const { path, bytes, content } of members)
    zip.addReadStreamLazy(path, { ...fixed, size: bytes }, (opened) => {
      const stream = Readable.from(content());
      // The library listens for errors of streams that it opens itself only.
      stream.on("error", (error) => zip.emit("error", error));
      opened(null, stream);
    });
  yield* output(zip);
}

async function* output(zip: ZipFile): AsyncGenerator<Uint8Array> {
  const stream = zip.outputStream;
  if (!(stream instanceof Readable)) throw new TypeError("the archive is written to a stream");
  zip.on("error", (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  zip.end();
  for await (const piece of stream) {
    if (!(piece instanceof Uint8Array)) throw new TypeError("the archive gives bytes");
    yield piece;
  }
}

/** The members of an open archive in their order. */
export async function membersOf(zip: OpenZip): Promise<Map<string, Entry>> {
  const members = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (members.has(entry.fileName)) throw new RangeError(`"${entry.fileName}" is in the archive twice`);
    members.set(entry.fileName, entry);
  }
  return members;
}

/** The content of a member, piece by piece. */
export async function* contentOf(zip: OpenZip, entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const piece of await zip.openReadStreamPromise(entry)) {
    if (!(piece instanceof Uint8Array)) throw new TypeError("the archive gives bytes");
    yield piece;
  }
}

/**
 * Whether the archive is exactly what its members give when they are written again: no byte between, before or after
 * them that says something else.
 */
export async function isExact(
  source: BundleSource,
  zip: OpenZip,
  members: ReadonlyMap<string, Entry>,
): Promise<boolean> {
  const again = writeContainer(
    [...members].map(([path, entry]) => ({
      path,
      bytes: entry.uncompressedSize,
      content: () => contentOf(zip, entry),
    })),
  );
  return (await digestOfAll(again)) === (await digestOfAll(source.bytes()));
}

async function digestOfAll(content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash("sha256");
  for await (const piece of content) digest.update(piece);
  return digest.digest("hex");
}
