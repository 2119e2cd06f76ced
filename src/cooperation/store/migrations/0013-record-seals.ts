import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;
const records = ["administrative_act", "read_log", "log_alarm"] as const;

/**
 * Seals: digests over the rows of what administrators, readers and logs did, which belong to no matter's history. The
 * digest of a seal stands in the log, so that a change of a row shows there.
 */
export const recordSeals: Migration = {
  number: 13,
  name: "record-seals",
  statements: [
    `CREATE TABLE cooperation.record_seal (
       record text NOT NULL CHECK (record IN (${records.map((record) => `'${record}'`).join(", ")})),
       first bigint NOT NULL CHECK (first > 0),
       last bigint NOT NULL CHECK (last >= first),
       sealed_at timestamptz NOT NULL,
       salt text NOT NULL CHECK (salt ~ '^[0-9a-f]{64}$'),
       digests bytea NOT NULL CHECK (length(digests) = (last - first + 1) * 32),
       PRIMARY KEY (record, first)
     )`,
    `ALTER TABLE cooperation.record_seal ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_system ON cooperation.record_seal TO justitia_application USING (${isSystem})`,
    `GRANT SELECT, INSERT ON cooperation.record_seal TO justitia_application`,
    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.record_seal
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`,

    // A row whose number was given out may be committed after a later one: whoever seals waits for those at work.
    `CREATE FUNCTION cooperation.record_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       PERFORM pg_advisory_xact_lock_shared(1247106644, 4);
       RETURN NULL;
     END $$`,
    ...records.map(
      (record) => `CREATE TRIGGER in_turn BEFORE INSERT ON cooperation.${record}
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.record_in_turn()`,
    ),
    `CREATE FUNCTION cooperation.settled_entry(record text)
       RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       PERFORM pg_advisory_xact_lock(1247106644, 4);
       RETURN CASE record
         ${records.map((record) => `WHEN '${record}' THEN (SELECT coalesce(max(entry), 0) FROM cooperation.${record})`).join("\n         ")}
       END;
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.settled_entry FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.settled_entry TO justitia_application`,
  ],
};
