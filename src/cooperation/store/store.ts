import { type SqlBool, sql } from "kysely";
import type { Digest, Instant, MatterEvent, MatterId } from "../words/index.ts";
import { contentsDigest, eventDigest, headOf, sealedEventDigest } from "../words/index.ts";
import { type AppendOutcome, type AppendRequest, append, withRetries } from "./append.ts";
import type { CooperationDatabase, Durability } from "./database.ts";
import { type Directory, directoryOf } from "./directory.ts";
import { keptKeys } from "./key-ring.ts";
import type { Projection, StoredMatter } from "./projection.ts";
import { type RebuildOptions, type Rebuilt, rebuildProjection } from "./rebuild.ts";
import { enterScope, type Scope } from "./scope.ts";
import {
  type EventRemains,
  eventOf,
  type QueueFilter,
  type QueuePage,
  type QueuePlace,
  type ReadEntry,
  type StoredEvent,
  type View,
  viewOf,
} from "./view.ts";

/** Where matters are kept. */
export interface Store {
  /** Writes events and projection: all or nothing, once for each command. */
  append(scope: Scope, request: AppendRequest): Promise<AppendOutcome>;
  /** Reads in one transaction, of one moment, and logs in it: a read whose log entry fails discloses nothing. */
  read<Value>(scope: Scope, work: (view: View & Directory) => Promise<Value>): Promise<Value>;
  matter(scope: Scope, matter: MatterId): Promise<StoredMatter | undefined>;
  events(scope: Scope, matter: MatterId): Promise<StoredEvent[]>;
  queue(
    scope: Scope,
    filter: QueueFilter,
    page: { readonly size: number; readonly after?: QueuePlace },
  ): Promise<QueuePage>;
  logRead(scope: Scope, at: Instant, entries: readonly ReadEntry[]): Promise<void>;
  /**
   * Every event of the authority by position, as the system; those after `after`, up to what is settled when it
   * begins. An event never appears later below a position that was handed out, so a reader can go on from the last.
   * No transaction stays open between two pages. Of erased matters there is only what was kept in the open: that
   * their contents were erased.
   */
  allEvents(after?: number, pageSize?: number): AsyncGenerator<StoredEvent>;
  /** Makes every projection again; `write` also replaces those that differ. */
  rebuildProjection(fold: (events: readonly MatterEvent[]) => Projection, options?: RebuildOptions): Promise<Rebuilt>;
  durability(): Promise<Durability>;
}

/** The store over a migrated database. */
export function createStore(database: CooperationDatabase): Store {
  const inScope: Store["read"] = (scope, work) =>
    withRetries(() =>
      database.sql
        .transaction()
        .setIsolationLevel("repeatable read")
        .execute(async (transaction) => {
          await enterScope(transaction, scope);
          return work({ ...viewOf(transaction, database.keys, scope), ...directoryOf(transaction) });
        }),
    );
  return {
    append: (scope, request) => append(database.sql, database.keys, scope, request),
    read: inScope,
    matter: (scope, matter) => inScope(scope, (view) => view.matter(matter)),
    events: (scope, matter) => inScope(scope, (view) => view.events(matter)),
    queue: (scope, filter, page) => inScope(scope, (view) => view.queue(filter, page)),
    logRead: (scope, at, entries) => inScope(scope, (view) => view.logRead(at, entries)),
    allEvents: (after = 0, pageSize = 1000) => allEvents(database, after, pageSize),
    rebuildProjection: (fold, options = { write: false }) => rebuildProjection(database, fold, options),
    durability: () => database.durability(),
  };
}

async function* allEvents(database: CooperationDatabase, after: number, pageSize: number): AsyncGenerator<StoredEvent> {
  const { rows } = await sql<{ settled: string | number }>`
    SELECT cooperation.settled_position() AS settled`.execute(database.sql);
  const settled = Number(rows[0]?.settled);
  for (let last = after; last < settled; ) {
    const page = await database.sql.transaction().execute(async (transaction) => {
      await enterScope(transaction, { kind: "system" });
      const found = await transaction
        .selectFrom("cooperation.event")
        .selectAll()
        .where(sql<SqlBool>`position > ${last} AND position <= ${settled}`)
        .orderBy("position")
        .limit(pageSize)
        .execute();
      const opened = await keptKeys(
        transaction,
        database.keys,
        found.map(({ matter }) => matter),
      );
      const readable = found.filter(({ matter, data }) => data !== null || opened.get(matter) !== undefined);
      return { end: found.at(-1)?.position, events: readable.map((row) => eventOf(row, opened.get(row.matter))) };
    });
    yield* page.events;
    if (page.end === undefined) return;
    last = Number(page.end);
  }
}

/** The digest of an event as it is kept: with the salt of its contents, or without where it was kept in the open. */
export function storedDigest(event: MatterEvent, salt: Uint8Array | undefined): Digest {
  return salt === undefined ? eventDigest(event) : sealedEventDigest(headOf(event), contentsDigest(event.data, salt));
}

/** A fault in what is kept of a matter. */
export interface HistoryFault {
  readonly sequence: number;
  readonly fault: "gap" | "digest" | "link";
}

/**
 * Checks the events of one matter: sequences from 1 without a gap, each digest that of its event, each link that of
 * the event before. Who rewrites a whole history with its digests passes here and is found by the log.
 */
export function historyFaults(events: readonly StoredEvent[]): HistoryFault[] {
  const faults: HistoryFault[] = [];
  let before: Digest | null = null;
  for (const [index, { event, salt, digest, previous }] of events.entries()) {
    if (event.sequence !== index + 1) faults.push({ sequence: index + 1, fault: "gap" });
    if (storedDigest(event, salt) !== digest) faults.push({ sequence: event.sequence, fault: "digest" });
    if (previous !== before) faults.push({ sequence: event.sequence, fault: "link" });
    before = digest;
  }
  return faults;
}

/** The same for what is left of the events, with or without their contents: what can be known without the key. */
export function remainsFaults(remains: readonly EventRemains[]): HistoryFault[] {
  const faults: HistoryFault[] = [];
  let before: Digest | null = null;
  for (const [index, { head, data, contents, digest, previous }] of remains.entries()) {
    const known =
      contents === undefined
        ? data === undefined
          ? undefined
          : eventDigest({ ...head, data })
        : sealedEventDigest(head, contents);
    if (head.sequence !== index + 1) faults.push({ sequence: index + 1, fault: "gap" });
    if (known !== undefined && known !== digest) faults.push({ sequence: head.sequence, fault: "digest" });
    if (previous !== before) faults.push({ sequence: head.sequence, fault: "link" });
    before = digest;
  }
  return faults;
}
