import { type AuthorityId, digestOf } from "../words/index.ts";
import { isDirectoryProblem, keyUpdateSchema, signingKeyAt, withKeyUpdate } from "./directory.ts";
import { type Envelope, isDeliveredKind, type ReadEnvelope, readTransmission } from "./envelope.ts";
import { type EvidenceReason, longestEvidence, readEvidence, signEvidence, statementOf } from "./evidence.ts";
import { chunkMessageId, millisecondsOf } from "./identifier.ts";
import { evidenceSigners, issueEvidence, ownSigningKey, recipientKey } from "./issue.ts";
import type { PublicKey } from "./keys.ts";
import type { ExchangeNode, ExchangeTransaction, InboxEntry } from "./node.ts";
import { chunkBodySchema, chunkRange, payloadBodySchema } from "./payload.ts";
import { isRefused, type RefusalReason, type Refused, refuse } from "./refusal.ts";
import { longestSealed, open, seal, sealedTypes, signedTypes, verify } from "./sealed.ts";
import { readUtf8 } from "./strict-json.ts";

/** How far the clock of another authority may be ahead of ours, in milliseconds. */
const clockTolerance = 5 * 60_000;
/** Age at which a message is no longer accepted for the first time, in milliseconds. */
const oldestMessage = 90 * 86_400_000;

/** What goes back: the first signed answer, encrypted to the sender. */
export interface Answer {
  readonly sealedAnswer: string;
}

/** What the exchange decides about a message of a sender who proved who it is. */
type Verdict =
  | { readonly accept: InboxEntry["state"]; readonly keep: boolean }
  | { readonly reject: readonly EvidenceReason[] };

const rejection = (code: string, details: string): Verdict => ({ reject: [{ code, details }] });
const settled: Verdict = { accept: "settled", keep: true };

/**
 * Takes a message from the network.
 *
 * The answer is given only when everything it attests is durable. A repeat gets the first signed answer again, byte for
 * byte. Whatever is not a well-formed, signed and encrypted message of a known authority to us is refused; the transport
 * gives all refusals the same form, so that they tell nothing. The reason goes to `node.report` alone.
 *
 * @throws what the store throws; nothing was acknowledged then, and the sender will try again.
 */
export async function receive<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  sealed: string,
): Promise<Answer | Refused> {
  const opened = await open(sealed, sealedTypes.message, node.keys().encryption);
  const outcome = isRefused(opened)
    ? opened
    : await node.store.transaction((transaction) => receiveSigned(node, transaction, opened.signed));
  if (isRefused(outcome)) node.report({ what: "refused", reason: outcome.refused });
  return outcome;
}

async function receiveSigned<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  signed: string,
): Promise<Answer | Refused> {
  const verified = await verify<AuthorityId>(signed, signedTypes.message, longestSealed, async (kid) => {
    const known = await transaction.authorityOfKey(kid);
    const key = known === undefined ? undefined : signingKeyAt(known, kid, node.now());
    return known === undefined || key === undefined ? undefined : { owner: known.authority, key };
  });
  if (isRefused(verified)) return verified;
  const text = readUtf8(verified.content);
  const transmission = isRefused(text) ? text : readTransmission(text.text);
  if (isRefused(transmission)) return transmission;
  const { read, submission } = transmission;
  const { envelope, digest } = read;
  if (envelope.from !== verified.owner) return refuse("bad-envelope");
  if (envelope.to !== node.authority) return refuse("not-for-us");
  const sender = recipientKey(node, await transaction.authority(envelope.from));
  // Without a key to answer to nothing can be acknowledged, so nothing is taken.
  if (sender === undefined) return refuse("unknown-sender");

  const refuseAndRecord = async (reason: RefusalReason): Promise<Refused> => {
    const { from, id } = envelope;
    await transaction.addRefusal({ at: node.now(), reason, from, message: id, digest });
    return refuse(reason);
  };
  // The same message may arrive twice at the same time: the second one gets the answer to the first.
  await transaction.lockMessage(envelope.from, envelope.id);
  const earlier = await transaction.inboxEntry(envelope.from, envelope.id);
  if (earlier !== undefined)
    return earlier.digest === digest
      ? await answerAgain(transaction, earlier, sender)
      : await refuseAndRecord("other-content");
  const age = millisecondsOf(node.now()) - millisecondsOf(envelope.sentAt);
  if (age > oldestMessage) return await refuseAndRecord("expired");
  if (age < -clockTolerance) return await refuseAndRecord("not-yet-valid");
  const problem = await submissionProblem(transaction, read, submission);
  if (problem !== undefined) return await refuseAndRecord(problem);
  const verdict = await examine(node, transaction, envelope, verified.kid);
  if (isRefused(verdict)) return await refuseAndRecord(verdict.refused);
  return await answer(node, transaction, read, signed, verdict, sender);
}

