import type { Transaction } from "kysely";
import { type AppendOutcome, type AppendRequest, appendWithin, withRetries } from "./append.ts";
import type { CooperationDatabase } from "./database.ts";
import { type Directory, directoryOf } from "./directory.ts";
import { type DueClocks, dueClocksOf } from "./due-clocks.ts";
import { type EraseOutcome, type EraseRequest, eraseWithin } from "./erase.ts";
import { enterScope, enterSignIn, isSameScope, type Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";
import { type View, viewOf } from "./view.ts";

/** One transaction in which matters are read and written together with what another part keeps in the same database. */
export interface StoreTransaction {
  /** Works for somebody from now on, until another scope is entered; what may be read follows from it. */
  enter(scope: Scope): Promise<View & Directory & DueClocks>;
  /** Works on accounts and sessions from now on, and on nothing else, until a scope is entered. */
  enterSignIn(): Promise<void>;
  /** As `Store.append`, within this transaction; the scope is that of the request afterwards. */
  append(scope: Scope, request: AppendRequest): Promise<AppendOutcome>;
  /** Erases the contents of a matter, as the system; the scope is that of the system afterwards. */
  erase(request: EraseRequest): Promise<EraseOutcome>;
  /** For the queries of the other part. */
  readonly sql: Transaction<Tables>;
}

/**
 * Does all of the work or nothing of it, and does it again where the database says that only the moment was wrong; so
 * the work leaves nothing behind outside the database.
 */
export function inTransaction<Value>(
  database: CooperationDatabase,
  work: (transaction: StoreTransaction) => Promise<Value>,
): Promise<Value> {
  return withRetries(() =>
    database.sql.transaction().execute((sql) => {
      let entered: Scope | undefined;
      return work({
        sql,
        enter: async (scope) => {
          if (entered === undefined || !isSameScope(entered, scope)) await enterScope(sql, scope);
          entered = scope;
          return { ...viewOf(sql, database.keys, scope), ...directoryOf(sql), ...dueClocksOf(sql, scope) };
        },
        enterSignIn: async () => {
          entered = undefined;
          await enterSignIn(sql);
        },
        erase: async (request) => {
          const scope = { kind: "system" } as const;
          if (entered === undefined || !isSameScope(entered, scope)) await enterScope(sql, scope);
          entered = scope;
          return await eraseWithin(sql, database.keys, request);
        },
        append: async (scope, request) => {
          const outcome = await appendWithin(sql, database.keys, scope, request);
          // What cannot be stored is found before the database is asked, and then the scope is still the old one.
          if (outcome.kind !== "not-storable") entered = scope;
          return outcome;
        },
      });
    }),
  );
}
