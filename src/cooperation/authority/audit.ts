import { unfinishedEnding } from "../disk/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  checkLog,
  isCheckpointProblem,
  type LogProblem,
  type NoteVerifier,
  openCheckpoint,
  parseVerifier,
  verifierText,
} from "../log/index.ts";
import { checkVault, type VaultProblem } from "../vault/index.ts";
import { type AuthorityId, type Digest, digestSchema, type Instant } from "../words/index.ts";
import { type LogAlarm, logAlarms, type PartnerLog, partnerLogs } from "./partner-logs.ts";
import { personAtWork, scopeOf } from "./reading.ts";
import { type AuthorityRecords, type Disagreement, disagreement, numberedEntries } from "./records.ts";
import { checkRows, type RowProblem } from "./row-check.ts";
import type { Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** A head of our log that a partner has cosigned. */
export interface CosignedHead {
  readonly by: AuthorityId;
  readonly size: number;
  readonly at: Instant;
}

/** What an auditor sees of log and vault: no content of any matter. */
export interface RecordsReading {
  readonly origin: string;
  readonly size: number;
  /** The signed head, as it is on disk. */
  readonly checkpoint: string;
  /** The verifier key of the log, to be given to whoever checks a bundle. */
  readonly key: string;
  /** The verifier key with which this authority cosigns the logs of others. */
  readonly witnessKey: string;
  readonly cosigned: readonly CosignedHead[];
  /** Partners whose log we watch, with the size that we cosigned last. */
  readonly watched: readonly CosignedHead[];
  /** The newest first. */
  readonly alarms: readonly LogAlarm[];
}

/** What holding everything against everything found. */
export interface RecordsCheck {
  readonly at: Instant;
  readonly entries: number;
  readonly files: number;
  /** Bytes of encrypted content that were read and hashed. */
  readonly bytes: number;
  readonly erased: number;
  /** Events whose digest was computed anew and found in the log. */
  readonly events: number;
  /** Acts, sign-ins, reads and alarms that were held against their seals. */
  readonly sealed: number;
  /** Such rows that wait for their seal, which nothing vouches for yet. */
  readonly unsealed: number;
  readonly problems: readonly (LogProblem | VaultProblem | RowProblem | (Disagreement & { readonly path: string }))[];
}

const mostAlarms = 100;

/** Log and vault for an auditor; undefined for everybody else. */
export async function recordsFor(
  records: AuthorityRecords,
  transaction: AuthorityTransaction,
  who: Worker,
): Promise<RecordsReading | undefined> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  // What an auditor may see does not depend on a matter, so that there is no row to ask for one.
  if (person === undefined || who.role !== "auditor") return undefined;
  const known = await partnerLogs(transaction);
  const { writer, signer } = records.log;
  return {
    origin: signer.name,
    size: writer.size,
    checkpoint: writer.checkpoint,
    key: verifierText(signer),
    witnessKey: verifierText(records.witness.signer),
    cosigned: known.flatMap(({ authority, cosignedAt, cosignedSize }) =>
      cosignedAt === undefined ? [] : [{ by: authority, size: cosignedSize, at: cosignedAt }],
    ),
    watched: known.flatMap((partner) => {
      const size = sizeSeen(partner);
      return size === undefined || partner.seenAt === undefined
        ? []
        : [{ by: partner.authority, size, at: partner.seenAt }];
    }),
    alarms: await logAlarms(transaction, mostAlarms),
  };
}

function sizeSeen({ logKey, checkpoint, authority }: PartnerLog): number | undefined {
  const key = parseVerifier(logKey);
  const head = key === undefined || checkpoint === undefined ? undefined : openHead(checkpoint, key);
  if (checkpoint !== undefined && head === undefined) throw new Error(`the kept head of ${authority} is damaged`);
  return head?.size;
}

function openHead(source: string, key: NoteVerifier, witnesses: readonly NoteVerifier[] = []) {
  const head = openCheckpoint(source, key, witnesses);
  return isCheckpointProblem(head) ? undefined : head;
}

/**
 * Reads every byte of log and vault and holds them against each other, against the database, and against the heads that
 * partners have cosigned.
 */
export async function checkRecords(workshop: Workshop, records: AuthorityRecords): Promise<RecordsCheck> {
  const { node, parts } = workshop;
  const { log, disks } = records;
  const within = node.store.transaction;
  const { known, expected } = await within(async (transaction) => {
    await transaction.enter({ kind: "system" });
    return { known: await partnerLogs(transaction), expected: await filesOfMatters(transaction) };
  });
  const witnesses = known.flatMap(({ witnessKey }) => parseVerifier(witnessKey) ?? []);
  const remembered = known.flatMap(({ authority, cosigned }) => {
    const head = cosigned === undefined ? undefined : openHead(cosigned, log.signer, witnesses);
    return head === undefined ? [] : [{ by: authority, size: head.size, root: head.root }];
  });
  const checked = await log.writer.quietly(() => checkLog(disks.log, { log: log.signer, witnesses }, remembered));
  const differs = checked.problems.length > 0 ? undefined : await disagreement(records, numberedEntries(within));
  const rows = await checkRows(workshop);
  const vault = await checkVault(disks.vault, expected);
  return {
    at: parts.now(),
    entries: checked.head?.size ?? 0,
    files: vault.files,
    bytes: vault.bytes,
    erased: vault.erased.length,
    events: rows.events,
    sealed: rows.sealed,
    unsealed: rows.unsealed,
    problems: [
      ...checked.problems,
      ...(differs === undefined ? [] : [{ ...differs, path: "checkpoint" }]),
      ...rows.problems,
      // Somebody may be storing a file at this moment.
      ...vault.problems.filter(({ code, path }) => code !== "vault.half-done" && !path.endsWith(unfinishedEnding)),
    ],
  };
}

/** Every file of the vault that a matter names. */
async function filesOfMatters({ sql: tables }: AuthorityTransaction): Promise<Digest[]> {
  const rows = await tables.selectFrom("cooperation.kept_file").select("file").distinct().execute();
  return rows.map(({ file }) => digestSchema.parse(file));
}
