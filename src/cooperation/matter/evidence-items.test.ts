import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../words/index.ts";
import { Desk, head, now, partner, person, receivedRequest, sentRequest, typeOf, uuid } from "./desk.test.ts";
import { apply, isFoldProblem, isRefused } from "./index.ts";
import { refusal } from "./refusal.ts";

const custodian = person(5, "evidence-custodian");
const approver = person(3, "approver");
const authorisation = { kind: "warrant", reference: "W 17/2026" };
const step = (exhibitNumber: string, stage: string, more: JsonObject = {}): JsonObject => ({
  exhibitNumber,
  stage,
  authority: "xa-central",
  reason: "for the investigation",
  ...more,
});
const found = (exhibitNumber: string): JsonObject => ({
  custody: step(exhibitNumber, "identified"),
  item: { exhibitNumber, kind: "physical", description: "telephone" },
});
const room = { holder: "Cyber unit", place: "evidence room" };
const broken = (rule: string, expected: string) =>
  refusal("custody-not-possible", { field: "exhibitNumber", found: rule, expected });
const destroying = (exhibitNumber: string): JsonObject => ({
  exhibitNumber,
  reason: "The case is over",
  authorisation,
});

test("each item keeps its own chain, under the number by which it was described once", () => {
  const desk = receivedRequest();
  desk.do("custody-recorded", found("A-1"), custodian);
  desk.do("custody-recorded", found("A-2"), custodian);
  const collected = { custody: step("A-1", "collected", { authorisation, from: { holder: "the suspect" }, to: room }) };
  desk.do("custody-recorded", collected, custodian);
  const [first, second] = desk.matter?.evidence ?? [];
  assert.deepEqual(
    first?.events.map(({ stage, sequence, at, by }) => [stage, sequence, at, by]),
    [
      ["identified", 1, now, custodian],
      ["collected", 2, now, custodian],
    ],
  );
  assert.deepEqual(
    [first?.id, first?.item.exhibitNumber, first?.state.stage],
    [first?.events[0]?.id, "A-1", "collected"],
  );
  assert.deepEqual(
    second?.events.map(({ stage }) => stage),
    ["identified"],
  );
  assert.deepEqual(desk.refusals("custody-recorded", found("A-1"), custodian), [
    broken("custody.number-taken", "There is an exhibit A-1 already."),
  ]);
  assert.deepEqual(desk.refusals("custody-recorded", { custody: step("A-3", "stored", { to: room }) }, custodian), [
    broken("custody.unknown-item", "There is no exhibit A-3."),
  ]);
  assert.deepEqual(
    desk
      .refusals("custody-recorded", { custody: step("A-2", "identified") }, custodian)
      .map((one) => [one.code, one.found]),
    [["custody-not-possible", "custody.begun-already"]],
  );
  assert.deepEqual(desk.refusals("custody-recorded", { custody: step("A-2", "stored", { to: room }) }, partner), [
    refusal("not-for-the-partner", { field: "stage", found: "stored" }),
  ]);
});

test("the same custody command again gives the same event, another one under its id is refused", () => {
  const desk = receivedRequest();
  desk.do("custody-recorded", found("A-1"), custodian);
  const { last } = desk;
  assert.ok(last !== undefined);
  const again = desk.send(last, custodian);
  assert.ok(!isRefused(again) && again.repeated);
  const other = desk.send({ ...last, data: found("A-2") }, custodian);
  assert.ok(isRefused(other));
  assert.deepEqual(other.refusals, [refusal("command-reused", { found: last.id })]);
});

test("the partner says of evidence only that it arrived, and only where it knows of the matter", () => {
  const draft = new Desk(typeOf("production"), "requesting");
  draft.open({});
  const received = { ...found("A-1"), custody: step("A-1", "received", { from: room, to: room }) };
  assert.deepEqual(draft.refusals("custody-recorded", received, partner), [
    refusal("not-for-the-partner", { found: "custody-recorded" }),
  ]);
  const desk = sentRequest();
  desk.do("custody-recorded", received, partner);
  assert.deepEqual(
    desk.matter?.evidence.map(({ item, state }) => [item.exhibitNumber, state.stage]),
    [["A-1", "received"]],
  );
});

