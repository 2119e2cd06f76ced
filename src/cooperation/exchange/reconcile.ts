import { z } from "zod";
import { authorityIdSchema, digestOf, digestSchema, type Instant, instantSchema } from "../words/index.ts";
import { type EvidenceName, evidenceNameSchema, type SignedEvidence } from "./evidence.ts";
import { instantOf, type MessageId, messageIdSchema, millisecondsOf } from "./identifier.ts";

/** One evidence in a list that two authorities compare. It names a message and tells nothing of any matter. */
export const evidenceSummarySchema = z.strictObject({
  message: messageIdSchema,
  from: authorityIdSchema,
  evidence: evidenceNameSchema,
  /** When its issuer made it. */
  at: instantSchema,
  /** SHA-256 of the envelope that the evidence is about. */
  messageDigest: digestSchema,
  /** SHA-256 of the signed evidence. */
  digest: digestSchema,
});
export type EvidenceSummary = Readonly<z.infer<typeof evidenceSummarySchema>>;

export function evidenceSummary({ evidence, signed }: SignedEvidence): EvidenceSummary {
  return {
    message: evidence.message.id,
    from: evidence.message.from,
    evidence: evidence.evidence,
    at: evidence.at,
    messageDigest: evidence.message.digest,
    digest: digestOf(signed),
  };
}

/** What an authority holds about the messages with a partner, as it hands it over to be compared. */
export const evidenceListSchema = z.strictObject({
  made: instantSchema,
  evidences: z.array(evidenceSummarySchema).max(100_000),
});
export type EvidenceList = Readonly<z.infer<typeof evidenceListSchema>>;

export interface Reconciliation {
  /** What they have and we lack: ask for it. */
  readonly missingHere: readonly EvidenceSummary[];
  /** What we have and they lack: send it again. */
  readonly missingThere: readonly EvidenceSummary[];
  /** What both have under one name and is not the same: a fault, or a denial. A person has to look. */
  readonly differing: readonly { readonly ours: EvidenceSummary; readonly theirs: EvidenceSummary }[];
}

const keyOf = ({ from, message, evidence }: EvidenceSummary): string => `${from} ${message} ${evidence}`;

/** What only the issuing side needs to have: that nothing was sent, or that the other side could not be reached. */
function isOneSided({ evidence }: EvidenceSummary): boolean {
  return evidence === "SubmissionRejection" || evidence === "RelayREMMDFailure";
}

/**
 * Compares what two authorities hold about the messages between them. Pure and symmetric: with the arguments exchanged,
 * so are the two lists. Evidences that only their issuer has by their nature are not asked for.
 */
export function reconcile(ours: readonly EvidenceSummary[], theirs: readonly EvidenceSummary[]): Reconciliation {
  const here = new Map(ours.map((entry) => [keyOf(entry), entry]));
  const there = new Map(theirs.map((entry) => [keyOf(entry), entry]));
  const missing = (from: Map<string, EvidenceSummary>, than: Map<string, EvidenceSummary>): EvidenceSummary[] =>
    [...from].filter(([key, entry]) => !than.has(key) && !isOneSided(entry)).map(([, entry]) => entry);
  const differing = [...here].flatMap(([key, entry]) => {
    const other = there.get(key);
    return other === undefined || (other.digest === entry.digest && other.messageDigest === entry.messageDigest)
      ? []
      : [{ ours: entry, theirs: other }];
  });
  return { missingHere: missing(there, here), missingThere: missing(here, there), differing };
}

/** A reconciliation of lists that were made while messages travelled. */
export interface Comparison extends Reconciliation {
  /** What one side lacks and was made so late that it may still have been on its way: compare again later. */
  readonly onTheWay: readonly EvidenceSummary[];
}

/** How long an evidence may be on its way, and the clocks of two authorities differ: an hour. */
const wayMilliseconds = 3_600_000;

/**
 * Compares what we hold now with a list that the other side made earlier. An evidence that one side lacks is only held to
 * be missing when it was made an hour before that list or longer ago; what differs, differs at any time.
 */
export function compareWithList(ours: readonly EvidenceSummary[], theirs: EvidenceList): Comparison {
  const found = reconcile(ours, theirs.evidences);
  const settled: Instant = instantOf(millisecondsOf(theirs.made) - wayMilliseconds);
  const isSettled = ({ at }: EvidenceSummary): boolean => at <= settled;
  return {
    missingHere: found.missingHere.filter(isSettled),
    missingThere: found.missingThere.filter(isSettled),
    differing: found.differing,
    onTheWay: [...found.missingHere, ...found.missingThere].filter((entry) => !isSettled(entry)),
  };
}

/**
 * Messages about which the record is not closed: without an evidence of submission, of relay, or of delivery, by either
 * outcome. A message whose record is closed can be denied by neither side.
 */
export function openRecords(evidences: readonly EvidenceSummary[]): readonly MessageId[] {
  const names = new Map<MessageId, Set<EvidenceName>>();
  for (const { message, evidence } of evidences) {
    const found = names.get(message) ?? new Set();
    names.set(message, found.add(evidence));
  }
  const closed = (has: ReadonlySet<EvidenceName>): boolean =>
    has.has("SubmissionRejection") ||
    (has.has("SubmissionAcceptance") &&
      (has.has("RelayREMMDRejection") ||
        (has.has("RelayREMMDAcceptance") && (has.has("Delivery") || has.has("NonDelivery")))));
  return [...names].filter(([, has]) => !closed(has)).map(([message]) => message);
}
