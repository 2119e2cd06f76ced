import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, type Json, type JsonObject } from "../words/index.ts";
import {
  consultation,
  Desk,
  head,
  now,
  officer,
  partner,
  person,
  receivedRequest,
  sentRequest,
  system,
  typeOf,
  uuid,
} from "./desk.test.ts";
import { exampleValues, isRefused } from "./index.ts";
import { refusal } from "./refusal.ts";

const handlers = "case-officer, contact-point, executing-officer, approver, head-of-office";
const approver = person(3, "approver");
const auditor = person(4, "auditor");
const somebody = uuid(77);
const other = uuid(78);
const origin = (desk: Desk) => {
  const last = desk.matter?.events.at(-1);
  return { at: now, by: last?.by, event: last?.id };
};
const document = (name: string): JsonObject => ({ digest: digestOf(name), name, mediaType: "text/plain", bytes: 9 });
const draft = (values: Readonly<Record<string, Json>> = {}): Desk => {
  const desk = new Desk(typeOf("mutual-legal-assistance"), "requesting");
  desk.open({ ...exampleValues(desk.type, now), ...values });
  return desk;
};

test("who may not cause an event is told so, with who may, also when the matter has ended", () => {
  const desk = sentRequest();
  const wrongRole = refusal("role-not-allowed", { found: "auditor", expected: `${handlers}, evidence-custodian` });
  assert.deepEqual(desk.refusals("note", { text: "Seen" }, auditor), [wrongRole]);
  assert.deepEqual(desk.refusals("note", { text: "Seen" }, system), [{ ...wrongRole, found: "system" }]);
  assert.deepEqual(desk.refusals("note", { text: "Seen" }, partner), [
    refusal("not-for-the-partner", { found: "note" }),
  ]);
  desk.do("withdrawn", { reasons: "Not needed" }, head);
  const closed = refusal("matter-closed", { found: "withdrawn" });
  assert.deepEqual(desk.refusals("information-asked", { text: "?" }), [closed]);
  assert.deepEqual(desk.refusals("information-asked", { text: "?" }, auditor), [
    refusal("role-not-allowed", { found: "auditor", expected: handlers }),
    closed,
  ]);
  assert.equal(desk.do("note", { text: "Kept for the archive" }).notes.at(-1)?.text, "Kept for the archive");
  assert.deepEqual(desk.matter?.notes.at(-1), { text: "Kept for the archive", ...origin(desk) });
});

test("data of the wrong shape are refused at their field, beside the role", () => {
  const desk = sentRequest();
  const found = desk.refusals("note", { text: "" }, auditor);
  assert.deepEqual(
    found.map(({ code, field }) => [code, field]),
    [
      ["role-not-allowed", undefined],
      ["data-invalid", "text"],
    ],
  );
  assert.match(found[1]?.expected ?? "", /\S/);
  const nested = desk.refusals("custody-recorded", { custody: { exhibitNumber: "" } }, person(5, "evidence-custodian"));
  assert.ok(nested.some(({ code, field }) => code === "data-invalid" && field === "custody.stage"));
});

test("a matter is opened once, and an event that its type does not know is refused by name", () => {
  const desk = sentRequest();
  const data = { type: desk.type.id, typeVersion: desk.type.version, side: "requesting" };
  assert.deepEqual(desk.refusals("opened", data), [refusal("already-open", { found: uuid(1) })]);
  assert.deepEqual(desk.refusals("vanished"), [
    refusal("unknown-event", { found: "vanished", expected: "an event of mutual-legal-assistance" }),
  ]);
});

test("a document is attached once, and the other side can only add what it shares", () => {
  const desk = draft();
  desk.do("attachment-added", document("a"), approver);
  assert.deepEqual(desk.matter?.drafters, [uuid(1), uuid(3)]);
  assert.deepEqual(desk.matter?.attachments, [{ ...document("a"), shared: false, ...origin(desk) }]);
  assert.deepEqual(desk.refusals("attachment-added", document("a")), [
    refusal("already-attached", { field: "digest", found: digestOf("a") }),
  ]);
  desk.do("attachment-added", document("b"));
  const named = { values: { "supporting-documents": [digestOf("a"), digestOf("c")] } };
  assert.deepEqual(desk.refusals("fields-set", named), [
    refusal("unknown-attachment", { field: "supporting-documents", found: JSON.stringify(digestOf("c")) }),
  ]);
  assert.deepEqual(desk.refusals("attachment-added", { ...document("c"), shared: true }, partner), [
    refusal("not-for-the-partner", { found: "attachment-added" }),
  ]);
  const sent = sentRequest();
  assert.deepEqual(sent.refusals("attachment-added", document("c"), partner), [
    refusal("not-for-the-partner", { field: "shared" }),
  ]);
  sent.do("attachment-added", { ...document("c"), shared: true }, partner);
  assert.deepEqual(sent.matter?.attachments, [{ ...document("c"), shared: true, ...origin(sent) }]);
  sent.do("attachment-added", document("d"), approver);
  assert.deepEqual(sent.matter?.drafters, [uuid(1)]);
});

