import type { Selectable } from "kysely";
import { z } from "zod";
import {
  authorityIdSchema,
  digestSchema,
  type Instant,
  instantSchema,
  jsonObjectSchema,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
} from "../words/index.ts";
import type { Tables } from "./tables.ts";

const clockSchema = z.strictObject({
  /** Name of the clock, one of a matter; a repeated one carries a number. */
  clock: z.string().min(1),
  state: z.string().min(1),
  startedAt: instantSchema,
  dueAt: instantSchema.nullable(),
  /** When somebody must look next: the next warning, or the expiry; null when nothing is to come. */
  alarmAt: instantSchema.nullable(),
  data: jsonObjectSchema,
});

/** A clock of a matter as its events leave it. */
export type ProjectedClock = z.infer<typeof clockSchema>;

const evidenceItemSchema = z.strictObject({
  item: z.uuid(),
  exhibit: z.string().min(1),
  kind: z.string().min(1),
  /** The last stage of custody, such as `sealed`. */
  stage: z.string().min(1),
  digest: digestSchema.nullable(),
  bytes: z.int().nonnegative().nullable(),
  data: jsonObjectSchema,
});

/** An item of evidence as its custody events leave it. */
export type ProjectedEvidenceItem = z.infer<typeof evidenceItemSchema>;

/** What queues and rights need of a matter: no title, no name, nothing that a request contains. */
export const projectionSchema = z.strictObject({
  type: z.string().min(1),
  typeVersion: z.string().min(1),
  side: z.string().min(1),
  state: z.string().min(1),
  open: z.boolean(),
  office: officeIdSchema,
  assignee: personIdSchema.nullable(),
  /** Need to know: the office sees it only through its head, and only until somebody is assigned. */
  restricted: z.boolean(),
  /** Persons admitted one by one, from any office. */
  granted: z.array(personIdSchema).readonly(),
  /** Persons who must not see it, such as those with a conflict of interest, whatever else holds. */
  barred: z.array(personIdSchema).readonly(),
  partner: authorityIdSchema.nullable(),
  /** The reference of the requesting side: the authority's own, or the partner's of what it received. */
  reference: z.string().nullable(),
  urgent: z.boolean(),
  openedAt: instantSchema,
  changedAt: instantSchema,
  /** The earliest legal deadline that runs. */
  dueAt: instantSchema.nullable(),
  /** From when its contents may be erased, because they were kept as long as they had to be; null while they must stay. */
  erasableFrom: instantSchema.nullable().default(null),
  clocks: z.array(clockSchema).readonly(),
  evidence: z.array(evidenceItemSchema).readonly(),
});

/** What the events of a matter come to, as far as the database must know: a pure fold of the events. */
export type Projection = z.infer<typeof projectionSchema>;

const storedMatterSchema = projectionSchema.omit({ clocks: true, evidence: true }).extend({
  matter: matterIdSchema,
  sequence: z.int().positive(),
  /** When its contents were erased; left out where they are there. */
  erasedAt: instantSchema.optional(),
});

/** A matter as queues show it. */
export type StoredMatter = z.infer<typeof storedMatterSchema>;

/** The text of a moment that a driver handed out as a date. */
export const instantOf = (date: Date): Instant => instantSchema.parse(date.toISOString());
const instantOrNull = (date: Date | null): Instant | null => (date === null ? null : instantOf(date));

export function matterOf(row: Selectable<Tables["cooperation.matter"]>): StoredMatter {
  return storedMatterSchema.parse({
    matter: row.matter,
    sequence: row.sequence,
    type: row.type,
    typeVersion: row.type_version,
    side: row.side,
    state: row.state,
    open: row.open,
    office: row.office,
    assignee: row.assignee,
    restricted: row.restricted,
    granted: row.granted,
    barred: row.barred,
    partner: row.partner,
    reference: row.reference,
    urgent: row.urgent,
    openedAt: instantOf(row.opened_at),
    changedAt: instantOf(row.changed_at),
    dueAt: instantOrNull(row.due_at),
    erasableFrom: instantOrNull(row.erasable_from),
    ...(row.erased_at === null ? {} : { erasedAt: instantOf(row.erased_at) }),
  });
}

export function clockOf(row: Selectable<Tables["cooperation.clock"]>): ProjectedClock {
  return clockSchema.parse({
    clock: row.clock,
    state: row.state,
    startedAt: instantOf(row.started_at),
    dueAt: instantOrNull(row.due_at),
    alarmAt: instantOrNull(row.alarm_at),
    data: row.data,
  });
}

export function evidenceItemOf(row: Selectable<Tables["cooperation.evidence_item"]>): ProjectedEvidenceItem {
  return evidenceItemSchema.parse({
    item: row.item,
    exhibit: row.exhibit,
    kind: row.kind,
    stage: row.stage,
    digest: row.digest,
    bytes: row.bytes === null ? null : Number(row.bytes),
    data: row.data,
  });
}

/** A clock in the names of the columns. */
const clockColumns = ({ clock, state, startedAt, dueAt, alarmAt, data }: ProjectedClock) => ({
  clock,
  state,
  started_at: startedAt,
  due_at: dueAt,
  alarm_at: alarmAt,
  data,
});

/** The projection in the names of the columns, as the functions of the database take it. */
export function projectionText(projection: Projection): string {
  const { typeVersion, openedAt, changedAt, dueAt, erasableFrom, clocks, evidence, ...same } =
    projectionSchema.parse(projection);
  return JSON.stringify({
    ...same,
    type_version: typeVersion,
    opened_at: openedAt,
    changed_at: changedAt,
    due_at: dueAt,
    erasable_from: erasableFrom,
    clocks: clocks.map(clockColumns),
    evidence,
  });
}

/** The projection as the function that appends takes it: a value for each column, then clocks and items as JSON. */
export function projectionValues(projection: Projection): unknown[] {
  const sound = projectionSchema.parse(projection);
  return [
    sound.type,
    sound.typeVersion,
    sound.side,
    sound.state,
    sound.open,
    sound.office,
    sound.assignee,
    sound.restricted,
    [...sound.granted],
    [...sound.barred],
    sound.partner,
    sound.reference,
    sound.urgent,
    sound.openedAt,
    sound.changedAt,
    sound.dueAt,
    sound.erasableFrom,
    JSON.stringify(sound.clocks.map(clockColumns)),
    JSON.stringify(sound.evidence),
  ];
}
