import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  contentsDigest,
  eventDigest,
  eventHeadSchema,
  headOf,
  type JsonObject,
  matterEventSchema,
  matterIdSchema,
  sealedEventDigest,
} from "../words/index.ts";
import { contentsDigestWith, matterKeys, SealBroken } from "./index.ts";

const chance = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const keys = matterKeys(new Uint8Array(32).fill(1), chance);
const matter = matterIdSchema.parse("01890a5d-ac96-774b-bcce-000000000001");
const other = matterIdSchema.parse("01890a5d-ac96-774b-bcce-000000000002");
const head = eventHeadSchema.parse({
  id: "01890a5d-ac96-774b-bcce-000000000003",
  matter,
  sequence: 3,
  name: "note",
  at: "2026-03-01T10:00:00.000Z",
  by: { kind: "system" },
});

const contents = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)));

test("what is closed opens again under the key as it is kept, and says nothing of what it holds", () => {
  fc.assert(
    fc.property(contents, (data: JsonObject) => {
      const key = keys.make(matter);
      const sealed = key.seal(head, data);
      assert.deepEqual(keys.unwrap(matter, key.wrapped).open(head, sealed), data);
      assert.notDeepEqual(key.seal(head, data), sealed);
      const closed = key.close(head, data);
      assert.deepEqual(key.open(head, closed.sealed), data);
      assert.equal(closed.contents, contentsDigestWith(key, head, data));
    }),
    { numRuns: 100, seed: 7 },
  );
  const secret = "the witness is called Ravenscroft";
  assert.ok(!Buffer.from(keys.make(matter).seal(head, { text: secret })).includes("Ravenscroft"));
});

test("contents open at their own event only, under their own key only, and unchanged only", () => {
  const key = keys.make(matter);
  const sealed = key.seal(head, { text: "a" });
  const elsewhere = [
    { ...head, matter: other },
    { ...head, sequence: 4 },
    { ...head, name: "closed" },
    { ...head, id: eventHeadSchema.shape.id.parse(other) },
  ];
  for (const place of elsewhere) assert.throws(() => key.open(place, sealed), SealBroken);
  assert.throws(() => keys.make(matter).open(head, sealed), SealBroken);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    assert.throws(() => key.open(head, changed), SealBroken, `byte ${at}`);
  }
  for (const length of [0, 1, 28, sealed.length - 1])
    assert.throws(() => key.open(head, sealed.subarray(0, length)), SealBroken);
});

test("a key opens with the secret of its authority and for its own matter only", () => {
  const { wrapped } = keys.make(matter);
  assert.throws(() => keys.unwrap(other, wrapped), SealBroken);
  assert.throws(() => matterKeys(new Uint8Array(32).fill(2), chance).unwrap(matter, wrapped), SealBroken);
  assert.throws(() => matterKeys(new Uint8Array(31), chance), RangeError);
});

test("a text opens for the purpose that it was closed for", () => {
  const key = keys.make(matter);
  assert.equal(key.openText("reason", key.sealText("reason", "法")), "法");
  assert.throws(() => key.openText("name", key.sealText("reason", "a")), SealBroken);
});

test("the digest of an event can be computed anew with its contents and without them, and tells nothing of them", () => {
  const key = keys.make(matter);
  const event = matterEventSchema.parse({ ...head, data: { answer: "yes" } });
  const kept = contentsDigestWith(key, head, event.data);
  assert.equal(contentsDigest(event.data, key.salt(head)), kept);
  assert.equal(sealedEventDigest(headOf(event), kept), sealedEventDigest(head, kept));
  assert.notEqual(sealedEventDigest(head, kept), eventDigest(event));
  assert.notEqual(sealedEventDigest({ ...head, name: "closed" }, kept), sealedEventDigest(head, kept));
  // Who knows everything but the key, and guesses the contents, cannot find out that the guess is right.
  assert.notEqual(contentsDigestWith(keys.make(matter), head, event.data), kept);
  assert.notDeepEqual(key.salt(head), key.salt({ id: eventHeadSchema.shape.id.parse(other) }));
  assert.throws(() => contentsDigest(event.data, new Uint8Array(31)), RangeError);
});
