import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
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

/**
 * Conditions of which each matter that the scope may see fulfils at least one: each is found by an index, where
 * row-level security alone would look at every matter of the authority. What may be seen is decided by row-level
 * security all the same. Asked for so many of each, in one order, the first so many of all are among them.
 *
 * @param table - Name of the table, or the other name that the query gives it.
 */
export function waysToSee(scope: Scope, table: string): readonly RawBuilder<SqlBool>[] {
  if (scope.kind === "system" || scope.role === "auditor") return [sql<SqlBool>`true`];
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return [
    sql<SqlBool>`${column("office")} = ${scope.office}`,
    sql<SqlBool>`${column("assignee")} = ${scope.person}::uuid`,
    sql<SqlBool>`${column("matter")} IN (SELECT cooperation.granted_matters())`,
  ];
}

export function isSameScope(one: Scope, other: Scope): boolean {
  if (one.kind === "system" || other.kind === "system") return one.kind === other.kind;
  return one.person === other.person && one.office === other.office && one.role === other.role;
}
