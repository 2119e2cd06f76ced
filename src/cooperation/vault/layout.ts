import { z } from "zod";
import { canonicalText, type Digest, digestOf, digestSchema } from "../words/index.ts";

/** What the vault keeps about a file, and what a custody event quotes. */
export const storedFileSchema = z.strictObject({
  format: z.literal("justitia-file/1"),
  /** SHA-256 and size of the content. */
  plaintext: digestSchema,
  bytes: z.int().nonnegative(),
  /** SHA-256 and size of the age file that holds it. */
  ciphertext: digestSchema,
  ciphertextBytes: z.int().nonnegative(),
});
export type StoredFile = z.infer<typeof storedFileSchema>;

/** Name of a file in the vault: the digest of what is kept about it, so that none of it can change under that name. */
export function fileIdOf(file: StoredFile): Digest {
  return digestOf(canonicalText({ ...file }));
}

/** Names an upload: 1 to 64 lower-case letters, digits and hyphens. */
export const uploadIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "lower-case letters, digits and hyphens")
  .brand<"UploadId">();
export type UploadId = z.infer<typeof uploadIdSchema>;

export const folders = ["objects", "manifests", "keys", "erased", "intents", "uploads"] as const;

export const paths = {
  object: (ciphertext: Digest): string => `objects/${ciphertext.slice(0, 2)}/${ciphertext}.age`,
  manifest: (file: Digest): string => `manifests/${file.slice(0, 2)}/${file}.json`,
  keyFolder: (file: Digest): string => `keys/${file.slice(0, 2)}`,
  key: (file: Digest, generation: number, digest: Digest): string =>
    `keys/${file.slice(0, 2)}/${file}.${generation}.${digest}.age`,
  erased: (file: Digest): string => `erased/${file}`,
  uploadFolder: (upload: UploadId): string => `uploads/${upload}`,
  finished: (upload: UploadId): string => `uploads/${upload}/finished`,
  part: (upload: UploadId, { offset, bytes, digest }: Part): string =>
    `uploads/${upload}/${String(offset).padStart(16, "0")}-${bytes}-${digest}.age`,
};

/** A part of an upload as it lies on disk: its place in the content, its size there, and the digest of its age file. */
export interface Part {
  readonly offset: number;
  readonly bytes: number;
  readonly digest: Digest;
}

export function parsePart(name: string): Part | undefined {
  const [, offset, bytes, digest] = /^(\d{16})-([1-9]\d*)-([0-9a-f]{64})\.age$/.exec(name) ?? [];
  const parsed = digestSchema.safeParse(digest);
  return parsed.success ? { offset: Number(offset), bytes: Number(bytes), digest: parsed.data } : undefined;
}

export interface KeyName {
  readonly file: Digest;
  readonly generation: number;
  readonly digest: Digest;
}

export function parseKeyName(name: string): KeyName | undefined {
  const [, file, generation, digest] = /^([0-9a-f]{64})\.([1-9]\d*)\.([0-9a-f]{64})\.age$/.exec(name) ?? [];
  const parsed = z.tuple([digestSchema, digestSchema]).safeParse([file, digest]);
  return parsed.success ? { file: parsed.data[0], generation: Number(generation), digest: parsed.data[1] } : undefined;
}

/** What is about to be added: written before, taken away after, so that whoever opens the vault knows what a kill left. */
export const intentSchema = z.strictObject({
  file: digestSchema,
  ciphertext: digestSchema,
  upload: uploadIdSchema.optional(),
});
export type Intent = z.infer<typeof intentSchema>;
