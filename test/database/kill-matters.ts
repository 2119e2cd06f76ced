import assert from "node:assert/strict";
import { sql } from "kysely";
import {
  type AppendRequest,
  type CooperationDatabase,
  createStore,
  historyFaults,
  type MatterEvent,
  matterIdSchema,
} from "../../src/cooperation/index.ts";
import { event, fold, minute, office, system } from "./matters.ts";

/** A transition of two events and one clock by one command: half of it would show. */
export function transition(
  matter: string,
  known: readonly MatterEvent[],
  next: () => string,
): { readonly request: AppendRequest; readonly known: readonly MatterEvent[] } {
  const id = matterIdSchema.parse(matter);
  const at = known.length + 1;
  const clock = { clock: `answer-${at}`, state: "running", startedAt: minute(at), dueAt: minute(at + 60), data: {} };
  const events = [
    event(id, at, "decided", { office: office("central"), state: `decided-${at}` }, undefined, next()),
    event(id, at + 1, "clock-started", { clocks: [{ ...clock, alarmAt: minute(at + 30) }] }, undefined, next()),
  ];
  const all = [...known, ...events];
  return {
    request: {
      command: next(),
      at: minute(at),
      matter: id,
      expectedSequence: known.length,
      events,
      projection: fold(all),
    },
    known: all,
  };
}

/** What stands in a database after the kills, and what was acknowledged: the two must agree. */
export async function checkAfterKills(
  database: CooperationDatabase,
  acknowledgements: string,
): Promise<{ acknowledged: number; written: number }> {
  const store = createStore(database);
  const histories = new Map<string, MatterEvent[]>();
  for await (const { event: found } of store.allEvents())
    histories.set(found.matter, [...(histories.get(found.matter) ?? []), found]);

  const commands = new Map<string, number[][]>();
  const written = await database.sql.transaction().execute(async (transaction) => {
    await sql`SELECT set_config('justitia.scope', 'system', true)`.execute(transaction);
    return transaction.selectFrom("cooperation.command").select(["matter", "first", "last"]).execute();
  });
  for (const { matter, first, last } of written) commands.set(matter, [...(commands.get(matter) ?? []), [first, last]]);

  const lines = acknowledgements.split("\n").filter((line) => line !== "");
  for (const line of lines) {
    const [, matter = "", last] = line.split(" ");
    assert.ok((histories.get(matter)?.length ?? 0) >= Number(last), `an acknowledged write is lost: ${line}`);
  }
  for (const [matter, events] of histories) {
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, index) => index + 1),
    );
    assert.equal(events.length % 2, 0, `half a transition of ${matter}`);
    assert.deepEqual(
      (commands.get(matter) ?? []).sort(([left = 0], [right = 0]) => left - right),
      Array.from({ length: events.length / 2 }, (_, index) => [2 * index + 1, 2 * index + 2]),
      `each transition of ${matter} has its command, and no command is without`,
    );
  }
  assert.deepEqual(
    [...commands.keys()].filter((matter) => !histories.has(matter)),
    [],
  );
  const { differing, events } = await store.rebuildProjection(fold);
  assert.deepEqual(differing, [], "projection and events agree");
  const [matter] = histories.keys();
  if (matter !== undefined)
    assert.deepEqual(historyFaults(await store.events(system, matterIdSchema.parse(matter))), []);
  return { acknowledged: lines.length, written: events / 2 };
}
