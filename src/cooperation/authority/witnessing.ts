import { z } from "zod";
import { type ArrivedMessage, type DeliveryOutcome, submit } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  isCheckpointProblem,
  type NoteVerifier,
  openCheckpoint,
  parseVerifier,
  verifierText,
  type WitnessRefusal,
  witness,
} from "../log/index.ts";
import type { AuthorityId, JsonObject } from "../words/index.ts";
import {
  addLogAlarm,
  checkpointOffers,
  newestPosition,
  noteCosigned,
  noteSeen,
  noteTheirSeen,
  partnerLogs,
  pinLogKeys,
  saveOffer,
} from "./partner-logs.ts";
import { type AuthorityRecords, logOrigin } from "./records.ts";
import type { Workshop } from "./workshop.ts";

const keys = { log: z.string().max(500), witness: z.string().max(500) };
const size = z.int().nonnegative();
const noticeSchema = z.discriminatedUnion("notice", [
  /** A head of the sender's log, to be cosigned. */
  z.strictObject({
    version: z.literal(1),
    notice: z.literal("log-checkpoint"),
    ...keys,
    checkpoint: z.string().max(10_000),
    from: size,
    proof: z.array(z.base64().length(44)).max(64),
  }),
  /** A head of the recipient's log with the sender's cosignature. */
  z.strictObject({
    version: z.literal(1),
    notice: z.literal("log-cosignature"),
    ...keys,
    checkpoint: z.string().max(10_000),
  }),
  /** Why the sender does not cosign, and how much it has seen. */
  z.strictObject({
    version: z.literal(1),
    notice: z.literal("log-refusal"),
    ...keys,
    code: z.string().regex(/^witness\.[a-z-]{1,40}$/),
    message: z.string().max(500),
    seen: size.nullable(),
  }),
]);
type Notice = z.infer<typeof noticeSchema>;

/** What does not fit between two logs, and is nobody's mistake in passing: auditors must know. */
const grave: readonly string[] = [
  "witness.rolled-back",
  "witness.forked",
  "witness.bad-proof",
  "witness.bad-checkpoint",
  "witness.other-key",
];
/** Milliseconds after which an offer that was not answered is made anew. */
const patience = 3_600_000;

/** Whether an arrived message is about logs; other notices belong to others. */
export function isLogNotice({ envelope }: ArrivedMessage): boolean {
  const { notice } = envelope.body;
  return envelope.kind === "notice" && typeof notice === "string" && notice.startsWith("log-");
}

/** Takes a notice about a log: a head to be cosigned, a cosignature of ours, or why there is none. */
export async function takeLogNotice(
  workshop: Workshop,
  records: AuthorityRecords,
  message: ArrivedMessage,
  transaction: AuthorityTransaction,
): Promise<DeliveryOutcome> {
  const read = noticeSchema.safeParse(message.envelope.body);
  if (!read.success) return { notDelivered: [{ code: "bad-notice", details: "the notice cannot be read" }] };
  const notice = read.data;
  const { from } = message.envelope;
  await transaction.enter({ kind: "system" });
  const pinned = await pinLogKeys(transaction, from, notice, workshop.parts.now());
  if (!pinned) {
    await alarm(workshop, transaction, logOrigin(from), workshop.parts.authority, {
      code: "witness.other-key",
      message: "The log or the witness has another key than when it was first heard of.",
    });
    return {
      notDelivered: [{ code: "witness.other-key", details: "other keys are known of the log and the witness" }],
    };
  }
  switch (notice.notice) {
    case "log-checkpoint":
      await consider(workshop, records, message, notice, transaction);
      return "delivered";
    case "log-cosignature":
      return await keepCosignature(workshop, records, from, notice.checkpoint, transaction);
    case "log-refusal":
      await noteRefusal(workshop, records, from, notice, transaction);
      return "delivered";
    default:
      return notice satisfies never;
  }
}

async function alarm(
  { parts, node }: Workshop,
  transaction: AuthorityTransaction,
  log: string,
  saidBy: AuthorityId,
  { code, message }: { readonly code: string; readonly message: string },
): Promise<void> {
  await addLogAlarm(transaction, { at: node.now(), log, saidBy, code, message });
  parts.reportLog?.(`${log}: ${message} (${code})`);
}

const ownKeys = ({ log, witness: own }: AuthorityRecords): { log: string; witness: string } => ({
  log: verifierText(log.signer),
  witness: verifierText(own.signer),
});

async function consider(
  workshop: Workshop,
  records: AuthorityRecords,
  { envelope }: ArrivedMessage,
  notice: Extract<Notice, { notice: "log-checkpoint" }>,
  transaction: AuthorityTransaction,
): Promise<void> {
  const { from } = envelope;
  const log = parseVerifier(notice.log);
  const answer =
    log?.name === logOrigin(from)
      ? await cosign(workshop, records, log, notice)
      : ({ code: "witness.bad-checkpoint", message: "The key is not that of the sender's log." } as const);
  if ("cosigned" in answer) await noteSeen(transaction, from, answer.cosigned, workshop.parts.now());
  else if (grave.includes(answer.code))
    await alarm(workshop, transaction, logOrigin(from), workshop.parts.authority, answer);
  const body: JsonObject =
    "cosigned" in answer
      ? { version: 1, notice: "log-cosignature", ...ownKeys(records), checkpoint: answer.cosigned }
      : {
          version: 1,
          notice: "log-refusal",
          ...ownKeys(records),
          code: answer.code,
          message: answer.message,
          seen: answer.seen ?? null,
        };
  await submit(workshop.node, transaction, { to: from, kind: "notice", body, inReplyTo: envelope.id });
}

