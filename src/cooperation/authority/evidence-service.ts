import type { CustodyEvent, CustodyStage, EvidenceItem } from "../custody/index.ts";
import type { UploadId, UploadRefusal } from "../vault/index.ts";
import type { Digest, EventId, MatterId } from "../words/index.ts";
import type { CommandOutcome, Worker } from "./service.ts";

/** Who wants something of a matter, as the person last saw it. */
interface Asked {
  /** Made once by the form, so that a form sent twice does one thing. */
  readonly command: EventId;
  readonly matter: MatterId;
  readonly expectedSequence: number;
}

/** How an item came to the authority. */
export type Origin =
  /** Made here, with a tool, by somebody who may. */
  | { readonly kind: "acquired"; readonly tool: string; readonly authorisation: Authorisation }
  /** Handed over by somebody. */
  | { readonly kind: "received"; readonly from: string; readonly authorisation?: Authorisation }
  /** Found, and not yet in our hands: an item without a content. */
  | { readonly kind: "identified" };
export type Authorisation = NonNullable<CustodyEvent["authorisation"]>;

/** A new item of evidence. */
export interface IntakeOrder extends Asked {
  readonly item: EvidenceItem;
  readonly origin: Origin;
  readonly reason: string;
  /** Where it is kept, for an item that is a thing. */
  readonly place: string | undefined;
  /** The upload that holds the content of a digital item. */
  readonly upload: UploadId | undefined;
  /** SHA-256 that the content must have, where somebody has said it. */
  readonly expected: Digest | undefined;
}

/** A new document of a matter. */
export interface DocumentOrder extends Asked {
  readonly upload: UploadId;
  readonly name: string;
  readonly expected: Digest | undefined;
  /** Whether the other side gets it. */
  readonly shared: boolean;
}

/** Something that is done to an item. */
export interface CustodyOrder extends Asked {
  readonly exhibit: string;
  readonly stage: CustodyStage;
  readonly reason: string;
  readonly authorisation?: Authorisation | undefined;
  readonly seal?: string | undefined;
  readonly to?: { readonly holder: string; readonly place?: string | undefined } | undefined;
  readonly tool?: string | undefined;
  /** Number of the exhibit that is made of it. */
  readonly result?: string | undefined;
  /** SHA-256 as somebody found it; for what the vault holds it is computed. */
  readonly found?: Digest | undefined;
}

/** What a content is handed out as. */
export interface HandedOut {
  readonly name: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface ExportOrder {
  readonly matter: MatterId;
  readonly reason: string;
  /** Age recipient that the evidence is readable for; without one the keys are withheld. */
  readonly recipient: string | undefined;
}

/** The bytes of an export, or why there are none: events that were never logged, a recipient that is none. */
export type Exported = AsyncIterable<Uint8Array> | "not-logged" | "bad-recipient";

/** What became of an intake. */
export type IntakeOutcome = CommandOutcome | { readonly kind: "upload-refused"; readonly refusal: UploadRefusal };
/** What became of something that was done to an item. */
export type CustodyOutcome =
  | CommandOutcome
  /** The content in the vault cannot be read any more: an alarm was raised. */
  | { readonly kind: "damaged"; readonly message: string };

/** Evidence of matters. Rights are decided inside, disclosures logged; undefined means not allowed, or not there. */
export interface EvidenceService {
  /** Begins an upload or goes on with one; gives the bytes that are here. */
  beginUpload(who: Worker, matter: MatterId, upload: UploadId): Promise<number | undefined>;
  addPart(
    who: Worker,
    matter: MatterId,
    upload: UploadId,
    part: { readonly offset: number; readonly bytes: Uint8Array; readonly digest: Digest },
  ): Promise<number | UploadRefusal | undefined>;
  abandonUpload(who: Worker, matter: MatterId, upload: UploadId): Promise<void>;
  takeInItem(who: Worker, order: IntakeOrder): Promise<IntakeOutcome>;
  attach(who: Worker, order: DocumentOrder): Promise<IntakeOutcome>;
  record(who: Worker, order: CustodyOrder): Promise<CustodyOutcome>;
  /** The content of an exhibit, logged with the reason. */
  open(who: Worker, matter: MatterId, exhibit: string, reason: string): Promise<HandedOut | "sealed" | undefined>;
  /** The content of a document, logged with the reason. */
  openDocument(who: Worker, matter: MatterId, digest: Digest, reason: string): Promise<HandedOut | undefined>;
  /** Documents of the matter whose content is here, by SHA-256. */
  documents(who: Worker, matter: MatterId): Promise<ReadonlySet<Digest>>;
  /** The matter as one file that anybody can verify, logged with the reason. */
  exportMatter(who: Worker, order: ExportOrder): Promise<Exported | undefined>;
  /** As `exportMatter`, for whoever holds the machine; logged as done by the system. */
  exportAsSystem(order: ExportOrder): Promise<Exported | undefined>;
}
