import { z } from "zod";
import { authorityIdSchema, digestSchema, instantSchema } from "../words/index.ts";

const countSchema = z.int().nonnegative();

/** What a backup holds, with the digest of each part. The backup is whole when this file is there, because it comes last. */
export const backupManifestSchema = z.strictObject({
  format: z.literal("justitia-backup/1"),
  authority: authorityIdSchema,
  /** Engine that it was made from; it can be restored to either. */
  engine: z.enum(["postgresql", "pglite"]),
  /** Everything in the database is as of this moment. */
  at: instantSchema,
  migrations: z.array(z.strictObject({ number: z.int(), name: z.string(), digest: digestSchema })).readonly(),
  /** The rows of each table, one JSON text in a line, those that others refer to first. */
  tables: z
    .array(z.strictObject({ table: z.string(), rows: countSchema, bytes: countSchema, digest: digestSchema }))
    .readonly(),
  sequences: z.array(z.strictObject({ sequence: z.string(), last: z.number().nullable() })).readonly(),
  /** The files of the authority's folder as they lay there; secrets stay encrypted as they were. */
  files: z.array(z.strictObject({ path: z.string(), bytes: countSchema, digest: digestSchema })).readonly(),
  /** The head of the log that is in the backup; null where the authority has none. */
  log: z.strictObject({ size: countSchema, root: digestSchema }).nullable(),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

export const manifestPath = "manifest.json";
export const tablePath = (table: string): string => `tables/${table}.jsonl`;
export const filePath = (path: string): string => `files/${path}`;

/** How far a backup or its restoring has come. */
export interface BackupProgress {
  readonly doing: "checking" | "tables" | "files" | "proving";
  readonly unit: "rows" | "bytes";
  readonly done: number;
  readonly total: number;
}

export interface BackupEffects {
  readonly progress: (progress: BackupProgress) => void;
  /** Stops the work at the next batch. */
  readonly signal: AbortSignal;
}

/** Something is wrong with a backup, or what was restored from it is not what it holds. */
export class BackupDamaged extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "BackupDamaged";
    this.path = path;
  }
}
