import { eraseGuarded } from "./erase-function.ts";
import type { Migration } from "./migration.ts";

/** Whether an event by such an author is written in somebody else's name; null where it is an author of no known kind. */
const misattributes = (author: string): string => `CASE ${author} ->> 'kind'
         WHEN 'person' THEN acting IS DISTINCT FROM (${author} ->> 'person')::uuid
           OR acting_office IS DISTINCT FROM ${author} ->> 'office'
           OR acting_role IS DISTINCT FROM ${author} ->> 'role'
         WHEN 'authority' THEN acting IS NOT NULL
         WHEN 'system' THEN false END`;

/** Refuses what is no event; its place and its link to the event before are the function's own doing. */
const demandEvent = `
       IF (misattributed IS NOT NULL AND length(sealed) > 0
           AND length(contents) = 64 AND encode(decode(contents, 'hex'), 'hex') = contents
           AND length(digest) = 64) IS NOT TRUE THEN
         RAISE check_violation USING MESSAGE = 'what is appended is no event';
       END IF;`;

/**
 * Appending takes less of the processor: what an event must be is demanded by the two functions that write events, where
 * the conditions of a table are read and prepared anew for each statement; the first event, which is nearly always the
 * only one, comes as columns and its contents as bytes; and what is there of the matter is looked at once.
 */
