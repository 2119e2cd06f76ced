import { type SqlBool, sql } from "kysely";
import { z } from "zod";
import type { StoreTransaction } from "../store/index.ts";
import {
  type Instant,
  instantSchema,
  matterIdSchema,
  type OfficeId,
  officeIdSchema,
  type PersonId,
  personIdSchema,
} from "../words/index.ts";
import { channelOf, groupsToTell, nextToTell, type Reachable, type Recipient, reachesOf } from "./recipients.ts";
import { dutyAt, type Reach, type Roster } from "./roster.ts";
import type { TellingRules } from "./settings.ts";

/** A message as it leaves the authority: it names no matter and nobody that a matter is about. */
export interface OutgoingMessage {
  /** The same for every attempt of the same message, so that whoever takes it twice can tell. */
  readonly id: string;
  readonly urgent: boolean;
  readonly language: "en" | "zh" | "ar";
  readonly reachedBy: readonly Reach[];
}

/** What came of sending: taken over by the next machine, or not; `forGood`: trying again will not help. */
export type SendingOutcome =
  | { readonly sent: true }
  | { readonly sent: false; readonly forGood: boolean; readonly problem: string };

/** Sends over one channel. Answers problems in words that hold no secret; never throws for what the network does. */
export type Channel = (message: OutgoingMessage) => Promise<SendingOutcome>;

/** What somebody at the authority should hear loudly: nobody was reached, or no attempt is made any more. */
export type TellingTrouble =
  | { readonly what: "nobody-can-be-reached"; readonly office: OfficeId }
  | { readonly what: "nobody-answered"; readonly office: OfficeId }
  | { readonly what: "not-sent"; readonly channel: string; readonly problem: string; readonly again: boolean };

/** What telling needs. Clock, chance and network are handed in. */
export interface TellingParts {
  readonly rules: TellingRules;
  /** As it stands now: it may be changed while the program runs. */
  readonly roster: () => Roster;
  /** By name: `mail`, and those of the webhooks. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Of the State; for offices whose roster names no time zone. */
  readonly timeZone: string;
  readonly report: (trouble: TellingTrouble) => void;
}

interface Around {
  readonly within: <Value>(work: (transaction: StoreTransaction) => Promise<Value>) => Promise<Value>;
  readonly now: () => Instant;
  /** From 0 up to but not including 1. */
  readonly chance: () => number;
}

const minute = 60_000;
const noticesAtOnce = 200;
/** Longest without an answer; after that nobody is woken any more. */
const urgentFor = 24 * 60 * minute;
/** Between two rounds when everybody was told and nobody answered. */
const betweenRounds = 60 * minute;
/** Between two looks whether the night is over. */
const betweenLooks = 5 * minute;
/** Between two messages to the same person by the same channel: one says as much as ten. */
const betweenMessages = minute;
const firstPause = 15_000;
const longestPause = 15 * minute;
/** How long an attempt is repeated. */
const triedFor = 6 * 60 * minute;

const later = (at: Instant, milliseconds: number): Instant =>
  instantSchema.parse(new Date(Date.parse(at) + milliseconds).toISOString());

const pendingSchema = z.object({
  notice: z.uuid(),
  urgent: z.boolean(),
  office: officeIdSchema,
  matter: matterIdSchema,
  raised_at: z.date(),
  assignee: personIdSchema.nullable(),
  restricted: z.boolean(),
});

/** Everybody who is at work, with the name to sign in with. */
async function reachablePeople(transaction: StoreTransaction): Promise<readonly Reachable[]> {
  await transaction.enterSignIn();
  const accounts = await transaction.sql.selectFrom("cooperation.account").select(["person", "name"]).execute();
  const names = new Map(accounts.map(({ person, name }) => [person, name]));
  const view = await transaction.enter({ kind: "system" });
  return (await view.people()).flatMap(({ person, office, roles, active }) => {
    const name = names.get(person);
    return active && name !== undefined ? [{ person, office, roles, name }] : [];
  });
}

