import { type CooperationFact, cooperationFactSchema, factOf } from "../counting/index.ts";
import { type MatterType, matterTypeVersion } from "../definitions/index.ts";
import {
  type Answer,
  type DirectoryProblem,
  type EvidenceSummary,
  type ExchangeNode,
  evidenceSummary,
  type Introduction,
  introduce,
  isDirectoryProblem,
  type KnownAuthority,
  type MessageId,
  type Refused,
  receive,
  resume,
  usualRetryPolicy,
} from "../exchange/index.ts";
import { type AuthorityTransaction, createExchangeStore } from "../exchange-store/index.ts";
import { decide } from "../rights/index.ts";
import { createStore, type Erasure, type Partner, type RebuildOptions, type Rebuilt } from "../store/index.ts";
import { type MatterEvent, matterIdSchema } from "../words/index.ts";
import { kindsOf } from "./access.ts";
import { alarmsFor } from "./alarms.ts";
import { takeIn } from "./arrival.ts";
import { checkRecords, type RecordsCheck, type RecordsReading, recordsFor } from "./audit.ts";
import { commandFor, newestOf, openFor, overseeFor } from "./commanding.ts";
import { keepPayload } from "./content-receiving.ts";
import { chunkReader } from "./content-sending.ts";
import { repeatErasures } from "./erasing.ts";
import { type ErasureService, erasureService } from "./erasure-service.ts";
import { evidenceService } from "./evidence-desk.ts";
import type { EvidenceService } from "./evidence-service.ts";
import { followFor, followingOf } from "./following.ts";
import { newEventId } from "./identifier.ts";
import { NotSendable } from "./not-sendable.ts";
import { type NotificationService, notificationService } from "./notification-service.ts";
import { optionsOf } from "./options.ts";
import { type OversightService, oversightService } from "./oversight-service.ts";
import { permittedIn } from "./permission.ts";
import { emergencyFor, queueFor, viewFor } from "./reading.ts";
import { type AuthorityRecords, type Disagreement, disagreement, logTargetOf, numberedEntries } from "./records.ts";
import type { AuthorityService, CommandOutcome, Worker } from "./service.ts";
import { tidyVault } from "./tidying.ts";
import { workThatWaits } from "./waiting-work.ts";
import { type AuthorityParts, matterFrom, projected, type TypedMatter, type Workshop } from "./workshop.ts";

/** An authority with the doors that only the program itself uses. */
export interface Authority extends AuthorityService {
  /** For heads of office and auditors: workload, statistics, comparison of message records. */
  readonly oversight: OversightService;
  /** Takes a sealed message from the network; for `exchangeRoutes`. */
  receive(sealed: string): Promise<Answer | Refused>;
  /** Pins another authority after its fingerprint was compared over another channel. */
  introduce(introduction: Introduction, compared: string): Promise<KnownAuthority | DirectoryProblem>;
  /** Has a message that was given up tried again; false when there is none. */
  resume(message: MessageId): Promise<boolean>;
  /** What is attested about all messages, to be compared with the other side by `reconcile`. */
  evidences(): Promise<readonly EvidenceSummary[]>;
  /** Makes every projection again from the events and compares; `write` also replaces those that differ. */
  rebuildProjection(options?: RebuildOptions): Promise<Rebuilt>;
  /** The evidence of matters; undefined where no records are kept. */
  readonly evidence: EvidenceService | undefined;
  /** What an auditor sees of log and vault; undefined for everybody else, and where none are kept. */
  records(who: Worker): Promise<RecordsReading | undefined>;
  /** Holds log, vault and database against each other; undefined where no records are kept. */
  checkRecords(): Promise<RecordsCheck | undefined>;
  /** Whether the log ends where the database says; to be asked before anything is written. */
  disagreement(): Promise<Disagreement | undefined>;
  /** For heads of office and approvers: what is due for erasure, holds, and erasing. */
  readonly erasures: ErasureService;
  /** Undefined where people are told by pages alone. */
  readonly notification: NotificationService | undefined;
  /** Repeats erasures that a restored backup undid, before anything is shown. */
  repeatErasures(): Promise<readonly Erasure[]>;
  /** Every matter whose contents are there, as the system knows it, oldest first; for counting and checks, never for a page. */
  matters(): AsyncIterable<TypedMatter>;
}

