import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import {
  type Authority,
  type AuthorityRecords,
  type Instant,
  inUse,
  isTilePath,
  LogDamaged,
  newIdentity,
  nodeDisk,
  openAuthorityRecords,
  type RecordKeys,
  takeFolderLock,
  VaultDamaged,
} from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { AuthorityFolder } from "./folder.ts";
import type { CheckState, DeskSurroundings } from "./surroundings.ts";

/** Name of the keys among the secrets of the folder. */
const keysName = "record-keys.json";
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

/** The keys of log, witness and vault, among the secrets of a folder; made when it has neither keys nor records. */
async function recordKeys({ folder, safe }: Pick<AuthorityFolder, "folder" | "safe">): Promise<RecordKeys> {
  const text = await safe.read(keysName);
  if (text !== undefined) return keysSchema.parse(JSON.parse(text));
  const disk = await nodeDisk(folder);
  // New keys over an old log would make every proof about it worthless.
  if ((await disk.list("log")).length > 0 || (await disk.list("vault")).length > 0)
    throw new UserError(
      `${folder} has a log or a vault and not their keys: put ${keysName}.age back from the copy that you keep.`,
      exitCodes.invalid,
    );
  const drawn = { log: randomBytes(32), witness: randomBytes(32), vault: await newIdentity() };
  const kept = { ...drawn, log: drawn.log.toString("base64url"), witness: drawn.witness.toString("base64url") };
  await safe.add(keysName, JSON.stringify(kept));
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
  kept: Pick<AuthorityFolder, "folder" | "authority" | "safe">,
  locked: boolean,
  at: Instant,
): Promise<{ readonly records: AuthorityRecords; readonly release: () => void }> {
  if (locked) return { records: await openUnlocked(kept), release: () => undefined };
  const lock = await takeFolderLock(kept.folder, at);
  if ("heldBy" in lock) throw new UserError(inUse(kept.folder, lock.heldBy), exitCodes.locked);
  try {
    return { records: await openUnlocked(kept), release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openUnlocked(kept: Pick<AuthorityFolder, "folder" | "authority" | "safe">): Promise<AuthorityRecords> {
  const keys = await recordKeys(kept);
  const of = (name: string): ReturnType<typeof nodeDisk> => nodeDisk(join(kept.folder, name));
  const disks = {
    log: await of("log"),
    witness: await of("witness"),
    vault: await of("vault"),
    erasures: await of("erasures"),
  };
  try {
    return await openAuthorityRecords(kept.authority, keys, disks);
  } catch (error) {
    if (error instanceof LogDamaged)
      throw new UserError(`${kept.folder}: the log is damaged: ${error.path} ${error.message}`, exitCodes.invalid);
    if (error instanceof VaultDamaged)
      throw new UserError(`${kept.folder}: the vault is damaged: ${error.message}`, exitCodes.invalid);
    throw error;
  }
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
