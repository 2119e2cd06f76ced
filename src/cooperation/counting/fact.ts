import { z } from "zod";
import type { MatterType } from "../definitions/index.ts";
import { concernedPersonSchema, type Matter, offenceSchema } from "../matter/index.ts";
import {
  type AuthorityId,
  authorityIdSchema,
  type Instant,
  type Json,
  type StateCode,
  stateCodeSchema,
} from "../words/index.ts";
import { type AgeBand, ageBandOf, ageBands, ageIn } from "./age.ts";

/** One closed matter as it is counted. Nothing in it names a person or a case. */
export interface CooperationFact {
  readonly authority: AuthorityId;
  /** Of the closing, in UTC. */
  readonly year: number;
  readonly month: number;
  readonly direction: "outgoing" | "incoming";
  readonly type: string;
  /** The first of the legal bases. */
  readonly legalBasis: string | null;
  readonly partnerState: StateCode | null;
  /** ICCS code of the principal offence. */
  readonly offence: string | null;
  readonly outcome: string;
  /** The first of the grounds, where help was refused or postponed. */
  readonly ground: string | null;
  /** Whole days of each stage of the matter type; null where one of its ends did not happen. */
  readonly stages: Readonly<Record<string, number | null>>;
  /** Whether the request went or came through the exchange. */
  readonly electronic: boolean;
  readonly persons: readonly PersonCount[];
  readonly countUnit: "requests";
}

/** Persons of one sex and age band in a closed matter. */
export interface PersonCount {
  readonly sex: "female" | "male" | "other" | "not-known";
  readonly ageBand: AgeBand;
  readonly persons: number;
}

const personCountSchema = z.strictObject({
  sex: z.enum(["female", "male", "other", "not-known"]),
  ageBand: z.enum(ageBands),
  persons: z.int().positive(),
});

/** A fact as it is kept when the contents that it was counted from are erased. */
export const cooperationFactSchema: z.ZodType<CooperationFact> = z.strictObject({
  authority: authorityIdSchema,
  year: z.int(),
  month: z.int().min(1).max(12),
  direction: z.enum(["outgoing", "incoming"]),
  type: z.string(),
  legalBasis: z.string().nullable(),
  partnerState: stateCodeSchema.nullable(),
  offence: z.string().nullable(),
  outcome: z.string(),
  ground: z.string().nullable(),
  stages: z.record(z.string(), z.int().nullable()),
  electronic: z.boolean(),
  persons: z.array(personCountSchema),
  countUnit: z.literal("requests"),
});

/**
 * What is counted of a closed matter; undefined while it is open. Pure. The offence, the persons and the stages are those
 * that the matter type names under `statistics`.
 *
 * @param partnerState - State of the other side, as the directory of partners has it.
 */
export function factOf(
  type: MatterType,
  matter: Matter,
  authority: AuthorityId,
  partnerState: StateCode | undefined,
): CooperationFact | undefined {
  const end = matter.steps.findLast(({ from, to }) => from !== to && isEnd(type, to));
  if (matter.open || end === undefined) return undefined;
  const { statistics } = type;
  return {
    authority,
    year: Number(end.at.slice(0, 4)),
    month: Number(end.at.slice(5, 7)),
    direction: matter.side === "requesting" ? "outgoing" : "incoming",
    type: type.id,
    legalBasis: firstText(matter.fields["legal-bases"]?.value),
    partnerState: partnerState ?? null,
    offence: offenceOf(statistics.offences === undefined ? undefined : matter.fields[statistics.offences]?.value),
    outcome: outcomeOf(type, matter),
    ground: groundOf(matter),
    stages: Object.fromEntries(statistics.stages.map(({ id, from, to }) => [id, daysBetween(type, matter, from, to)])),
    electronic: isElectronic(type, matter),
    persons: personsOf(statistics.persons === undefined ? undefined : matter.fields[statistics.persons]?.value, end.at),
    countUnit: "requests",
  };
}

const isEnd = (type: MatterType, state: string): boolean => type.states.find(({ id }) => id === state)?.open === false;

function firstText(value: Json | undefined): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : null;
}

/** ICCS code of the principal offence, which stands first. */
function offenceOf(value: Json | undefined): string | null {
  const read = offenceSchema.safeParse(Array.isArray(value) ? value[0] : undefined);
  return read.success ? read.data.iccs : null;
}

/** The last state that says how the matter came out; a matter that ended before one is counted by how it ended. */
function outcomeOf(type: MatterType, matter: Matter): string {
  const { outcomes } = type.statistics;
  const state = matter.steps.findLast(({ to }) => outcomes[to] !== undefined)?.to;
  return (state === undefined ? undefined : outcomes[state]) ?? matter.state;
}

function groundOf(matter: Matter): string | null {
  const step = matter.steps.findLast(
    ({ data }) => data.grounds !== undefined || data["postponement-grounds"] !== undefined,
  );
  return firstText(step?.data.grounds ?? step?.data["postponement-grounds"]);
}

/** Whole days from the first event of one name to the first of another after it. */
function daysBetween(type: MatterType, matter: Matter, from: string, to: string): number | null {
  const opened = matter.events[0];
  // The receiving side learns of the sending by the request itself, which opens the matter there.
  const here = from === type.opening && matter.side === "requested" ? "opened" : from;
  const begin = here === "opened" ? opened : matter.events.find(({ name }) => name === here);
  if (begin === undefined) return null;
  const end = matter.events.find(({ name, sequence }) => name === to && sequence > begin.sequence);
  return end === undefined ? null : wholeDays(begin.at, end.at);
}

function wholeDays(from: Instant, to: Instant): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** Whether the exchange carried it: the other side acted itself, or an evidence of the exchange was a step. */
function isElectronic(type: MatterType, matter: Matter): boolean {
  const steps = new Set(type.transitions.flatMap(({ name, evidence }) => (evidence === undefined ? [] : [name])));
  return matter.events.some(({ by, name }) => by.kind === "authority" || (by.kind === "system" && steps.has(name)));
}

function personsOf(value: Json | undefined, at: Instant): PersonCount[] {
  const counts = new Map<string, PersonCount>();
  for (const entry of Array.isArray(value) ? value : []) {
    const read = concernedPersonSchema.safeParse(entry);
    if (!read.success) continue;
    const { sex } = read.data;
    const ageBand = ageBandOf(ageIn(read.data, at));
    const key = `${sex} ${ageBand}`;
    counts.set(key, { sex, ageBand, persons: (counts.get(key)?.persons ?? 0) + 1 });
  }
  return [...counts.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}
