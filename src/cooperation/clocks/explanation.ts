/** The sentences that explain a deadline, as keys of the message catalogues, each with the values it speaks of. */
export const explanationKeys = {
  /** at, day: the moment and the day of the event by the State's clock; timeZone. */
  event: "clock.event",
  /** day */
  eventCounted: "clock.event-counted",
  /** day */
  eventNotCounted: "clock.event-not-counted",
  /** at: the next full hour, from which the hours run. */
  hourNotCounted: "clock.hour-not-counted",
  /** count, unit (hours, office-hours, days, working-days, months) */
  length: "clock.length",
  /** count, unit, from: the day or moment after which it runs. */
  extension: "clock.extension",
  /** count of weekly rest days that were not counted. */
  restDays: "clock.rest-days-not-counted",
  /** day, holiday (its id in the calendar) */
  holiday: "clock.holiday-not-counted",
  /** day that the State's clock skipped */
  neverWas: "clock.day-never-was",
  /** day: the last of a month that lacks the corresponding day. */
  monthEnd: "clock.month-end",
  /** from, until: a pause that took time out; until is empty while it lasts. */
  pause: "clock.pause",
  /** count: days that pauses took out. */
  pausedDays: "clock.paused-days",
  /** count, day: the day with which the least number of working days is reached. */
  leastWorkingDays: "clock.least-working-days",
  /** from, day, reason (rest-day, holiday, never-was), holiday: the last day was no working day. */
  moved: "clock.last-day-moved",
  /** year, list: a list of the calendar that does not know the year. */
  unknownYear: "clock.year-unknown",
  /** day: the last day, with whose end the time ends. */
  lastDay: "clock.last-day",
  /** at: the moment of the end. */
  due: "clock.due",
  /** since: the clock stands. */
  standing: "clock.standing",
  /** at: the clock was stopped. */
  stopped: "clock.stopped",
} as const;
export type ExplanationKey = (typeof explanationKeys)[keyof typeof explanationKeys];

/** One step of a computation. Days are `YYYY-MM-DD`; moments are written with the State's offset from UTC. */
export interface ExplanationStep {
  readonly key: ExplanationKey;
  readonly values: Readonly<Record<string, string | number>>;
}
