import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { exampleValues } from "../matter/index.ts";
import {
  type Channel,
  type OutgoingMessage,
  type Roster,
  rosterSchema,
  type SendingOutcome,
  type TellingTrouble,
} from "../notification/index.ts";
import { createPeopleStore } from "../people-store/index.ts";
import { type MatterId, officeIdSchema, type Role } from "../words/index.ts";
import type { NotificationService } from "./index.ts";
import { draftRequest, sendRequest } from "./simulation/requests.ts";
import { twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const preservation = types.find(({ id }) => id === "preservation") ?? assert.fail();

const office = officeIdSchema.parse("central-office");
const minute = 60_000;
const hour = 60 * minute;
const roles = ["contact-point", "case-officer", "head-of-office"] as const satisfies readonly Role[];
const names: Readonly<Record<(typeof roles)[number], string>> = {
  "contact-point": "noor.estevan",
  "case-officer": "jonas.bellamy",
  "head-of-office": "pavel.dromer",
};
const mailOf = (name: string): string => `${name}@central.example`;

describe("whoever is on duty is told", () => {
  let world: World;
  const told: OutgoingMessage[] = [];
  const troubles: TellingTrouble[] = [];
  let answer: Channel;
  let roster: Roster;

  const usualRoster = rosterSchema.parse({
    people: Object.values(names).map((name) => ({ name, reachedBy: [{ mail: mailOf(name) }] })),
    offices: [
      {
        office,
        timeZone: "UTC",
        reachedBy: [{ mail: "office@central.example" }],
        shifts: [
          { days: ["saturday", "sunday"], people: ["noor.estevan"] },
          { from: "18:00", until: "08:00", people: ["noor.estevan", "jonas.bellamy"] },
        ],
      },
    ],
  });
  let tuesday = Date.UTC(2026, 2, 3);

  before(async () => {
    world = await twoAuthorities({
      blank: await blankDatabase(),
      types,
      calendars,
      notification: {
        rules: {
          escalateAfterMinutes: 15,
          urgentClocks: ["liberty", "loss-of-data"],
          otherClocks: ["legal", "service"],
        },
        roster: () => roster,
        channels: new Map([
          [
            "mail",
            async (message) => {
              told.push(message);
              return await answer(message);
            },
          ],
        ]),
        timeZone: "UTC",
        report: (trouble) => troubles.push(trouble),
      },
    });
    const people = createPeopleStore(world.bensalem.database);
    for (const role of roles) {
      const { person } = world.bensalem.worker(role);
      assert.ok(await people.addAccount({ person, name: names[role], password: null, oneTimeUntil: null }));
    }
  });
  after(() => world[Symbol.asyncDispose]());

  // One pair of authorities for all: each test comes three weeks later, when every clock of the others has ended.
  beforeEach(async () => {
    tuesday += 21 * 24 * hour;
    at(9);
    roster = usualRoster;
    answer = async () => ({ sent: true });
    await world.settle();
    await telling().tell();
    await telling().acknowledge(world.bensalem.worker("head-of-office"));
    told.splice(0);
    troubles.splice(0);
    at(10);
  });

  const telling = (): NotificationService => world.bensalem.authority.notification ?? assert.fail();
  const addresses = (): string[] =>
    told
      .splice(0)
      .flatMap(({ reachedBy }) => reachedBy.map(({ mail }) => mail ?? ""))
      .sort();
  const tellAfter = async (milliseconds: number): Promise<string[]> => {
    world.clock.milliseconds += milliseconds;
    await telling().tell();
    return addresses();
  };
  /** Sets the clock to an hour of the Tuesday, or of a day after it. */
  const at = (hours: number, days = 0): void => {
    world.clock.milliseconds = tuesday + (days * 24 + hours) * hour;
  };
  const notices = async () =>
    ((await telling().notices(world.bensalem.worker("head-of-office"), 50))?.notices ?? []).filter(
      ({ raisedAt }) => Date.parse(raisedAt) > tuesday + 10 * hour - 1,
    );
  /** The newest matter at bensalem. */
  const arrived = async (): Promise<MatterId> => {
    let found: MatterId | undefined;
    for await (const { matter } of world.bensalem.authority.matters()) found = matter.id;
    return found ?? assert.fail();
  };

  /** Sends a preservation order, which arrives at once. */
  async function order(): Promise<MatterId> {
    const { arcadia, bensalem, clock } = world;
    const contact = arcadia.worker("contact-point");
    const opened = await arcadia.authority.open(contact, {
      command: arcadia.newId(),
      type: "preservation",
      side: "requesting",
      partner: bensalem.authority.authority,
      values: exampleValues(preservation, clock.now()),
    });
    assert.ok(opened.kind === "done", JSON.stringify(opened));
    const [first] = preservation.transitions.filter(({ name }) => name === "submitted");
    assert.equal((await arcadia.act(contact, opened.matter, first?.name ?? "sent")).kind, "done");
    if (first !== undefined) {
      assert.equal((await arcadia.act(arcadia.worker("approver"), opened.matter, "approved")).kind, "done");
      assert.equal((await arcadia.act(contact, opened.matter, "sent")).kind, "done");
    }
    assert.equal((await arcadia.authority.tick()).sent, 1);
    assert.equal((await bensalem.authority.tick()).delivered, 1);
    return opened.matter;
  }

  test("a preservation order that arrives at night wakes the officer on duty, then the next, then the head", async () => {
    at(23);
    await order();
    assert.deepEqual(await tellAfter(0), [mailOf("noor.estevan")]);
    assert.deepEqual(await tellAfter(14 * minute), []);
    assert.deepEqual(await tellAfter(minute), [mailOf("jonas.bellamy")]);
    assert.deepEqual(await tellAfter(15 * minute), [mailOf("pavel.dromer")]);
    assert.deepEqual(await tellAfter(15 * minute), ["office@central.example"]);
    assert.deepEqual(troubles, []);
    assert.equal((await tellAfter(15 * minute)).length, 4);
    assert.deepEqual(troubles, [{ what: "nobody-answered", office }]);
    assert.deepEqual(await tellAfter(59 * minute), []);
    assert.equal((await tellAfter(minute)).length, 4);
  });

  test("who was told and opens the pages is the last who is told; who was not told changes nothing", async () => {
    at(23);
    await order();
    await tellAfter(0);
    await telling().acknowledge(world.bensalem.worker("case-officer"));
    await telling().acknowledge(world.bensalem.worker("auditor"));
    assert.deepEqual(await tellAfter(15 * minute), [mailOf("jonas.bellamy")]);
    await telling().acknowledge(world.bensalem.worker("contact-point"));
    assert.deepEqual(await tellAfter(15 * minute), []);
    const { person } = world.bensalem.worker("contact-point");
    assert.equal((await notices())[0]?.acknowledged?.by, person);
    assert.equal(await telling().notices(world.bensalem.worker("case-officer"), 10), undefined);
  });

  test("an ordinary request does not wake anybody; its clock tells everybody by day", async () => {
    at(23);
    const matter = await draftRequest(world, world.arcadia, world.bensalem);
    await sendRequest(world, world.arcadia, matter);
    assert.deepEqual(await tellAfter(0), []);
    // Five working days later the internal deadline to acknowledge has passed, at night.
    at(23, 8);
    await world.bensalem.authority.tick();
    assert.deepEqual(await tellAfter(0), []);
    at(9, 9);
    const everybody = ["office@central.example", ...Object.values(names).map(mailOf)].sort();
    assert.deepEqual(await tellAfter(0), everybody);
    assert.deepEqual(await tellAfter(20 * minute), []);
  });

  test("a clock that would let data lapse is told once for its warning and once for its end, also after a time of being down", async () => {
    at(12);
    await order();
    await tellAfter(0);
    await telling().acknowledge(world.bensalem.worker("head-of-office"));
    assert.deepEqual(await tellAfter(11 * hour), []);
    assert.deepEqual(await tellAfter(2 * hour), [mailOf("noor.estevan")]);
    await telling().acknowledge(world.bensalem.worker("contact-point"));
    assert.deepEqual(await tellAfter(minute), []);
    // Down over the second warning and the end: only what is true now is told.
    world.clock.milliseconds += 30 * hour;
    await world.bensalem.authority.tick();
    const reopened = await world.bensalem.again();
    await (reopened.notification ?? assert.fail()).tell();
    assert.equal(addresses().length > 0, true);
    assert.deepEqual(
      (await notices()).map(({ kind, urgent }) => [kind, urgent]),
      [
        ["expiry", true],
        ["warning", true],
        ["arrival", true],
      ],
    );
  });

  test("what was to be told when the process ended is told by the next one", async () => {
    at(23);
    await order();
    const reopened = await world.bensalem.again();
    assert.equal(told.length, 0);
    // Ends while the message is on its way: nobody knows whether it went out, so it goes out again.
    const stopped = new Promise<SendingOutcome>(() => undefined);
    answer = () => stopped;
    void (reopened.notification ?? assert.fail()).tell();
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [lost] = told.splice(0);
    answer = async () => ({ sent: true });
    const again = await world.bensalem.again();
    await (again.notification ?? assert.fail()).tell();
    assert.deepEqual(
      told.map(({ id }) => id),
      [lost?.id],
    );
    told.splice(0);
    await (again.notification ?? assert.fail()).tell();
    assert.equal(told.length, 0);
  });

  test("a channel that fails is tried again with growing waits, and given up loudly; then the next is told at once", async () => {
    at(23);
    await order();
    answer = async () => ({ sent: false, forGood: false, problem: "connection refused" });
    assert.deepEqual(await tellAfter(0), [mailOf("noor.estevan")]);
    assert.deepEqual(await tellAfter(5_000), []);
    assert.deepEqual(await tellAfter(10_000), [mailOf("noor.estevan")]);
    assert.deepEqual(await tellAfter(14_000), []);
    assert.deepEqual(troubles.splice(0), [
      { what: "not-sent", channel: "mail", problem: "connection refused", again: true },
    ]);
    answer = async ({ reachedBy }) =>
      reachedBy.some(({ mail }) => mail === mailOf("noor.estevan"))
        ? { sent: false, forGood: true, problem: "550 no such user" }
        : { sent: true };
    assert.deepEqual(await tellAfter(16_000), [mailOf("noor.estevan")]);
    assert.deepEqual(troubles, [{ what: "not-sent", channel: "mail", problem: "550 no such user", again: false }]);
    assert.deepEqual(await tellAfter(0), [mailOf("jonas.bellamy")]);
    const [notice] = await notices();
    assert.deepEqual(
      notice?.deliveries.map(({ state, attempts, problem }) => ({ state, attempts, problem })),
      [
        { state: "given-up", attempts: 3, problem: "550 no such user" },
        { state: "sent", attempts: 1, problem: undefined },
      ],
    );
  });

  test("ten things that wait are one message", async () => {
    at(23);
    await order();
    await order();
    await order();
    assert.deepEqual(await tellAfter(0), [mailOf("noor.estevan")]);
    await order();
    assert.deepEqual(await tellAfter(1_000), []);
    assert.deepEqual(await tellAfter(minute), [mailOf("noor.estevan")]);
  });

  test("of a sealed request only its head is told, and of an assigned one by day whoever has it", async () => {
    at(10);
    const { bensalem } = world;
    roster = {
      ...roster,
      offices: roster.offices.map((one) => ({
        ...one,
        shifts: [{ days: ["tuesday"], from: "00:00", until: "24:00", people: ["noor.estevan"] }],
      })),
    };
    await order();
    const matter = await arrived();
    const officer = bensalem.worker("case-officer");
    const head = bensalem.worker("head-of-office");
    const assigned = { person: officer.person, office: officer.office };
    assert.equal((await bensalem.act(head, matter, "assigned", assigned)).kind, "done");
    assert.deepEqual(await tellAfter(0), [mailOf("jonas.bellamy"), mailOf("noor.estevan")].sort());
    await telling().acknowledge(officer);
    assert.equal((await bensalem.act(officer, matter, "matter-sealed", { reason: "Delicate" })).kind, "done");
    // Half a day later the first warning comes.
    assert.deepEqual(await tellAfter(13 * hour), [mailOf("jonas.bellamy")]);
    assert.deepEqual(await tellAfter(15 * minute), [mailOf("pavel.dromer")]);
  });

  test("a message that the other side does not take is told", async () => {
    at(10);
    const { arcadia, bensalem } = world;
    const ordered = await order();
    const matter = await arrived();
    await tellAfter(0);
    const head = bensalem.worker("head-of-office");
    await telling().acknowledge(head);
    assert.equal((await bensalem.act(head, matter, "acknowledged")).kind, "done");
    const withdrawal = { reasons: "No longer needed." };
    assert.equal((await arcadia.act(arcadia.worker("head-of-office"), ordered, "withdrawn", withdrawal)).kind, "done");
    await world.settle();
    await telling().tell();
    assert.ok((await notices()).some(({ kind }) => kind === "not-delivered"));
  });

  test("nobody who can be reached is told loudly, and again when the roster is mended", async () => {
    at(23);
    const whole = roster;
    roster = rosterSchema.parse({});
    await order();
    assert.deepEqual(await tellAfter(0), []);
    assert.deepEqual(troubles, [{ what: "nobody-can-be-reached", office }]);
    roster = whole;
    assert.deepEqual(await tellAfter(15 * minute), [mailOf("noor.estevan")]);
  });

  test("a message says nothing of the matter", async () => {
    at(23);
    const matter = await order();
    await telling().tell();
    const text = JSON.stringify(told);
    assert.ok(told.length > 0);
    for (const secret of [matter, "preservation", "arcadia"]) assert.ok(!text.includes(secret), secret);
  });
});
