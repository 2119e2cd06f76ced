/** The exchange's store in the database of the matters. Knows words, store and exchange. */
export type { Correspondence, Correspondences, MatterMessage, TrackedMessage } from "./correspondence.ts";
export { type AuthorityTransaction, createExchangeStore } from "./exchange-store.ts";
