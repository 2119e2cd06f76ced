import type { Calendar } from "../clocks/index.ts";
import type { MatterType } from "../definitions/index.ts";
import type {
  ArrivedMessage,
  DeliveryOutcome,
  ExchangeNode,
  ExchangeNote,
  OwnKeys,
  Post,
  RandomBytes,
  ReadChunk,
  RetryPolicy,
} from "../exchange/index.ts";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { fold, isFoldProblem, type Matter } from "../matter/index.ts";
import type { TellingParts } from "../notification/index.ts";
import type { Decision, Question } from "../rights/index.ts";
import type { CooperationDatabase, Directory, Projection } from "../store/index.ts";
import type { AuthorityId, Instant, MatterEvent, OfficeId, StateCode } from "../words/index.ts";
import type { MatterKind } from "./access.ts";
import type { Calendars } from "./deadlines.ts";
import { projectionOf } from "./projection.ts";
import type { AuthorityRecords, LogTarget } from "./records.ts";
import type { Stamps } from "./stamping.ts";

/** What an authority is made of. Clock, chance, keys and network are handed in. */
export interface AuthorityParts {
  readonly authority: AuthorityId;
  readonly state: StateCode;
  readonly name: string;
  readonly database: CooperationDatabase;
  /** The matter types under which matters are opened: of each the newest version. */
  readonly types: readonly MatterType[];
  /** Versions that matters once began under; those of `types` need not be repeated. */
  readonly keptTypes?: readonly MatterType[];
  readonly calendars: ReadonlyMap<string, Calendar>;
  /** The office that gets what arrives, until somebody is assigned. */
  readonly intake: OfficeId;
  readonly keys: () => OwnKeys;
  readonly now: () => Instant;
  readonly random: RandomBytes;
  readonly post: Post;
  readonly report: (note: ExchangeNote) => void;
  /** Reads bytes of payloads that are sent; without it no payload is. */
  readonly readChunk?: ReadChunk;
  readonly retryPolicy?: RetryPolicy;
  /** Who may do what; `decide` of the rights unless a test says otherwise. */
  readonly rights?: (question: Question) => Decision;
  /** The log alone; an authority that keeps evidence hands in its records instead. */
  readonly log?: LogTarget;
  /** Log, witness and vault, open for writing. */
  readonly records?: AuthorityRecords;
  /** Time stamps over heads of the log, which go along when a matter is exported. */
  readonly stamps?: Pick<Stamps, "covering">;
  /** Milliseconds between two heads of the log that a partner is asked to cosign; a minute unless said. */
  readonly betweenCheckpoints?: number;
  /** Milliseconds that rows of the log of reads wait for the seal that goes into the log; a minute unless said. */
  readonly betweenSeals?: number;
  /** Told of what does not fit between logs: somebody has to look. */
  readonly reportLog?: (sentence: string) => void;
  /** By which people are told outside the pages; without it nobody is, and nothing is kept to be told. */
  readonly notification?: TellingParts;
  /** Takes arrived messages that belong to no matter, such as notices and payloads; without it they are not delivered. */
  readonly otherMessages?: (message: ArrivedMessage, transaction: AuthorityTransaction) => Promise<DeliveryOutcome>;
}

/** The parts put together, as everything that works on matters needs them. */
export interface Workshop {
  readonly parts: AuthorityParts;
  readonly node: ExchangeNode<AuthorityTransaction>;
  readonly rights: (question: Question) => Decision;
  /** Ends what an end of the process left open in the vault; does nothing when it was done lately. */
  tidy(): Promise<void>;
  typeOf(id: string, version: number): MatterType | undefined;
  /** All kinds of matters that there can be. */
  readonly kinds: readonly MatterKind[];
}

/** A matter in its type's version. */
export interface TypedMatter {
  readonly type: MatterType;
  readonly matter: Matter;
}

/** The matter that events add up to. @throws Error where they do not: the record is damaged, or a type is not at hand. */
export function matterFrom(workshop: Workshop, events: readonly MatterEvent[]): TypedMatter {
  const { type: id, typeVersion } = events[0]?.data ?? {};
  const type = typeof id === "string" && typeof typeVersion === "number" ? workshop.typeOf(id, typeVersion) : undefined;
  if (type === undefined) throw new Error(`matter type ${String(id)} version ${String(typeVersion)} is not at hand`);
  const matter = fold(type, events);
  if (isFoldProblem(matter))
    throw new Error(`the events do not add up at ${matter.sequence}: ${matter.problem} (${matter.found})`);
  return { type, matter };
}

/** Whose calendars count in a matter. */
export async function calendarsFor(
  { parts }: Workshop,
  directory: Pick<Directory, "partners">,
  partner: AuthorityId | undefined,
): Promise<Calendars> {
  const known = partner === undefined ? [] : await directory.partners();
  const state = known.find(({ authority }) => authority === partner)?.state;
  return { calendars: parts.calendars, own: parts.state, partner: state };
}

export function projected({ parts }: Workshop, { type, matter }: TypedMatter, states: Calendars): Projection {
  return projectionOf(type, matter, parts.intake, states);
}
