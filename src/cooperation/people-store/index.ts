/** Accounts, sessions and passkeys in the database of the matters. Knows words, people and store. */
export { createPeopleStore } from "./people-store.ts";
export { type PeopleTransaction, peopleWithin, type SignInNews, type SignInNote } from "./sql-people.ts";
