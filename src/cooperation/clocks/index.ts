/** Deadlines: calendars of States, rules of counting, what a clock says after all that happened to it, and alarms. */
export { type Alarm, type AlarmClass, alarmClasses, alarms, nextAlarm, type WatchedClock } from "./alarm.ts";
export { type Calendar, calendarSchema, type Holiday, isTimeZone, stateOf, weekdays } from "./calendar.ts";
export { type ReadCalendar, readCalendar, readCalendars } from "./calendar-file.ts";
export { type Deadline, type DueDeadline, deadline, type StandingDeadline } from "./deadline.ts";
export { type ExplanationKey, type ExplanationStep, explanationKeys } from "./explanation.ts";
export { type ClockChange, type ClockState, clockState, type IdleClock } from "./history.ts";
export type { Pause } from "./pause.ts";
export {
  type ClockRule,
  clockRuleSchema,
  type Length,
  type Warning,
} from "./rule.ts";
export type { UnknownYear } from "./working-days.ts";
