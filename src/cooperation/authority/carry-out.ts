import { type MatterType, matterTypeDigest, type Transition } from "../definitions/index.ts";
import { type EvidenceName, type MessageId, remEvidences, submit } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  apply,
  type Command,
  type Context,
  decide,
  isFoldProblem,
  isRefused,
  type Matter,
  messageOf,
  type Refusal,
  sharedValues,
} from "../matter/index.ts";
import type { AppendOutcome, Directory, Scope } from "../store/index.ts";
import type { EventId, JsonObject, MatterEvent } from "../words/index.ts";
import { sendDocuments } from "./content-sending.ts";
import { newEventId } from "./identifier.ts";
import { eventLetter, letterEvent } from "./letter.ts";
import { NotSendable } from "./not-sendable.ts";
import { calendarsFor, projected, type TypedMatter, type Workshop } from "./workshop.ts";

/** What a command came to. */
export type Carried =
  | { readonly kind: "done"; readonly matter: Matter; readonly repeated: boolean }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] }
  | { readonly kind: "not-appended"; readonly outcome: Exclude<AppendOutcome, { kind: "appended" }> };

export interface Order {
  readonly type: MatterType;
  readonly before: Matter | undefined;
  readonly command: Command;
  readonly actor: Context["actor"];
  readonly side: Context["side"];
  /** Under whose rights the database is written. */
  readonly scope: Scope;
  /** Whether the person says who may know of a matter that the database does not show to the person. */
  readonly overseeing?: boolean;
  /** Identifier under which a repeat is known; that of the command unless the order came by a message. */
  readonly key?: string;
}

/**
 * Decides a command and keeps what it comes to: events, projection, entries of the log and the messages that the other
 * side gets, all in the transaction.
 *
 * @throws NotSendable where a message that follows is not accepted for sending.
 */
export async function carryOut(workshop: Workshop, transaction: AuthorityTransaction, order: Order): Promise<Carried> {
  const { type, before, command, actor, side } = order;
  const now = workshop.parts.now();
  const decision = decide(type, before, command, {
    actor,
    side,
    now,
    newEventId: () => newEventId(now, workshop.parts.random),
  });
  if (isRefused(decision)) return { kind: "refused", refusals: decision.refusals };
  if (decision.repeated && before !== undefined) return { kind: "done", matter: before, repeated: true };
  return await keep(workshop, transaction, order, decision.events);
}

async function keep(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { type, before, command, scope, overseeing = false, key }: Order,
  events: readonly MatterEvent[],
): Promise<Carried> {
  const stages = stagesOf(type, before, events);
  const matter = stages.at(-1)?.after;
  if (matter === undefined) throw new TypeError("a command that is carried out leaves an event");
  const directory = await transaction.enter({ kind: "system" });
  const states = await calendarsFor(workshop, directory, matter.partner);
  const outcome = await transaction.append(scope, {
    command: key ?? command.id,
    at: workshop.parts.now(),
    matter: matter.id,
    expectedSequence: before?.sequence ?? 0,
    events,
    projection: projected(workshop, { type, matter }, states),
    overseeing,
  });
  if (outcome.kind !== "appended") return { kind: "not-appended", outcome };
  if (outcome.repeated) return { kind: "done", matter, repeated: true };
  let held: Matter = matter;
  for (const [place, { before: known, event, after }] of stages.entries()) {
    const digest = outcome.digests[place];
    if (digest === undefined) throw new TypeError("each event that was written has its digest");
    await transaction.appendToLog(digest);
    if (known === undefined || messageOf(type, known, event) === undefined) continue;
    const request = await send(workshop, transaction, directory, { type, matter: after }, event);
    const { records } = workshop.parts;
    if (records !== undefined)
      await sendDocuments(
        workshop,
        records,
        transaction,
        after,
        request === undefined ? attached(after, event) : after.attachments,
      );
    if (request !== undefined) held = await submitted(workshop, transaction, { type, matter: held }, request);
  }
  return { kind: "done", matter: held, repeated: false };
}

/** The document that an event added. */
const attached = ({ attachments }: Matter, { id }: MatterEvent): Matter["attachments"] =>
  attachments.filter(({ event }) => event === id);

interface Stage {
  readonly before: Matter | undefined;
  readonly event: MatterEvent;
  readonly after: Matter;
}

