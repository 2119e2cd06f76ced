/** People, offices and partners of an authority as administrators keep them. Knows authority, people-store and below. */
export type { AdministrativeAct, Administrator } from "./act.ts";
export { type Administration, createAdministration, type KnownPartner, type StaffMember } from "./administration.ts";
export type { AdministrationParts } from "./desk.ts";
export {
  type IntroductionLetter,
  introductionOf,
  introductionText,
  readIntroduction,
} from "./introduction-letter.ts";
export type { AdministrativeOutcome, Objection, ObjectionCode } from "./objection.ts";
export type { PartnerDescription } from "./partners.ts";
export type { OneTimePassword, PersonDescription } from "./people.ts";
