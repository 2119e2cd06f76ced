import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, type Json, type JsonObject, matterIdSchema } from "../words/index.ts";
import {
  codes,
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
  types,
  uuid,
} from "./desk.test.ts";
import { valuesThatMeet } from "./example.ts";
import {
  exampleValues,
  fold,
  isFoldProblem,
  isMandatory,
  isRefused,
  isRunning,
  type Matter,
  messageOf,
  missing,
  rehearse,
  sharedData,
} from "./index.ts";

const refusing = { grounds: ["essential-interests"], reasons: "Security of the State" };

for (const [id, type] of types) {
  test(`${id}: every step can be reached by some sequence of commands`, () => {
    assert.deepEqual(rehearse(type).unreached, []);
  });

  test(`${id}: each mandatory content left out once is refused with its article`, () => {
    const mandatory = type.fields.filter((field) => field.required || field.requiredWhen !== undefined);
    assert.ok(mandatory.length > 5);
    for (const field of mandatory) {
      const full = exampleValues(type, now, valuesThatMeet(type, field.requiredWhen ?? {}, now));
      assert.ok(isMandatory(field, full), `${field.id} could not be made mandatory`);
      const whole = new Desk(type, "requesting");
      whole.open(full);
      whole.do("submitted", {}, person(1, type.id === "preservation" ? "contact-point" : "case-officer"));
      const { [field.id]: _left, ...rest } = full;
      const lacking = new Desk(type, "requesting");
      lacking.open(rest);
      const refusals = lacking.refusals("submitted");
      const found = refusals.find((refusal) => refusal.field === field.id);
      assert.deepEqual(
        [found?.code, found?.article, found?.guard],
        ["content-missing", field.article, "complete"],
        field.id,
      );
      assert.ok((found?.article ?? "") !== "");
    }
  });
}

test("who wrote on the request cannot approve it, another person can", () => {
  const desk = new Desk(typeOf("mutual-legal-assistance"), "requesting");
  desk.open(exampleValues(desk.type, now));
  desk.do("fields-set", { values: { facts: "Amended by the head of office" } }, head);
  desk.do("submitted");
  assert.deepEqual(codes(desk.refusals("approved", {}, head)), ["same-person"]);
  assert.deepEqual(codes(desk.refusals("approved", {}, person(1, "approver"))), ["same-person"]);
  assert.equal(desk.do("approved", {}, person(3, "approver")).state, "signed");
});

test("assistance is refused only after a consultation, with a ground, with reasons and by two persons", () => {
  const desk = receivedRequest();
  const proposal = desk.do("proposed", { name: "refused", data: refusing }).proposal?.id ?? "";
  const first = desk.refusals("refused", { proposal }, head);
  assert.deepEqual(codes(first), ["consultation-missing"]);
  assert.match(first[0]?.article ?? "", /18\(26\)/);
  desk.do("consultation-held", consultation);
  assert.deepEqual(codes(desk.refusals("refused", { proposal }, person(1, "approver"))), ["same-person"]);
  assert.deepEqual(codes(desk.refusals("refused", refusing, head)), ["proposal-needed"]);
  assert.equal(desk.do("refused", { proposal }, head).state, "refused");
  assert.deepEqual(desk.matter?.steps.at(-1)?.data, { ...refusing, proposal });
});

test("the partner's refusal is not taken without a consultation either", () => {
  const desk = sentRequest();
  desk.do("acknowledged", {}, partner);
  assert.deepEqual(codes(desk.refusals("refused", refusing, partner)), ["consultation-missing"]);
  desk.do("consultation-held", consultation, partner);
  assert.equal(desk.do("refused", refusing, partner).state, "refused");
});

test("bank secrecy is no ground, and the article says so", () => {
  const desk = receivedRequest();
  const refusals = desk.refusals("proposed", { name: "refused", data: { ...refusing, grounds: ["bank-secrecy"] } });
  assert.deepEqual(codes(refusals), ["ground-not-allowed"]);
  assert.match(refusals[0]?.article ?? "", /18\(8\)/);
});

