import type { Migration } from "./migration.ts";

/** The order of the grades of alarms, the gravest first; a clock that says none comes last. */
const weight = (data: string): string => `CASE ${data} ->> 'grade'
  WHEN 'liberty' THEN 0 WHEN 'loss-of-data' THEN 1 WHEN 'legal' THEN 2 WHEN 'service' THEN 3 ELSE 4 END`;

/**
 * The gravest alarms of an office are found by an index: a clock repeats the office and the person that its matter lies
 * with, and how grave its alarm is. They are written with the clock, in the same statement as the matter.
 */
export const alarmsOfOffices: Migration = {
  number: 11,
  name: "alarms-of-offices",
  statements: [
    `ALTER TABLE cooperation.clock ADD COLUMN office text, ADD COLUMN assignee uuid, ADD COLUMN weight smallint`,
    `UPDATE cooperation.clock AS c SET office = m.office, assignee = m.assignee, weight = ${weight("c.data")}
       FROM cooperation.matter AS m WHERE m.matter = c.matter`,
    `ALTER TABLE cooperation.clock ALTER COLUMN office SET NOT NULL, ALTER COLUMN weight SET NOT NULL`,
    `CREATE INDEX clock_alarms_of_office ON cooperation.clock (office, weight, alarm_at, matter, clock)
       WHERE alarm_at IS NOT NULL`,
    `CREATE INDEX clock_alarms_of_assignee ON cooperation.clock (assignee, weight, alarm_at, matter, clock)
       WHERE alarm_at IS NOT NULL`,
    `CREATE OR REPLACE FUNCTION cooperation.write_parts(target uuid, clocks jsonb, evidence jsonb, is_new boolean)
       RETURNS void LANGUAGE plpgsql AS $$
     BEGIN
       IF NOT is_new THEN
         DELETE FROM cooperation.clock AS c WHERE c.matter = target
           AND NOT EXISTS (SELECT FROM jsonb_array_elements(clocks) AS k WHERE k ->> 'clock' = c.clock);
         DELETE FROM cooperation.evidence_item AS e WHERE e.matter = target
           AND NOT EXISTS (SELECT FROM jsonb_array_elements(evidence) AS k WHERE (k ->> 'item')::uuid = e.item);
       END IF;
       IF jsonb_array_length(clocks) > 0 THEN
         INSERT INTO cooperation.clock AS c
             (matter, clock, state, started_at, due_at, alarm_at, data, office, assignee, weight)
           SELECT target, p.clock, p.state, p.started_at, p.due_at, p.alarm_at, p.data, m.office, m.assignee,
                  ${weight("p.data")}
           FROM jsonb_populate_recordset(NULL::cooperation.clock, clocks) AS p, cooperation.matter AS m
           WHERE m.matter = target
         ON CONFLICT (matter, clock) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
           due_at = excluded.due_at, alarm_at = excluded.alarm_at, data = excluded.data, office = excluded.office,
           assignee = excluded.assignee, weight = excluded.weight
           WHERE c IS DISTINCT FROM excluded;
       END IF;
       IF jsonb_array_length(evidence) > 0 THEN
         INSERT INTO cooperation.evidence_item AS e
           SELECT p.item, target, p.exhibit, p.kind, p.stage, p.digest, p.bytes, p.data
           FROM jsonb_populate_recordset(NULL::cooperation.evidence_item, evidence) AS p
         ON CONFLICT (item) DO UPDATE SET exhibit = excluded.exhibit, kind = excluded.kind, stage = excluded.stage,
           digest = excluded.digest, bytes = excluded.bytes, data = excluded.data
           WHERE e IS DISTINCT FROM excluded AND e.matter = target;
       END IF;
     END $$`,
  ],
};
