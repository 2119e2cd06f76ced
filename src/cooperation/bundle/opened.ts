import type { Entry, ZipFile } from "yauzl";
import type { NoteVerifier } from "../log/index.ts";
import type { TimeStampTrust } from "../time-stamps/index.ts";
import type { Identity } from "../vault/index.ts";
import { contentOf } from "./container.ts";
import type { Manifest } from "./format.ts";

export interface BundleProblem {
  readonly code:
    | "bundle.container"
    | "bundle.manifest"
    | "bundle.signature"
    | "bundle.other-key"
    | "bundle.member-missing"
    | "bundle.member-changed"
    | "bundle.member-stray"
    | "bundle.events"
    | "bundle.not-in-log"
    | "bundle.checkpoint"
    | "bundle.cosignature"
    | "bundle.time-stamp"
    | "bundle.evidence"
    | "bundle.custody";
  readonly where: string;
  readonly message: string;
}

/** What a verification found, and what it could not look at. */
export interface BundleReport {
  readonly manifest: Manifest | undefined;
  /** Sentences, each about something that was looked at and is good. */
  readonly checked: readonly string[];
  /** Sentences, each about something that this verification cannot show. */
  readonly notChecked: readonly string[];
  readonly problems: readonly BundleProblem[];
}

export interface VerifySettings {
  /** Verifier keys that were told by another way; when given, signatures must be theirs. */
  readonly trusted?: readonly NoteVerifier[];
  /** Age identities, to open the evidence and hold its content against its digest. */
  readonly identities?: readonly Identity[];
  /** Certificates of time-stamp services, or of who issued theirs, that were told by another way. */
  readonly timeStampAnchors?: TimeStampTrust["anchors"];
}

/** Most bytes of a member that is read whole. */
const mostTextBytes = 256 * 1024 * 1024;

export class Findings {
  readonly #checked: string[] = [];
  readonly #notChecked: string[] = [];
  readonly #problems: BundleProblem[] = [];
  good(sentence: string): void {
    this.#checked.push(sentence);
  }
  open(sentence: string): void {
    this.#notChecked.push(sentence);
  }
  bad(code: BundleProblem["code"], where: string, message: string): void {
    this.#problems.push({ code, where, message });
  }
  get count(): number {
    return this.#problems.length;
  }
  report(manifest: Manifest | undefined): BundleReport {
    return { manifest, checked: this.#checked, notChecked: this.#notChecked, problems: this.#problems };
  }
}

export interface Opened {
  readonly zip: ZipFile;
  readonly members: ReadonlyMap<string, Entry>;
  readonly findings: Findings;
  readonly settings: VerifySettings;
}

/** The bytes of a member; undefined when there is none, or one too large to be read whole. */
export async function bytesOf({ zip, members }: Opened, path: string): Promise<Buffer | undefined> {
  const entry = members.get(path);
  if (entry === undefined || entry.uncompressedSize > mostTextBytes) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of contentOf(zip, entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const textOf = async (opened: Opened, path: string): Promise<string | undefined> =>
  (await bytesOf(opened, path))?.toString("utf8");

/** What a text says as JSON; undefined when it is none. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
