import { z } from "zod";
import {
  type AuthorityId,
  authorityIdSchema,
  canonicalText,
  type Digest,
  digestOf,
  digestSchema,
  type Instant,
  instantSchema,
} from "../words/index.ts";
import type { Envelope } from "./envelope.ts";
import { messageIdSchema } from "./identifier.ts";
import type { UsableKey } from "./keys.ts";
import { isRefused, type Refused, refuse } from "./refusal.ts";
import { type KnownSigner, sign, signedTypes, verify } from "./sealed.ts";
import { readCanonicalObject, readUtf8 } from "./strict-json.ts";

/**
 * The nine evidences of registered electronic mail (ETSI TS 102 640), under the names that the e-CODEX connector uses:
 * what each attests, who issues it, and how the two schemas write it.
 */
export const remEvidences = {
  SubmissionAcceptance: {
    issuer: "sender",
    connector: "SUBMISSION_ACCEPTANCE",
    element: "SubmissionAcceptanceRejection",
  },
  SubmissionRejection: {
    issuer: "sender",
    connector: "SUBMISSION_REJECTION",
    element: "SubmissionAcceptanceRejection",
  },
  RelayREMMDAcceptance: {
    issuer: "recipient",
    connector: "RELAY_REMMD_ACCEPTANCE",
    element: "RelayREMMDAcceptanceRejection",
  },
  RelayREMMDRejection: {
    issuer: "recipient",
    connector: "RELAY_REMMD_REJECTION",
    element: "RelayREMMDAcceptanceRejection",
  },
  RelayREMMDFailure: {
    issuer: "sender",
    connector: "RELAY_REMMD_FAILURE",
    element: "RelayREMMDFailure",
  },
  Delivery: {
    issuer: "recipient",
    connector: "DELIVERY",
    element: "DeliveryNonDeliveryToRecipient",
  },
  NonDelivery: {
    issuer: "recipient",
    connector: "NON_DELIVERY",
    element: "DeliveryNonDeliveryToRecipient",
  },
  Retrieval: {
    issuer: "recipient",
    connector: "RETRIEVAL",
    element: "RetrievalNonRetrievalByRecipient",
  },
  NonRetrieval: {
    issuer: "recipient",
    connector: "NON_RETRIEVAL",
    element: "RetrievalNonRetrievalByRecipient",
  },
} as const satisfies Record<string, { issuer: "sender" | "recipient"; connector: string; element: string }>;
export type EvidenceName = keyof typeof remEvidences;
export const evidenceNameSchema = z.enum([
  "SubmissionAcceptance",
  "SubmissionRejection",
  "RelayREMMDAcceptance",
  "RelayREMMDRejection",
  "RelayREMMDFailure",
  "Delivery",
  "NonDelivery",
  "Retrieval",
  "NonRetrieval",
]);

/** Where a digest stands in a log: the log's origin and the number of the entry, from 0. */
export const logPositionSchema = z.strictObject({ origin: z.string().min(1).max(200), index: z.int().nonnegative() });
export type LogPosition = z.infer<typeof logPositionSchema>;

const reasonSchema = z.strictObject({
  code: z
    .string()
    .regex(/^[a-z]+(-[a-z]+)*$/)
    .max(64),
  details: z.string().max(500),
});
export type EvidenceReason = z.infer<typeof reasonSchema>;

export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  evidence: evidenceNameSchema,
  issuer: authorityIdSchema,
  at: instantSchema,
  message: z.strictObject({
    id: messageIdSchema,
    from: authorityIdSchema,
    to: authorityIdSchema,
    /** SHA-256 of the canonical text of the envelope. */
    digest: digestSchema,
  }),
  reasons: z.array(reasonSchema).max(16),
  /** Where the issuer logged the statement, or null when it keeps no log. */
  log: logPositionSchema.nullable(),
});
/** What an authority attests about one message. */
export type Evidence = z.infer<typeof evidenceSchema>;
export type EvidenceStatement = Omit<Evidence, "log">;

/** An evidence and its signature, as both sides keep it. */
export interface SignedEvidence {
  readonly evidence: Evidence;
  readonly signed: string;
}

/** Characters that a signed evidence may have. */
export const longestEvidence = 16 * 1024;

/** The one text of an evidence, which is signed. */
export function evidenceText({ message, reasons, log, ...rest }: Evidence): string {
  return canonicalText({
    ...rest,
    message: { ...message },
    reasons: reasons.map((reason) => ({ ...reason })),
    log: log === null ? null : { ...log },
  });
}

/** The digest that the issuer logs for an evidence: that of the statement without its place in the log. */
export function statementDigest(statement: EvidenceStatement): Digest {
  return digestOf(evidenceText({ ...statement, log: null }));
}

/** The statement about a message; the issuer follows from the name of the evidence. */
export function statementOf(
  evidence: EvidenceName,
  message: Pick<Envelope, "id" | "from" | "to">,
  digest: Digest,
  at: Instant,
  reasons: readonly EvidenceReason[] = [],
): EvidenceStatement {
  const { id, from, to } = message;
  return {
    version: 1,
    evidence,
    issuer: remEvidences[evidence].issuer === "sender" ? from : to,
    at,
    message: { id, from, to, digest },
    reasons: [...reasons],
  };
}

/** Signs a statement together with its place in the log. */
export async function signEvidence(
  statement: EvidenceStatement,
  log: LogPosition | null,
  key: UsableKey,
): Promise<SignedEvidence> {
  const evidence = evidenceSchema.parse({ ...statement, log });
  return { evidence, signed: await sign(evidenceText(evidence), signedTypes.evidence, key) };
}

/** What is known of a signing key: whose it is, and whether it counted at a moment. */
export interface EvidenceSigner extends KnownSigner<AuthorityId> {
  readonly countedAt: (at: Instant) => boolean;
}

/**
 * Reads a signed evidence: it is signed by its issuer, with a key that was valid at the time it names and is not
 * revoked, and the issuer is the one who may issue an evidence of this name about this message.
 */
export async function readEvidence(
  signed: string,
  signerOf: (kid: string) => Promise<EvidenceSigner | undefined>,
): Promise<SignedEvidence | Refused> {
  const verified = await verify(signed, signedTypes.evidence, longestEvidence, async (kid) => {
    const signer = await signerOf(kid);
    return signer === undefined ? undefined : { owner: signer, key: signer.key };
  });
  if (isRefused(verified)) return verified;
  const text = readUtf8(verified.content);
  if (isRefused(text)) return text;
  const value = readCanonicalObject(text.text);
  if (isRefused(value)) return value;
  const checked = evidenceSchema.safeParse(value.value);
  if (!checked.success) return refuse("bad-evidence");
  const evidence = checked.data;
  const { issuer, message, at } = evidence;
  if (issuer !== verified.owner.owner || !verified.owner.countedAt(at)) return refuse("bad-evidence");
  const expected = remEvidences[evidence.evidence].issuer === "sender" ? message.from : message.to;
  return issuer === expected ? { evidence, signed } : refuse("bad-evidence");
}
