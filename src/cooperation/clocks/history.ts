import type { Instant } from "../words/index.ts";
import type { Calendar } from "./calendar.ts";
import { millisecondsOf } from "./day.ts";
import { type Deadline, deadline } from "./deadline.ts";
import { type ExplanationStep, explanationKeys } from "./explanation.ts";
import type { Pause } from "./pause.ts";
import type { ClockRule, Length } from "./rule.ts";

/** What happens to a clock. */
export type ClockChange =
  | { readonly kind: "started"; readonly at: Instant }
  | { readonly kind: "paused"; readonly at: Instant }
  | { readonly kind: "resumed"; readonly at: Instant }
  | { readonly kind: "extended"; readonly at: Instant; readonly by: Length }
  | { readonly kind: "restarted"; readonly at: Instant }
  | { readonly kind: "stopped"; readonly at: Instant };

/** A clock that nothing has started, or that was stopped before its time ended. */
export type IdleClock =
  | { readonly kind: "not-started" }
  | { readonly kind: "stopped"; readonly at: Instant; readonly explanation: readonly ExplanationStep[] };

/** What a clock says after all that happened to it. */
export type ClockState = Deadline | IdleClock;

/**
 * What a clock says after its changes, oldest first. Pure.
 *
 * `started` starts a clock that does not run; `restarted` starts it anew with its full length and without its earlier
 * pauses and extensions. Pausing a paused clock, resuming a running one and changing one that was not started or was
 * stopped do nothing. A stop at or after the end does not undo the end.
 *
 * @throws RangeError when the changes are not in the order of time, and as `deadline` does.
 */
export function clockState(rule: ClockRule, calendar: Calendar, changes: readonly ClockChange[]): ClockState {
  let start: Instant | undefined;
  let pauses: Pause[] = [];
  let extensions: Length[] = [];
  let stopped: Extract<IdleClock, { kind: "stopped" }> | undefined;
  let previous = Number.NEGATIVE_INFINITY;
  const begin = (at: Instant): void => {
    start = at;
    pauses = [];
    extensions = [];
    stopped = undefined;
  };
  for (const change of changes) {
    const at = millisecondsOf(change.at);
    if (at < previous) throw new RangeError("the changes of a clock are given oldest first");
    previous = at;
    if (change.kind === "restarted" || (change.kind === "started" && (start === undefined || stopped !== undefined))) {
      begin(change.at);
      continue;
    }
    if (start === undefined || stopped !== undefined) continue;
    const open = pauses.at(-1);
    const paused = open !== undefined && open.until === undefined;
    switch (change.kind) {
      case "started":
        break;
      case "paused":
        if (!paused) pauses.push({ from: change.at });
        break;
      case "resumed":
        if (paused) pauses[pauses.length - 1] = { from: open.from, until: change.at };
        break;
      case "extended":
        extensions.push(change.by);
        break;
      case "stopped": {
        const state = deadline(rule, calendar, start, pauses, extensions);
        if (state.kind === "due" && millisecondsOf(state.due) <= at) return state;
        const step = { key: explanationKeys.stopped, values: { at: change.at } };
        stopped = { kind: "stopped", at: change.at, explanation: [...state.explanation, step] };
        break;
      }
      default:
        return change satisfies never;
    }
  }
  if (stopped !== undefined) return stopped;
  return start === undefined ? { kind: "not-started" } : deadline(rule, calendar, start, pauses, extensions);
}