test("a ground without reasons, an unknown ground and a postponing ground are turned down for a refusal", () => {
  const desk = receivedRequest();
  const tried = (data: JsonObject): string[] => codes(desk.refusals("proposed", { name: "refused", data }));
  assert.deepEqual(tried({ grounds: ["essential-interests"] }), ["particular-missing"]);
  assert.deepEqual(tried({ ...refusing, grounds: ["dislike"] }), ["ground-unknown"]);
  assert.deepEqual(tried({ ...refusing, grounds: ["ongoing-case"] }), ["ground-unknown"]);
  assert.deepEqual(tried({ ...refusing, grounds: [] }), ["field-invalid"]);
  assert.deepEqual(tried({ ...refusing, mood: "bad" }), ["particular-unknown"]);
});

test("a repeated command gives the same events, another one under its id is refused", () => {
  const desk = receivedRequest();
  const asked = desk.try("information-asked", { text: "Which branch?" });
  const command = desk.last;
  assert.ok(command !== undefined && !isRefused(asked));
  desk.do("note", { text: "Something came between" });
  const again = desk.send(command, officer);
  assert.ok(!isRefused(again) && again.repeated);
  assert.deepEqual(again.events, asked.events);
  const other = desk.send({ ...command, data: { text: "Which bank?" } }, officer);
  assert.ok(isRefused(other));
  assert.deepEqual(codes(other.refusals), ["command-reused"]);
  const stranger = desk.send(command, head);
  assert.ok(isRefused(stranger));
});

test("who saw an older state of the matter is told that it changed meanwhile", () => {
  const desk = receivedRequest();
  const command = {
    id: desk.newId(),
    matter: matterIdSchema.parse(uuid(1)),
    expectedSequence: 1,
    name: "note",
    data: { text: "x" },
  };
  const late = desk.send(command, officer);
  assert.ok(isRefused(late));
  assert.deepEqual(
    [late.refusals[0]?.code, late.refusals[0]?.found, late.refusals[0]?.expected],
    ["changed-meanwhile", "2", "1"],
  );
});

test("state, side and role are each named when they are wrong", () => {
  const desk = receivedRequest();
  assert.deepEqual(codes(desk.refusals("executed")), ["not-from-this-state"]);
  assert.deepEqual(codes(desk.refusals("withdrawn", { reasons: "no" }, head)), ["not-your-side"]);
  assert.deepEqual(codes(desk.refusals("note", { text: "n" }, person(9, "auditor"))), ["role-not-allowed"]);
  assert.deepEqual(codes(desk.refusals("fields-set", { values: {} }, partner)), ["not-for-the-partner"]);
  assert.deepEqual(codes(desk.refusals("vanished")), ["unknown-event"]);
});

test("a sent request is changed only by a correction of two persons, with its reason, and the other side is told", () => {
  const desk = sentRequest();
  assert.deepEqual(codes(desk.refusals("fields-set", { values: { facts: "Otherwise" } })), ["not-editable"]);
  const before = desk.matter?.fields.facts?.value;
  const matter = desk.agree("field-corrected", { field: "facts", value: "Otherwise", reason: "Wrong address" });
  assert.equal(matter.fields.facts?.value, "Otherwise");
  assert.deepEqual([matter.corrections[0]?.before, matter.corrections[0]?.reason], [before, "Wrong address"]);
  const event = matter.events.at(-1);
  assert.ok(event !== undefined);
  assert.equal(messageOf(desk.type, matter, event), "correction");
  assert.equal("proposal" in sharedData(event), false);
});

test("the contents go from form to message to the other side unchanged", () => {
  for (const type of types.values()) {
    const desk = sentRequest(type.id);
    const sent = desk.matter?.events.at(-1);
    assert.ok(sent !== undefined);
    const other = new Desk(type, "requested");
    const values = sharedData(sent).values;
    const received = other.do(
      "opened",
      { type: type.id, typeVersion: type.version, side: "requested", values: values ?? {} },
      partner,
    );
    for (const [id, { value }] of Object.entries(desk.matter?.fields ?? {})) {
      assert.deepEqual(received.fields[id]?.value, value, `${type.id}: ${id}`);
    }
    assert.deepEqual(missing(type, received), []);
  }
});

