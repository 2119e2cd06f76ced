import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;

/**
 * What a person has to be told of outside the pages, and to whom it was sent. A notice says which matter it is about, for
 * nobody but the system; what leaves the authority never does. Addresses are not kept: they stand in the duty roster.
 */
export const notices: Migration = {
  number: 19,
  name: "notices",
  statements: [
    `CREATE TABLE cooperation.notice (
       notice uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       kind text NOT NULL CHECK (kind IN ('arrival', 'warning', 'expiry', 'not-delivered')),
       urgent boolean NOT NULL,
       office text NOT NULL,
       matter uuid NOT NULL REFERENCES cooperation.matter,
       about text NOT NULL,
       moment timestamptz NOT NULL,
       raised_at timestamptz NOT NULL,
       look_at timestamptz,
       acknowledged_at timestamptz,
       acknowledged_by uuid,
       given_up_at timestamptz,
       CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
       UNIQUE (matter, about, moment)
     )`,
    `CREATE INDEX notice_to_look_at ON cooperation.notice (look_at) WHERE look_at IS NOT NULL`,
    `CREATE INDEX notice_unacknowledged ON cooperation.notice (office) WHERE acknowledged_at IS NULL`,
    `CREATE INDEX notice_newest ON cooperation.notice (raised_at)`,
    // Nobody in `person`: the addresses of the office itself.
    `CREATE TABLE cooperation.notice_delivery (
       delivery uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       notice uuid NOT NULL REFERENCES cooperation.notice,
       person uuid,
       channel text NOT NULL,
       state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given-up', 'not-needed')),
       queued_at timestamptz NOT NULL,
       attempts integer NOT NULL DEFAULT 0,
       next_attempt_at timestamptz NOT NULL,
       sent_at timestamptz,
       problem text CHECK (length(problem) <= 300)
     )`,
    `CREATE INDEX notice_delivery_of_notice ON cooperation.notice_delivery (notice)`,
    `CREATE INDEX notice_delivery_waiting ON cooperation.notice_delivery (next_attempt_at) WHERE state = 'waiting'`,
    `CREATE INDEX notice_delivery_sent ON cooperation.notice_delivery (sent_at) WHERE state = 'sent'`,
    ...["notice", "notice_delivery"].flatMap((table) => [
      `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
      `CREATE POLICY of_system ON cooperation.${table} TO justitia_application USING (${isSystem})`,
      `GRANT SELECT, INSERT ON cooperation.${table} TO justitia_application`,
    ]),
    `GRANT UPDATE (look_at, acknowledged_at, acknowledged_by, given_up_at)
       ON cooperation.notice TO justitia_application`,
    `GRANT UPDATE (state, attempts, next_attempt_at, sent_at, problem)
       ON cooperation.notice_delivery TO justitia_application`,
  ],
};
