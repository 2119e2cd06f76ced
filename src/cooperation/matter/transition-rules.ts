import type { Condition } from "../../iccs/index.ts";
import {
  conditionHolds,
  type FieldDefinition,
  type Guard,
  type MatterType,
  type Side,
  type Transition,
} from "../definitions/index.ts";
import type { Instant, Json, JsonObject } from "../words/index.ts";
import type { Case } from "./command.ts";
import { fromWords, leaves } from "./fold.ts";
import { fieldValues, isRunning, type Matter, sideOf } from "./matter.ts";
import { isContents, partnersOf } from "./message.ts";
import { missingOf } from "./missing.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { attachmentRefusals, dayAfter, earlyRefusals, givenRefusals, valueRefusals } from "./value-rules.ts";
import { withGroundsFor } from "./values.ts";

/** What speaks against a transition that somebody makes now. */
export function transitionRefusals(at: Case, transition: Transition, data: JsonObject): Refusal[] {
  const { matter, context } = at;
  const carried = transition.carries === "contents" && context.actor.kind === "authority" ? data.values : undefined;
  const partner = sideOf(context.actor, matter.side);
  const values = { ...fieldValues(matter), ...(isContents(carried) ? partnersOf(at.type, carried, partner) : {}) };
  return [
    ...placeRefusals(at, transition),
    ...roleRefusals(at, transition),
    ...draftRefusals(at, transition),
    ...particularRefusals(at, transition, data),
    ...transition.requires.flatMap((guard) => guardRefusals(at.type, matter, values, guard)),
  ];
}

/** State and side: whether the transition can be made from here at all, by this side. */
export function placeRefusals({ matter, context }: Case, transition: Transition): Refusal[] {
  const refusals: Refusal[] = [];
  if (!matter.open) return [refusal("matter-closed", { found: matter.state })];
  if (!leaves(transition, matter))
    refusals.push(refusal("not-from-this-state", { found: matter.state, expected: fromWords(transition) }));
  const side = sideOf(context.actor, matter.side);
  if (transition.side !== "either" && transition.side !== side)
    refusals.push(refusal("not-your-side", { found: side, expected: transition.side }));
  return refusals;
}

function roleRefusals({ matter, context }: Case, transition: Transition): Refusal[] {
  const { actor } = context;
  if (actor.kind === "authority") {
    const heard = matter.known && transition.message !== undefined;
    return heard ? [] : [refusal("not-for-the-partner", { found: transition.name })];
  }
  const role = actor.kind === "system" ? "system" : actor.role;
  return transition.roles.includes(role)
    ? []
    : [refusal("role-not-allowed", { found: role, expected: transition.roles.join(", ") })];
}

function draftRefusals({ matter, context }: Case, transition: Transition): Refusal[] {
  const { actor } = context;
  if (transition.fourEyes !== "draft" || actor.kind !== "person" || !matter.drafters.includes(actor.person)) return [];
  return [refusal("same-person", { guard: "four-eyes", found: "wrote on this request" })];
}

/** What the event itself must carry, may carry, and carries wrongly. */
export function particularRefusals(
  { type, matter, context }: Case,
  transition: Transition,
  data: JsonObject,
): Refusal[] {
  const allowed = [...transition.needs, ...transition.accepts];
  const lacking = transition.needs
    .filter((name) => data[name] === undefined || data[name] === null)
    .map((name) => refusal("particular-missing", { field: name, article: transition.article, expected: name }));
  const given = Object.entries(data).flatMap(([name, value]) => {
    if (name === "values" && transition.carries === "contents" && context.actor.kind === "authority") {
      return carriedRefusals(type, value, sideOf(context.actor, matter.side));
    }
    const field = type.particulars.find(({ id }) => id === name);
    if (field === undefined || !allowed.includes(name))
      return [refusal("particular-unknown", { field: name, found: name, expected: allowed.join(", ") })];
    if (value === null) return [];
    // What the partner sends was judged on the day it was given.
    const now = context.actor.kind === "authority" ? undefined : context.now;
    const faults = particularValue(type, matter, field, value, now);
    return faults.length > 0 || now === undefined ? faults : endRefusals(type, matter, transition, field, value, now);
  });
  return [...lacking, ...given];
}