/** The first answer; encrypted anew only when the sender has another key by now. */
async function answerAgain(transaction: ExchangeTransaction, earlier: InboxEntry, sender: PublicKey): Promise<Answer> {
  if (earlier.sealedFor === sender.kid) return { sealedAnswer: earlier.sealedAnswer };
  const sealedAnswer = await seal(earlier.answer, sealedTypes.answer, sender);
  await transaction.saveInboxEntry({ ...earlier, sealedAnswer, sealedFor: sender.kid });
  return { sealedAnswer };
}

async function answer<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  { envelope, text, digest }: ReadEnvelope,
  signed: string,
  verdict: Verdict,
  sender: PublicKey,
): Promise<Answer> {
  const rejected = "reject" in verdict;
  const name = rejected ? "RelayREMMDRejection" : "RelayREMMDAcceptance";
  const reasons = rejected ? verdict.reject : [];
  // A payload is attested as a whole: evidence of each of a million chunks would be kept and logged by both sides.
  const evidence =
    envelope.kind === "payload-chunk"
      ? await signEvidence(statementOf(name, envelope, digest, node.now(), reasons), null, ownSigningKey(node))
      : await issueEvidence(node, transaction, name, envelope, digest, reasons);
  const sealedAnswer = await seal(evidence.signed, sealedTypes.answer, sender);
  const keep = rejected || verdict.keep;
  await transaction.addInboxEntry({
    id: envelope.id,
    from: envelope.from,
    kind: envelope.kind,
    digest,
    receivedAt: node.now(),
    envelope: keep ? text : null,
    signed: keep ? signed : null,
    answer: evidence.signed,
    sealedAnswer,
    sealedFor: sender.kid,
    state: rejected ? "settled" : verdict.accept,
    failures: 0,
    deliverAt: node.now(),
  });
  return { sealedAnswer };
}

/** What is handed to the authority carries the sender's evidence of submission; nothing else does. */
async function submissionProblem(
  transaction: ExchangeTransaction,
  { envelope, digest }: ReadEnvelope,
  submission: string | null,
): Promise<RefusalReason | undefined> {
  if (!isDeliveredKind(envelope.kind)) return submission === null ? undefined : "bad-evidence";
  if (submission === null) return "bad-evidence";
  const read = await readEvidence(submission, evidenceSigners(transaction));
  if (isRefused(read)) return read.refused;
  const { evidence, message } = read.evidence;
  const fits =
    evidence === "SubmissionAcceptance" &&
    message.id === envelope.id &&
    message.from === envelope.from &&
    message.to === envelope.to &&
    message.digest === digest;
  if (!fits) return "bad-evidence";
  const earlier = await transaction.evidence(message.from, message.id, evidence);
  if (earlier === undefined) await transaction.addEvidence(read);
  return earlier === undefined || earlier.signed === submission ? undefined : "bad-evidence";
}

async function examine<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  envelope: Envelope,
  signedBy: string,
): Promise<Verdict | Refused> {
  switch (envelope.kind) {
    case "request":
    case "event":
    case "notice":
      return { accept: "accepted", keep: true };
    case "payload":
      return await announcePayload(transaction, envelope);
    case "payload-chunk":
      return await takeChunk(node, transaction, envelope);
    case "evidence":
      return await takeEvidence(node, transaction, envelope);
    case "key-update":
      return await takeKeyUpdate(node, transaction, envelope, signedBy);
    default:
      return envelope.kind satisfies never;
  }
}

