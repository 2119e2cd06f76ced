import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { z } from "zod";
import { digestOf, type JsonObject, matterIdSchema } from "../words/index.ts";
import { caseJsonLd } from "./case-json-ld.ts";
import {
  afterCustodyEvent,
  type CustodyEvent,
  type CustodyStage,
  type CustodyState,
  custodyChain,
  custodyEventSchema,
  custodyProblems,
  custodyStages,
  type EvidenceItem,
  evidenceItemSchema,
} from "./chain.ts";

const matter = matterIdSchema.parse("01890a5d-ac96-774b-bcce-b302099a8057");
const telephone = evidenceItemSchema.parse({ exhibitNumber: "A-1", kind: "physical", description: "telephone" });
const image = evidenceItemSchema.parse({
  exhibitNumber: "A-1.1",
  rootExhibitNumber: "A-1",
  kind: "digital",
  description: "image of the memory",
  bytes: 1000,
});
const person = {
  kind: "person",
  person: "01890a5d-ac96-774b-bcce-b302099a8058",
  office: "cyber",
  role: "evidence-custodian",
} as const;
const content = digestOf("content");
const room = { holder: "Cyber unit", place: "evidence room" };
const laboratory = { holder: "Laboratory", place: "Dale" };
const authorisation = { kind: "warrant", reference: "W 17/2026" };

/** An event of an item, with everything that its stage needs. */
function event(item: EvidenceItem, sequence: number, stage: CustodyStage, more: object = {}): CustodyEvent {
  const needed: Partial<Record<CustodyStage, object>> = {
    collected: { authorisation, from: { holder: "the suspect" }, to: room },
    acquired: { authorisation, tool: "imager 2.1", hashAfter: content },
    stored: { to: room },
    copied: { tool: "imager 2.1", result: "A-1.1.c" },
    derived: { tool: "parser 1", result: "A-1.1.d" },
    analysed: { tool: "parser 1" },
  };
  return custodyEventSchema.parse({
    id: `01890a5d-ac96-774b-bcce-${digestOf(`${item.exhibitNumber} ${sequence}`).slice(0, 12)}`,
    exhibitNumber: item.exhibitNumber,
    sequence,
    stage,
    at: `2026-03-01T10:${String(sequence % 60).padStart(2, "0")}:00.000Z`,
    by: person,
    authority: "bensalem-central",
    reason: "for the investigation",
    ...needed[stage],
    ...more,
  });
}

const ofTelephone: readonly (readonly [CustodyStage, object])[] = [
  ["identified", {}],
  ["collected", {}],
  ["sealed", { seal: "S1" }],
  ["stored", {}],
  ["moved", { from: room, to: laboratory }],
  ["opened", { seal: "S1" }],
  ["analysed", {}],
  ["sealed", { seal: "S2" }],
  ["transmitted", { authorisation, from: laboratory, to: { holder: "Ruritania" } }],
  ["received", { from: { holder: "Ruritania" }, to: room, seal: "S2" }],
  ["returned", { authorisation, from: room, to: { holder: "the owner" } }],
];
const ofImage: readonly (readonly [CustodyStage, object])[] = [
  ["identified", {}],
  ["acquired", {}],
  ["stored", {}],
  ["verified", { hashBefore: content, hashAfter: content, by: { kind: "system" } }],
  ["copied", { hashBefore: content, hashAfter: content }],
  ["derived", { hashBefore: content }],
  ["transmitted", { authorisation, from: room, to: { holder: "Ruritania" }, hashBefore: content }],
  ["disclosed", { authorisation, to: { holder: "the defence" }, hashBefore: content }],
  ["destroyed", { authorisation, hashBefore: content }],
];
const chainOf = (item: EvidenceItem, steps: readonly (readonly [CustodyStage, object])[]) =>
  steps.map(([stage, more], at) => event(item, at + 1, stage, more));
const codes = (item: EvidenceItem, events: readonly CustodyEvent[]) => [
  ...new Set(custodyChain(item, events).problems.map(({ code }) => code)),
];
/** Problems of one more event after a whole chain of the image, up to `upTo` events. */
const afterImage = (upTo: number, stage: CustodyStage, more: object) =>
  codes(image, [...chainOf(image, ofImage.slice(0, upTo)), event(image, upTo + 1, stage, more)]);

test("a telephone can be taken, sealed, analysed, sent abroad, received back and returned", () => {
  const { state, problems } = custodyChain(telephone, chainOf(telephone, ofTelephone));
  assert.deepEqual(problems, []);
  assert.equal(state?.standing, "returned");
  assert.deepEqual(state?.usedSeals, ["S1", "S2"]);
});

test("an image can be acquired, verified, copied, sent, disclosed and destroyed", () => {
  const { state, problems } = custodyChain(image, chainOf(image, ofImage));
  assert.deepEqual(problems, []);
  assert.deepEqual([state?.standing, state?.digest, state?.results], ["destroyed", content, ["A-1.1.c", "A-1.1.d"]]);
});

