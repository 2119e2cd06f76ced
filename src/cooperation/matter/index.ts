export { type Command, type Context, type Decision, isRefused } from "./command.ts";
export {
  type CommonEventName,
  commonEventData,
  commonRules,
  isCommonEvent,
  oversightEvents,
} from "./common-events.ts";
export { heldItem } from "./custody-rules.ts";
export { decide } from "./decide.ts";
export {
  type ErasedData,
  erasedDataOf,
  erasedEventName,
  erasureOf,
} from "./erasure.ts";
export { type ErasureGround, erasureGroundSchema, erasureGrounds } from "./erasure-ground.ts";
export { exampleValue, exampleValues } from "./example.ts";
export { apply, type FoldProblem, fold, isFoldProblem } from "./fold.ts";
export { followUpValues, mayFollow } from "./follow-up.ts";
export {
  type Assignment,
  type Attachment,
  type ClockRun,
  type Consultation,
  type Correction,
  type FieldState,
  fieldValues,
  type HeldItem,
  type Hold,
  holderOf,
  isRunning,
  isSealed,
  type Matter,
  type Note,
  type PersonEntry,
  type Proposal,
  type ProposedDestruction,
  type ProposedErasure,
  type Question,
  type Step,
} from "./matter.ts";
export { messageOf, sharedData, sharedValues } from "./message.ts";
export { isMandatory, type MissingContent, missing } from "./missing.ts";
export { type Refusal, type RefusalCode, refusal, refusalCodes } from "./refusal.ts";
export { type Rehearsal, rehearse } from "./rehearsal.ts";
export { endOf, erasableFrom, type Retention, retentionOf } from "./retention.ts";
export {
  type ConcernedPerson,
  choicesOf,
  concernedPersonSchema,
  offenceSchema,
  withGroundsFor,
} from "./values.ts";
