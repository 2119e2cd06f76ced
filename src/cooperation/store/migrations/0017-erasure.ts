import { appendErasable } from "./append-sealed.ts";
import type { Migration } from "./migration.ts";

const isSystem = `current_setting('justitia.scope', true) = 'system'`;

/** Messages of a matter: those that are tracked, and those that name its correspondence and were not taken in. */
const ofMatter = (sender: string, id: string, other: string): string => `(
         EXISTS (SELECT FROM cooperation.matter_message AS t WHERE t.matter = target AND t.message = ${id} AND t.sender = ${sender})
         OR EXISTS (SELECT FROM cooperation.correspondence AS c WHERE c.matter = target AND c.partner = ${other}
           AND (c.request = ${id} OR strpos(coalesce(envelope, ''), c.request::text) > 0)))`;

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

    `CREATE FUNCTION cooperation.erase(acting uuid, command_id uuid, command_at timestamptz, target uuid, expected integer,
         event jsonb, fact uuid, counted jsonb)
       RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       stored cooperation.matter;
       before text;
       done text;
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'system' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only the system erases, for those whose rights it has decided';
       END IF;
       done := pg_advisory_xact_lock_shared(1247106644, 1)::text;
       done := pg_advisory_xact_lock(hashtextextended(target::text, 0))::text;
       SELECT * INTO stored FROM cooperation.matter AS m WHERE m.matter = target;
       IF stored.matter IS NULL THEN RETURN '{"kind": "unknown-matter"}'; END IF;
       IF stored.erased_at IS NOT NULL THEN RETURN '{"kind": "erased-before"}'; END IF;
       IF stored.sequence <> expected THEN RETURN '{"kind": "conflict"}'; END IF;
       -- Without an acting person an erasure is repeated that an older backup had undone.
       IF acting IS NOT NULL AND (stored.open OR NOT EXISTS (
           SELECT FROM cooperation.event AS e WHERE e.matter = target AND e.name = 'erasure-proposed'
             AND e.id = (event -> 'data' ->> 'proposal')::uuid AND e.by ->> 'person' <> acting::text)) THEN
         RETURN '{"kind": "not-proposed"}';
       END IF;
       IF (event -> 'by' ->> 'person')::uuid IS DISTINCT FROM acting OR event ->> 'name' <> 'erased' THEN
         RETURN '{"kind": "not-proposed"}';
       END IF;
       IF EXISTS (SELECT FROM cooperation.event AS e WHERE e.matter = target AND e.data IS NOT NULL) THEN
         RAISE EXCEPTION 'matter % has contents that are not sealed', target;
       END IF;

       INSERT INTO cooperation.command VALUES (command_id, target, acting, command_at, expected + 1, expected + 1);
       SELECT e.digest INTO before FROM cooperation.event AS e WHERE e.matter = target AND e.sequence = expected;
       INSERT INTO cooperation.event (matter, sequence, id, name, at, by, data, digest, previous, command)
         VALUES (target, expected + 1, (event ->> 'id')::uuid, 'erased', (event ->> 'at')::timestamptz, event -> 'by',
                 event -> 'data', event ->> 'digest', before, command_id);
       DELETE FROM cooperation.matter_key WHERE matter = target;
       DELETE FROM cooperation.clock WHERE matter = target;
       DELETE FROM cooperation.evidence_item WHERE matter = target;
       UPDATE cooperation.kept_file SET digest = NULL, name = '', bytes = 0 WHERE matter = target;
       DELETE FROM cooperation.exchange_chunk AS k USING cooperation.exchange_inbox AS i
         WHERE k."from" = i."from" AND k.payload = i.id AND ${ofMatter('i."from"', "i.id", 'i."from"')};
       UPDATE cooperation.exchange_inbox AS i SET envelope = NULL, signed = NULL,
           state = CASE WHEN state IN ('accepted', 'awaiting-payload') THEN 'not-delivered' ELSE state END
         WHERE ${ofMatter('i."from"', "i.id", 'i."from"')};
       UPDATE cooperation.exchange_outbox AS o SET envelope = '',
           state = CASE WHEN state = 'waiting' THEN 'given-up' ELSE state END
         WHERE EXISTS (SELECT FROM cooperation.matter_message AS t
             WHERE t.matter = target AND t.message = o.id AND t.direction = 'outgoing')
           OR EXISTS (SELECT FROM cooperation.correspondence AS c WHERE c.matter = target AND c.partner = o."to"
             AND (c.request = o.id OR strpos(o.envelope, c.request::text) > 0));
       UPDATE cooperation.exchange_outgoing_payload AS p SET state = 'given-up'
         FROM cooperation.matter_message AS t WHERE t.matter = target AND t.message = p.id AND p.state = 'waiting';
       UPDATE cooperation.matter SET sequence = expected + 1, reference = NULL, urgent = false, due_at = NULL,
           erasable_from = NULL, erased_at = command_at, changed_at = command_at, has_parts = false
         WHERE matter = target;
       INSERT INTO cooperation.erasure (matter, at) VALUES (target, command_at);
       IF counted IS NOT NULL THEN INSERT INTO cooperation.counted_fact VALUES (fact, counted); END IF;
       RETURN '{"kind": "erased"}';
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.erase FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.erase TO justitia_application`,
  ],
};
