import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  type AuthorityId,
  type AuthorityRecords,
  newIdentity,
  nodeDisk,
  openAuthorityRecords,
  type RecordKeys,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";

const keysFile = "record-keys.json";
const seed = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, "base64url")));
const keysSchema = z.strictObject({
  log: seed,
  witness: seed,
  /** An age identity. */
  vault: z.string().startsWith("AGE-SECRET-KEY-"),
});

/** The keys of log, witness and vault in the folder of an authority; made when the folder has neither keys nor records. */
async function recordKeys(folder: string): Promise<RecordKeys> {
  const path = join(folder, keysFile);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text !== undefined) return keysSchema.parse(JSON.parse(text));
  const disk = await nodeDisk(folder);
  // New keys over an old log would make every proof about it worthless.
  if ((await disk.list("log")).length > 0 || (await disk.list("vault")).length > 0)
    throw new UserError(
      `${folder} has a log or a vault and not their keys: put ${keysFile} back from the copy that you keep.`,
      exitCodes.usage,
    );
  const drawn = { log: randomBytes(32), witness: randomBytes(32), vault: await newIdentity() };
  const kept = { ...drawn, log: drawn.log.toString("base64url"), witness: drawn.witness.toString("base64url") };
  await writeFile(path, JSON.stringify(kept, undefined, 2), { mode: 0o600, flag: "wx" });
  return keysSchema.parse(kept);
}

/**
 * Opens log, witness and vault in the folder of an authority. Whoever calls holds the lock of the folder.
 *
 * @throws UserError where the keys are lost, LogDamaged or VaultDamaged where what is there is not what was kept.
 */
export async function openRecordsFolder(folder: string, authority: AuthorityId): Promise<AuthorityRecords> {
  const keys = await recordKeys(folder);
  const [log, witness, vault] = await Promise.all(
    (["log", "witness", "vault"] as const).map((name) => nodeDisk(join(folder, name))),
  );
  if (log === undefined || witness === undefined || vault === undefined) throw new Error("three folders were opened");
  return await openAuthorityRecords(authority, keys, { log, witness, vault });
}
