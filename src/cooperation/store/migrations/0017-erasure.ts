import { appendErasable } from "./append-sealed.ts";
import { eraseOfBefore } from "./erase-function.ts";
import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;

/**
 * Contents of matters are erased: the key is destroyed, and with it, in the same statement, everything that holds contents
 * outside the events. What was counted of the matter stays, without saying of which. The database itself sees that
 * another person proposed it.
 */
export const erasure: Migration = {
  number: 17,
  name: "erasure",
  statements: [
    `ALTER TABLE cooperation.matter ADD COLUMN erasable_from timestamptz`,
    `CREATE INDEX matter_erasable ON cooperation.matter (office, erasable_from) WHERE erasable_from IS NOT NULL`,
    `ALTER TABLE cooperation.kept_file ALTER COLUMN digest DROP NOT NULL`,

    // The register of erasures: which matter, when, and whether the files are gone, too.
    `CREATE TABLE cooperation.erasure (
       matter uuid PRIMARY KEY REFERENCES cooperation.matter,
       at timestamptz NOT NULL,
       finished_at timestamptz
     )`,
    `CREATE INDEX erasure_unfinished ON cooperation.erasure (at) WHERE finished_at IS NULL`,
    `CREATE TABLE cooperation.counted_fact (
       fact uuid PRIMARY KEY,
       data jsonb NOT NULL
     )`,
    ...["erasure", "counted_fact"].flatMap((table) => [
      `ALTER TABLE cooperation.${table} ENABLE ROW LEVEL SECURITY`,
      `CREATE POLICY of_system ON cooperation.${table} TO justitia_application USING (${isSystem})`,
      `GRANT SELECT ON cooperation.${table} TO justitia_application`,
    ]),
    `GRANT UPDATE (finished_at) ON cooperation.erasure TO justitia_application`,
    // What comes for a matter that was erased is erased, too.
    `GRANT UPDATE (digest, name, bytes) ON cooperation.kept_file TO justitia_application`,

    `CREATE OR REPLACE FUNCTION cooperation.replace_projection(target uuid, expected integer, projection jsonb)
       RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'system' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only the system makes projections again';
       END IF;
       PERFORM pg_advisory_xact_lock(hashtextextended(target::text, 0));
       UPDATE cooperation.matter AS m SET
         type = p.type, type_version = p.type_version, side = p.side, state = p.state, open = p.open,
         office = p.office, assignee = p.assignee, restricted = p.restricted, granted = p.granted, barred = p.barred,
         partner = p.partner, reference = p.reference, urgent = p.urgent, opened_at = p.opened_at,
         changed_at = p.changed_at, due_at = p.due_at,
         erasable_from = p.erasable_from,
         has_parts = m.has_parts OR projection -> 'clocks' <> '[]' OR projection -> 'evidence' <> '[]'
       FROM jsonb_populate_record(NULL::cooperation.matter, projection) AS p
       WHERE m.matter = target AND m.sequence = expected AND m.erased_at IS NULL;
       IF NOT FOUND THEN RETURN false; END IF;
       PERFORM cooperation.write_parts(target, projection -> 'clocks', projection -> 'evidence', false);
       RETURN true;
     END $$`,

    ...appendErasable,

    eraseOfBefore,
    `REVOKE ALL ON FUNCTION cooperation.erase FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.erase TO justitia_application`,
  ],
};
