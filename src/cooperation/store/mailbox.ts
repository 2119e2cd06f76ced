import { type SqlBool, sql, type Transaction } from "kysely";
import { z } from "zod";
import {
  type AuthorityId,
  authorityIdSchema,
  type Digest,
  digestSchema,
  type Instant,
  jsonObjectSchema,
  type MatterId,
  matterIdSchema,
} from "../words/index.ts";
import type { ReceivedMessage } from "./append.ts";
import { clockOf, type ProjectedClock } from "./projection.ts";
import { type Scope, waysToSee } from "./scope.ts";
import type { Tables } from "./tables.ts";

const waitingMessageSchema = z.object({
  message: z.uuid(),
  matter: matterIdSchema,
  sequence: z.int(),
  partner: authorityIdSchema,
  kind: z.string(),
  body: jsonObjectSchema,
  attempts: z.int(),
});

/** A message that waits to be sent. */
export type WaitingMessage = z.infer<typeof waitingMessageSchema>;

/** How an attempt to send ended: delivered, to be tried again, or given up. */
export type Attempt =
  | { readonly kind: "delivered"; readonly at: Instant }
  | { readonly kind: "failed"; readonly problem: string; readonly nextAttemptAt: Instant | null };

/** Messages and alarms: what the system looks at from time to time. */
export interface Mailbox {
  /** Messages whose time has come, the longest waiting first. */
  dueMessages(now: Instant, limit: number): Promise<WaitingMessage[]>;
  recordAttempt(message: string, attempt: Attempt): Promise<void>;
  /** What a message was answered when it first came. */
  firstAnswer(
    partner: AuthorityId,
    message: string,
  ): Promise<{ readonly digest: Digest; readonly answer: string } | undefined>;
  /** Keeps a message that has no effect on a matter, with its answer; false where it was known already. */
  keepReceived(received: ReceivedMessage): Promise<boolean>;
  /** Clocks whose alarm is due: by the grade in their data in this order, then the earliest first. */
  dueClocks(
    now: Instant,
    limit: number,
    grades?: readonly string[],
  ): Promise<{ readonly matter: MatterId; readonly clock: ProjectedClock }[]>;
  /** Running clocks whose end has come, the earliest first; of them each matter has to learn. */
  endedClocks(now: Instant, limit: number): Promise<{ readonly matter: MatterId; readonly clock: ProjectedClock }[]>;
}

interface Found {
  readonly matter: MatterId;
  readonly clock: ProjectedClock;
}

/** The mailbox of a transaction that has entered the scope, that of the system unless something else is said. */
export function mailboxOf(transaction: Transaction<Tables>, scope: Scope = { kind: "system" }): Mailbox {
  return {
    dueMessages: async (now, limit) => {
      const rows = await transaction
        .selectFrom("cooperation.outbox")
        .select(["message", "matter", "sequence", "partner", "kind", "body", "attempts"])
        .where(sql<SqlBool>`next_attempt_at <= ${now}::timestamptz`)
        .orderBy("next_attempt_at")
        .orderBy("message")
        .limit(limit)
        .execute();
      return rows.map((row) => waitingMessageSchema.parse(row));
    },
    recordAttempt: async (message, attempt) => {
      await transaction
        .updateTable("cooperation.outbox")
        .set((row) => ({
          attempts: row("attempts", "+", 1),
          ...(attempt.kind === "delivered"
            ? { delivered_at: attempt.at, next_attempt_at: null, last_problem: null }
            : { next_attempt_at: attempt.nextAttemptAt, last_problem: attempt.problem }),
        }))
        .where("message", "=", message)
        .where("delivered_at", "is", null)
        .execute();
    },
    firstAnswer: async (partner, message) => {
      const row = await transaction
        .selectFrom("cooperation.inbox")
        .select(["digest", "answer"])
        .where("partner", "=", partner)
        .where("message", "=", message)
        .executeTakeFirst();
      return row === undefined ? undefined : { digest: digestSchema.parse(row.digest), answer: row.answer };
    },
    keepReceived: async ({ partner, message, digest, receivedAt, answer }) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto("cooperation.inbox")
        .values({ partner, message, digest, received_at: receivedAt, answer })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    dueClocks: async (now, limit, grades = []) => {
      const found: Found[] = [];
      const weight = sql<number>`coalesce(array_position(${[...grades]}::text[], c.data ->> 'grade'), 100)`;
      for (const way of waysToSee(scope, "m")) {
        const rows = await transaction
          .selectFrom("cooperation.clock as c")
          .innerJoin("cooperation.matter as m", "m.matter", "c.matter")
          .selectAll("c")
          .where(sql<SqlBool>`c.alarm_at <= ${now}::timestamptz`)
          .where(way)
          .orderBy(weight)
          .orderBy("c.alarm_at")
          .orderBy("c.matter")
          .orderBy("c.clock")
          .limit(limit)
          .execute();
        for (const row of rows) found.push({ matter: matterIdSchema.parse(row.matter), clock: clockOf(row) });
      }
      const place = ({ matter, clock }: Found): string => {
        const grade = grades.indexOf(String(clock.data.grade));
        return `${String(grade === -1 ? 100 : grade).padStart(3, "0")} ${clock.alarmAt} ${matter} ${clock.clock}`;
      };
      const seen = new Map(found.map((one) => [`${one.matter} ${one.clock.clock}`, one]));
      return [...seen.values()].sort((one, other) => (place(one) < place(other) ? -1 : 1)).slice(0, limit);
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
