import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { reconcile } from "../exchange/index.ts";
import { exampleValues } from "../matter/index.ts";
import { createStore } from "../store/index.ts";
import { type AuthorityId, authorityIdSchema, type MatterId, stateCodeSchema } from "../words/index.ts";
import { twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const assistance = types.find(({ id }) => id === "mutual-legal-assistance");
assert.ok(assistance);

describe("when something goes wrong between two authorities", () => {
  let world: World;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars });
  });
  after(() => world[Symbol.asyncDispose]());

  /** A request that a second person approved, ready to be sent. */
  async function approved(partner: AuthorityId): Promise<MatterId> {
    const { arcadia, clock } = world;
    const officer = arcadia.worker("case-officer");
    const values = exampleValues(assistance ?? assert.fail(), clock.now(), { "legal-bases": ["untoc"] });
    const opened = await arcadia.authority.open(officer, {
      command: arcadia.newId(),
      type: "mutual-legal-assistance",
      side: "requesting",
      partner,
      values,
    });
    assert.ok(opened.kind === "done", JSON.stringify(opened));
    assert.equal((await arcadia.act(officer, opened.matter, "submitted")).kind, "done");
    assert.equal((await arcadia.act(arcadia.worker("approver"), opened.matter, "approved")).kind, "done");
    return opened.matter;
  }

  /** Sends a request and says under which identifier the other side keeps it. */
  async function sent(): Promise<{ readonly here: MatterId; readonly there: MatterId }> {
    const { arcadia, bensalem } = world;
    const known = new Set<string>();
    for await (const { matter } of bensalem.authority.matters()) known.add(matter.id);
    const here = await approved(bensalem.authority.authority);
    assert.equal((await arcadia.act(arcadia.worker("case-officer"), here, "sent")).kind, "done");
    await world.settle();
    for await (const { matter } of bensalem.authority.matters())
      if (!known.has(matter.id)) return { here, there: matter.id };
    throw new Error("nothing arrived");
  }

  test("what cannot be sent did not happen", async () => {
    const { arcadia } = world;
    const stranger = authorityIdSchema.parse("nowhere-central");
    const partner = {
      authority: stranger,
      state: stateCodeSchema.parse("XC"),
      name: "Nowhere",
      active: true,
      data: {},
    };
    await createStore(arcadia.database).read({ kind: "system" }, (directory) => directory.putPartner(partner));
    const matter = await approved(stranger);
    const outcome = await arcadia.act(arcadia.worker("case-officer"), matter, "sent");
    assert.ok(outcome.kind === "refused");
    assert.deepEqual(
      outcome.refusals.map(({ field, expected }) => [field, expected]),
      [["partner", "the recipient was never introduced"]],
    );
    const view = await arcadia.authority.view(arcadia.worker("case-officer"), matter);
    assert.deepEqual([view?.matter.state, view?.exchange], ["signed", []]);
  });

  test("a deadline that passed while the program was down is recorded once and alarms until somebody acts", async () => {
    const { arcadia, bensalem, clock } = world;
    const { here, there } = await sent();
    clock.milliseconds += 20 * 86_400_000;
    const head = bensalem.worker("head-of-office");
    assert.equal((await bensalem.authority.tick()).expired, 1);
    assert.equal((await bensalem.authority.tick()).expired, 0);
    assert.equal((await arcadia.authority.tick()).expired, 1);
    const alarms = (await bensalem.authority.alarms(head)).filter(({ matter }) => matter === there);
    assert.deepEqual(
      alarms.map(({ kind, about, grade }) => ({ kind, about, grade })),
      [{ kind: "expiry", about: "acknowledgement", grade: "service" }],
    );
    const view = await arcadia.authority.view(arcadia.worker("case-officer"), here);
    assert.equal(view?.matter.events.filter(({ name }) => name === "clock-expired").length, 1);
    assert.deepEqual(await bensalem.authority.alarms(bensalem.worker("case-officer", 2)), []);
  });

  test("who breaks the glass gives a reason, reads, and the head is told", async () => {
    const { bensalem } = world;
    const { there } = await sent();
    const outsider = bensalem.worker("case-officer", 2);
    const breaking = (reason: string) => bensalem.authority.view({ ...outsider, breakGlass: { reason } }, there);
    assert.equal(await bensalem.authority.view(outsider, there), undefined);
    assert.equal(await breaking("urgent"), undefined);
    assert.equal((await breaking("A child is in danger and nobody assigned can be reached"))?.matter.id, there);
    assert.equal((await breaking("again"))?.matter.id, there);
    const told = (await bensalem.authority.alarms(bensalem.worker("head-of-office"))).filter(
      ({ matter, kind }) => matter === there && kind === "break-glass",
    );
    assert.deepEqual(
      told.map(({ about }) => about),
      [outsider.person],
    );
    world.clock.milliseconds += 5 * 3_600_000;
    assert.equal(await breaking("again"), undefined);
  });

  test("an acknowledgement that meets a withdrawal on the way is proved undelivered, and a person is told", async () => {
    const { arcadia, bensalem } = world;
    const { here, there } = await sent();
    const head = bensalem.worker("head-of-office");
    assert.equal((await bensalem.act(head, there, "acknowledged")).kind, "done");
    const withdrawal = { reasons: "The accused has died." };
    assert.equal((await arcadia.act(arcadia.worker("head-of-office"), here, "withdrawn", withdrawal)).kind, "done");
    await world.settle();
    const states = async () => [
      (await arcadia.authority.view(arcadia.worker("head-of-office"), here))?.matter.state,
      (await bensalem.authority.view(head, there))?.matter.state,
    ];
    assert.deepEqual(await states(), ["withdrawn", "withdrawn"]);
    const alarm = (await bensalem.authority.alarms(head)).find(
      ({ matter, kind }) => matter === there && kind === "message",
    );
    const message = (await bensalem.authority.view(head, there))?.exchange.find(
      ({ event }) => event === "acknowledged",
    );
    assert.equal(message?.state, "not-delivered");
    assert.equal(alarm?.about, message?.message);
    await world.settle();
    const [ours, theirs] = [await arcadia.authority.evidences(), await bensalem.authority.evidences()];
    assert.deepEqual(reconcile(ours, theirs), { missingHere: [], missingThere: [], differing: [] });
  });

  test("a command that is refused or repeated sends nothing", async () => {
    const { arcadia } = world;
    const { here } = await sent();
    const before = (await arcadia.authority.evidences()).filter(
      ({ evidence }) => evidence === "SubmissionAcceptance",
    ).length;
    const officer = arcadia.worker("case-officer");
    const sequence = (await arcadia.authority.view(officer, here))?.matter.sequence ?? 0;
    const asked = {
      id: arcadia.newId(),
      matter: here,
      expectedSequence: sequence,
      name: "information-asked",
      data: { text: "Which court?" },
    };
    const outcomes = [
      await arcadia.authority.command(officer, { ...asked, id: arcadia.newId(), data: {} }),
      await arcadia.authority.command(officer, asked),
      await arcadia.authority.command(officer, asked),
    ];
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === "done" ? outcome.repeated : outcome.kind)),
      ["refused", false, true],
    );
    const now = (await arcadia.authority.evidences()).filter(
      ({ evidence }) => evidence === "SubmissionAcceptance",
    ).length;
    assert.equal(now - before, 1);
  });
});
