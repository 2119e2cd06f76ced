import { Temporal } from "temporal-polyfill";
import { type Calendar, clockRuleSchema, type Deadline, deadline, type Pause } from "../clocks/index.ts";
import type { ClockDefinition, MatterType, Side } from "../definitions/index.ts";
import { type ClockRun, isRunning, type Matter } from "../matter/index.ts";
import { type Instant, instantSchema, type StateCode } from "../words/index.ts";
import type { ClockView } from "./service.ts";

/** Whose calendars count in a matter. */
export interface Calendars {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly own: StateCode;
  /** State of the partner; undefined while there is no partner. */
  readonly partner: StateCode | undefined;
}

/** The State whose calendar a clock goes by. */
function stateOfClock(definition: ClockDefinition, side: Side, states: Calendars): StateCode | undefined {
  return definition.calendar === side ? states.own : states.partner;
}

/**
 * When a run of a clock ends, or that it stands; of a run that was stopped, nothing. A fixed end is the end of its day by
 * the clock of the State, and no pause moves it.
 */
export function deadlineOf(definition: ClockDefinition, run: ClockRun, calendar: Calendar): Deadline | undefined {
  if (run.stoppedAt !== undefined) return undefined;
  const warnings = definition.warnings.map(({ before, unit }) => ({ count: before, unit }));
  if (run.until !== undefined) return fixedEnd(run.until, run.startedAt, warnings, calendar);
  const rule = clockRuleSchema.parse({ length: { count: definition.length, unit: definition.unit }, warnings });
  return deadline(rule, calendar, run.startedAt, pausesOf(run));
}

const pausesOf = ({ pauses }: ClockRun): Pause[] =>
  pauses.map(({ from, to }) => (to === undefined ? { from } : { from, until: to }));

/**
 * The earliest that a clock can end, where the calendar of its State is not at hand: every day counts, and days end where
 * they end first. A true end is never before it, so nobody is warned too late.
 */
export function earliestEnd(definition: ClockDefinition, run: ClockRun): Deadline | undefined {
  if (run.stoppedAt !== undefined) return undefined;
  const hours = (count: number, unit: ClockDefinition["unit"]): number =>
    unit === "hours" ? count : Math.min(count * 24, mostHours);
  const warnings = definition.warnings.map(({ before, unit }) => ({
    count: hours(before, unit),
    unit: "hours" as const,
  }));
  if (run.until !== undefined)
    return fixedEnd(run.until, run.startedAt, warnings, { ...everyDay, timeZone: firstZone });
  const length = { count: hours(definition.length, definition.unit), unit: "hours" };
  const rule = clockRuleSchema.parse({ length, event: "counted", warnings });
  return deadline(rule, everyDay, run.startedAt, pausesOf(run));
}

const mostHours = 20_000;
/** Where each day begins and ends first. */
const firstZone = "Pacific/Kiritimati";
const everyDay: Calendar = {
  calendar: "ZZ",
  name: { en: "No calendar" },
  timeZone: "UTC",
  restDays: [],
  holidays: [],
  sources: ["None: the calendar of the State is not at hand."],
};

interface Warning {
  readonly count: number;
  readonly unit: ClockDefinition["warnings"][number]["unit"];
}

function fixedEnd(until: string, start: Instant, warnings: readonly Warning[], calendar: Calendar): Deadline {
  const { timeZone } = calendar;
  const moment = instantSchema.safeParse(until);
  const begun = Temporal.Instant.from(start).toZonedDateTimeISO(timeZone).toPlainDate();
  const last = moment.success
    ? Temporal.Instant.from(until).toZonedDateTimeISO(timeZone).toPlainDate()
    : Temporal.PlainDate.from(until);
  const days = begun.until(last, { largestUnit: "days" }).days;
  if (!moment.success && days >= 1 && days <= 20_000) {
    return deadline(clockRuleSchema.parse({ length: { count: days, unit: "days" }, warnings }), calendar, start);
  }
  const due = moment.success
    ? moment.data
    : instantSchema.parse(
        last.add({ days: 1 }).toZonedDateTime(timeZone).toInstant().toString({ smallestUnit: "millisecond" }),
      );
  const inHours = warnings.flatMap(({ count, unit }) =>
    unit === "hours" ? [count] : unit === "days" ? [count * 24] : [],
  );
  const at = inHours
    .map((hours) => instantSchema.parse(new Date(Date.parse(due) - hours * 3_600_000).toISOString()))
    .filter((warning) => warning > start)
    .sort();
  return { kind: "due", due, lastDay: last.toString(), warnings: at, explanation: [], unknownYears: [] };
}

/** The clocks of a matter, each with what it says. */
export function clockViews(type: MatterType, matter: Matter, states: Calendars): ClockView[] {
  return matter.clocks.flatMap((run) => {
    const definition = type.clocks.find(({ id }) => id === run.clock);
    if (definition === undefined) return [];
    const state = stateOfClock(definition, matter.side, states);
    const calendar = state === undefined ? undefined : states.calendars.get(state);
    const end = calendar === undefined ? earliestEnd(definition, run) : deadlineOf(definition, run, calendar);
    return [{ run, definition, deadline: end, state, assumed: calendar === undefined }];
  });
}

/** What a run is doing, in one word. */
export function runState(run: ClockRun): "running" | "paused" | "stopped" | "expired" {
  if (run.expiredAt !== undefined) return "expired";
  if (!isRunning(run)) return "stopped";
  return run.pauses.some(({ to }) => to === undefined) ? "paused" : "running";
}
