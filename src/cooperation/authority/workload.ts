import { type SqlBool, sql } from "kysely";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { instantOf, type QueueFilter, type StoredMatter } from "../store/index.ts";
import {
  type EventId,
  type Instant,
  type MatterId,
  matterIdSchema,
  type PersonId,
  personIdSchema,
} from "../words/index.ts";
import { overseeFor } from "./commanding.ts";
import { eventAfter } from "./identifier.ts";
import { mayList, personAtWork, scopeOf } from "./reading.ts";
import type { CommandOutcome, Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** The open matters of an office, counted for its head. */
export interface Workload {
  /** By who works on them; null: nobody is assigned. */
  readonly people: readonly PersonLoad[];
  readonly states: readonly { readonly type: string; readonly state: string; readonly matters: number }[];
  /** By days since they were opened: fewer than 30, 90, 180, and more. */
  readonly ages: readonly { readonly below: number | null; readonly matters: number }[];
  /** Deadlines that have passed in open matters, the longest ago first. */
  readonly overdue: readonly OverdueClock[];
  /** How matters ended that were last changed since a moment, by type and state. */
  readonly ended: readonly { readonly type: string; readonly state: string; readonly matters: number }[];
}

export interface PersonLoad {
  readonly person: PersonId | null;
  readonly open: number;
  readonly urgent: number;
  /** Open matters in which a deadline has passed. */
  readonly overdue: number;
  /** Sealed matters, which the head does not see: only how many there are. */
  readonly sealed: number;
  readonly oldest: Instant | null;
}

export interface OverdueClock {
  readonly matter: MatterId;
  readonly type: string;
  readonly reference: string | null;
  readonly clock: string;
  readonly due: Instant;
  readonly assignee: PersonId | null;
}

const ageLimits = [30, 90, 180] as const;
const mostOverdue = 100;

/** Whether somebody is the head of an office, as whom the person works now. */
async function headAtWork(transaction: AuthorityTransaction, who: Worker): Promise<boolean> {
  const own = await transaction.enter(scopeOf(who));
  return who.role === "head-of-office" && (await personAtWork(own, who)) !== undefined;
}

/**
 * The workload of the head's office; undefined for anybody else. What the database shows to the head is counted, and of
 * what is sealed from the head only how much it is.
 *
 * @param since - Beginning of the period whose ended matters are counted.
 */
export async function workloadFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  since: Instant,
): Promise<Workload | undefined> {
  if (!(await headAtWork(transaction, who))) return undefined;
  const now = workshop.parts.now();
  const seen = await transaction.enter(scopeOf(who));
  const ofOffice = transaction.sql.selectFrom("cooperation.matter as m").where("m.office", "=", who.office);
  const count = sql<string | number>`count(*)`;
  const people = await ofOffice
    .where("m.open", "=", true)
    .select("m.assignee")
    .select([count.as("open"), sql<string | number>`count(*) FILTER (WHERE m.urgent)`.as("urgent")])
    .select(sql<Date>`min(m.opened_at)`.as("oldest"))
    .groupBy("m.assignee")
    .execute();
  const ofLate = ofOffice
    .innerJoin("cooperation.clock as c", "c.matter", "m.matter")
    .where("m.open", "=", true)
    .where("c.state", "in", ["running", "expired"])
    .where(sql<SqlBool>`c.due_at <= ${now}::timestamptz`);
  const late = await ofLate
    .select(["m.assignee", sql<string | number>`count(DISTINCT m.matter)`.as("overdue")])
    .groupBy("m.assignee")
    .execute();
  const states = await ofOffice
    .where("m.open", "=", true)
    .select(["m.type", "m.state", count.as("matters")])
    .groupBy(["m.type", "m.state"])
    .orderBy("m.type")
    .orderBy("m.state")
    .execute();
  const age = sql<number>`width_bucket(extract(epoch FROM ${now}::timestamptz - m.opened_at) / 86400, ARRAY[30, 90, 180]::float8[])`;
  const ages = await ofOffice
    .where("m.open", "=", true)
    .select([age.as("age"), count.as("matters")])
    .groupBy("age")
    .execute();
  const ended = await ofOffice
    .where("m.open", "=", false)
    .where(sql<SqlBool>`m.changed_at >= ${since}::timestamptz`)
    .select(["m.type", "m.state", count.as("matters")])
    .groupBy(["m.type", "m.state"])
    .orderBy("m.type")
    .orderBy("m.state")
    .execute();
  const overdue = await ofLate
    .select(["m.matter", "m.type", "m.reference", "m.assignee", "c.clock", "c.due_at"])
    .orderBy("c.due_at")
    .orderBy("m.matter")
    .limit(mostOverdue)
    .execute();
  const shown = [...new Set(overdue.map(({ matter }) => matterIdSchema.parse(matter)))];
  await seen.logRead(
    now,
    shown.map((matter) => ({ matter, what: "workload" })),
  );
  await transaction.enter({ kind: "system" });
  const sealed = await sealedOf(transaction, who)
    .select(["m.assignee", count.as("sealed")])
    .groupBy("m.assignee")
    .execute();
  const load = new Map<string | null, PersonLoad>();
  for (const row of people)
    load.set(row.assignee, {
      person: personIdSchema.nullable().parse(row.assignee),
      open: Number(row.open),
      urgent: Number(row.urgent),
      overdue: Number(late.find(({ assignee }) => assignee === row.assignee)?.overdue ?? 0),
      sealed: 0,
      oldest: row.oldest === null ? null : instantOf(row.oldest),
    });
  for (const row of sealed) {
    const person = personIdSchema.nullable().parse(row.assignee);
    const known = load.get(row.assignee) ?? { person, open: 0, urgent: 0, overdue: 0, sealed: 0, oldest: null };
    load.set(row.assignee, { ...known, sealed: Number(row.sealed) });
  }
  const counted = <Row extends { readonly matters: string | number }>(rows: readonly Row[]) =>
    rows.map((row) => ({ ...row, matters: Number(row.matters) }));
  return {
    people: [...load.values()].sort((one, other) => other.open + other.sealed - one.open - one.sealed),
    states: counted(states),
    ages: [...ageLimits, null].map((below, bucket) => ({
      below,
      matters: Number(ages.find((row) => Number(row.age) === bucket)?.matters ?? 0),
    })),
    overdue: overdue.flatMap(({ matter, due_at: due, assignee, ...row }) =>
      due === null
        ? []
        : [
            {
              ...row,
              matter: matterIdSchema.parse(matter),
              due: instantOf(due),
              assignee: personIdSchema.nullable().parse(assignee),
            },
          ],
    ),
    ended: counted(ended),
  };
}

