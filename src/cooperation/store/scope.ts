import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
import type { OfficeId, PersonId, Role } from "../words/index.ts";
import type { StoredMatter } from "./projection.ts";
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

/** What of a matter says to whom of its office it is listed: its type, its side, its state. */
export const storedKind = (of: Pick<StoredMatter, "type" | "typeVersion" | "side" | "state">): string =>
  `${of.type} ${of.typeVersion} ${of.side} ${of.state}`;

/** Which matters of the own office are looked for, beside the person's own. */
export interface OfficeReach {
  /** Kinds that are. */
  readonly always: readonly string[];
  /** Kinds that are once something was proposed in the matter. */
  readonly whileProposed: readonly string[];
}

/** Matters that are within reach, by their own columns. */
function within(reach: OfficeReach, table: string): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const kind = sql<string>`concat_ws(' ', ${column("type")}, ${column("type_version")}, ${column("side")}, ${column("state")})`;
  const always = sql<SqlBool>`${kind} = ANY (${[...reach.always]}::text[])`;
  if (reach.whileProposed.length === 0) return always;
  // The offset keeps the database from looking for the proposals of all matters first.
  return sql<SqlBool>`(${always} OR (${kind} = ANY (${[...reach.whileProposed]}::text[]) AND EXISTS (
    SELECT 1 FROM cooperation.event AS e WHERE e.matter = ${column("matter")} AND e.name = 'proposed' OFFSET 0)))`;
}

/**
 * Conditions of which each matter that the scope may see fulfils at least one: each is found by an index, where
 * row-level security alone would look at every matter of the authority. What may be seen is decided by row-level
 * security all the same. Asked for so many of each, in one order, the first so many of all are among them.
 *
 * @param table - The table that is looked through: of matters, or of what repeats their office and assignee.
 * @param reach - All matters of the office where it is left out.
 */
export function waysToSee(
  scope: Scope,
  table: "matter" | "clock",
  reach?: OfficeReach,
): readonly RawBuilder<SqlBool>[] {
  if (scope.kind === "system" || scope.role === "auditor") return [sql<SqlBool>`true`];
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const ofOffice = sql<SqlBool>`${column("office")} = ${scope.office}`;
  const office: RawBuilder<SqlBool>[] = [];
  if (reach === undefined) office.push(ofOffice);
  else if (reach.always.length + reach.whileProposed.length > 0)
    office.push(
      table === "matter"
        ? sql<SqlBool>`${ofOffice} AND ${within(reach, table)}`
        : sql<SqlBool>`${ofOffice} AND EXISTS (SELECT 1 FROM cooperation.matter AS listed
            WHERE listed.matter = ${column("matter")} AND ${within(reach, "listed")} OFFSET 0)`,
    );
  return [
    ...office,
    sql<SqlBool>`${column("assignee")} = ${scope.person}::uuid`,
    sql<SqlBool>`${column("matter")} IN (SELECT cooperation.granted_matters())`,
  ];
}

export function isSameScope(one: Scope, other: Scope): boolean {
  if (one.kind === "system" || other.kind === "system") return one.kind === other.kind;
  return one.person === other.person && one.office === other.office && one.role === other.role;
}
