import type { Calendar, Deadline } from "../clocks/index.ts";
import type { CooperationFact } from "../counting/index.ts";
import type { ClockDefinition, Label, MatterType, Side } from "../definitions/index.ts";
import type { EvidenceReason, EvidenceSummary } from "../exchange/index.ts";
import type { ClockRun, Command, CommonEventName, Matter, MissingContent, Refusal } from "../matter/index.ts";
import type { PersonFacts } from "../rights/index.ts";
import type {
  Durability,
  Office,
  Partner,
  Person,
  QueueFilter,
  QueuePage,
  QueuePlace,
  StoredEvent,
} from "../store/index.ts";
import type {
  Actor,
  AuthorityId,
  EventId,
  Instant,
  Json,
  MatterId,
  OfficeId,
  PersonId,
  Role,
  StateCode,
} from "../words/index.ts";

/** A person at work, in one of the roles and offices that the person has. */
export interface Worker {
  readonly person: PersonId;
  readonly office: OfficeId;
  readonly role: Role;
  /** Access beyond one's rights in an emergency: it is given, logged with the reason, and raises an alarm. */
  readonly breakGlass?: { readonly reason: string };
}

/** A clock of a matter, with what it says now. */
export interface ClockView {
  readonly run: ClockRun;
  readonly definition: ClockDefinition;
  /** When it ends, with the explanation; undefined when it was stopped. */
  readonly deadline: Deadline | undefined;
  /** The State's calendar is not at hand: it ends at that moment or later, and nothing happens by itself then. */
  readonly assumed: boolean;
  /** Whose calendar and time zone count. */
  readonly state: StateCode | undefined;
}

/** A message of the matter, and how far it is proved to have come. */
export interface MessageView {
  readonly message: string;
  readonly direction: "outgoing" | "incoming";
  /** The event that it carries. */
  readonly event: string;
  readonly at: Instant;
  /** `not-delivered`: the other side signed that it does not take it, and a person has to look. */
  readonly state: "waiting" | "acknowledged" | "rejected" | "given-up" | "delivered" | "not-delivered";
  readonly evidence: readonly AttestedEvidence[];
}

/** An evidence about a message: who attested what, when and why. */
export interface AttestedEvidence extends EvidenceSummary {
  readonly issuer: AuthorityId;
  readonly at: Instant;
  readonly reasons: readonly EvidenceReason[];
  /** Where the issuer wrote it into its log. */
  readonly log: { readonly origin: string; readonly index: number } | null;
}

/** Everything that a page about a matter needs, of one moment. */
export interface MatterView {
  readonly type: MatterType;
  readonly matter: Matter;
  readonly office: OfficeId;
  readonly assignee: PersonId | undefined;
  readonly history: readonly StoredEvent[];
  /** Sequence up to which the reader had seen the matter before; 0 where it was never opened. */
  readonly seen: number;
  /** Mandatory contents that are not there, each with its article, in the order of the form. */
  readonly missing: readonly MissingContent[];
  readonly clocks: readonly ClockView[];
  readonly exchange: readonly MessageView[];
  /** Who reads, as rights see the person. */
  readonly reader: PersonFacts;
  /** Set where it is read by emergency access: only reading, and only until then. */
  readonly emergency: { readonly reason: string; readonly until: Instant } | undefined;
}

/** A page of the queue, with what is new in it for the person. */
export interface ListedMatters extends QueuePage {
  /** Those that changed since the person last opened them, or that the person never opened. */
  readonly unseen: ReadonlySet<MatterId>;
}

/** An event that somebody else added while a person was at work. */
export interface MeanwhileEvent {
  readonly name: string;
  readonly at: Instant;
  readonly by: Actor;
}

/** What became of a command. */
export type CommandOutcome =
  | { readonly kind: "done"; readonly matter: MatterId; readonly sequence: number; readonly repeated: boolean }
  /** Every reason at once; nothing was changed. */
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] }
  /** Somebody else was quicker; nothing was changed. */
  | { readonly kind: "conflict"; readonly since: readonly MeanwhileEvent[] }
  | { readonly kind: "not-allowed" }
  | { readonly kind: "unknown-matter" };

/** What is done about who may know of a matter, whatever its newest event is. */
export interface OversightRequest {
  readonly id: EventId;
  readonly matter: MatterId;
  readonly name: "assigned" | "access-granted" | "access-withdrawn" | "conflict-declared" | "conflict-lifted";
  readonly person: PersonId;
  readonly reason: string;
}

/** A new matter. */
export interface OpenRequest {
  /** Made once by the form, so that a form sent twice opens one matter; the matter's identifier follows from it. */
  readonly command: EventId;
  readonly type: string;
  /** `requesting` to draft a request; `requested` to register one that came on paper. */
  readonly side: Side;
  readonly partner: AuthorityId;
  /** Values that are known already, such as the authority's own reference. */
  readonly values?: Readonly<Record<string, Json>>;
  /** The own matter that it follows, and which of the values were taken over from there. */
  readonly follows?: { readonly matter: MatterId; readonly fields: readonly string[] };
}

