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
import { SealBroken } from "../matter-keys/index.ts";
import { authorityIdSchema, digestOf, type MatterEvent, stateCodeSchema } from "../words/index.ts";
import {
  type AppendOutcome,
  conflictSentence,
  createStore,
  historyFaults,
  inTransaction,
  remainsFaults,
} from "./index.ts";

const central = office("central");
const appended = { kind: "appended", repeated: false } as const;
/** An outcome without the digests, which are different each time. */
const told = (outcome: AppendOutcome): object => {
  if (outcome.kind !== "appended") return outcome;
  const { digests: _, ...rest } = outcome;
  return rest;
};

onEachEngine((trial, engine) => {
  test("a new matter is kept with its event and projection", async () => {
    const { store } = trial();
    const matter = newMatter();
    const partner = authorityIdSchema.parse("ar-central");
    const data = { office: central, partner, reference: "XA-1 Grüße 法", dueAt: minute(900) };
    const request = nextRequest(matter, [], "opened", data);
    assert.deepEqual(told(await store.append(system, request)), { ...appended, first: 1, last: 1 });
    const stored = await store.matter(system, matter);
    assert.equal(stored?.reference, "XA-1 Grüße 法");
    assert.equal(stored?.dueAt, minute(900));
    const events = await store.events(system, matter);
    assert.deepEqual(
      events.map((found) => found.event),
      request.events,
    );
    assert.deepEqual(historyFaults(events), []);
  });

  test("a command that comes again gets its first answer and writes nothing", async () => {
    const { store } = trial();
    const matter = newMatter();
    const request = nextRequest(matter, [], "opened", { office: central });
    await store.append(system, request);
    const further = nextRequest(matter, request.events, "sent", { state: "sent" });
    await store.append(system, further);
    assert.deepEqual(await store.append(system, request), {
      kind: "appended",
      repeated: true,
      first: 1,
      last: 1,
      digests: [],
    });
    assert.equal((await store.events(system, matter)).length, 2);
  });

  test("a command of one matter or person answers for no other", async () => {
    const { store } = trial();
    const anna = newPerson();
    const scope = scopeOf(anna, central);
    const matter = newMatter();
    const by = { kind: "person", person: anna, office: central, role: "case-officer" } as const;
    const request = nextRequest(matter, [], "opened", { office: central }, by);
    await store.append(scope, request);
    assert.deepEqual(await store.append(scopeOf(newPerson(), central), request), { kind: "command-reused" });
    const elsewhere = { ...nextRequest(newMatter(), [], "opened", { office: central }, by), command: request.command };
    assert.deepEqual(await store.append(scope, elsewhere), { kind: "command-reused" });
  });

  test("the second of two writers is told who was first, and when", async () => {
    const { store, second } = trial();
    const other = createStore(second);
    const matter = newMatter();
    const opened = nextRequest(matter, [], "opened", { office: central });
    await store.append(system, opened);
    const anna = newPerson();
    const by = { kind: "person", person: anna, office: central, role: "case-officer" } as const;
    const outcomes = await Promise.all([
      store.append(scopeOf(anna, central), nextRequest(matter, opened.events, "sent", { state: "sent" }, by)),
      other.append(scopeOf(anna, central), nextRequest(matter, opened.events, "withdrawn", { state: "withdrawn" }, by)),
    ]);
    assert.equal(outcomes.filter(({ kind }) => kind === "appended").length, 1);
    const conflict = outcomes.find(
      (outcome): outcome is Extract<AppendOutcome, { kind: "conflict" }> => outcome.kind === "conflict",
    );
    assert.ok(conflict);
    const [, written] = await store.events(system, matter);
    assert.ok(written);
    assert.deepEqual(conflict, {
      kind: "conflict",
      sequence: 2,
      since: [{ sequence: 2, name: written.event.name, at: minute(2), by }],
    });
    const sentence = conflictSentence(conflict, (actor) => (actor.kind === "person" ? "Anna" : "somebody"));
    assert.match(sentence, /^Anna changed the matter at 2026-01-05T00:02:00.000Z \((sent|withdrawn)\)/);
  });

  test("of many who open the same matter or send the same command at once, one writes", async () => {
    const { store, second } = trial();
    const stores = [store, createStore(second)];
    const matter = newMatter();
    const openings = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        stores[index % 2]?.append(
          system,
          nextRequest(matter, [], "opened", { office: central, reference: `${index}` }),
        ),
      ),
    );
    assert.equal(openings.filter((outcome) => outcome?.kind === "appended").length, 1);
    assert.equal(openings.filter((outcome) => outcome?.kind === "conflict").length, 11);

    const request = nextRequest(newMatter(), [], "opened", { office: central });
    const repeats = await Promise.all(
      Array.from({ length: 12 }, (_, index) => stores[index % 2]?.append(system, request)),
    );
    assert.equal(repeats.filter((outcome) => outcome?.kind === "appended" && !outcome.repeated).length, 1);
    assert.equal(repeats.filter((outcome) => outcome?.kind === "appended" && outcome.repeated).length, 11);
    assert.equal((await store.events(system, request.matter)).length, 1);
  });

  test("where an event cannot be written, neither its projection nor its command is", async () => {
    const { store } = trial();
    const matter = newMatter();
    const opened = nextRequest(matter, [], "opened", { office: central });
    await store.append(system, opened);
    const sent = nextRequest(matter, opened.events, "sent", { state: "sent" });
    const [known] = opened.events;
    const [first] = sent.events;
    assert.ok(known && first);
    // The event bears the name of one that is there: the last statement of the transaction fails.
    await assert.rejects(store.append(system, { ...sent, events: [{ ...first, id: known.id }] }), /event_id_key/);
    assert.equal((await store.matter(system, matter))?.state, "draft");
    assert.equal((await store.events(system, matter)).length, 1);
    assert.deepEqual(told(await store.append(system, sent)), { ...appended, first: 2, last: 2 });
  });

  test("a text that the database cannot hold is named before anything is written", async () => {
    const { store } = trial();
    const matter = newMatter();
    for (const text of ["a\u0000b", "\ud800"]) {
      const request = nextRequest(matter, [], "opened", { office: central });
      const [given] = request.events;
      assert.ok(given);
      const events = [{ ...given, data: { office: central, facts: [text] } }];
      assert.deepEqual(await store.append(system, { ...request, events }), { kind: "not-storable", at: "/facts/0" });
    }
    assert.equal(await store.matter(system, matter), undefined);
  });

  test("numbers, accents and depths come back with the digest they went in with", async () => {
    const { store } = trial();
    const matter = newMatter();
    const data = {
      note: {
        "\u00e9": [0, -0.1, 1e-7, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740992],
        "": null,
        deep: [[[{}]]],
      },
    };
    const opened = event(matter, 1, "noted", data);
    const projection = fold([event(matter, 1, "opened", { office: central })]);
    await store.append(system, {
      command: newCommand(),
      at: minute(1),
      matter,
      expectedSequence: 0,
      events: [opened],
      projection,
    });
    const events = await store.events(system, matter);
    assert.deepEqual(events[0]?.event, opened);
    assert.deepEqual(historyFaults(events), []);
  });

  test("events that do not follow what is expected are a mistake of the program", async () => {
    const { store } = trial();
    const request = nextRequest(newMatter(), [], "opened", { office: central });
    await assert.rejects(store.append(system, { ...request, events: [] }), RangeError);
    await assert.rejects(store.append(system, { ...request, expectedSequence: 1 }), RangeError);
    await assert.rejects(store.append(system, { ...request, matter: newMatter() }), RangeError);
  });

  test("a queue is paged by deadline, loses nothing and shows nothing twice", async () => {
    const { store } = trial();
    const queued = office("queue");
    const expected: string[] = [];
    for (let index = 0; index < 25; index += 1) {
      const matter = newMatter();
      expected.push(matter);
      const dueAt = index % 5 === 4 ? null : minute(1000 + Math.floor(index / 3));
      await store.append(system, nextRequest(matter, [], "opened", { office: queued, dueAt, urgent: index % 2 === 0 }));
    }
    const seen: string[] = [];
    const dues: (string | null)[] = [];
    for (let page = await store.queue(system, { offices: [queued], open: true }, { size: 7 }); ; ) {
      seen.push(...page.matters.map(({ matter }) => matter));
      dues.push(...page.matters.map(({ dueAt }) => dueAt));
      if (page.next === undefined) break;
      page = await store.queue(system, { offices: [queued], open: true }, { size: 7, after: page.next });
    }
    assert.deepEqual([...seen].sort(), [...expected].sort());
    assert.deepEqual(
      dues,
      [...dues].sort((left, right) => ((left ?? "z") < (right ?? "z") ? -1 : 1)),
    );
    assert.equal(await store.read(system, (view) => view.countQueue({ offices: [queued], urgent: true })), 13);
    assert.equal(
      await store.read(system, (view) => view.countQueue({ offices: [queued], dueBefore: minute(1001) })),
      3,
    );
    assert.equal(
      await store.read(system, (view) =>
        view.countQueue({
          offices: [queued],
          assignee: "nobody",
          states: ["draft"],
          types: ["mutual-legal-assistance"],
          sides: ["requesting"],
          partners: [authorityIdSchema.parse("nobody")],
        }),
      ),
      0,
    );
    await assert.rejects(store.queue(system, {}, { size: 0 }), RangeError);
  });

  test("clocks and items follow the last event, and alarms come in order", async () => {
    const { store, database } = trial();
    const matter = newMatter();
    const clock = (name: string, alarm: number | null) => ({
      clock: name,
      state: "running",
      startedAt: minute(1),
      dueAt: minute(500),
      alarmAt: alarm === null ? null : minute(alarm),
      data: { article: "18(24)" },
    });
    const item = {
      item: newCommand(),
      exhibit: "1",
      kind: "file",
      stage: "sealed",
      digest: digestOf("x"),
      bytes: 2 ** 40,
      data: {},
    };
    const known: MatterEvent[] = [];
    const write = async (data: Parameters<typeof nextRequest>[3]) => {
      const request = nextRequest(matter, known, "changed", data);
      assert.equal((await store.append(system, request)).kind, "appended");
      known.push(...request.events);
    };
    const alarms = async (at: number) =>
      inTransaction(database, async ({ enter }) =>
        (await (await enter(system)).dueClocks(minute(at), 100)).map((found) => found.clock.clock),
      );
    await write({ office: central, clocks: [clock("answer", 300), clock("preservation", 200)], evidence: [item] });
    assert.deepEqual(await alarms(299), ["preservation"]);
    assert.deepEqual(await alarms(300), ["preservation", "answer"]);
    await write({ clocks: [clock("answer", null)], evidence: [{ ...item, stage: "opened" }] });
    assert.deepEqual(await alarms(1000), []);
    assert.deepEqual(await store.read(system, (view) => view.clocks(matter)), [clock("answer", null)]);
    assert.deepEqual(await store.read(system, (view) => view.evidence(matter)), [{ ...item, stage: "opened" }]);
  });

  test("the projections made again are those that are stored, and one that was changed is found and mended", async () => {
    const { store, asOwner } = trial();
    const matter = newMatter();
    const opened = nextRequest(matter, [], "opened", { office: central, reference: "XA-9" });
    await store.append(system, opened);
    // The fold of one test above reads another event than its projection was made from.
    const readable = (events: readonly MatterEvent[]) =>
      fold(events.map((given) => (given.name === "noted" ? { ...given, data: { office: central } } : given)));
    assert.deepEqual((await store.rebuildProjection(readable)).differing, []);
    await asOwner(`UPDATE cooperation.matter SET state = 'refused' WHERE matter = '${matter}'`);
    assert.deepEqual((await store.rebuildProjection(readable)).differing, [matter]);
    assert.deepEqual((await store.rebuildProjection(readable, { write: true })).differing, [matter]);
    const again = await store.rebuildProjection(readable);
    assert.deepEqual(again.differing, []);
    assert.ok(again.events >= again.matters && again.matters > 30);
    assert.equal((await store.matter(system, matter))?.state, "draft");
  });

  test("all events are read once, in a growing order, from any place on", async () => {
    const { store } = trial();
    for (let written = 0; written < 12; written += 1)
      await store.append(system, nextRequest(newMatter(), [], "opened", { office: central }));
    const positions: number[] = [];
    for await (const { position } of store.allEvents(0, 7)) positions.push(position);
    assert.ok(positions.length > 40);
    assert.ok(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? 0)));
    const middle = positions[20] ?? 0;
    const rest: number[] = [];
    for await (const { position } of store.allEvents(middle)) rest.push(position);
    assert.deepEqual(rest, positions.slice(21));
  });

  test("a reader of all events that goes on from the last place misses none that is written meanwhile", async () => {
    const { store, second } = trial();
    const writers = [store, createStore(second)];
    let last = 0;
    for await (const { position } of store.allEvents()) last = position;
    let working = true;
    const written: string[] = [];
    const writing = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let count = 0; count < 20; count += 1) {
          const matter = newMatter();
          await writers[writer % 2]?.append(system, nextRequest(matter, [], "opened", { office: office("busy") }));
          written.push(matter);
        }
      }),
    ).then(() => {
      working = false;
    });
    const seen: string[] = [];
    while (working || seen.length < written.length) {
      const before = seen.length;
      for await (const found of store.allEvents(last, 5)) {
        seen.push(found.event.matter);
        last = found.position;
      }
      if (!working && seen.length === before) break;
    }
    await writing;
    assert.deepEqual([...seen].sort(), [...written].sort());
  });

  test("who changes what was written, even as the owner, is refused or found", async () => {
    const { store, asOwner } = trial();
    const matter = newMatter();
    const known: MatterEvent[] = [];
    for (const name of ["opened", "sent", "answered"]) {
      const request = nextRequest(matter, known, name, { office: central });
      await store.append(system, request);
      known.push(...request.events);
    }
    await assert.rejects(asOwner(`DELETE FROM cooperation.event WHERE matter = '${matter}'`), /only ever added to/);
    const rename = `UPDATE cooperation.event SET name = 'refused' WHERE matter = '${matter}' AND sequence = 2`;
    await asOwner("ALTER TABLE cooperation.event DISABLE TRIGGER append_only");
    await assert.rejects(asOwner(rename), /only ever added to/);
    await asOwner("ALTER TABLE cooperation.event DISABLE TRIGGER only_sealed");
    await asOwner(rename);
    await asOwner("ALTER TABLE cooperation.event ENABLE TRIGGER append_only");
    await asOwner("ALTER TABLE cooperation.event ENABLE TRIGGER only_sealed");
    await assert.rejects(store.events(system, matter), SealBroken);
    const remains = await store.read(system, (view) => view.remains(matter));
    assert.deepEqual(remainsFaults(remains), [{ sequence: 2, fault: "digest" }]);
  });

  test("the directory is read by everybody and written by administrators", async () => {
    const { store } = trial();
    const clerk = newPerson();
    const administrator = scopeOf(newPerson(), central, "administrator");
    await store.read(administrator, async (view) => {
      await view.putOffice({ office: central, name: "Central Authority", data: {} });
      await view.putOffice({ office: central, name: "Central Authority of Bensalem", data: { floor: 2 } });
      await view.putPerson({
        person: clerk,
        office: central,
        name: "Ana Ñandú",
        roles: ["case-officer", "approver"],
        active: true,
        data: {},
      });
      await view.putPartner({
        authority: authorityIdSchema.parse("ar-central"),
        state: stateCodeSchema.parse("XB"),
        name: "Arcadia",
        active: true,
        data: { keys: [] },
      });
    });
    const found = await store.read(scopeOf(clerk, central), async (view) => ({
      offices: await view.offices(),
      people: await view.people(),
      partners: await view.partners(),
    }));
    assert.equal(found.offices[0]?.name, "Central Authority of Bensalem");
    assert.deepEqual(found.people.find(({ person }) => person === clerk)?.roles, ["case-officer", "approver"]);
    assert.equal(found.partners[0]?.state, "XB");
    await assert.rejects(
      store.read(scopeOf(clerk, central), (view) => view.putOffice({ office: office("mine"), name: "Mine", data: {} })),
      /row-level security/,
    );
  });

  test("the engine says what it promises", async () => {
    const durability = await trial().store.durability();
    if (engine === "PGlite")
      assert.deepEqual(durability, {
        engine: "pglite",
        survivesKill: false,
        survivesPowerLoss: false,
        because: ["kept in memory"],
      });
    else {
      assert.deepEqual(durability.because, ["fsync=off", "full_page_writes=on", "synchronous_commit=on"]);
      assert.equal(durability.survivesPowerLoss, false);
      assert.equal(durability.survivesKill, true);
    }
  });
});
