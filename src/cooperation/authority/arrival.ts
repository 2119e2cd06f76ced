import { matterTypeDigest } from "../definitions/index.ts";
import type { ArrivedMessage, DeliveryOutcome, EvidenceReason } from "../exchange/index.ts";
import type { AuthorityTransaction, Correspondence } from "../exchange-store/index.ts";
import { apply, decide, isFoldProblem, isRefused, type Matter, type Refusal } from "../matter/index.ts";
import { eraseAgain } from "../store/index.ts";
import type { AuthorityId, JsonObject, MatterId } from "../words/index.ts";
import { type Carried, carryOut } from "./carry-out.ts";
import { takePayload } from "./content-receiving.ts";
import { eventAfter, matterOpenedBy, newEventId } from "./identifier.ts";
import { eventLetterSchema, type LetterEvent, type RequestLetter, requestLetterSchema } from "./letter.ts";
import { noteArrival, noteArrivalInMatter } from "./notification-service.ts";
import { isLogNotice, takeLogNotice } from "./witnessing.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

const notDelivered = (code: string, details: string): DeliveryOutcome => ({ notDelivered: [{ code, details }] });

/**
 * Takes an arrived message in, in the transaction that marks it as delivered: what the other authority did is decided by
 * the same rules as what a person does here, as its doing, and appended.
 */
export async function takeIn(
  workshop: Workshop,
  message: ArrivedMessage,
  transaction: AuthorityTransaction,
): Promise<DeliveryOutcome> {
  const { envelope } = message;
  const directory = await transaction.enter({ kind: "system" });
  const sender = (await directory.partners()).find(({ authority }) => authority === envelope.from);
  if (sender?.active !== true) return notDelivered("unknown-partner", "the sender is not among the partners");
  if (envelope.kind === "request") return await openArrived(workshop, message, transaction);
  if (envelope.kind === "event") return await addArrived(workshop, message, transaction);
  const { records } = workshop.parts;
  if (records !== undefined && envelope.kind === "payload")
    return await takePayload(workshop, records, message, transaction, patienceLeft(workshop, message));
  if (records !== undefined && isLogNotice(message))
    return await takeLogNotice(workshop, records, message, transaction);
  return (
    (await workshop.parts.otherMessages?.(message, transaction)) ??
    notDelivered("not-handled", "messages of this kind are not taken here")
  );
}

async function openArrived(
  workshop: Workshop,
  message: ArrivedMessage,
  transaction: AuthorityTransaction,
): Promise<DeliveryOutcome> {
  const { envelope } = message;
  const read = requestLetterSchema.safeParse(envelope.body);
  if (!read.success) return notDelivered("bad-letter", "the request cannot be read");
  const letter = read.data;
  const type = workshop.typeOf(letter.type.id, letter.type.version);
  if (type === undefined || matterTypeDigest(type) !== letter.type.digest)
    return notDelivered("unknown-matter-type", `${letter.type.id} version ${letter.type.version}`);
  for (const { id } of [letter.event, ...letter.attachments])
    if (await transaction.correspondence.knowsEvent(id)) return notDelivered("event-known", id);

  const matter = matterOpenedBy(envelope.id);
  const steps = openingSteps(letter, envelope.from);
  const refusals = rehearsed(workshop, type, matter, envelope.from, steps);
  if (refusals.length > 0) return { notDelivered: refusals.slice(0, 16).map(reasonOf) };
  let held: Matter | undefined;
  for (const [index, event] of steps.entries()) {
    const place = { type, before: held, matter, from: envelope.from };
    const key = index === 0 ? envelope.id : eventAfter(event.id, "attached with");
    const carried = await addEvent(workshop, transaction, place, event, key);
    if (carried.kind !== "done" && index === 0) return reasonsOf(carried);
    if (carried.kind !== "done") throw new Error(`a document of request ${envelope.id} was not taken`);
    held = carried.matter;
  }
  await transaction.correspondence.begin({
    partner: envelope.from,
    request: envelope.id,
    matter,
    sent: 0,
    received: 1,
  });
  await track(transaction, message, matter, letter.event.name);
  await noteArrival(workshop, transaction, matter, envelope.id);
  return "delivered";
}

/** A request is a new matter here, with the documents that are announced with it. */
function openingSteps(letter: RequestLetter, partner: AuthorityId): LetterEvent[] {
  const { type, event, values, attachments } = letter;
  const opened: JsonObject = { type: type.id, typeVersion: type.version, side: "requested", partner, values };
  return [{ ...event, name: "opened", data: opened }, ...attachments];
}

/** What speaks against a request as a whole, so that it is taken whole or not at all. */
function rehearsed(
  { parts }: Workshop,
  type: TypedMatter["type"],
  matter: MatterId,
  from: AuthorityId,
  steps: readonly LetterEvent[],
): readonly Refusal[] {
  let held: Matter | undefined;
  for (const { id, name, data } of steps) {
    const command = { id, matter, expectedSequence: held?.sequence ?? 0, name, data };
    const decision = decide(type, held, command, {
      actor: { kind: "authority", authority: from },
      side: "requested",
      now: parts.now(),
      newEventId: () => newEventId(parts.now(), parts.random),
    });
    if (isRefused(decision)) return decision.refusals;
    for (const event of decision.events) {
      const next = apply(type, held, event);
      if (isFoldProblem(next)) throw new TypeError(`${name} was decided and does not add up: ${next.problem}`);
      held = next;
    }
  }
  return [];
}

