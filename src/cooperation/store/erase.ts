import { sql, type Transaction } from "kysely";
import { z } from "zod";
import {
  type Digest,
  eventDigest,
  type Instant,
  instantSchema,
  type JsonObject,
  type MatterEvent,
  type MatterId,
  matterEventSchema,
  matterIdSchema,
} from "../words/index.ts";
import type { KeyRing } from "./key-ring.ts";
import { instantOf } from "./projection.ts";
import type { Tables } from "./tables.ts";

export interface EraseRequest {
  /** A UUID made once by whoever asks. */
  readonly command: string;
  readonly at: Instant;
  /** Says what stays to be said of the erasure; it is the last event of the matter, and kept in the open. */
  readonly event: MatterEvent;
  /** What was counted of the matter, under an identifier drawn by chance; undefined where nothing was. */
  readonly counted?: { readonly fact: string; readonly data: JsonObject } | undefined;
}

const outcomeSchema = z.object({
  kind: z.enum(["erased", "erased-before", "unknown-matter", "conflict", "not-proposed"]),
});

/**
 * What came of it. `erased`: the key is destroyed and with it everything that held contents; `digest` is that of the event.
 * `conflict`: others wrote since. `not-proposed`: the matter is open, or no other person proposed it.
 */
export type EraseOutcome =
  | { readonly kind: "erased"; readonly digest: Digest }
  | { readonly kind: "erased-before" | "unknown-matter" | "conflict" | "not-proposed" };

/** Erases the contents of a matter, in a transaction that works as the system. */
export async function eraseWithin(
  transaction: Transaction<Tables>,
  keys: KeyRing,
  { command, at, event, counted }: EraseRequest,
): Promise<EraseOutcome> {
  const sound = matterEventSchema.parse(event);
  const digest = eventDigest(sound);
  const acting = sound.by.kind === "person" ? sound.by.person : null;
  const { rows } = await sql<{ outcome: unknown }>`SELECT cooperation.erase(${acting}::uuid, ${command}::uuid,
    ${at}::timestamptz, ${sound.matter}::uuid, ${sound.sequence - 1}::integer,
    ${JSON.stringify({ ...sound, digest })}::jsonb, ${counted?.fact ?? null}::uuid,
    ${counted === undefined ? null : JSON.stringify(counted.data)}::jsonb) AS outcome`.execute(transaction);
  const { kind } = outcomeSchema.parse(rows[0]?.outcome);
  if (kind !== "erased") return { kind };
  keys.forget(sound.matter);
  return { kind, digest };
}

/** An erasure as the register has it. */
export interface Erasure {
  readonly matter: MatterId;
  readonly at: Instant;
}

/** Erasures whose files are still to be erased, the longest waiting first; as the system. */
export async function unfinishedErasures(transaction: Transaction<Tables>, limit: number): Promise<Erasure[]> {
  const rows = await transaction
    .selectFrom("cooperation.erasure")
    .select(["matter", "at"])
    .where("finished_at", "is", null)
    .orderBy("at")
    .limit(limit)
    .execute();
  return rows.map(({ matter, at }) => ({ matter: matterIdSchema.parse(matter), at: instantOf(at) }));
}

/** Has an erasure ended once more, because something came for the matter afterwards; as the system. */
export async function eraseAgain(transaction: Transaction<Tables>, matter: MatterId): Promise<void> {
  await transaction
    .updateTable("cooperation.erasure")
    .set({ finished_at: null })
    .where("matter", "=", matter)
    .execute();
}

/** Notes that the files of an erased matter are gone, and that it stands in the register; as the system. */
export async function finishErasure(transaction: Transaction<Tables>, matter: MatterId, at: Instant): Promise<void> {
  await transaction
    .updateTable("cooperation.erasure")
    .set({ finished_at: instantSchema.parse(at) })
    .where("matter", "=", matter)
    .execute();
}
