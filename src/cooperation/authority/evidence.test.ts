import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { programDefinitions } from "../../../test/authority/definitions.ts";
import { blankDatabase } from "../../../test/database/blank.ts";
import { bundleInMemory, verifyBundle } from "../bundle/index.ts";
import { custodyChain, exhibitNumberSchema } from "../custody/index.ts";
import { heldItem } from "../matter/index.ts";
import { newIdentity, recipientOf, uploadIdSchema } from "../vault/index.ts";
import { type Digest, digestOf, type EventId, type MatterId } from "../words/index.ts";
import type { CustodyOrder, EvidenceService, HandedOut, Worker } from "./index.ts";
import { acceptRequest, arrivedAt, done, draftRequest, sendRequest } from "./simulation/requests.ts";
import { type SimulatedAuthority, twoAuthorities, type World } from "./simulation/two-authorities.ts";

const authorisation = { kind: "court order", reference: "XB 12/2026" } as const;

function evidenceOf({ authority }: SimulatedAuthority): EvidenceService {
  assert.ok(authority.evidence);
  return authority.evidence;
}

async function sequenceOf({ authority }: SimulatedAuthority, matter: MatterId): Promise<number> {
  for await (const one of authority.matters()) if (one.matter.id === matter) return one.matter.sequence;
  throw new Error("there is no such matter");
}

async function itemOf({ authority }: SimulatedAuthority, matter: MatterId, exhibit: string) {
  for await (const one of authority.matters()) {
    if (one.matter.id !== matter) continue;
    const held = heldItem(one.matter, exhibit);
    if (held !== undefined) {
      assert.deepEqual(custodyChain(held.item, held.events).problems, []);
      return held;
    }
  }
  throw new Error(`there is no exhibit ${exhibit}`);
}

/** Brings a content up in parts. */
async function bring(at: SimulatedAuthority, who: Worker, matter: MatterId, content: Uint8Array): Promise<EventId> {
  const command = at.newId();
  const upload = uploadIdSchema.parse(command);
  assert.equal(await evidenceOf(at).beginUpload(who, matter, upload), 0);
  for (let offset = 0; offset < content.length; offset += 100_000) {
    const bytes = content.subarray(offset, offset + 100_000);
    const here = await evidenceOf(at).addPart(who, matter, upload, { offset, bytes, digest: digestOf(bytes) });
    assert.equal(here, offset + bytes.length);
  }
  return command;
}

async function takeIn(at: SimulatedAuthority, who: Worker, matter: MatterId, exhibit: string, content: Uint8Array) {
  const command = await bring(at, who, matter, content);
  const order = {
    command,
    matter,
    expectedSequence: await sequenceOf(at, matter),
    item: {
      exhibitNumber: exhibitNumberSchema.parse(exhibit),
      kind: "digital",
      description: "Records of one account",
      fileName: "../a.csv",
    },
    origin: { kind: "acquired", tool: "export of the bank", authorisation },
    reason: "Execution of the request",
    place: undefined,
    upload: uploadIdSchema.parse(command),
    expected: digestOf(content),
  } as const;
  return { order, outcome: await evidenceOf(at).takeInItem(who, order) };
}

