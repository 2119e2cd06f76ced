import { attestRetrieval, evidenceSummary, type SignedEvidence } from "../exchange/index.ts";
import type { AuthorityTransaction, TrackedMessage } from "../exchange-store/index.ts";
import { missing } from "../matter/index.ts";
import {
  type BreakGlass,
  brokenGlassHours,
  type Decision,
  isReason,
  type MatterFacts,
  type PersonFacts,
} from "../rights/index.ts";
import type { Directory, QueueFilter, QueuePlace, StoredMatter, View } from "../store/index.ts";
import { type MatterId, matterIdSchema } from "../words/index.ts";
import { factsOf, factsOfStored } from "./access.ts";
import { clockViews } from "./deadlines.ts";
import { reachOf } from "./listing.ts";
import { placeOf } from "./projection.ts";
import { noteSeen, seenBy, unseenOf } from "./seen.ts";
import type { AttestedEvidence, ListedMatters, MatterView, MessageView, Worker } from "./service.ts";
import { calendarsFor, matterFrom, type Workshop } from "./workshop.ts";

export const scopeOf = ({ person, office, role }: Worker) => ({ kind: "person", person, office, role }) as const;

/** The person as the directory knows it; undefined when the role or the office is not the person's, or the person left. */
export async function personAtWork(directory: Directory, who: Worker): Promise<PersonFacts | undefined> {
  const found = (await directory.people()).find(({ person }) => person === who.person);
  if (found?.active !== true || found.office !== who.office || !found.roles.includes(who.role)) return undefined;
  return { id: found.person, roles: found.roles, offices: [found.office] };
}

/** Whether one of the actions is allowed; the first decision that allows, or else the last. */
export function mayOneOf(
  { rights, parts }: Workshop,
  person: PersonFacts,
  actions: readonly Parameters<Workshop["rights"]>[0]["action"][],
  matter: MatterFacts,
  more: Partial<Pick<Parameters<Workshop["rights"]>[0], "whom" | "breakGlass" | "now">> = {},
): Decision {
  let last: Decision = { allowed: false, because: "role", hidden: true };
  for (const action of actions) {
    last = rights({ person, action, matter, now: parts.now(), ...more });
    if (last.allowed) return last;
  }
  return last;
}

/** What the log of reads says when somebody used emergency access. */
export const glassBroken = "glass broken";

/** The record that this person broke the glass of the matter; made now when there is none that still counts. */
async function brokenGlass(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  person: PersonFacts,
  facts: MatterFacts,
): Promise<BreakGlass | undefined> {
  if (who.breakGlass === undefined) return undefined;
  const now = workshop.parts.now();
  const since = new Date(Date.parse(now) - brokenGlassHours * 3_600_000).toISOString();
  const system = await transaction.enter({ kind: "system" });
  const earlier = (await system.readLog({ matter: facts.id, what: glassBroken, limit: 10_000 })).findLast(
    (entry) => entry.person === who.person && entry.at > since,
  );
  if (earlier !== undefined)
    return { person: who.person, matter: facts.id, reason: earlier.reason ?? "", since: earlier.at };
  const record: BreakGlass = { person: who.person, matter: facts.id, reason: who.breakGlass.reason, since: now };
  // One moment for the record and the question: a glass is broken now or not at all.
  const asked = mayOneOf(workshop, person, ["break-glass"], facts, { breakGlass: record, now });
  if (!asked.allowed) return undefined;
  const own = await transaction.enter(scopeOf(who));
  await own.logRead(now, [{ matter: facts.id, what: glassBroken, reason: record.reason }]);
  return record;
}

const identifier = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/i;

/** Reads a matter of the person's office that is named by its identifier or reference, by emergency access. */
export async function emergencyFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  named: string,
  reason: string,
): Promise<MatterView | undefined> {
  if (!isReason(reason)) return undefined;
  await transaction.enter({ kind: "system" });
  const id = identifier.exec(named)?.[0].toLowerCase();
  const rows = await transaction.sql
    .selectFrom("cooperation.matter")
    .select("matter")
    .where("office", "=", who.office)
    .where(id === undefined ? "reference" : "matter", "=", id ?? named.trim())
    .limit(2)
    .execute();
  const [row] = rows;
  // Of several with one reference none is meant for sure, and the glass of a wrong one must not break.
  if (row === undefined || rows.length > 1) return undefined;
  return viewFor(
    workshop,
    transaction,
    { ...who, breakGlass: { reason } },
    matterIdSchema.parse(row.matter),
    undefined,
  );
}

