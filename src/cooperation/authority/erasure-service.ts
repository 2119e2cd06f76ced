import { sql } from "kysely";
import type { MatterType } from "../definitions/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import {
  type ErasedData,
  type ErasureGround,
  endOf,
  erasedDataOf,
  erasureOf,
  type Hold,
  type ProposedErasure,
  type Refusal,
  type Retention,
  retentionOf,
} from "../matter/index.ts";
import type { PersonFacts } from "../rights/index.ts";
import type { EventRemains, StoredMatter } from "../store/index.ts";
import { type EventId, type Instant, type MatterEvent, type MatterId, matterIdSchema } from "../words/index.ts";
import { factsOf, factsOfStored } from "./access.ts";
import { judged } from "./commanding.ts";
import { eraseMatter, finishErasures, outerHindrances } from "./erasing.ts";
import { mayOneOf, personAtWork, scopeOf } from "./reading.ts";
import type { AuthorityRecords } from "./records.ts";
import type { CommandOutcome, Worker } from "./service.ts";
import { matterFrom, type TypedMatter, type Workshop } from "./workshop.ts";

/** A matter that has ended, as the list of what is due for erasure shows it. */
export interface EndedMatter {
  readonly matter: MatterId;
  readonly type: MatterType;
  readonly sequence: number;
  readonly ended: Instant | undefined;
  /** Undefined where the person may not read the matter. */
  readonly reference: string | undefined;
  readonly sealed: boolean;
  /** Whether the person may read the matter itself. */
  readonly readable: boolean;
  readonly retention: Retention | undefined;
  readonly hold: Hold | undefined;
  readonly proposal: ProposedErasure | undefined;
  /** What the person may do. */
  readonly may: { readonly propose: boolean; readonly approve: boolean; readonly hold: boolean };
}

/** What is left of a matter whose contents were erased. */
export interface ErasedMatter {
  readonly stored: StoredMatter;
  readonly type: MatterType;
  readonly erased: { readonly at: Instant; readonly by: MatterEvent["by"]; readonly data: ErasedData };
  /** Oldest first. */
  readonly remains: readonly EventRemains[];
  /** Whether the person may have what is left as one file. */
  readonly exportable: boolean;
}

/** What a person does about keeping or erasing a matter. */
export type KeepingStep =
  | { readonly name: "hold-placed" | "hold-lifted"; readonly reason: string }
  | { readonly name: "erasure-proposed"; readonly ground: ErasureGround; readonly reason: string }
  | { readonly name: "erasure-declined"; readonly proposal: EventId; readonly reason: string };

/** Keeping and erasing the contents of matters that have ended. */
export interface ErasureService {
  /** What is due, and what was proposed, in the person's office; undefined for whoever has no part in it. */
  due(who: Worker): Promise<readonly EndedMatter[] | undefined>;
  /** One matter that has ended; undefined where there is none, or the person has no part in it. */
  ended(who: Worker, matter: MatterId): Promise<EndedMatter | undefined>;
  /** Places or lifts a hold, proposes an erasure or declines it; a head also where the matter is sealed from the head. */
  step(who: Worker, id: EventId, matter: MatterId, step: KeepingStep): Promise<CommandOutcome>;
  /** Erases the contents, as the second person. There is no way back. */
  erase(who: Worker, id: EventId, matter: MatterId, proposal: EventId): Promise<CommandOutcome>;
  /** What is left of a matter; undefined where it was not erased, or the person may not see it. Logs the read. */
  remains(who: Worker, matter: MatterId): Promise<ErasedMatter | undefined>;
}

const mostShown = 200;

export function erasureService(workshop: Workshop, records: AuthorityRecords | undefined): ErasureService {
  const within = workshop.node.store.transaction;
  return {
    due: (who) => within((transaction) => dueFor(workshop, transaction, who)),
    ended: (who, matter) =>
      within(async (transaction) => {
        const person = await atWork(transaction, who);
        if (person === undefined) return undefined;
        const found = await endedFor(workshop, transaction, who, person, matter);
        if (found === undefined) return undefined;
        const own = await transaction.enter(scopeOf(who));
        await own.logRead(workshop.parts.now(), [{ matter, what: "erasure" }]);
        return found;
      }),
    step: (who, id, matter, step) => within((transaction) => stepFor(workshop, transaction, who, { id, matter, step })),
    erase: async (who, id, matter, proposal) => {
      const outcome = await within((transaction) => eraseFor(workshop, transaction, who, { id, matter, proposal }));
      if (outcome.kind === "done") await finishErasures(workshop, records);
      return outcome;
    },
    remains: (who, matter) => within((transaction) => remainsFor(workshop, transaction, who, matter)),
  };
}

