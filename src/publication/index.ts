export {
  type AccessAct,
  type AuthorityMessageKey,
  accessActs,
  accessPage,
  actorName,
  actsFor,
  auditPage,
  backHome,
  clockTime,
  type Desk,
  type DeskLanguage,
  type DeskPage,
  type DeskWords,
  deskAddress,
  deskLanguages,
  deskStyleAddress,
  deskStyleSheet,
  deskWords,
  documentPage,
  type EntryKind,
  emergencyPage,
  entries,
  entryPage,
  eventName,
  type Fault,
  type FormState,
  type FormValues,
  faultOf,
  fieldsOfSection,
  inputsOf,
  type LoggedLook,
  matterPage,
  matterTitle,
  type Names,
  newMatterPage,
  type OversightAct,
  organisationDone,
  oversightActs,
  oversightPage,
  queuePage,
  readLogPage,
  renderDesk,
  sectionPage,
  signInPage,
  stepPage,
  typedValue,
  withOrganisation,
} from "./authority/index.ts";
export { type CatalogueLanguage, catalogueLanguages, type MessageKey, type Messages, messagesOf } from "./catalogue.ts";
export { address, type Html } from "./html.ts";
export { type Page, pageLanguages, renderPage, type Site, type Step } from "./layout.ts";
export { coveragePage } from "./pages/coverage.ts";
export { crosswalksPage } from "./pages/crosswalks.ts";
export { indicatorPage } from "./pages/indicator.ts";
export { lineBackPage } from "./pages/line-back.ts";
export { overviewPage } from "./pages/overview.ts";
export { problemPage } from "./pages/problem.ts";
export { quarantineIndexPage, quarantineLimit, quarantinePage } from "./pages/quarantine.ts";
export { sourcesPage } from "./pages/sources.ts";
export { styleAddress, styleSheet } from "./style.ts";
