import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ObjectStore } from "./objects.ts";
import { isSha256, type Sha256 } from "./sha256.ts";

const sha256Schema = z.custom<Sha256>((value) => typeof value === "string" && isSha256(value));

const knownSchema = z.strictObject({
  files: z.record(
    z.string(),
    z.strictObject({
      sha256: sha256Schema,
      bytes: z.int(),
      identity: z.strictObject({
        device: z.string(),
        inode: z.string(),
        size: z.string(),
        modifiedNanoseconds: z.string(),
        changedNanoseconds: z.string(),
      }),
    }),
  ),
  urls: z.record(
    z.string(),
    z.strictObject({
      sha256: sha256Schema,
      bytes: z.int(),
      etag: z.string().optional(),
      lastModified: z.string().optional(),
      mediaType: z.string().optional(),
      contentEncoding: z.string().optional(),
    }),
  ),
});

/**
 * What was seen at the last retrieval of a stream, so that what is unchanged need not be read or fetched again. A memory
 * to save work, no record: when it is lost or damaged everything is read once more.
 */
export type KnownSources = z.infer<typeof knownSchema>;
export type KnownFile = KnownSources["files"][string];
export type KnownUrl = KnownSources["urls"][string];

const nothing: KnownSources = { files: {}, urls: {} };

function knownPath(directory: string, stream: string): string {
  return join(directory, "known", `${stream}.json`);
}

/** What is remembered of a stream; nothing when there is no memory or it cannot be understood. */
export async function readKnown(directory: string, stream: string): Promise<KnownSources> {
  try {
    const parsed = knownSchema.safeParse(JSON.parse(await readFile(knownPath(directory, stream), "utf8")));
    return parsed.success ? parsed.data : nothing;
  } catch {
    return nothing;
  }
}

/** Remembers, unless nothing is new. */
export async function writeKnown(
  directory: string,
  stream: string,
  objects: ObjectStore,
  before: KnownSources,
  after: KnownSources,
): Promise<void> {
  const text = JSON.stringify(after);
  if (text !== JSON.stringify(before)) await objects.writeFile(knownPath(directory, stream), text, false);
}
