import { type Kysely, type Selectable, type SqlBool, sql, type Transaction } from "kysely";
import { z } from "zod";
import {
  type AuthorityId,
  type Digest,
  digestSchema,
  type Instant,
  instantSchema,
  type MatterEvent,
  type MatterId,
  matterEventSchema,
  matterIdSchema,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  roleSchema,
} from "../words/index.ts";
import {
  clockOf,
  evidenceItemOf,
  instantOf,
  matterOf,
  type ProjectedClock,
  type ProjectedEvidenceItem,
  type StoredMatter,
} from "./projection.ts";
import { type OfficeReach, type Scope, waysToSee } from "./scope.ts";
import type { Tables } from "./tables.ts";

/** An event as it is kept. */
export interface StoredEvent {
  readonly event: MatterEvent;
  readonly digest: Digest;
  /** Digest of the event before it in its matter; null for the first. */
  readonly previous: Digest | null;
  /** Its place among all events of the authority: growing, with gaps. */
  readonly position: number;
}

/** Which matters of those that may be seen; what is left out does not narrow. */
export interface QueueFilter {
  readonly open?: boolean;
  readonly types?: readonly string[];
  readonly states?: readonly string[];
  readonly sides?: readonly string[];
  readonly offices?: readonly OfficeId[];
  readonly assignee?: PersonId | "nobody";
  readonly partners?: readonly AuthorityId[];
  readonly urgent?: boolean;
  readonly dueBefore?: Instant;
  /** Part of the reference, in whatever case; or the identifier of the matter. */
  readonly named?: string;
}

/** A place in a queue: after the last matter that was shown. */
export interface QueuePlace {
  readonly dueAt: Instant | null;
  readonly matter: MatterId;
}

export interface QueuePage {
  /** From the nearest deadline to none; then by identifier, that is by age. */
  readonly matters: readonly StoredMatter[];
  /** Where the next page begins; undefined at the end. */
  readonly next?: QueuePlace;
}

/** That somebody looked. */
export interface ReadEntry {
  readonly matter: MatterId;
  /** What was disclosed, such as `history` or `exhibit 3`. */
  readonly what: string;
  readonly reason?: string;
}

const loggedReadSchema = z.object({
  entry: z.number(),
  at: instantSchema,
  person: personIdSchema.nullable(),
  office: officeIdSchema.nullable(),
  role: roleSchema.nullable(),
  matter: matterIdSchema,
  what: z.string(),
  reason: z.string().nullable(),
});
export type LoggedRead = z.infer<typeof loggedReadSchema>;

/** What may be read, all of one moment, and logged in the same transaction. */
export interface View {
  /** Undefined where there is none, or none that may be seen. */
  matter(matter: MatterId): Promise<StoredMatter | undefined>;
  /** Those of them that may be seen, in no order. */
  matters(matters: readonly MatterId[]): Promise<StoredMatter[]>;
  /** In their order; none where the matter may not be seen. */
  events(matter: MatterId): Promise<StoredEvent[]>;
  clocks(matter: MatterId): Promise<ProjectedClock[]>;
  evidence(matter: MatterId): Promise<ProjectedEvidenceItem[]>;
  /** Of the own office those within reach. @throws RangeError where the size is not 1 to 500. */
  queue(
    filter: QueueFilter,
    page: { readonly size: number; readonly after?: QueuePlace },
    reach?: OfficeReach,
  ): Promise<QueuePage>;
  countQueue(filter: QueueFilter): Promise<number>;
  logRead(at: Instant, entries: readonly ReadEntry[]): Promise<void>;
  /** Who looked, newest last; only auditors and the system see any. Of more than the limit the newest, unless `after` is given. */
  readLog(of: {
    readonly matter?: MatterId;
    readonly what?: string;
    readonly after?: number;
    readonly limit: number;
  }): Promise<LoggedRead[]>;
}

export function eventOf(row: Selectable<Tables["cooperation.event"]>): StoredEvent {
  return {
    event: matterEventSchema.parse({
      id: row.id,
      matter: row.matter,
      sequence: row.sequence,
      name: row.name,
      at: instantOf(row.at),
      by: row.by,
      data: row.data,
    }),
    digest: digestSchema.parse(row.digest),
    previous: digestSchema.nullable().parse(row.previous),
    position: Number(row.position),
  };
}

const dueOrEnd = sql<Date>`coalesce(due_at, 'infinity')`;

