import { type AuthorityId, type Digest, digestOf } from "../words/index.ts";
import { envelopeText, isDeliveredKind, transmissionText } from "./envelope.ts";
import { readEvidence, type SignedEvidence } from "./evidence.ts";
import type { MessageId, RandomBytes } from "./identifier.ts";
import { evidenceSigners, issueEvidence, ownSigningKey, recipientKey } from "./issue.ts";
import type { ExchangeNode, ExchangeTransaction, OutboxEntry, OutgoingPayload } from "./node.ts";
import { chunkEnvelope, chunkRange } from "./payload.ts";
import { isRefused, type RefusalReason, type Refused, refuse } from "./refusal.ts";
import { afterFailure, answered, type Sending } from "./retry.ts";
import { open, seal, sealedTypes, sign, signedTypes } from "./sealed.ts";

/** What came of bringing a sealed message to an authority. Nothing of it is believed before its signature is checked. */
export type PostOutcome = { readonly sealedAnswer: string } | { readonly problem: string };
/** Brings a sealed message to an authority and waits for the answer, for a limited time. Does not throw. */
export type Post = (to: AuthorityId, sealed: string) => Promise<PostOutcome>;
/** Reads bytes of a payload: what `submitPayload` was given as its source, from an offset, so many bytes. */
export type ReadChunk = (source: string, offset: number, length: number) => Promise<Uint8Array>;

interface ToSend {
  readonly id: MessageId;
  readonly to: AuthorityId;
  readonly digest: Digest;
  readonly envelope: string;
  readonly submission: string | null;
}
type Verdict = { readonly answer: SignedEvidence } | { readonly problem: string };

/** A number from 0 up to but not including 1. */
function chance(random: RandomBytes): number {
  return Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48;
}

/** Signs, encrypts, brings over, and reads the answer: a signed evidence of relay about just this message. */
async function attempt<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  post: Post,
  message: ToSend,
): Promise<Verdict> {
  const known = await node.store.transaction((transaction) => transaction.authority(message.to));
  const recipient = recipientKey(node, known);
  if (recipient === undefined) return { problem: "the recipient has no encryption key that is valid now" };
  const text = transmissionText(message.envelope, message.submission);
  const signed = await sign(text, signedTypes.message, ownSigningKey(node));
  const outcome = await post(message.to, await seal(signed, sealedTypes.message, recipient));
  if ("problem" in outcome) return outcome;
  const answer = await readAnswer(node, message, outcome.sealedAnswer);
  if (!isRefused(answer)) return { answer };
  node.report({ what: "answer-refused", message: message.id, reason: answer.refused });
  return { problem: `the answer was not accepted (${answer.refused})` };
}

async function readAnswer<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  message: ToSend,
  sealedAnswer: string,
): Promise<SignedEvidence | Refused> {
  const opened = await open(sealedAnswer, sealedTypes.answer, node.keys().encryption);
  if (isRefused(opened)) return opened;
  const read = await node.store.transaction((transaction) => readEvidence(opened.signed, evidenceSigners(transaction)));
  if (isRefused(read)) return read;
  const { evidence, issuer, message: about } = read.evidence;
  const fits =
    (evidence === "RelayREMMDAcceptance" || evidence === "RelayREMMDRejection") &&
    issuer === message.to &&
    about.id === message.id &&
    about.from === node.authority &&
    about.digest === message.digest;
  return fits ? read : refuse("bad-evidence" satisfies RefusalReason);
}

function stateAfter({ evidence }: SignedEvidence): "acknowledged" | "rejected" {
  return evidence.evidence === "RelayREMMDAcceptance" ? "acknowledged" : "rejected";
}

function failed<T extends ExchangeTransaction, Kind extends Sending>(
  node: ExchangeNode<T>,
  sending: Kind,
  problem: string,
): Kind {
  return afterFailure(sending, node.now(), chance(node.random), problem, node.retryPolicy);
}

