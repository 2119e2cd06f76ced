import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { exampleValues, isSealed } from "../matter/index.ts";
import { type MatterId, matterIdSchema } from "../words/index.ts";
import { arrivedAt, done } from "./simulation/requests.ts";
import { twoAuthorities, type World } from "./simulation/two-authorities.ts";

const { types, calendars } = programDefinitions();
const typeOf = (id: string) => types.find((one) => one.id === id) ?? assert.fail();

describe("a production order that follows a preservation", () => {
  let world: World;
  let preserved: MatterId;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars });
    const { arcadia, bensalem, clock } = world;
    const contact = arcadia.worker("contact-point");
    const given = {
      "own-reference": "XA-77",
      "legal-bases": ["budapest"],
      "data-kinds": ["traffic", "other-data"],
      "request-language": "en",
    };
    const opened = await arcadia.authority.open(contact, {
      command: arcadia.newId(),
      type: "preservation",
      side: "requesting",
      partner: bensalem.authority.authority,
      values: exampleValues(typeOf("preservation"), clock.now(), given),
    });
    assert.ok(opened.kind === "done", JSON.stringify(opened));
    preserved = opened.matter;
    done(await arcadia.act(contact, preserved, "submitted"));
    done(await arcadia.act(arcadia.worker("approver"), preserved, "approved"));
    assert.deepEqual(await follow("before it was sent"), { kind: "not-allowed" });
    done(await arcadia.act(contact, preserved, "sent"));
    await world.settle();
    const there = await arrivedAt(bensalem);
    const head = bensalem.worker("head-of-office");
    done(await bensalem.act(head, there, "acknowledged"));
    const until = new Date(clock.milliseconds + 90 * 86_400_000).toISOString().slice(0, 10);
    done(
      await bensalem.act(bensalem.worker("contact-point"), there, "preserved", {
        "preserved-until": until,
        "preserved-data": "The logs.",
      }),
    );
    await world.settle();
  });
  after(() => world[Symbol.asyncDispose]());

  const follow = (_: string, who = world.arcadia.worker("contact-point"), command = world.arcadia.newId()) =>
    world.arcadia.authority.follow(who, { command, matter: preserved, type: "production" });

  test("begins with what is known, says what was taken over, and both name each other", async () => {
    const { arcadia, bensalem } = world;
    const contact = arcadia.worker("contact-point");
    const command = arcadia.newId();
    const [first, second] = [await follow("once", contact, command), await follow("twice", contact, command)];
    assert.ok(first.kind === "done" && second.kind === "done");
    assert.equal(first.matter, second.matter, "a form that is sent twice begins one draft");
    const earlier = (await arcadia.authority.view(contact, preserved)) ?? assert.fail();
    const later = (await arcadia.authority.view(contact, first.matter)) ?? assert.fail();
    const was = (id: string) => earlier.matter.fields[id]?.value;
    const is = (id: string) => later.matter.fields[id]?.value;
    assert.equal(later.type.id, "production");
    assert.equal(later.matter.partner, bensalem.authority.authority);
    for (const id of [
      "requesting-state",
      "requested-state",
      "requesting-authority",
      "contact-name",
      "offences",
      "facts",
      "persons-concerned",
      "urgency",
    ])
      assert.deepEqual(is(id), was(id), id);
    assert.equal(is("data-description"), was("data-to-preserve"));
    assert.equal(is("service-provider-named"), was("data-custodian"));
    assert.deepEqual(is("data-categories"), ["traffic"], "what the other type does not know is left out");
    assert.equal(is("preserved-before"), true);
    assert.match(String(is("preservation-reference")), /^XA-77.*, 2026-03-\d\d$/);
    assert.match(String(is("linked-matters")), /Expedited preservation of stored electronic data: XA-77/);
    for (const id of ["own-reference", "other-reference", "necessity-and-proportionality", "retention-until"])
      assert.equal(is(id), undefined, id);

    assert.equal(later.matter.follows?.matter, preserved);
    assert.deepEqual([...(later.matter.follows?.fields ?? [])].sort(), Object.keys(later.matter.fields).sort());
    assert.deepEqual(
      earlier.matter.notes.map(({ about, text }) => [about, text]),
      [[first.matter, "production"]],
    );
    done(await arcadia.act(contact, first.matter, "fields-set", { values: { facts: "What is known by now." } }));
    const changed = (await arcadia.authority.view(contact, first.matter)) ?? assert.fail();
    assert.notEqual(changed.matter.fields.facts?.event, changed.matter.events[0]?.id, "no longer shown as taken over");
  });

  test("is begun by nobody who does not see the preservation, nor from the side that was asked", async () => {
    const { arcadia, bensalem } = world;
    assert.deepEqual(await follow("an auditor", arcadia.worker("auditor")), { kind: "unknown-matter" });
    const there = await arrivedAt(bensalem);
    const asked = { command: bensalem.newId(), matter: there, type: "production" };
    assert.deepEqual(await bensalem.authority.follow(bensalem.worker("head-of-office"), asked), {
      kind: "not-allowed",
    });
    const nowhere = { command: arcadia.newId(), matter: matterIdSchema.parse(arcadia.newId()), type: "production" };
    assert.deepEqual(await arcadia.authority.follow(arcadia.worker("contact-point"), nowhere), {
      kind: "unknown-matter",
    });
    const view = (await arcadia.authority.view(arcadia.worker("contact-point"), preserved)) ?? assert.fail();
    assert.equal(arcadia.authority.following(view, "extradition"), undefined);
  });

  test("is sealed where the preservation is, so that nothing comes to be known by it", async () => {
    const { arcadia } = world;
    const contact = arcadia.worker("contact-point");
    done(await arcadia.act(contact, preserved, "matter-sealed", { reason: "A witness is in danger" }));
    const followed = await follow("a sealed one", contact);
    assert.ok(followed.kind === "done", JSON.stringify(followed));
    const view = (await arcadia.authority.view(contact, followed.matter)) ?? assert.fail();
    assert.ok(isSealed(view.matter));
    assert.equal(await arcadia.authority.view(arcadia.worker("case-officer"), followed.matter), undefined);
  });
});
