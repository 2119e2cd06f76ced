import type { Disk } from "../disk/index.ts";
import { writeDurably } from "../disk/index.ts";
import { type Checkpoint, isCheckpointProblem, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { emptyRoot } from "./hashing.ts";
import { verifyConsistency } from "./proof.ts";
import { type NoteSigner, type NoteVerifier, noteText, parseNote, signNote } from "./signed-note.ts";
import { LogDamaged } from "./tiles.ts";

/** What a witness remembers of each log, by the log's name: the newest head that it has cosigned. */
export interface WitnessMemory {
  last(origin: string): Promise<Checkpoint | undefined>;
  /** Returns when the head would survive a loss of power. */
  remember(head: Checkpoint): Promise<void>;
}

/** Why a witness does not cosign. The names follow the answers of C2SP tlog-witness. */
export interface WitnessRefusal {
  readonly code:
    | "witness.bad-checkpoint"
    | "witness.rolled-back"
    | "witness.forked"
    | "witness.other-start"
    | "witness.bad-proof";
  readonly message: string;
  /** Size that the witness has seen: the proof must start there. */
  readonly seen?: number;
}

/** Who cosigns the checkpoints of other authorities. */
export interface Witness {
  /**
   * Cosigns a checkpoint when it continues what was cosigned before.
   *
   * @param proof - Consistency proof from the size that the witness has seen to the size of the checkpoint.
   * @param from - Size where the proof starts.
   * @returns The checkpoint with the cosignature added.
   */
  cosign(offer: {
    readonly checkpoint: string;
    readonly from: number;
    readonly proof: readonly Uint8Array[];
  }): Promise<{ readonly cosigned: string } | WitnessRefusal>;
}

/** Whether a head may follow what was seen. Pure: the memory and the proof are arguments. */
export function considerHead(
  head: Checkpoint,
  seen: Checkpoint | undefined,
  from: number,
  proof: readonly Uint8Array[],
): WitnessRefusal | undefined {
  const before = seen ?? { origin: head.origin, size: 0, root: emptyRoot };
  if (head.size < before.size)
    return {
      code: "witness.rolled-back",
      message: `The log had ${before.size} entries and now says ${head.size}.`,
      seen: before.size,
    };
  if (head.size === before.size && Buffer.compare(head.root, before.root) !== 0)
    return {
      code: "witness.forked",
      message: `Two different logs of ${head.size} entries were signed.`,
      seen: before.size,
    };
  if (from !== before.size)
    return { code: "witness.other-start", message: `The proof must start at ${before.size}.`, seen: before.size };
  const consistent = verifyConsistency({
    firstSize: before.size,
    firstRoot: before.root,
    secondSize: head.size,
    secondRoot: head.root,
    proof,
  });
  if (consistent) return undefined;
  return {
    code: "witness.bad-proof",
    message: "The log is not shown to continue what was seen before.",
    seen: before.size,
  };
}

/**
 * A witness.
 *
 * @param logs - Keys of the logs that it watches; others are refused.
 * @param seconds - The present second since 1970.
 */
export function witness(settings: {
  readonly signer: NoteSigner;
  readonly logs: readonly NoteVerifier[];
  readonly memory: WitnessMemory;
  readonly seconds: () => number;
}): Witness {
  const { signer, logs, memory, seconds } = settings;
  if (signer.kind !== "witness") throw new RangeError("a witness signs with a key of its kind");
  let turn: Promise<unknown> = Promise.resolve();
  async function consider(source: string, from: number, proof: readonly Uint8Array[]) {
    const note = parseNote(source);
    const origin = note === undefined ? undefined : parseCheckpoint(note.text)?.origin;
    const log = logs.find(({ name }) => name === origin);
    if (note === undefined || log === undefined)
      return {
        code: "witness.bad-checkpoint",
        message: "This is no checkpoint of a log that is watched here.",
      } as const;
    const head = openCheckpoint(source, log);
    if (isCheckpointProblem(head)) return { code: "witness.bad-checkpoint", message: head.message } as const;
    const refusal = considerHead(head, await memory.last(head.origin), from, proof);
    if (refusal !== undefined) return refusal;
    // Remembered before it is signed: a signature that got out must never be forgotten.
    await memory.remember({ origin: head.origin, size: head.size, root: head.root });
    const others = note.signatures.filter(({ name, keyId }) => name === log.name && keyId === log.keyId);
    const own = signNote(note.text, signer, seconds());
    return { cosigned: noteText({ text: note.text, signatures: [...others, own] }) };
  }
  return {
    cosign({ checkpoint, from, proof }) {
      // One at a time: two heads considered against one memory could both be signed.
      const answer = turn.then(() => consider(checkpoint, from, proof));
      turn = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** A memory in the folder of a disk, one small file a log. A file that is damaged stops the witness; it does not forget. */
export function diskWitnessMemory(disk: Disk): WitnessMemory {
  const path = (origin: string): string => `seen-${Buffer.from(origin).toString("hex")}`;
  return {
    async last(origin) {
      const bytes = await disk.read(path(origin));
      if (bytes === undefined) return undefined;
      const seen = parseCheckpoint(Buffer.from(bytes).toString("utf8"));
      if (seen?.origin !== origin) throw new LogDamaged(path(origin), "the memory of the witness is damaged");
      return seen;
    },
    remember: ({ origin, size, root }) =>
      writeDurably(disk, path(origin), Buffer.from(`${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`)),
  };
}
