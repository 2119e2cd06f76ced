import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  type Authority,
  type AuthorityId,
  type AuthorityRecords,
  type Instant,
  inUse,
  isTilePath,
  newIdentity,
  nodeDisk,
  openAuthorityRecords,
  type RecordKeys,
  takeFolderLock,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { CheckState, DeskSurroundings } from "./surroundings.ts";

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
 * Opens log, witness and vault in the folder of an authority.
 *
 * @param locked - Whether the caller holds the lock of the folder, as whoever opens PGlite does; else it is taken here,
 *   for there must never be two writers of a log.
 * @throws UserError where the folder is in use or the keys are lost, LogDamaged or VaultDamaged where what is there is not
 *   what was kept.
 */
export async function openRecordsFolder(
  folder: string,
  authority: AuthorityId,
  locked: boolean,
  at: Instant,
): Promise<{ readonly records: AuthorityRecords; readonly release: () => void }> {
  if (locked) return { records: await openUnlocked(folder, authority), release: () => undefined };
  const lock = await takeFolderLock(folder, at);
  if ("heldBy" in lock) throw new UserError(inUse(folder, lock.heldBy), exitCodes.locked);
  try {
    return { records: await openUnlocked(folder, authority), release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openUnlocked(folder: string, authority: AuthorityId): Promise<AuthorityRecords> {
  const keys = await recordKeys(folder);
  const [log, witness, vault] = await Promise.all(
    (["log", "witness", "vault"] as const).map((name) => nodeDisk(join(folder, name))),
  );
  if (log === undefined || witness === undefined || vault === undefined) throw new Error("three folders were opened");
  return await openAuthorityRecords(authority, keys, { log, witness, vault });
}

/** What the pages may do with log, vault and evidence. */
export function recordsDoor(
  authority: Authority,
  { disks: { log } }: AuthorityRecords,
  failed: (error: unknown) => void,
): Pick<DeskSurroundings, "records"> {
  const { evidence } = authority;
  if (evidence === undefined) return {};
  let state: CheckState = { running: false, last: undefined };
  return {
    records: {
      evidence,
      reading: (who) => authority.records(who),
      checked: () => state,
      startCheck: () => {
        if (state.running) return;
        state = { ...state, running: true };
        authority.checkRecords().then(
          (last) => {
            state = { running: false, last };
          },
          (error: unknown) => {
            state = { running: false, last: "failed" };
            failed(error);
          },
        );
      },
      logFile: async (path) => (path === "checkpoint" || isTilePath(path) ? await log.read(path) : undefined),
    },
  };
}
