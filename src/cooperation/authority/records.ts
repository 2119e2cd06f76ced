import type { Disk } from "../disk/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  checkpointPath,
  createLog,
  diskWitnessMemory,
  type LogReader,
  type LogWriter,
  logReader,
  type NoteSigner,
  noteSigner,
  openLog,
  type WitnessMemory,
} from "../log/index.ts";
import {
  type Identity,
  openUploads,
  openVault,
  type Recipient,
  recipientOf,
  type Uploads,
  type Vault,
} from "../vault/index.ts";
import type { AuthorityId, Digest } from "../words/index.ts";

/** Where the digests of events and evidences are written for good, in the order in which the database numbered them. */
export interface LogTarget {
  readonly origin: string;
  /** Entries that are durable. */
  size(): number;
  append(digests: readonly Digest[]): Promise<unknown>;
}

/** The secrets behind log, witness and vault. */
export interface RecordKeys {
  /** Seed of the key that signs the log, 32 bytes. */
  readonly log: Uint8Array;
  /** Seed of the key that cosigns the logs of partners, 32 bytes. */
  readonly witness: Uint8Array;
  /** The age identity of the authority: opens every file that it keeps. */
  readonly vault: Identity;
}

/** The folders of log, witness and vault. */
export interface RecordDisks {
  readonly log: Disk;
  readonly witness: Disk;
  readonly vault: Disk;
  /** The register of erasures. */
  readonly erasures: Disk;
}

/** Log, witness and vault of an authority, open for writing: one process holds them, and the lock of the authority. */
export interface AuthorityRecords {
  readonly disks: RecordDisks;
  readonly log: { readonly writer: LogWriter; readonly reader: LogReader; readonly signer: NoteSigner };
  readonly witness: { readonly signer: NoteSigner; readonly memory: WitnessMemory };
  readonly vault: Vault;
  readonly uploads: Uploads;
  readonly identity: Identity;
  readonly recipient: Recipient;
}

/** Name of the log of an authority, which its checkpoints bear. */
export const logOrigin = (authority: AuthorityId): string => `${authority}/log`;
const witnessName = (authority: AuthorityId): string => `${authority}/witness`;

/** The key that signs the log of an authority. */
const logSigner = (authority: AuthorityId, keys: Pick<RecordKeys, "log">): NoteSigner =>
  noteSigner(logOrigin(authority), "log", keys.log);

/**
 * Opens log, witness and vault after whatever ended the process before; begins them where the folders are empty.
 *
 * @throws LogDamaged, VaultDamaged where what is there is not what was kept.
 */
export async function openAuthorityRecords(
  authority: AuthorityId,
  keys: RecordKeys,
  disks: RecordDisks,
): Promise<AuthorityRecords> {
  const signer = logSigner(authority, keys);
  if ((await disks.log.read(checkpointPath)) === undefined && (await disks.log.list("tile")).length === 0)
    await createLog(disks.log, signer);
  const vault = await openVault(disks.vault);
  return {
    disks,
    log: { writer: await openLog(disks.log, signer), reader: logReader(disks.log), signer },
    witness: {
      signer: noteSigner(witnessName(authority), "witness", keys.witness),
      memory: diskWitnessMemory(disks.witness),
    },
    vault,
    uploads: await openUploads(disks.vault, vault, keys.vault),
    identity: keys.vault,
    recipient: await recipientOf(keys.vault),
  };
}

/** The log as the authority writes it. */
export function logTargetOf({ log: { writer, signer } }: AuthorityRecords): LogTarget {
  return { origin: signer.name, size: () => writer.size, append: (digests) => writer.append(digests) };
}

/** How the log on disk and the entries in the database disagree. */
export interface Disagreement {
  readonly code: "log.longer-than-database" | "log.differs-from-database";
  readonly message: string;
}

const entriesAtOnce = 1000;

/**
 * Whether the log is the beginning of what the database numbered. A log that is shorter is no disagreement: the process
 * ended between the two writes, and the next turn catches up. A longer one means that the database was taken back.
 *
 * @param from - First entry that is compared; all when it is 0.
 */
export async function disagreement(
  records: AuthorityRecords,
  entries: (from: number, limit: number) => Promise<readonly Digest[]>,
  from = 0,
): Promise<Disagreement | undefined> {
  const { writer, reader } = records.log;
  const { size } = writer;
  for (let at = from; at < size; at += entriesAtOnce) {
    const end = Math.min(size, at + entriesAtOnce);
    const numbered = await entries(at, end - at);
    if (numbered.length < end - at)
      return {
        code: "log.longer-than-database",
        message: `The log has ${size} entries and the database ${at + numbered.length}: the database was taken back to an older state.`,
      };
    const logged = await reader.entries(at, end, size);
    const differs = logged.findIndex((digest, index) => digest !== numbered[index]);
    if (differs >= 0)
      return {
        code: "log.differs-from-database",
        message: `Entry ${at + differs} of the log is not the one that the database numbered so.`,
      };
  }
  return undefined;
}

/** The entries as the database numbered them, for `disagreement`. */
export const numberedEntries =
  (within: <Value>(work: (transaction: AuthorityTransaction) => Promise<Value>) => Promise<Value>) =>
  (from: number, limit: number): Promise<readonly Digest[]> =>
    within((transaction) => transaction.correspondence.logEntries(from, limit));