const atWork = async (transaction: AuthorityTransaction, who: Worker): Promise<PersonFacts | undefined> => {
  const person = await personAtWork(await transaction.enter(scopeOf(who)), who);
  // In the role of the visit.
  return person === undefined ? undefined : { ...person, roles: [who.role] };
};

/** A matter as the system knows it; undefined where there is none, or its contents were erased. */
async function heldBySystem(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  matter: MatterId,
): Promise<TypedMatter | undefined> {
  const view = await transaction.enter({ kind: "system" });
  const stored = await view.matter(matter);
  if (stored === undefined || stored.erasedAt !== undefined) return undefined;
  const history = await view.events(matter);
  return matterFrom(
    workshop,
    history.map(({ event }) => event),
  );
}

/** What rights need to know, with who proposed the erasure as the one who prepared it. */
function factsOfEnding({ parts }: Workshop, { type, matter }: TypedMatter) {
  const by = matter.erasure?.by;
  return { ...factsOf(type, matter, parts.intake), preparers: by?.kind === "person" ? [by.person] : [] };
}

async function endedFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  person: PersonFacts,
  id: MatterId,
): Promise<EndedMatter | undefined> {
  const held = await heldBySystem(workshop, transaction, id);
  if (held === undefined) return undefined;
  const { type, matter } = held;
  const facts = factsOfEnding(workshop, held);
  const allowed = (action: "hold" | "propose-erasure" | "approve-erasure"): boolean =>
    mayOneOf(workshop, person, [action], facts).allowed;
  const may = {
    hold: allowed("hold"),
    propose: allowed("propose-erasure"),
    approve: matter.erasure !== undefined && allowed("approve-erasure"),
  };
  if (!may.hold && !may.propose && !allowed("approve-erasure")) return undefined;
  const own = await transaction.enter(scopeOf(who));
  const seen =
    (await own.matter(id)) !== undefined && mayOneOf(workshop, person, ["read", "read-sealed"], facts).allowed;
  const reference = matter.fields["own-reference"]?.value;
  return {
    matter: id,
    type,
    sequence: matter.sequence,
    ended: endOf(matter),
    reference: seen && typeof reference === "string" ? reference : undefined,
    sealed: facts.confidentiality === "sealed" && !seen,
    readable: seen,
    retention: retentionOf(type, matter),
    hold: matter.hold === undefined || seen ? matter.hold : { ...matter.hold, reason: "" },
    proposal: matter.erasure,
    may,
  };
}

async function dueFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
): Promise<readonly EndedMatter[] | undefined> {
  const person = await atWork(transaction, who);
  if (person === undefined || (who.role !== "head-of-office" && who.role !== "approver")) return undefined;
  await transaction.enter({ kind: "system" });
  const { rows } = await sql<{ matter: string }>`SELECT m.matter FROM cooperation.matter AS m
    WHERE m.office = ${who.office} AND m.erased_at IS NULL AND NOT m.open
      AND (m.erasable_from <= ${workshop.parts.now()}::timestamptz
        OR EXISTS (SELECT FROM cooperation.event AS e WHERE e.matter = m.matter AND e.name = 'erasure-proposed'))
    ORDER BY m.erasable_from NULLS LAST, m.matter LIMIT ${mostShown}`.execute(transaction.sql);
  const found: EndedMatter[] = [];
  for (const { matter } of rows) {
    const ended = await endedFor(workshop, transaction, who, person, matterIdSchema.parse(matter));
    // An approver learns of what was proposed, not of everything that is due.
    if (ended !== undefined && (ended.may.propose || ended.proposal !== undefined)) found.push(ended);
  }
  const own = await transaction.enter(scopeOf(who));
  await own.logRead(
    workshop.parts.now(),
    found.filter(({ sealed }) => !sealed).map(({ matter }) => ({ matter, what: "due for erasure" })),
  );
  return found;
}