test("a consultation needs an other side that knows, and a day that has begun somewhere", () => {
  assert.deepEqual(draft().refusals("consultation-held", consultation), [
    refusal("partner-does-not-know", { found: "draft" }),
  ]);
  assert.deepEqual(draft().refusals("information-asked", { text: "?" }), [
    refusal("partner-does-not-know", { found: "draft" }),
  ]);
  const desk = sentRequest();
  assert.deepEqual(desk.refusals("consultation-held", { ...consultation, held: "2026-03-04" }), [
    refusal("date-ahead", { field: "held", found: "2026-03-04", expected: "2026-03-03" }),
  ]);
  desk.do("consultation-held", { ...consultation, held: "2026-03-03", means: "telephone" });
  assert.deepEqual(desk.matter?.consultations, [
    { ...consultation, held: "2026-03-03", means: "telephone", ...origin(desk) },
  ]);
});

test("a question is answered once, by the side that was asked, with what was not given yet", () => {
  const desk = sentRequest();
  const question = desk.do("information-asked", { text: "Which court?" }, partner).questions[0]?.id ?? "";
  assert.deepEqual(desk.matter?.questions, [
    { id: question, side: "requested", text: "Which court?", askedAt: now, answer: undefined },
  ]);
  const answer = (values: JsonObject, asked = question): JsonObject => ({ question: asked, text: "This one", values });
  assert.deepEqual(desk.refusals("information-supplied", answer({}, other)), [
    refusal("question-unknown", { field: "question", found: other }),
  ]);
  assert.deepEqual(desk.refusals("information-supplied", answer({}), partner), [
    refusal("not-your-side", { found: "requested", expected: "the side that was asked" }),
  ]);
  assert.deepEqual(desk.refusals("information-supplied", answer({ facts: "Others", "contact-hours": null })), [
    refusal("already-given", { field: "facts", expected: "a correction" }),
    refusal("field-invalid", { field: "contact-hours", found: "null", expected: "a value" }),
  ]);
  assert.deepEqual(desk.refusals("information-supplied", answer({ "supporting-documents": [digestOf("c")] })), [
    refusal("unknown-attachment", { field: "supporting-documents", found: JSON.stringify(digestOf("c")) }),
  ]);
  assert.deepEqual(desk.refusals("information-supplied", answer({ costs: 7 })), [
    refusal("not-your-side", { field: "costs", found: "requesting", expected: "requested" }),
  ]);
  desk.do("information-supplied", answer({ "contact-hours": "9 to 5" }));
  assert.equal(desk.matter?.fields["contact-hours"]?.value, "9 to 5");
  assert.deepEqual(desk.matter?.questions[0]?.answer, { text: "This one", at: now, event: origin(desk).event });
  assert.deepEqual(desk.refusals("information-supplied", answer({})), [
    refusal("question-unknown", { field: "question", found: question }),
  ]);
});

test("the partner's answer gives what is the partner's to give, and its documents may still be under way", () => {
  const desk = receivedRequest();
  const first = desk.do("information-asked", { text: "Which court?" }).questions[0]?.id ?? "";
  const second = desk.do("information-asked", { text: "Which day?" }).questions[1]?.id ?? "";
  const answer = (question: string, values: JsonObject): JsonObject => ({ question, text: "This one", values });
  const inside = desk.refusals("information-supplied", answer(first, { "retention-until": "2030-01-01" }), partner);
  assert.deepEqual(inside, [refusal("not-for-the-partner", { field: "retention-until", found: "retention-until" })]);
  desk.do("information-supplied", answer(first, { "supporting-documents": [digestOf("c")] }), partner);
  assert.deepEqual(
    desk.matter?.questions.map(({ answer: given }) => given?.text),
    ["This one", undefined],
  );
  desk.do("information-supplied", { question: second, text: "That day" }, partner);
  assert.equal(desk.matter?.questions[1]?.answer?.text, "That day");
});