/**
 * One turn: says who is told of what has to be told, and sends. Everything that is to be done
 * stands in the database before it is done, so a process that ends in between goes on where it stood: a message is sent at
 * least once, and twice only where the process ended between sending and writing that down.
 *
 * @returns how many messages were sent, and whether somebody still has to answer.
 */
export async function tellWhatWaits(
  parts: TellingParts,
  around: Around,
): Promise<{ readonly sent: number; readonly awaiting: boolean }> {
  const { within, now } = around;
  const troubles = await within((transaction) => chooseRecipients(parts, transaction, now()));
  for (const trouble of troubles) parts.report(trouble);
  const sent = await sendMessages(parts, around);
  return { sent, awaiting: await within(anythingUnanswered) };
}

async function anythingUnanswered({ sql: tables, enter }: StoreTransaction): Promise<boolean> {
  await enter({ kind: "system" });
  const row = await tables
    .selectFrom("cooperation.notice")
    .select("notice")
    .where("acknowledged_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Says, for each notice at which it is time to look, who is told next, and when to look again. */
async function chooseRecipients(
  { rules, roster: rosterNow, timeZone, channels }: TellingParts,
  transaction: StoreTransaction,
  now: Instant,
): Promise<readonly TellingTrouble[]> {
  await transaction.enter({ kind: "system" });
  const { sql: tables } = transaction;
  const rows = await tables
    .selectFrom("cooperation.notice as n")
    .innerJoin("cooperation.matter as m", "m.matter", "n.matter")
    .select(["n.notice", "n.urgent", "n.office", "n.matter", "n.raised_at", "m.assignee", "m.restricted"])
    .where(sql<SqlBool>`n.look_at <= ${now}::timestamptz`)
    .orderBy("n.urgent", "desc")
    .orderBy("n.look_at")
    .orderBy("n.notice")
    .limit(noticesAtOnce)
    .execute();
  if (rows.length === 0) return [];
  const people = await reachablePeople(transaction);
  const roster = rosterNow();
  const troubles: TellingTrouble[] = [];
  for (const row of rows) {
    const { notice, urgent, office, assignee, restricted: sealed, raised_at: raisedAt } = pendingSchema.parse(row);
    const duty = dutyAt(
      roster.offices.find((one) => one.office === office),
      now,
      timeZone,
    );
    const look = async (at: Instant | null): Promise<void> => {
      await tables.updateTable("cooperation.notice").set({ look_at: at }).where("notice", "=", notice).execute();
    };
    if (!urgent && duty.night) {
      await look(later(now, betweenLooks));
      continue;
    }
    const concern = { office, urgent, sealed, assignee: assignee ?? undefined };
    const groups = groupsToTell(concern, duty, roster, people).map((group) =>
      group.filter((one) =>
        reachesOf(one, office, roster, people).reachedBy.some((reach) => channels.has(channelOf(reach))),
      ),
    );
    const told = await toldOf(transaction, notice);
    const fresh = nextToTell(
      groups.filter((group) => group.length > 0),
      told,
    );
    const next = fresh ?? (urgent ? groups.flat() : []);
    if (next.length === 0 && told.size === 0) troubles.push({ what: "nobody-can-be-reached", office });
    else if (fresh === undefined && urgent) troubles.push({ what: "nobody-answered", office });
    if (Date.parse(now) - raisedAt.getTime() >= urgentFor) {
      await tables
        .updateTable("cooperation.notice")
        .set({ look_at: null, given_up_at: now })
        .where("notice", "=", notice)
        .execute();
      continue;
    }
    const queued = next.flatMap((recipient) =>
      [...new Set(reachesOf(recipient, office, roster, people).reachedBy.map(channelOf))]
        .filter((channel) => channels.has(channel))
        .map((channel) => ({
          notice,
          person: recipient === "office" ? null : recipient,
          channel,
          queued_at: now,
          next_attempt_at: now,
        })),
    );
    if (queued.length > 0) await tables.insertInto("cooperation.notice_delivery").values(queued).execute();
    const wait = fresh === undefined && told.size > 0 ? betweenRounds : rules.escalateAfterMinutes * minute;
    await look(urgent || queued.length === 0 ? later(now, wait) : null);
  }
  return troubles;
}

async function toldOf({ sql: tables }: StoreTransaction, notice: string): Promise<ReadonlySet<Recipient>> {
  const rows = await tables
    .selectFrom("cooperation.notice_delivery")
    .select("person")
    .distinct()
    .where("notice", "=", notice)
    .execute();
  return new Set(rows.map(({ person }) => (person === null ? ("office" as const) : personIdSchema.parse(person))));
}

interface Due {
  readonly delivery: string;
  readonly recipient: Recipient;
  readonly office: OfficeId;
  readonly channel: string;
  readonly urgent: boolean;
  readonly attempts: number;
  readonly queuedAt: Instant;
}

const dueSchema = z.object({
  delivery: z.uuid(),
  person: personIdSchema.nullable(),
  office: officeIdSchema,
  channel: z.string(),
  urgent: z.boolean(),
  attempts: z.number(),
  queued_at: z.date().transform((at) => instantSchema.parse(at.toISOString())),
});

/** Deliveries whose time has come, to those who got no other message by the same channel just now. */
async function dueDeliveries(
  transaction: StoreTransaction,
  now: Instant,
): Promise<{ readonly due: readonly Due[]; readonly people: readonly Reachable[] }> {
  await transaction.enter({ kind: "system" });
  const since = later(now, -betweenMessages);
  const rows = await transaction.sql
    .selectFrom("cooperation.notice_delivery as d")
    .innerJoin("cooperation.notice as n", "n.notice", "d.notice")
    .select(["d.delivery", "d.person", "n.office", "d.channel", "n.urgent", "d.attempts", "d.queued_at"])
    .where("d.state", "=", "waiting")
    .where(sql<SqlBool>`d.next_attempt_at <= ${now}::timestamptz`)
    .where(
      sql<SqlBool>`NOT EXISTS (SELECT FROM cooperation.notice_delivery AS s JOIN cooperation.notice AS o ON o.notice = s.notice
        WHERE s.state = 'sent' AND s.sent_at > ${since}::timestamptz AND s.channel = d.channel AND o.urgent >= n.urgent
          AND s.person IS NOT DISTINCT FROM d.person AND (d.person IS NOT NULL OR o.office = n.office))`,
    )
    .orderBy("d.queued_at")
    .orderBy("d.delivery")
    .limit(noticesAtOnce)
    .execute();
  if (rows.length === 0) return { due: [], people: [] };
  const due = rows.map((row) => {
    const { person, queued_at: queuedAt, ...rest } = dueSchema.parse(row);
    return { ...rest, queuedAt, recipient: person ?? ("office" as const) };
  });
  return { due, people: await reachablePeople(transaction) };
}

/** Sends one message for all that waits for the same recipient at the same channel. */
async function sendMessages(parts: TellingParts, { within, now, chance }: Around): Promise<number> {
  const { due, people } = await within((transaction) => dueDeliveries(transaction, now()));
  const joined = new Map<string, Due[]>();
  for (const one of due) {
    const key = JSON.stringify([one.recipient, one.recipient === "office" ? one.office : "", one.channel]);
    joined.set(key, [...(joined.get(key) ?? []), one]);
  }
  const roster = parts.roster();
  const sent = await Promise.all(
    [...joined.values()].map(async (group) => {
      const [first] = group;
      if (first === undefined) return false;
      const { recipient, office, channel: name } = first;
      const channel = parts.channels.get(name);
      const { language, reachedBy } = reachesOf(recipient, office, roster, people);
      const reaches = reachedBy.filter((reach) => channelOf(reach) === name);
      const outcome: SendingOutcome =
        channel === undefined || reaches.length === 0
          ? { sent: false, forGood: true, problem: "the roster has no such address any more" }
          : await channel({
              id: first.delivery,
              urgent: group.some(({ urgent }) => urgent),
              language,
              reachedBy: reaches,
            });
      const ended = await within((transaction) => writeDown(transaction, group, outcome, now(), chance()));
      // The first failure and the last are told; what lies between says nothing new.
      if (!outcome.sent && (ended || first.attempts === 0))
        parts.report({ what: "not-sent", channel: name, problem: outcome.problem, again: !ended });
      return outcome.sent;
    }),
  );
  return sent.filter(Boolean).length;
}

/** @returns whether no further attempt will be made for one of them. */
async function writeDown(
  { sql: tables, enter }: StoreTransaction,
  group: readonly Due[],
  outcome: SendingOutcome,
  now: Instant,
  chance: number,
): Promise<boolean> {
  await enter({ kind: "system" });
  const update = (delivery: string) =>
    tables.updateTable("cooperation.notice_delivery").where("delivery", "=", delivery).where("state", "=", "waiting");
  let given = false;
  for (const { delivery, attempts, queuedAt } of group) {
    if (outcome.sent) {
      await update(delivery)
        .set({ state: "sent", sent_at: now, attempts: attempts + 1, problem: null })
        .execute();
      continue;
    }
    const ends = outcome.forGood || Date.parse(now) - Date.parse(queuedAt) >= triedFor;
    given ||= ends;
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(attempts, 20));
    await update(delivery)
      .set({
        state: ends ? "given-up" : "waiting",
        attempts: attempts + 1,
        next_attempt_at: later(now, Math.floor((pause * (1 + chance)) / 2)),
        problem: outcome.problem.slice(0, 300),
      })
      .execute();
    // Where nothing can reach the person, the next one is told without waiting for an answer.
    if (ends)
      await sql`UPDATE cooperation.notice AS n SET look_at = ${now}::timestamptz
        FROM cooperation.notice_delivery AS d
        WHERE d.delivery = ${delivery}::uuid AND n.notice = d.notice AND n.acknowledged_at IS NULL AND n.given_up_at IS NULL
          AND NOT EXISTS (SELECT FROM cooperation.notice_delivery AS o
            WHERE o.notice = n.notice AND o.state IN ('waiting', 'sent'))`.execute(tables);
  }
  return given;
}

/**
 * Notes that somebody has come to look: what was sent to the person, or to the addresses of the person's office, is
 * acknowledged, and to a head what was raised for the office; nobody else is told of it any more.
 *
 * @returns how many notices were acknowledged.
 */
export async function acknowledgeNotices(
  { sql: tables, enter }: Pick<StoreTransaction, "sql" | "enter">,
  who: { readonly person: PersonId; readonly office: OfficeId; readonly role: string },
  now: Instant,
): Promise<number> {
  await enter({ kind: "system" });
  const head = who.role === "head-of-office";
  const works = who.role !== "administrator" && who.role !== "auditor";
  const rows = await sql<{ notice: string }>`
    UPDATE cooperation.notice AS n
    SET acknowledged_at = ${now}::timestamptz, acknowledged_by = ${who.person}::uuid, look_at = NULL
    WHERE n.acknowledged_at IS NULL AND (
      (${head}::boolean AND n.office = ${who.office})
      OR EXISTS (SELECT FROM cooperation.notice_delivery AS d WHERE d.notice = n.notice AND d.state = 'sent'
        AND (d.person = ${who.person}::uuid OR (d.person IS NULL AND ${works}::boolean AND n.office = ${who.office}))))
    RETURNING n.notice`.execute(tables);
  const acknowledged = rows.rows.map(({ notice }) => notice);
  if (acknowledged.length > 0)
    await tables
      .updateTable("cooperation.notice_delivery")
      .set({ state: "not-needed" })
      .where("notice", "in", acknowledged)
      .where("state", "=", "waiting")
      .execute();
  return acknowledged.length;
}
