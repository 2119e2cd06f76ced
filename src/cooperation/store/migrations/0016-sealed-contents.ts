import { appendSealed } from "./append-sealed.ts";
import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;
const sealing = `current_setting('justitia.sealing', true) = 'yes'`;

/**
 * Each matter has a key, kept closed with the authority's secret; what an event holds is kept closed with it, and so are
 * the reasons of reads. Which step, moment and person of an event were stays readable, and the digest of the contents.
 */
export const sealedContents: Migration = {
  number: 16,
  name: "sealed-contents",
  statements: [
    // Without a foreign key to pay for, as the events: only cooperation.append and cooperation.seal_matter write here.
    `CREATE TABLE cooperation.matter_key (
       matter uuid PRIMARY KEY,
       wrapped bytea NOT NULL
     )`,
    `ALTER TABLE cooperation.matter_key ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_visible_matter ON cooperation.matter_key FOR SELECT TO justitia_application
       USING (${isSystem} OR EXISTS (SELECT 1 FROM cooperation.matter AS m WHERE m.matter = matter_key.matter))`,
    `CREATE POLICY destroyed_by_system ON cooperation.matter_key FOR DELETE TO justitia_application USING (${isSystem})`,
    `GRANT SELECT, DELETE ON cooperation.matter_key TO justitia_application`,
    `CREATE FUNCTION cooperation.wrapped_key(target uuid)
       RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
       SELECT k.wrapped FROM cooperation.matter_key AS k WHERE k.matter = target
     $$`,
    `REVOKE ALL ON FUNCTION cooperation.wrapped_key FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.wrapped_key TO justitia_application`,

    // What is kept in the open has data; what is sealed has the digest of its contents, unless it was kept in the open before.
    `ALTER TABLE cooperation.event ALTER COLUMN data DROP NOT NULL`,
    `ALTER TABLE cooperation.event ADD COLUMN sealed bytea`,
    `ALTER TABLE cooperation.event ADD COLUMN contents text CHECK (contents ~ '^[0-9a-f]{64}$')`,
    `ALTER TABLE cooperation.event ADD COLUMN message uuid`,
    `ALTER TABLE cooperation.event ADD CONSTRAINT open_or_sealed CHECK ((data IS NULL) <> (sealed IS NULL))`,
    `ALTER TABLE cooperation.read_log ADD COLUMN sealed_reason bytea`,
    `ALTER TABLE cooperation.matter ADD COLUMN erased_at timestamptz`,
    `CREATE INDEX event_in_the_open ON cooperation.event (matter, sequence) WHERE data IS NOT NULL AND name <> 'erased'`,
    `CREATE INDEX read_in_the_open ON cooperation.read_log (entry) WHERE reason IS NOT NULL`,

    // What was kept in the open before is sealed once, by the program that has the keys; nothing else of a row changes.
    `CREATE OR REPLACE FUNCTION cooperation.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF TG_OP = 'UPDATE' AND TG_TABLE_NAME IN ('event', 'read_log') AND ${sealing} THEN RETURN NULL; END IF;
       RAISE EXCEPTION USING ERRCODE = 'JU010',
         MESSAGE = format('%s is only ever added to: %s is refused', TG_TABLE_NAME, TG_OP),
         HINT = 'A correction is a new event.';
     END $$`,
    `CREATE FUNCTION cooperation.only_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
     DECLARE
       sealed_column text := CASE TG_TABLE_NAME WHEN 'event' THEN 'sealed' ELSE 'sealed_reason' END;
       before jsonb := to_jsonb(OLD) - 'data' - 'sealed' - 'message' - 'reason' - 'sealed_reason';
       now_is jsonb := to_jsonb(NEW) - 'data' - 'sealed' - 'message' - 'reason' - 'sealed_reason';
     BEGIN
       IF before IS DISTINCT FROM now_is
          OR to_jsonb(OLD) -> sealed_column <> 'null' OR to_jsonb(NEW) -> sealed_column = 'null' THEN
         RAISE EXCEPTION USING ERRCODE = 'JU010', MESSAGE = format('%s is only ever added to', TG_TABLE_NAME);
       END IF;
       RETURN NEW;
     END $$`,
    ...["event", "read_log"].map(
      (table) => `CREATE TRIGGER only_sealed BEFORE UPDATE ON cooperation.${table}
         FOR EACH ROW EXECUTE FUNCTION cooperation.only_sealed()`,
    ),
    `CREATE FUNCTION cooperation.seal_matter(target uuid, key bytea, events jsonb, reads jsonb)
       RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       done text;
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'system' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only the system seals what was kept in the open';
       END IF;
       INSERT INTO cooperation.matter_key VALUES (target, key) ON CONFLICT DO NOTHING;
       done := set_config('justitia.sealing', 'yes', true);
       UPDATE cooperation.event AS e SET data = NULL, sealed = decode(s.sealed, 'base64'), message = s.message
         FROM jsonb_to_recordset(events) AS s (sequence integer, sealed text, message uuid)
         WHERE e.matter = target AND e.sequence = s.sequence AND e.data IS NOT NULL AND e.name <> 'erased';
       UPDATE cooperation.read_log AS r SET reason = NULL, sealed_reason = decode(s.sealed, 'base64')
         FROM jsonb_to_recordset(reads) AS s (entry bigint, sealed text)
         WHERE r.entry = s.entry AND r.matter = target AND r.reason IS NOT NULL;
       done := set_config('justitia.sealing', '', true);
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.seal_matter FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.seal_matter TO justitia_application`,

    ...appendSealed,
  ],
};
