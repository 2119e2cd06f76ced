import type { Migration } from "./migration.ts";

/** The tables. Events are the truth; `matter`, `clock` and `evidence_item` can be made again from them. */
export const tables: Migration = {
  number: 1,
  name: "tables",
  statements: [
    `CREATE TABLE cooperation.matter (
       matter uuid PRIMARY KEY,
       sequence integer NOT NULL CHECK (sequence > 0),
       type text NOT NULL,
       type_version text NOT NULL,
       side text NOT NULL,
       state text NOT NULL,
       open boolean NOT NULL,
       office text NOT NULL,
       assignee uuid,
       restricted boolean NOT NULL,
       granted uuid[] NOT NULL,
       barred uuid[] NOT NULL,
       partner text,
       reference text,
       urgent boolean NOT NULL,
       opened_at timestamptz NOT NULL,
       changed_at timestamptz NOT NULL,
       due_at timestamptz,
       has_parts boolean NOT NULL
     ) WITH (fillfactor = 70)`, // Room in each page lets most changes leave the indexes alone.
    // A queue is read in this order, from the office's open matters; the identifier makes the order total.
    `CREATE INDEX matter_queue ON cooperation.matter (office, open, (coalesce(due_at, 'infinity')), matter)`,
    `CREATE INDEX matter_of_assignee ON cooperation.matter (assignee, open, (coalesce(due_at, 'infinity')), matter)`,
    `CREATE INDEX matter_by_due ON cooperation.matter (open, (coalesce(due_at, 'infinity')), matter)`,
    `CREATE INDEX matter_of_granted ON cooperation.matter USING gin (granted)`,

    `CREATE TABLE cooperation.command (
       command uuid PRIMARY KEY,
       matter uuid NOT NULL,
       person uuid,
       at timestamptz NOT NULL,
       first integer NOT NULL,
       last integer NOT NULL
     )`,

    // No foreign keys to pay for: only cooperation.append writes here, after the matter and the command.
    `CREATE TABLE cooperation.event (
       matter uuid NOT NULL,
       sequence integer NOT NULL CHECK (sequence > 0),
       position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
       id uuid NOT NULL UNIQUE,
       name text NOT NULL,
       at timestamptz NOT NULL,
       by jsonb NOT NULL CHECK (by ->> 'kind' IN ('person', 'authority', 'system')),
       data jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
       digest text NOT NULL CHECK (length(digest) = 64),
       previous text CHECK (length(previous) = 64),
       command uuid NOT NULL,
       PRIMARY KEY (matter, sequence),
       CHECK ((sequence = 1) = (previous IS NULL))
     )`,

    `CREATE TABLE cooperation.clock (
       matter uuid NOT NULL REFERENCES cooperation.matter,
       clock text NOT NULL,
       state text NOT NULL,
       started_at timestamptz NOT NULL,
       due_at timestamptz,
       alarm_at timestamptz,
       data jsonb NOT NULL,
       PRIMARY KEY (matter, clock)
     )`,
    `CREATE INDEX clock_alarms ON cooperation.clock (alarm_at, matter, clock) WHERE alarm_at IS NOT NULL`,

    `CREATE TABLE cooperation.evidence_item (
       item uuid PRIMARY KEY,
       matter uuid NOT NULL REFERENCES cooperation.matter,
       exhibit text NOT NULL,
       kind text NOT NULL,
       stage text NOT NULL,
       digest text CHECK (digest ~ '^[0-9a-f]{64}$'),
       bytes bigint CHECK (bytes >= 0),
       data jsonb NOT NULL,
       UNIQUE (matter, exhibit)
     )`,

    `CREATE TABLE cooperation.outbox (
       message uuid PRIMARY KEY,
       matter uuid NOT NULL REFERENCES cooperation.matter,
       sequence integer NOT NULL,
       partner text NOT NULL,
       kind text NOT NULL,
       body jsonb NOT NULL,
       created_at timestamptz NOT NULL,
       next_attempt_at timestamptz,
       attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
       delivered_at timestamptz,
       last_problem text,
       FOREIGN KEY (matter, sequence) REFERENCES cooperation.event
     )`,
    `CREATE INDEX outbox_due ON cooperation.outbox (next_attempt_at, message) WHERE next_attempt_at IS NOT NULL`,

    `CREATE TABLE cooperation.inbox (
       partner text NOT NULL,
       message uuid NOT NULL,
       digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
       received_at timestamptz NOT NULL,
       matter uuid REFERENCES cooperation.matter,
       answer text NOT NULL,
       PRIMARY KEY (partner, message)
     )`,

    `CREATE TABLE cooperation.read_log (
       entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       at timestamptz NOT NULL,
       person uuid,
       office text,
       role text,
       matter uuid NOT NULL,
       what text NOT NULL,
       reason text
     )`,
    `CREATE INDEX read_log_of_matter ON cooperation.read_log (matter, entry)`,

    `CREATE TABLE cooperation.office (
       office text PRIMARY KEY,
       name text NOT NULL,
       data jsonb NOT NULL
     )`,
    `CREATE TABLE cooperation.person (
       person uuid PRIMARY KEY,
       office text NOT NULL REFERENCES cooperation.office,
       name text NOT NULL,
       roles text[] NOT NULL,
       active boolean NOT NULL,
       data jsonb NOT NULL
     )`,
    `CREATE TABLE cooperation.partner (
       authority text PRIMARY KEY,
       state text NOT NULL CHECK (state ~ '^[A-Z]{2}$'),
       name text NOT NULL,
       active boolean NOT NULL,
       data jsonb NOT NULL
     )`,
  ],
};