function filtered(database: Kysely<Tables>, filter: QueueFilter) {
  let query = database.selectFrom("cooperation.matter");
  if (filter.open !== undefined) query = query.where("open", "=", filter.open);
  if (filter.types !== undefined) query = query.where("type", "=", oneOf(filter.types));
  if (filter.states !== undefined) query = query.where("state", "=", oneOf(filter.states));
  if (filter.sides !== undefined) query = query.where("side", "=", oneOf(filter.sides));
  if (filter.offices !== undefined) query = query.where("office", "=", oneOf(filter.offices));
  if (filter.partners !== undefined) query = query.where("partner", "=", oneOf(filter.partners));
  if (filter.urgent !== undefined) query = query.where("urgent", "=", filter.urgent);
  if (filter.dueBefore !== undefined) query = query.where(sql<SqlBool>`due_at < ${filter.dueBefore}::timestamptz`);
  if (filter.named !== undefined) {
    const part = `%${filter.named.replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where(sql<SqlBool>`(reference ILIKE ${part} OR matter::text = ${filter.named.toLowerCase()})`);
  }
  if (filter.assignee === "nobody") query = query.where("assignee", "is", null);
  else if (filter.assignee !== undefined) query = query.where("assignee", "=", filter.assignee);
  return query;
}

const oneOf = (values: readonly string[]) => sql<string>`any(${[...values]}::text[])`;

/** The order of a queue: the nearest deadline first, those without one last. */
function inQueue(one: StoredMatter, other: StoredMatter): number {
  const place = ({ dueAt, matter }: StoredMatter): string => `${dueAt ?? "infinity"} ${matter}`;
  return place(one) < place(other) ? -1 : 1;
}

/** The view of a transaction that has entered the scope. */
export function viewOf(transaction: Transaction<Tables>, scope: Scope): View {
  return {
    matter: async (matter) => {
      const row = await transaction
        .selectFrom("cooperation.matter")
        .selectAll()
        .where("matter", "=", matter)
        .executeTakeFirst();
      return row === undefined ? undefined : matterOf(row);
    },
    matters: async (matters) => {
      const rows = await transaction
        .selectFrom("cooperation.matter")
        .selectAll()
        .where("matter", "=", sql<string>`any(${[...matters]}::uuid[])`)
        .execute();
      return rows.map(matterOf);
    },
    events: async (matter) => {
      const rows = await transaction
        .selectFrom("cooperation.event")
        .selectAll()
        .where("matter", "=", matter)
        .orderBy("sequence")
        .execute();
      return rows.map(eventOf);
    },
    clocks: async (matter) => {
      const rows = await transaction
        .selectFrom("cooperation.clock")
        .selectAll()
        .where("matter", "=", matter)
        .orderBy("clock")
        .execute();
      return rows.map(clockOf);
    },
    evidence: async (matter) => {
      const rows = await transaction
        .selectFrom("cooperation.evidence_item")
        .selectAll()
        .where("matter", "=", matter)
        .orderBy("item")
        .execute();
      return rows.map(evidenceItemOf);
    },
    queue: async (filter, { size, after }, reach) => {
      if (!Number.isInteger(size) || size < 1 || size > 500)
        throw new RangeError("a page of a queue has 1 to 500 matters");
      let query = filtered(transaction, filter).selectAll().orderBy(dueOrEnd).orderBy("matter");
      if (after !== undefined)
        query = query.where(
          sql<SqlBool>`(coalesce(due_at, 'infinity'), matter) > (${after.dueAt ?? "infinity"}::timestamptz, ${after.matter}::uuid)`,
        );
      // One more than is shown tells whether there is a next page.
      const ways = waysToSee(scope, "matter", reach).map((way) => query.where(way).limit(size + 1));
      const { rows } = await sql<Selectable<Tables["cooperation.matter"]>>`${sql.join(ways, sql` UNION ALL `)}`.execute(
        transaction,
      );
      const matters = [...new Map(rows.map((row) => [row.matter, row])).values()].map(matterOf).sort(inQueue);
      const shown = matters.slice(0, size);
      const last = shown.at(-1);
      return matters.length > size && last !== undefined
        ? { matters: shown, next: { dueAt: last.dueAt, matter: last.matter } }
        : { matters: shown };
    },
    countQueue: async (filter) => {
      const { count } = await filtered(transaction, filter)
        .select(sql<string | number>`count(*)`.as("count"))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    logRead: async (at, entries) => {
      if (entries.length === 0) return;
      const reader =
        scope.kind === "person"
          ? { person: scope.person, office: scope.office, role: scope.role }
          : { person: null, office: null, role: null };
      // One text for any number of entries, so that the connections know it already.
      await sql`INSERT INTO cooperation.read_log (at, person, office, role, matter, what, reason)
        SELECT ${at}::timestamptz, ${reader.person}::uuid, ${reader.office}::text, ${reader.role}::text, e.*
        FROM unnest(${entries.map(({ matter }) => matter)}::uuid[], ${entries.map(({ what }) => what)}::text[],
                    ${entries.map(({ reason }) => reason ?? null)}::text[]) AS e`.execute(transaction);
    },
    readLog: async ({ matter, what, after, limit }) => {
      let query = transaction
        .selectFrom("cooperation.read_log")
        .selectAll()
        .orderBy("entry", after === undefined ? "desc" : "asc")
        .limit(limit);
      if (after !== undefined) query = query.where(sql<SqlBool>`entry > ${after}`);
      if (matter !== undefined) query = query.where("matter", "=", matter);
      if (what !== undefined) query = query.where("what", "=", what);
      const rows = await query.execute();
      if (after === undefined) rows.reverse();
      return rows.map((row) => loggedReadSchema.parse({ ...row, entry: Number(row.entry), at: instantOf(row.at) }));
    },
  };
}
