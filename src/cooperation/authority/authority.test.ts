import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { countsOfEvents, countsOfFacts, personsCsv, requestsCsv } from "../counting/index.ts";
import { openRecords, reconcile } from "../exchange/index.ts";
import { exampleValues } from "../matter/index.ts";
import { createStore, historyFaults } from "../store/index.ts";
import type { MatterId } from "../words/index.ts";
import type { CommandOutcome } from "./index.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const assistance = types.find(({ id }) => id === "mutual-legal-assistance");
assert.ok(assistance);

const refusedWith = (outcome: CommandOutcome): string[] =>
  outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code) : [outcome.kind];
const done = (outcome: CommandOutcome): void => {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
};

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** The one matter that an authority got from outside. */
async function arrived({ authority }: SimulatedAuthority): Promise<MatterId> {
  for await (const { matter } of authority.matters()) return matter.id;
  throw new Error("nothing arrived");
}

async function historyOf({ database }: SimulatedAuthority, matter: MatterId) {
  const stored = await createStore(database).events({ kind: "system" }, matter);
  assert.deepEqual(historyFaults(stored), []);
  return stored.map(({ event }) => event);
}

/** Names and data of what both sides know, as each has it. */
const sharedPart = (events: Awaited<ReturnType<typeof historyOf>>, names: ReadonlySet<string>) =>
  events
    .filter(({ name }) => names.has(name))
    .map(({ id, name, data: { proposal: _proposal, causedBy: _causedBy, ...data } }) => ({ id, name, data }));

