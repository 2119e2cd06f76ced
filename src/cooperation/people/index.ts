export {
  type AttemptPolicy,
  type AttemptStep,
  type Attempts,
  addressPolicy,
  afterSuccessOfAddress,
  beginAttempt,
  isForgotten,
  noAttempts,
  personPolicy,
} from "./attempts.ts";
export { browserFamily } from "./browser.ts";
export type { RandomBytes } from "./effects.ts";
export { type MemoryPeople, memoryPeople, type PeopleStore } from "./memory-store.ts";
export { openIdProvider } from "./openid-provider.ts";
export {
  type OrganisationAnswer,
  type OrganisationCeremony,
  type OrganisationProvider,
  type OrganisationSignInSettings,
  organisationCeremonySchema,
  organisationReturnPath,
  organisationSignInSchema,
  signInNameOf,
  type VerifiedClaims,
} from "./organisation.ts";
export {
  addPasskey,
  type Passkey,
  type PasskeyChallenge,
  type PasskeyProblem,
  type PasskeyStore,
  passkeyRegistrationOptions,
  passkeySignInOptions,
  personOfPasskey,
  type RelyingParty,
} from "./passkey.ts";
export { checkPassword, hashPassword, type PasswordCheck, type PasswordCost, passwordCost } from "./password.ts";
export {
  maximumPasswordLength,
  type PasswordProblem,
  passwordProblems,
} from "./password-rules.ts";
export { type ProofAgain, proveAgain, provedLately } from "./proof.ts";
export {
  csrfToken,
  csrfTokenFits,
  endSession,
  openSessionsOf,
  type Session,
  type SessionPolicy,
  type SessionStore,
  type SignInMeans,
  sessionDigest,
  sessionOf,
  sessionPolicy,
  startSession,
} from "./session.ts";
export {
  changePassword,
  confirmPassword,
  normalSignInName,
  type PasswordChange,
  type SignIn,
  signInThroughOrganisation,
  signInWithPasskey,
  signInWithPassword,
} from "./sign-in.ts";
export type {
  Account,
  AccountEntry,
  AccountRegister,
  AccountStore,
  AttemptStore,
  Forgetting,
  SignInStores,
} from "./stores.ts";