async function stepFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  { id, matter: of, step }: { readonly id: EventId; readonly matter: MatterId; readonly step: KeepingStep },
): Promise<CommandOutcome> {
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return { kind: "not-allowed" };
  const people = await own.people();
  const seen = await own.matter(of);
  const blind = seen === undefined && who.role === "head-of-office";
  if (seen === undefined && !blind) return { kind: "unknown-matter" };
  const held = await heldBySystem(workshop, transaction, of);
  if (held === undefined) return { kind: seen === undefined ? "unknown-matter" : "not-allowed" };
  if (step.name === "erasure-proposed") {
    const hindrances = held.matter.open ? [] : await outerHindrances(workshop, transaction, held.matter);
    const allowed = mayOneOf(workshop, person, ["propose-erasure"], factsOfEnding(workshop, held)).allowed;
    if (allowed && hindrances.length > 0) return { kind: "refused", refusals: hindrances };
  }
  const { name, ...data } = step;
  const command = { id, matter: of, expectedSequence: held.matter.sequence, name, data };
  const outcome = await judged(workshop, transaction, { who, person, held, people }, command, blind);
  if (!blind) return outcome;
  return outcome.kind === "not-allowed" ? { kind: "unknown-matter" } : outcome;
}

async function eraseFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  { id, matter: of, proposal }: { readonly id: EventId; readonly matter: MatterId; readonly proposal: EventId },
): Promise<CommandOutcome> {
  const person = await atWork(transaction, who);
  if (person === undefined) return { kind: "not-allowed" };
  const held = await heldBySystem(workshop, transaction, of);
  if (held === undefined) return await erasedBefore(transaction, who, id, of);
  const decision = mayOneOf(workshop, person, ["approve-erasure"], factsOfEnding(workshop, held));
  // Who proposed it is told so by the rule that names it.
  if (!decision.allowed && decision.because !== "four-eyes")
    return { kind: decision.hidden ? "unknown-matter" : "not-allowed" };
  const { type, matter } = held;
  const now = workshop.parts.now();
  const by = scopeOf(who);
  const judgement = erasureOf(type, matter, proposal, by, now);
  const own: readonly Refusal[] = "refusals" in judgement ? judgement.refusals : [];
  const refusals = [...own, ...(own.length > 0 ? [] : await outerHindrances(workshop, transaction, matter))];
  if ("refusals" in judgement || refusals.length > 0) return { kind: "refused", refusals };
  const outcome = await eraseMatter(workshop, transaction, held, { id, by, data: judgement.data });
  switch (outcome.kind) {
    case "erased":
      return { kind: "done", matter: of, sequence: matter.sequence + 1, repeated: false };
    case "conflict":
    case "erased-before":
      return { kind: "conflict", since: [] };
    case "not-proposed":
    case "unknown-matter":
      return { kind: "not-allowed" };
    default:
      return outcome satisfies never;
  }
}

/** A form that is sent twice gets the same answer. */
async function erasedBefore(
  transaction: AuthorityTransaction,
  who: Worker,
  id: EventId,
  of: MatterId,
): Promise<CommandOutcome> {
  const view = await transaction.enter({ kind: "system" });
  const last = (await view.remains(of)).at(-1);
  const same = last?.head.id === id && last.head.by.kind === "person" && last.head.by.person === who.person;
  return same ? { kind: "done", matter: of, sequence: last.head.sequence, repeated: true } : { kind: "unknown-matter" };
}

async function remainsFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  of: MatterId,
): Promise<ErasedMatter | undefined> {
  const person = await atWork(transaction, who);
  const own = await transaction.enter(scopeOf(who));
  const stored = await own.matter(of);
  if (person === undefined || stored?.erasedAt === undefined) return undefined;
  const type = workshop.typeOf(stored.type, Number(stored.typeVersion));
  if (type === undefined) return undefined;
  const facts = factsOfStored(type, stored, false);
  if (!mayOneOf(workshop, person, ["read", "read-sealed", "approve-erasure"], facts).allowed) return undefined;
  const remains = await own.remains(of);
  const last = remains.at(-1);
  const data = last === undefined ? undefined : erasedDataOf({ name: last.head.name, data: last.data });
  if (last === undefined || data === undefined) throw new Error(`matter ${of} was erased, and no event says so`);
  await own.logRead(workshop.parts.now(), [{ matter: of, what: "remains" }]);
  const exportable = mayOneOf(workshop, person, ["export"], facts).allowed;
  return { stored, type, erased: { at: last.head.at, by: last.head.by, data }, remains, exportable };
}