function stagesOf(type: MatterType, before: Matter | undefined, events: readonly MatterEvent[]): Stage[] {
  const stages: Stage[] = [];
  let held = before;
  for (const event of events) {
    const after = apply(type, held, event);
    if (isFoldProblem(after)) throw new TypeError(`${event.name} was decided and does not add up: ${after.problem}`);
    stages.push({ before: held, event, after });
    held = after;
  }
  return stages;
}

function notSendable(reason: string, field: string | undefined): NotSendable {
  return new NotSendable([
    {
      code: "data-invalid",
      message: "refusal.data-invalid",
      field,
      guard: undefined,
      article: undefined,
      found: "",
      expected: reason,
    },
  ]);
}

/** Queues the message about an event; the identifier of the request when this one opens the matter at the other side. */
async function send(
  { node, parts }: Workshop,
  transaction: AuthorityTransaction,
  directory: Directory,
  { type, matter }: TypedMatter,
  event: MatterEvent,
): Promise<MessageId | undefined> {
  const { partner } = matter;
  await transaction.enter({ kind: "system" });
  const known =
    partner === undefined ? undefined : (await directory.partners()).find((one) => one.authority === partner);
  if (partner === undefined || known?.active !== true)
    throw notSendable("an authority that is in the directory and active", "partner");
  const correspondence = await transaction.correspondence.of(matter.id);
  const opening = event.name === type.opening;
  if (!opening && correspondence === undefined)
    throw notSendable("a request that went through the exchange", "partner");
  const number = (correspondence?.sent ?? 0) + 1;
  const body: JsonObject =
    correspondence === undefined
      ? requestLetter({ type, matter }, event)
      : eventLetter(correspondence.request, number, event);
  const sent = await submit(
    node,
    transaction,
    correspondence === undefined
      ? { to: partner, kind: "request", body }
      : { to: partner, kind: "event", body, inReplyTo: correspondence.request },
  );
  if (!sent.accepted)
    throw notSendable(sent.evidence.evidence.reasons.map(({ details }) => details).join("; "), "partner");
  const { id } = sent.message;
  if (correspondence === undefined)
    await transaction.correspondence.begin({ partner, request: id, matter: matter.id, sent: 1, received: 0 });
  else await transaction.correspondence.count({ ...correspondence, sent: number });
  await transaction.correspondence.addMessage({
    sender: parts.authority,
    message: id,
    matter: matter.id,
    direction: "outgoing",
    event: event.name,
    at: event.at,
  });
  return correspondence === undefined ? id : undefined;
}

function requestLetter({ type, matter }: TypedMatter, event: MatterEvent): JsonObject {
  const attachments = matter.events
    .filter(({ name, data }) => name === "attachment-added" && data.shared === true)
    .map((attached) => ({ ...letterEvent(attached) }));
  return {
    version: 1,
    number: 1,
    type: { id: type.id, version: type.version, digest: matterTypeDigest(type) },
    event: letterEvent(event),
    values: sharedValues(type, matter),
    attachments,
  };
}

/** Our own evidence that the request was accepted for sending may be a step of the matter. */
async function submitted(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  held: TypedMatter,
  request: MessageId,
): Promise<Matter> {
  return (await noteEvidence(workshop, transaction, held, "SubmissionAcceptance", request)) ?? held.matter;
}

/**
 * Records an evidence about the request where the matter type has a step for it, as the system.
 *
 * @returns the matter after it, or nothing when the evidence changes nothing.
 */
export async function noteEvidence(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  { type, matter }: TypedMatter,
  evidence: EvidenceName,
  request: MessageId,
): Promise<Matter | undefined> {
  const { parts } = workshop;
  const step = stepOf(type, evidence);
  const correspondence = await transaction.correspondence.of(matter.id);
  if (step === undefined || correspondence?.request !== request || matter.side !== "requesting") return undefined;
  const id: EventId = newEventId(parts.now(), parts.random);
  const carried = await carryOut(workshop, transaction, {
    type,
    before: matter,
    command: { id, matter: matter.id, expectedSequence: matter.sequence, name: step.name, data: {} },
    actor: { kind: "system" },
    side: matter.side,
    scope: { kind: "system" },
  });
  return carried.kind === "done" ? carried.matter : undefined;
}

/** What an evidence that something was accepted, delivered or opened brings about; a failure moves no matter on. */
function stepOf(type: MatterType, evidence: EvidenceName): Transition | undefined {
  const good = ["SubmissionAcceptance", "RelayREMMDAcceptance", "Delivery", "Retrieval"].includes(evidence);
  const { element } = remEvidences[evidence];
  return good ? type.transitions.find((transition) => transition.evidence === element) : undefined;
}