test("what was proposed can be declined, by its id, and then nobody can approve it", () => {
  const desk = receivedRequest();
  const none = desk.refusals("proposal-declined", { proposal: other, reason: "No" }, head);
  assert.deepEqual(none, [refusal("proposal-needed", { field: "proposal", found: other })]);
  const proposal = desk.do("proposed", { name: "accepted", data: {} }).proposal?.id ?? "";
  assert.deepEqual(desk.refusals("proposal-declined", { proposal: other, reason: "No" }, head), none);
  desk.do("proposal-declined", { proposal, reason: "No" }, head);
  assert.equal(desk.matter?.proposal, undefined);
  assert.deepEqual(desk.refusals("accepted", { proposal }, head), [
    refusal("proposal-needed", { field: "proposal", guard: "four-eyes", expected: "a proposal of accepted" }),
  ]);
});

test("only what another person has to approve is proposed, and it is judged when it is", () => {
  const desk = receivedRequest();
  const proposed = (name: string, data: JsonObject) => desk.refusals("proposed", { name, data });
  assert.deepEqual(proposed("note", {}), [refusal("nothing-to-propose", { field: "name", found: "note" })]);
  assert.deepEqual(proposed("acknowledged", {}), [
    refusal("nothing-to-propose", { field: "name", found: "acknowledged" }),
  ]);
  const correction = { field: "facts", value: "Other facts", reason: "A mistake" };
  assert.deepEqual(proposed("field-corrected", { ...correction, proposal: other }), [
    refusal("data-invalid", { field: "data.proposal", expected: "nothing" }),
  ]);
  assert.deepEqual(
    proposed("field-corrected", { field: "facts", value: "Other facts" }).map(({ code, field }) => [code, field]),
    [["data-invalid", "reason"]],
  );
  assert.deepEqual(proposed("field-corrected", correction), [
    refusal("not-your-side", { field: "facts", found: "requested", expected: "requesting" }),
  ]);
});

test("a correction keeps what was there, and is made by two persons or by a head who wrote nothing", () => {
  const desk = sentRequest();
  const before = desk.matter?.fields.facts?.value ?? null;
  const correction = { field: "facts", value: "Other facts", reason: "A mistake" };
  assert.deepEqual(draft().refusals("field-corrected", correction, head), [
    refusal("partner-does-not-know", { found: "draft" }),
  ]);
  assert.deepEqual(desk.refusals("field-corrected", { ...correction, value: null }, head), [
    refusal("field-invalid", { field: "facts", found: "null", expected: "a value" }),
  ]);
  assert.deepEqual(desk.refusals("field-corrected", correction, approver), [
    refusal("proposal-needed", { field: "proposal", guard: "four-eyes", expected: "a proposal of field-corrected" }),
  ]);
  assert.deepEqual(desk.refusals("field-corrected", correction, person(1, "head-of-office")), [
    refusal("same-person", { guard: "four-eyes", found: "wrote on this request" }),
  ]);
  const documents = { ...correction, field: "supporting-documents", value: [digestOf("c")] };
  assert.deepEqual(desk.refusals("field-corrected", documents, head), [
    refusal("unknown-attachment", { field: "supporting-documents", found: JSON.stringify(digestOf("c")) }),
  ]);
  desk.do("field-corrected", correction, head);
  assert.deepEqual(desk.matter?.corrections, [
    { field: "facts", before, after: "Other facts", reason: "A mistake", ...origin(desk) },
  ]);
  const proposal = desk.do("proposed", { name: "field-corrected", data: correction }).proposal?.id ?? "";
  const approve = { proposal };
  assert.deepEqual(desk.refusals("field-corrected", approve, person(1, "approver")), [
    refusal("same-person", { guard: "four-eyes", found: "proposed it" }),
  ]);
  desk.do("field-corrected", approve, approver);
  assert.equal(desk.matter?.proposal, undefined);
});

