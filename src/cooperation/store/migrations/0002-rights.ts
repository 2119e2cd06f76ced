import type { Migration } from "./migration.ts";

const seesMatter = `cooperation.sees(office, assignee, restricted, granted, barred)`;
const isSystem = `current_setting('justitia.scope', true) = 'system'`;
const isPerson = `current_setting('justitia.scope', true) = 'person'`;
const hasRole = (role: string): string => `${isPerson} AND current_setting('justitia.role', true) = '${role}'`;

const ofVisibleMatter = (table: string): string[] => [
  `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY of_visible_matter ON cooperation.${table} FOR SELECT TO justitia_application
     USING (${isSystem} OR EXISTS (SELECT 1 FROM cooperation.matter AS m WHERE m.matter = ${table}.matter))`,
  `GRANT SELECT ON cooperation.${table} TO justitia_application`,
];

const directory = (table: string): string[] => [
  `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY known_to_all ON cooperation.${table} FOR SELECT TO justitia_application
     USING (${isSystem} OR ${isPerson})`,
  `CREATE POLICY added_by_administrators ON cooperation.${table} FOR INSERT TO justitia_application
     WITH CHECK (${isSystem} OR (${hasRole("administrator")}))`,
  `CREATE POLICY changed_by_administrators ON cooperation.${table} FOR UPDATE TO justitia_application
     USING (${isSystem} OR (${hasRole("administrator")}))`,
  `GRANT SELECT, INSERT, UPDATE ON cooperation.${table} TO justitia_application`,
];

const appendOnly = (table: string): string =>
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.${table}
     FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`;

/**
 * Who may see and write which rows. The application works as `justitia_application`, which owns nothing; what it acts
 * for stands in four settings of the transaction: `justitia.scope` (`system` or `person`; anything else sees nothing),
 * `justitia.person`, `justitia.office`, `justitia.role`.
 */
export const rights: Migration = {
  number: 2,
  name: "rights",
  statements: [
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'justitia_application') THEN
         CREATE ROLE justitia_application NOLOGIN;
       END IF;
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
     END $$`,
    `GRANT USAGE ON SCHEMA cooperation TO justitia_application`,

    // Kept to one expression without a sub-select, so that the planner can write it into each query.
    `CREATE FUNCTION cooperation.sees(office text, assignee uuid, restricted boolean, granted uuid[], barred uuid[])
       RETURNS boolean LANGUAGE sql STABLE AS $$
       SELECT CASE current_setting('justitia.scope', true)
         WHEN 'system' THEN true
         WHEN 'person' THEN coalesce(
           NOT nullif(current_setting('justitia.person', true), '')::uuid = ANY (barred)
           AND (
             assignee = nullif(current_setting('justitia.person', true), '')::uuid
             OR nullif(current_setting('justitia.person', true), '')::uuid = ANY (granted)
             OR (NOT restricted AND (
               office = current_setting('justitia.office', true)
               OR current_setting('justitia.role', true) = 'auditor'))
             OR (restricted AND assignee IS NULL
               AND office = current_setting('justitia.office', true)
               AND current_setting('justitia.role', true) = 'head-of-office')
           ), false)
         ELSE false
       END
     $$`,
    `CREATE FUNCTION cooperation.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       RAISE EXCEPTION USING ERRCODE = 'JU010',
         MESSAGE = format('%s is only ever added to: %s is refused', TG_TABLE_NAME, TG_OP),
         HINT = 'A correction is a new event.';
     END $$`,

    `ALTER TABLE cooperation.matter ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY visible ON cooperation.matter FOR SELECT TO justitia_application USING (${seesMatter})`,
    `GRANT SELECT ON cooperation.matter TO justitia_application`,
    ...["event", "clock", "evidence_item"].flatMap(ofVisibleMatter),
    appendOnly("event"),

    `ALTER TABLE cooperation.command ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY own ON cooperation.command FOR SELECT TO justitia_application
       USING (${isSystem} OR (${isPerson} AND person = nullif(current_setting('justitia.person', true), '')::uuid))`,
    `GRANT SELECT ON cooperation.command TO justitia_application`,

    `ALTER TABLE cooperation.outbox ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_system ON cooperation.outbox TO justitia_application USING (${isSystem})`,
    `GRANT SELECT, UPDATE (next_attempt_at, attempts, delivered_at, last_problem)
       ON cooperation.outbox TO justitia_application`,
    `ALTER TABLE cooperation.inbox ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_system ON cooperation.inbox TO justitia_application USING (${isSystem})`,
    `GRANT SELECT, INSERT ON cooperation.inbox TO justitia_application`,
    appendOnly("inbox"),

    `ALTER TABLE cooperation.read_log ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY read_by_auditors ON cooperation.read_log FOR SELECT TO justitia_application
       USING (${isSystem} OR (${hasRole("auditor")}))`,
    `CREATE POLICY written_in_own_name ON cooperation.read_log FOR INSERT TO justitia_application
       WITH CHECK ((${isSystem} AND person IS NULL) OR (${isPerson}
         AND person = nullif(current_setting('justitia.person', true), '')::uuid
         AND office = current_setting('justitia.office', true)
         AND role = current_setting('justitia.role', true)))`,
    `GRANT SELECT, INSERT ON cooperation.read_log TO justitia_application`,
    appendOnly("read_log"),

    ...["office", "person", "partner"].flatMap(directory),
  ],
};