async function announcePayload(transaction: ExchangeTransaction, envelope: Envelope): Promise<Verdict> {
  const body = payloadBodySchema.safeParse(envelope.body);
  if (!body.success) return rejection("bad-announcement", "size, chunk size, number of chunks and digest must agree");
  const { size, chunkSize, chunks, digest } = body.data.payload;
  const { id, from, sentAt } = envelope;
  await transaction.addIncomingPayload({ id, from, sentAt, size, chunkSize, chunks, digest, received: 0 });
  return { accept: chunks === 0 ? "accepted" : "awaiting-payload", keep: true };
}

async function takeChunk<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  envelope: Envelope,
): Promise<Verdict | Refused> {
  const body = chunkBodySchema.safeParse(envelope.body);
  if (!body.success) return refuse("unexpected-chunk");
  const { payload: id, number, digest, content } = body.data;
  const payload = await transaction.incomingPayload(envelope.from, id);
  const announcement = await transaction.inboxEntry(envelope.from, id);
  if (payload === undefined || announcement?.state !== "awaiting-payload") return refuse("unexpected-chunk");
  const bytes = Buffer.from(content, "base64url");
  const fits =
    number < payload.chunks &&
    envelope.inReplyTo === id &&
    // One identifier for each number, so that a number cannot arrive twice with different bytes.
    envelope.id === chunkMessageId(id, payload.sentAt, number) &&
    bytes.length === chunkRange(payload, number).length &&
    digestOf(bytes) === digest;
  if (!fits) return refuse("unexpected-chunk");
  await transaction.addChunk(envelope.from, id, number, bytes);
  const received = payload.received + 1;
  await transaction.saveIncomingPayload({ ...payload, received });
  if (received === payload.chunks)
    await transaction.saveInboxEntry({ ...announcement, state: "accepted", deliverAt: node.now() });
  return { accept: "settled", keep: false };
}

async function takeEvidence<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  envelope: Envelope,
): Promise<Verdict> {
  const { evidence: signed, ...rest } = envelope.body;
  if (typeof signed !== "string" || signed.length > longestEvidence || Object.keys(rest).length > 0)
    return rejection("bad-evidence", "one signed evidence was expected");
  const read = await readEvidence(signed, evidenceSigners(transaction));
  if (isRefused(read)) return rejection("bad-evidence", "the evidence cannot be verified");
  const { issuer, message, evidence } = read.evidence;
  const between = [message.from, message.to].toSorted().join() === [envelope.from, node.authority].toSorted().join();
  if (issuer !== envelope.from || !between) return rejection("bad-evidence", "the evidence is not one of the sender's");
  if (message.from === node.authority) {
    const sent = await transaction.outboxEntry(message.id);
    if (sent !== undefined && (sent.digest !== message.digest || sent.to !== message.to))
      return rejection("differing-evidence", "the message that was sent is another one");
  }
  const earlier = await transaction.evidence(message.from, message.id, evidence);
  if (earlier === undefined) await transaction.addEvidence(read);
  else if (earlier.signed !== signed) return rejection("differing-evidence", "there is another evidence of this name");
  return settled;
}

async function takeKeyUpdate<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  envelope: Envelope,
  signedBy: string,
): Promise<Verdict> {
  const update = keyUpdateSchema.safeParse(envelope.body);
  const known = await transaction.authority(envelope.from);
  if (!update.success || known === undefined)
    return rejection("bad-key-update", "keys to add and to revoke were expected");
  const ours = [...node.keys().signing, ...node.keys().encryption].map((key) => key.public.kid);
  for (const { key } of update.data.add) {
    if (ours.includes(key.kid) || (await transaction.authorityOfKey(key.kid)) !== undefined)
      return rejection("bad-key-update", "the key is known already");
  }
  const changed = await withKeyUpdate(known, update.data, signedBy, node.now());
  if (isDirectoryProblem(changed)) return rejection("bad-key-update", changed.problem);
  await transaction.saveAuthority(changed);
  return settled;
}