async function cosign(
  workshop: Workshop,
  { witness: own }: AuthorityRecords,
  log: NoteVerifier,
  notice: Extract<Notice, { notice: "log-checkpoint" }>,
): Promise<{ readonly cosigned: string } | WitnessRefusal> {
  const head = openCheckpoint(notice.checkpoint, log);
  const seen = await own.memory.last(log.name);
  // What was remembered and never answered, because the database took its part back, is answered now.
  const again = !isCheckpointProblem(head) && seen?.size === head.size && Buffer.compare(seen.root, head.root) === 0;
  const seconds = (): number => Math.floor(Date.parse(workshop.parts.now()) / 1000);
  return await witness({ signer: own.signer, logs: [log], memory: own.memory, seconds }).cosign({
    checkpoint: notice.checkpoint,
    from: again ? seen.size : notice.from,
    proof: again ? [] : notice.proof.map((hash) => Buffer.from(hash, "base64")),
  });
}

async function keepCosignature(
  workshop: Workshop,
  { log }: AuthorityRecords,
  from: AuthorityId,
  source: string,
  transaction: AuthorityTransaction,
): Promise<DeliveryOutcome> {
  const known = await partnerLogs(transaction);
  const partner = known.find(({ authority }) => authority === from);
  const key = partner === undefined ? undefined : parseVerifier(partner.witnessKey);
  const head = key === undefined ? undefined : openCheckpoint(source, log.signer, [key]);
  if (key === undefined || head === undefined || isCheckpointProblem(head) || head.cosignatures.length === 0)
    return { notDelivered: [{ code: "bad-cosignature", details: "this is no cosigned head of the log" }] };
  await noteCosigned(transaction, from, { source, size: head.size }, workshop.parts.now());
  await answered(transaction, from);
  if (head.size <= log.writer.size && known.every(({ cosignedSize }) => cosignedSize <= head.size))
    await log.writer.keepCosigned(source, [key]);
  return "delivered";
}

async function noteRefusal(
  workshop: Workshop,
  { log }: AuthorityRecords,
  from: AuthorityId,
  { code, message, seen }: Extract<Notice, { notice: "log-refusal" }>,
  transaction: AuthorityTransaction,
): Promise<void> {
  if (seen !== null) await noteTheirSeen(transaction, from, seen);
  await answered(transaction, from);
  if (grave.includes(code)) await alarm(workshop, transaction, log.signer.name, from, { code, message });
}

async function answered(transaction: AuthorityTransaction, from: AuthorityId): Promise<void> {
  const offer = (await checkpointOffers(transaction)).find(({ authority }) => authority === from);
  if (offer !== undefined) await saveOffer(transaction, { ...offer, answered: true });
}

/**
 * Offers the head of the log to each partner that has not seen it, once something happened in a matter: what the offer
 * itself adds to the log is no reason for the next one.
 */
export async function offerCheckpoint(workshop: Workshop, records: AuthorityRecords): Promise<void> {
  const { node, parts } = workshop;
  const due = await node.store.transaction(async (transaction) => {
    const directory = await transaction.enter({ kind: "system" });
    const position = await newestPosition(transaction);
    const offers = await checkpointOffers(transaction);
    const partners = (await directory.partners()).filter(({ active }) => active);
    const now = Date.parse(parts.now());
    return partners.flatMap(({ authority }) => {
      const offer = offers.find((one) => one.authority === authority);
      const waits = offer !== undefined && !offer.answered && now - Date.parse(offer.offeredAt) < patience;
      const soon = offer !== undefined && now - Date.parse(offer.offeredAt) < (parts.betweenCheckpoints ?? 60_000);
      return waits || soon || position <= (offer?.position ?? 0) ? [] : [{ authority, position }];
    });
  });
  for (const { authority, position } of due) {
    await node.store.transaction(async (transaction) => {
      if ((await transaction.authority(authority)) === undefined) return;
      await transaction.enter({ kind: "system" });
      const seen = (await partnerLogs(transaction)).find((one) => one.authority === authority)?.theirSeen ?? 0;
      const { writer, reader } = records.log;
      const { checkpoint, from, proof, newest } = await writer.quietly(async () => {
        const newest = writer.size;
        const from = Math.min(seen, newest);
        return { checkpoint: writer.checkpoint, newest, from, proof: await reader.consistency(from, newest) };
      });
      if (newest === 0) return;
      const body: JsonObject = {
        version: 1,
        notice: "log-checkpoint",
        ...ownKeys(records),
        checkpoint,
        from,
        proof: proof.map((hash) => Buffer.from(hash).toString("base64")),
      };
      const { accepted, message } = await submit(node, transaction, { to: authority, kind: "notice", body });
      if (!accepted) return;
      await transaction.enter({ kind: "system" });
      const offeredAt = parts.now();
      await saveOffer(transaction, {
        authority,
        message: message.id,
        size: newest,
        position,
        offeredAt,
        answered: false,
      });
    });
  }
}
