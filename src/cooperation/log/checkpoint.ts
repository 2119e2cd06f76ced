import { hashBytes } from "./hashing.ts";
import {
  type NoteSigner,
  type NoteVerifier,
  noteText,
  parseNote,
  signNote,
  strictBase64,
  verifyNote,
} from "./signed-note.ts";

/** Head of a log: its name, the number of its entries and the root of its tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text of a checkpoint, without signatures. Extension lines are not used. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
}

/** Reads the text of a checkpoint; undefined when it is malformed. Lines after the third are extensions, taken as they are. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, encoded] = text.split("\n");
  if (origin === undefined || size === undefined || encoded === undefined || !text.endsWith("\n")) return undefined;
  if (origin === "" || !/^(?:0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const root = strictBase64(encoded);
  return root?.length === hashBytes ? { origin, size: Number(size), root } : undefined;
}

/** A checkpoint signed by its log. */
export function signedCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const text = checkpointText(checkpoint);
  return noteText({ text, signatures: [signNote(text, signer)] });
}

/** A cosignature of a witness, with the second in which it was made. */
export interface Cosignature {
  readonly witness: string;
  readonly seconds: number;
}

/** A checkpoint whose signature by the log is good. */
export interface OpenCheckpoint extends Checkpoint {
  readonly cosignatures: readonly Cosignature[];
  /** Lines by keys that are not known: not counted, and not hidden. */
  readonly unknownSignatures: number;
}

export interface CheckpointProblem {
  readonly code:
    | "checkpoint.malformed"
    | "checkpoint.other-log"
    | "checkpoint.unsigned"
    | "checkpoint.bad-signature"
    | "checkpoint.bad-cosignature";
  readonly message: string;
}

/**
 * Reads a signed checkpoint and verifies it.
 *
 * @param log - Key of the log; its name is the origin that the checkpoint must bear.
 * @param witnesses - Keys of witnesses whose cosignatures count. A bad cosignature by one of them refuses the whole note.
 */
export function openCheckpoint(
  source: string,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[] = [],
): OpenCheckpoint | CheckpointProblem {
  const note = parseNote(source);
  const checkpoint = note === undefined ? undefined : parseCheckpoint(note.text);
  if (note === undefined || checkpoint === undefined)
    return { code: "checkpoint.malformed", message: "This is no signed checkpoint." };
  if (checkpoint.origin !== log.name)
    return {
      code: "checkpoint.other-log",
      message: `The checkpoint is of the log ${checkpoint.origin}, not of ${log.name}.`,
    };
  const verdicts = verifyNote(note, [log, ...witnesses]);
  const bad = verdicts.find((verdict) => verdict.verdict === "bad");
  if (bad?.verdict === "bad")
    return bad.by.kind === "log"
      ? { code: "checkpoint.bad-signature", message: `The signature of ${bad.by.name} does not fit the checkpoint.` }
      : {
          code: "checkpoint.bad-cosignature",
          message: `The cosignature of ${bad.by.name} does not fit the checkpoint.`,
        };
  const good = verdicts.filter((verdict) => verdict.verdict === "good");
  if (!good.some(({ by }) => by.keyId === log.keyId && by.name === log.name))
    return { code: "checkpoint.unsigned", message: `The checkpoint bears no signature of ${log.name}.` };
  return {
    ...checkpoint,
    cosignatures: good.flatMap(({ by, seconds }) => (seconds === undefined ? [] : [{ witness: by.name, seconds }])),
    unknownSignatures: verdicts.filter(({ verdict }) => verdict === "unknown-key").length,
  };
}

/** Whether opening a checkpoint ended in a problem. */
export function isCheckpointProblem(opened: OpenCheckpoint | CheckpointProblem): opened is CheckpointProblem {
  return "code" in opened;
}
