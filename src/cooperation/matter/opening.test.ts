import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatterType } from "../definitions/index.ts";
import { digestOf, type JsonObject, matterIdSchema } from "../words/index.ts";
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
import { decide, exampleValues, fold, isFoldProblem, isRefused, type Matter } from "./index.ts";
import { refusal } from "./refusal.ts";

const assistance = typeOf("mutual-legal-assistance");
const opening = (more: JsonObject = {}): JsonObject => ({
  type: assistance.id,
  typeVersion: assistance.version,
  side: "requesting",
  ...more,
});
const before = (desk: Desk): Matter => {
  assert.ok(desk.matter !== undefined);
  return desk.matter;
};

test("a matter is opened as what it is, on its own side, by those who may", () => {
  const desk = new Desk(assistance, "requesting");
  assert.deepEqual(desk.refusals("note", { text: "Seen" }), [refusal("matter-unknown", { found: uuid(1) })]);
  assert.deepEqual(
    desk.refusals("opened", { ...opening(), side: 7 }).map(({ code, field }) => [code, field]),
    [["data-invalid", "side"]],
  );
  assert.deepEqual(desk.refusals("opened", opening({ type: "extradition" })), [
    refusal("other-type-version", { found: "extradition 1", expected: "mutual-legal-assistance 1" }),
  ]);
  assert.deepEqual(desk.refusals("opened", opening({ typeVersion: 2 })), [
    refusal("other-type-version", { found: "mutual-legal-assistance 2", expected: "mutual-legal-assistance 1" }),
  ]);
  assert.deepEqual(desk.refusals("opened", opening({ side: "requested" })), [
    refusal("not-your-side", { found: "requested", expected: "requesting" }),
  ]);
  assert.deepEqual(desk.refusals("opened", opening(), partner), [refusal("not-for-the-partner", { found: "opened" })]);
  const expected = "case-officer, contact-point, head-of-office";
  assert.deepEqual(desk.refusals("opened", opening(), system), [
    refusal("role-not-allowed", { found: "system", expected }),
  ]);
  assert.deepEqual(desk.refusals("opened", opening(), person(4, "auditor")), [
    refusal("role-not-allowed", { found: "auditor", expected }),
  ]);
  const documents = opening({ values: { "supporting-documents": [digestOf("c")] } });
  assert.deepEqual(desk.refusals("opened", documents), [
    refusal("unknown-attachment", { field: "supporting-documents", found: JSON.stringify(digestOf("c")) }),
  ]);
  const late = { id: desk.newId(), matter: matterIdSchema.parse(uuid(1)), expectedSequence: 3, name: "opened" };
  const decision = desk.send({ ...late, data: opening() }, officer);
  assert.ok(isRefused(decision));
  assert.deepEqual(decision.refusals, [refusal("changed-meanwhile", { found: "0", expected: "3" })]);
  const one: MatterType = { ...assistance, directions: ["incoming"] };
  assert.deepEqual(new Desk(one, "requesting").refusals("opened", opening()), [
    refusal("not-your-side", { found: "requesting", expected: "requesting" }),
  ]);
  const opened = desk.do("opened", opening());
  assert.deepEqual(
    [opened.state, opened.known, opened.open, opened.sequence, opened.drafters, opened.partner],
    ["draft", false, true, 1, [uuid(1)], undefined],
  );
  const came = new Desk(assistance, "requested").do(
    "opened",
    opening({ side: "requested", partner: "xb-central" }),
    partner,
  );
  assert.deepEqual([came.known, came.drafters, came.partner], [true, [], "xb-central"]);
});

test("documents that a message names may follow it", () => {
  const desk = new Desk(assistance, "requested");
  const values = { "supporting-documents": [digestOf("c")] };
  assert.deepEqual(
    desk.do("opened", opening({ side: "requested", values }), partner).fields["supporting-documents"]?.value,
    [digestOf("c")],
  );
});

test("matter, type and side that do not belong together are a mistake of the program", () => {
  const desk = sentRequest();
  const command = { id: desk.newId(), matter: before(desk).id, expectedSequence: 4, name: "note", data: { text: "x" } };
  const context = desk.context(officer);
  assert.throws(() => decide({ ...desk.type, version: 2 }, desk.matter, command, context), {
    name: "TypeError",
    message: "The matter is of mutual-legal-assistance version 1, not mutual-legal-assistance 2.",
  });
  assert.throws(() => decide(typeOf("extradition"), desk.matter, command, context), TypeError);
  assert.throws(() => decide(desk.type, desk.matter, command, { ...context, side: "requested" }), {
    name: "TypeError",
    message: "The matter is kept on the requesting side.",
  });
  const elsewhere = decide(desk.type, desk.matter, { ...command, matter: matterIdSchema.parse(uuid(2)) }, context);
  assert.ok(isRefused(elsewhere));
  assert.deepEqual(elsewhere.refusals, [refusal("matter-unknown", { found: uuid(2) })]);
  const older = decide(desk.type, desk.matter, { ...command, expectedSequence: 3 }, context);
  assert.ok(isRefused(older));
  assert.deepEqual(older.refusals, [refusal("changed-meanwhile", { found: "4", expected: "3" })]);
});