async function settle<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  transaction: T,
  { id }: OutboxEntry,
  verdict: Verdict,
): Promise<boolean> {
  const entry = await transaction.outboxEntry(id);
  // Another attempt may have ended meanwhile; what was answered stays answered.
  if (entry === undefined || entry.state === "acknowledged" || entry.state === "rejected") return false;
  if ("problem" in verdict) {
    const next = failed(node, entry, verdict.problem);
    await transaction.saveOutboxEntry(next);
    if (next.state !== "given-up" || entry.state === "given-up") return false;
    node.report({ what: "given-up", message: id });
    if (
      isDeliveredKind(entry.kind) &&
      (await transaction.evidence(node.authority, id, "RelayREMMDFailure")) === undefined
    )
      await issueEvidence(
        node,
        transaction,
        "RelayREMMDFailure",
        { id, from: node.authority, to: entry.to },
        entry.digest,
        [{ code: "no-answer", details: verdict.problem.slice(0, 500) }],
      );
    return false;
  }
  const { answer } = verdict;
  const state = stateAfter(answer);
  await transaction.saveOutboxEntry(answered(entry, state));
  const earlier = await transaction.evidence(node.authority, id, answer.evidence.evidence);
  if (earlier === undefined) await transaction.addEvidence(answer);
  // The other side attested the same event twice and differently: what came first stays, and a person has to look.
  else if (earlier.signed !== answer.signed)
    node.report({ what: "answer-refused", message: id, reason: "bad-evidence" });
  const payload = await transaction.outgoingPayload(id);
  if (payload !== undefined)
    await transaction.saveOutgoingPayload(
      state === "acknowledged"
        ? { ...payload, announced: true, nextAttemptAt: node.now() }
        : { ...payload, state: "rejected" },
    );
  return true;
}

/**
 * Sends what is due from the outbox, all at the same time.
 *
 * @param limit - How many at most.
 * @returns how many were answered.
 */
export async function sendDue<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  post: Post,
  limit: number,
): Promise<number> {
  const due = await node.store.transaction((transaction) => transaction.outboxDue(node.now(), limit));
  const answers = await Promise.all(
    due.map(async (entry) => {
      const verdict = await attempt(node, post, entry);
      return await node.store.transaction((transaction) => settle(node, transaction, entry, verdict));
    }),
  );
  return answers.filter(Boolean).length;
}

async function sendChunk<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  post: Post,
  readChunk: ReadChunk,
  payload: OutgoingPayload,
): Promise<OutgoingPayload> {
  const { offset, length } = chunkRange(payload, payload.acknowledged);
  const bytes = await readChunk(payload.source, offset, length);
  if (bytes.length !== length) throw new Error(`${payload.source} has fewer bytes than were announced`);
  const envelope = chunkEnvelope(node.authority, payload, payload.acknowledged, bytes);
  const text = envelopeText(envelope);
  const { id, to } = envelope;
  const verdict = await attempt(node, post, { id, to, digest: digestOf(text), envelope: text, submission: null });
  return await node.store.transaction(async (transaction) => {
    const current = await transaction.outgoingPayload(payload.id);
    if (current === undefined || current.acknowledged !== payload.acknowledged) return current ?? payload;
    const next = afterChunk(node, current, verdict);
    await transaction.saveOutgoingPayload(next);
    return next;
  });
}

function afterChunk<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  payload: OutgoingPayload,
  verdict: Verdict,
): OutgoingPayload {
  if ("problem" in verdict) {
    const next = failed(node, payload, verdict.problem);
    if (next.state === "given-up" && payload.state !== "given-up")
      node.report({ what: "given-up", message: payload.id });
    return next;
  }
  if (stateAfter(verdict.answer) === "rejected") return answered(payload, "rejected");
  const acknowledged = payload.acknowledged + 1;
  const next = { ...payload, acknowledged, failures: 0, lastProblem: null };
  return acknowledged === payload.chunks ? answered(next, "acknowledged") : next;
}

/**
 * Sends the chunks of the payloads that are due, from the first that was not acknowledged, until one fails or a limit is
 * reached. What was acknowledged is not sent again, whatever happened in between.
 *
 * @param chunks - How many chunks at most of each payload.
 * @returns how many chunks were acknowledged.
 */
export async function sendPayloadsDue<T extends ExchangeTransaction>(
  node: ExchangeNode<T>,
  post: Post,
  readChunk: ReadChunk,
  chunks: number,
): Promise<number> {
  const due = await node.store.transaction((transaction) => transaction.outgoingPayloadsDue(node.now(), 8));
  let sent = 0;
  for (const first of due) {
    let payload = first;
    for (let count = 0; count < chunks && payload.state === "waiting"; count += 1) {
      const next = await sendChunk(node, post, readChunk, payload);
      if (next.acknowledged === payload.acknowledged) break;
      payload = next;
      sent += 1;
    }
  }
  return sent;
}
