import { constants, inflateRawSync } from "node:zlib";

const entryMark = 0x02_01_4b_50;
const endMark = Buffer.from("PK\x05\x06", "latin1");
const entryHead = 46;
const localHead = 30;
const deflated = 8;

/**
 * How many bytes the members of a zip archive give together, or undefined when they are more than `maximumBytes`. The
 * members are really unpacked, one after the other, because the sizes that an archive states may be false. Members that
 * cannot be unpacked count nothing: it is for the reader of the archive to refuse them.
 */
export function unpackedSize(archive: Uint8Array, maximumBytes: number): number | undefined {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = bytes.lastIndexOf(endMark);
  if (end === -1 || end + 20 > bytes.length) return 0;
  let sum = 0;
  let entry = bytes.readUInt32LE(end + 16);
  while (entry + entryHead <= bytes.length && bytes.readUInt32LE(entry) === entryMark) {
    const size = memberSize(bytes, entry, maximumBytes - sum);
    if (size === undefined) return undefined;
    sum += size;
    entry +=
      entryHead + bytes.readUInt16LE(entry + 28) + bytes.readUInt16LE(entry + 30) + bytes.readUInt16LE(entry + 32);
  }
  return sum;
}

function memberSize(bytes: Buffer, entry: number, room: number): number | undefined {
  const local = bytes.readUInt32LE(entry + 42);
  if (local + localHead > bytes.length) return 0;
  const begin = local + localHead + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (bytes.readUInt16LE(entry + 10) !== deflated) {
    const stored = bytes.readUInt32LE(entry + 20);
    return stored > room ? undefined : stored;
  }
  try {
    const unpacked = inflateRawSync(bytes.subarray(begin), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: Math.max(room, 1),
    });
    return unpacked.length > room ? undefined : unpacked.length;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return undefined;
    return 0;
  }
}