test("the partner corrects what is the partner's to give, and nothing else", () => {
  const desk = receivedRequest();
  const correction = { field: "facts", value: "Other facts", reason: "A mistake" };
  assert.deepEqual(desk.refusals("field-corrected", { ...correction, field: "costs", value: null }, partner), [
    refusal("not-your-side", { field: "costs", found: "requesting", expected: "requested" }),
    refusal("not-for-the-partner", { field: "costs", found: "costs" }),
    refusal("field-invalid", { field: "costs", found: "null", expected: "a value" }),
  ]);
  const inside = { ...correction, field: "retention-until", value: "2030-01-01" };
  assert.deepEqual(desk.refusals("field-corrected", inside, partner), [
    refusal("not-for-the-partner", { field: "retention-until", found: "retention-until" }),
  ]);
  desk.do("field-corrected", { ...correction, field: "supporting-documents", value: [digestOf("c")] }, partner);
  desk.do("field-corrected", correction, partner);
  assert.equal(desk.matter?.fields.facts?.value, "Other facts");
});

test("contents are written while the request is a draft, or while one that came on paper is registered", () => {
  const sent = sentRequest();
  const facts = { values: { facts: "Others" } };
  assert.deepEqual(sent.refusals("fields-set", facts), [
    refusal("not-editable", { field: "facts", found: "sent", expected: "a correction" }),
  ]);
  sent.do("fields-set", { values: { "other-reference": "B 7", "retention-until": "2030-01-01" } });
  sent.do("fields-set", { values: { "other-reference": null } });
  assert.equal(sent.matter?.fields["other-reference"], undefined);
  const paper = new Desk(typeOf("mutual-legal-assistance"), "requested");
  paper.open(exampleValues(paper.type, now));
  paper.do("fields-set", { values: { facts: "Others", costs: { amount: "1.00", currency: "EUR" } } });
  paper.do("acknowledged");
  const late = (state: string) => [
    refusal("not-your-side", { field: "facts", found: "requested", expected: "requesting" }),
    refusal("not-editable", { field: "facts", found: state, expected: "a correction" }),
  ];
  assert.deepEqual(paper.refusals("fields-set", facts), late("acknowledged"));
  const came = new Desk(typeOf("mutual-legal-assistance"), "requested");
  came.open(exampleValues(came.type, now), partner);
  assert.deepEqual(came.refusals("fields-set", facts), late(came.type.initial.incoming));
});

test("a clock ends by itself while it runs, and only the clock that is named", () => {
  const desk = receivedRequest();
  assert.deepEqual(desk.refusals("clock-expired", { clock: "execution" }, system), [
    refusal("clock-not-running", { field: "clock", found: "execution" }),
  ]);
  const question = desk.do("information-asked", { text: "?" }).questions[0]?.id ?? "";
  assert.deepEqual(desk.refusals("clock-expired", { clock: "decision" }, system), [
    refusal("clock-paused", { field: "clock", found: "decision" }),
  ]);
  desk.do("information-supplied", { question, text: "!" }, partner);
  desk.do("clock-expired", { clock: "decision" }, system);
  assert.deepEqual(
    desk.matter?.clocks.map(({ clock, expiredAt }) => [clock, expiredAt]),
    desk.matter?.clocks.map(({ clock }) => [clock, clock === "decision" ? now : undefined]),
  );
  assert.deepEqual(desk.refusals("clock-expired", { clock: "decision" }, system), [
    refusal("clock-not-running", { field: "clock", found: "decision" }),
  ]);
});

test("a matter is sealed once, unsealed once, and not unsealed where its contents ask for confidentiality", () => {
  const desk = draft();
  assert.deepEqual(desk.refusals("matter-unsealed", { reason: "Over" }), [refusal("not-sealed")]);
  desk.do("matter-sealed", { reason: "Informant" });
  const { at, by } = origin(desk);
  assert.deepEqual(desk.matter?.sealing, { reason: "Informant", at, by });
  assert.deepEqual(desk.refusals("matter-sealed", { reason: "Again" }), [refusal("already-sealed")]);
  desk.do("matter-unsealed", { reason: "Over" });
  assert.equal(desk.matter?.sealing, undefined);
  assert.deepEqual(desk.refusals("matter-unsealed", { reason: "Over" }), [refusal("not-sealed")]);
  const confidential = draft({ confidential: true, "confidentiality-reason": "Informant" });
  confidential.do("matter-sealed", { reason: "Informant" });
  assert.deepEqual(confidential.refusals("matter-unsealed", { reason: "Over" }), [refusal("sealed-by-content")]);
});

