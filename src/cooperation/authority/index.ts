/** An authority at work: what pages and commands go through. Knows all parts of cooperation below it. */
export { type Authority, createAuthority } from "./authority.ts";
export { glassBroken, personAtWork } from "./reading.ts";
export type {
  Alarm,
  AuthorityService,
  ClockView,
  CommandOutcome,
  MatterView,
  MeanwhileEvent,
  MessageView,
  OpenRequest,
  Option,
  OversightRequest,
  TickOutcome,
  Worker,
} from "./service.ts";
export type { AuthorityParts, LogTarget, TypedMatter } from "./workshop.ts";
