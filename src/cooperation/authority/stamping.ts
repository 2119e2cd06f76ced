import { z } from "zod";
import type { StampedHead } from "../bundle/index.ts";
import { type Disk, writeDurably } from "../disk/index.ts";
import { isCheckpointProblem, type NoteVerifier, openCheckpoint, parseNote } from "../log/index.ts";
import type { Obtained } from "../time-stamps/index.ts";
import { digestOf, type Instant } from "../words/index.ts";
import type { AuthorityRecords } from "./records.ts";

const keptSchema = z.strictObject({ checkpoint: z.string(), token: z.base64() });
const nameOf = (day: string): string => `${day}.json`;
const dayName = /^\d{4}-\d{2}-\d{2}\.json$/;
/** How far the clocks of authority and service may differ, in milliseconds, before somebody is told. */
const clocksDiffer = 60_000;

/** What time stamping needs beside the log: a folder of its own, and a service that is asked over the network. */
export interface StampingParts {
  readonly disk: Disk;
  /** Asks a service for a time stamp over a SHA-256; see `obtainTimeStamp`. */
  readonly obtain: (digest: Uint8Array) => Promise<Obtained>;
  readonly now: () => Instant;
}

export type Stamping =
  /** `clock`: how far the own clock is behind the service's, in milliseconds, where it is more than a minute. */
  | { readonly kind: "stamped"; readonly size: number; readonly clock: number | undefined }
  /** There is a stamp of today, or the log has not grown since the last one. */
  | { readonly kind: "nothing-to-do" }
  | { readonly kind: "failed"; readonly because: string };

/** The time stamps over heads of an authority's log, one for each day on which the log grew (UTC). */
export interface Stamps {
  /** Has the head of the log stamped, unless that was done today; one call at a time. */
  stampToday(): Promise<Stamping>;
  /** For each place in the log the earliest stamped head that has it; each head once, oldest first. */
  covering(places: readonly number[]): Promise<readonly StampedHead[]>;
}

/** The time stamps of an authority, kept in a folder, a file for each day. */
export function stampsOf({ log }: Pick<AuthorityRecords, "log">, { disk, obtain, now }: StampingParts): Stamps {
  const days = async (): Promise<readonly string[]> =>
    (await disk.list(""))
      .map(({ name }) => name)
      .filter((name) => dayName.test(name))
      .sort();
  return {
    stampToday: async () => {
      const file = nameOf(now().slice(0, 10));
      const known = await days();
      if (known.includes(file)) return { kind: "nothing-to-do" };
      const { checkpoint, size } = log.writer;
      const last = await headIn(disk, known.at(-1), log.signer);
      if (size === 0 || last?.size === size) return { kind: "nothing-to-do" };
      const note = parseNote(checkpoint);
      if (note === undefined) throw new TypeError("the head of the log is no signed note");
      const obtained = await obtain(Buffer.from(digestOf(note.text), "hex"));
      if (!obtained.obtained) return { kind: "failed", because: obtained.because };
      const kept = { checkpoint, token: Buffer.from(obtained.token).toString("base64") };
      await writeDurably(disk, file, Buffer.from(JSON.stringify(kept)));
      const behind = Date.parse(obtained.verdict.stamp.at) - Date.parse(now());
      return { kind: "stamped", size, clock: Math.abs(behind) > clocksDiffer ? behind : undefined };
    },
    covering: async (places) => {
      const heads: StampedHead[] = [];
      let left = [...places];
      for (const day of await days()) {
        if (left.length === 0) break;
        const head = await headIn(disk, day, log.signer);
        if (head === undefined || head.size > log.writer.size || !left.some((place) => place < head.size)) continue;
        left = left.filter((place) => place >= head.size);
        heads.push({ checkpoint: head.checkpoint, token: head.token });
      }
      return heads;
    },
  };
}

/** What a file of the folder holds; undefined when it is damaged or of another log: a stamp less, not a failure. */
async function headIn(
  disk: Disk,
  name: string | undefined,
  signer: NoteVerifier,
): Promise<(StampedHead & { readonly size: number }) | undefined> {
  const bytes = name === undefined ? undefined : await disk.read(name);
  if (bytes === undefined) return undefined;
  try {
    const { checkpoint, token } = keptSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    const head = openCheckpoint(checkpoint, signer);
    return isCheckpointProblem(head) ? undefined : { checkpoint, token: Buffer.from(token, "base64"), size: head.size };
  } catch {
    return undefined;
  }
}
