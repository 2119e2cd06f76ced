import { z } from "zod";
import { authorityIdSchema, digestSchema, type Instant, instantSchema } from "../words/index.ts";
import { messageKinds } from "./envelope.ts";
import { evidenceNameSchema } from "./evidence.ts";
import { messageIdSchema } from "./identifier.ts";

const sending = `
  state text NOT NULL CHECK (state IN ('waiting', 'acknowledged', 'rejected', 'given-up')),
  failures integer NOT NULL CHECK (failures >= 0),
  next_attempt_at timestamptz NOT NULL,
  give_up_at timestamptz NOT NULL,
  last_problem text`;
const digest = `text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$')`;

/**
 * The tables of the exchange in PostgreSQL, for a migration of whoever owns the database. Envelopes, evidences and
 * answers are text, not jsonb: what was signed is kept letter for letter. Only ever added to: `exchange_evidence`,
 * `exchange_chunk` and `exchange_refusal`.
 */
export const exchangeTables: readonly string[] = [
  `CREATE TABLE cooperation.exchange_authority (
     authority text PRIMARY KEY,
     known text NOT NULL
   )`,
  `CREATE TABLE cooperation.exchange_key (
     kid text PRIMARY KEY,
     authority text NOT NULL REFERENCES cooperation.exchange_authority
   )`,
  `CREATE TABLE cooperation.exchange_inbox (
     "from" text NOT NULL,
     id uuid NOT NULL,
     kind text NOT NULL,
     digest ${digest},
     received_at timestamptz NOT NULL,
     envelope text,
     signed text,
     answer text NOT NULL,
     sealed_answer text NOT NULL,
     sealed_for text NOT NULL,
     state text NOT NULL CHECK (state IN ('awaiting-payload', 'accepted', 'settled', 'delivered', 'not-delivered')),
     failures integer NOT NULL CHECK (failures >= 0),
     deliver_at timestamptz NOT NULL,
     PRIMARY KEY ("from", id)
   )`,
  `CREATE INDEX exchange_inbox_undelivered ON cooperation.exchange_inbox (deliver_at, id) WHERE state = 'accepted'`,
  `CREATE TABLE cooperation.exchange_outbox (
     id uuid PRIMARY KEY,
     "to" text NOT NULL,
     kind text NOT NULL,
     digest ${digest},
     envelope text NOT NULL,
     submission text,
     queued_at timestamptz NOT NULL,
     ${sending}
   )`,
  `CREATE INDEX exchange_outbox_due ON cooperation.exchange_outbox (next_attempt_at, id) WHERE state = 'waiting'`,
  `CREATE TABLE cooperation.exchange_evidence (
     "from" text NOT NULL,
     message uuid NOT NULL,
     name text NOT NULL,
     "to" text NOT NULL,
     at timestamptz NOT NULL,
     evidence text NOT NULL,
     signed text NOT NULL,
     PRIMARY KEY ("from", message, name)
   )`,
  `CREATE TABLE cooperation.exchange_outgoing_payload (
     id uuid PRIMARY KEY,
     "to" text NOT NULL,
     sent_at timestamptz NOT NULL,
     size bigint NOT NULL,
     chunk_size integer NOT NULL,
     chunks bigint NOT NULL,
     acknowledged bigint NOT NULL,
     announced boolean NOT NULL,
     source text NOT NULL,
     ${sending}
   )`,
  `CREATE INDEX exchange_outgoing_payload_due ON cooperation.exchange_outgoing_payload (next_attempt_at, id)
     WHERE announced AND state = 'waiting'`,
  `CREATE TABLE cooperation.exchange_incoming_payload (
     "from" text NOT NULL,
     id uuid NOT NULL,
     sent_at timestamptz NOT NULL,
     size bigint NOT NULL,
     chunk_size integer NOT NULL,
     chunks bigint NOT NULL,
     digest ${digest},
     received bigint NOT NULL,
     PRIMARY KEY ("from", id)
   )`,
  `CREATE TABLE cooperation.exchange_chunk (
     "from" text NOT NULL,
     payload uuid NOT NULL,
     number bigint NOT NULL,
     bytes bytea NOT NULL,
     PRIMARY KEY ("from", payload, number),
     FOREIGN KEY ("from", payload) REFERENCES cooperation.exchange_incoming_payload
   )`,
  `CREATE TABLE cooperation.exchange_refusal (
     entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     at timestamptz NOT NULL,
     reason text NOT NULL,
     "from" text NOT NULL,
     message uuid NOT NULL,
     digest ${digest}
   )`,
];

/** A moment as a driver gives it. */
const moment = z.date().transform((date): Instant => instantSchema.parse(date.toISOString()));
/** A whole number that JavaScript holds exactly; drivers give a bigint column as text, number or bigint. */
const count = z.coerce.number().pipe(z.int().nonnegative());
const sendingColumns = {
  state: z.enum(["waiting", "acknowledged", "rejected", "given-up"]),
  failures: count,
  nextAttemptAt: moment,
  giveUpAt: moment,
  lastProblem: z.string().nullable(),
};

export const inboxRow = z.object({
  id: messageIdSchema,
  from: authorityIdSchema,
  kind: z.enum(messageKinds),
  digest: digestSchema,
  receivedAt: moment,
  envelope: z.string().nullable(),
  signed: z.string().nullable(),
  answer: z.string(),
  sealedAnswer: z.string(),
  sealedFor: z.string(),
  state: z.enum(["awaiting-payload", "accepted", "settled", "delivered", "not-delivered"]),
  failures: count,
  deliverAt: moment,
});
export const outboxRow = z.object({
  id: messageIdSchema,
  to: authorityIdSchema,
  kind: z.enum(messageKinds),
  digest: digestSchema,
  envelope: z.string(),
  submission: z.string().nullable(),
  queuedAt: moment,
  ...sendingColumns,
});
export const outgoingPayloadRow = z.object({
  id: messageIdSchema,
  to: authorityIdSchema,
  sentAt: moment,
  size: count,
  chunkSize: count,
  chunks: count,
  acknowledged: count,
  announced: z.boolean(),
  source: z.string(),
  ...sendingColumns,
});
export const incomingPayloadRow = z.object({
  id: messageIdSchema,
  from: authorityIdSchema,
  sentAt: moment,
  size: count,
  chunkSize: count,
  chunks: count,
  digest: digestSchema,
  received: count,
});
export const evidenceRow = z.object({
  from: authorityIdSchema,
  message: messageIdSchema,
  name: evidenceNameSchema,
  to: authorityIdSchema,
  at: moment,
  evidence: z.string(),
  signed: z.string(),
});
