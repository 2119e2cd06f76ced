/** What the function has beside, once it is kept from when the contents of a matter may be erased. */
interface Keeping {
  readonly parameter: string;
  readonly value: string;
  readonly assignment: string;
}

/**
 * The one way to write events, now that their contents are sealed: as before, with the key of the matter. A new matter
 * brings its key; for another the one that was used has to be the one that is kept.
 */
const appendFunction = (keeping: Keeping): readonly string[] => [
  `DROP FUNCTION cooperation.append`,
  `CREATE FUNCTION cooperation.append(
         scope_kind text, acting uuid, acting_office text, acting_role text,
         command_id uuid, command_at timestamptz, target uuid, expected integer, events jsonb, given_key bytea,
         new_type text, new_type_version text, new_side text, new_state text, new_open boolean, new_office text,
         new_assignee uuid, new_restricted boolean, new_granted uuid[], new_barred uuid[], new_partner text,
         new_reference text, new_urgent boolean, new_opened_at timestamptz, new_changed_at timestamptz,
         new_due_at timestamptz,${keeping.parameter} clocks jsonb, evidence jsonb)
       RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       stored cooperation.matter;
       known cooperation.command;
       added integer := jsonb_array_length(events);
       last integer := expected + added;
       entry jsonb;
       before text;
       parts boolean := clocks <> '[]' OR evidence <> '[]';
       misattributed boolean := false;
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

       FOR place IN 0 .. added - 1 LOOP
         entry := events -> place -> 'by';
         misattributed := misattributed OR CASE entry ->> 'kind'
           WHEN 'person' THEN acting IS DISTINCT FROM (entry ->> 'person')::uuid
             OR acting_office IS DISTINCT FROM entry ->> 'office'
             OR acting_role IS DISTINCT FROM entry ->> 'role'
           WHEN 'authority' THEN acting IS NOT NULL
           ELSE false END;
       END LOOP;

       -- The command is kept only where everything that follows can be written: the lock keeps the matter as it is.
       IF misattributed THEN
         NULL;
       ELSIF expected > 0 THEN
         INSERT INTO cooperation.command
           SELECT command_id, target, acting, command_at, expected + 1, last FROM cooperation.matter AS m
           WHERE m.matter = target AND m.sequence = expected
             AND EXISTS (SELECT FROM cooperation.matter_key AS k WHERE k.matter = target AND k.wrapped = given_key)
             AND CASE WHEN scope_kind = 'system' THEN true
                 ELSE cooperation.sees(m.office, m.assignee, m.restricted, m.granted, m.barred) END
         ON CONFLICT DO NOTHING
         RETURNING command INTO known.command;
       ELSIF acting IS NULL OR new_office IS NOT DISTINCT FROM acting_office THEN
         INSERT INTO cooperation.command
           SELECT command_id, target, acting, command_at, expected + 1, last
           WHERE NOT EXISTS (SELECT FROM cooperation.matter AS m WHERE m.matter = target)
         ON CONFLICT DO NOTHING
         RETURNING command INTO known.command;
       END IF;

       IF known.command IS NULL THEN
         SELECT * INTO stored FROM cooperation.matter AS m WHERE m.matter = target;
         SELECT * INTO known FROM cooperation.command AS c WHERE c.command = command_id;
         IF known.command IS NOT NULL THEN
           IF known.matter <> target OR known.person IS DISTINCT FROM acting THEN
             RETURN '{"kind": "command-reused"}';
           END IF;
           RETURN jsonb_build_object('kind', 'appended', 'repeated', true, 'first', known.first, 'last', known.last);
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
       END IF;

       IF expected = 0 THEN
         INSERT INTO cooperation.matter VALUES (target, last, new_type, new_type_version, new_side, new_state, new_open,
             new_office, new_assignee, new_restricted, new_granted, new_barred, new_partner, new_reference, new_urgent,
             new_opened_at, new_changed_at, new_due_at, parts${keeping.value})
           ON CONFLICT DO NOTHING;
         IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another writer was quicker'; END IF;
         INSERT INTO cooperation.matter_key VALUES (target, given_key);
         IF parts THEN PERFORM cooperation.write_parts(target, clocks, evidence, true); END IF;
       ELSE
         UPDATE cooperation.matter AS m SET
           sequence = last, type = new_type, type_version = new_type_version, side = new_side, state = new_state,
           open = new_open, office = new_office, assignee = new_assignee, restricted = new_restricted,
           granted = new_granted, barred = new_barred, partner = new_partner, reference = new_reference,
           urgent = new_urgent, opened_at = new_opened_at, changed_at = new_changed_at, due_at = new_due_at,
           ${keeping.assignment}has_parts = m.has_parts OR parts
         FROM cooperation.event AS e
         WHERE m.matter = target AND e.matter = target AND e.sequence = expected
         RETURNING m.has_parts, e.digest INTO parts, before;
         IF NOT FOUND THEN RAISE EXCEPTION 'the last event of matter % is missing', target; END IF;
         IF parts THEN PERFORM cooperation.write_parts(target, clocks, evidence, false); END IF;
       END IF;
       FOR place IN 0 .. added - 1 LOOP
         entry := events -> place;
         INSERT INTO cooperation.event
             (matter, sequence, id, name, at, by, sealed, contents, message, digest, previous, command)
           VALUES (target, expected + place + 1, (entry ->> 'id')::uuid, entry ->> 'name',
                   (entry ->> 'at')::timestamptz, entry -> 'by', decode(entry ->> 'sealed', 'base64'),
                   entry ->> 'contents', (entry ->> 'message')::uuid, entry ->> 'digest', before, command_id);
         before := entry ->> 'digest';
       END LOOP;
       RETURN jsonb_build_object('kind', 'appended', 'repeated', false, 'first', expected + 1, 'last', last);
     END $$`,
  `REVOKE ALL ON FUNCTION cooperation.append FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION cooperation.append TO justitia_application`,
];

/** As it was published with the sealing of contents. */
export const appendSealed = appendFunction({ parameter: "", value: "", assignment: "" });

/** The same, with the moment from which the contents may be erased. */
export const appendErasable = appendFunction({
  parameter: " new_erasable_from timestamptz,",
  value: ", NULL, new_erasable_from",
  assignment: "erasable_from = new_erasable_from, ",
});
