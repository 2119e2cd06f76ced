/** An authority at work: what pages and commands go through. Knows all parts of cooperation below it. */

export type { CosignedHead, RecordsCheck, RecordsReading } from "./audit.ts";
export { type Authority, createAuthority } from "./authority.ts";
export { mergedRegisters, readRegister, registerName, registerOn, registerText } from "./erasure-register.ts";
export type { EndedMatter, ErasedMatter, ErasureService, KeepingStep } from "./erasure-service.ts";
export type {
  Authorisation,
  CustodyOrder,
  CustodyOutcome,
  DocumentOrder,
  EvidenceService,
  ExportOrder,
  HandedOut,
  IntakeOrder,
  IntakeOutcome,
  Origin,
} from "./evidence-service.ts";
export { type ChangedType, keepMatterTypes, type TypesAtHand } from "./kept-types.ts";
export type { NoticeReading, NotificationService } from "./notification-service.ts";
export type { MessageRecord, OversightService } from "./oversight-service.ts";
export type { LogAlarm } from "./partner-logs.ts";
export { glassBroken, personAtWork } from "./reading.ts";
export {
  type AuthorityRecords,
  type Disagreement,
  type LogTarget,
  logOrigin,
  openAuthorityRecords,
  type RecordDisks,
  type RecordKeys,
} from "./records.ts";
export type {
  Alarm,
  AuthorityService,
  ClockView,
  CommandOutcome,
  FollowRequest,
  ListedMatters,
  MatterView,
  MeanwhileEvent,
  MessageView,
  OpenRequest,
  Option,
  OversightRequest,
  TickOutcome,
  Worker,
} from "./service.ts";
export { type Stamping, type StampingParts, type Stamps, stampsOf } from "./stamping.ts";
export type { PublishedStatistics } from "./statistics.ts";
export type {
  OverdueClock,
  PersonLoad,
  PersonMatters,
  Reassignment,
  ReassignmentOutcome,
  Workload,
} from "./workload.ts";
export type { AuthorityParts, TypedMatter } from "./workshop.ts";