test("a person is let in once and out once, and nobody who is barred is let in or assigned", () => {
  const desk = draft();
  const grant = { person: somebody, reason: "Interpreter" };
  const unchanged = refusal("access-unchanged", { field: "person" });
  assert.deepEqual(desk.refusals("access-withdrawn", grant, head), [unchanged]);
  desk.do("access-granted", grant, head);
  assert.deepEqual(desk.matter?.admitted, [{ ...grant, ...origin(desk) }]);
  assert.deepEqual(desk.refusals("access-granted", grant, head), [unchanged]);
  desk.do("access-granted", { person: other, reason: "Expert" }, head);
  desk.do("access-withdrawn", { person: other, reason: "Done" }, head);
  assert.deepEqual(
    desk.matter?.admitted.map((entry) => entry.person),
    [somebody],
  );
  desk.do("access-granted", { person: other, reason: "Expert" }, head);
  const declared = { person: somebody, reason: "Cousin" };
  desk.do("conflict-declared", declared);
  assert.deepEqual(desk.matter?.conflicts, [{ ...declared, ...origin(desk) }]);
  assert.deepEqual(
    desk.matter?.admitted.map((entry) => entry.person),
    [other],
  );
  assert.deepEqual(desk.matter?.assignments, []);
  const barred = refusal("person-barred", { field: "person" });
  assert.deepEqual(desk.refusals("access-granted", grant, head), [barred]);
  assert.deepEqual(desk.refusals("assigned", { person: somebody, office: "legal-office" }, head), [barred]);
  const twice = refusal("conflict-unchanged", { field: "person" });
  assert.deepEqual(desk.refusals("conflict-declared", declared), [twice]);
  assert.deepEqual(desk.refusals("conflict-lifted", { person: other, reason: "None" }, head), [twice]);
  desk.do("conflict-declared", { person: other, reason: "Aunt" });
  desk.do("conflict-lifted", declared, head);
  assert.deepEqual(
    desk.matter?.conflicts.map((entry) => entry.person),
    [other],
  );
});

test("a matter whose holder is barred waits in the same office for somebody else", () => {
  const desk = draft();
  desk.do("assigned", { person: somebody, office: "cyber" }, head);
  assert.deepEqual(desk.matter?.assignments, [
    { person: somebody, office: "cyber", at: now, event: origin(desk).event },
  ]);
  desk.do("conflict-declared", { person: somebody, reason: "Cousin" });
  assert.deepEqual(
    desk.matter?.assignments.map((one) => [one.person, one.office, one.at]),
    [
      [somebody, "cyber", now],
      [undefined, "cyber", now],
    ],
  );
  assert.equal(desk.matter?.assignments[1]?.event, origin(desk).event);
  const opener = draft();
  opener.do("conflict-declared", { person: uuid(1), reason: "Cousin" });
  assert.deepEqual(
    opener.matter?.assignments.map((one) => [one.person, one.office]),
    [[undefined, "legal-office"]],
  );
  const partners = receivedRequest();
  partners.do("conflict-declared", { person: somebody, reason: "Cousin" });
  assert.deepEqual(partners.matter?.assignments, []);
});

test("a message that was given up is settled once, and resumed by its id", () => {
  const before = draft();
  for (const name of ["sending-resumed", "failure-settled"])
    assert.deepEqual(before.refusals(name, { message: other, reason: "Telephoned" }), [
      refusal("partner-does-not-know", { found: "draft" }),
    ]);
  const desk = sentRequest();
  for (const message of [somebody, other, other]) desk.do("failure-settled", { message, reason: "Telephoned" });
  assert.deepEqual(desk.matter?.settled, [somebody, other]);
  desk.do("sending-resumed", { message: other, reason: "Line is back" });
  assert.deepEqual(desk.matter?.settled, [somebody]);
});

test("the same command under its id gives the same events whoever's role it needed, and only to whom it was", () => {
  const desk = sentRequest();
  desk.do("note", { text: "Seen" });
  const { last } = desk;
  assert.ok(last !== undefined);
  const again = desk.send(last, officer);
  assert.ok(!isRefused(again) && again.repeated);
  for (const [command, actor] of [
    [last, head],
    [{ ...last, name: "information-asked" }, officer],
    [{ ...last, data: { text: "Not seen" } }, officer],
  ] as const) {
    const decision = desk.send(command, actor);
    assert.ok(isRefused(decision));
    assert.deepEqual(decision.refusals, [refusal("command-reused", { found: last.id })]);
  }
});