/** The view of a matter for a person, logged; undefined where there is none or none that may be seen. */
export async function viewFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  id: MatterId,
  reason: string | undefined,
): Promise<MatterView | undefined> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  const seen = await own.matter(id);
  if (seen?.erasedAt !== undefined) return undefined;
  if (person === undefined || (seen === undefined && who.breakGlass === undefined)) return undefined;
  // Who breaks the glass reads what the database would not show to the person.
  const reader: View & Directory = seen === undefined ? await transaction.enter({ kind: "system" }) : own;
  if (seen === undefined && (await reader.matter(id))?.erasedAt !== undefined) return undefined;
  const history = await reader.events(id);
  if (history.length === 0) return undefined;
  const { type, matter } = matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
  const facts = factsOf(type, matter, workshop.parts.intake);
  const plainly = mayOneOf(workshop, person, ["read", "read-sealed"], facts);
  let emergency: MatterView["emergency"];
  if (!plainly.allowed) {
    const breakGlass = await brokenGlass(workshop, transaction, who, person, facts);
    if (breakGlass === undefined) return undefined;
    const through = mayOneOf(workshop, person, ["read", "read-sealed"], facts, { breakGlass });
    if (!through.allowed || through.alarm === null) return undefined;
    emergency = { reason: through.alarm.reason, until: through.alarm.until };
  }
  const writer = await transaction.enter(scopeOf(who));
  const why = reason ?? emergency?.reason;
  await writer.logRead(workshop.parts.now(), [
    { matter: id, what: "matter", ...(why === undefined ? {} : { reason: why }) },
  ]);
  const before = (await seenBy(transaction, who.person, [id])).get(id) ?? 0;
  if (emergency === undefined) await noteSeen(transaction, who.person, id, matter.sequence);
  const states = await calendarsFor(workshop, writer, matter.partner);
  const messages = await transaction.correspondence.messages(id);
  const exchange = plainly.allowed ? await attested(workshop, transaction, id, messages) : messages;
  const { office, assignee } = placeOf(matter, workshop.parts.intake);
  return {
    type,
    matter,
    seen: before,
    office,
    assignee,
    history,
    missing: missing(type, matter),
    clocks: clockViews(type, matter, states),
    exchange: exchange.map(messageView),
    reader: person,
    emergency,
  };
}

/** That somebody opened what had arrived is attested to the sender, once. */
async function attested(
  { node }: Workshop,
  transaction: AuthorityTransaction,
  matter: MatterId,
  messages: readonly TrackedMessage[],
): Promise<readonly TrackedMessage[]> {
  const unopened = messages.filter(
    ({ direction, state, evidence }) =>
      direction === "incoming" &&
      state === "delivered" &&
      !evidence.some((one) => one.evidence.evidence === "Retrieval" || one.evidence.evidence === "NonRetrieval"),
  );
  for (const { sender, message } of unopened) await attestRetrieval(node, transaction, "Retrieval", sender, message);
  return unopened.length === 0 ? messages : await transaction.correspondence.messages(matter);
}

function attestedEvidence(signed: SignedEvidence): AttestedEvidence {
  const { issuer, at, reasons, log } = signed.evidence;
  return { ...evidenceSummary(signed), issuer, at, reasons, log };
}

function messageView({ message, direction, event, at, state, evidence }: TrackedMessage): MessageView {
  return { message, direction, event, at, state, evidence: evidence.map(attestedEvidence) };
}

/** A page of the queue: what the database shows to the person and rights let be listed, logged. */
export async function queueFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  filter: QueueFilter,
  page: { readonly size: number; readonly after?: QueuePlace },
): Promise<ListedMatters> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return { matters: [], unseen: new Set() };
  const found = await own.queue(filter, page, reachOf(workshop, person));
  const matters: StoredMatter[] = [];
  for (const stored of found.matters) if (await mayList(workshop, own, person, stored)) matters.push(stored);
  await own.logRead(
    workshop.parts.now(),
    matters.map(({ matter }) => ({ matter, what: "queue" })),
  );
  return { ...found, matters, unseen: await unseenOf(transaction, who.person, matters) };
}

/** Only for those who would see it if a proposal waited, the events have to say whether one does. */
export async function mayList(
  workshop: Workshop,
  view: View,
  person: PersonFacts,
  stored: StoredMatter,
): Promise<boolean> {
  const type = workshop.typeOf(stored.type, Number(stored.typeVersion));
  if (type === undefined) return false;
  const may = (proposed: boolean): boolean =>
    mayOneOf(workshop, person, ["list"], factsOfStored(type, stored, proposed)).allowed;
  if (may(false)) return true;
  if (!may(true) || stored.erasedAt !== undefined) return false;
  const events = await view.events(stored.matter);
  const { matter } = matterFrom(
    workshop,
    events.map(({ event }) => event),
  );
  return matter.proposal !== undefined;
}
