import assert from "node:assert/strict";
import type { JsonObject } from "../../words/index.ts";
import { envelopeOf, transmissionText } from "../envelope.ts";
import {
  type Answer,
  type Envelope,
  envelopeText,
  isRefused,
  messageIdSchema,
  type Post,
  type Refused,
  receive,
  submit,
} from "../index.ts";
import { seal, sealedTypes, sign, signedTypes } from "../sealed.ts";
import { SetClock, type SimulatedAuthority, seededChance, twoAuthorities } from "./node.ts";

export async function setting() {
  const clock = new SetClock();
  const chance = seededChance(7);
  return { clock, chance, ...(await twoAuthorities(clock, chance)) };
}

/** A line that loses nothing, and keeps what went over it. */
export function line(to: SimulatedAuthority, seen: string[] = []): Post {
  return async (_, sealed) => {
    seen.push(sealed);
    const outcome = await receive(to.node, sealed);
    return isRefused(outcome) ? { problem: "refused" } : outcome;
  };
}

export async function write(from: SimulatedAuthority, to: SimulatedAuthority, body: JsonObject = { offence: "0101" }) {
  const submission = { to: to.own.authority, kind: "request", body } as const;
  return await from.node.store.transaction((transaction) => submit(from.node, transaction, submission));
}

export function answerOf(outcome: Answer | Refused): string {
  assert.ok(!isRefused(outcome), JSON.stringify(outcome));
  return outcome.sealedAnswer;
}

/** Signs and encrypts an envelope as its sender would. */
export async function sealedMessage(
  from: SimulatedAuthority,
  to: SimulatedAuthority,
  envelope: Envelope,
  submission: string | null = null,
): Promise<string> {
  const [signing] = from.keys.signing;
  const recipient = to.own.introduction.keys.find(({ use }) => use === "encryption");
  assert.ok(signing && recipient);
  const text = transmissionText(envelopeText(envelope), submission);
  return await seal(await sign(text, signedTypes.message, signing), sealedTypes.message, recipient);
}

let counter = 0;
export function notice(from: SimulatedAuthority, to: SimulatedAuthority, change: Partial<Envelope> = {}): Envelope {
  counter += 1;
  const { bodyDigest, ...rest } = envelopeOf({
    id: messageIdSchema.parse(`019cad90-96b2-7d28-b767-${String(counter).padStart(12, "0")}`),
    from: from.own.authority,
    to: to.own.authority,
    sentAt: from.node.now(),
    kind: "key-update",
    inReplyTo: null,
    body: { add: [], revoke: [] },
  });
  return {
    ...envelopeOf({ ...rest, ...change }),
    ...(change.bodyDigest === undefined ? {} : { bodyDigest: change.bodyDigest }),
  };
}
