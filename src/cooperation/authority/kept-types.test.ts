import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { filesIn } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { readCalendars } from "../clocks/index.ts";
import { type MatterType, readMatterTypes } from "../definitions/index.ts";
import { exampleValues } from "../matter/index.ts";
import { inTransaction } from "../store/index.ts";
import type { JsonObject, MatterId } from "../words/index.ts";
import { type Authority, type CommandOutcome, keepMatterTypes, type TypesAtHand, type Worker } from "./index.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const files = filesIn("matter-types");
const { calendars } = readCalendars(filesIn("calendars"));
const first = readMatterTypes(files).types;

/** The preservation request as a second version has it: one more mandatory content, and 72 hours instead of 24. */
function secondVersion(): MatterType {
  const text = (files.get("preservation.yaml") ?? "")
    .replace("version: 1", "version: 2")
    .replace(
      "  - id: data-kinds\n    type: choices\n    section: request\n",
      "  - id: data-kinds\n    type: choices\n    section: request\n    required: true\n    article: ETS 185 art. 29(2)(c)\n    verify: true\n",
    )
    .replace("length: 24, unit: hours", "length: 72, unit: hours");
  const { types, problems } = readMatterTypes(new Map([...files, ["preservation.yaml", text]]));
  assert.deepEqual(problems, []);
  const type = types.get("preservation");
  assert.ok(type?.version === 2 && type.fields.find(({ id }) => id === "data-kinds")?.required === true);
  return type;
}
const second = secondVersion();
const firstTypes = [...first.values()];
const secondTypes = [...firstTypes.filter(({ id }) => id !== "preservation"), second];

async function kept(side: SimulatedAuthority, offered: readonly MatterType[], { clock }: World): Promise<TypesAtHand> {
  const found = await keepMatterTypes(side.database, offered, clock.now());
  assert.ok(!("changed" in found), "nothing was changed");
  return found;
}

async function opened(authority: Authority, side: SimulatedAuthority, partner: SimulatedAuthority): Promise<MatterId> {
  const outcome = await authority.open(side.worker("contact-point"), {
    command: side.newId(),
    type: "preservation",
    side: "requesting",
    partner: partner.authority.authority,
  });
  assert.ok(outcome.kind === "done", JSON.stringify(outcome));
  return outcome.matter;
}

async function act(
  authority: Authority,
  side: SimulatedAuthority,
  who: Worker,
  matter: MatterId,
  name: string,
  data: JsonObject = {},
): Promise<CommandOutcome> {
  const view = await authority.view(who, matter, "");
  assert.ok(view !== undefined);
  const { sequence } = view.matter;
  return await authority.command(who, { id: side.newId(), matter, expectedSequence: sequence, name, data });
}

