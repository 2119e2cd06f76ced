import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { exhibitNumberSchema } from "../custody/index.ts";
import { createStore } from "../store/index.ts";
import { uploadIdSchema } from "../vault/index.ts";
import { digestOf, type MatterId, matterIdSchema, type Role } from "../words/index.ts";
import type { Worker } from "./index.ts";
import { acceptRequest, arrivedAt, draftRequest, sendRequest } from "./simulation/requests.ts";
import { twoAuthorities, type World } from "./simulation/two-authorities.ts";

/** The goal is 10,000 calls; the usual run makes fewer, drawn from the same seed. */
const calls = process.env.JUSTITIA_SLOW === "1" ? 10_000 : 600;
const roles = [
  "case-officer",
  "approver",
  "head-of-office",
  "contact-point",
  "executing-officer",
  "evidence-custodian",
  "auditor",
] as const satisfies readonly Role[];

/** Numbers below a limit, the same in every run. */
function drawn(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("what is disclosed is logged, and nothing else is", () => {
  let world: World;
  const matters: MatterId[] = [];
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), ...programDefinitions(), records: true });
    const { arcadia, bensalem } = world;
    for (let count = 0; count < 3; count += 1) matters.push(await draftRequest(world, bensalem, arcadia));
    await sendRequest(world, arcadia, await draftRequest(world, arcadia, bensalem));
    const there = await arrivedAt(bensalem);
    await acceptRequest(bensalem, there);
    await world.settle();
    matters.push(there);
    const officer = bensalem.worker("case-officer");
    const { evidence } = bensalem.authority;
    assert.ok(evidence);
    for (const exhibit of ["B-1", "B-2"]) {
      const command = bensalem.newId();
      const upload = uploadIdSchema.parse(command);
      const bytes = Buffer.from(`content of ${exhibit}`);
      await evidence.beginUpload(officer, there, upload);
      await evidence.addPart(officer, there, upload, { offset: 0, bytes, digest: digestOf(bytes) });
      const view = await bensalem.authority.view(officer, there);
      const outcome = await evidence.takeInItem(officer, {
        command,
        matter: there,
        expectedSequence: view?.matter.sequence ?? 0,
        item: { exhibitNumber: exhibitNumberSchema.parse(exhibit), kind: "digital", description: exhibit },
        origin: { kind: "received", from: "Police" },
        reason: "Execution",
        place: undefined,
        upload,
        expected: undefined,
      });
      assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    }
  });
  after(() => world[Symbol.asyncDispose]());

  test(`${calls} random calls leave one entry for each disclosure and no other`, async () => {
    const { bensalem } = world;
    const { authority, database } = bensalem;
    const { evidence } = authority;
    assert.ok(evidence);
    const draw = drawn(20260302);
    const store = createStore(database);
    const log = (after: number) => store.read({ kind: "system" }, (view) => view.readLog({ after, limit: 100_000 }));
    const begun = (await log(0)).at(-1)?.entry ?? 0;
    const expected: string[] = [];
    const disclosed = (who: Worker, matter: MatterId, what: string): void => {
      expected.push(`${who.person} ${who.role} ${matter} ${what}`);
    };
    const unknown = matterIdSchema.parse(bensalem.newId());
    for (let call = 0; call < calls; call += 1) {
      const who = bensalem.worker(roles[draw(roles.length)] ?? "auditor", draw(2) === 0 ? 1 : 2);
      const matter = draw(10) === 0 ? unknown : (matters[draw(matters.length)] ?? unknown);
      const exhibit = ["B-1", "B-2", "B-9"][draw(3)] ?? "";
      switch (draw(7)) {
        case 0:
        case 1:
          if ((await authority.view(who, matter)) !== undefined) disclosed(who, matter, "matter");
          break;
        case 2:
          for (const one of (await authority.queue(who, {}, { size: 50 })).matters) disclosed(who, one.matter, "queue");
          break;
        case 3:
          for (const one of new Set((await authority.alarms(who)).map((alarm) => alarm.matter)))
            disclosed(who, one, "alarm");
          break;
        case 4:
        case 5: {
          const opened = await evidence.open(who, matter, exhibit, "drawn");
          if (typeof opened !== "object") break;
          disclosed(who, matter, `content of an exhibit`);
          for await (const piece of opened.content) assert.ok(piece.length > 0);
          break;
        }
        default:
          if (typeof (await evidence.exportMatter(who, { matter, reason: "drawn", recipient: undefined })) === "object")
            disclosed(who, matter, "export");
      }
    }
    const entries = await log(begun);
    const found = entries.map(({ person, role, matter, what }) => `${person} ${role} ${matter} ${what}`);
    assert.deepEqual(found, expected);
    const kinds = new Set(entries.map(({ what }) => what.split(" ")[0]));
    assert.deepEqual([...kinds].sort(), ["content", "export", "matter", "queue"], "each kind was drawn");
  });
});
