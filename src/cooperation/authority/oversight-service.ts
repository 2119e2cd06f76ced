import { type CooperationFact, methodText } from "../counting/index.ts";
import {
  type Comparison,
  compareWithList,
  type EvidenceList,
  type EvidenceSummary,
  evidenceSummary,
  openRecords,
} from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import type { AuthorityId, Instant, PersonId } from "../words/index.ts";
import type { Worker } from "./service.ts";
import { mayReadStatistics, type PublishedStatistics, publishedOf } from "./statistics.ts";
import {
  mattersOfPerson,
  type PersonMatters,
  type Reassignment,
  type ReassignmentOutcome,
  reassignFor,
  type Workload,
  workloadFor,
} from "./workload.ts";
import type { Workshop } from "./workshop.ts";

/** What our evidences about the messages with a partner say by themselves. */
export interface MessageRecord {
  readonly list: EvidenceList;
  /** Messages about which something is still to be attested. */
  readonly open: number;
}

/** What heads of office and auditors watch over; every answer is undefined for whoever has no right to it. */
export interface OversightService {
  workload(who: Worker, since: Instant): Promise<Workload | undefined>;
  mattersOf(who: Worker, person: PersonId): Promise<PersonMatters | undefined>;
  /** Gives matters to another person, the sealed ones among them unseen. */
  reassign(who: Worker, request: Reassignment): Promise<ReassignmentOutcome>;
  /** What may be published of the matters closed in a year, with the text of the method. */
  statistics(who: Worker, year?: number): Promise<(PublishedStatistics & { readonly method: string }) | undefined>;
  /** What is attested about the messages with a partner. */
  messageRecord(who: Worker, partner: AuthorityId): Promise<MessageRecord | undefined>;
  /** Compares it with what the partner holds. */
  reconcile(who: Worker, partner: AuthorityId, theirs: EvidenceList): Promise<Comparison | undefined>;
}

export function oversightService(
  workshop: Workshop,
  within: <Value>(work: (transaction: AuthorityTransaction) => Promise<Value>) => Promise<Value>,
  closedAsFacts: () => AsyncIterable<CooperationFact>,
): OversightService {
  const mayRead = (who: Worker): Promise<boolean> =>
    within((transaction) => mayReadStatistics(workshop, transaction, who));
  const evidencesWith = async (partner: AuthorityId): Promise<EvidenceSummary[]> =>
    (await within((transaction) => transaction.correspondence.evidences()))
      .filter(({ evidence: { message } }) => message.from === partner || message.to === partner)
      .map(evidenceSummary);
  return {
    workload: (who, since) => within((transaction) => workloadFor(workshop, transaction, who, since)),
    mattersOf: (who, person) => within((transaction) => mattersOfPerson(workshop, transaction, who, person)),
    reassign: (who, request) => reassignFor(workshop, within, who, request),
    statistics: async (who, year) => {
      if (!(await mayRead(who))) return undefined;
      const published = await publishedOf(workshop, closedAsFacts(), year);
      return { ...published, method: published.release === undefined ? "" : methodText(published.release) };
    },
    messageRecord: async (who, partner) => {
      if (!(await mayRead(who))) return undefined;
      const evidences = await evidencesWith(partner);
      return { list: { made: workshop.parts.now(), evidences }, open: openRecords(evidences).length };
    },
    reconcile: async (who, partner, theirs) =>
      (await mayRead(who)) ? compareWithList(await evidencesWith(partner), theirs) : undefined,
  };
}
