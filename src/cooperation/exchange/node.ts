import type { AuthorityId, Digest, Instant } from "../words/index.ts";
import type { KnownAuthority } from "./directory.ts";
import type { Envelope, MessageKind } from "./envelope.ts";
import type { EvidenceName, EvidenceReason, LogPosition, SignedEvidence } from "./evidence.ts";
import type { MessageId, RandomBytes } from "./identifier.ts";
import type { OwnKeys } from "./keys.ts";
import type { RefusalReason } from "./refusal.ts";
import type { RetryPolicy, Sending } from "./retry.ts";

/** A message that arrived, and the answer it got, kept for ever: the identifier, the digest and the answer are small. */
export interface InboxEntry {
  readonly id: MessageId;
  readonly from: AuthorityId;
  readonly kind: MessageKind;
  readonly digest: Digest;
  readonly receivedAt: Instant;
  /** Canonical text of the envelope; null for a chunk, whose bytes are kept with its payload. */
  readonly envelope: string | null;
  /** The envelope as the sender signed it, which proves its origin; null for a chunk. */
  readonly signed: string | null;
  /** The first signed answer. Every repeat of the message gets it again. */
  readonly answer: string;
  /** The same answer encrypted to the sender, and the key it is encrypted to. */
  readonly sealedAnswer: string;
  readonly sealedFor: string;
  /**
   * `awaiting-payload`: chunks are missing; `accepted`: to be handed to the authority; `settled`: the exchange dealt with
   * it, or it was rejected; `delivered`, `not-delivered`: the authority took it, or did not.
   */
  readonly state: "awaiting-payload" | "accepted" | "settled" | "delivered" | "not-delivered";
  /** How often handing it over failed. */
  readonly failures: number;
  readonly deliverAt: Instant;
}

/** A message that is to be sent. The text stays the same for every attempt; only the encryption is new each time. */
export interface OutboxEntry extends Sending {
  readonly id: MessageId;
  readonly to: AuthorityId;
  readonly kind: MessageKind;
  readonly digest: Digest;
  readonly envelope: string;
  /** Our signed evidence that it was accepted for sending; null for what the exchange sends of its own accord. */
  readonly submission: string | null;
  readonly queuedAt: Instant;
}

/** A payload that is sent in chunks, one after the other. */
export interface OutgoingPayload extends Sending {
  /** Identifier of the message that announces it. */
  readonly id: MessageId;
  readonly to: AuthorityId;
  readonly sentAt: Instant;
  readonly size: number;
  readonly chunkSize: number;
  readonly chunks: number;
  /** Chunks that the other side has acknowledged: the first so many. */
  readonly acknowledged: number;
  /** Whether the announcement was acknowledged, so that chunks may follow. */
  readonly announced: boolean;
  /** What the reader of chunks finds the bytes by. */
  readonly source: string;
}

/** A payload that arrives in chunks, in any order. */
export interface IncomingPayload {
  readonly id: MessageId;
  readonly from: AuthorityId;
  readonly sentAt: Instant;
  readonly size: number;
  readonly chunkSize: number;
  readonly chunks: number;
  /** SHA-256 of the whole. */
  readonly digest: Digest;
  readonly received: number;
}

/** Something that an authority which proved who it is sent and that was refused. */
export interface RefusalRecord {
  readonly at: Instant;
  readonly reason: RefusalReason;
  readonly from: AuthorityId;
  readonly message: MessageId;
  /** Digest of the envelope that was refused. */
  readonly digest: Digest;
}

/** What the exchange needs of a database within one transaction. */
export interface ExchangeTransaction {
  authority(id: AuthorityId): Promise<KnownAuthority | undefined>;
  /** The authority one of whose keys, valid or not, has this thumbprint. A thumbprint belongs to one authority. */
  authorityOfKey(kid: string): Promise<KnownAuthority | undefined>;
  saveAuthority(known: KnownAuthority): Promise<void>;

  /** Waits until no other transaction takes a message of this sender and identifier in; held until this one ends. */
  lockMessage(from: AuthorityId, id: MessageId): Promise<void>;
  inboxEntry(from: AuthorityId, id: MessageId): Promise<InboxEntry | undefined>;
  /** @throws when the pair of sender and identifier is there already, so that only one of two at once succeeds. */
  addInboxEntry(entry: InboxEntry): Promise<void>;
  saveInboxEntry(entry: InboxEntry): Promise<void>;
  /** Entries in the state `accepted` whose `deliverAt` has come, oldest first. */
  undelivered(at: Instant, limit: number): Promise<readonly InboxEntry[]>;

