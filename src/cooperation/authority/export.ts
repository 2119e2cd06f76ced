import { type EventToBundle, type EvidenceToBundle, writeBundle } from "../bundle/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { isCheckpointProblem, openCheckpoint, parseVerifier } from "../log/index.ts";
import type { EventRemains, StoredEvent } from "../store/index.ts";
import { decryptBytes, encryptBytes, FileErased, isRecipient } from "../vault/index.ts";
import type { Digest } from "../words/index.ts";
import type { Exported, ExportOrder } from "./evidence-service.ts";
import { filesOf } from "./kept-files.ts";
import { writeLog } from "./log-keeping.ts";
import { partnerLogs } from "./partner-logs.ts";
import type { AuthorityRecords } from "./records.ts";
import type { Workshop } from "./workshop.ts";

/** Digests that are asked for in one query. */
const digestsAtOnce = 500;

/**
 * The matter as one file that anybody can verify: events with their proofs, evidence, heads and cosignatures.
 *
 * @param allowed - Decides and logs; gives the matter, or nothing.
 * @returns The bytes; "not-logged" where events were written before the authority kept a log.
 */
export async function exportFor(
  workshop: Workshop,
  records: AuthorityRecords,
  order: ExportOrder,
  allowed: (transaction: AuthorityTransaction) => Promise<boolean>,
): Promise<Exported | undefined> {
  if (order.recipient !== undefined && !isRecipient(order.recipient)) return "bad-recipient";
  const { node, parts } = workshop;
  const found = await node.store.transaction(async (transaction) => {
    if (!(await allowed(transaction))) return undefined;
    const view = await transaction.enter({ kind: "system" });
    const erased = (await view.matter(order.matter))?.erasedAt !== undefined;
    const events = erased ? await view.remains(order.matter) : await view.events(order.matter);
    const places = await placesOf(
      transaction,
      events.map(({ digest }) => digest),
    );
    // The list of the vault names the digest of what a file held, and stays here.
    const files = erased ? [] : await filesOf(transaction, order.matter);
    return { events, places, files, known: await partnerLogs(transaction) };
  });
  if (found === undefined) return undefined;
  await writeLog(workshop);
  const { log, vault } = records;
  const events: EventToBundle[] = [];
  for (const kept of found.events) {
    const index = found.places.get(kept.digest);
    if (index === undefined) return "not-logged";
    events.push({ ...bundled(kept), index });
  }
  const evidence: EvidenceToBundle[] = [];
  for (const { file } of found.files) {
    const stored = await vault.describe(file);
    if (stored === undefined) throw new Error(`the vault does not hold ${file}, which a matter names`);
    evidence.push({
      stored,
      ciphertext: () => vault.ciphertext(file),
      key: await keyFor(records, file, order.recipient),
    });
  }
  const witnesses = found.known.flatMap(({ witnessKey }) => parseVerifier(witnessKey) ?? []);
  const cosigned = found.known
    .filter((partner) => partner.cosigned !== undefined)
    .sort((one, other) => other.cosignedSize - one.cosignedSize)[0]?.cosigned;
  const head = cosigned === undefined ? undefined : openCheckpoint(cosigned, log.signer, witnesses);
  const stamped = (await parts.stamps?.covering(events.map(({ index }) => index))) ?? [];
  const input = {
    matter: order.matter,
    authority: parts.authority,
    madeAt: parts.now(),
    signer: log.signer,
    events,
    evidence,
    log: {
      key: log.signer,
      witnesses,
      reader: log.reader,
      checkpoint: log.writer.checkpoint,
      stamped,
      ...(cosigned === undefined || head === undefined || isCheckpointProblem(head) ? {} : { cosigned }),
    },
  };
  const bytes = writeBundle(input);
  // All proofs are computed for the first piece; while nothing is written, so that no tile goes meanwhile.
  const first = await log.writer.quietly(() => bytes.next());
  return continued(first, bytes);
}

function bundled(kept: StoredEvent | EventRemains) {
  if ("event" in kept) {
    const { event, salt } = kept;
    return salt === undefined ? { event } : { event, contentsSalt: salt };
  }
  const { head, data, contents, digest } = kept;
  if (data !== undefined) return { event: { ...head, data } };
  return contents === undefined ? { erased: head, digest } : { erased: head, contents };
}

async function* continued(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

async function keyFor(
  { vault, identity }: AuthorityRecords,
  file: Digest,
  recipient: string | undefined,
): Promise<EvidenceToBundle["key"]> {
  try {
    const key = await vault.key(file);
    return recipient === undefined ? "withheld" : await encryptBytes(await decryptBytes(key, [identity]), [recipient]);
  } catch (error) {
    if (error instanceof FileErased) return "destroyed";
    throw error;
  }
}

/** Where digests stand in the log. */
async function placesOf(
  { sql: tables }: AuthorityTransaction,
  digests: readonly Digest[],
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  for (let at = 0; at < digests.length; at += digestsAtOnce) {
    const rows = await tables
      .selectFrom("cooperation.log_entry")
      .select(["index", "digest"])
      .where("digest", "in", digests.slice(at, at + digestsAtOnce))
      .execute();
    for (const { index, digest } of rows) places.set(digest, Number(index));
  }
  return places;
}
