import { createHash } from "node:crypto";
import {
  type Digest,
  digestOf,
  type EvidenceService,
  isUploadRefusal,
  type MatterId,
  mostPartBytes,
  type UploadId,
  type UploadRefusal,
  type Worker,
} from "../../cooperation/index.ts";

/** What became of a content that came in one piece. */
export type Brought = { readonly bytes: number; readonly digest: string } | UploadRefusal | "not-allowed";

/** The same content in parts of the largest size that an upload takes. */
async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    waiting.push(piece);
    size += piece.length;
    if (size < mostPartBytes) continue;
    const whole = Buffer.concat(waiting);
    let at = 0;
    for (; whole.length - at >= mostPartBytes; at += mostPartBytes) yield whole.subarray(at, at + mostPartBytes);
    waiting = [whole.subarray(at)];
    size = whole.length - at;
  }
  if (size > 0) yield Buffer.concat(waiting);
}

/** Puts a content that arrives in one piece into an upload, from the beginning whatever came of it before. */
export async function bring(
  service: EvidenceService,
  who: Worker,
  matter: MatterId,
  upload: UploadId,
  content: AsyncIterable<Uint8Array>,
): Promise<Brought> {
  await service.abandonUpload(who, matter, upload);
  if ((await service.beginUpload(who, matter, upload)) === undefined) return "not-allowed";
  const hash = createHash("sha256");
  let offset = 0;
  for await (const bytes of inParts(content)) {
    hash.update(bytes);
    const digest: Digest = digestOf(bytes);
    const here = await service.addPart(who, matter, upload, { offset, bytes, digest });
    if (here === undefined) return "not-allowed";
    if (isUploadRefusal(here)) return here;
    offset = here;
  }
  return { bytes: offset, digest: hash.digest("hex") };
}
