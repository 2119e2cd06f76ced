import { matterClasses, type Role } from "../words/index.ts";
import { confidentialities, sides, stateClasses } from "./vocabulary.ts";

/** Cells that rows of the table share. */
export const everywhere = {
  confidentiality: confidentialities,
  sides,
  states: stateClasses,
  classes: matterClasses,
} as const;
export const ordinary = { confidentiality: ["ordinary"] } as const;
export const sealed = { confidentiality: ["sealed"] } as const;
/** The classes that a contact point reached day and night works on without being assigned. */
export const contactPointClasses = { classes: ["electronic-evidence", "information"] } as const;
export const executable = { classes: ["assistance", "extradition", "electronic-evidence", "follow-up"] } as const;
/** States in which there are messages, also while something waits for a second person. */
export const afterSending = { states: ["review", "open", "executing", "closed"] } as const;
export const working: readonly Role[] = [
  "case-officer",
  "approver",
  "head-of-office",
  "contact-point",
  "executing-officer",
  "evidence-custodian",
];
export const plain = { conditions: [] } as const;
