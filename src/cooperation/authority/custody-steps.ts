import {
  type CustodyEvent,
  custodyEventName,
  type EvidenceItem,
  evidenceItemSchema,
  stageRules,
} from "../custody/index.ts";
import { apply, type Command, decide, type HeldItem, isFoldProblem, isRefused, type Matter } from "../matter/index.ts";
import { fileIdOf, type StoredFile } from "../vault/index.ts";
import { type Digest, digestOf, type EventId, type Json, type JsonObject, jsonObjectSchema } from "../words/index.ts";
import type { CustodyOrder, IntakeOrder } from "./evidence-service.ts";
import { eventAfter, newEventId } from "./identifier.ts";
import { scopeOf } from "./reading.ts";
import type { CommandOutcome, Worker } from "./service.ts";
import type { TypedMatter, Workshop } from "./workshop.ts";

/** Where the vault stands in a chain of custody. */
const vaultPlace = "vault";

/** One entry of a chain of custody that is to be recorded. */
export interface CustodyStep {
  readonly id: EventId;
  readonly custody: JsonObject;
  readonly item?: EvidenceItem;
}

/** Without what is undefined, which JSON cannot say. */
function plain(value: Readonly<Record<string, unknown>>): JsonObject {
  return jsonObjectSchema.parse(Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)));
}

/** What came since somebody saw a matter, for whom it comes in between. */
export function since({ events }: TypedMatter["matter"], expected: number) {
  return events
    .slice(expected)
    .slice(-20)
    .map(({ name, at, by }) => ({ name, at, by }));
}

/** An entry as the command that records it. */
export function custodyCommand(
  { parts }: Workshop,
  { id: matter }: Pick<Matter, "id">,
  { id, custody, item }: CustodyStep,
  expectedSequence: number,
): Command {
  const data: JsonObject = {
    custody: { authority: parts.authority, ...custody },
    ...(item === undefined ? {} : { item: plain(item) }),
  };
  return { id, matter, expectedSequence, name: custodyEventName, data };
}

/** Stands for a content that is here and not looked at yet. */
export const assumedFile: StoredFile = {
  format: "justitia-file/1",
  plaintext: digestOf(""),
  bytes: 0,
  ciphertext: digestOf(""),
  ciphertextBytes: 0,
};

/**
 * What would come of entries, were their contents as presumed: so that nobody waits for a large content to be read, or
 * copied, to be told that a number is taken. Undefined where nothing stands against them.
 */
export function foreseen(
  workshop: Workshop,
  who: Worker,
  { type, matter }: TypedMatter,
  expectedSequence: number,
  steps: readonly CustodyStep[],
): CommandOutcome | undefined {
  const now = workshop.parts.now();
  const actor = scopeOf(who);
  let held = matter;
  for (const [index, step] of steps.entries()) {
    const command = custodyCommand(workshop, held, step, index === 0 ? expectedSequence : held.sequence);
    const newId = () => newEventId(now, workshop.parts.random);
    const decision = decide(type, held, command, { actor, side: matter.side, now, newEventId: newId });
    if (isRefused(decision))
      return decision.refusals.some(({ code }) => code === "changed-meanwhile")
        ? { kind: "conflict", since: since(matter, expectedSequence) }
        : { kind: "refused", refusals: decision.refusals };
    for (const event of decision.events) {
      const after = apply(type, held, event);
      if (isFoldProblem(after)) return undefined;
      held = after;
    }
  }
  return undefined;
}

/** What is recorded when an item comes in: how it came to be known, its content, and where it is kept. */
export function intakeSteps(own: string, order: IntakeOrder, stored: StoredFile | undefined): CustodyStep[] {
  const { command, origin, reason, place } = order;
  const { exhibitNumber } = order.item;
  const item: EvidenceItem = stored === undefined ? order.item : { ...order.item, bytes: stored.bytes };
  const content: Record<string, Json> =
    stored === undefined ? {} : { hashAfter: stored.plaintext, file: fileIdOf(stored) };
  const kept = stored === undefined ? place : vaultPlace;
  const here: JsonObject = { holder: own, ...(kept === undefined ? {} : { place: kept }) };
  const step = (id: EventId, more: JsonObject, first?: EvidenceItem): CustodyStep => ({
    id,
    custody: { exhibitNumber, reason, ...more },
    ...(first === undefined ? {} : { item: first }),
  });
  switch (origin.kind) {
    case "identified":
      return [step(command, { stage: "identified" }, item)];
    case "received":
      return [
        step(
          command,
          {
            stage: "received",
            from: { holder: origin.from },
            to: here,
            ...(origin.authorisation === undefined ? {} : { authorisation: plain(origin.authorisation) }),
            ...content,
          },
          item,
        ),
      ];
    case "acquired": {
      const authorisation = plain(origin.authorisation);
      return [
        step(command, { stage: "identified" }, item),
        step(eventAfter(command, "acquired"), { stage: "acquired", tool: origin.tool, authorisation, ...content }),
        step(eventAfter(command, "stored"), { stage: "stored", to: here }),
      ];
    }
    default:
      return origin satisfies never;
  }
}

/** What is recorded when something is done to an item; a copy begins a chain of its own. */
export function actSteps(
  own: string,
  order: CustodyOrder,
  held: HeldItem,
  hashAfter: Digest | undefined,
  copy: StoredFile | undefined,
): CustodyStep[] {
  const { command, exhibit, stage, reason, authorisation, seal, to, tool, result } = order;
  const needs: readonly string[] = stageRules[stage].needs;
  const { custodian } = held.state;
  const from: CustodyEvent["from"] = needs.includes("from") ? (custodian ?? { holder: own }) : undefined;
  const act: CustodyStep = {
    id: command,
    custody: plain({
      exhibitNumber: exhibit,
      stage,
      reason,
      authorisation: authorisation === undefined ? undefined : plain(authorisation),
      seal,
      from: from === undefined ? undefined : plain(from),
      to: to === undefined ? undefined : plain(to),
      tool,
      result,
      hashAfter,
    }),
  };
  if (copy === undefined || result === undefined) return [act];
  const item = plain({
    exhibitNumber: result,
    rootExhibitNumber: held.item.rootExhibitNumber ?? exhibit,
    kind: held.item.kind,
    description: held.item.description,
    fileName: held.item.fileName,
    bytes: copy.bytes,
  });
  const begins: CustodyStep = {
    id: eventAfter(command, "copy"),
    custody: {
      exhibitNumber: result,
      stage: "received",
      reason,
      from: { holder: own, place: exhibit },
      to: { holder: own, place: vaultPlace },
      hashAfter: copy.plaintext,
      file: fileIdOf(copy),
    },
  };
  return [act, { ...begins, item: evidenceItemSchema.parse(item) }];
}