test("nothing can happen to an item after it was destroyed", () => {
  for (const stage of custodyStages)
    assert.ok(afterImage(ofImage.length, stage, { hashBefore: content }).includes("custody.after-end"), stage);
});

test("the hash before an event is the hash after the last one", () => {
  const other = digestOf("other content");
  assert.deepEqual(afterImage(3, "analysed", { hashBefore: other }), ["custody.hash-differs"]);
  assert.deepEqual(afterImage(3, "analysed", {}), ["custody.missing"]);
  assert.deepEqual(afterImage(3, "analysed", { hashBefore: content, hashAfter: other }), ["custody.content-changed"]);
  assert.deepEqual(afterImage(1, "analysed", { hashBefore: content }), ["custody.hash-unexpected"]);
});

test("a check that finds another content is recorded, and the item can no longer be used as evidence", () => {
  const other = digestOf("other content");
  const found = event(image, 4, "verified", { hashBefore: content, hashAfter: other });
  const events = [...chainOf(image, ofImage.slice(0, 3)), found];
  const { state, problems } = custodyChain(image, events);
  assert.deepEqual([problems, state?.integrity, state?.digest], [[], "broken", other]);
  for (const [stage, more] of [
    ["copied", {}],
    ["transmitted", { authorisation, from: room, to: laboratory }],
    ["disclosed", { authorisation, to: laboratory }],
  ] as const)
    assert.deepEqual(codes(image, [...events, event(image, 5, stage, { hashBefore: other, ...more })]), [
      "custody.integrity-broken",
    ]);
  const back = event(image, 5, "verified", { hashBefore: other, hashAfter: content });
  assert.equal(custodyChain(image, [...events, back]).state?.integrity, "broken");
});

test("a sealed item is opened before it is worked on, opening names the seal, and no seal is used twice", () => {
  const sealed = chainOf(telephone, ofTelephone.slice(0, 4));
  const next = (stage: CustodyStage, more: object) => codes(telephone, [...sealed, event(telephone, 5, stage, more)]);
  assert.deepEqual(next("analysed", {}), ["custody.sealed"]);
  assert.deepEqual(next("sealed", { seal: "S2" }), ["custody.sealed"]);
  assert.deepEqual(next("opened", { seal: "S9" }), ["custody.seal-differs"]);
  assert.deepEqual(next("opened", {}), ["custody.missing"]);
  const opened = [...sealed, event(telephone, 5, "opened", { seal: "S1" })];
  assert.deepEqual(codes(telephone, [...opened, event(telephone, 6, "opened", { seal: "S1" })]), [
    "custody.not-sealed",
  ]);
  assert.deepEqual(codes(telephone, [...opened, event(telephone, 6, "sealed", { seal: "S1" })]), ["custody.seal-used"]);
});

test("an item on its way must be received, and is handed over by whoever has it", () => {
  const sent = chainOf(telephone, ofTelephone.slice(0, 9));
  assert.deepEqual(codes(telephone, [...sent, event(telephone, 10, "stored")]), ["custody.in-transit"]);
  const stored = chainOf(telephone, ofTelephone.slice(0, 4));
  const moved = event(telephone, 5, "moved", { from: laboratory, to: room });
  assert.deepEqual(codes(telephone, [...stored, moved]), ["custody.from-differs"]);
});

test("only identified and received begin a chain, once; only a check is done by nobody", () => {
  for (const stage of custodyStages) {
    const first = event(telephone, 1, stage);
    const begins = !codes(telephone, [first]).includes("custody.not-a-beginning");
    assert.equal(begins, stage === "identified" || stage === "received", stage);
    const byNobody = codes(telephone, [event(telephone, 1, stage, { by: { kind: "system" } })]);
    assert.equal(byNobody.includes("custody.by-nobody"), stage !== "verified", stage);
  }
  assert.ok(
    codes(telephone, [...chainOf(telephone, ofTelephone.slice(0, 2)), event(telephone, 3, "identified")]).includes(
      "custody.begun-already",
    ),
  );
});

test("an event taken out of a chain, doubled, or moved to another place is found", () => {
  for (const [item, steps] of [
    [telephone, ofTelephone],
    [image, ofImage],
  ] as const) {
    const events = chainOf(item, steps);
    events.forEach((one, at) => {
      if (at < events.length - 1) assert.notDeepEqual(codes(item, events.toSpliced(at, 1)), []);
      assert.notDeepEqual(codes(item, events.toSpliced(at, 0, one)), []);
      if (at > 0) assert.notDeepEqual(codes(item, events.toSpliced(at, 1).toSpliced(at - 1, 0, one)), []);
    });
  }
});

