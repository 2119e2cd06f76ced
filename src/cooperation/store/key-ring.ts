import { type Kysely, sql, type Transaction } from "kysely";
import type { MatterKey, MatterKeys } from "../matter-keys/index.ts";
import { type MatterId, matterIdSchema } from "../words/index.ts";
import type { Tables } from "./tables.ts";

/** The keys of matters as the store uses them: those that were used lately are at hand when something is written. */
export interface KeyRing extends MatterKeys {
  recent(matter: MatterId): MatterKey | undefined;
  remember(matter: MatterId, key: MatterKey): void;
  forget(matter: MatterId): void;
}

/** Keys that are kept at hand; reading never relies on them, so that an erased matter stays closed. */
const mostRecent = 500;

export function keyRing(keys: MatterKeys): KeyRing {
  const recent = new Map<MatterId, MatterKey>();
  return {
    ...keys,
    recent: (matter) => recent.get(matter),
    remember: (matter, key) => {
      recent.delete(matter);
      recent.set(matter, key);
      const [oldest] = recent.keys();
      if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
    },
    forget: (matter) => {
      recent.delete(matter);
    },
  };
}

/** The key of a matter as it is kept now; undefined where there is none, because it was destroyed or there is no matter. */
export async function keptKey(
  database: Kysely<Tables>,
  keys: KeyRing,
  matter: MatterId,
): Promise<MatterKey | undefined> {
  const { rows } = await sql<{ wrapped: Uint8Array | null }>`
    SELECT cooperation.wrapped_key(${matter}) AS wrapped`.execute(database);
  const wrapped = rows[0]?.wrapped ?? undefined;
  if (wrapped === undefined) return undefined;
  const key = keys.unwrap(matter, wrapped);
  keys.remember(matter, key);
  return key;
}

/** The keys of several matters as they are kept now; those that were destroyed are not among them. */
export async function keptKeys(
  transaction: Transaction<Tables>,
  keys: KeyRing,
  matters: readonly string[],
): Promise<ReadonlyMap<string, MatterKey>> {
  const rows = await transaction
    .selectFrom("cooperation.matter_key")
    .selectAll()
    .where("matter", "=", sql<string>`any(${[...new Set(matters)]}::uuid[])`)
    .execute();
  return new Map(rows.map(({ matter, wrapped }) => [matter, keys.unwrap(matterIdSchema.parse(matter), wrapped)]));
}
