import assert from "node:assert/strict";
import {
  type AppendRequest,
  authorityIdSchema,
  historyFaults,
  type MatterEvent,
  matterIdSchema,
  type Store,
} from "../../src/cooperation/index.ts";
import { event, fold, minute, office, system } from "./matters.ts";

const partner = authorityIdSchema.parse("ar-central");

/** A transition of two events, one clock, one message: half of it would show. */
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
      messages: [{ message: next(), partner, kind: "decision", body: { sequence: at + 1 } }],
    },
    known: all,
  };
}

/** What stands in a database after the kills, and what was acknowledged: the two must agree. */
export async function checkAfterKills(
  store: Store,
  acknowledgements: string,
): Promise<{ acknowledged: number; written: number }> {
  const histories = new Map<string, MatterEvent[]>();
  for await (const { event: found } of store.allEvents())
    histories.set(found.matter, [...(histories.get(found.matter) ?? []), found]);

  const messages = new Map<string, number[]>();
  for (const found of await store.mail((mailbox) => mailbox.dueMessages(minute(1_000_000), 1_000_000)))
    messages.set(found.matter, [...(messages.get(found.matter) ?? []), found.sequence]);

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
      (messages.get(matter) ?? []).sort((left, right) => left - right),
      events.map(({ sequence }) => sequence).filter((sequence) => sequence % 2 === 0),
      `each transition of ${matter} has its message, and no message is without`,
    );
  }
  const { differing, events } = await store.rebuildProjection(fold);
  assert.deepEqual(differing, [], "projection and events agree");
  const [matter] = histories.keys();
  if (matter !== undefined)
    assert.deepEqual(historyFaults(await store.events(system, matterIdSchema.parse(matter))), []);
  return { acknowledged: lines.length, written: events / 2 };
}