  outboxEntry(id: MessageId): Promise<OutboxEntry | undefined>;
  addOutboxEntry(entry: OutboxEntry): Promise<void>;
  saveOutboxEntry(entry: OutboxEntry): Promise<void>;
  /** Entries in the state `waiting` whose `nextAttemptAt` has come, oldest first. */
  outboxDue(at: Instant, limit: number): Promise<readonly OutboxEntry[]>;

  evidence(from: AuthorityId, message: MessageId, name: EvidenceName): Promise<SignedEvidence | undefined>;
  /** @throws when there is one of this name for this message already. */
  addEvidence(evidence: SignedEvidence): Promise<void>;

  outgoingPayload(id: MessageId): Promise<OutgoingPayload | undefined>;
  addOutgoingPayload(payload: OutgoingPayload): Promise<void>;
  saveOutgoingPayload(payload: OutgoingPayload): Promise<void>;
  /** Payloads that are announced, in the state `waiting`, and whose `nextAttemptAt` has come. */
  outgoingPayloadsDue(at: Instant, limit: number): Promise<readonly OutgoingPayload[]>;

  incomingPayload(from: AuthorityId, id: MessageId): Promise<IncomingPayload | undefined>;
  addIncomingPayload(payload: IncomingPayload): Promise<void>;
  saveIncomingPayload(payload: IncomingPayload): Promise<void>;
  addChunk(from: AuthorityId, payload: MessageId, number: number, bytes: Uint8Array): Promise<void>;
  chunk(from: AuthorityId, payload: MessageId, number: number): Promise<Uint8Array | undefined>;
  /** Takes the chunks of a payload away, once it was handed over or refused for good. */
  removeChunks(from: AuthorityId, payload: MessageId): Promise<void>;

  /** Appends a digest to the log within this transaction; null when no log is kept. */
  appendToLog(digest: Digest): Promise<LogPosition | null>;
  addRefusal(refusal: RefusalRecord): Promise<void>;
}

/** A database. When `transaction` resolves, all that the work did is durable; when it rejects, none of it happened. */
export interface ExchangeStore<Transaction extends ExchangeTransaction> {
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
}

/** A message as it is handed to the authority. */
export interface ArrivedMessage {
  readonly envelope: Envelope;
  readonly digest: Digest;
  readonly receivedAt: Instant;
  /** Proof of origin: the envelope signed by the sender. */
  readonly signed: string;
}

/**
 * What the authority did with a message: took it; did not take it, for reasons that the sender may know; or cannot take
 * it yet, because something must come before it.
 */
export type DeliveryOutcome = "delivered" | "later" | { readonly notDelivered: readonly EvidenceReason[] };

/** An authority that takes part in the exchange: its name, its keys, its store, and the outside world it is handed. */
export interface ExchangeNode<Transaction extends ExchangeTransaction> {
  readonly authority: AuthorityId;
  readonly store: ExchangeStore<Transaction>;
  readonly keys: () => OwnKeys;
  readonly now: () => Instant;
  readonly random: RandomBytes;
  readonly retryPolicy: RetryPolicy;
  /**
   * Takes a message in, within the transaction that marks it as delivered: both happen or neither does. When it throws,
   * handing over is tried again later.
   */
  readonly deliver: (message: ArrivedMessage, transaction: Transaction) => Promise<DeliveryOutcome>;
  /** Keeps a payload that is whole, before it is handed over and outside any transaction; the same one may come again. */
  readonly keepPayload?: (envelope: Envelope, chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Takes note of what a person should look at; nothing of it goes to the other side. */
  readonly report: (note: ExchangeNote) => void;
}

export type ExchangeNote =
  | { readonly what: "refused"; readonly reason: RefusalReason }
  | { readonly what: "not-handed-over"; readonly message: MessageId; readonly error: unknown }
  | { readonly what: "answer-refused"; readonly message: MessageId; readonly reason: RefusalReason }
  | { readonly what: "given-up"; readonly message: MessageId };