async function act(at: SimulatedAuthority, who: Worker, matter: MatterId, order: Partial<CustodyOrder>) {
  return evidenceOf(at).record(who, {
    command: at.newId(),
    matter,
    expectedSequence: await sequenceOf(at, matter),
    exhibit: "B-1",
    stage: "verified",
    reason: "Asked for by the head of the office",
    ...order,
  });
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

const refusedWith = (outcome: Awaited<ReturnType<typeof act>>): string =>
  outcome.kind === "refused" ? outcome.refusals.map(({ code, found }) => `${code} ${found}`).join() : outcome.kind;

function isHandedOut(found: HandedOut | "sealed" | undefined): found is HandedOut {
  return typeof found === "object";
}

describe("evidence of a matter", () => {
  let world: World;
  let there: MatterId;
  let here: MatterId;
  const content = randomBytes(3_000_000);
  const { types, calendars } = programDefinitions();
  before(async () => {
    world = await twoAuthorities({ blank: await blankDatabase(), types, calendars, records: true });
    here = await draftRequest(world, world.arcadia, world.bensalem);
    await sendRequest(world, world.arcadia, here);
    there = await arrivedAt(world.bensalem);
    await acceptRequest(world.bensalem, there);
    await world.settle();
  });
  after(() => world[Symbol.asyncDispose]());

  test("an uploaded content becomes an exhibit with its chain, once, however often the form is sent", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const { order, outcome } = await takeIn(bensalem, officer, there, "B-1", content);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    const again = await evidenceOf(bensalem).takeInItem(officer, order);
    assert.deepEqual([again.kind, "repeated" in again && again.repeated], ["done", true]);
    const held = await itemOf(bensalem, there, "B-1");
    assert.deepEqual(
      held.events.map(({ stage }) => stage),
      ["identified", "acquired", "stored"],
    );
    assert.equal(held.state.digest, digestOf(content));
    assert.equal(held.item.bytes, content.length);
    const stored = await bensalem.authority.rebuildProjection();
    assert.deepEqual(stored.differing, []);
  });

  test("a content that is not the one that was told never becomes an exhibit", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const command = await bring(bensalem, officer, there, content.subarray(0, 1000));
    const outcome = await evidenceOf(bensalem).takeInItem(officer, {
      command,
      matter: there,
      expectedSequence: await sequenceOf(bensalem, there),
      item: { exhibitNumber: exhibitNumberSchema.parse("B-9"), kind: "digital", description: "Other" },
      origin: { kind: "received", from: "Police" },
      reason: "Execution",
      place: undefined,
      upload: uploadIdSchema.parse(command),
      expected: digestOf("another"),
    });
    assert.ok(outcome.kind === "upload-refused" && outcome.refusal.code === "upload.content-changed");
  });

  test("who is not assigned neither uploads, nor acts, nor opens; and nobody goes on with another's upload", async () => {
    const { bensalem } = world;
    const other = bensalem.worker("case-officer", 2);
    const upload = uploadIdSchema.parse(bensalem.newId());
    assert.equal(await evidenceOf(bensalem).beginUpload(other, there, upload), undefined);
    assert.equal(await evidenceOf(bensalem).beginUpload(bensalem.worker("case-officer"), there, upload), 0);
    const custodian = bensalem.worker("evidence-custodian");
    assert.equal(await evidenceOf(bensalem).beginUpload(custodian, there, upload), undefined);
    assert.equal((await act(bensalem, other, there, { stage: "sealed", seal: "S1" })).kind, "not-allowed");
    assert.equal(await evidenceOf(bensalem).open(other, there, "B-1", "curiosity"), undefined);
  });

  test("seal, move, open, copy and verify are recorded with the hash that is computed now", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    recorded(await act(bensalem, officer, there, { stage: "sealed", seal: "S-100" }));
    assert.equal(
      refusedWith(await act(bensalem, officer, there, { stage: "analysed", tool: "hex" })),
      "custody-not-possible custody.sealed",
    );
    assert.equal(await evidenceOf(bensalem).open(officer, there, "B-1", "to read it"), "sealed");
    recorded(
      await act(bensalem, officer, there, {
        stage: "moved",
        to: { holder: "bensalem-central", place: "second vault" },
      }),
    );
    recorded(await act(bensalem, officer, there, { stage: "opened", seal: "S-100" }));
    recorded(await act(bensalem, officer, there, { stage: "copied", tool: "vault", result: "B-1.1" }));
    recorded(await act(bensalem, officer, there, { stage: "verified" }));
    const held = await itemOf(bensalem, there, "B-1");
    assert.equal(held.events.at(-1)?.hashAfter, digestOf(content));
    const copy = await itemOf(bensalem, there, "B-1.1");
    assert.deepEqual([copy.state.digest, copy.item.rootExhibitNumber], [digestOf(content), "B-1"]);
    const opened = await evidenceOf(bensalem).open(officer, there, "B-1.1", "to prepare the result");
    assert.ok(isHandedOut(opened));
    assert.deepEqual([opened.name, digestOf(await bytesOf(opened.content))], ["../a.csv", digestOf(content)]);
  });

  test("a number that is taken is told before a content is read or copied, and leaves no file behind", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const paths = (): string[] => [...bensalem.disks.vault.contents().keys()];
    const before = paths();
    const copy = await act(bensalem, officer, there, { stage: "copied", tool: "vault", result: "B-1.1" });
    assert.equal(refusedWith(copy), "custody-not-possible custody.number-taken");
    assert.deepEqual(paths(), before);
    const { outcome } = await takeIn(bensalem, officer, there, "B-1", content);
    assert.equal(outcome.kind, "refused");
    const more = paths().filter((path) => !before.includes(path));
    assert.ok(more.length > 0 && more.every((path) => path.startsWith("uploads/")), more.join());
  });

  test("a result travels to the partner and is received there with the same hash, although the line is cut", async () => {
    const { bensalem, arcadia } = world;
    const officer = bensalem.worker("case-officer");
    const outcome = await act(bensalem, officer, there, {
      stage: "transmitted",
      authorisation,
      to: { holder: "arcadia-central" },
    });
    recorded(outcome);
    await bensalem.authority.tick();
    world.line = "cut";
    for (let turn = 0; turn < 3; turn += 1) await bensalem.authority.tick();
    world.line = "good";
    world.clock.milliseconds += 3_600_000;
    await world.settle();
    const received = await itemOf(arcadia, here, "B-1");
    assert.deepEqual(
      received.events.map(({ stage, by }) => [stage, by.kind]),
      [["received", "authority"]],
    );
    assert.equal(received.state.digest, digestOf(content));
    const opened = await evidenceOf(arcadia).open(arcadia.worker("case-officer"), here, "B-1", "to use it");
    assert.ok(isHandedOut(opened));
    assert.equal(digestOf(await bytesOf(opened.content)), digestOf(content));
    const view = await bensalem.authority.view(officer, there);
    const message = view?.exchange.findLast(({ event }) => event === "custody-recorded");
    assert.equal(message?.state, "delivered");
    assert.deepEqual((await arcadia.authority.checkRecords())?.problems, []);
  });

  test("documents of a request come with their content", async () => {
    const { arcadia, bensalem } = world;
    const officer = arcadia.worker("case-officer");
    const text = Buffer.from("the text of the law");
    const command = await bring(arcadia, officer, here, text);
    const outcome = await evidenceOf(arcadia).attach(officer, {
      command,
      matter: here,
      expectedSequence: await sequenceOf(arcadia, here),
      upload: uploadIdSchema.parse(command),
      name: "law.txt",
      expected: undefined,
      shared: true,
    });
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
    await world.settle();
    const reader = bensalem.worker("case-officer");
    const digest: Digest = digestOf(text);
    assert.ok((await evidenceOf(bensalem).documents(reader, there)).has(digest));
    const opened = await evidenceOf(bensalem).openDocument(reader, there, digest, "to read the law");
    assert.ok(opened);
    assert.equal((await bytesOf(opened.content)).toString(), "the text of the law");
  });

  test("an export is verified with nothing else, also after a key was destroyed by a second person", async () => {
    const { bensalem } = world;
    const officer = bensalem.worker("case-officer");
    const identity = await newIdentity();
    const order = { matter: there, reason: "Asked for by the court", recipient: await recipientOf(identity) };
    assert.equal(await evidenceOf(bensalem).exportMatter(bensalem.worker("approver"), order), undefined);
    const bundle = await evidenceOf(bensalem).exportMatter(officer, order);
    assert.ok(typeof bundle === "object");
    const report = await verifyBundle(bundleInMemory(await bytesOf(bundle)), { identities: [identity] });
    assert.deepEqual(report.problems, []);
    assert.ok(
      report.checked.some((sentence) => /cosigned/.test(sentence)),
      report.checked.join("\n"),
    );

    const proposal = { exhibitNumber: "B-1", reason: "The retention period has ended", authorisation };
    assert.equal(
      refusedWith(await act(bensalem, bensalem.worker("head-of-office"), there, { stage: "destroyed", authorisation })),
      "proposal-needed ",
    );
    done(await bensalem.act(officer, there, "destruction-proposed", proposal));
    assert.equal((await act(bensalem, officer, there, { stage: "destroyed", authorisation })).kind, "refused");
    recorded(await act(bensalem, bensalem.worker("head-of-office"), there, { stage: "destroyed", authorisation }));
    assert.equal(await evidenceOf(bensalem).open(officer, there, "B-1", "too late"), undefined);
    const later = await evidenceOf(bensalem).exportMatter(officer, order);
    assert.ok(typeof later === "object");
    const second = await verifyBundle(bundleInMemory(await bytesOf(later)), { identities: [identity] });
    assert.deepEqual(second.problems, []);
    assert.ok([...second.checked, ...second.notChecked].some((sentence) => /destroyed/.test(sentence)));
    assert.deepEqual((await bensalem.authority.checkRecords())?.problems, []);
  });
});

function recorded(outcome: Awaited<ReturnType<typeof act>>): void {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
}
