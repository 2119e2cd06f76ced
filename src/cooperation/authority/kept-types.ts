import {
  type MatterType,
  matterTypeDigest,
  matterTypeJson,
  matterTypeSchema,
  matterTypeVersion,
} from "../definitions/index.ts";
import { type CooperationDatabase, inTransaction } from "../store/index.ts";
import { canonicalText, type Instant } from "../words/index.ts";

/** The matter types of an authority. */
export interface TypesAtHand {
  /** Those under which matters are opened now. */
  readonly types: readonly MatterType[];
  /** Every version that was ever at hand, for the matters that began under it. */
  readonly keptTypes: readonly MatterType[];
}

/** A version of a matter type that does not say any more what it said when it was kept. */
export interface ChangedType {
  readonly id: string;
  readonly version: number;
}

/**
 * Keeps the matter types that an authority offers in its database, and hands out all that were ever kept there.
 *
 * A version that was changed instead of raised is refused: matters that are open under it would be judged by rules that
 * they did not begin with, and partners would not take their messages.
 *
 * @param offered - The types as their files say, each id once or in several versions.
 * @returns The types, or the versions that were changed; then nothing was kept.
 */
export async function keepMatterTypes(
  database: CooperationDatabase,
  offered: readonly MatterType[],
  now: Instant,
): Promise<TypesAtHand | { readonly changed: readonly ChangedType[] }> {
  return await inTransaction(database, async ({ enter, sql }) => {
    await enter({ kind: "system" });
    const rows = await sql.selectFrom("cooperation.matter_type").selectAll().execute();
    const kept = new Map(rows.map((row) => [matterTypeVersion({ id: row.type, version: row.version }), row.digest]));
    const changed = offered.filter((type) => {
      const digest = kept.get(matterTypeVersion(type));
      return digest !== undefined && digest !== matterTypeDigest(type);
    });
    if (changed.length > 0) return { changed: changed.map(({ id, version }) => ({ id, version })) };
    const added = offered.filter((type) => !kept.has(matterTypeVersion(type)));
    for (const type of added)
      await sql
        .insertInto("cooperation.matter_type")
        .values({
          type: type.id,
          version: type.version,
          digest: matterTypeDigest(type),
          definition: canonicalText(matterTypeJson(type)),
          kept_at: now,
        })
        .execute();
    return {
      types: offered,
      keptTypes: [...rows.map(({ definition }) => matterTypeSchema.parse(definition)), ...added],
    };
  });
}
