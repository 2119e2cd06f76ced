import { personAtWork, type Worker } from "../authority/index.ts";
import { type AuthorityTransaction, createExchangeStore } from "../exchange-store/index.ts";
import { type PasswordCost, passwordCost, type RandomBytes } from "../people/index.ts";
import { type PeopleTransaction, peopleWithin } from "../people-store/index.ts";
import { type Action, type Decision, decide, type Question } from "../rights/index.ts";
import type { CooperationDatabase, Directory } from "../store/index.ts";
import type { AuthorityId, Instant, JsonObject } from "../words/index.ts";
import { type Administrator, noteAct, scopeOf } from "./act.ts";
import { type AdministrativeOutcome, Objected } from "./objection.ts";

/** What administration is made of. */
export interface AdministrationParts {
  readonly authority: AuthorityId;
  readonly database: CooperationDatabase;
  readonly now: () => Instant;
  readonly random: RandomBytes;
  /** Who may do what; `decide` of the rights unless a test says otherwise. */
  readonly rights?: (question: Question) => Decision;
  readonly passwordCost?: PasswordCost;
}

/** What an act is done with, within its transaction. */
export interface AdministrativeDesk {
  readonly by: Administrator;
  readonly at: Instant;
  readonly cost: PasswordCost;
  readonly random: RandomBytes;
  readonly people: PeopleTransaction;
  readonly exchange: AuthorityTransaction;
  readonly own: AuthorityId;
  /** Offices, people and partners, in the scope of the administrator. */
  directory(): Promise<Directory>;
  note(act: string, subject: string, data?: JsonObject): Promise<void>;
}

/** Whether a person may do one of the actions that concern no matter. */
export async function mayAdminister(
  parts: AdministrationParts,
  transaction: AuthorityTransaction,
  worker: Worker,
  actions: readonly Action[],
): Promise<boolean> {
  const person = await personAtWork(await transaction.enter({ kind: "system" }), worker);
  if (person === undefined) return false;
  const rights = parts.rights ?? decide;
  // In the role that is worked in: an administrator who works as something else at the moment administers nothing.
  const asNow = { ...person, roles: [worker.role] };
  return actions.some((action) => rights({ person: asNow, action, now: parts.now() }).allowed);
}

/** Opens transactions on the database of an authority. */
export const transactions = (parts: AdministrationParts) => createExchangeStore(parts.database, null).transaction;

/** Does an act as a whole or not at all, for whoever may. */
export async function administer<Value>(
  parts: AdministrationParts,
  by: Administrator,
  work: (desk: AdministrativeDesk) => Promise<Value>,
): Promise<AdministrativeOutcome<Value>> {
  try {
    return await transactions(parts)(async (transaction): Promise<AdministrativeOutcome<Value>> => {
      const allowed =
        by.kind === "command-line" || (await mayAdminister(parts, transaction, by.worker, ["manage-people"]));
      if (!allowed) return { kind: "not-allowed" };
      const at = parts.now();
      const value = await work({
        by,
        at,
        cost: parts.passwordCost ?? passwordCost,
        random: parts.random,
        people: peopleWithin(transaction),
        exchange: transaction,
        own: parts.authority,
        directory: () => transaction.enter(scopeOf(by)),
        note: (act, subject, data = {}) => noteAct(transaction, by, at, { act, subject, data }),
      });
      return { kind: "done", value };
    });
  } catch (error) {
    if (error instanceof Objected) return { kind: "refused", objections: error.objections };
    throw error;
  }
}
