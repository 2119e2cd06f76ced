import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { whereStands } from "../../../test/database/planted.ts";
import { bundleInMemory, verifyBundle } from "../bundle/index.ts";
import { exhibitNumberSchema } from "../custody/index.ts";
import { createStore, MatterErased, remainsFaults } from "../store/index.ts";
import { uploadIdSchema } from "../vault/index.ts";
import { digestOf, digestSchema, type EventId, type MatterId } from "../words/index.ts";
import { addToRegister, registerOn } from "./erasure-register.ts";
import type { CommandOutcome } from "./index.ts";
import { acceptRequest, arrivedAt, done, draftRequest, sendRequest } from "./simulation/requests.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const system = { kind: "system" } as const;
const words = ["Ravenscroft", "Thistlewood", "Quillfeather", "Marrowbone", "Hollowell", "Pennyfarthing"] as const;
const [reference, facts, noted, document, exhibit, reasoned] = words;

/** Runs a statement as the owner of all. */
const asOwner =
  ({ database }: SimulatedAuthority) =>
  (statement: string): Promise<readonly Record<string, unknown>[]> =>
    database.sql.connection().execute(async (connection) => {
      await sql`RESET ROLE`.execute(connection);
      try {
        return (await sql<Record<string, unknown>>`${sql.raw(statement)}`.execute(connection)).rows;
      } finally {
        await sql`SET ROLE justitia_application`.execute(connection);
      }
    });

const codesOf = (outcome: CommandOutcome): string =>
  outcome.kind === "refused" ? outcome.refusals.map(({ code }) => code).join() : outcome.kind;

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await all(pieces));
}

