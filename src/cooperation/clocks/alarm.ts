import type { Instant } from "../words/index.ts";
import { millisecondsOf } from "./day.ts";
import type { ClockState } from "./history.ts";

/**
 * What the end of a clock does, the gravest first: a person must be released, something lapses (data are no longer
 * preserved, a right is lost), somebody above is told, nothing.
 */
export const alarmClasses = ["release", "lapse", "escalation", "none"] as const;
export type AlarmClass = (typeof alarmClasses)[number];

/** A clock that is watched. */
export interface WatchedClock {
  /** Identifier of the clock within its authority; it becomes part of the alarm's. */
  readonly id: string;
  readonly alarmClass: AlarmClass;
  readonly state: ClockState;
  /**
   * When what the clock says became known: its start, or its last pause, resumption, extension. A warning whose moment
   * was over by then is given at once instead of never.
   */
  readonly knownSince: Instant;
}

/** A warning or an end that has come. */
export interface Alarm {
  /** The same for the same warning or end, however often it is computed: what makes it happen once. */
  readonly id: string;
  readonly clock: string;
  readonly kind: "warning" | "expiry";
  readonly alarmClass: AlarmClass;
  /** The moment it was for. */
  readonly at: Instant;
  readonly due: Instant;
  /** Milliseconds between that moment and now. */
  readonly lateByMilliseconds: number;
}

/**
 * The warnings and ends that came after `lastSeen` and not after `now`, however long that was. With windows that follow
 * each other, each comes once and none is missed.
 *
 * @param lastSeen - The `now` of the last time; undefined for the first time, when all that has come is told.
 * @param raised - Ids of alarms that were told already. A change that is written while the alarms are computed can carry
 *   a time before `lastSeen`; whoever expects that passes an earlier `lastSeen` together with the alarms told since.
 * @returns The gravest class first, in it the clock that ends first, in it the oldest moment.
 */
export function alarms(
  clocks: Iterable<WatchedClock>,
  now: Instant,
  lastSeen: Instant | undefined,
  raised: ReadonlySet<string> = new Set(),
): readonly Alarm[] {
  const until = millisecondsOf(now);
  const after = lastSeen === undefined ? Number.NEGATIVE_INFINITY : millisecondsOf(lastSeen);
  const found: Alarm[] = [];
  for (const clock of clocks) {
    if (clock.state.kind !== "due") continue;
    const { due, warnings } = clock.state;
    const known = millisecondsOf(clock.knownSince);
    const moments = [
      ...warnings.map((at) => ({ kind: "warning" as const, at, id: `${clock.id}/${due}/warning/${at}` })),
      { kind: "expiry" as const, at: due, id: `${clock.id}/${due}/expiry` },
    ];
    for (const { kind, at, id } of moments) {
      const comes = Math.max(millisecondsOf(at), known);
      if (comes <= after || comes > until || raised.has(id)) continue;
      const lateByMilliseconds = until - millisecondsOf(at);
      found.push({ id, clock: clock.id, kind, alarmClass: clock.alarmClass, at, due, lateByMilliseconds });
    }
  }
  const grave = (alarm: Alarm): number => alarmClasses.indexOf(alarm.alarmClass);
  return found.sort(
    (a, b) => grave(a) - grave(b) || compareText(a.due, b.due) || compareText(a.at, b.at) || compareText(a.id, b.id),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** When the next warning or end comes after a moment, so that a timer can wait for it; undefined when none will. */
export function nextAlarm(clocks: Iterable<WatchedClock>, after: Instant): Instant | undefined {
  let next: Instant | undefined;
  for (const { state } of clocks) {
    if (state.kind !== "due") continue;
    for (const at of [...state.warnings, state.due]) if (at > after && (next === undefined || at < next)) next = at;
  }
  return next;
}
