import type { Context, Hono } from "hono";
import type {
  Administration,
  AuthorityService,
  ErasureService,
  EventId,
  EvidenceService,
  Instant,
  IntroductionLetter,
  MatterId,
  NotificationService,
  OversightService,
  PeopleTransaction,
  RecordsCheck,
  RecordsReading,
  RelyingParty,
  Role,
  Worker,
} from "../../cooperation/index.ts";
import type { LoggedLook } from "../../publication/index.ts";
import type { OrganisationSignIn } from "./organisation.ts";

/** What the pages may do with log, vault and evidence. */
export interface RecordsDoor {
  readonly evidence: EvidenceService;
  /** For auditors; undefined for everybody else. */
  readonly reading: (who: Worker) => Promise<RecordsReading | undefined>;
  /** Begins a check of everything, unless one is running. */
  readonly startCheck: () => void;
  readonly checked: () => CheckState;
  /** A file of the log by its path, such as `checkpoint` or `tile/0/000.p/7`. */
  readonly logFile: (path: string) => Promise<Uint8Array | undefined>;
}

/** How far the check of everything is. */
export interface CheckState {
  readonly running: boolean;
  readonly last: RecordsCheck | "failed" | undefined;
}

/** What the pages know of telling people outside them. */
export interface NotificationDoor extends Pick<NotificationService, "acknowledge" | "notices"> {
  readonly rosterProblems: () => readonly string[];
  /** Whether nothing leaves the machine, because everything is invented. */
  readonly pretended: boolean;
}

/** What the pages of an authority are handed: the service, who may sign in, the clock and chance. */
export interface DeskSurroundings {
  readonly erasures: ErasureService;
  readonly service: Pick<
    AuthorityService,
    | "authority"
    | "state"
    | "name"
    | "types"
    | "calendars"
    | "durability"
    | "partners"
    | "offices"
    | "people"
    | "queue"
    | "view"
    | "open"
    | "command"
    | "options"
    | "permitted"
    | "follow"
    | "following"
    | "oversee"
    | "emergency"
    | "alarms"
  >;
  /** People, offices and partners, as administrators keep them; undefined where nobody does by pages. */
  readonly administration?: Administration;
  /** What another authority needs to know this one by. */
  readonly introduction?: () => IntroductionLetter;
  /** The site that passkeys are for; undefined where its address has no name. */
  readonly passkeySite?: () => RelyingParty | undefined;
  /** Roles of whom a second factor is demanded; nobody's unless said. */
  readonly secondFactorFor?: ReadonlySet<Role>;
  /** Where people are told outside the pages. */
  readonly notification?: NotificationDoor;
  /** Workload, statistics and comparison of records, for heads of office and auditors. */
  readonly oversight: OversightService;
  /** Accounts, sessions, attempts and passkeys. */
  readonly signIn: PeopleTransaction;
  /** Sign-in by an organisation's own service, where the authority uses one. */
  readonly organisation?: OrganisationSignIn;
  /** 32 bytes or more, kept secret: the tokens of the forms are made with them. */
  readonly formKey: Uint8Array;
  /** Whether States, persons and cases are invented. */
  readonly invented: boolean;
  /** Whether pages are reached by HTTPS, so that cookies go nowhere else. */
  readonly https: boolean;
  /** From where a request comes, for counting attempts; undefined where it may not come at all. */
  readonly askerOf: (context: Context) => string | undefined;
  readonly now: () => Instant;
  readonly random: (bytes: number) => Uint8Array;
  readonly newId: () => EventId;
  /** Who looked at a matter, or at any; undefined where the worker may not know. Newest last. */
  readonly looks: (who: Worker, matter: MatterId | undefined) => Promise<readonly LoggedLook[] | undefined>;
  /** Log, vault and evidence, where the authority keeps them. */
  readonly records?: RecordsDoor;
  /** Told after a command was carried out, so that waiting work need not wait for the next turn. */
  readonly changed: () => void;
  /** Takes note of a mistake of the program. */
  readonly report: (error: unknown) => void;
  /** Where other authorities bring their messages. */
  readonly exchange: Hono;
}
