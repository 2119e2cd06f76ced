import { type SqlBool, sql } from "kysely";
import { z } from "zod";
import { alarmClasses } from "../definitions/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import type { StoredMatter } from "../store/index.ts";
import { type Instant, instantSchema, matterIdSchema } from "../words/index.ts";
import { reachOf } from "./listing.ts";
import { glassBroken, mayList, personAtWork, scopeOf } from "./reading.ts";
import type { Alarm, Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

const clockDataSchema = z.object({ grade: z.enum(alarmClasses), warnings: z.array(instantSchema) });
/** More than anybody looks through; the gravest of all that are due are among them. */
const mostAlarms = 200;
/** For how long an emergency access is shown as an alarm. */
const shownFor = 30 * 86_400_000;

const untitled = { reference: null, sealed: false } as const;

/** What needs somebody's look among the matters that the person may see: the gravest first, then the nearest. */
export async function alarmsFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  most = mostAlarms,
): Promise<readonly Alarm[]> {
  const { parts } = workshop;
  const now = parts.now();
  const own = await transaction.enter(scopeOf(who));
  const person = await personAtWork(own, who);
  if (person === undefined) return [];
  const found: Alarm[] = [];
  // Some are of matters that may not be listed after all.
  const looked = Math.min(mostAlarms, 3 * most);
  for (const { matter, clock } of await own.dueClocks(now, looked, reachOf(workshop, person))) {
    const { grade, warnings } = clockDataSchema.parse(clock.data);
    const { dueAt } = clock;
    const expired = dueAt !== null && dueAt <= now;
    const at = expired ? dueAt : warnings.filter((warning) => warning <= now).at(-1);
    if (at === undefined) continue;
    const kind = expired ? "expiry" : "warning";
    const id = `${matter}/${clock.clock}/${kind}/${at}`;
    found.push({ ...untitled, id, matter, kind, about: clock.clock, grade, at, due: dueAt ?? undefined });
  }
  for (const { matter, message, at } of await transaction.correspondence.failed(mostAlarms))
    found.push({
      ...untitled,
      id: `message/${message}`,
      matter,
      kind: "message",
      about: message,
      grade: "legal",
      at,
      due: undefined,
    });
  const visible = new Map<string, StoredMatter>();
  const glass = who.role === "head-of-office" ? await brokenGlass(transaction, who, now) : [];
  const view = await transaction.enter(scopeOf(who));
  const about = [...new Set([...found, ...glass].map(({ matter }) => matter))];
  for (const stored of await view.matters(about))
    if (await mayList(workshop, view, person, stored)) visible.set(stored.matter, stored);
  const titled = (alarm: Alarm): Alarm[] => {
    const stored = visible.get(alarm.matter);
    return stored === undefined ? [] : [{ ...alarm, reference: stored.reference }];
  };
  const weight = ({ grade }: Alarm): number => alarmClasses.indexOf(grade);
  const byGravity = (one: Alarm, other: Alarm): number =>
    weight(one) - weight(other) || (one.due ?? one.at).localeCompare(other.due ?? other.at);
  const shown = [
    ...found.flatMap(titled).sort(byGravity).slice(0, most),
    // That the glass of a sealed matter was broken is told; which matter it is stays with those who know it.
    ...glass.flatMap((alarm) => (visible.has(alarm.matter) ? titled(alarm) : [{ ...alarm, sealed: true }])),
  ];
  await view.logRead(
    now,
    [...new Set(shown.filter(({ sealed }) => !sealed).map(({ matter }) => matter))].map((matter) => ({
      matter,
      what: "alarm",
    })),
  );
  return shown.sort(byGravity);
}

/** Who used emergency access in the matters of the head's office; not in those that the head is barred from. */
async function brokenGlass(
  transaction: AuthorityTransaction,
  { office, person }: Worker,
  now: Instant,
): Promise<Alarm[]> {
  const view = await transaction.enter({ kind: "system" });
  const since = new Date(Date.parse(now) - shownFor).toISOString();
  const rows = await transaction.sql
    .selectFrom("cooperation.read_log as l")
    .innerJoin("cooperation.matter as m", "m.matter", "l.matter")
    .select(["l.entry", "l.matter", "l.person", "l.at", "l.sealed_reason"])
    .select(sql<Uint8Array | null>`cooperation.wrapped_key(l.matter)`.as("wrapped"))
    // Written out, because the index knows only this one.
    .where("l.what", "=", sql.lit(glassBroken))
    .where("m.office", "=", office)
    .where(sql<SqlBool>`NOT ${person}::uuid = ANY (m.barred)`)
    .where(sql<SqlBool>`l.at > ${since}::timestamptz`)
    .orderBy("l.entry", "desc")
    .limit(mostAlarms)
    .execute();
  return rows.map(({ entry, matter, person: by, at, sealed_reason: sealed, wrapped }) => ({
    id: `break-glass/${entry}`,
    matter: matterIdSchema.parse(matter),
    kind: "break-glass",
    about: by ?? "",
    grade: "legal",
    at: instantSchema.parse(at.toISOString()),
    due: undefined,
    reason: view.reasonOf(matterIdSchema.parse(matter), wrapped, sealed) ?? "",
    ...untitled,
  }));
}
