import { type Kysely, type Selectable, type SqlBool, sql, type Transaction } from "kysely";
import { z } from "zod";
import { contentsDigestWith, type MatterKey, SealBroken } from "../matter-keys/index.ts";
import {
  type AuthorityId,
  type Digest,
  digestSchema,
  type EventHead,
  eventDigest,
  eventHeadSchema,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterEvent,
  type MatterId,
  matterEventSchema,
  matterIdSchema,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  roleSchema,
  sealedEventDigest,
} from "../words/index.ts";
import { type KeyRing, keptKey } from "./key-ring.ts";
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
  /** With it the digest can be computed anew from the contents; undefined for what is, or once was, kept in the open. */
  readonly salt: Uint8Array | undefined;
  readonly digest: Digest;
  /** Digest of the event before it in its matter; null for the first. */
  readonly previous: Digest | null;
  /** Its place among all events of the authority: growing, with gaps. */
  readonly position: number;
}

/** What is left of an event whose contents were erased, or of any other: which step, when, by whom. */
export interface EventRemains {
  readonly head: EventHead;
  /** What was kept in the open, such as that the matter was erased. */
  readonly data: JsonObject | undefined;
  /** Digest of the contents; undefined for what is, or once was, kept in the open. */
  readonly contents: Digest | undefined;
  readonly digest: Digest;
  readonly previous: Digest | null;
  readonly position: number;
}

/** The contents of a matter were erased: its events cannot be read any more, only what is left of them. */
export class MatterErased extends Error {
  readonly matter: MatterId;
  constructor(matter: MatterId) {
    super(`the contents of matter ${matter} were erased`);
    this.name = "MatterErased";
    this.matter = matter;
  }
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
  /** In their order; none where the matter may not be seen. @throws MatterErased */
  events(matter: MatterId): Promise<StoredEvent[]>;
  /** What is readable of the events without the key of the matter, in their order; none where it may not be seen. */
  remains(matter: MatterId): Promise<EventRemains[]>;
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
  /** The reason of a read as it is kept, with the key of its matter as it is kept; null where the key was destroyed. */
  reasonOf(matter: MatterId, wrapped: Uint8Array | null, sealed: Uint8Array | null): string | null;
  /** Who looked, newest last; only auditors and the system see any. Of more than the limit the newest, unless `after` is given. */
  readLog(of: {
    readonly matter?: MatterId;
    readonly what?: string;
    readonly after?: number;
    readonly limit: number;
  }): Promise<LoggedRead[]>;
}

type EventRow = Selectable<Tables["cooperation.event"]>;

export function remainsOf(row: EventRow): EventRemains {
  return {
    head: eventHeadSchema.parse({
      id: row.id,
      matter: row.matter,
      sequence: row.sequence,
      name: row.name,
      at: instantOf(row.at),
      by: row.by,
    }),
    data: row.data ?? undefined,
    contents: digestSchema.nullable().parse(row.contents) ?? undefined,
    digest: digestSchema.parse(row.digest),
    previous: digestSchema.nullable().parse(row.previous),
    position: Number(row.position),
  };
}

/**
 * An event with its contents.
 *
 * @throws MatterErased where they were erased, SealBroken where they were changed.
 */
export function eventOf(row: EventRow, key: MatterKey | undefined): StoredEvent {
  const { head, data: inTheOpen, contents, digest, previous, position } = remainsOf(row);
  if (inTheOpen === undefined && (key === undefined || row.sealed === null)) throw new MatterErased(head.matter);
  const data = inTheOpen ?? (row.sealed === null ? {} : key?.open(head, row.sealed));
  const event = matterEventSchema.parse({ ...head, data });
  return { event, salt: contents === undefined ? undefined : key?.salt(head), digest, previous, position };
}

/** What the digest of an event comes to, from what is there of it. */
export type DigestAnew =
  /** `digest`: undefined where only the key could tell, which was destroyed. */
  | { readonly kind: "computed"; readonly digest: Digest | undefined }
  /** The contents do not open, or are not those that their digest names. */
  | { readonly kind: "damaged" };

