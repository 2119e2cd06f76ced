import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;
const isAuditor = `current_setting('justitia.scope', true) = 'person' AND current_setting('justitia.role', true) = 'auditor'`;

/** A table that the system writes; what of it auditors read tells nothing of a matter. */
const ofSystem = (table: string, rights: string, audited: boolean): string[] => [
  `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY of_system ON cooperation.${table} TO justitia_application USING (${isSystem})`,
  ...(audited
    ? [`CREATE POLICY read_by_auditors ON cooperation.${table} FOR SELECT TO justitia_application USING (${isAuditor})`]
    : []),
  `GRANT ${rights} ON cooperation.${table} TO justitia_application`,
];

/**
 * What the log and the vault need of the database: where an event stands in the log, what is known of the logs of
 * partners and what they say of ours, and which file of the vault belongs to which matter.
 */
export const evidence: Migration = {
  number: 7,
  name: "evidence",
  statements: [
    `CREATE INDEX log_entry_by_digest ON cooperation.log_entry (digest)`,

    // Keys are pinned when they are first heard of; a checkpoint is replaced by a newer one that continues it.
    `CREATE TABLE cooperation.partner_log (
       authority text PRIMARY KEY,
       log_key text NOT NULL,
       witness_key text NOT NULL,
       known_since timestamptz NOT NULL,
       checkpoint text,
       seen_at timestamptz,
       their_seen bigint NOT NULL DEFAULT 0 CHECK (their_seen >= 0),
       cosigned text,
       cosigned_size bigint NOT NULL DEFAULT 0 CHECK (cosigned_size >= 0),
       cosigned_at timestamptz
     )`,
    `CREATE TABLE cooperation.checkpoint_offer (
       authority text PRIMARY KEY,
       message uuid NOT NULL,
       size bigint NOT NULL CHECK (size >= 0),
       position bigint NOT NULL,
       offered_at timestamptz NOT NULL,
       answered boolean NOT NULL
     )`,
    `CREATE TABLE cooperation.log_alarm (
       entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       at timestamptz NOT NULL,
       log text NOT NULL,
       said_by text NOT NULL,
       code text NOT NULL,
       message text NOT NULL
     )`,

    `CREATE TABLE cooperation.kept_file (
       file text NOT NULL CHECK (file ~ '^[0-9a-f]{64}$'),
       matter uuid NOT NULL REFERENCES cooperation.matter,
       digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
       bytes bigint NOT NULL CHECK (bytes >= 0),
       name text NOT NULL,
       kept_at timestamptz NOT NULL,
       PRIMARY KEY (matter, file)
     )`,
    `CREATE INDEX kept_file_by_digest ON cooperation.kept_file (matter, digest)`,
    `CREATE TABLE cooperation.upload (
       upload text PRIMARY KEY,
       matter uuid NOT NULL REFERENCES cooperation.matter,
       person uuid NOT NULL,
       begun_at timestamptz NOT NULL
     )`,

    ...ofSystem("partner_log", "SELECT, INSERT, UPDATE", true),
    ...ofSystem("checkpoint_offer", "SELECT, INSERT, UPDATE", false),
    ...ofSystem("log_alarm", "SELECT, INSERT", true),
    ...ofSystem("kept_file", "SELECT, INSERT", false),
    ...ofSystem("upload", "SELECT, INSERT, DELETE", false),
    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.log_alarm
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`,

    // What arrived in pieces goes when it is in the vault: evidence must not stay in the database unencrypted.
    `DROP TRIGGER append_only ON cooperation.exchange_chunk`,
    `CREATE TRIGGER never_changed BEFORE UPDATE OR TRUNCATE ON cooperation.exchange_chunk
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`,
    `GRANT DELETE ON cooperation.exchange_chunk TO justitia_application`,
  ],
};
