import { sql, type Transaction } from "kysely";
import type { OfficeId, PersonId, Role } from "../words/index.ts";
import type { Tables } from "./tables.ts";

/** For whom the store works: the system (clocks, exchange, counting) sees all, a person what row-level security lets. */
export type Scope =
  | { readonly kind: "system" }
  | { readonly kind: "person"; readonly person: PersonId; readonly office: OfficeId; readonly role: Role };

/** Tells the database, until the end of the transaction, for whom it works. */
export async function enterScope(transaction: Transaction<Tables>, scope: Scope): Promise<void> {
  const acting = scope.kind === "person" ? scope : { person: "", office: "", role: "" };
  await sql`SELECT set_config('justitia.scope', ${scope.kind}, true),
    set_config('justitia.person', ${acting.person}, true),
    set_config('justitia.office', ${acting.office}, true),
    set_config('justitia.role', ${acting.role}, true)`.execute(transaction);
}

/**
 * Has the transaction work on accounts and sessions, and on nothing else: matters, directory and messages are out of its
 * sight until another scope is entered.
 */
export async function enterSignIn(transaction: Transaction<Tables>): Promise<void> {
  await sql`SELECT set_config('justitia.scope', 'sign-in', true), set_config('justitia.person', '', true),
    set_config('justitia.office', '', true), set_config('justitia.role', '', true)`.execute(transaction);
}

export function isSameScope(one: Scope, other: Scope): boolean {
  if (one.kind === "system" || other.kind === "system") return one.kind === other.kind;
  return one.person === other.person && one.office === other.office && one.role === other.role;
}
