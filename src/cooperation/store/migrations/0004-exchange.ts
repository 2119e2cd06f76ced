import { exchangeTables } from "../../exchange/index.ts";
import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;

/** A table that only the system works on: of the messages of a matter persons learn through the matter. */
const ofSystem = (table: string, rights: string): string[] => [
  `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY of_system ON cooperation.${table} TO justitia_application USING (${isSystem})`,
  `GRANT ${rights} ON cooperation.${table} TO justitia_application`,
];

const appendOnly = (table: string): string =>
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.${table}
     FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`;

/**
 * What the exchange of messages keeps, the evidences that no matter has taken note of yet, the entries of the log, and
 * which messages belong to which matter.
 */
export const exchange: Migration = {
  number: 4,
  name: "exchange",
  statements: [
    ...exchangeTables,
    `CREATE TABLE cooperation.evidence_to_note (
       place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       sender text NOT NULL,
       message uuid NOT NULL,
       evidence text NOT NULL,
       UNIQUE (sender, message, evidence)
     )`,
    `CREATE TABLE cooperation.log_entry (
       index bigint PRIMARY KEY CHECK (index >= 0),
       digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$')
     )`,
    `CREATE TABLE cooperation.correspondence (
       partner text NOT NULL,
       request uuid NOT NULL,
       matter uuid NOT NULL UNIQUE REFERENCES cooperation.matter,
       sent integer NOT NULL CHECK (sent >= 0),
       received integer NOT NULL CHECK (received >= 0),
       PRIMARY KEY (partner, request)
     )`,
    `CREATE TABLE cooperation.matter_message (
       sender text NOT NULL,
       message uuid NOT NULL,
       place bigint GENERATED ALWAYS AS IDENTITY,
       matter uuid NOT NULL REFERENCES cooperation.matter,
       direction text NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
       event text NOT NULL,
       at timestamptz NOT NULL,
       PRIMARY KEY (sender, message)
     )`,
    `CREATE INDEX matter_message_of_matter ON cooperation.matter_message (matter, place)`,

    ...ofSystem("exchange_authority", "SELECT, INSERT, UPDATE"),
    ...ofSystem("exchange_key", "SELECT, INSERT"),
    ...ofSystem("exchange_inbox", "SELECT, INSERT, UPDATE"),
    ...ofSystem("exchange_outbox", "SELECT, INSERT, UPDATE"),
    ...ofSystem("exchange_evidence", "SELECT, INSERT"),
    ...ofSystem("evidence_to_note", "SELECT, INSERT, DELETE"),
    ...ofSystem("exchange_outgoing_payload", "SELECT, INSERT, UPDATE"),
    ...ofSystem("exchange_incoming_payload", "SELECT, INSERT, UPDATE"),
    ...ofSystem("exchange_chunk", "SELECT, INSERT"),
    ...ofSystem("exchange_refusal", "SELECT, INSERT"),
    ...ofSystem("log_entry", "SELECT, INSERT"),
    ...ofSystem("correspondence", "SELECT, INSERT, UPDATE (sent, received)"),
    ...ofSystem("matter_message", "SELECT, INSERT"),
    ...["exchange_evidence", "exchange_chunk", "exchange_refusal", "log_entry", "matter_message"].map(appendOnly),
  ],
};