describe("a matter that ended and is erased", () => {
  let world: World;
  let here: MatterId;
  let there: MatterId;
  let proposal: EventId;
  const { types, calendars } = programDefinitions();
  const head = () => world.arcadia.worker("head-of-office");
  const approver = () => world.arcadia.worker("approver");
  const step = (name: "hold-placed" | "hold-lifted") =>
    world.arcadia.authority.erasures.step(head(), world.arcadia.newId(), here, { name, reason: `${reasoned} asks` });
  const propose = (ground: "retention-over" | "ordered", id: EventId = world.arcadia.newId()) =>
    world.arcadia.authority.erasures.step(head(), id, here, {
      name: "erasure-proposed",
      ground,
      reason: `${reasoned} says so`,
    });

  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars, records: true });
    const { arcadia, bensalem } = world;
    const officer = arcadia.worker("case-officer");
    here = await draftRequest(world, arcadia, bensalem);
    const values = { "own-reference": `${reference} 7`, facts: `The account of ${facts} was emptied.` };
    done(await arcadia.act(officer, here, "fields-set", { values }));
    const { evidence } = arcadia.authority;
    assert.ok(evidence);
    const command = arcadia.newId();
    const upload = uploadIdSchema.parse(command);
    const content = Buffer.from(`A letter about ${document}.`);
    await evidence.beginUpload(officer, here, upload);
    await evidence.addPart(officer, here, upload, { offset: 0, bytes: content, digest: digestOf(content) });
    const kept = await evidence.attach(officer, {
      command,
      matter: here,
      expectedSequence: 3,
      name: `${document}.txt`,
      shared: true,
      upload,
      expected: digestOf(content),
    });
    assert.equal(kept.kind, "done", JSON.stringify(kept));
    await sendRequest(world, arcadia, here);
    there = await arrivedAt(bensalem);
    await acceptRequest(bensalem, there);
    await world.settle();
    const other = arcadia.newId();
    await evidence.beginUpload(officer, here, uploadIdSchema.parse(other));
    await evidence.addPart(officer, here, uploadIdSchema.parse(other), {
      offset: 0,
      bytes: content,
      digest: digestOf(content),
    });
    const taken = await evidence.takeInItem(officer, {
      command: other,
      matter: here,
      expectedSequence: (await createStore(arcadia.database).events(system, here)).length,
      item: { exhibitNumber: exhibitNumberSchema.parse("A-1"), kind: "digital", description: `Phone of ${exhibit}` },
      origin: { kind: "acquired", tool: "export", authorisation: { kind: "court order", reference: "1" } },
      reason: "Execution",
      place: undefined,
      upload: uploadIdSchema.parse(other),
      expected: digestOf(content),
    });
    assert.equal(taken.kind, "done", JSON.stringify(taken));
    done(await arcadia.act(officer, here, "note", { text: `${noted} called back.` }));
    await arcadia.authority.view(officer, here, `${reasoned} wants to know`);
  });
  after(() => world?.[Symbol.asyncDispose]());

  test("while it is open nobody proposes to erase it", async () => {
    assert.equal(codesOf(await propose("ordered")), "not-allowed");
  });

  test("it is due when it was kept as long as it says, and a hold keeps it longer", async () => {
    const { arcadia } = world;
    const officer = arcadia.worker("case-officer");
    done(await arcadia.act(officer, here, "fields-set", { values: { "retention-until": "2026-12-31" } }));
    done(await arcadia.act(head(), here, "withdrawn", { reasons: `${reasoned} gave up` }));
    await world.settle();
    assert.deepEqual(await arcadia.authority.erasures.due(head()), []);
    assert.equal(await arcadia.authority.erasures.due(officer), undefined);
    const ended = await arcadia.authority.erasures.ended(head(), here);
    assert.deepEqual(ended?.retention, { until: "2026-12-31", by: "field", article: undefined });
    assert.equal(codesOf(await propose("retention-over")), "kept-longer");
    world.clock.milliseconds = Date.UTC(2026, 11, 31, 23, 59);
    assert.equal(codesOf(await propose("retention-over")), "kept-longer");
    world.clock.milliseconds = Date.UTC(2027, 0, 1);
    assert.deepEqual(
      (await arcadia.authority.erasures.due(head()))?.map(({ matter }) => matter),
      [here],
    );
    done(await step("hold-placed"));
    assert.equal(codesOf(await step("hold-placed")), "hold-unchanged");
    assert.deepEqual(await arcadia.authority.erasures.due(head()), []);
    assert.equal(codesOf(await propose("ordered")), "on-hold");
    done(await step("hold-lifted"));
  });

  test("an open matter that names it keeps it", async () => {
    const { arcadia, bensalem } = world;
    const officer = arcadia.worker("case-officer");
    const follow = await draftRequest(world, arcadia, bensalem);
    const values = { "linked-matters": `Follow-up to ${reference} 7` };
    done(await arcadia.act(officer, follow, "fields-set", { values }));
    assert.equal(codesOf(await propose("retention-over")), "linked-matter-open");
    done(await arcadia.act(officer, follow, "fields-set", { values: { "linked-matters": null } }));
    // What stood there once stays in the history of that matter, and goes with it.
    done(await arcadia.act(head(), follow, "withdrawn", { reasons: "Not needed" }));
  });

  test("it takes two persons, and before the second has acted everything is there", async () => {
    const { arcadia } = world;
    const erasures = arcadia.authority.erasures;
    proposal = arcadia.newId();
    done(await propose("retention-over", proposal));
    assert.equal(codesOf(await propose("retention-over")), "erasure-waits");
    assert.equal(codesOf(await erasures.erase(head(), arcadia.newId(), here, proposal)), "same-person");
    const officer = arcadia.worker("case-officer");
    assert.equal(codesOf(await erasures.erase(officer, arcadia.newId(), here, proposal)), "not-allowed");
    assert.equal(codesOf(await erasures.erase(approver(), arcadia.newId(), here, arcadia.newId())), "proposal-needed");
    assert.deepEqual(
      (await erasures.due(approver()))?.map(({ matter, proposal: waits }) => [matter, waits?.event]),
      [[here, proposal]],
    );
    const before = await whereStands(asOwner(arcadia), words);
    for (const place of ["matter: Ravenscroft", "exchange_outbox: Thistlewood", "kept_file: Quillfeather"])
      assert.ok(before.includes(`cooperation.${place.replace("Quillfeather", document)}`), before.join("\n"));
    assert.ok(!before.some((place) => place.startsWith("cooperation.event:")), "events are sealed");
    const history = await createStore(arcadia.database).events(system, here);
    for (const word of words) assert.ok(JSON.stringify(history).includes(word), word);
    const reads = await createStore(arcadia.database).read(system, (view) =>
      view.readLog({ matter: here, limit: 500 }),
    );
    assert.ok(reads.some(({ reason }) => reason?.includes(reasoned) === true));
  });

  test("once it is erased, none of what was written into it stands anywhere in the database, and no file opens", async () => {
    const { arcadia } = world;
    const files = (await asOwner(arcadia)("SELECT file FROM cooperation.kept_file")).map(({ file }) => String(file));
    assert.equal(files.length, 2);
    const id = arcadia.newId();
    const outcome = await arcadia.authority.erasures.erase(approver(), id, here, proposal);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    // A form that is sent twice does one thing.
    const again = await arcadia.authority.erasures.erase(approver(), id, here, proposal);
    assert.deepEqual(again, { ...outcome, repeated: true });
    const left = (await whereStands(asOwner(arcadia), words)).filter((place) => !place.startsWith("x"));
    assert.deepEqual(left, []);
    for (const file of files) assert.equal(await arcadia.records.vault.isErased(digestSchema.parse(file)), true);
    await assert.rejects(createStore(arcadia.database).events(system, here), MatterErased);
  });

  test("what is left says who erased it when and on which ground, and its proofs stay valid", async () => {
    const { arcadia } = world;
    const found = await arcadia.authority.erasures.remains(head(), here);
    assert.deepEqual(found?.erased.data, {
      ground: "retention-over",
      proposal,
      keptUntil: "2026-12-31",
    });
    assert.deepEqual(found?.erased.by, { kind: "person", ...approver() });
    assert.deepEqual(remainsFaults(found?.remains ?? []), []);
    assert.equal(await arcadia.authority.view(head(), here), undefined);
    assert.equal(await arcadia.authority.emergency(head(), here, "Somebody asks for it by telephone"), undefined);
    assert.equal(await arcadia.authority.erasures.remains(arcadia.worker("case-officer", 2), here), undefined);
    await arcadia.authority.tick();
    assert.deepEqual((await arcadia.authority.checkRecords())?.problems, []);
    const { evidence } = arcadia.authority;
    assert.ok(evidence);
    const bundle = await evidence.exportAsSystem({ matter: here, reason: "asked for", recipient: undefined });
    assert.ok(typeof bundle === "object");
    const bytes = await whole(bundle);
    const report = await verifyBundle(bundleInMemory(bytes), {});
    assert.deepEqual(report.problems, []);
    assert.ok(report.notChecked.some((sentence) => /were erased on 2027-01-01/.test(sentence)));
    for (const word of words) assert.ok(!bytes.includes(word));
    assert.equal(found?.exportable, true);
    const order = { matter: here, reason: "asked for at the desk", recipient: undefined };
    const own = await evidence.exportMatter(head(), order);
    assert.ok(typeof own === "object");
    assert.deepEqual((await verifyBundle(bundleInMemory(await whole(own)), {})).problems, []);
    assert.equal(await evidence.exportMatter(arcadia.worker("case-officer", 2), order), undefined);
  });

  test("projections, counts and the queue go on", async () => {
    const { arcadia } = world;
    const rebuilt = await arcadia.authority.rebuildProjection({ write: true });
    assert.deepEqual([rebuilt.differing, rebuilt.erased], [[], 1]);
    const facts = await all(arcadia.authority.closedAsFacts());
    assert.deepEqual(facts.map(({ outcome, persons }) => [outcome, persons.length]).sort(), [
      ["withdrawn", 1],
      ["withdrawn", 1],
    ]);
    const queue = await arcadia.authority.queue(head(), { open: false }, { size: 50 });
    assert.ok(queue.matters.some(({ matter, erasedAt, reference: none }) => matter === here && erasedAt && !none));
    assert.equal(codesOf(await arcadia.act(head(), here, "note", { text: "?" })), "not-allowed");
  });

  test("what the other side sends afterwards is refused, and leaves nothing here", async () => {
    const { arcadia, bensalem } = world;
    const officer = bensalem.worker("case-officer");
    assert.ok(there);
    const late = await bensalem.act(officer, there, "attachment-added", {
      digest: digestOf("x"),
      name: `${facts}.txt`,
      mediaType: "text/plain",
      bytes: 1,
      shared: true,
    });
    if (late.kind === "done") await world.settle();
    await arcadia.authority.tick();
    assert.deepEqual(await whereStands(asOwner(arcadia), words), []);
  });

  test("an erasure that a restored backup undid is repeated when the authority is opened again", async () => {
    const { arcadia } = world;
    const register = await registerOn(arcadia.records.disks.erasures);
    assert.deepEqual(
      register.map(({ matter }) => matter),
      [here],
    );
    assert.deepEqual(await arcadia.authority.repeatErasures(), []);
    // As after restoring: the matter that ended last is in the register and in the database.
    const [other] = (
      await asOwner(arcadia)("SELECT matter FROM cooperation.matter WHERE NOT open AND erased_at IS NULL")
    ).map(({ matter }) => String(matter));
    const before = register[0];
    assert.ok(other !== undefined && before !== undefined);
    const matter = (await createStore(arcadia.database).queue(system, { open: false }, { size: 50 })).matters.find(
      (one) => one.matter === other,
    )?.matter;
    assert.ok(matter);
    await addToRegister(arcadia.records.disks.erasures, [{ matter, at: before.at }]);
    const repeated = await arcadia.authority.repeatErasures();
    assert.deepEqual(
      repeated.map((one) => one.matter),
      [matter],
    );
    const found = await arcadia.authority.erasures.remains(head(), matter);
    assert.deepEqual(found?.erased.data, { ground: "repeated", first: "2027-01-01" });
    assert.equal(found?.erased.by.kind, "system");
  });
});
