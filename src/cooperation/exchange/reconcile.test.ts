import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authorityIdSchema, digestOf } from "../words/index.ts";
import { evidenceNameSchema } from "./evidence.ts";
import { instantOf } from "./identifier.ts";
import { compareWithList, type EvidenceSummary, messageIdSchema, openRecords, reconcile } from "./index.ts";

const from = authorityIdSchema.parse("arcadia-central");
const messageOf = (number: number) =>
  messageIdSchema.parse(`019cad90-96b2-7d28-b767-${String(number).padStart(12, "0")}`);
const summary = (number: number, evidence: EvidenceSummary["evidence"], content = "one"): EvidenceSummary => ({
  message: messageOf(number),
  from,
  evidence,
  at: instantOf(Date.UTC(2026, 2, 1, 12)),
  messageDigest: digestOf(`message ${number}`),
  digest: digestOf(`${number} ${evidence} ${content}`),
});

test("each side learns what it lacks, and what the two have differently", () => {
  const both = summary(1, "SubmissionAcceptance");
  const ours = [
    both,
    summary(1, "RelayREMMDAcceptance"),
    summary(1, "Delivery", "ours"),
    summary(9, "RelayREMMDFailure"),
  ];
  const theirs = [both, summary(2, "Delivery"), summary(1, "Delivery", "theirs")];
  assert.deepEqual(reconcile(ours, theirs), {
    missingHere: [summary(2, "Delivery")],
    missingThere: [summary(1, "RelayREMMDAcceptance")],
    differing: [{ ours: summary(1, "Delivery", "ours"), theirs: summary(1, "Delivery", "theirs") }],
  });
});

test("an evidence about another message under the same identifier differs", () => {
  const ours = summary(1, "Delivery");
  const theirs = { ...ours, messageDigest: digestOf("another message") };
  assert.deepEqual(reconcile([ours], [theirs]).differing, [{ ours, theirs }]);
});

test("reconciling is symmetric, and handing over what is missing leaves nothing missing", () => {
  const entry = fc
    .record({
      number: fc.nat(8),
      evidence: fc.constantFrom(...evidenceNameSchema.options),
      content: fc.constantFrom("one", "two"),
    })
    .map(({ number, evidence, content }) => summary(number, evidence, content));
  const list = fc.uniqueArray(entry, { selector: ({ message, evidence }) => `${message} ${evidence}` });
  fc.assert(
    fc.property(list, list, (ours, theirs) => {
      const here = reconcile(ours, theirs);
      const there = reconcile(theirs, ours);
      assert.deepEqual(here.missingHere, there.missingThere);
      assert.deepEqual(here.missingThere, there.missingHere);
      assert.equal(here.differing.length, there.differing.length);
      const after = reconcile([...ours, ...here.missingHere], [...theirs, ...here.missingThere]);
      assert.deepEqual([after.missingHere, after.missingThere], [[], []]);
      assert.equal(after.differing.length, here.differing.length);
    }),
    { seed: 2 },
  );
});

test("a record is closed by submission, relay and delivery, by a rejection on the way, or when nothing was sent", () => {
  const closed = [
    summary(1, "SubmissionAcceptance"),
    summary(1, "RelayREMMDAcceptance"),
    summary(1, "Delivery"),
    summary(2, "SubmissionAcceptance"),
    summary(2, "RelayREMMDRejection"),
    summary(3, "SubmissionRejection"),
  ];
  assert.deepEqual(openRecords(closed), []);
  for (const missing of [0, 1, 2, 3, 4]) {
    const open = closed.filter((_, index) => index !== missing);
    assert.deepEqual(openRecords(open), [messageOf(missing < 3 ? 1 : 2)]);
  }
});

test("what was made less than an hour before a list, or after it, may be on its way; what differs is told at once", () => {
  const at = (entry: EvidenceSummary, minutes: number): EvidenceSummary => ({
    ...entry,
    at: instantOf(Date.UTC(2026, 2, 1, 12, minutes)),
  });
  const made = instantOf(Date.UTC(2026, 2, 1, 13));
  const [old, late, later] = [
    at(summary(1, "Delivery"), 0),
    at(summary(2, "Delivery"), 1),
    at(summary(3, "Delivery"), 90),
  ];
  const differs = at(summary(4, "Delivery", "theirs"), 59);
  assert.deepEqual(compareWithList([old, late, later, summary(4, "Delivery")], { made, evidences: [differs] }), {
    missingHere: [],
    missingThere: [old],
    differing: [{ ours: summary(4, "Delivery"), theirs: differs }],
    onTheWay: [late, later],
  });
  assert.deepEqual(compareWithList([], { made, evidences: [old, late] }), {
    missingHere: [old],
    missingThere: [],
    differing: [],
    onTheWay: [late],
  });
});
