import type { Migration } from "./migration.ts";

/**
 * To show 200 alarms, PostgreSQL first listed every matter that may be seen, because it did not know that only 200 were
 * asked for. `OFFSET 0` has it ask for each clock by itself; who sees what is as it was. Used emergency accesses, of
 * which each head of office is told, are found among the many other reads by an index, and so are the matters in which
 * something was proposed, which approvers see.
 */
export const alarmsByIndex: Migration = {
  number: 12,
  name: "alarms-by-index",
  statements: [
    `ALTER POLICY of_visible_matter ON cooperation.clock
       USING (current_setting('justitia.scope', true) = 'system'
         OR EXISTS (SELECT 1 FROM cooperation.matter AS m WHERE m.matter = clock.matter OFFSET 0))`,
    `CREATE INDEX event_proposed ON cooperation.event (matter) WHERE name = 'proposed'`,
    `CREATE INDEX read_log_broken_glass ON cooperation.read_log (entry) WHERE what = 'glass broken'`,
  ],
};