describe("a request for assistance between two authorities", () => {
  let world: World;
  let matter: MatterId;
  let there: MatterId;
  const logged: string[] = [];
  before(async () => {
    world = await twoAuthorities({
      blank: await blankDatabase(),
      types,
      calendars,
      log: {
        origin: "arcadia.example/log",
        size: () => logged.length,
        append: async (digests) => {
          logged.push(...digests);
        },
      },
    });
  });
  after(() => world[Symbol.asyncDispose]());
  const day = (days: number): void => {
    world.clock.milliseconds += days * 86_400_000;
  };

  test("a draft is opened once, however often the form is sent", async () => {
    const { arcadia } = world;
    const officer = arcadia.worker("case-officer");
    const request = {
      command: arcadia.newId(),
      type: assistance.id,
      side: "requesting",
      partner: world.bensalem.authority.authority,
      values: { "own-reference": "XA-2026-1" },
    } as const;
    const first = await arcadia.authority.open(officer, request);
    const second = await arcadia.authority.open(officer, request);
    assert.ok(first.kind === "done" && second.kind === "done");
    assert.deepEqual([first.repeated, second.repeated, second.matter], [false, true, first.matter]);
    matter = first.matter;
    const queue = await arcadia.authority.queue(officer, { open: true }, { size: 50 });
    assert.deepEqual(
      queue.matters.map(({ reference, state }) => ({ reference, state })),
      [{ reference: "XA-2026-1", state: "draft" }],
    );
  });

  test("an incomplete draft is refused with the article of each content that is missing", async () => {
    const { arcadia } = world;
    const officer = arcadia.worker("case-officer");
    const outcome = await arcadia.act(officer, matter, "submitted");
    assert.ok(outcome.kind === "refused");
    const facts = outcome.refusals.find(({ field }) => field === "facts");
    assert.equal(facts?.code, "content-missing");
    assert.match(facts?.article ?? "", /UNTOC art\. 18\(15\)\(c\)/);
    const view = await arcadia.authority.view(officer, matter);
    assert.deepEqual(
      view?.missing.map(({ field }) => field),
      outcome.refusals.map(({ field }) => field),
    );
    const submitted = view && arcadia.authority.options(view, officer).find(({ name }) => name === "submitted");
    assert.deepEqual(submitted?.refusals, outcome.refusals);
  });

  test("the complete draft is approved by another person than the one who wrote it", async () => {
    const { arcadia } = world;
    const officer = arcadia.worker("case-officer");
    const values = exampleValues(assistance, world.clock.now(), { "legal-bases": ["untoc"] });
    done(await arcadia.act(officer, matter, "fields-set", { values }));
    done(await arcadia.act(officer, matter, "submitted"));
    assert.deepEqual(refusedWith(await arcadia.act(officer, matter, "approved")), ["not-allowed"]);
    assert.deepEqual(refusedWith(await arcadia.act(arcadia.worker("case-officer", 2), matter, "approved")), [
      "unknown-matter",
    ]);
    done(await arcadia.act(arcadia.worker("approver"), matter, "approved"));
  });

  test("the second of two people who act at once is told what the first did", async () => {
    const { arcadia } = world;
    const officer = arcadia.worker("case-officer");
    const sequence = (await historyOf(arcadia, matter)).length;
    const command = { id: arcadia.newId(), matter, expectedSequence: sequence, name: "note", data: { text: "first" } };
    const [first, second] = await Promise.all([
      arcadia.authority.command(officer, command),
      arcadia.authority.command(officer, { ...command, id: arcadia.newId(), data: { text: "second" } }),
    ]);
    done(first);
    assert.ok(second.kind === "conflict", JSON.stringify(second));
    assert.deepEqual(
      second.since.map(({ name }) => name),
      ["note"],
    );
    const again = await arcadia.authority.command(officer, command);
    assert.ok(again.kind === "done" && again.repeated);
  });

  test("what is sent over a line that is cut arrives when the line is back, once", async () => {
    const { arcadia, bensalem } = world;
    world.line = "cut";
    done(await arcadia.act(arcadia.worker("case-officer"), matter, "sent"));
    await arcadia.authority.tick();
    const officer = arcadia.worker("case-officer");
    assert.deepEqual(
      (await arcadia.authority.view(officer, matter))?.exchange.map(({ event, state }) => ({ event, state })),
      [{ event: "sent", state: "waiting" }],
    );
    assert.equal((await arcadia.authority.view(officer, matter))?.matter.state, "submission-accepted");
    for (const line of ["unheard", "twice", "good"] as const) {
      world.line = line;
      world.clock.milliseconds += 60_000;
      await world.settle();
    }
    there = await arrived(bensalem);
    const events = await historyOf(bensalem, there);
    assert.deepEqual(
      events.map(({ name }) => name),
      ["opened"],
    );
    assert.notEqual(there, matter);
    assert.equal((await arcadia.authority.view(officer, matter))?.matter.state, "delivered");
  });

  test("the head assigns what arrived; nobody else of the office sees it", async () => {
    const { bensalem } = world;
    const head = bensalem.worker("head-of-office");
    const officer = bensalem.worker("case-officer");
    assert.equal(await bensalem.authority.view(officer, there), undefined);
    assert.deepEqual(
      (await bensalem.authority.queue(head, {}, { size: 10 })).matters.map(({ matter: id }) => id),
      [there],
    );
    done(await bensalem.act(head, there, "assigned", { person: officer.person, office: officer.office }));
    const view = await bensalem.authority.view(officer, there);
    assert.match(String(view?.matter.fields.facts?.value), /an invented example$/);
    assert.deepEqual(
      view?.clocks.map(({ run, deadline, state }) => [run.clock, deadline?.kind, state]),
      [["acknowledgement", "due", "XB"]],
    );
    assert.equal(await bensalem.authority.view(bensalem.worker("case-officer", 2), there), undefined);
  });

  test("the acknowledgement reaches the other side, which learns that the request was opened", async () => {
    const { arcadia, bensalem } = world;
    day(1);
    done(await bensalem.act(bensalem.worker("case-officer"), there, "acknowledged"));
    world.line = "twice";
    await world.settle();
    world.line = "good";
    const view = await arcadia.authority.view(arcadia.worker("case-officer"), matter);
    assert.equal(view?.matter.state, "acknowledged");
    const evidence = view?.exchange.find(({ event }) => event === "sent")?.evidence.map((one) => one.evidence);
    assert.deepEqual(
      new Set(evidence),
      new Set(["SubmissionAcceptance", "RelayREMMDAcceptance", "Delivery", "Retrieval"]),
    );
  });

  test("a refusal of assistance is impossible before a consultation", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const head = bensalem.worker("head-of-office");
    const refusal = { grounds: ["essential-interests"], reasons: "Considered." };
    assert.deepEqual(refusedWith(await bensalem.together(officer, head, there, "refused", refusal)), [
      "consultation-missing",
    ]);
    const proposal = (await bensalem.authority.view(officer, there))?.matter.proposal;
    assert.ok(proposal);
    done(await bensalem.act(head, there, "proposal-declined", { proposal: proposal.id, reason: "Consult first." }));
    done(await bensalem.act(officer, there, "consultation-held", { held: "2026-03-03", summary: "By telephone." }));
  });

  test("the same person who proposed a decision cannot give it", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const proposal = bensalem.newId();
    const sequence = (await historyOf(bensalem, there)).length;
    const proposed = {
      id: proposal,
      matter: there,
      expectedSequence: sequence,
      name: "proposed",
      data: { name: "accepted", data: {} },
    };
    done(await bensalem.authority.command(officer, proposed));
    assert.notEqual((await bensalem.act(officer, there, "accepted", { proposal })).kind, "done");
    done(await bensalem.act(bensalem.worker("head-of-office"), there, "accepted", { proposal }));
  });

  test("execution and result go back, and the requesting side closes", async () => {
    const { arcadia, bensalem } = world;
    const officer = bensalem.worker("case-officer");
    day(3);
    done(await bensalem.act(officer, there, "execution-started", { "executing-authority-named": "Court of Bensalem" }));
    await world.settle();
    day(10);
    done(await bensalem.act(officer, there, "executed"));
    await world.settle();
    done(
      await bensalem.together(officer, bensalem.worker("approver"), there, "result-transmitted", {
        result: "Two statements.",
      }),
    );
    await world.settle();
    const asking = arcadia.worker("case-officer");
    done(await arcadia.act(asking, matter, "result-received"));
    done(await arcadia.act(asking, matter, "closed"));
    await world.settle();
    const view = await arcadia.authority.view(asking, matter);
    assert.deepEqual([view?.matter.state, view?.matter.open], ["closed", false]);
    assert.equal((await bensalem.authority.view(officer, there))?.matter.state, "closed");
  });

  test("both histories agree, the record is closed on both sides, and nothing was taken twice", async () => {
    const { arcadia, bensalem } = world;
    await world.settle();
    const ours = await arcadia.authority.evidences();
    const theirs = await bensalem.authority.evidences();
    assert.deepEqual(reconcile(ours, theirs), { missingHere: [], missingThere: [], differing: [] });
    const sent = new Set(
      ours.filter(({ evidence }) => evidence === "SubmissionAcceptance").map(({ message }) => message),
    );
    const open = [...openRecords(ours), ...openRecords(theirs)].filter((message) => sent.has(message));
    assert.deepEqual([sent.size, open], [9, []]);
    const [here, other] = [await historyOf(arcadia, matter), await historyOf(bensalem, there)];
    const both = new Set(here.map(({ id }) => id).filter((id) => other.some((event) => event.id === id)));
    const names = new Set(here.filter(({ id, name }) => both.has(id) && name !== "sent").map(({ name }) => name));
    assert.deepEqual(sharedPart(here, names), sharedPart(other, names));
    assert.ok(names.has("result-transmitted") && names.has("closed") && names.has("consultation-held"));
    assert.deepEqual(
      [arcadia.notes, bensalem.notes].flat().filter(({ what }) => what !== "given-up"),
      [],
    );
  });

  test("every event and evidence has its place in the log", async () => {
    const { arcadia } = world;
    const events = await historyOf(arcadia, matter);
    const own = (await arcadia.authority.evidences()).length;
    assert.ok(logged.length >= events.length);
    assert.ok(own > 0);
    const { digest } = (await createStore(arcadia.database).events({ kind: "system" }, matter)).at(-1) ?? {};
    assert.ok(digest !== undefined && logged.includes(digest));
  });

  test("each disclosure is in the log of reads", async () => {
    const { bensalem } = world;
    const read = () =>
      createStore(bensalem.database).read({ kind: "system" }, (view) => view.readLog({ matter: there, limit: 1000 }));
    const earlier = (await read()).length;
    const officer = bensalem.worker("case-officer");
    assert.ok(await bensalem.authority.view(officer, there, "to answer a question"));
    assert.equal(await bensalem.authority.view(bensalem.worker("case-officer", 2), there), undefined);
    const entries = (await read()).slice(earlier);
    assert.deepEqual(
      entries.map(({ person, what, reason }) => ({ person, what, reason })),
      [{ person: officer.person, what: "matter", reason: "to answer a question" }],
    );
  });

  test("the closed matter is counted on both sides, and a second count from the events agrees", async () => {
    const { arcadia, bensalem } = world;
    for (const [side, direction, id] of [
      [arcadia, "outgoing", matter],
      [bensalem, "incoming", there],
    ] as const) {
      const facts = await all(side.authority.closedAsFacts());
      assert.equal(facts.length, 1);
      const [fact] = facts;
      assert.ok(fact);
      assert.deepEqual(
        { ...fact, stages: undefined },
        {
          authority: side.authority.authority,
          year: 2026,
          month: 3,
          direction,
          type: "mutual-legal-assistance",
          legalBasis: "untoc",
          partnerState: direction === "outgoing" ? "XB" : "XA",
          offence: "0502",
          outcome: "executed",
          ground: null,
          stages: undefined,
          electronic: true,
          persons: [{ sex: "female", ageBand: "Y45T64", persons: 1 }],
          countUnit: "requests",
        },
      );
      assert.deepEqual([fact.stages["to-acknowledgement"], fact.stages["to-execution"]], [1, 3]);
      const typeOf = (name: string, version: number) => {
        const type = types.find(({ id }) => id === name);
        return type?.version === version ? type : undefined;
      };
      const events = await all(createStore(side.database).allEvents());
      assert.deepEqual(
        countsOfEvents(
          typeOf,
          events.map(({ event }) => event),
        ),
        countsOfFacts(facts),
      );
      for (const text of [requestsCsv(facts), personsCsv(facts)]) {
        assert.equal(text.trimEnd().split("\n").length, 2);
        for (const secret of ["Ada Example", "XA-2026-1", id]) assert.ok(!text.includes(secret));
      }
    }
  });

  test("the projection is what the events come to, also when it is made again", async () => {
    const { arcadia } = world;
    const rebuilt = await arcadia.authority.rebuildProjection();
    assert.deepEqual(rebuilt.differing, []);
    assert.ok(rebuilt.matters >= 1);
  });
});