test("an item is destroyed by another person than the one who proposed it, and can be kept after all", () => {
  const desk = receivedRequest();
  desk.do("custody-recorded", found("A-1"), custodian);
  desk.do("custody-recorded", found("A-2"), custodian);
  const destroyed = { custody: step("A-1", "destroyed", { authorisation }) };
  assert.deepEqual(desk.refusals("custody-recorded", destroyed, head), [
    refusal("proposal-needed", { guard: "four-eyes", expected: "destruction-proposed" }),
  ]);
  const none = refusal("proposal-needed", { field: "exhibitNumber", found: "A-1" });
  const decline = (exhibitNumber: string): JsonObject => ({ exhibitNumber, reason: "Still needed" });
  assert.deepEqual(desk.refusals("destruction-declined", decline("A-1"), head), [none]);
  assert.deepEqual(desk.refusals("destruction-declined", decline("A-9"), head), [{ ...none, found: "A-9" }]);
  assert.deepEqual(desk.refusals("destruction-proposed", destroying("A-9"), head), [
    broken("custody.unknown-item", "There is no exhibit A-9."),
  ]);
  desk.do("destruction-proposed", destroying("A-1"), person(2, "case-officer"));
  const last = desk.matter?.events.at(-1);
  assert.deepEqual(
    desk.matter?.evidence.map(({ destruction }) => destruction),
    [{ reason: "The case is over", authorisation, at: now, by: last?.by, event: last?.id }, undefined],
  );
  assert.deepEqual(desk.refusals("destruction-proposed", destroying("A-1"), head), [
    broken("custody.destruction-proposed", "Somebody has proposed it already."),
  ]);
  assert.deepEqual(desk.refusals("custody-recorded", destroyed, custodian), [
    refusal("role-not-allowed", { found: "evidence-custodian", expected: "head-of-office, approver" }),
  ]);
  assert.deepEqual(desk.refusals("custody-recorded", destroyed, head), [
    refusal("same-person", { guard: "four-eyes", found: "proposed it" }),
  ]);
  desk.do("destruction-declined", decline("A-1"), head);
  assert.deepEqual(
    desk.matter?.evidence.map(({ destruction }) => destruction),
    [undefined, undefined],
  );
  desk.do("destruction-proposed", destroying("A-1"), custodian);
  const collected = { custody: step("A-1", "collected", { authorisation, from: { holder: "the suspect" }, to: room }) };
  desk.do("custody-recorded", collected, custodian);
  assert.ok(desk.matter?.evidence[0]?.destruction !== undefined, "what happens meanwhile leaves the proposal");
  desk.do("custody-recorded", destroyed, approver);
  assert.deepEqual(
    desk.matter?.evidence.map(({ state, destruction }) => [state.standing, destruction]),
    [
      ["destroyed", undefined],
      ["in-custody", undefined],
    ],
  );
  assert.deepEqual(desk.refusals("destruction-proposed", destroying("A-1"), head), [
    broken("custody.after-end", "The item was destroyed, or is on its way."),
  ]);
});

test("an event about evidence that was never described, or twice, does not add up", () => {
  const desk = receivedRequest();
  const described = desk.do("custody-recorded", found("A-1"), custodian).events.at(-1);
  assert.ok(described !== undefined && desk.matter !== undefined);
  const next = { ...described, sequence: described.sequence + 1 };
  const twice = apply(desk.type, desk.matter, next);
  assert.ok(isFoldProblem(twice));
  assert.deepEqual([twice.problem, twice.expected], ["data-unfit", "data of custody-recorded"]);
  const { item: _item, ...alone } = described.data;
  const before = receivedRequest().matter;
  const never = apply(desk.type, before, { ...described, data: alone });
  assert.ok(isFoldProblem(never));
  assert.equal(never.problem, "data-unfit");
  assert.equal(desk.matter.id, uuid(1));
});
