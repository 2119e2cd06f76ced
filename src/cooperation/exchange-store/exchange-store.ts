import type { ExchangeStore, SqlExchangeTransaction } from "../exchange/index.ts";
import { type CooperationDatabase, inTransaction, type StoreTransaction } from "../store/index.ts";
import { type Correspondences, correspondences } from "./correspondence.ts";
import { exchangeTransaction } from "./exchange-transaction.ts";

/**
 * One transaction over matters and messages: events, their projection, what is sent because of them, and what was
 * received with them are kept together or not at all.
 */
export interface AuthorityTransaction extends SqlExchangeTransaction, StoreTransaction {
  readonly correspondence: Correspondences;
}

/**
 * The store of the exchange in the database of the matters.
 *
 * @param logOrigin - Name of the authority's log; null when it keeps none. Entries get their place here, in the
 *   transaction; whoever writes the log takes them over in this order.
 */
export function createExchangeStore(
  database: CooperationDatabase,
  logOrigin: string | null,
): ExchangeStore<AuthorityTransaction> {
  return {
    transaction: (work) =>
      inTransaction(database, (transaction) =>
        work({
          ...transaction,
          ...exchangeTransaction(transaction, logOrigin),
          correspondence: correspondences(transaction),
        }),
      ),
  };
}