test("a step is refused with the state, the side, the role and each particular that are wrong", () => {
  const desk = receivedRequest();
  assert.deepEqual(desk.refusals("sent", {}, officer), [
    refusal("not-from-this-state", { found: "acknowledged", expected: "signed" }),
    refusal("not-your-side", { found: "requested", expected: "requesting" }),
  ]);
  assert.deepEqual(
    desk
      .refusals("acknowledged", { mood: "bad" }, person(4, "auditor"))
      .map(({ code }) => code)
      .sort(),
    ["not-from-this-state", "particular-unknown", "role-not-allowed"],
  );
  const draft = new Desk(assistance, "requesting");
  draft.open(exampleValues(assistance, now));
  const submitted = assistance.transitions.find(({ name }) => name === "submitted");
  assert.ok(submitted !== undefined);
  assert.deepEqual(draft.refusals("submitted", { mood: "bad" }, person(4, "auditor")), [
    refusal("role-not-allowed", { found: "auditor", expected: submitted.roles.join(", ") }),
    refusal("particular-unknown", { field: "mood", found: "mood", expected: "" }),
  ]);
  assert.deepEqual(draft.refusals("submitted", {}, partner), [
    refusal("not-your-side", { found: "requested", expected: "requesting" }),
    refusal("not-for-the-partner", { found: "submitted" }),
  ]);
});

test("what a step must carry is named with its article, null is nothing, and what it carries is judged", () => {
  const desk = receivedRequest();
  desk.agree("accepted");
  desk.do("execution-started", { "executing-authority-named": "Court of Dale" });
  const partly = desk.type.transitions.find(({ name }) => name === "partly-executed");
  const lacking = refusal("particular-missing", { field: "progress", article: partly?.article, expected: "progress" });
  assert.deepEqual(desk.refusals("partly-executed", {}), [lacking]);
  assert.deepEqual(desk.refusals("partly-executed", { progress: null }), [lacking]);
  assert.deepEqual(
    desk.refusals("partly-executed", { progress: 7 }).map(({ code, field, found }) => [code, field, found]),
    [["field-invalid", "progress", "7"]],
  );
});

test("contents that a message carries are an object of fields of the right kind", () => {
  const type: MatterType = {
    ...assistance,
    transitions: assistance.transitions.map((one) =>
      one.name === "sent" ? { ...one, from: ["acknowledged"], to: "same" } : one,
    ),
  };
  const desk = new Desk(type, "requested");
  desk.open(exampleValues(type, now), partner);
  desk.do("acknowledged");
  const carrying = type.transitions.find(({ name }) => name === "sent")?.carries;
  assert.equal(carrying, "contents");
  assert.deepEqual(desk.refusals("sent", { values: ["facts"] }, partner), [
    refusal("data-invalid", { field: "values", expected: "an object of fields" }),
  ]);
  assert.deepEqual(
    desk.refusals("sent", { values: { facts: 7 } }, partner).map(({ code, field }) => [code, field]),
    [["field-invalid", "facts"]],
  );
  desk.do("sent", { values: { facts: "Others", costs: 7, "retention-until": "2030-01-01" } }, partner);
  assert.equal(before(desk).fields.facts?.value, "Others");
  assert.equal(before(desk).fields["retention-until"], undefined);
});

