import { type SqlBool, sql, type Transaction } from "kysely";
import { type Instant, type MatterId, matterIdSchema } from "../words/index.ts";
import { clockOf, type ProjectedClock } from "./projection.ts";
import type { Tables } from "./tables.ts";

/** Clocks that somebody has to look at: of those whose matter the scope may see. */
export interface DueClocks {
  /** Clocks whose alarm is due, the earliest first. */
  dueClocks(now: Instant, limit: number): Promise<{ readonly matter: MatterId; readonly clock: ProjectedClock }[]>;
  /** Running clocks whose end has come, the earliest first; of them each matter has to learn. */
  endedClocks(now: Instant, limit: number): Promise<{ readonly matter: MatterId; readonly clock: ProjectedClock }[]>;
}

/** The due clocks of a transaction that has entered a scope. */
export function dueClocksOf(transaction: Transaction<Tables>): DueClocks {
  return {
    dueClocks: async (now, limit) => {
      const rows = await transaction
        .selectFrom("cooperation.clock")
        .selectAll()
        .where(sql<SqlBool>`alarm_at <= ${now}::timestamptz`)
        .orderBy("alarm_at")
        .orderBy("matter")
        .orderBy("clock")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ matter: matterIdSchema.parse(row.matter), clock: clockOf(row) }));
    },
    endedClocks: async (now, limit) => {
      const rows = await transaction
        .selectFrom("cooperation.clock")
        .selectAll()
        // The alarm of a clock is never later than its end, and it is what the index knows.
        .where(sql<SqlBool>`alarm_at <= ${now}::timestamptz AND due_at <= ${now}::timestamptz`)
        .where("state", "=", "running")
        .orderBy("due_at")
        .orderBy("matter")
        .orderBy("clock")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ matter: matterIdSchema.parse(row.matter), clock: clockOf(row) }));
    },
  };
}
