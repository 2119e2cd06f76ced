import { type AuthorityId, digestOf, type JsonObject } from "../words/index.ts";
import { type KeyUpdate, keyUpdateBody } from "./directory.ts";
import { type DeliveredKind, type Envelope, envelopeOf, envelopeText, type MessageKind } from "./envelope.ts";
import type { EvidenceName, EvidenceReason, SignedEvidence } from "./evidence.ts";
import { type MessageId, newMessageId } from "./identifier.ts";
import { issueEvidence, recipientKey } from "./issue.ts";
import type { UsableKey } from "./keys.ts";
import type { ExchangeNode, ExchangeTransaction } from "./node.ts";
import { type PayloadAnnouncement, payloadBody } from "./payload.ts";
import { sendingFrom } from "./retry.ts";
import { longestSealed } from "./sealed.ts";
import { readCanonicalObject } from "./strict-json.ts";

/** Characters that the envelope of a message may have; what is larger travels as a payload. */
const longestEnvelope = Math.floor(longestSealed / 2);

export interface Submission {
  /** Made by whoever kept the message before, such as with the event that causes it; new unless given. */
  readonly id?: MessageId;
  readonly to: AuthorityId;
  readonly kind: DeliveredKind;
  readonly body: JsonObject;
  /** The message that this one answers. */
  readonly inReplyTo?: MessageId;
}

/** What became of a message that was handed in for sending; the evidence says whether it was accepted, and why not. */
export interface Submitted {
  readonly message: Envelope;
  readonly evidence: SignedEvidence;
  readonly accepted: boolean;
}

/** What of a node a message needs that is put down to be sent later. */
export type EnqueuingNode = Pick<ExchangeNode<ExchangeTransaction>, "authority" | "now" | "random" | "retryPolicy">;

/** Puts a message that the exchange itself sends into the outbox. */
export async function enqueue<T extends ExchangeTransaction>(
  node: EnqueuingNode,
  transaction: T,
  message: {
    readonly to: AuthorityId;
    readonly kind: MessageKind;
    readonly body: JsonObject;
    readonly inReplyTo: MessageId | null;
  },
): Promise<Envelope> {
  const at = node.now();
  const envelope = envelopeOf({ ...message, id: newMessageId(at, node.random), from: node.authority, sentAt: at });
  const text = envelopeText(envelope);
  await transaction.addOutboxEntry({
    ...sendingFrom(at, node.retryPolicy),
    id: envelope.id,
    to: envelope.to,
    kind: envelope.kind,
    digest: digestOf(text),
    envelope: text,
    submission: null,
    queuedAt: at,
  });
  return envelope;
}

function objections(text: string, known: boolean, reachable: boolean): readonly EvidenceReason[] {
  const reasons: EvidenceReason[] = [];
  if (!known) reasons.push({ code: "unknown-recipient", details: "the recipient was never introduced" });
  else if (!reachable)
    reasons.push({ code: "no-encryption-key", details: "the recipient has no encryption key that is valid now" });
  if (text.length > longestEnvelope)
    reasons.push({ code: "too-large", details: `more than ${longestEnvelope} characters; send it as a payload` });
  if ("refused" in readCanonicalObject(text))
    reasons.push({ code: "not-sendable", details: "nested too deeply to be read safely" });
  return reasons;
}

/**
 * Accepts a message for sending, within the transaction of the event that causes it: either both are kept or neither.
 * The evidence is a SubmissionAcceptance, or a SubmissionRejection with reasons, after which nothing is sent.
 *
 * @throws TypeError for a body that JSON cannot say.
 */
export async function submit<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  submission: Submission,
): Promise<Submitted> {
  const at = node.now();
  const message = envelopeOf({
    id: submission.id ?? newMessageId(at, node.random),
    from: node.authority,
    to: submission.to,
    sentAt: at,
    kind: submission.kind,
    body: submission.body,
    inReplyTo: submission.inReplyTo ?? null,
  });
  const text = envelopeText(message);
  const digest = digestOf(text);
  const known = await transaction.authority(submission.to);
  const reasons = objections(text, known !== undefined, recipientKey(node, known) !== undefined);
  const accepted = reasons.length === 0;
  const name: EvidenceName = accepted ? "SubmissionAcceptance" : "SubmissionRejection";
  const evidence = await issueEvidence(node, transaction, name, message, digest, reasons);
  if (accepted)
    await transaction.addOutboxEntry({
      ...sendingFrom(at, node.retryPolicy),
      id: message.id,
      to: message.to,
      kind: message.kind,
      digest,
      envelope: text,
      submission: evidence.signed,
      queuedAt: at,
    });
  return { message, evidence, accepted };
}

/**
 * Accepts a payload of any size for sending. Its announcement goes first; the chunks follow when that is acknowledged.
 *
 * @param source - What `sendPayloadsDue` asks its reader of chunks for.
 * @param about - What the authority on the other side needs to know of it.
 */
export async function submitPayload<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  to: AuthorityId,
  payload: PayloadAnnouncement,
  source: string,
  about: JsonObject,
): Promise<Submitted> {
  const submitted = await submit(node, transaction, { to, kind: "payload", body: payloadBody(payload, about) });
  if (submitted.accepted && payload.chunks > 0) {
    const { id, sentAt } = submitted.message;
    await transaction.addOutgoingPayload({
      ...sendingFrom(sentAt, node.retryPolicy),
      id,
      to,
      sentAt,
      size: payload.size,
      chunkSize: payload.chunkSize,
      chunks: payload.chunks,
      acknowledged: 0,
      announced: false,
      source,
    });
  }
  return submitted;
}

/** A person has what was given up tried again, under the same identifier; false when there is nothing of that kind. */
export async function resume<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  id: MessageId,
): Promise<boolean> {
  const entry = await transaction.outboxEntry(id);
  const payload = await transaction.outgoingPayload(id);
  const again = sendingFrom(node.now(), node.retryPolicy);
  if (entry?.state === "given-up") await transaction.saveOutboxEntry({ ...entry, ...again });
  if (payload?.state === "given-up") await transaction.saveOutgoingPayload({ ...payload, ...again });
  return entry?.state === "given-up" || payload?.state === "given-up";
}

/**
 * Tells an authority about new keys of ours, and about keys that no longer count. The message is signed by the key that
 * is current now, so make the new key valid from a later moment.
 */
export async function announceKeys<T extends ExchangeTransaction>(
  node: EnqueuingNode,
  transaction: T,
  to: AuthorityId,
  added: readonly UsableKey[],
  revoked: KeyUpdate["revoke"],
): Promise<Envelope> {
  const body = await keyUpdateBody(node.authority, added, revoked);
  return await enqueue(node, transaction, { to, kind: "key-update", body, inReplyTo: null });
}

/** Sends an evidence that the other side lacks (see `reconcile`) once more. */
export async function sendEvidence<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  to: AuthorityId,
  { evidence, signed }: SignedEvidence,
): Promise<Envelope> {
  if (evidence.issuer !== node.authority) throw new TypeError("only an evidence of our own can be sent again");
  const inReplyTo = evidence.message.id;
  return await enqueue(node, transaction, { to, kind: "evidence", body: { evidence: signed }, inReplyTo });
}