/** A request of another type that follows a matter. */
export interface FollowRequest {
  /** Made once by the form, so that a form sent twice opens one matter. */
  readonly command: EventId;
  readonly matter: MatterId;
  readonly type: string;
}

/** Something that a person could do next, with what stands in the way. */
export interface Option {
  readonly name: string;
  readonly label: Label;
  /** `propose`: another person has to approve it, so the command is `proposed` with this name. */
  readonly by: "command" | "propose" | "approve";
  /** The roles for one of whom it waits; empty where the person may do it. Without the right there is no button. */
  readonly waitsFor: readonly Role[];
  /** Empty when it can be done now. Particulars that have to be given with it are not counted as missing. */
  readonly refusals: readonly Refusal[];
  /** Particulars that must and may be given. */
  readonly needs: readonly string[];
  readonly accepts: readonly string[];
}

/** Something that somebody must look at. */
export interface Alarm {
  readonly id: string;
  readonly matter: MatterId;
  /** Of the matter; null where it has none, or is sealed from the person. */
  readonly reference: string | null;
  /** `message`: a message was rejected, not delivered or given up. `break-glass`: somebody used emergency access. */
  readonly kind: "warning" | "expiry" | "message" | "break-glass";
  /** The clock, the message, or the person. */
  readonly about: string;
  readonly grade: ClockDefinition["alarm"];
  readonly at: Instant;
  readonly due: Instant | undefined;
  /** The reason that was given for emergency access. */
  readonly reason?: string;
  /** Whether the matter is sealed from the person: then nothing of it is shown but that this happened. */
  readonly sealed: boolean;
}

/** What waiting work came to. */
export interface TickOutcome {
  /** Messages that the other side acknowledged or rejected. */
  readonly sent: number;
  /** Arrived messages that were handed over. */
  readonly delivered: number;
  /** Clocks whose expiry was recorded. */
  readonly expired: number;
}

/** One authority at work: everything that pages and commands do goes through it. Rights are decided and reads logged inside. */
export interface AuthorityService {
  readonly authority: AuthorityId;
  readonly state: StateCode;
  readonly name: string;
  /** The newest version of each matter type. */
  readonly types: ReadonlyMap<string, MatterType>;
  /** The calendars of States, by code. */
  readonly calendars: ReadonlyMap<string, Calendar>;
  /** What the database promises; shown on the page. */
  durability(): Promise<Durability>;
  partners(): Promise<readonly Partner[]>;
  offices(): Promise<readonly Office[]>;
  people(): Promise<readonly Person[]>;
  queue(
    who: Worker,
    filter: QueueFilter,
    page: { readonly size: number; readonly after?: QueuePlace },
  ): Promise<ListedMatters>;
  /** Undefined where there is none or none that may be seen: the two cannot be told apart. Logs the read. */
  view(who: Worker, matter: MatterId, reason?: string): Promise<MatterView | undefined>;
  /**
   * Reads a matter of the office by emergency access: recorded with the reason, and shown to the head and the auditors.
   *
   * @param named - Identifier of the matter, or its reference.
   * @returns Undefined where there is no such matter, or the person may not break its glass: the two cannot be told apart.
   */
  emergency(who: Worker, named: string, reason: string): Promise<MatterView | undefined>;
  open(who: Worker, request: OpenRequest): Promise<CommandOutcome>;
  /**
   * Opens a draft of another type to the same partner, filled with what the matter already says, and links both. What
   * follows a sealed matter is sealed, too.
   */
  follow(who: Worker, request: FollowRequest): Promise<CommandOutcome>;
  /** What a draft that follows would begin with; undefined where none can follow now. Pure. */
  following(view: MatterView, type: string): Readonly<Record<string, Json>> | undefined;
  /** Carries out any event of the matter type, or one that all matters share, such as `fields-set` or `proposed`. */
  command(who: Worker, command: Command): Promise<CommandOutcome>;
  /** Which transitions lead on from here on this side, each with why not when not, or for whom it waits. Pure. */
  options(view: MatterView, who: Worker): readonly Option[];
  /** The events that all matters share which the person may cause now. Pure. */
  permitted(view: MatterView, who: Worker): ReadonlySet<CommonEventName | "approve-correction">;
  /**
   * Assigns, admits or bars a person, or takes that back. A head of office does so also in a sealed matter that is not
   * shown to the head; then nothing is told of it but that it was done.
   */
  oversee(who: Worker, request: OversightRequest): Promise<CommandOutcome>;
  /**
   * What needs somebody's look among the matters that the person may see, the gravest first.
   *
   * @param most - How many are told and logged, 200 unless said; each emergency access is told beside them.
   */
  alarms(who: Worker, most?: number): Promise<readonly Alarm[]>;
  /** The closed matters as they are counted: no name, no reference. */
  closedAsFacts(): AsyncIterable<CooperationFact>;
  /** Does the work that waits: sends, hands over what arrived, notes evidence, expires clocks. Called by a timer. */
  tick(): Promise<TickOutcome>;
}