export const appendLean: Migration = {
  number: 20,
  name: "append-lean",
  statements: [
    ...["sequence", "by", "data", "digest", "previous", "contents"].map(
      (column) => `ALTER TABLE cooperation.event DROP CONSTRAINT event_${column}_check`,
    ),
    `ALTER TABLE cooperation.event DROP CONSTRAINT event_check`,
    `ALTER TABLE cooperation.event DROP CONSTRAINT open_or_sealed`,
    `ALTER TABLE cooperation.matter DROP CONSTRAINT matter_sequence_check`,

    `DROP FUNCTION cooperation.append`,
    `CREATE FUNCTION cooperation.append(
         scope_kind text, acting uuid, acting_office text, acting_role text,
         command_id uuid, command_at timestamptz, target uuid, expected integer,
         event_id uuid, event_name text, event_at timestamptz, author jsonb, sealed bytea, contents text, message uuid,
         digest text,
         further jsonb, given_key bytea,
         new_type text, new_type_version text, new_side text, new_state text, new_open boolean, new_office text,
         new_assignee uuid, new_restricted boolean, new_granted uuid[], new_barred uuid[], new_partner text,
         new_reference text, new_urgent boolean, new_opened_at timestamptz, new_changed_at timestamptz,
         new_due_at timestamptz, new_erasable_from timestamptz, clocks jsonb, evidence jsonb)
       RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       last integer := expected + 1 + jsonb_array_length(further);
       entry jsonb;
       known_sequence integer;
       may_write boolean;
       before text;
       has_parts boolean;
       parts boolean := clocks <> '[]' OR evidence <> '[]';
       misattributed boolean;
       is_new boolean := false;
       done text;
     BEGIN
       -- Assignments of one expression each are cheaper than statements.
       done := set_config('justitia.scope', scope_kind, true)
         || set_config('justitia.person', coalesce(acting::text, ''), true)
         || set_config('justitia.office', coalesce(acting_office, ''), true)
         || set_config('justitia.role', coalesce(acting_role, ''), true);
       -- Shared among writers; whoever asks up to where the events are settled waits for them.
       done := pg_advisory_xact_lock_shared(1247106644, 1)::text;
       -- The writers of one matter take turns; a lock of its row would be written to disk.
       done := pg_advisory_xact_lock(hashtextextended(target::text, 0))::text;

       misattributed := ${misattributes("author")};
       FOR place IN expected + 2 .. last LOOP
         entry := further -> place - expected - 2 -> 'by';
         misattributed := misattributed OR ${misattributes("entry")};
       END LOOP;

       -- The lock keeps the matter as it is found here.
       SELECT m.sequence, m.has_parts, e.digest, k.wrapped = given_key AND CASE WHEN scope_kind = 'system' THEN true
           ELSE cooperation.sees(m.office, m.assignee, m.restricted, m.granted, m.barred) END
         INTO known_sequence, has_parts, before, may_write
         FROM cooperation.matter AS m
           LEFT JOIN cooperation.matter_key AS k ON k.matter = target
           LEFT JOIN cooperation.event AS e ON e.matter = target AND e.sequence = expected
         WHERE m.matter = target;

       -- The command is kept only where everything that follows can be written.
       IF misattributed THEN
         NULL;
       ELSIF known_sequence = expected AND may_write
           OR known_sequence IS NULL AND expected = 0
             AND (acting IS NULL OR new_office IS NOT DISTINCT FROM acting_office) THEN
         INSERT INTO cooperation.command VALUES (command_id, target, acting, command_at, expected + 1, last)
           ON CONFLICT DO NOTHING;
         is_new := FOUND;
       END IF;

       IF NOT is_new THEN
         DECLARE
           stored cooperation.matter;
           known cooperation.command;
         BEGIN
           SELECT * INTO stored FROM cooperation.matter AS m WHERE m.matter = target;
           SELECT * INTO known FROM cooperation.command AS c WHERE c.command = command_id;
           IF known.command IS NOT NULL THEN
             IF known.matter <> target OR known.person IS DISTINCT FROM acting THEN
               RETURN '{"kind": "command-reused"}';
             END IF;
             RETURN jsonb_build_object('kind', 'repeated', 'first', known.first, 'last', known.last);
           END IF;
           IF stored.matter IS NULL THEN
             IF expected > 0 THEN RETURN '{"kind": "unknown-matter"}'; END IF;
             IF acting IS NOT NULL AND new_office IS DISTINCT FROM acting_office THEN
               RETURN '{"kind": "other-office"}';
             END IF;
           ELSE
             IF scope_kind IS DISTINCT FROM 'system' AND NOT cooperation.sees(
                 stored.office, stored.assignee, stored.restricted, stored.granted, stored.barred) THEN
               RETURN '{"kind": "unknown-matter"}';
             END IF;
             IF stored.sequence <> expected THEN
               RETURN jsonb_build_object('kind', 'conflict', 'sequence', stored.sequence, 'since', (
                 SELECT coalesce(jsonb_agg(jsonb_build_object('sequence', e.sequence, 'name', e.name, 'at', e.at,
                                                              'by', e.by) ORDER BY e.sequence), '[]')
                 FROM (SELECT * FROM cooperation.event AS all_events WHERE all_events.matter = target
                       AND all_events.sequence > expected ORDER BY all_events.sequence DESC LIMIT 20) AS e));
             END IF;
           END IF;
           IF expected > 0 AND stored.erased_at IS NOT NULL THEN RETURN '{"kind": "erased"}'; END IF;
           IF misattributed THEN RETURN '{"kind": "misattributed"}'; END IF;
           -- A key that was never kept, because the opening was taken back; asked again with the right one, it is written.
           IF expected > 0 AND NOT EXISTS (SELECT FROM cooperation.matter_key AS k
               WHERE k.matter = target AND k.wrapped = given_key) THEN RETURN '{"kind": "other-key"}'; END IF;
           -- Somebody was quicker with the same command: asked again, it is told above.
           RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another writer was quicker';
         END;
       END IF;
${demandEvent}
       IF expected = 0 THEN
         INSERT INTO cooperation.matter VALUES (target, last, new_type, new_type_version, new_side, new_state, new_open,
             new_office, new_assignee, new_restricted, new_granted, new_barred, new_partner, new_reference, new_urgent,
             new_opened_at, new_changed_at, new_due_at, parts, NULL, new_erasable_from)
           ON CONFLICT DO NOTHING;
         IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another writer was quicker'; END IF;
         INSERT INTO cooperation.matter_key VALUES (target, given_key);
       ELSE
         IF before IS NULL THEN RAISE EXCEPTION 'the last event of matter % is missing', target; END IF;
         parts := parts OR has_parts;
         UPDATE cooperation.matter AS m SET
           sequence = last, type = new_type, type_version = new_type_version, side = new_side, state = new_state,
           open = new_open, office = new_office, assignee = new_assignee, restricted = new_restricted,
           granted = new_granted, barred = new_barred, partner = new_partner, reference = new_reference,
           urgent = new_urgent, opened_at = new_opened_at, changed_at = new_changed_at, due_at = new_due_at,
           erasable_from = new_erasable_from, has_parts = parts
         WHERE m.matter = target;
         IF NOT FOUND THEN RAISE EXCEPTION 'matter % is gone', target; END IF;
       END IF;
       IF parts THEN PERFORM cooperation.write_parts(target, clocks, evidence, expected = 0); END IF;
       INSERT INTO cooperation.event
           (matter, sequence, id, name, at, by, sealed, contents, message, digest, previous, command)
         VALUES (target, expected + 1, event_id, event_name, event_at, author, sealed, contents, message, digest, before, command_id);
       FOR place IN expected + 2 .. last LOOP
         before := digest;
         entry := further -> place - expected - 2;
         author := entry -> 'by';
         sealed := decode(entry ->> 'sealed', 'base64');
         contents := entry ->> 'contents';
         digest := entry ->> 'digest';${demandEvent}
         INSERT INTO cooperation.event
             (matter, sequence, id, name, at, by, sealed, contents, message, digest, previous, command)
           VALUES (target, place, (entry ->> 'id')::uuid, entry ->> 'name', (entry ->> 'at')::timestamptz, author, sealed,
                   contents, (entry ->> 'message')::uuid, digest, before, command_id);
       END LOOP;
       RETURN '{"kind": "written"}';
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.append FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.append TO justitia_application`,

    eraseGuarded,
  ],
};
