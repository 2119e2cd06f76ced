import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { releaseCsv } from "../counting/index.ts";
import { exampleValues } from "../matter/index.ts";
import { createStore } from "../store/index.ts";
import { instantSchema, type JsonObject, type MatterId } from "../words/index.ts";
import type { CommandOutcome, Worker } from "./index.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const assistance = types.find(({ id }) => id === "mutual-legal-assistance") ?? assert.fail();
const beginning = instantSchema.parse("2026-01-01T00:00:00.000Z");

const kindOf = (outcome: CommandOutcome): string =>
  outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code).join(", ") : outcome.kind;

describe("what a head of office and an auditor watch over, and what is mended", () => {
  let world: World;
  let arcadia: SimulatedAuthority;
  let officer: Worker;
  let colleague: Worker;
  let approver: Worker;
  let head: Worker;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars });
    arcadia = world.arcadia;
    officer = arcadia.worker("case-officer");
    colleague = arcadia.worker("case-officer", 2);
    approver = arcadia.worker("approver");
    head = arcadia.worker("head-of-office");
  });
  after(() => world[Symbol.asyncDispose]());

  async function drafted(who = officer, given: JsonObject = {}): Promise<MatterId> {
    const values = exampleValues(assistance, world.clock.now(), { "legal-bases": ["untoc"], ...given });
    const opened = await arcadia.authority.open(who, {
      command: arcadia.newId(),
      type: assistance.id,
      side: "requesting",
      partner: world.bensalem.authority.authority,
      values,
    });
    assert.ok(opened.kind === "done", JSON.stringify(opened));
    return opened.matter;
  }
  const act = async (who: Worker, matter: MatterId, name: string, data: JsonObject = {}) =>
    kindOf(await arcadia.act(who, matter, name, data));
  async function sent(given: JsonObject = {}): Promise<{ readonly here: MatterId; readonly there: MatterId }> {
    const known = new Set<string>();
    for await (const { matter } of world.bensalem.authority.matters()) known.add(matter.id);
    const here = await drafted(officer, given);
    assert.equal(await act(officer, here, "submitted"), "done");
    assert.equal(await act(approver, here, "approved"), "done");
    assert.equal(await act(officer, here, "sent"), "done");
    await world.settle();
    for await (const { matter } of world.bensalem.authority.matters())
      if (!known.has(matter.id)) return { here, there: matter.id };
    throw new Error("nothing arrived");
  }

  test("the workload counts the open matters of each person, and of sealed ones only how many", async () => {
    for (const _ of [1, 2]) await drafted(colleague);
    const hidden = await drafted(colleague);
    assert.equal(await act(colleague, hidden, "matter-sealed", { reason: "Delicate" }), "done");
    const { oversight } = arcadia.authority;
    const workload = await oversight.workload(head, beginning);
    const of = workload?.people.find(({ person }) => person === colleague.person);
    assert.deepEqual([of?.open, of?.sealed, of?.overdue], [2, 1, 0]);
    assert.deepEqual(
      workload?.ages.map(({ below }) => below),
      [30, 90, 180, null],
    );
    assert.equal(
      workload?.ages.reduce((sum, { matters }) => sum + matters, 0),
      workload?.people.reduce((sum, { open }) => sum + open, 0),
    );
    assert.equal(await oversight.workload(colleague, beginning), undefined);
    assert.equal(await oversight.workload({ ...colleague, role: "head-of-office" }, beginning), undefined);
  });

  test("when an officer leaves, all matters are given to another, the sealed ones unseen, and none is lost", async () => {
    const { oversight } = arcadia.authority;
    const found = await oversight.mattersOf(head, colleague.person);
    assert.deepEqual([found?.matters.length, found?.sealed], [2, 1]);
    const request = {
      id: arcadia.newId(),
      from: colleague.person,
      to: officer.person,
      reason: "She has left",
      matters: found?.matters.map(({ matter }) => matter) ?? [],
      sealed: true,
    };
    assert.deepEqual(await oversight.reassign(approver, request), {
      done: 0,
      refused: request.matters.map((matter) => ({ matter, outcome: "unknown-matter" })),
    });
    assert.deepEqual(await oversight.reassign(head, request), { done: 3, refused: [] });
    assert.deepEqual(await oversight.reassign(head, { ...request, id: request.id, sealed: false }), {
      done: 2,
      refused: [],
    });
    const after = await oversight.workload(head, beginning);
    assert.equal(
      after?.people.some(({ person }) => person === colleague.person),
      false,
    );
    assert.equal(after?.people.find(({ person }) => person === officer.person)?.sealed, 1);
    const events = [];
    for await (const { event } of createStore(arcadia.database).allEvents())
      if (event.name === "assigned") events.push(event);
    assert.equal(events.length, 3, "a repeat gives nothing twice");
  });

  test("a deadline that has passed is listed for the head with who has to act", async () => {
    const { here } = await sent();
    world.clock.milliseconds += 30 * 86_400_000;
    await world.settle();
    const workload = await arcadia.authority.oversight.workload(head, beginning);
    const late = workload?.overdue.find(({ matter }) => matter === here);
    assert.deepEqual([late?.clock, late?.assignee], ["acknowledgement", officer.person]);
    assert.ok((workload?.people.find(({ person }) => person === officer.person)?.overdue ?? 0) >= 1);
  });

  test("a head corrects at once what another wrote; others ask, and a second person approves", async () => {
    const { here, there } = await sent();
    const correction = { field: "purpose", value: "To find the holder", reason: "A word was missing" };
    assert.equal(await act(officer, here, "field-corrected", correction), "not-allowed");
    assert.equal(await act(head, here, "field-corrected", correction), "done");
    const asked = { name: "field-corrected", data: { ...correction, value: "To find the owner" } };
    assert.equal(await act(officer, here, "proposed", asked), "done");
    const view = (await arcadia.authority.view(approver, here)) ?? assert.fail();
    assert.ok(arcadia.authority.permitted(view, approver).has("approve-correction"));
    const own = (await arcadia.authority.view(officer, here)) ?? assert.fail();
    assert.ok(!arcadia.authority.permitted(own, officer).has("approve-correction"));
    const proposal = view.matter.proposal?.id ?? "";
    assert.equal(await act(approver, here, "field-corrected", { proposal }), "done");
    await world.settle();
    const arrived = await world.bensalem.authority.view(world.bensalem.worker("head-of-office"), there);
    assert.equal(arrived?.matter.fields.purpose?.value, "To find the owner");
    assert.deepEqual(
      arrived?.matter.corrections.map(({ reason }) => reason),
      ["A word was missing", "A word was missing"],
    );
    const draft = await drafted();
    assert.equal(
      await act(head, draft, "field-corrected", correction),
      "not-allowed",
      "a draft is changed, not corrected",
    );
  });

  test("a message that was given up is sent again on a person's word, and arrives once", async () => {
    const { here, there } = await sent();
    world.line = "cut";
    assert.equal(await act(officer, here, "information-asked", { text: "Which court?" }), "done");
    for (let day = 0; day < 12; day += 1) {
      world.clock.milliseconds += 86_400_000;
      await arcadia.authority.tick();
    }
    const messageOf = async () =>
      (await arcadia.authority.view(officer, here))?.exchange.find(({ event }) => event === "information-asked");
    const message = (await messageOf()) ?? assert.fail();
    assert.equal(message.state, "given-up");
    const data = { message: message.message, reason: "The line is mended" };
    assert.equal(await act(colleague, here, "sending-resumed", data), "unknown-matter");
    assert.equal(
      await act(officer, here, "sending-resumed", { ...data, message: arcadia.newId() }),
      "message-not-failed",
    );
    world.line = "good";
    assert.equal(await act(officer, here, "sending-resumed", data), "done");
    assert.equal(await act(officer, here, "sending-resumed", data), "message-not-failed");
    await world.settle();
    assert.equal((await messageOf())?.state, "delivered");
    const arrived = await world.bensalem.authority.view(world.bensalem.worker("head-of-office"), there);
    assert.equal(arrived?.matter.questions.length, 1);
  });

  test("when both sides act at once the one that lost is told why and what came between, and settles it", async () => {
    const { here, there } = await sent();
    const { bensalem } = world;
    const chief = bensalem.worker("head-of-office");
    assert.equal(kindOf(await bensalem.act(chief, there, "acknowledged")), "done");
    assert.equal(await act(head, here, "withdrawn", { reasons: "The accused has died" }), "done");
    await world.settle();
    const lost = (await bensalem.authority.view(chief, there))?.exchange.find(({ event }) => event === "acknowledged");
    assert.equal(lost?.state, "not-delivered");
    const refused = lost?.evidence.find(({ evidence }) => evidence === "NonDelivery");
    assert.deepEqual(
      [refused?.issuer, refused?.reasons.map(({ code }) => code)],
      [arcadia.authority.authority, ["matter-closed"]],
    );
    const alarmed = async () =>
      (await bensalem.authority.alarms(chief)).some(({ kind, about }) => kind === "message" && about === lost?.message);
    assert.equal(await alarmed(), true);
    const data = { message: lost?.message ?? "", reason: "Spoken by telephone: nothing more to do" };
    assert.equal(kindOf(await bensalem.act(chief, there, "failure-settled", data)), "done");
    assert.equal(await alarmed(), false);
  });

  test("both sides' records of the messages agree, and one evidence taken away or changed is found", async () => {
    const { oversight } = arcadia.authority;
    await world.settle();
    const theirs = await world.bensalem.authority.oversight.messageRecord(
      world.bensalem.worker("head-of-office"),
      arcadia.authority.authority,
    );
    const partner = world.bensalem.authority.authority;
    assert.ok(theirs !== undefined && theirs.list.evidences.length > 20);
    const { evidences } = theirs.list;
    assert.deepEqual(await oversight.reconcile(head, partner, theirs.list), {
      missingHere: [],
      missingThere: [],
      differing: [],
      onTheWay: [],
    });
    const made = instantSchema.parse("2030-01-01T00:00:00.000Z");
    const place = evidences.findIndex(({ evidence }) => evidence === "Delivery");
    const taken = evidences.filter((_, index) => index !== place);
    assert.equal((await oversight.reconcile(head, partner, { made, evidences: taken }))?.missingThere.length, 1);
    const changed = evidences.map((one, index) => (index === place ? { ...one, digest: one.messageDigest } : one));
    assert.equal((await oversight.reconcile(head, partner, { made, evidences: changed }))?.differing.length, 1);
    assert.equal(await oversight.reconcile(officer, partner, theirs.list), undefined);
  });

  test("the statistics of a year are read by heads and auditors, and small counts are not in them", async () => {
    const { oversight } = arcadia.authority;
    const found = await oversight.statistics(head);
    assert.deepEqual(found?.years, [2026]);
    assert.ok(found?.release !== undefined && found.method.includes("suppressed"));
    assert.ok(found.release.observations.every(({ count }) => count === null || count === 0 || count >= 5));
    assert.match(releaseCsv([found.release]), /,c,Q,C\r\n/);
    assert.equal(await oversight.statistics(officer), undefined);
  });
});