/** Open sealed matters of the head's office that are assigned to somebody else, and so not shown to the head. */
function sealedOf({ sql: tables }: AuthorityTransaction, { office, person }: Worker) {
  return tables
    .selectFrom("cooperation.matter as m")
    .where("m.office", "=", office)
    .where("m.open", "=", true)
    .where("m.restricted", "=", true)
    .where("m.assignee", "is not", null)
    .where("m.assignee", "<>", person)
    .where(sql<SqlBool>`NOT ${person}::uuid = ANY (m.granted || m.barred)`);
}

/** Most matters that are given on at once. */
const mostAtOnce = 500;

/** What a person works on, for the head who gives it on: those that the head sees, and how many there are beside. */
export interface PersonMatters {
  readonly matters: readonly StoredMatter[];
  readonly sealed: number;
}

/** The open matters of a person in the head's office; undefined for anybody but the head. */
export async function mattersOfPerson(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  of: PersonId,
): Promise<PersonMatters | undefined> {
  if (!(await headAtWork(transaction, who))) return undefined;
  const seen = await transaction.enter(scopeOf(who));
  const person = await personAtWork(seen, who);
  if (person === undefined) return undefined;
  const filter: QueueFilter = { open: true, assignee: of, offices: [who.office] };
  const { matters } = await seen.queue(filter, { size: mostAtOnce });
  const listed: StoredMatter[] = [];
  for (const stored of matters) if (await mayList(workshop, seen, person, stored)) listed.push(stored);
  await seen.logRead(
    workshop.parts.now(),
    listed.map(({ matter }) => ({ matter, what: "workload" })),
  );
  await transaction.enter({ kind: "system" });
  const hidden = await sealedOf(transaction, who).where("m.assignee", "=", of).select("m.matter").execute();
  return { matters: listed, sealed: hidden.length };
}

/** Several matters of one person that are given to another. */
export interface Reassignment {
  /** Made once by the form: each assignment gets an identifier that follows from it. */
  readonly id: EventId;
  readonly from: PersonId;
  readonly to: PersonId;
  readonly reason: string;
  readonly matters: readonly MatterId[];
  /** Also all sealed matters of the person, which are not shown to the head. */
  readonly sealed: boolean;
}

export interface ReassignmentOutcome {
  readonly done: number;
  /** Those that were not given on, because the other person is barred or for another reason; of sealed ones only how many. */
  readonly refused: readonly { readonly matter: MatterId | undefined; readonly outcome: CommandOutcome["kind"] }[];
}

/** Gives several matters of a person to another one, each by an event of its own; a repeat gives nothing twice. */
export async function reassignFor(
  workshop: Workshop,
  within: <Value>(work: (transaction: AuthorityTransaction) => Promise<Value>) => Promise<Value>,
  who: Worker,
  { id, from, to, reason, matters, sealed }: Reassignment,
): Promise<ReassignmentOutcome> {
  const hidden = await within(async (transaction) => {
    if (!sealed || !(await headAtWork(transaction, who))) return [];
    await transaction.enter({ kind: "system" });
    const rows = await sealedOf(transaction, who).where("m.assignee", "=", from).select("m.matter").execute();
    return rows.map(({ matter }) => matterIdSchema.parse(matter));
  });
  const refused: { readonly matter: MatterId | undefined; readonly outcome: CommandOutcome["kind"] }[] = [];
  let done = 0;
  for (const matter of [...new Set([...matters, ...hidden])]) {
    const outcome = await within((transaction) =>
      overseeFor(workshop, transaction, who, {
        id: eventAfter(id, `given on ${matter}`),
        matter,
        name: "assigned",
        person: to,
        reason,
      }),
    );
    if (outcome.kind === "done") done += 1;
    else refused.push({ matter: hidden.includes(matter) ? undefined : matter, outcome: outcome.kind });
  }
  return { done, refused };
}
