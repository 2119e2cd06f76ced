import { type SqlBool, sql } from "kysely";
import { z } from "zod";
import { alarmClasses } from "../definitions/index.ts";
import type { StoreTransaction } from "../store/index.ts";
import {
  type Instant,
  instantSchema,
  type MatterId,
  type OfficeId,
  officeIdSchema,
  personIdSchema,
} from "../words/index.ts";
import type { TellingRules } from "./settings.ts";

/** Why somebody is told: something arrived, a clock warns or ended, a message was not delivered for good. */
export const noticeKinds = ["arrival", "warning", "expiry", "not-delivered"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

type Within = Pick<StoreTransaction, "sql" | "enter">;

/** The numbers by which the database orders the grades of clocks; the gravest is 0. */
const weightsOf = (grades: TellingRules["urgentClocks"]): number[] =>
  grades.map((grade) => alarmClasses.indexOf(grade));

const graveClock = (weights: readonly number[]) =>
  sql<SqlBool>`EXISTS (SELECT FROM cooperation.clock AS c WHERE c.matter = m.matter
    AND c.state IN ('running', 'expired') AND c.alarm_at IS NOT NULL AND c.weight = ANY (${[...weights]}::int[]))`;

/**
 * Keeps that somebody has to be told what happened in a matter, in the transaction in which it happened. The same is kept
 * once, however often it is found.
 *
 * @param only - `urgent`: only where the matter is urgent, or one of its clocks is of a grade that is told at any hour.
 */
export async function raiseNotice(
  { sql: tables, enter }: Within,
  { urgentClocks }: TellingRules,
  happened: {
    readonly kind: "arrival" | "not-delivered";
    readonly matter: MatterId;
    /** Tells it from everything else that happens in the matter, such as the identifier of a message. */
    readonly about: string;
    readonly at: Instant;
  },
  only: "urgent" | "always",
): Promise<void> {
  await enter({ kind: "system" });
  const { kind, matter, about, at } = happened;
  const urgent = sql`(m.urgent OR ${graveClock(weightsOf(urgentClocks))})`;
  await sql`INSERT INTO cooperation.notice (kind, urgent, office, matter, about, moment, raised_at, look_at)
    SELECT ${kind}, ${urgent}, m.office, m.matter, ${about}, ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
    FROM cooperation.matter AS m
    WHERE m.matter = ${matter}::uuid ${only === "urgent" ? sql`AND ${urgent}` : sql``}
    ON CONFLICT (matter, about, moment) DO NOTHING`.execute(tables);
}

/**
 * Keeps that somebody has to be told of clocks whose warning or end has come since: of each clock only the newest moment.
 * Found from the clocks themselves, so that nothing is missed while the program was down.
 *
 * @returns how many were kept.
 */
export async function raiseForClocks(
  { sql: tables, enter }: Within,
  { urgentClocks, otherClocks }: TellingRules,
  now: Instant,
  limit: number,
): Promise<number> {
  await enter({ kind: "system" });
  const service = alarmClasses.indexOf("service");
  const { numAffectedRows } = await sql`
    INSERT INTO cooperation.notice (kind, urgent, office, matter, about, moment, raised_at, look_at)
    SELECT CASE WHEN d.at = c.due_at THEN 'expiry' ELSE 'warning' END, c.weight = ANY (${weightsOf(urgentClocks)}::int[]),
      m.office, c.matter, 'clock ' || c.clock, d.at, ${now}::timestamptz, ${now}::timestamptz
    FROM cooperation.clock AS c
    JOIN cooperation.matter AS m ON m.matter = c.matter
    CROSS JOIN LATERAL (SELECT max(w.at) AS at FROM (
      SELECT (t.text)::timestamptz AS at FROM jsonb_array_elements_text(c.data -> 'warnings') AS t (text)
      UNION ALL SELECT c.due_at) AS w WHERE w.at <= ${now}::timestamptz) AS d
    WHERE c.alarm_at <= ${now}::timestamptz AND c.state IN ('running', 'expired') AND m.open AND d.at IS NOT NULL
      AND c.weight = ANY (${weightsOf([...urgentClocks, ...otherClocks])}::int[])
      AND (c.weight <> ${service} OR d.at = c.due_at)
      AND NOT EXISTS (SELECT FROM cooperation.notice AS n
        WHERE n.matter = c.matter AND n.about = 'clock ' || c.clock AND n.moment >= d.at)
    ORDER BY c.weight, d.at, c.matter, c.clock LIMIT ${limit}
    ON CONFLICT (matter, about, moment) DO NOTHING`.execute(tables);
  return Number(numAffectedRows ?? 0n);
}

const momentSchema = z.date().transform((at) => instantSchema.parse(at.toISOString()));
const noticeSchema = z.object({
  notice: z.uuid(),
  kind: z.enum(noticeKinds),
  urgent: z.boolean(),
  office: officeIdSchema,
  raised_at: momentSchema,
  acknowledged_at: momentSchema.nullable(),
  acknowledged_by: personIdSchema.nullable(),
  given_up_at: momentSchema.nullable(),
});
const deliverySchema = z.object({
  notice: z.uuid(),
  person: personIdSchema.nullable(),
  channel: z.string(),
  state: z.enum(["waiting", "sent", "given-up", "not-needed"]),
  queued_at: momentSchema,
  attempts: z.number(),
  next_attempt_at: momentSchema,
  sent_at: momentSchema.nullable(),
  problem: z.string().nullable(),
});

/** A notice as a page shows it, with everything that was sent because of it. It does not say of which matter. */
export interface NoticeRecord {
  readonly kind: NoticeKind;
  readonly urgent: boolean;
  readonly office: OfficeId;
  readonly raisedAt: Instant;
  readonly acknowledged: { readonly at: Instant; readonly by: z.infer<typeof personIdSchema> } | undefined;
  /** When nobody was looked for any more. */
  readonly givenUpAt: Instant | undefined;
  readonly deliveries: readonly {
    /** Undefined: the addresses of the office. */
    readonly person: z.infer<typeof personIdSchema> | undefined;
    readonly channel: string;
    readonly state: "waiting" | "sent" | "given-up" | "not-needed";
    readonly queuedAt: Instant;
    readonly sentAt: Instant | undefined;
    readonly attempts: number;
    readonly nextAttemptAt: Instant;
    readonly problem: string | undefined;
  }[];
}

/** The newest notices of an office, or of all where none is named, newest first. */
export async function newestNotices(
  { sql: tables, enter }: Within,
  office: OfficeId | undefined,
  limit: number,
): Promise<readonly NoticeRecord[]> {
  await enter({ kind: "system" });
  let query = tables
    .selectFrom("cooperation.notice")
    .select(["notice", "kind", "urgent", "office", "raised_at", "acknowledged_at", "acknowledged_by", "given_up_at"])
    .orderBy("raised_at", "desc")
    .orderBy("notice")
    .limit(limit);
  if (office !== undefined) query = query.where("office", "=", office);
  const notices = (await query.execute()).map((row) => noticeSchema.parse(row));
  if (notices.length === 0) return [];
  const rows = await tables
    .selectFrom("cooperation.notice_delivery")
    .select(["notice", "person", "channel", "state", "queued_at", "attempts", "next_attempt_at", "sent_at", "problem"])
    .where(
      "notice",
      "in",
      notices.map(({ notice }) => notice),
    )
    .orderBy("queued_at")
    .orderBy("delivery")
    .execute();
  const deliveries = rows.map((row) => deliverySchema.parse(row));
  return notices.map((row) => ({
    kind: row.kind,
    urgent: row.urgent,
    office: row.office,
    raisedAt: row.raised_at,
    acknowledged:
      row.acknowledged_at === null || row.acknowledged_by === null
        ? undefined
        : { at: row.acknowledged_at, by: row.acknowledged_by },
    givenUpAt: row.given_up_at ?? undefined,
    deliveries: deliveries
      .filter(({ notice }) => notice === row.notice)
      .map((one) => ({
        person: one.person ?? undefined,
        channel: one.channel,
        state: one.state,
        queuedAt: one.queued_at,
        sentAt: one.sent_at ?? undefined,
        attempts: one.attempts,
        nextAttemptAt: one.next_attempt_at,
        problem: one.problem ?? undefined,
      })),
  }));
}
