import { isDeepStrictEqual } from "node:util";
import { type Kysely, sql } from "kysely";
import { type MatterEvent, type MatterId, matterIdSchema } from "../words/index.ts";
import { withRetries } from "./append.ts";
import type { CooperationDatabase } from "./database.ts";
import { type Projection, projectionSchema, projectionText } from "./projection.ts";
import { enterScope } from "./scope.ts";
import type { Tables } from "./tables.ts";
import { viewOf } from "./view.ts";

/** What making the projections again came to. */
export interface Rebuilt {
  readonly matters: number;
  readonly events: number;
  /** Matters whose contents were erased: what is stored of them is all there is. */
  readonly erased: number;
  /** Matters whose stored projection was not what their events come to. */
  readonly differing: readonly MatterId[];
}

/** What is made again, and whether it is also written. */
export interface RebuildOptions {
  readonly write: boolean;
  /** Open matters alone, which are those with clocks that run. */
  readonly open?: boolean;
}

/**
 * Folds the events of every matter again and compares with what is stored; where they differ and it may write, the
 * stored projection is replaced. Matter by matter, so that the authority can go on working.
 */
export async function rebuildProjection(
  { sql: database, keys }: Pick<CooperationDatabase, "sql" | "keys">,
  fold: (events: readonly MatterEvent[]) => Projection,
  { write, open = false }: RebuildOptions,
): Promise<Rebuilt> {
  const differing: MatterId[] = [];
  let matters = 0;
  let events = 0;
  let erased = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const batch = await mattersAfter(database, after, open);
    for (const matter of batch) {
      const found = await withRetries(() => compare({ sql: database, keys }, matter, fold, write));
      matters += 1;
      if (found.erased) erased += 1;
      events += found.events;
      if (!found.equal) differing.push(matter);
      after = matter;
    }
    if (batch.length === 0) return { matters, events, erased, differing };
  }
}

async function mattersAfter(database: Kysely<Tables>, after: string, open: boolean): Promise<MatterId[]> {
  return database.transaction().execute(async (transaction) => {
    await enterScope(transaction, { kind: "system" });
    let query = transaction
      .selectFrom("cooperation.matter")
      .select("matter")
      .where("matter", ">", after)
      .orderBy("matter")
      .limit(500);
    if (open) query = query.where("open", "=", true);
    const rows = await query.execute();
    return rows.map(({ matter }) => matterIdSchema.parse(matter));
  });
}

async function compare(
  { sql: database, keys }: Pick<CooperationDatabase, "sql" | "keys">,
  matter: MatterId,
  fold: (events: readonly MatterEvent[]) => Projection,
  write: boolean,
): Promise<{ equal: boolean; events: number; erased: boolean }> {
  return database
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (transaction) => {
      const scope = { kind: "system" } as const;
      await enterScope(transaction, scope);
      const view = viewOf(transaction, keys, scope);
      const stored = await view.matter(matter);
      if (stored === undefined) throw new Error(`matter ${matter} has gone, which cannot be`);
      const { sequence, matter: _, erasedAt, ...rest } = stored;
      if (erasedAt !== undefined) return { equal: true, events: sequence, erased: true };
      const events = (await view.events(matter)).map(({ event }) => event);
      const expected = inOrder(projectionSchema.parse(fold(events)));
      const is = inOrder({ ...rest, clocks: await view.clocks(matter), evidence: await view.evidence(matter) });
      const equal = isDeepStrictEqual(is, expected) && sequence === events.length;
      if (!equal && write) {
        await sql`SELECT cooperation.replace_projection(${matter}, ${events.length}, ${projectionText(expected)})`.execute(
          transaction,
        );
      }
      return { equal, events: events.length, erased: false };
    });
}

/** Clocks and items in one order, because the database keeps them as a set. */
function inOrder(projection: Projection): Projection {
  const by = <Value>(values: readonly Value[], key: (value: Value) => string): Value[] =>
    [...values].sort((left, right) => (key(left) < key(right) ? -1 : 1));
  return {
    ...projection,
    clocks: by(projection.clocks, ({ clock }) => clock),
    evidence: by(projection.evidence, ({ item }) => item),
  };
}
