import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../words/index.ts";
import { codes, consultation, Desk, now, partner, typeOf } from "./desk.test.ts";
import { exampleValues, missing } from "./index.ts";

const assistance = typeOf("mutual-legal-assistance");

function received(values: Readonly<Record<string, Json>>): Desk {
  const desk = new Desk(assistance, "requested");
  desk.open(exampleValues(assistance, now, values), partner);
  return desk;
}
const runningAt = (desk: Desk): string[] => (desk.matter?.clocks ?? []).map(({ clock }) => clock).sort();

test("the facts are left out only where nothing but the service of documents is asked", () => {
  const service = { "forms-of-help": ["service-of-documents"] };
  const lacking = (forms: readonly string[]): boolean => {
    const { facts: _, ...values } = exampleValues(assistance, now, service);
    const desk = new Desk(assistance, "requesting");
    const matter = desk.open({ ...values, "forms-of-help": forms });
    return missing(assistance, matter).some(({ field }) => field === "facts");
  };
  assert.equal(lacking(["service-of-documents"]), false);
  const forms = assistance.fields.find(({ id }) => id === "forms-of-help")?.choices ?? [];
  assert.equal(forms.length, 11);
  for (const { id } of forms) {
    if (id === "service-of-documents") continue;
    assert.equal(lacking([id]), true, id);
    assert.equal(lacking(["service-of-documents", id]), true, `service of documents and ${id}`);
  }
});

test("the clocks of a European Investigation Order run under it alone, from its receipt", () => {
  const order = received({ "legal-bases": ["eio"] });
  assert.deepEqual(runningAt(order), ["eio-acknowledgement", "eio-decision"]);
  order.do("acknowledged");
  assert.deepEqual(runningAt(order), ["eio-acknowledgement", "eio-decision"]);
  order.agree("accepted");
  assert.deepEqual(runningAt(order), ["eio-acknowledgement", "eio-decision", "eio-execution"]);
  assert.deepEqual(
    order.matter?.clocks.filter(({ stoppedAt }) => stoppedAt === undefined).map(({ clock }) => clock),
    ["eio-execution"],
  );
  const freezing = received({ "legal-bases": ["eio"], "provisional-measure": true });
  assert.deepEqual(runningAt(freezing), ["eio-acknowledgement", "eio-decision", "eio-provisional-measure"]);
  const treaty = received({ "legal-bases": ["untoc"], "provisional-measure": true });
  treaty.do("acknowledged");
  treaty.agree("accepted");
  assert.deepEqual(
    runningAt(treaty).filter((clock) => clock.startsWith("eio")),
    [],
  );
  assert.deepEqual(runningAt(treaty), ["acknowledgement", "decision"]);
});

test("a refusal gives grounds of the instrument that the request rests on, and of no other", () => {
  const tried = (bases: readonly string[], ground: string): string[] => {
    const desk = received({ "legal-bases": bases });
    desk.do("acknowledged");
    desk.do("consultation-held", consultation);
    const data = { name: "refused", data: { grounds: [ground], reasons: "As the ground says" } };
    const decision = desk.try("proposed", data);
    return "refusals" in decision ? codes(decision.refusals) : [];
  };
  assert.deepEqual(tried(["untoc"], "essential-interests"), []);
  assert.deepEqual(tried(["untoc"], "eio-fundamental-rights"), ["ground-unknown"]);
  assert.deepEqual(tried(["eio"], "eio-fundamental-rights"), []);
  assert.deepEqual(tried(["eio"], "essential-interests"), ["ground-unknown"]);
});
