import { type SqlBool, sql } from "kysely";
import { z } from "zod";
import { alarmClasses } from "../definitions/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { type Instant, instantSchema, matterIdSchema } from "../words/index.ts";
import { glassBroken, mayList, personAtWork, scopeOf } from "./reading.ts";
import type { Alarm, Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

const clockDataSchema = z.object({ grade: z.enum(alarmClasses), warnings: z.array(instantSchema) });
const mostAlarms = 1000;
/** For how long an emergency access is shown as an alarm. */
const shownFor = 30 * 86_400_000;

/** What needs somebody's look among the matters that the person may see: the gravest first, then the nearest. */
export async function alarmsFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
): Promise<readonly Alarm[]> {
  const { parts } = workshop;
  const now = parts.now();
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return [];
  const found: Alarm[] = [];
  for (const { matter, clock } of await own.dueClocks(now, mostAlarms)) {
    const { grade, warnings } = clockDataSchema.parse(clock.data);
    const { dueAt } = clock;
    const expired = dueAt !== null && dueAt <= now;
    const at = expired ? dueAt : warnings.filter((warning) => warning <= now).at(-1);
    if (at === undefined) continue;
    const kind = expired ? "expiry" : "warning";
    const id = `${matter}/${clock.clock}/${kind}/${at}`;
    found.push({ id, matter, kind, about: clock.clock, grade, at, due: dueAt ?? undefined });
  }
  for (const { matter, message, at } of await transaction.correspondence.failed(mostAlarms))
    found.push({
      id: `message/${message}`,
      matter,
      kind: "message",
      about: message,
      grade: "legal",
      at,
      due: undefined,
    });
  if (who.role === "head-of-office") found.push(...(await brokenGlass(transaction, now)));

  const visible = new Map<string, boolean>();
  const view = await transaction.enter(scopeOf(who));
  for (const { matter } of found) {
    if (visible.has(matter)) continue;
    const stored = await view.matter(matter);
    visible.set(matter, stored !== undefined && (await mayList(workshop, view, person, stored)));
  }
  const shown = found.filter(({ matter }) => visible.get(matter) === true);
  await view.logRead(
    now,
    [...new Set(shown.map(({ matter }) => matter))].map((matter) => ({ matter, what: "alarm" })),
  );
  const weight = ({ grade }: Alarm): number => alarmClasses.indexOf(grade);
  return shown.sort(
    (one, other) => weight(one) - weight(other) || (one.due ?? one.at).localeCompare(other.due ?? other.at),
  );
}

/** Who used emergency access; the head of the office is told of it in the matters that the head sees. */
async function brokenGlass(transaction: AuthorityTransaction, now: Instant): Promise<Alarm[]> {
  await transaction.enter({ kind: "system" });
  const since = new Date(Date.parse(now) - shownFor).toISOString();
  const rows = await transaction.sql
    .selectFrom("cooperation.read_log")
    .select(["entry", "matter", "person", "at"])
    .where("what", "=", glassBroken)
    .where(sql<SqlBool>`at > ${since}::timestamptz`)
    .orderBy("entry", "desc")
    .limit(mostAlarms)
    .execute();
  return rows.map(({ entry, matter, person, at }) => ({
    id: `break-glass/${entry}`,
    matter: matterIdSchema.parse(matter),
    kind: "break-glass",
    about: person ?? "",
    grade: "legal",
    at: instantSchema.parse(at.toISOString()),
    due: undefined,
  }));
}
