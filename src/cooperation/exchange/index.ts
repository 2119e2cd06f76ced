export { attestRetrieval, deliverDue } from "./delivery.ts";
export {
  type DirectoryProblem,
  encryptionKeyAt,
  introduce,
  isDirectoryProblem,
  type KeyUpdate,
  type KnownAuthority,
  keyUpdateBody,
  signingKeyAt,
  withKeyUpdate,
  withoutKey,
} from "./directory.ts";
export {
  type DeliveredKind,
  type Envelope,
  envelopeText,
  type MessageKind,
} from "./envelope.ts";
export {
  type Evidence,
  type EvidenceName,
  type EvidenceReason,
  evidenceSchema,
  type LogPosition,
  readEvidence,
  remEvidences,
  type SignedEvidence,
  statementDigest,
} from "./evidence.ts";
export { type HttpPostOptions, httpPost } from "./http-client.ts";
export { type ExchangeRoutesOptions, exchangeRoutes, messagesPath } from "./http-server.ts";
export { type MessageId, messageIdSchema, newMessageId, type RandomBytes } from "./identifier.ts";

export {
  fingerprint,
  generatePrivateKey,
  type Introduction,
  introductionSchema,
  type KeyUse,
  type OwnKeys,
  type PrivateKey,
  type PublicKey,
  privateKeySchema,
  type UsableKey,
  usableKey,
} from "./keys.ts";
export type {
  ArrivedMessage,
  DeliveryOutcome,
  ExchangeNode,
  ExchangeNote,
  ExchangeStore,
  ExchangeTransaction,
  InboxEntry,
  IncomingPayload,
  OutboxEntry,
  OutgoingPayload,
  RefusalRecord,
} from "./node.ts";
export { announcementOf, type PayloadAnnouncement, payloadBodySchema } from "./payload.ts";
export type { SqlQuery } from "./queries.ts";
export { type Answer, receive } from "./receiver.ts";
export {
  type Comparison,
  compareWithList,
  type EvidenceList,
  type EvidenceSummary,
  evidenceListSchema,
  evidenceSummary,
  openRecords,
  type Reconciliation,
  reconcile,
} from "./reconcile.ts";
export { isRefused, type RefusalReason, type Refused, refusalReasons } from "./refusal.ts";
export {
  afterFailure,
  type RetryPolicy,
  type Sending,
  type SendingState,
  sendingFrom,
  usualRetryPolicy,
} from "./retry.ts";
export { type Post, type PostOutcome, type ReadChunk, sendDue, sendPayloadsDue } from "./sender.ts";
export { type RunSql, type SqlExchangeTransaction, sqlExchangeTransaction } from "./sql-transaction.ts";
export {
  announceKeys,
  resume,
  type Submission,
  type Submitted,
  sendEvidence,
  submit,
  submitPayload,
} from "./submission.ts";
export { exchangeTables } from "./tables.ts";