test("guards of a definition are met or named: questions, events, clocks and conditions", () => {
  const guarded = (requires: MatterType["transitions"][number]["requires"]): Desk => {
    const type: MatterType = {
      ...assistance,
      transitions: assistance.transitions.map((one) =>
        one.name === "sent" ? { ...one, from: ["acknowledged"], to: "same", side: "either", requires } : one,
      ),
    };
    const desk = new Desk(type, "requested");
    desk.open(exampleValues(type, now), partner);
    desk.do("acknowledged");
    return desk;
  };
  const asked = guarded(["no-open-questions"]);
  const first = asked.do("information-asked", { text: "?" }).questions[0]?.id ?? "";
  const second = asked.do("information-asked", { text: "?" }).questions[1]?.id ?? "";
  asked.do("information-supplied", { question: first, text: "!" }, partner);
  assert.deepEqual(asked.refusals("sent"), [refusal("question-open", { guard: "no-open-questions", found: second })]);
  asked.do("information-supplied", { question: second, text: "!" }, partner);
  asked.do("sent");
  const consulted = guarded([{ event: "consultation-held", article: "art. 1" }]);
  assert.deepEqual(consulted.refusals("sent"), [
    refusal("consultation-missing", { guard: "consultation-held", article: "art. 1" }),
  ]);
  consulted.do("consultation-held", consultation);
  consulted.do("sent");
  const noted = guarded([{ event: "note", article: "art. 2" }]);
  assert.deepEqual(noted.refusals("sent"), [
    refusal("event-missing", { guard: "note", article: "art. 2", expected: "note" }),
  ]);
  noted.do("note", { text: "Seen" });
  noted.do("sent");
  const running = guarded([{ clockRunning: "decision", article: "art. 3" }]);
  running.do("sent");
  running.do("clock-expired", { clock: "decision" }, system);
  assert.deepEqual(running.refusals("sent"), [refusal("clock-not-running", { guard: "decision", article: "art. 3" })]);
  const holding = guarded([{ holds: { confidential: true, "request-language": "fr" }, article: "art. 4" }]);
  assert.deepEqual(holding.refusals("sent"), [
    refusal("condition-not-met", { field: "confidential", guard: "confidential", article: "art. 4", expected: "true" }),
    refusal("condition-not-met", {
      field: "request-language",
      guard: "request-language",
      article: "art. 4",
      expected: "fr",
    }),
  ]);
});

test("events after the end, of an unfit opening or of the wrong place are told with what was found", () => {
  const desk = sentRequest();
  const known = before(desk);
  const withdrawn = desk.do("withdrawn", { reasons: "Not needed" }, head);
  const [first] = known.events;
  const step = withdrawn.events.at(-1);
  assert.ok(first !== undefined && step !== undefined);
  const problem = (events: Matter["events"]) => {
    const folded = fold(desk.type, events);
    return isFoldProblem(folded) ? folded : undefined;
  };
  assert.deepEqual(problem([...withdrawn.events, { ...step, sequence: step.sequence + 1 }]), {
    problem: "after-the-end",
    sequence: step.sequence + 1,
    found: "withdrawn",
    expected: "nothing after withdrawn",
  });
  assert.deepEqual(problem([]), {
    problem: "no-events",
    sequence: 0,
    found: "no event",
    expected: "at least `opened`",
  });
  assert.deepEqual(problem([{ ...first, data: { type: "x".repeat(100) } }]), {
    problem: "data-unfit",
    sequence: 1,
    found: JSON.stringify({ type: "x".repeat(100) }).slice(0, 80),
    expected: "data of opened",
  });
  assert.deepEqual(problem([{ ...first, data: { ...first.data, type: "extradition" } }]), {
    problem: "other-type",
    sequence: 1,
    found: "extradition version 1",
    expected: "mutual-legal-assistance version 1",
  });
  assert.deepEqual(problem([first, { ...first, sequence: 2 }]), {
    problem: "opened-twice",
    sequence: 2,
    found: "opened",
    expected: "once, at the beginning",
  });
  assert.deepEqual(problem([{ ...step, sequence: 1 }]), {
    problem: "not-opened",
    sequence: 1,
    found: "withdrawn",
    expected: "opened",
  });
  assert.deepEqual(problem([first, { ...step, sequence: 3 }]), {
    problem: "sequence-gap",
    sequence: 3,
    found: "3",
    expected: "2",
  });
  assert.deepEqual(problem([first, { ...step, sequence: 2, name: "vanished" }]), {
    problem: "unknown-event",
    sequence: 2,
    found: "vanished",
    expected: "an event of mutual-legal-assistance",
  });
  assert.deepEqual(
    problem([first, { ...step, sequence: 2, name: "executed" }])?.expected,
    "executing, partly-executed",
  );
  assert.deepEqual(problem([first, { ...step, sequence: 2, name: "note", data: { text: 7 } }]), {
    problem: "data-unfit",
    sequence: 2,
    found: '{"text":7}',
    expected: "data of note",
  });
  assert.deepEqual(problem([first, { ...step, sequence: 2, matter: matterIdSchema.parse(uuid(2)) }]), {
    problem: "other-matter",
    sequence: 2,
    found: uuid(2),
    expected: uuid(1),
  });
});