test("the partner cannot set what is ours or stays inside", () => {
  const desk = new Desk(typeOf("mutual-legal-assistance"), "requested");
  const values = { ...exampleValues(desk.type, now), "executing-authority": "Theirs", "retention-until": "2030-01-01" };
  const data = { type: desk.type.id, typeVersion: desk.type.version, side: "requested", values };
  assert.deepEqual(codes(desk.refusals("opened", data, partner)), ["not-for-the-partner", "not-for-the-partner"]);
});

test("the clock of the decision stands still while more information is awaited", () => {
  const desk = receivedRequest();
  const run = (): Matter["clocks"][number] | undefined => desk.matter?.clocks.find(({ clock }) => clock === "decision");
  assert.equal(run()?.startedAt, now);
  const first = desk.do("information-asked", { text: "Which account?" }).questions[0]?.id ?? "";
  const second = desk.do("information-asked", { text: "Which day?" }).questions[1]?.id ?? "";
  desk.do("information-supplied", { question: first, text: "This one" }, partner);
  assert.equal(run()?.pauses.at(-1)?.to, undefined);
  assert.deepEqual(codes(desk.refusals("clock-expired", { clock: "decision" }, system)), ["clock-paused"]);
  desk.do("information-supplied", { question: second, text: "That day" }, partner);
  assert.equal(run()?.pauses.at(-1)?.to, now);
  desk.agree("accepted");
  assert.equal(run()?.stoppedAt, now);
});

test("forty days after a provisional arrest the person is released, counted from the arrest itself", () => {
  const desk = receivedRequest("extradition", {
    "request-kind": "provisional-arrest",
    "legal-bases": ["model-treaty"],
  });
  assert.deepEqual(codes(desk.refusals("arrested", { "arrested-at": "2026-03-02T10:00:00.001Z" })), ["date-ahead"]);
  desk.do("arrested", { "arrested-at": "2026-02-27T22:15:00.000Z" });
  assert.equal(desk.matter?.clocks.find(isRunning)?.startedAt, "2026-02-27T22:15:00.000Z");
  assert.deepEqual(codes(desk.refusals("clock-expired", { clock: "provisional-arrest" }, head)), ["role-not-allowed"]);
  const matter = desk.do("clock-expired", { clock: "provisional-arrest" }, system);
  assert.equal(matter.state, "released");
  const [expired, released] = matter.events.slice(-2);
  assert.deepEqual(
    [expired?.name, released?.name, released?.data.causedBy],
    ["clock-expired", "released", expired?.id],
  );
  assert.ok(desk.last !== undefined);
  const again = desk.send(desk.last, system);
  assert.ok(!isRefused(again));
  assert.deepEqual(again.events, [expired, released]);
});

test("the eighteen days run beside the forty only under the European Convention", () => {
  const arrested = (base: string): string[] => {
    const desk = receivedRequest("extradition", { "request-kind": "provisional-arrest", "legal-bases": [base] });
    return desk.do("arrested", { "arrested-at": now }).clocks.map(({ clock }) => clock);
  };
  assert.deepEqual(arrested("european-convention"), ["provisional-arrest", "provisional-arrest-european"]);
  assert.deepEqual(arrested("model-treaty"), ["provisional-arrest"]);
});

test("data are preserved for sixty days at least, can be extended more than once, and lapse", () => {
  const desk = receivedRequest("preservation");
  const early = desk.refusals("preserved", { "preserved-until": "2026-04-30", "preserved-data": "Mailbox" });
  assert.deepEqual([codes(early), early[0]?.expected], [["date-too-early"], "2026-05-01"]);
  desk.do("preserved", { "preserved-until": "2026-05-01", "preserved-data": "Mailbox" });
  desk.do("extended", { "extension-until": "2026-07-01" });
  const shortened = desk.refusals("extended", { "extension-until": "2026-06-30" });
  assert.deepEqual([codes(shortened), shortened[0]?.expected], [["date-too-early"], "2026-07-01"]);
  assert.deepEqual(codes(desk.refusals("extended", { "extension-until": "2020-01-01" })), ["date-too-early"]);
  const matter = desk.do("extended", { "extension-until": "2026-09-01" });
  const period = matter.clocks.filter(({ clock }) => clock === "preservation-period");
  assert.deepEqual(
    period.map(({ until }) => until),
    ["2026-05-01", "2026-07-01", "2026-09-01"],
  );
  assert.equal(period.filter(isRunning).length, 1);
  assert.equal(desk.do("clock-expired", { clock: "preservation-period" }, system).state, "lapsed");
});