describe("a second version of a matter type", () => {
  let world: World;
  let old: MatterId;
  let anew: Authority;
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types: firstTypes, calendars });
    const { arcadia, bensalem } = world;
    await kept(arcadia, firstTypes, world);
    await kept(bensalem, firstTypes, world);
    old = await opened(arcadia.authority, arcadia, bensalem);
    const { types, keptTypes } = await kept(arcadia, secondTypes, world);
    anew = await arcadia.again(undefined, { types, keptTypes });
  });
  after(() => world[Symbol.asyncDispose]());

  test("leaves a matter that began under the first in the first: its contents, its guards, its clocks", async () => {
    const { arcadia, bensalem, clock } = world;
    const who = arcadia.worker("contact-point");
    const { "data-kinds": _, ...values } = exampleValues(first.get("preservation") ?? second, clock.now());
    assert.equal((await act(anew, arcadia, who, old, "fields-set", { values })).kind, "done");
    assert.equal(
      (await act(anew, arcadia, who, old, "submitted")).kind,
      "done",
      "the first version asks no kinds of data",
    );
    assert.equal((await act(anew, arcadia, arcadia.worker("approver"), old, "approved")).kind, "done");
    assert.equal((await act(anew, arcadia, who, old, "sent")).kind, "done");
    const view = await anew.view(who, old, "");
    assert.deepEqual([view?.type.version, view?.matter.typeVersion], [1, 1]);
    assert.deepEqual(
      view?.clocks.map(({ definition }) => [definition.id, definition.length]),
      [["acknowledgement", 24]],
    );
    await anew.tick();
    await bensalem.authority.tick();
    const there: string[] = [];
    for await (const { type, matter } of bensalem.authority.matters()) there.push(`${type.version} ${matter.state}`);
    assert.deepEqual(there, ["1 delivered"], "the partner, which has the first version alone, takes it");
  });

  test("is what new matters begin under, and a partner without it does not take them", async () => {
    const { arcadia, bensalem, clock } = world;
    const who = arcadia.worker("contact-point");
    const matter = await opened(anew, arcadia, bensalem);
    const { "data-kinds": _, ...values } = exampleValues(second, clock.now());
    assert.equal((await act(anew, arcadia, who, matter, "fields-set", { values })).kind, "done");
    const early = await act(anew, arcadia, who, matter, "submitted");
    assert.ok(early.kind === "refused");
    assert.deepEqual(
      early.refusals.map(({ code, field, article }) => [code, field, article]),
      [["content-missing", "data-kinds", "ETS 185 art. 29(2)(c)"]],
    );
    await act(anew, arcadia, who, matter, "fields-set", { values: { "data-kinds": ["traffic"] } });
    assert.equal((await act(anew, arcadia, who, matter, "submitted")).kind, "done");
    await act(anew, arcadia, arcadia.worker("approver"), matter, "approved");
    assert.equal((await act(anew, arcadia, who, matter, "sent")).kind, "done");
    await anew.tick();
    await bensalem.authority.tick();
    let there = 0;
    for await (const _ of bensalem.authority.matters()) there += 1;
    assert.equal(there, 1);
    const given = (await bensalem.authority.evidences()).filter(({ from }) => from === "arcadia-central");
    assert.deepEqual(
      given.map(({ evidence }) => evidence).filter((evidence) => evidence === "NonDelivery"),
      ["NonDelivery"],
    );
  });

  test("stands beside the first for good, also where the file is gone", async () => {
    const { arcadia } = world;
    const without = await kept(arcadia, [], world);
    assert.deepEqual(
      without.keptTypes.filter(({ id }) => id === "preservation").map(({ version }) => version),
      [1, 2],
    );
    const authority = await arcadia.again(undefined, without);
    const states: string[] = [];
    for await (const { type, matter } of authority.matters()) states.push(`${type.version} ${matter.state}`);
    assert.equal(states.length, 2);
    const outcome = await authority.open(arcadia.worker("contact-point"), {
      command: arcadia.newId(),
      type: "preservation",
      side: "requesting",
      partner: authority.authority,
    });
    assert.equal(outcome.kind, "not-allowed", "nothing begins under a type that is not offered");
  });

  test("a version that was changed and not raised is refused, and nothing is kept", async () => {
    const { arcadia, clock } = world;
    const changed = { ...second, title: { ...second.title, en: "Preservation" } };
    const more = { ...second, id: "another" };
    assert.deepEqual(await keepMatterTypes(arcadia.database, [more, changed], clock.now()), {
      changed: [{ id: "preservation", version: 2 }],
    });
    const { keptTypes } = await kept(arcadia, [], world);
    assert.equal(
      keptTypes.some(({ id }) => id === "another"),
      false,
    );
  });

  test("nobody but the system reads or adds versions, and nobody changes one", async () => {
    const { database, worker } = world.arcadia;
    const count = (scope: Parameters<Parameters<Parameters<typeof inTransaction>[1]>[0]["enter"]>[0]) =>
      inTransaction(database, async ({ enter, sql }) => {
        await enter(scope);
        return (await sql.selectFrom("cooperation.matter_type").select("type").execute()).length;
      });
    assert.equal(await count({ kind: "system" }), 7);
    assert.equal(await count({ kind: "person", ...worker("head-of-office") }), 0);
    for (const change of ["update", "delete"] as const)
      await assert.rejects(
        inTransaction(database, async ({ enter, sql }) => {
          await enter({ kind: "system" });
          if (change === "update") await sql.updateTable("cooperation.matter_type").set({ version: 9 }).execute();
          else await sql.deleteFrom("cooperation.matter_type").execute();
        }),
        /permission denied|only ever added/,
      );
  });
});
