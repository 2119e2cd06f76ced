/** The pages of an authority: rendered from read models, as pure functions. */
export { type FormValues, inputsOf, typedValue } from "./form-values.ts";
export {
  type Desk,
  type DeskPage,
  deskAddress,
  deskStyleAddress,
  deskStyleSheet,
  type Fault,
  renderDesk,
} from "./frame.ts";
export {
  type AuthorityMessageKey,
  clockTime,
  type DeskLanguage,
  type DeskWords,
  deskLanguages,
  deskWords,
} from "./messages.ts";
export { actorName, eventName, faultOf, type Names } from "./names.ts";
export {
  type AccessAct,
  accessActs,
  accessPage,
  actsFor,
  emergencyPage,
  type OversightAct,
  oversightActs,
  oversightPage,
} from "./pages/access.ts";
export {
  accountPage,
  newPasskeyPage,
  passkeyPage,
  passkeyScript,
  passkeyScriptAddress,
  passkeySignInPage,
  passwordPage,
  withPasskey,
} from "./pages/account.ts";
export { actsPage } from "./pages/acts.ts";
export { duePage, endedPage, endedTitle, erasedPage } from "./pages/erasure.ts";
export {
  actName,
  documentContentPage,
  evidenceItemPage,
  evidencePage,
  possibleActs,
  stageName,
} from "./pages/evidence.ts";
export { custodyActPage, destructionPage, exportPage, intakePage } from "./pages/evidence-forms.ts";
export { followPage } from "./pages/following.ts";
export { fieldsOfSection, sectionPage, stepPage } from "./pages/forms.ts";
export { type KeptForm, sendAgainPage, sessionEndedPage } from "./pages/kept-form.ts";
export { recordsPage, withLog } from "./pages/log.ts";
export { matterPage, matterTitle } from "./pages/matter.ts";
export {
  askedCorrection,
  correctionApprovalPage,
  correctionPage,
  messagePage,
} from "./pages/mending.ts";
export { noticesPage, noticeWords } from "./pages/notices.ts";
export { organisationDone, withOrganisation } from "./pages/organisation.ts";
export { proofPage, sessionName, sessionsPage, sinceLastTimePage, withOwnSessions } from "./pages/own-sessions.ts";
export { introductionPage, newPartnerPage, partnerPage, partnersPage } from "./pages/partners.ts";
export { type QueueChoice, queryOf, queuePage } from "./pages/queue.ts";
export { auditPage, backHome, documentPage, type LoggedLook, readLogPage } from "./pages/record.ts";
export { secondFactorPage, withoutSecondFactor } from "./pages/second-factor.ts";
export { type EntryKind, entries, entryPage, type FormState, newMatterPage, signInPage } from "./pages/simple-forms.ts";
export { newPersonPage, officesPage, oneTimePasswordPage, peoplePage, personPage, withResets } from "./pages/staff.ts";
export { type ComparisonReading, comparisonPage, statisticsPage } from "./pages/statistics.ts";
export { givingPage, workloadPage } from "./pages/workload.ts";
export { uploadScript, uploadScriptAddress } from "./upload-script.ts";
