export { type Command, type Context, type Decision, isRefused } from "./command.ts";
export {
  type CommonEventData,
  type CommonEventName,
  commonEventData,
  commonRules,
  isCommonEvent,
} from "./common-events.ts";
export { decide } from "./decide.ts";
export { exampleValue, exampleValues } from "./example.ts";
export { apply, type FoldProblem, fold, isFoldProblem } from "./fold.ts";
export {
  type Assignment,
  type Attachment,
  type ClockRun,
  type Consultation,
  type Correction,
  type FieldState,
  fieldValues,
  isRunning,
  type Matter,
  type Note,
  type Proposal,
  type Question,
  type Step,
  sideOf,
} from "./matter.ts";
export { messageOf, sharedData, sharedValues } from "./message.ts";
export { isMandatory, type MissingContent, missing, missingOf } from "./missing.ts";
export { type Refusal, type RefusalCode, refusalCodes } from "./refusal.ts";
export { type Rehearsal, rehearse } from "./rehearsal.ts";
export {
  type ConcernedPerson,
  choicesOf,
  concernedPersonSchema,
  type Offence,
  offenceSchema,
  valueSchema,
} from "./values.ts";
