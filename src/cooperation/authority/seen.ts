import { sql } from "kysely";
import type { AuthorityTransaction } from "../exchange-store/index.ts";
import type { StoredMatter } from "../store/index.ts";
import type { MatterId, PersonId } from "../words/index.ts";

/** Up to which event the person has seen these matters; none for a matter that was never opened. In the person's scope. */
export async function seenBy(
  { sql: database }: AuthorityTransaction,
  person: PersonId,
  matters: readonly MatterId[],
): Promise<ReadonlyMap<string, number>> {
  if (matters.length === 0) return new Map();
  const rows = await database
    .selectFrom("cooperation.seen")
    .select(["matter", "sequence"])
    .where("person", "=", person)
    .where("matter", "=", sql<string>`any(${[...matters]}::uuid[])`)
    .execute();
  return new Map(rows.map(({ matter, sequence }) => [matter, sequence]));
}

/** Notes that the person has seen the matter up to an event, never less than before. In the person's scope. */
export async function noteSeen(
  { sql: database }: AuthorityTransaction,
  person: PersonId,
  matter: MatterId,
  sequence: number,
): Promise<void> {
  await sql`
    INSERT INTO cooperation.seen AS s (person, matter, sequence) VALUES (${person}::uuid, ${matter}::uuid, ${sequence})
    ON CONFLICT (person, matter) DO UPDATE SET sequence = excluded.sequence WHERE s.sequence < excluded.sequence
  `.execute(database);
}

/** Those of the matters that changed since the person last opened them, or that the person never opened. */
export async function unseenOf(
  transaction: AuthorityTransaction,
  person: PersonId,
  matters: readonly StoredMatter[],
): Promise<ReadonlySet<MatterId>> {
  const seen = await seenBy(
    transaction,
    person,
    matters.map(({ matter }) => matter),
  );
  return new Set(
    matters.filter(({ matter, sequence }) => sequence > (seen.get(matter) ?? 0)).map(({ matter }) => matter),
  );
}
