import { z } from "zod";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { fileIdOf, type StoredFile, type UploadId, uploadIdSchema } from "../vault/index.ts";
import { type Digest, digestSchema, type Instant, type MatterId, type PersonId } from "../words/index.ts";

/** A file of the vault that belongs to a matter. */
export interface KeptFile {
  /** Its name in the vault. */
  readonly file: Digest;
  /** SHA-256 of the content. */
  readonly digest: Digest;
  readonly bytes: number;
  /** As it was called where it came from. */
  readonly name: string;
}

const keptSchema = z.object({
  file: digestSchema,
  digest: digestSchema,
  bytes: z.coerce.number().pipe(z.int().nonnegative()),
  name: z.string(),
});

type Tables = Pick<AuthorityTransaction, "sql" | "enter">;

/** Notes, as the system, that a file of the vault belongs to a matter; once. */
export async function noteFile(
  { sql: tables, enter }: Tables,
  matter: MatterId,
  stored: StoredFile,
  name: string,
  at: Instant,
): Promise<void> {
  await enter({ kind: "system" });
  const { plaintext: digest, bytes } = stored;
  await tables
    .insertInto("cooperation.kept_file")
    .values({ file: fileIdOf(stored), matter, digest, bytes, name, kept_at: at })
    .onConflict((conflict) => conflict.columns(["matter", "file"]).doNothing())
    .execute();
}

/** The files of a matter, as the system, oldest first. */
export async function filesOf({ sql: tables, enter }: Tables, matter: MatterId): Promise<KeptFile[]> {
  await enter({ kind: "system" });
  const rows = await tables
    .selectFrom("cooperation.kept_file")
    .select(["file", "digest", "bytes", "name"])
    .where("matter", "=", matter)
    .orderBy("kept_at")
    .orderBy("file")
    .execute();
  return rows.map((row) => keptSchema.parse(row));
}

/** Begins an upload for a person and a matter, as the system; false when it is that of another. */
export async function claimUpload(
  { sql: tables, enter }: Tables,
  upload: UploadId,
  matter: MatterId,
  person: PersonId,
  at: Instant,
): Promise<boolean> {
  await enter({ kind: "system" });
  await tables
    .insertInto("cooperation.upload")
    .values({ upload, matter, person, begun_at: at })
    .onConflict((conflict) => conflict.column("upload").doNothing())
    .execute();
  return await ownsUpload({ sql: tables, enter }, upload, matter, person);
}

/** Whether an upload was begun by this person for this matter. */
export async function ownsUpload(
  { sql: tables, enter }: Tables,
  upload: UploadId,
  matter: MatterId,
  person: PersonId,
): Promise<boolean> {
  await enter({ kind: "system" });
  const row = await tables
    .selectFrom("cooperation.upload")
    .select(["matter", "person"])
    .where("upload", "=", upload)
    .executeTakeFirst();
  return row?.matter === matter && row.person === person;
}

export async function forgetUpload({ sql: tables, enter }: Tables, upload: UploadId): Promise<void> {
  await enter({ kind: "system" });
  await tables.deleteFrom("cooperation.upload").where("upload", "=", upload).execute();
}

/** Uploads that were begun before a moment and never ended. */
export async function staleUploads({ sql: tables, enter }: Tables, before: Instant): Promise<UploadId[]> {
  await enter({ kind: "system" });
  const rows = await tables
    .selectFrom("cooperation.upload")
    .select(["upload", "begun_at"])
    .orderBy("begun_at")
    .limit(1000)
    .execute();
  return rows.flatMap(({ upload, begun_at }) =>
    begun_at.toISOString() < before ? [uploadIdSchema.parse(upload)] : [],
  );
}
