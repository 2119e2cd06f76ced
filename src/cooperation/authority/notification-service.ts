import type { MatterType } from "../definitions/index.ts";
import type { EvidenceName } from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import type { Matter } from "../matter/index.ts";
import {
  acknowledgeNotices,
  type Duty,
  dutyAt,
  type NoticeRecord,
  newestNotices,
  raiseForClocks,
  raiseNotice,
  type TellingParts,
  tellWhatWaits,
} from "../notification/index.ts";
import type { Office } from "../store/index.ts";
import type { MatterId, OfficeId } from "../words/index.ts";
import { personAtWork, scopeOf } from "./reading.ts";
import type { Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** Milliseconds between two looks at the clocks, and how many are raised at once, the gravest first. */
const betweenLooks = 30_000;
const clocksAtOnce = 500;

/** What was told to whom, and who is on duty now. */
export interface NoticeReading {
  readonly notices: readonly NoticeRecord[];
  readonly duties: readonly { readonly office: Office; readonly duty: Duty }[];
}

/** Telling people outside the pages that something waits for them. */
export interface NotificationService {
  /** Raises what clocks ask for, chooses who is told, and sends; called by a timer of its own. */
  tell(): Promise<number>;
  /** Notes that a person has come to look. Cheap while nothing waits for an answer. */
  acknowledge(who: Worker): Promise<void>;
  /** For heads of office, of their own office; for administrators and auditors, of all. Undefined for anybody else. */
  notices(who: Worker, limit: number): Promise<NoticeReading | undefined>;
}

/** Puts telling together, for an authority that has a channel by which people can be told. */
export function notificationService(workshop: Workshop, telling: TellingParts): NotificationService {
  const { node, parts } = workshop;
  const within = node.store.transaction;
  // A restart does not know whether somebody still has to answer, so the first look asks the database.
  let awaiting = true;
  let looked: number | undefined;
  return {
    tell: async () => {
      const now = Date.parse(parts.now());
      if (looked === undefined || Math.abs(now - looked) >= betweenLooks) {
        await within((transaction) => raiseForClocks(transaction, telling.rules, parts.now(), clocksAtOnce));
        looked = now;
      }
      const outcome = await tellWhatWaits(telling, { within, now: parts.now, chance: () => chanceOf(parts.random) });
      awaiting = outcome.awaiting;
      return outcome.sent;
    },
    acknowledge: async (who) => {
      if (awaiting) await within((transaction) => acknowledgeNotices(transaction, who, parts.now()));
    },
    notices: (who, limit) =>
      within(async (transaction) => {
        const own = await transaction.enter(scopeOf(who));
        const all = who.role === "administrator" || who.role === "auditor";
        if (!(all || who.role === "head-of-office") || (await personAtWork(own, who)) === undefined) return undefined;
        const offices = (await own.offices()).filter(({ office }) => all || office === who.office);
        const roster = telling.roster();
        const duties = offices.map((office) => ({
          office,
          duty: dutyAt(rosterOf(roster, office.office), parts.now(), telling.timeZone),
        }));
        return { notices: await newestNotices(transaction, all ? undefined : who.office, limit), duties };
      }),
  };
}

const rosterOf = (roster: ReturnType<TellingParts["roster"]>, office: OfficeId) =>
  roster.offices.find((one) => one.office === office);

const chanceOf = (random: Workshop["parts"]["random"]): number => Buffer.from(random(4)).readUInt32BE() / 2 ** 32;

/** Keeps that somebody has to be told of a request that is urgent, or whose clocks are grave from the first hour. */
export async function noteArrival(
  { parts }: Workshop,
  transaction: AuthorityTransaction,
  matter: MatterId,
  message: string,
): Promise<void> {
  const { notification } = parts;
  if (notification === undefined) return;
  const happened = { kind: "arrival", matter, about: `message ${message}`, at: parts.now() } as const;
  await raiseNotice(transaction, notification.rules, happened, "urgent");
}

/** The same of what arrives in a matter later, where it is this side's turn. */
export async function noteArrivalInMatter(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  type: MatterType,
  { id, side, state }: Matter,
  message: string,
): Promise<void> {
  const acts = type.states.find((one) => one.id === state)?.acts;
  if (acts === side || acts === "both") await noteArrival(workshop, transaction, id, message);
}

const failures: readonly EvidenceName[] = [
  "SubmissionRejection",
  "RelayREMMDRejection",
  "RelayREMMDFailure",
  "NonDelivery",
];

/** Keeps that somebody has to be told of a message that the other side will not learn of by itself. */
export async function noteFailure(
  { parts }: Workshop,
  transaction: AuthorityTransaction,
  matter: MatterId,
  evidence: EvidenceName,
  message: string,
): Promise<void> {
  const { notification } = parts;
  if (notification === undefined || !failures.includes(evidence)) return;
  const happened = { kind: "not-delivered", matter, about: `message ${message}`, at: parts.now() } as const;
  await raiseNotice(transaction, notification.rules, happened, "always");
}
