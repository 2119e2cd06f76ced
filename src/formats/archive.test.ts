/** Zip files made in memory, whole or with one chosen fault. Serves the tests beside it; holds no tests itself. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ArchiveMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** Marks the member as encrypted, without encrypting it. */
  readonly encrypted?: boolean;
  /** States another size than the member has. */
  readonly statedBytes?: number;
  /** States the check sum of other bytes. */
  readonly wrongCheckSum?: boolean;
}

/** A zip file of these members, each deflated. */
export function zipArchive(members: readonly ArchiveMember[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const compressed = deflateRawSync(member.content);
    const described = Buffer.alloc(26);
    described.writeUInt16LE(20, 0);
    described.writeUInt16LE(0x800 | (member.encrypted === true ? 1 : 0), 2);
    described.writeUInt16LE(8, 4);
    described.writeUInt32LE(0x21_0000, 6);
    described.writeUInt32LE((crc32(member.content) ^ (member.wrongCheckSum === true ? 1 : 0)) >>> 0, 10);
    described.writeUInt32LE(compressed.length, 14);
    described.writeUInt32LE(member.statedBytes ?? member.content.length, 18);
    described.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), described, name, compressed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), described, place, name]));
    locals.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, entries, end]);
}
