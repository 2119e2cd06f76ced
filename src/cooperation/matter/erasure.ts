import { z } from "zod";
import type { MatterType } from "../definitions/index.ts";
import { type Actor, eventIdSchema, type Instant, type MatterEvent } from "../words/index.ts";
import { type ErasureGround, erasureGroundSchema } from "./erasure-ground.ts";
import type { Matter } from "./matter.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { erasableFrom, retentionOf } from "./retention.ts";

/** Name of the event by which contents are erased: the last of its matter, kept in the open. */
export const erasedEventName = "erased";

/**
 * What stays readable of an erasure: the ground, whose event proposed it, and the provision that it rests on. A reason in
 * words is among what is erased.
 */
export const erasedDataSchema = z.strictObject({
  /** `repeated`: an older backup was restored, and with it what had been erased on the day `first`. */
  ground: z.union([erasureGroundSchema, z.literal("repeated")]),
  first: z.iso.date().optional(),
  proposal: eventIdSchema.optional(),
  keptUntil: z.iso.date().optional(),
  article: z.string().optional(),
});
export type ErasedData = z.infer<typeof erasedDataSchema>;

/** What speaks against having the contents of a matter erased, whoever wants it. */
export function erasureHindrances(
  type: MatterType,
  matter: Matter,
  ground: ErasureGround,
  now: Instant,
): readonly Refusal[] {
  if (matter.open) return [refusal("matter-still-open", { found: matter.state })];
  const kept = retentionOf(type, matter);
  const early = ground === "retention-over" && (kept === undefined || now < erasableFrom(kept));
  return [
    ...(matter.hold === undefined ? [] : [refusal("on-hold", { found: matter.hold.at.slice(0, 10) })]),
    ...(early ? [refusal("kept-longer", { field: "ground", expected: kept?.until ?? "" })] : []),
  ];
}

/** What a second person's consent comes to: what the event of the erasure says, or why it cannot be. */
export function erasureOf(
  type: MatterType,
  matter: Matter,
  proposal: string,
  actor: Actor,
  now: Instant,
): { readonly data: ErasedData } | { readonly refusals: readonly Refusal[] } {
  const { erasure } = matter;
  if (erasure === undefined || erasure.event !== proposal)
    return { refusals: [refusal("proposal-needed", { field: "proposal", guard: "four-eyes", found: proposal })] };
  const alone = actor.kind !== "person" || (erasure.by.kind === "person" && erasure.by.person === actor.person);
  const refusals = [
    ...(alone ? [refusal("same-person", { guard: "four-eyes", found: "proposed it" })] : []),
    ...erasureHindrances(type, matter, erasure.ground, now),
  ];
  if (refusals.length > 0) return { refusals };
  const kept = retentionOf(type, matter);
  const { ground } = erasure;
  return {
    data: {
      ground,
      proposal: erasure.event,
      ...(kept === undefined ? {} : { keptUntil: kept.until }),
      ...(kept?.article === undefined ? {} : { article: kept.article }),
    },
  };
}

/** What an event says about an erasure; undefined where it is none. */
export function erasedDataOf({ name, data }: Pick<MatterEvent, "name"> & { readonly data?: unknown }) {
  return name === erasedEventName ? erasedDataSchema.safeParse(data).data : undefined;
}