/**
 * The digest of an event as it is kept, computed anew: from what stays readable, and from the contents where the key is there.
 *
 * @throws z.ZodError where the row is no event any more.
 */
export function digestAnew(row: EventRow, key: MatterKey | undefined): DigestAnew {
  const { head, data, contents } = remainsOf(row);
  if (data !== undefined) return { kind: "computed", digest: eventDigest({ ...head, data }) };
  const outside = contents === undefined ? undefined : sealedEventDigest(head, contents);
  if (key === undefined || row.sealed === null) return { kind: "computed", digest: outside };
  try {
    const opened = key.open(head, row.sealed);
    if (contents === undefined) return { kind: "computed", digest: eventDigest({ ...head, data: opened }) };
    return contentsDigestWith(key, head, opened) === contents
      ? { kind: "computed", digest: outside }
      : { kind: "damaged" };
  } catch (error) {
    if (error instanceof SealBroken) return { kind: "damaged" };
    throw error;
  }
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
export function viewOf(transaction: Transaction<Tables>, keys: KeyRing, scope: Scope): View {
  const reasonOf: View["reasonOf"] = (matter, wrapped, sealed) =>
    sealed === null || wrapped === null ? null : keys.unwrap(matter, wrapped).openText("reason", sealed);
  return {
    reasonOf,
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
        .select(sql<Uint8Array | null>`(SELECT cooperation.wrapped_key(${matter}))`.as("wrapped"))
        .where("matter", "=", matter)
        .orderBy("sequence")
        .execute();
      const wrapped = rows[0]?.wrapped ?? undefined;
      const key = wrapped === undefined ? undefined : keys.unwrap(matter, wrapped);
      if (key !== undefined) keys.remember(matter, key);
      return rows.map((row) => eventOf(row, key));
    },
    remains: async (matter) => {
      const rows = await transaction
        .selectFrom("cooperation.event")
        .selectAll()
        .where("matter", "=", matter)
        .orderBy("sequence")
        .execute();
      return rows.map(remainsOf);
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
      const closed: (string | null)[] = [];
      for (const { matter, reason } of entries) {
        // A reason may tell what is in the matter, and is closed as that is.
        const key =
          reason === undefined ? undefined : (keys.recent(matter) ?? (await keptKey(transaction, keys, matter)));
        const sealed = reason === undefined ? undefined : key?.sealText("reason", reason);
        closed.push(sealed === undefined ? null : Buffer.from(sealed).toString("base64"));
      }
      // One text for any number of entries, so that the connections know it already.
      await sql`INSERT INTO cooperation.read_log (at, person, office, role, matter, what, sealed_reason)
        SELECT ${at}::timestamptz, ${reader.person}::uuid, ${reader.office}::text, ${reader.role}::text,
               e.matter, e.what, decode(e.reason, 'base64')
        FROM unnest(${entries.map(({ matter }) => matter)}::uuid[], ${entries.map(({ what }) => what)}::text[],
                    ${closed}::text[]) AS e (matter, what, reason)`.execute(transaction);
    },
    readLog: async ({ matter, what, after, limit }) => {
      let query = transaction
        .selectFrom("cooperation.read_log")
        .selectAll()
        .select(
          sql<Uint8Array | null>`CASE WHEN sealed_reason IS NOT NULL THEN cooperation.wrapped_key(matter) END`.as(
            "wrapped",
          ),
        )
        .orderBy("entry", after === undefined ? "desc" : "asc")
        .limit(limit);
      if (after !== undefined) query = query.where(sql<SqlBool>`entry > ${after}`);
      if (matter !== undefined) query = query.where("matter", "=", matter);
      if (what !== undefined) query = query.where("what", "=", what);
      const rows = await query.execute();
      if (after === undefined) rows.reverse();
      return rows.map((row) => {
        const read = loggedReadSchema.parse({ ...row, entry: Number(row.entry), at: instantOf(row.at) });
        return { ...read, reason: reasonOf(read.matter, row.wrapped, row.sealed_reason) };
      });
    },
  };
}