/** The contents that the partner's message carries. Those of this side that come back are known here already. */
function carriedRefusals(type: MatterType, values: Json, partner: Side): Refusal[] {
  return isContents(values)
    ? givenRefusals(type, undefined, partnersOf(type, values, partner), undefined)
    : [refusal("data-invalid", { field: "values", expected: "an object of fields" })];
}

function particularValue(
  type: MatterType,
  matter: Matter,
  field: FieldDefinition,
  value: Json,
  now: Case["context"]["now"] | undefined,
): Refusal[] {
  const faults = valueRefusals(withGroundsFor(type, fieldValues(matter)), field, value);
  if (faults.length > 0) return faults;
  const ahead = now !== undefined && type.clocks.some(({ from }) => from.includes(field.id)) && String(value) > now;
  if (ahead)
    return [refusal("date-ahead", { field: field.id, article: field.article, found: String(value), expected: now })];
  // Documents of the partner may still be under way.
  return now === undefined ? [] : [...attachmentRefusals(matter, field, value), ...earlyRefusals(field, value, now)];
}

/**
 * A date that fixes the end of a clock which starts now: it lies ahead, and not before the end that holds already. Sooner
 * would let lapse at once what the step is to keep.
 */
function endRefusals(
  type: MatterType,
  matter: Matter,
  { name }: Transition,
  field: FieldDefinition,
  value: Json,
  now: Instant,
): Refusal[] {
  const { id, article } = field;
  const clocks = type.clocks.filter(({ until, startsOn }) => until.includes(id) && startsOn.includes(name));
  if (clocks.length === 0 || typeof value !== "string") return [];
  const ends = matter.clocks.flatMap((run) =>
    isRunning(run) && run.until !== undefined && clocks.some((clock) => clock.id === run.clock) ? [run.until] : [],
  );
  const earliest = [dayAfter(now, 1), ...ends].sort().at(-1) ?? "";
  return value >= earliest ? [] : [refusal("date-too-early", { field: id, article, found: value, expected: earliest })];
}

/** The values that a test of a condition takes, where it names them. */
const wanted = (test: Condition[string]): string =>
  typeof test !== "object" ? String(test) : Array.isArray(test) ? test.join(", ") : "";

function guardRefusals(
  type: MatterType,
  matter: Matter,
  values: Readonly<Record<string, Json>>,
  guard: Guard,
): Refusal[] {
  if (guard === "complete") {
    return missingOf(type, values).map(({ field, article }) =>
      refusal("content-missing", { field, article, guard, found: "nothing", expected: field }),
    );
  }
  if (guard === "no-open-questions") {
    const open = matter.questions.filter(({ answer }) => answer === undefined);
    return open.map(({ id }) => refusal("question-open", { guard, found: id }));
  }
  const { article } = guard;
  if ("event" in guard) {
    if (guard.event === "consultation-held") {
      return matter.consultations.length > 0 ? [] : [refusal("consultation-missing", { guard: guard.event, article })];
    }
    const happened = matter.events.some(({ name }) => name === guard.event);
    return happened ? [] : [refusal("event-missing", { guard: guard.event, article, expected: guard.event })];
  }
  if ("clockRunning" in guard) {
    const running = matter.clocks.some((run) => run.clock === guard.clockRunning && isRunning(run));
    return running ? [] : [refusal("clock-not-running", { guard: guard.clockRunning, article })];
  }
  return Object.entries(guard.holds).flatMap(([field, test]) =>
    conditionHolds({ [field]: test }, values)
      ? []
      : [refusal("condition-not-met", { field, guard: field, article, expected: wanted(test) })],
  );
}
