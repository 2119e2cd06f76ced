import { createHash } from "node:crypto";
import { type AuthorityId, type Digest, digestSchema, type Json } from "../words/index.ts";
import { type Envelope, storedEnvelope } from "./envelope.ts";
import type { EvidenceName, EvidenceReason, SignedEvidence } from "./evidence.ts";
import { instantOf, type MessageId, millisecondsOf } from "./identifier.ts";
import { issueEvidence } from "./issue.ts";
import type { DeliveryOutcome, ExchangeNode, ExchangeTransaction, InboxEntry, IncomingPayload } from "./node.ts";
import { enqueue } from "./submission.ts";

const longestPause = 3_600_000;

/** Issues an evidence about a message that we received, and sends it to the one who sent the message. */
async function attest<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  name: EvidenceName,
  message: Pick<Envelope, "id" | "from" | "to">,
  digest: Digest,
  reasons: readonly EvidenceReason[],
): Promise<SignedEvidence> {
  const evidence = await issueEvidence(node, transaction, name, message, digest, reasons);
  const body: { readonly [name: string]: Json } = { evidence: evidence.signed };
  await enqueue(node, transaction, { to: message.from, kind: "evidence", body, inReplyTo: message.id });
  return evidence;
}

/**
 * Hands accepted messages to the authority, each in a transaction of its own that also issues the evidence of delivery
 * and puts it into the outbox.
 *
 * @returns how many were delivered or finally not delivered.
 */
export async function deliverDue<T extends ExchangeTransaction>(node: ExchangeNode<T>, limit: number): Promise<number> {
  const due = await node.store.transaction((transaction) => transaction.undelivered(node.now(), limit));
  let done = 0;
  for (const { from, id } of due) {
    try {
      if (await deliverOne(node, from, id)) done += 1;
    } catch (error) {
      node.report({ what: "not-handed-over", message: id, error });
      await node.store.transaction(async (transaction) => {
        const entry = await transaction.inboxEntry(from, id);
        if (entry?.state === "accepted") await transaction.saveInboxEntry(later(node, entry));
      });
    }
  }
  return done;
}

function later<T extends ExchangeTransaction>(node: ExchangeNode<T>, entry: InboxEntry): InboxEntry {
  const pause = Math.min(longestPause, 1_000 * 2 ** Math.min(entry.failures, 30));
  const deliverAt = instantOf(millisecondsOf(node.now()) + pause);
  return { ...entry, failures: entry.failures + 1, deliverAt };
}

async function deliverOne<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  from: AuthorityId,
  id: MessageId,
): Promise<boolean> {
  const whole = await payloadIsWhole(node, from, id);
  return await node.store.transaction(async (transaction) => {
    const entry = await transaction.inboxEntry(from, id);
    if (entry?.state !== "accepted" || entry.envelope === null || entry.signed === null) return false;
    const envelope = storedEnvelope(entry.envelope);
    const { digest, receivedAt, signed } = entry;
    const outcome: DeliveryOutcome = whole
      ? await node.deliver({ envelope, digest, receivedAt, signed }, transaction)
      : { notDelivered: [{ code: "payload-damaged", details: "the whole has another SHA-256 than was announced" }] };
    if (outcome === "later") {
      await transaction.saveInboxEntry(later(node, entry));
      return false;
    }
    const delivered = outcome === "delivered";
    await transaction.saveInboxEntry({ ...entry, state: delivered ? "delivered" : "not-delivered" });
    if (node.keepPayload !== undefined && envelope.kind === "payload") await transaction.removeChunks(from, id);
    const reasons = delivered ? [] : outcome.notDelivered;
    await attest(node, transaction, delivered ? "Delivery" : "NonDelivery", envelope, digest, reasons);
    return true;
  });
}

/** Whether the chunks of a payload give the SHA-256 that was announced, and kept then; true for a message without payload. */
async function payloadIsWhole<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  from: AuthorityId,
  id: MessageId,
): Promise<boolean> {
  const { payload, entry } = await node.store.transaction(async (transaction) => ({
    payload: await transaction.incomingPayload(from, id),
    entry: await transaction.inboxEntry(from, id),
  }));
  if (payload === undefined) return true;
  const hash = createHash("sha256");
  for await (const bytes of chunksOf(node, payload)) hash.update(bytes);
  if (digestSchema.parse(hash.digest("hex")) !== payload.digest) return false;
  if (entry?.state === "accepted" && entry.envelope !== null)
    await node.keepPayload?.(storedEnvelope(entry.envelope), chunksOf(node, payload));
  return true;
}

/** The chunks of a payload, from the first on until one is missing. */
async function* chunksOf<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  { from, id, chunks }: IncomingPayload,
): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < chunks; number += 1) {
    const bytes = await node.store.transaction((transaction) => transaction.chunk(from, id, number));
    if (bytes === undefined) return;
    yield bytes;
  }
}

/**
 * Attests that an officer opened a message, or that nobody did in the time allowed, and sends the evidence. To be called
 * in the transaction that records the opening. What is attested already is not attested again.
 *
 * @returns nothing when there is no such delivered message.
 */
export async function attestRetrieval<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  name: "Retrieval" | "NonRetrieval",
  from: AuthorityId,
  id: MessageId,
): Promise<SignedEvidence | undefined> {
  const entry = await transaction.inboxEntry(from, id);
  if (entry?.state !== "delivered") return undefined;
  const earlier = await transaction.evidence(from, id, name);
  return earlier ?? (await attest(node, transaction, name, { id, from, to: node.authority }, entry.digest, []));
}
