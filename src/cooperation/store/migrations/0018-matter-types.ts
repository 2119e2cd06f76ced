import type { Migration } from "./migration.ts";

/**
 * The matter types as they were when matters began under them: a matter keeps the version it began with, whatever becomes
 * of the file. Only ever added to; the system alone reads and writes them.
 */
export const matterTypes: Migration = {
  number: 18,
  name: "matter-types",
  statements: [
    `CREATE TABLE cooperation.matter_type (
       type text NOT NULL,
       version integer NOT NULL CHECK (version > 0),
       digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
       definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
       kept_at timestamptz NOT NULL,
       PRIMARY KEY (type, version)
     )`,
    `ALTER TABLE cooperation.matter_type ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY of_system ON cooperation.matter_type TO justitia_application
       USING (current_setting('justitia.scope', true) = 'system')
       WITH CHECK (current_setting('justitia.scope', true) = 'system')`,
    `GRANT SELECT, INSERT ON cooperation.matter_type TO justitia_application`,
    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cooperation.matter_type
       FOR EACH STATEMENT EXECUTE FUNCTION cooperation.refuse_change()`,
  ],
};