test("what is only known where possible may be replaced by a reason, nothing else may", () => {
  const desk = new Desk(typeOf("mutual-legal-assistance"), "requesting");
  const values = { ...exampleValues(desk.type, now), "persons-concerned": { unavailable: "Not yet identified" } };
  desk.open(values);
  assert.deepEqual(codes(desk.refusals("fields-set", { values: { purpose: { unavailable: "no" } } })), [
    "field-invalid",
  ]);
  assert.equal(desk.do("submitted").state, "internal-review");
});

test("values that do not fit are refused at their field", () => {
  const desk = new Desk(typeOf("mutual-legal-assistance"), "requesting");
  desk.open({});
  const tried = (field: string, value: Json): string[] =>
    desk.refusals("fields-set", { values: { [field]: value } }).map((refusal) => `${refusal.code} ${refusal.field}`);
  assert.deepEqual(tried("requested-state", "Bensalem"), ["field-invalid requested-state"]);
  assert.deepEqual(tried("offences", [{ national: "Theft", iccs: "9999" }]), ["field-invalid offences"]);
  assert.deepEqual(tried("answer-wanted-by", "2026-02-30"), ["field-invalid answer-wanted-by"]);
  assert.deepEqual(tried("forms-of-help", ["records", "records"]), ["field-invalid forms-of-help"]);
  assert.deepEqual(tried("supporting-documents", [digestOf("x")]), ["unknown-attachment supporting-documents"]);
  assert.deepEqual(tried("shoe-size", 44), ["field-unknown shoe-size"]);
  assert.deepEqual(tried("executing-authority", "Ours"), ["not-your-side executing-authority"]);
});

test("a withdrawn draft tells the other side nothing; a withdrawn request does", () => {
  const draft = new Desk(typeOf("production"), "requesting");
  const before = draft.open({});
  const event = draft.do("withdrawn", { reasons: "Not needed" }, head).events.at(-1);
  assert.ok(event !== undefined);
  assert.equal(messageOf(draft.type, before, event), undefined);
  const sent = sentRequest("production");
  const known = sent.matter;
  const later = sent.do("withdrawn", { reasons: "Not needed" }, head).events.at(-1);
  assert.ok(known !== undefined && later !== undefined);
  assert.equal(messageOf(sent.type, known, later), "withdrawal");
  assert.ok(sent.matter?.clocks.every((run) => !isRunning(run)));
  assert.deepEqual(codes(sent.refusals("information-asked", { text: "?" })), ["matter-closed"]);
});

test("events that do not add up are told with their place", () => {
  const desk = receivedRequest();
  const events = desk.matter?.events ?? [];
  const [first, second] = events;
  assert.ok(first !== undefined && second !== undefined);
  const problem = (list: typeof events): string => {
    const folded = fold(desk.type, list);
    return isFoldProblem(folded) ? folded.problem : "none";
  };
  assert.equal(problem(events), "none");
  assert.equal(problem([]), "no-events");
  assert.equal(problem([{ ...second, sequence: 1 }]), "not-opened");
  assert.equal(problem([first, { ...second, sequence: 3 }]), "sequence-gap");
  assert.equal(problem([first, { ...second, matter: matterIdSchema.parse(uuid(2)) }]), "other-matter");
  assert.equal(problem([first, { ...first, sequence: 2 }]), "opened-twice");
  assert.equal(problem([first, { ...second, name: "executed" }]), "not-from-this-state");
  assert.equal(problem([first, { ...second, name: "vanished" }]), "unknown-event");
  assert.equal(problem([first, { ...second, name: "note" }]), "data-unfit");
  assert.equal(problem([{ ...first, data: { ...first.data, typeVersion: 9 } }]), "other-type");
});
