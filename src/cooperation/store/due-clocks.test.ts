import assert from "node:assert/strict";
import { test } from "node:test";
import {
  event,
  fold,
  minute,
  newCommand,
  newMatter,
  newPerson,
  nextRequest,
  office,
  scopeOf,
  system,
} from "../../../test/database/matters.ts";
import { onEachEngine } from "../../../test/database/trial.ts";
import { alarmClasses } from "../definitions/index.ts";
import type { MatterEvent } from "../words/index.ts";
import { inTransaction, type OfficeReach, storedKind } from "./index.ts";

onEachEngine((trial) => {
  test("of the alarms that are due the gravest comes first, in the order of the matter types, and follows its matter to another office", async () => {
    const { database, store } = trial();
    const place = office("gravity");
    const anna = scopeOf(newPerson(), place);
    const known: MatterEvent[] = [];
    const matter = newMatter();
    const write = async (data: Parameters<typeof nextRequest>[3]): Promise<void> => {
      const request = nextRequest(matter, known, "changed", data);
      assert.equal((await store.append(system, request)).kind, "appended");
      known.push(...request.events);
    };
    const due = (): Promise<readonly unknown[]> =>
      inTransaction(database, async (transaction) =>
        (await (await transaction.enter(anna)).dueClocks(minute(600), 3)).map(({ clock }) => clock.data.grade),
      );
    const clocks = alarmClasses.map((grade, index) => ({
      clock: grade,
      state: "running",
      startedAt: minute(1),
      dueAt: minute(900),
      // The graver, the later.
      alarmAt: minute(500 - index),
      data: { grade },
    }));
    await write({ office: place, clocks });
    assert.deepEqual(await due(), alarmClasses.slice(0, 3));
    await write({ office: office("central") });
    assert.deepEqual(await due(), []);
  });

  test("of the own office matters and alarms within reach are found, and the own ones beside them, however many others there are", async () => {
    const { database, store } = trial();
    const place = office("reach");
    const anna = newPerson();
    const scope = scopeOf(anna, place);
    const write = async (state: string, names: readonly string[], assignee: string | null = null): Promise<string> => {
      const matter = newMatter();
      const alarm = {
        clock: "answer",
        state: "running",
        startedAt: minute(1),
        dueAt: minute(900),
        alarmAt: minute(500),
      };
      const data = { office: place, state, assignee, clocks: [{ ...alarm, data: { grade: "legal" } }] };
      const events = names.map((name, index) => event(matter, index + 1, name, data));
      const [first] = events;
      assert.ok(first);
      const request = { command: newCommand(), at: first.at, matter, expectedSequence: 0, events };
      assert.equal((await store.append(system, { ...request, projection: fold(events) })).kind, "appended");
      return matter;
    };
    const written = {
      draft: await write("draft", ["opened"]),
      review: await write("internal-review", ["opened"]),
      proposed: await write("draft", ["opened", "proposed"]),
      elsewhere: await write("sent", ["opened", "proposed"]),
      own: await write("sent", ["opened"], anna),
    };
    const kind = (state: string): string =>
      storedKind({ type: "mutual-legal-assistance", typeVersion: "1", side: "requesting", state });
    const found = (reach: OfficeReach | undefined): Promise<readonly (readonly string[])[]> =>
      inTransaction(database, async (transaction) => {
        const view = await transaction.enter(scope);
        const listed = (await view.queue({}, { size: 10 }, reach)).matters.map(({ matter }) => matter);
        const alarms = (await view.dueClocks(minute(600), 10, reach)).map(({ matter }) => matter);
        const named = (matters: readonly string[]): string[] =>
          Object.entries(written).flatMap(([name, matter]) => (matters.includes(matter) ? [name] : []));
        assert.equal(new Set(listed).size, listed.length);
        assert.equal(new Set(alarms).size, alarms.length);
        return [named(listed), named(alarms)];
      });
    const twice = (...names: readonly string[]) => [names, names];
    assert.deepEqual(await found(undefined), twice("draft", "review", "proposed", "elsewhere", "own"));
    assert.deepEqual(await found({ always: [], whileProposed: [] }), twice("own"));
    assert.deepEqual(await found({ always: [kind("internal-review")], whileProposed: [] }), twice("review", "own"));
    assert.deepEqual(
      await found({ always: [kind("internal-review")], whileProposed: [kind("draft")] }),
      twice("review", "proposed", "own"),
    );
  });
});
