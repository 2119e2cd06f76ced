/** An authority at work: what pages and commands go through. Knows all parts of cooperation below it. */
export type {
  Alarm,
  AuthorityService,
  ClockView,
  CommandOutcome,
  CooperationFact,
  MatterView,
  MeanwhileEvent,
  MessageView,
  OpenRequest,
  Option,
  PersonCount,
  TickOutcome,
  Worker,
} from "./service.ts";
