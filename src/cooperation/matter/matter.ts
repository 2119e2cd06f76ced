import type { CustodyEvent, CustodyState, EvidenceItem } from "../custody/index.ts";
import type { Side } from "../definitions/index.ts";
import type {
  Actor,
  AuthorityId,
  Digest,
  EventId,
  Instant,
  Json,
  JsonObject,
  MatterEvent,
  MatterId,
  OfficeId,
  PersonId,
} from "../words/index.ts";
import type { ErasureGround } from "./erasure-ground.ts";

/** The value that a field has now, with who gave it when, by which event. */
export interface FieldState {
  readonly value: Json;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

export interface Correction {
  readonly field: string;
  readonly before: Json | null;
  readonly after: Json;
  readonly reason: string;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

export interface Assignment {
  /** Undefined where the one who held the matter was barred from it: it waits for the head of the office. */
  readonly person: PersonId | undefined;
  readonly office: OfficeId;
  readonly at: Instant;
  readonly event: EventId;
}

export interface Consultation {
  readonly held: string;
  readonly summary: string;
  readonly means: string | undefined;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** More information that one side asked for. Its id is that of the event. */
export interface Question {
  readonly id: EventId;
  readonly side: Side;
  readonly text: string;
  readonly askedAt: Instant;
  readonly answer: { readonly text: string; readonly at: Instant; readonly event: EventId } | undefined;
}

export interface Attachment {
  readonly digest: Digest;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly shared: boolean;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** An item of evidence with its chain of custody. */
export interface HeldItem {
  /** Identifier of its first custody event. */
  readonly id: EventId;
  readonly item: EvidenceItem;
  /** Oldest first. */
  readonly events: readonly CustodyEvent[];
  readonly state: CustodyState;
  /** Somebody wants its key destroyed, and nobody else has agreed yet. */
  readonly destruction: ProposedDestruction | undefined;
}

export interface ProposedDestruction {
  readonly reason: string;
  readonly authorisation: NonNullable<CustodyEvent["authorisation"]>;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

export interface Note {
  readonly text: string;
  /** The own matter that it is about, where it is about one. */
  readonly about?: MatterId;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** Why a person may, or may not, know of a matter. */
export interface PersonEntry {
  readonly person: PersonId;
  readonly reason: string;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** Why the contents of a matter must be kept for the time being. */
export interface Hold {
  readonly reason: string;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** Somebody wants the contents erased, and nobody else has agreed yet. */
export interface ProposedErasure extends Hold {
  readonly ground: ErasureGround;
}

/** A step that one person prepared and another has to approve. */
export interface Proposal {
  readonly id: EventId;
  readonly name: string;
  readonly data: JsonObject;
  readonly by: Actor;
  readonly at: Instant;
}

/** One run of a clock. When it is due is computed from it, its definition and a calendar. */
export interface ClockRun {
  readonly clock: string;
  /** The moment that the starting event names as the beginning, such as an arrest; else that of the event. */
  readonly startedAt: Instant;
  readonly startedBy: EventId;
  /** The end that was fixed as a date or a moment, in place of the length of the definition. */
  readonly until: string | undefined;
  readonly pauses: readonly { readonly from: Instant; readonly to: Instant | undefined }[];
  readonly stoppedAt: Instant | undefined;
  readonly expiredAt: Instant | undefined;
}

export interface Step {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly data: JsonObject;
  readonly at: Instant;
  readonly by: Actor;
  readonly event: EventId;
}

/** A matter as its events add up, seen from one of the two authorities. */
export interface Matter {
  readonly id: MatterId;
  readonly type: string;
  readonly typeVersion: number;
  /** The side of the authority that keeps this record. */
  readonly side: Side;
  readonly partner: AuthorityId | undefined;
  /** The own matter that it follows, with the fields that were taken over when it began. */
  readonly follows: { readonly matter: MatterId; readonly fields: readonly string[] } | undefined;
  readonly state: string;
  readonly open: boolean;
  /** Sequence of the last event. */
  readonly sequence: number;
  readonly openedAt: Instant;
  readonly changedAt: Instant;
  /** Whether the other side knows of the matter. */
  readonly known: boolean;
  readonly fields: Readonly<Record<string, FieldState>>;
  readonly corrections: readonly Correction[];
  readonly assignments: readonly Assignment[];
  readonly consultations: readonly Consultation[];
  readonly questions: readonly Question[];
  readonly attachments: readonly Attachment[];
  /** Items of evidence, in the order in which they came to be known. */
  readonly evidence: readonly HeldItem[];
  readonly notes: readonly Note[];
  readonly proposal: Proposal | undefined;
  /** Persons who wrote on the contents: none of them may approve them. */
  readonly drafters: readonly PersonId[];
  /** Sealed by somebody here, beside what the contents say of confidentiality. */
  readonly sealing: { readonly reason: string; readonly at: Instant; readonly by: Actor } | undefined;
  /** Persons let in one by one, to read. */
  readonly admitted: readonly PersonEntry[];
  /** Persons barred for a conflict of interest. */
  readonly conflicts: readonly PersonEntry[];
  readonly hold: Hold | undefined;
  readonly erasure: ProposedErasure | undefined;
  /** Messages that failed and that a person has dealt with. */
  readonly settled: readonly string[];
  readonly clocks: readonly ClockRun[];
  readonly steps: readonly Step[];
  readonly events: readonly MatterEvent[];
}

/** Values of the fields by name, without who gave them. */
export function fieldValues(matter: Matter): Record<string, Json> {
  return Object.fromEntries(Object.entries(matter.fields).map(([id, { value }]) => [id, value]));
}

/** Whether the contents ask for confidentiality; then nobody here can unseal the matter. */
export function isConfidential(matter: Pick<Matter, "fields">): boolean {
  return matter.fields.confidential?.value === true;
}

/** Whether only those who work on the matter may know of it: the contents ask for it, or somebody here sealed it. */
export function isSealed(matter: Pick<Matter, "fields" | "sealing">): boolean {
  return matter.sealing !== undefined || isConfidential(matter);
}

/** The office and the person that a matter lies with. Who opens a matter works on it until another is assigned. */
export function holderOf(
  matter: Pick<Matter, "assignments" | "events">,
): { readonly office: OfficeId; readonly person: PersonId | undefined } | undefined {
  const last = matter.assignments.at(-1);
  if (last !== undefined) return last;
  const opener = matter.events[0]?.by;
  return opener?.kind === "person" ? { office: opener.office, person: opener.person } : undefined;
}

/** Whether a clock run still goes: neither stopped nor expired. A paused one still goes. */
export function isRunning(run: ClockRun): boolean {
  return run.stoppedAt === undefined && run.expiredAt === undefined;
}

/** The side that acted, seen from the side of the record. */
export function sideOf(actor: Actor, own: Side): Side {
  if (actor.kind !== "authority") return own;
  return own === "requesting" ? "requested" : "requesting";
}
