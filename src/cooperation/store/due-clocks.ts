import { type Selectable, type SqlBool, sql, type Transaction } from "kysely";
import { type Instant, type MatterId, matterIdSchema } from "../words/index.ts";
import { clockOf, type ProjectedClock } from "./projection.ts";
import { type OfficeReach, type Scope, waysToSee } from "./scope.ts";
import type { Tables } from "./tables.ts";

/** A clock of a matter that somebody has to look at. */
interface DueClock {
  readonly matter: MatterId;
  readonly clock: ProjectedClock;
}

/** Clocks that somebody has to look at: of those whose matter the scope may see. */
export interface DueClocks {
  /** Clocks whose alarm is due, the gravest first, of those the earliest; of the own office those within reach. */
  dueClocks(now: Instant, limit: number, reach?: OfficeReach): Promise<DueClock[]>;
  /** Running clocks whose end has come, the earliest first; of them each matter has to learn. */
  endedClocks(now: Instant, limit: number): Promise<DueClock[]>;
}

/** The due clocks of a transaction that has entered the scope. */
export function dueClocksOf(transaction: Transaction<Tables>, scope: Scope): DueClocks {
  return {
    dueClocks: async (now, limit, reach) => {
      const query = transaction
        .selectFrom("cooperation.clock")
        .selectAll()
        .where(sql<SqlBool>`alarm_at <= ${now}::timestamptz`)
        .orderBy("weight")
        .orderBy("alarm_at")
        .orderBy("matter")
        .orderBy("clock")
        .limit(limit);
      const found = new Map<string, DueClock>();
      const ways = waysToSee(scope, "clock", reach).map((way) => query.where(way));
      const { rows } = await sql<Selectable<Tables["cooperation.clock"]>>`${sql.join(ways, sql` UNION ALL `)}`.execute(
        transaction,
      );
      for (const row of rows) {
        const clock = clockOf(row);
        found.set(`${row.weight} ${clock.alarmAt} ${row.matter} ${row.clock}`, {
          matter: matterIdSchema.parse(row.matter),
          clock,
        });
      }
      return [...found]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .slice(0, limit)
        .map(([, due]) => due);
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
