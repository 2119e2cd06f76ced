import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instantSchema } from "../words/index.ts";
import { instantOf, millisecondsOf } from "./identifier.ts";
import {
  afterFailure,
  deliverDue,
  isRefused,
  type Post,
  receive,
  resume,
  sendDue,
  sendingFrom,
  submit,
  usualRetryPolicy,
} from "./index.ts";
import { SetClock, seededChance, twoAuthorities } from "./simulation/node.ts";

const begin = instantSchema.parse("2026-03-02T08:00:00.000Z");

test("the pause doubles up to an hour, and chance takes at most half of it", () => {
  const pauseAfter = (failures: number, chance: number): number => {
    const sending = { ...sendingFrom(begin, usualRetryPolicy), failures };
    return (
      millisecondsOf(afterFailure(sending, begin, chance, "down", usualRetryPolicy).nextAttemptAt) -
      millisecondsOf(begin)
    );
  };
  assert.deepEqual(
    [0, 1, 2, 3].map((failures) => pauseAfter(failures, 0)),
    [2_500, 5_000, 10_000, 20_000],
  );
  assert.equal(pauseAfter(50, 0), 1_800_000);
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
      const full = Math.min(3_600_000, 5_000 * 2 ** Math.min(failures, 40));
      const pause = pauseAfter(failures, chance);
      return pause >= full / 2 && pause <= full;
    }),
    { seed: 1 },
  );
});

test("a sender gives up after the limit, and not a moment before", () => {
  const sending = sendingFrom(begin, usualRetryPolicy);
  const limit = millisecondsOf(begin) + usualRetryPolicy.giveUpAfter;
  assert.equal(afterFailure(sending, instantOf(limit - 1), 0.5, "down", usualRetryPolicy).state, "waiting");
  assert.equal(afterFailure(sending, instantOf(limit), 0.5, "down", usualRetryPolicy).state, "given-up");
});

test("what nobody answers goes to a person with an evidence of failure, is kept, and goes on under the same identifier", async () => {
  const clock = new SetClock();
  const { arcadia, bensalem } = await twoAuthorities(clock, seededChance(5));
  const { message } = await arcadia.node.store.transaction((transaction) =>
    submit(arcadia.node, transaction, { to: bensalem.own.authority, kind: "request", body: { offence: "0101" } }),
  );
  const down: Post = async () => ({ problem: "not reached" });
  let attempts = 0;
  while (arcadia.store.tables.waiting.size > 0) {
    await sendDue(arcadia.node, down, 10);
    const entry = arcadia.store.tables.outbox.get(message.id);
    assert.ok(entry);
    assert.equal(entry.lastProblem, "not reached");
    clock.milliseconds = millisecondsOf(entry.nextAttemptAt);
    attempts += 1;
  }
  assert.ok(attempts > 168 && attempts < 500, `${attempts} attempts in a week`);
  assert.deepEqual(arcadia.notes, [{ what: "given-up", message: message.id }]);
  assert.ok(arcadia.store.tables.evidence.has(`arcadia-central ${message.id} RelayREMMDFailure`));
  const again = () => arcadia.node.store.transaction((transaction) => resume(arcadia.node, transaction, message.id));
  assert.equal(await again(), true);
  assert.equal(await again(), false);
  await sendDue(
    arcadia.node,
    async (_, sealed) => {
      const outcome = await receive(bensalem.node, sealed);
      return isRefused(outcome) ? { problem: "refused" } : outcome;
    },
    10,
  );
  assert.equal(await deliverDue(bensalem.node, 10), 1);
  assert.ok(bensalem.store.tables.applied.has(`arcadia-central ${message.id}`));
  assert.equal(arcadia.store.tables.outbox.get(message.id)?.state, "acknowledged");
});