test("whatever is tried, what was let through is a sound chain", () => {
  const digests = [content, digestOf("1"), undefined];
  const tried = fc.record({
    stage: fc.constantFrom(...custodyStages),
    hashBefore: fc.constantFrom(...digests),
    hashAfter: fc.constantFrom(...digests),
    seal: fc.constantFrom("S1", "S2", "S3", undefined),
    from: fc.constantFrom(room, laboratory, undefined),
    to: fc.constantFrom(room, laboratory, undefined),
    authorisation: fc.constantFrom(authorisation, undefined),
    physical: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(tried, { minLength: 5, maxLength: 60 }), fc.boolean(), (tries, physical) => {
      const item = physical ? telephone : image;
      let state: CustodyState | undefined;
      let broken = false;
      const kept: CustodyEvent[] = [];
      for (const { stage, physical: _, ...more } of tries) {
        const fields = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
        const next = event(item, kept.length + 1, stage, { at: "2026-03-01T10:00:00.000Z", ...fields });
        if (custodyProblems(item, state, next).length > 0) continue;
        // The rules said again, over the events and not over the state.
        const last = kept.findLast(({ hashAfter }) => hashAfter !== undefined)?.hashAfter;
        if (next.hashBefore !== undefined) assert.equal(next.hashBefore, last);
        assert.ok(!kept.some((before) => before.stage === "destroyed"));
        const seals = kept.filter((before) => before.stage === "sealed" || before.stage === "opened");
        const sealedNow = seals.at(-1)?.stage === "sealed";
        if (["analysed", "copied", "derived", "acquired", "sealed"].includes(stage)) assert.ok(!sealedNow);
        if (broken) assert.ok(!["analysed", "copied", "derived", "transmitted", "disclosed"].includes(stage));
        broken ||= next.hashBefore !== undefined && next.hashAfter !== undefined && next.hashBefore !== next.hashAfter;
        state = afterCustodyEvent(item, state, next);
        kept.push(next);
        assert.equal(state.integrity, broken ? "broken" : "intact");
      }
      assert.deepEqual(custodyChain(item, kept).problems, []);
    }),
    { numRuns: 1000, seed: 5 },
  );
});

const samples = fileURLToPath(new URL("../../../../shared/reference/cooperation/case-uco", import.meta.url));
const skip = existsSync(samples) ? false : "the shared reference data are not beside the repository (../shared)";
const graphOf = (document: JsonObject) =>
  z.array(z.looseObject({ "@id": z.string(), "@type": z.string() })).parse(document["@graph"]);
const exported = caseJsonLd(matter, {
  items: [telephone, image],
  events: [...chainOf(telephone, ofTelephone), ...chainOf(image, ofImage)],
});

test("every class and property of the CASE export is one of the ontology or of its published examples", {
  skip,
}, () => {
  const known = new Set<string>();
  for (const name of readdirSync(join(samples, "examples")))
    for (const [word] of readFileSync(join(samples, "examples", name), "utf8").matchAll(
      /(?:uco|case)-[a-z]+:[A-Za-z]+|xsd:[a-zA-Z]+/g,
    ))
      known.add(word);
  const ontology = readFileSync(join(samples, "ontology", "investigation.ttl"), "utf8");
  for (const [, word = ""] of ontology.matchAll(/^investigation:([A-Za-z]+)$/gm))
    known.add(`case-investigation:${word}`);
  const used = [...JSON.stringify(exported["@graph"]).matchAll(/"((?:uco|case)-[a-z]+:[A-Za-z]+|xsd:[a-zA-Z]+)"/g)].map(
    ([, word = ""]) => word,
  );
  assert.ok(new Set(used).size > 20);
  assert.deepEqual(
    [...new Set(used)].filter((word) => !known.has(word)),
    [],
  );
  // Of the shapes of the examples: what each of these always has.
  const always: Record<string, readonly string[]> = {
    "case-investigation:ProvenanceRecord": ["case-investigation:exhibitNumber", "uco-core:object"],
    "case-investigation:InvestigativeAction": ["uco-action:performer", "uco-action:object", "uco-action:startTime"],
    "case-investigation:Authorization": ["case-investigation:authorizationIdentifier"],
  };
  for (const thing of graphOf(exported))
    for (const property of always[thing["@type"]] ?? []) assert.ok(property in thing, `${thing["@id"]} ${property}`);
});

test("every identifier that the CASE export names is in it, once, and actions follow each other", () => {
  const graph = graphOf(exported);
  const ids = graph.map((thing) => thing["@id"]);
  assert.equal(new Set(ids).size, ids.length);
  const named = [...JSON.stringify(graph).matchAll(/\{"@id":"([^"]+)"\}/g)].map(([, id = ""]) => id);
  assert.deepEqual(
    named.filter((id) => !ids.includes(id)),
    [],
  );
  const actions = graph.filter((thing) => thing["@type"] === "case-investigation:InvestigativeAction");
  assert.equal(actions.length, ofTelephone.length + ofImage.length);
  assert.equal(actions.filter((action) => "case-investigation:wasInformedBy" in action).length, actions.length - 2);
  assert.deepEqual(caseJsonLd(matter, { items: [], events: [] })["@graph"], [
    { "@id": `kb:investigation-${matter}`, "@type": "case-investigation:Investigation", "uco-core:object": [] },
  ]);
});