/** Puts an authority together from its parts. The database is open and migrated; whoever opened it closes it. */
export function createAuthority(given: AuthorityParts): Authority {
  const parts: AuthorityParts =
    given.records === undefined
      ? given
      : { ...given, log: logTargetOf(given.records), readChunk: chunkReader(given.records) };
  const byVersion = new Map(
    [...(parts.keptTypes ?? []), ...parts.types].map((type) => [matterTypeVersion(type), type]),
  );
  const newest = new Map<string, MatterType>();
  for (const { id } of parts.types) {
    const type = newestOf(parts.types, id);
    if (type !== undefined) newest.set(id, type);
  }
  const store = createStore(parts.database);
  const node: ExchangeNode<AuthorityTransaction> = {
    authority: parts.authority,
    store: createExchangeStore(parts.database, parts.log?.origin ?? null),
    keys: parts.keys,
    now: parts.now,
    random: parts.random,
    retryPolicy: parts.retryPolicy ?? usualRetryPolicy,
    deliver: (message, transaction) => takeIn(workshop, message, transaction),
    report: parts.report,
    ...(given.records === undefined ? {} : { keepPayload: keeperOf(given.records) }),
  };
  const workshop: Workshop = {
    parts,
    node,
    rights: parts.rights ?? decide,
    tidy: everyHour(parts.now, async () => {
      if (given.records !== undefined) await tidyVault(workshop, given.records);
    }),
    typeOf: (id, version) => byVersion.get(matterTypeVersion({ id, version })),
    kinds: kindsOf([...byVersion.values()]),
  };
  const within = node.store.transaction;
  const { records } = parts;
  const system = { kind: "system" } as const;
  const commanded = async (
    work: (transaction: AuthorityTransaction) => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> => {
    try {
      return await within(work);
    } catch (error) {
      if (error instanceof NotSendable) return { kind: "refused", refusals: error.refusals };
      throw error;
    }
  };
  const partners = (): Promise<readonly Partner[]> => store.read(system, (view) => view.partners());
  return {
    authority: parts.authority,
    state: parts.state,
    name: parts.name,
    types: newest,
    calendars: parts.calendars,
    durability: () => parts.database.durability(),
    partners,
    offices: () => store.read(system, (view) => view.offices()),
    people: () => store.read(system, (view) => view.people()),
    queue: (who, filter, page) => within((transaction) => queueFor(workshop, transaction, who, filter, page)),
    view: (who, matter, reason) => within((transaction) => viewFor(workshop, transaction, who, matter, reason)),
    emergency: (who, named, reason) => within((transaction) => emergencyFor(workshop, transaction, who, named, reason)),
    open: (who, request) => commanded((transaction) => openFor(workshop, transaction, who, request)),
    follow: (who, request) => commanded((transaction) => followFor(workshop, transaction, who, request)),
    following: (view, type) => followingOf(workshop, view, type),
    command: (who, command) => commanded((transaction) => commandFor(workshop, transaction, who, command)),
    options: (view, who) => optionsOf(workshop, view, who, newEventId(parts.now(), parts.random)),
    permitted: (view, who) => permittedIn(workshop, view, who),
    oversee: (who, request) => commanded((transaction) => overseeFor(workshop, transaction, who, request)),
    alarms: (who, most) => within((transaction) => alarmsFor(workshop, transaction, who, most)),
    closedAsFacts: () => closedAsFacts(workshop, partners),
    oversight: oversightService(workshop, within, () => closedAsFacts(workshop, partners)),
    tick: () => workThatWaits(workshop, parts.post),
    receive: (sealed) => receive(node, sealed),
    introduce: async (introduction, compared) => {
      const known = await introduce(introduction, compared, parts.now());
      if (!isDirectoryProblem(known)) await within((transaction) => transaction.saveAuthority(known));
      return known;
    },
    resume: (message) => within((transaction) => resume(node, transaction, message)),
    evidences: async () => (await within((transaction) => transaction.correspondence.evidences())).map(evidenceSummary),
    rebuildProjection: async (options) => {
      const states = new Map((await partners()).map(({ authority, state }) => [authority, state]));
      return store.rebuildProjection((events) => {
        const held = matterFrom(workshop, events);
        const { partner } = held.matter;
        const partnerState = partner === undefined ? undefined : states.get(partner);
        return projected(workshop, held, { calendars: parts.calendars, own: parts.state, partner: partnerState });
      }, options);
    },
    evidence: records === undefined ? undefined : evidenceService(workshop, records),
    records: async (who) =>
      records === undefined ? undefined : within((transaction) => recordsFor(records, transaction, who)),
    checkRecords: async () => (records === undefined ? undefined : checkRecords(workshop, records)),
    disagreement: async () =>
      records === undefined
        ? undefined
        : disagreement(records, numberedEntries(within), Math.max(0, records.log.writer.size - tailCompared)),
    matters: () => everyMatter(workshop),
    erasures: erasureService(workshop, records),
    notification: parts.notification === undefined ? undefined : notificationService(workshop, parts.notification),
    repeatErasures: async () => (records === undefined ? [] : await repeatErasures(workshop, records)),
  };
}

/** Does something at first, and then when an hour has passed. */
function everyHour(now: AuthorityParts["now"], work: () => Promise<void>): () => Promise<void> {
  let last: number | undefined;
  return async () => {
    const at = Date.parse(now());
    if (last !== undefined && at - last < 3_600_000) return;
    await work();
    last = at;
  };
}

const keeperOf =
  (records: AuthorityRecords): NonNullable<ExchangeNode<AuthorityTransaction>["keepPayload"]> =>
  (envelope, chunks) =>
    keepPayload(records, envelope, chunks);

const mattersAtOnce = 200;
/** Entries at the end of the log that are compared with the database when an authority is opened. */
const tailCompared = 1000;

async function* everyMatter(workshop: Workshop): AsyncGenerator<TypedMatter> {
  for (let after: string | undefined; ; ) {
    const from = after;
    const page = await workshop.node.store.transaction(async (transaction) => {
      const view = await transaction.enter({ kind: "system" });
      let query = transaction.sql
        .selectFrom("cooperation.matter")
        .select("matter")
        .where("erased_at", "is", null)
        .orderBy("matter")
        .limit(mattersAtOnce);
      if (from !== undefined) query = query.where("matter", ">", from);
      const found: { readonly id: string; readonly events: readonly MatterEvent[] }[] = [];
      for (const { matter } of await query.execute()) {
        const history = await view.events(matterIdSchema.parse(matter));
        found.push({ id: matter, events: history.map(({ event }) => event) });
      }
      return found;
    });
    for (const { events } of page) yield matterFrom(workshop, events);
    after = page.at(-1)?.id;
    if (after === undefined) return;
  }
}

async function* closedAsFacts(
  workshop: Workshop,
  partners: () => Promise<readonly Partner[]>,
): AsyncGenerator<CooperationFact> {
  const states = new Map((await partners()).map(({ authority, state }) => [authority, state]));
  for await (const { type, matter } of everyMatter(workshop)) {
    const state = matter.partner === undefined ? undefined : states.get(matter.partner);
    const fact = factOf(type, matter, workshop.parts.authority, state);
    if (fact !== undefined) yield fact;
  }
  // What was counted of matters whose contents were erased since.
  const kept = await workshop.node.store.transaction(async (transaction) => {
    await transaction.enter({ kind: "system" });
    return await transaction.sql.selectFrom("cooperation.counted_fact").select("data").orderBy("fact").execute();
  });
  for (const { data } of kept) yield cooperationFactSchema.parse(data);
}
