/** Messages of a matter: those that are tracked, and those that name its correspondence and were not taken in. */
const ofMatter = (sender: string, id: string, other: string): string => `(
         EXISTS (SELECT FROM cooperation.matter_message AS t WHERE t.matter = target AND t.message = ${id} AND t.sender = ${sender})
         OR EXISTS (SELECT FROM cooperation.correspondence AS c WHERE c.matter = target AND c.partner = ${other}
           AND (c.request = ${id} OR strpos(coalesce(envelope, ''), c.request::text) > 0)))`;

/** The one way to erase the contents of a matter; `guard` stands before anything is written. */
const eraseFunction = (create: string, guard: string): string =>
  `${create} cooperation.erase(acting uuid, command_id uuid, command_at timestamptz, target uuid, expected integer,
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
       END IF;${guard}

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
     END $$`;

/** As it was published with the erasing of contents, when the table itself refused what is no event. */
export const eraseOfBefore = eraseFunction("CREATE FUNCTION", "");

/** The same, refusing by itself what is no event. */
export const eraseGuarded = eraseFunction(
  "CREATE OR REPLACE FUNCTION",
  `
       IF (expected > 0 AND jsonb_typeof(event -> 'data') = 'object' AND event ->> 'digest' ~ '^[0-9a-f]{64}$'
           AND event -> 'by' ->> 'kind' IN ('person', 'authority', 'system')) IS NOT TRUE THEN
         RAISE check_violation USING MESSAGE = 'what erases a matter is no event';
       END IF;`,
);
