import { createHash } from "node:crypto";
import { caseJsonLd, custodyOf } from "../custody/index.ts";
import {
  isCheckpointProblem,
  type LogReader,
  type NoteSigner,
  type NoteVerifier,
  noteText,
  openCheckpoint,
  signNote,
  verifierText,
} from "../log/index.ts";
import { fileIdOf, type StoredFile } from "../vault/index.ts";
import {
  type AuthorityId,
  canonicalText,
  type Digest,
  digestOf,
  type EventHead,
  type Instant,
  jsonSchema,
  type MatterEvent,
  type MatterId,
} from "../words/index.ts";
import { type Member, writeContainer } from "./container.ts";
import { bundleFormat, type Manifest, memberPaths, signedText, stampedPaths } from "./format.ts";
import { readmeText } from "./readme.ts";

/** A file of evidence to be put into a bundle, as the vault gives it. */
export interface EvidenceToBundle {
  readonly stored: StoredFile;
  readonly ciphertext: () => AsyncIterable<Uint8Array>;
  /** The encrypted key, or why it is not there. */
  readonly key: Uint8Array | "withheld" | "destroyed";
}

/** An event with its place in the log. */
export type EventToBundle =
  /** `contentsSalt`: that of its contents, where they are kept sealed. `salt`: that of its entry in the log. */
  | {
      readonly event: MatterEvent;
      readonly index: number;
      readonly contentsSalt?: Uint8Array;
      readonly salt?: Uint8Array;
    }
  /** What is left of an event whose contents were erased. */
  | { readonly erased: EventHead; readonly contents: Digest; readonly index: number }
  | { readonly erased: EventHead; readonly digest: Digest; readonly index: number };

export interface BundleInput {
  readonly matter: MatterId;
  readonly authority: AuthorityId;
  readonly madeAt: Instant;
  /** Signs the list of what is in the bundle; a key of the kind `log`, most often that of the log. */
  readonly signer: NoteSigner;
  /** All events of the matter, oldest first, each with its place in the log. */
  readonly events: readonly EventToBundle[];
  readonly evidence: readonly EvidenceToBundle[];
  readonly log: {
    readonly key: NoteVerifier;
    readonly witnesses: readonly NoteVerifier[];
    readonly reader: LogReader;
    /** The head that has all events. */
    readonly checkpoint: string;
    /** The newest head that a witness has cosigned. */
    readonly cosigned?: string;
    /** Heads that a time-stamp service has stamped, oldest first. */
    readonly stamped?: readonly StampedHead[];
  };
}

/** A head of the log with an RFC 3161 token over the SHA-256 of its text. */
export interface StampedHead {
  readonly checkpoint: string;
  readonly token: Uint8Array;
}

/**
 * Writes a matter as one zip file that can be verified with nothing else. The same input gives the same bytes.
 *
 * @throws RangeError when an event is not in the log that is handed over, or a head is not good.
 */
export async function* writeBundle(input: BundleInput): AsyncGenerator<Uint8Array> {
  const members = [...(await textMembers(input)), ...evidenceMembers(input.evidence)];
  const manifest: Manifest = {
    format: bundleFormat,
    matter: input.matter,
    authority: input.authority,
    madeAt: input.madeAt,
    signer: verifierText(input.signer),
    log: verifierText(input.log.key),
    witnesses: input.log.witnesses.map(verifierText),
    events: input.events.length,
    members: members.map(({ path, bytes, digest }) => ({ path, bytes, digest })),
    evidence: input.evidence.map(({ stored, key }) => ({
      file: fileIdOf(stored),
      stored,
      content: contentPath(stored),
      key: typeof key === "string" ? key : keyPath(stored),
    })),
  };
  const manifestText = `${canonicalText(jsonSchema.parse(manifest))}\n`;
  const text = signedText(digestOf(manifestText));
  const signature = noteText({ text, signatures: [signNote(text, input.signer)] });
  yield* writeContainer([
    textMember(memberPaths.manifest, manifestText),
    textMember(memberPaths.signature, signature),
    ...members,
  ]);
}

type NamedMember = Member & { readonly digest: Digest };

function textMember(path: string, text: string | Uint8Array): NamedMember {
  const bytes = Buffer.from(text);
  return { path, bytes: bytes.length, digest: digestOf(bytes), content: () => once(bytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const contentPath = ({ ciphertext }: StoredFile): string => `evidence/${ciphertext}.age`;
const keyPath = ({ ciphertext }: StoredFile): string => `evidence/${ciphertext}.key.age`;

async function textMembers({ matter, events, log }: BundleInput): Promise<NamedMember[]> {
  const head = openCheckpoint(log.checkpoint, log.key, log.witnesses);
  if (isCheckpointProblem(head)) throw new RangeError(head.message);
  const lines: string[] = [];
  for (const bundled of events) {
    const proof = (await log.reader.inclusion(bundled.index, head.size)).map(base64);
    const line = { ...lineOf(bundled), proof };
    lines.push(`${canonicalText(jsonSchema.parse(line))}\n`);
  }
  const custody = custodyOf(events.flatMap((bundled) => ("event" in bundled ? [bundled.event] : [])));
  const members = [
    textMember(memberPaths.readme, readmeText),
    textMember(memberPaths.events, lines.join("")),
    textMember(memberPaths.custody, `${canonicalText(caseJsonLd(matter, custody))}\n`),
    textMember(memberPaths.checkpoint, log.checkpoint),
  ];
  if (log.cosigned !== undefined)
    members.push(
      textMember(memberPaths.cosigned, log.cosigned),
      textMember(memberPaths.consistency, await linkText(log, log.cosigned, head.size)),
    );
  for (const [at, { checkpoint, token }] of (log.stamped ?? []).entries()) {
    const paths = stampedPaths(at + 1);
    members.push(
      textMember(paths.checkpoint, checkpoint),
      textMember(paths.token, token),
      textMember(paths.consistency, await linkText(log, checkpoint, head.size)),
    );
  }
  return members;
}

function lineOf(bundled: EventToBundle) {
  if (!("event" in bundled)) return bundled;
  const { event, index, contentsSalt, salt } = bundled;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  if (contentsSalt !== undefined) return { event, index, contentsSalt: hex(contentsSalt) };
  return { event, index, ...(salt === undefined ? {} : { salt: hex(salt) }) };
}

/** The proof that one of two heads continues the other. */
async function linkText(log: BundleInput["log"], source: string, size: number): Promise<string> {
  const other = openCheckpoint(source, log.key, log.witnesses);
  if (isCheckpointProblem(other)) throw new RangeError(other.message);
  const [from, to] = other.size <= size ? [other.size, size] : [size, other.size];
  return `${canonicalText({ from, to, proof: (await log.reader.consistency(from, to)).map(base64) })}\n`;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function evidenceMembers(evidence: readonly EvidenceToBundle[]): NamedMember[] {
  return evidence.flatMap(({ stored, ciphertext, key }) => [
    {
      path: contentPath(stored),
      bytes: stored.ciphertextBytes,
      digest: stored.ciphertext,
      content: () => exactly(stored, ciphertext()),
    },
    ...(typeof key === "string" ? [] : [textMember(keyPath(stored), key)]),
  ]);
}

/** The encrypted content; throws when it is not what the vault said: a bundle must not begin with a lie. */
async function* exactly(stored: StoredFile, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  for await (const piece of content) {
    digest.update(piece);
    yield piece;
  }
  if (digest.digest("hex") !== stored.ciphertext)
    throw new RangeError(`the encrypted content ${stored.ciphertext} was changed in the vault`);
}