async function addArrived(
  workshop: Workshop,
  message: ArrivedMessage,
  transaction: AuthorityTransaction,
): Promise<DeliveryOutcome> {
  const { envelope } = message;
  const read = eventLetterSchema.safeParse(envelope.body);
  if (!read.success) return notDelivered("bad-letter", "the message cannot be read");
  const { correspondence: request, number, event } = read.data;
  const correspondence = await transaction.correspondence.with(envelope.from, request);
  const patient = patienceLeft(workshop, message);
  if (correspondence === undefined)
    return patient ? "later" : notDelivered("unknown-correspondence", "nothing arrived that this belongs to");
  const next = correspondence.received + 1;
  if (number > next)
    return patient ? "later" : notDelivered("earlier-message-missing", `message ${next} did not arrive`);
  if (number < next) return notDelivered("number-taken", `message ${number} came before`);
  return await addNext(workshop, message, transaction, correspondence, event);
}

/** What comes before may still be on its way for as long as a sender tries. */
function patienceLeft({ node }: Workshop, { receivedAt }: ArrivedMessage): boolean {
  return Date.parse(node.now()) - Date.parse(receivedAt) < node.retryPolicy.giveUpAfter;
}

async function addNext(
  workshop: Workshop,
  message: ArrivedMessage,
  transaction: AuthorityTransaction,
  correspondence: Correspondence,
  event: LetterEvent,
): Promise<DeliveryOutcome> {
  const { envelope } = message;
  const counted = { ...correspondence, received: correspondence.received + 1 };
  const view = await transaction.enter({ kind: "system" });
  if ((await view.matter(correspondence.matter))?.erasedAt !== undefined) {
    await track(transaction, message, correspondence.matter, event.name);
    await transaction.correspondence.count(counted);
    await eraseAgain(transaction.sql, correspondence.matter);
    return notDelivered("matter-closed", "");
  }
  const history = await view.events(correspondence.matter);
  const { type, matter } = matterFrom(
    workshop,
    history.map((stored) => stored.event),
  );
  if (!matter.events.some(({ id }) => id === event.id) && (await transaction.correspondence.knowsEvent(event.id))) {
    await track(transaction, message, matter.id, event.name);
    await transaction.correspondence.count(counted);
    return notDelivered("event-known", event.id);
  }
  const place = { type, before: matter, matter: matter.id, from: envelope.from };
  const carried: Carried = happenedHere({ type, matter }, event)
    ? { kind: "done", matter, repeated: true }
    : await addEvent(workshop, transaction, place, event, envelope.id);
  if (carried.kind === "not-appended" && carried.outcome.kind === "conflict") return "later";
  await track(transaction, message, matter.id, event.name);
  // What is not taken still has its place in the order, or everything after it would wait for ever.
  await transaction.correspondence.count(counted);
  if (carried.kind !== "done") return reasonsOf(carried);
  await noteArrivalInMatter(workshop, transaction, type, carried.matter, envelope.id);
  return "delivered";
}

/** A clock that runs on both sides makes the same step on both: the other side's is not made a second time. */
function happenedHere({ type, matter }: TypedMatter, event: LetterEvent): boolean {
  const last = matter.steps.at(-1);
  const byClock = type.clocks.some(({ atExpiry }) => atExpiry.transition === event.name);
  return byClock && last?.name === event.name && last.by.kind === "system";
}

async function addEvent(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  place: {
    readonly type: TypedMatter["type"];
    readonly before: Matter | undefined;
    readonly matter: MatterId;
    readonly from: AuthorityId;
  },
  event: LetterEvent,
  key: string,
): Promise<Carried> {
  const { type, before, matter, from } = place;
  return await carryOut(workshop, transaction, {
    type,
    before,
    command: { id: event.id, matter, expectedSequence: before?.sequence ?? 0, name: event.name, data: event.data },
    actor: { kind: "authority", authority: from },
    side: before?.side ?? "requested",
    scope: { kind: "system" },
    key,
  });
}

function reasonsOf(carried: Exclude<Carried, { kind: "done" }>): DeliveryOutcome {
  if (carried.kind === "refused") return { notDelivered: carried.refusals.slice(0, 16).map(reasonOf) };
  return notDelivered(carried.outcome.kind, "at" in carried.outcome ? `at ${carried.outcome.at}`.slice(0, 500) : "");
}

/** The code and the place of a refusal: what the state here is stays here. */
function reasonOf({ code, field, article }: Refusal): EvidenceReason {
  return {
    code,
    details: [field, article]
      .filter((part) => part !== undefined)
      .join(", ")
      .slice(0, 500),
  };
}

async function track(
  transaction: AuthorityTransaction,
  { envelope, receivedAt }: ArrivedMessage,
  matter: MatterId,
  event: string,
): Promise<void> {
  await transaction.correspondence.addMessage({
    sender: envelope.from,
    message: envelope.id,
    matter,
    direction: "incoming",
    event,
    at: receivedAt,
  });
}
