import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { exampleValues } from "../matter/index.ts";
import { createStore } from "../store/index.ts";
import type { JsonObject, MatterId } from "../words/index.ts";
import type { CommandOutcome, OversightRequest, Worker } from "./index.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const assistance = types.find(({ id }) => id === "mutual-legal-assistance") ?? assert.fail();

const kindOf = (outcome: CommandOutcome): string =>
  outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code).join(", ") : outcome.kind;

describe("who may know of a matter", () => {
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

  async function drafted(given: JsonObject = {}): Promise<MatterId> {
    const values = exampleValues(assistance, world.clock.now(), { "legal-bases": ["untoc"], ...given });
    const opened = await arcadia.authority.open(officer, {
      command: arcadia.newId(),
      type: assistance.id,
      side: "requesting",
      partner: world.bensalem.authority.authority,
      values,
    });
    assert.ok(opened.kind === "done", JSON.stringify(opened));
    return opened.matter;
  }
  const sees = async (who: Worker, matter: MatterId): Promise<boolean> =>
    (await arcadia.authority.view(who, matter)) !== undefined;
  const oversee = async (who: Worker, matter: MatterId, name: OversightRequest["name"], about: Worker) =>
    kindOf(
      await arcadia.authority.oversee(who, {
        id: arcadia.newId(),
        matter,
        name,
        person: about.person,
        reason: "So it was decided",
      }),
    );
  const act = async (who: Worker, matter: MatterId, name: string, data: JsonObject = {}) =>
    kindOf(await arcadia.act(who, matter, name, data));
  const rowsFor = async (who: Worker, matter: MatterId): Promise<number> =>
    (await createStore(arcadia.database).events({ kind: "person", ...who }, matter)).length;

  test("a request that asks for confidentiality is sealed on both sides, in the rights and in the database", async () => {
    const confidential = { confidential: true, "confidentiality-reason": "A witness is in danger" };
    const matter = await drafted(confidential);
    assert.deepEqual(
      [await sees(officer, matter), await sees(head, matter), await sees(approver, matter)],
      [true, false, false],
    );
    assert.deepEqual([await rowsFor(head, matter), await rowsFor(colleague, matter)], [0, 0]);
    assert.equal(await act(officer, matter, "matter-unsealed", { reason: "No more" }), "sealed-by-content");
    assert.equal(await act(officer, matter, "submitted"), "done");
    assert.equal(await act(approver, matter, "approved"), "unknown-matter");
    assert.equal(await oversee(head, matter, "access-granted", approver), "done");
    assert.equal(await sees(head, matter), false, "the head admitted somebody and still sees nothing");
    assert.equal(await act(approver, matter, "approved"), "done");
    assert.equal(await act(officer, matter, "sent"), "done");
    await world.settle();
    const theirs = world.bensalem;
    const arrived: MatterId[] = [];
    for await (const { matter: one } of theirs.authority.matters()) arrived.push(one.id);
    const there = arrived[0] ?? assert.fail();
    const [chief, clerk] = [theirs.worker("head-of-office"), theirs.worker("case-officer")];
    assert.ok(await theirs.authority.view(chief, there), "the head sees it until somebody is assigned");
    assert.equal(await theirs.authority.view(clerk, there), undefined);
    const assigned = { person: clerk.person, office: clerk.office };
    assert.equal(kindOf(await theirs.act(chief, there, "assigned", assigned)), "done");
    assert.equal(await theirs.authority.view(chief, there), undefined);
    assert.ok(await theirs.authority.view(clerk, there));
    assert.deepEqual((await theirs.authority.queue(chief, {}, { size: 50 })).matters, []);
  });

  test("who works on a matter seals and unseals it with a reason", async () => {
    const matter = await drafted();
    assert.equal(await sees(head, matter), true);
    assert.equal(await act(officer, matter, "matter-unsealed", { reason: "No more" }), "not-sealed");
    assert.equal(await act(officer, matter, "matter-sealed", {}), "data-invalid");
    assert.equal(await act(colleague, matter, "matter-sealed", { reason: "Delicate" }), "unknown-matter");
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "done");
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "already-sealed");
    assert.deepEqual([await sees(head, matter), await rowsFor(head, matter)], [false, 0]);
    assert.equal(await act(officer, matter, "matter-unsealed", { reason: "No more" }), "done");
    assert.equal(await sees(head, matter), true);
  });

  test("access is granted to one person and withdrawn, by the head alone and never to oneself", async () => {
    const matter = await drafted();
    assert.equal(await sees(colleague, matter), false);
    assert.equal(await oversee(officer, matter, "access-granted", colleague), "not-allowed");
    assert.equal(await oversee(head, matter, "access-granted", head), "not-allowed");
    assert.equal(await oversee(head, matter, "access-granted", colleague), "done");
    assert.equal(await oversee(head, matter, "access-granted", colleague), "access-unchanged");
    assert.equal(await sees(colleague, matter), true);
    assert.equal(await act(colleague, matter, "fields-set", { values: { purpose: "Other" } }), "not-allowed");
    assert.equal(await oversee(head, matter, "access-withdrawn", colleague), "done");
    assert.equal(await sees(colleague, matter), false);
    assert.deepEqual(
      [(await rowsFor(colleague, matter)) > 0],
      [true],
      "the office sees ordinary rows, rights hide them",
    );
  });

  test("who declares a conflict of interest loses the matter, which goes back to the head", async () => {
    const matter = await drafted();
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "done");
    const own = { person: officer.person, reason: "The suspect is my cousin" };
    assert.equal(await act(officer, matter, "conflict-declared", own), "done");
    assert.deepEqual([await sees(officer, matter), await rowsFor(officer, matter)], [false, 0]);
    const view = await arcadia.authority.view(head, matter);
    assert.deepEqual(
      [view?.assignee, view?.matter.conflicts.map(({ person }) => person)],
      [undefined, [officer.person]],
    );
    assert.equal(await oversee(head, matter, "assigned", officer), "not-allowed");
    assert.equal(await oversee(head, matter, "access-granted", officer), "not-allowed");
    assert.equal(await oversee(head, matter, "assigned", colleague), "done");
    assert.deepEqual([await sees(colleague, matter), await sees(head, matter)], [true, false]);
    const breaking = { ...officer, breakGlass: { reason: "A child is in danger and nobody can be reached" } };
    assert.equal(await arcadia.authority.view(breaking, matter), undefined, "not even by emergency access");
  });

  test("a head bars another person, also from a sealed matter that is not shown, and lifts the bar", async () => {
    const matter = await drafted();
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "done");
    assert.equal(await oversee(head, matter, "conflict-lifted", officer), "conflict-unchanged");
    assert.equal(await oversee(approver, matter, "conflict-declared", officer), "unknown-matter");
    assert.equal(await oversee(head, matter, "conflict-declared", officer), "done");
    assert.equal(await sees(officer, matter), false);
    assert.equal(await oversee(head, matter, "conflict-lifted", officer), "done");
    assert.equal(await sees(officer, matter), false, "the matter was taken away with the bar");
    assert.equal(await oversee(head, matter, "assigned", officer), "done");
    assert.equal(await sees(officer, matter), true);
    assert.deepEqual(
      (await arcadia.authority.view(officer, matter))?.matter.events.map(({ name }) => name),
      ["opened", "matter-sealed", "conflict-declared", "conflict-lifted", "assigned"],
    );
  });

  test("a head of another office, or one who is barred, reaches no sealed matter", async () => {
    const matter = await drafted();
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "done");
    const second = arcadia.worker("head-of-office", 2);
    assert.equal(await oversee(second, matter, "conflict-declared", head), "done");
    assert.equal(await oversee(head, matter, "assigned", colleague), "unknown-matter");
    const nowhere = await drafted();
    assert.equal(await oversee(approver, nowhere, "assigned", colleague), "unknown-matter");
  });

  test("in an emergency a member of the office reads what is named, for four hours, and head and auditors are told", async () => {
    const matter = await drafted({ "own-reference": "XA-77" });
    const { authority } = arcadia;
    const reason = "A witness is threatened and nobody assigned answers";
    assert.equal(await authority.emergency(colleague, "XA-77", "urgent"), undefined, "too short a reason");
    assert.equal(await authority.emergency(colleague, "XA-78", reason), undefined, "no such matter");
    assert.equal(await authority.emergency(approver, "XA-77", reason), undefined, "not in this role");
    assert.equal(await sees({ ...colleague, breakGlass: { reason: "" } }, matter), false, "no glass was broken");
    const logged = async () =>
      createStore(arcadia.database).read({ kind: "system" }, (view) => view.readLog({ matter, limit: 100 }));
    assert.deepEqual(
      (await logged()).filter(({ person }) => person === colleague.person),
      [],
    );

    const view = await authority.emergency(colleague, " XA-77 ", reason);
    assert.deepEqual(
      [view?.matter.id, view?.emergency?.reason, view?.emergency?.until],
      [matter, reason, new Date(world.clock.milliseconds + 4 * 3_600_000).toISOString()],
    );
    assert.ok(view !== undefined && authority.options(view, colleague).length === 0);
    assert.equal(authority.permitted(view, colleague).size, 0);
    assert.equal(await act(colleague, matter, "note", { text: "Seen" }), "unknown-matter", "reading is not writing");
    assert.equal(await sees({ ...colleague, breakGlass: { reason: "" } }, matter), true, "the record still counts");
    assert.equal(await sees(colleague, matter), false, "only for a visit that says it is an emergency");
    assert.deepEqual(
      (await logged()).flatMap(({ what, person, reason: why }) => (person === colleague.person ? [[what, why]] : [])),
      [
        ["glass broken", reason],
        ["matter", reason],
        ["matter", reason],
      ],
    );
    const told = async () =>
      (await authority.alarms(head)).flatMap((alarm) =>
        alarm.kind === "break-glass" ? [[alarm.about, alarm.reason, alarm.sealed]] : [],
      );
    assert.deepEqual(await told(), [[colleague.person, reason, false]]);
    assert.equal(await act(officer, matter, "matter-sealed", { reason: "Delicate" }), "done");
    assert.deepEqual(await told(), [[colleague.person, reason, true]], "told, but not of which sealed matter");
    assert.deepEqual(
      (await authority.alarms(approver)).filter(({ kind }) => kind === "break-glass"),
      [],
    );
    world.clock.milliseconds += 4 * 3_600_000;
    assert.equal(await sees({ ...colleague, breakGlass: { reason: "" } }, matter), false, "the time is over");
  });

  test("a reference that two matters have breaks no glass", async () => {
    for (const _ of [1, 2]) await drafted({ "own-reference": "XA-88" });
    const reason = "A witness is threatened and nobody assigned answers";
    assert.equal(await arcadia.authority.emergency(colleague, "XA-88", reason), undefined);
  });

  test("a person is offered only what the person may do, and told for whom the rest waits", async () => {
    const matter = await drafted();
    assert.equal(await act(officer, matter, "submitted"), "done");
    const offered = async (who: Worker) => {
      const view = (await arcadia.authority.view(who, matter)) ?? assert.fail();
      const options = arcadia.authority.options(view, who);
      const permitted = [...arcadia.authority.permitted(view, who)];
      return {
        own: options.filter(({ waitsFor }) => waitsFor.length === 0).map(({ name }) => name),
        waits: Object.fromEntries(
          options.filter(({ waitsFor }) => waitsFor.length > 0).map(({ name, waitsFor }) => [name, waitsFor]),
        ),
        permitted,
      };
    };
    const ofOfficer = await offered(officer);
    assert.deepEqual(ofOfficer.waits.approved, ["approver", "head-of-office"]);
    assert.ok(!ofOfficer.own.includes("approved") && !ofOfficer.permitted.includes("assigned"));
    const ofApprover = await offered(approver);
    assert.ok(ofApprover.own.includes("approved") && !ofApprover.permitted.includes("assigned"));
    const ofHead = await offered(head);
    assert.ok(ofHead.permitted.includes("assigned") && ofHead.permitted.includes("access-granted"));
    for (const [who, { own }] of [
      [officer, ofOfficer],
      [approver, ofApprover],
      [head, ofHead],
    ] as const) {
      const view = (await arcadia.authority.view(who, matter)) ?? assert.fail();
      for (const { name, refusals } of arcadia.authority.options(view, who))
        assert.ok(own.includes(name) || refusals.length === 0, `${who.role} ${name}`);
    }
  });

  test("no deadline runs on a draft; the clock of the acknowledgement starts when the request is sent", async () => {
    const matter = await drafted();
    const running = async () => (await arcadia.authority.view(officer, matter))?.clocks.map(({ run }) => run.clock);
    assert.deepEqual(await running(), []);
    assert.equal(await act(officer, matter, "submitted"), "done");
    assert.equal(await act(approver, matter, "approved"), "done");
    assert.equal(await act(officer, matter, "sent"), "done");
    assert.deepEqual(await running(), ["acknowledgement"]);
  });
});
