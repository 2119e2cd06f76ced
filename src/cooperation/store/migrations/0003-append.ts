import type { Migration } from "./migration.ts";

/**
 * The one way to write events. It belongs to the owner, so that the application needs no right to write the tables,
 * and it is one statement, so that events, projection, outbox and the answer to the command stand or fall together.
 */
export const append: Migration = {
  number: 3,
  name: "append",
  statements: [
    `CREATE FUNCTION cooperation.write_projection(target uuid, last integer, projection jsonb, is_new boolean)
       RETURNS boolean LANGUAGE plpgsql AS $$
     DECLARE
       parts boolean := projection -> 'clocks' <> '[]' OR projection -> 'evidence' <> '[]';
     BEGIN
       IF is_new THEN
         INSERT INTO cooperation.matter
           SELECT target, last, p.type, p.type_version, p.side, p.state, p.open, p.office, p.assignee, p.restricted,
                  p.granted, p.barred, p.partner, p.reference, p.urgent, p.opened_at, p.changed_at, p.due_at, parts
           FROM jsonb_populate_record(NULL::cooperation.matter, projection) AS p
         ON CONFLICT DO NOTHING;
         IF NOT FOUND THEN RETURN false; END IF;
       ELSE
         UPDATE cooperation.matter AS m SET
           sequence = last, type = p.type, type_version = p.type_version, side = p.side, state = p.state,
           open = p.open, office = p.office, assignee = p.assignee, restricted = p.restricted, granted = p.granted,
           barred = p.barred, partner = p.partner, reference = p.reference, urgent = p.urgent,
           opened_at = p.opened_at, changed_at = p.changed_at, due_at = p.due_at, has_parts = m.has_parts OR parts
         FROM jsonb_populate_record(NULL::cooperation.matter, projection) AS p
         WHERE m.matter = target
         RETURNING m.has_parts INTO parts;
         IF NOT parts THEN RETURN true; END IF;
         DELETE FROM cooperation.clock AS c WHERE c.matter = target
           AND NOT EXISTS (SELECT FROM jsonb_array_elements(projection -> 'clocks') AS k WHERE k ->> 'clock' = c.clock);
         DELETE FROM cooperation.evidence_item AS e WHERE e.matter = target
           AND NOT EXISTS (SELECT FROM jsonb_array_elements(projection -> 'evidence') AS k
                           WHERE (k ->> 'item')::uuid = e.item);
       END IF;
       IF jsonb_array_length(projection -> 'clocks') > 0 THEN
         INSERT INTO cooperation.clock AS c
           SELECT target, p.clock, p.state, p.started_at, p.due_at, p.alarm_at, p.data
           FROM jsonb_populate_recordset(NULL::cooperation.clock, projection -> 'clocks') AS p
         ON CONFLICT (matter, clock) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
           due_at = excluded.due_at, alarm_at = excluded.alarm_at, data = excluded.data
           WHERE c IS DISTINCT FROM excluded;
       END IF;
       IF jsonb_array_length(projection -> 'evidence') > 0 THEN
         INSERT INTO cooperation.evidence_item AS e
           SELECT p.item, target, p.exhibit, p.kind, p.stage, p.digest, p.bytes, p.data
           FROM jsonb_populate_recordset(NULL::cooperation.evidence_item, projection -> 'evidence') AS p
         ON CONFLICT (item) DO UPDATE SET exhibit = excluded.exhibit, kind = excluded.kind, stage = excluded.stage,
           digest = excluded.digest, bytes = excluded.bytes, data = excluded.data
           WHERE e IS DISTINCT FROM excluded AND e.matter = target;
       END IF;
       RETURN true;
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.write_projection FROM PUBLIC`,

    `CREATE FUNCTION cooperation.append(scope jsonb, command_id uuid, command_at timestamptz, target uuid,
         expected integer, events jsonb, projection jsonb, messages jsonb, received jsonb)
       RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     DECLARE
       stored cooperation.matter;
       known cooperation.command;
       last integer := expected + jsonb_array_length(events);
       acting uuid := CASE WHEN scope ->> 'kind' = 'person' THEN (scope ->> 'person')::uuid END;
       before text;
       answered jsonb;
     BEGIN
       PERFORM set_config('justitia.scope', coalesce(scope ->> 'kind', ''), true),
               set_config('justitia.person', coalesce(scope ->> 'person', ''), true),
               set_config('justitia.office', coalesce(scope ->> 'office', ''), true),
               set_config('justitia.role', coalesce(scope ->> 'role', ''), true),
               -- Shared among writers; whoever asks up to where the events are settled waits for them.
               pg_advisory_xact_lock_shared(1247106644, 1),
               -- The writers of one matter take turns; a lock of its row would be written to disk.
               pg_advisory_xact_lock(hashtextextended(target::text, 0));

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
         IF acting IS NOT NULL AND projection ->> 'office' IS DISTINCT FROM scope ->> 'office' THEN
           RETURN '{"kind": "other-office"}';
         END IF;
       ELSE
         IF scope ->> 'kind' IS DISTINCT FROM 'system' AND NOT cooperation.sees(stored.office, stored.assignee, stored.restricted, stored.granted, stored.barred) THEN
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
       IF received IS NOT NULL THEN
         SELECT jsonb_build_object('kind', 'message-known', 'digest', i.digest, 'answer', i.answer) INTO answered
           FROM cooperation.inbox AS i
           WHERE i.partner = received ->> 'partner' AND i.message = (received ->> 'message')::uuid;
         IF FOUND THEN RETURN answered; END IF;
       END IF;
       IF EXISTS (SELECT FROM jsonb_array_elements(events) AS e
                  WHERE CASE e #>> '{by,kind}'
                    WHEN 'person' THEN acting IS DISTINCT FROM (e #>> '{by,person}')::uuid
                      OR scope ->> 'office' IS DISTINCT FROM e #>> '{by,office}'
                      OR scope ->> 'role' IS DISTINCT FROM e #>> '{by,role}'
                    WHEN 'authority' THEN acting IS NOT NULL
                    ELSE false END) THEN
         RETURN '{"kind": "misattributed"}';
       END IF;

       INSERT INTO cooperation.command VALUES (command_id, target, acting, command_at, expected + 1, last)
         ON CONFLICT DO NOTHING;
       IF NOT FOUND OR NOT cooperation.write_projection(target, last, projection, stored.matter IS NULL) THEN
         -- Somebody was quicker with the same command or the same new matter: asked again, it is told above.
         RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another writer was quicker';
       END IF;
       IF expected > 0 THEN
         SELECT e.digest INTO before FROM cooperation.event AS e WHERE e.matter = target AND e.sequence = expected;
       END IF;
       INSERT INTO cooperation.event (matter, sequence, id, name, at, by, data, digest, previous, command)
         SELECT target, (expected + n)::integer, (e ->> 'id')::uuid, e ->> 'name', (e ->> 'at')::timestamptz, e -> 'by',
                e -> 'data', e ->> 'digest',
                CASE WHEN n = 1 THEN before ELSE events -> (n - 2)::integer ->> 'digest' END, command_id
         FROM jsonb_array_elements(events) WITH ORDINALITY AS given (e, n) ORDER BY n;
       IF jsonb_array_length(messages) > 0 THEN
         INSERT INTO cooperation.outbox (message, matter, sequence, partner, kind, body, created_at, next_attempt_at)
           SELECT p.message, target, last, p.partner, p.kind, p.body, command_at, command_at
           FROM jsonb_populate_recordset(NULL::cooperation.outbox, messages) AS p;
       END IF;
       IF received IS NOT NULL THEN
         INSERT INTO cooperation.inbox
           SELECT p.partner, p.message, p.digest, p.received_at, target, p.answer
           FROM jsonb_populate_record(NULL::cooperation.inbox, received) AS p
           ON CONFLICT DO NOTHING;
         IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'another writer was quicker'; END IF;
       END IF;
       RETURN jsonb_build_object('kind', 'appended', 'repeated', false, 'first', expected + 1, 'last', last);
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.append FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.append TO justitia_application`,

    `CREATE FUNCTION cooperation.replace_projection(target uuid, expected integer, projection jsonb)
       RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       IF current_setting('justitia.scope', true) IS DISTINCT FROM 'system' THEN
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only the system makes projections again';
       END IF;
       PERFORM pg_advisory_xact_lock(hashtextextended(target::text, 0));
       PERFORM FROM cooperation.matter AS m WHERE m.matter = target AND m.sequence = expected;
       IF NOT FOUND THEN RETURN false; END IF;
       RETURN cooperation.write_projection(target, expected, projection, false);
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.replace_projection FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.replace_projection TO justitia_application`,

    `CREATE FUNCTION cooperation.settled_position()
       RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     BEGIN
       -- Waits for the writers at work, whose events may have got lower positions than those already to be seen.
       PERFORM pg_advisory_xact_lock(1247106644, 1);
       RETURN (SELECT coalesce(max(position), 0) FROM cooperation.event);
     END $$`,
    `REVOKE ALL ON FUNCTION cooperation.settled_position FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION cooperation.settled_position TO justitia_application`,
  ],
};
