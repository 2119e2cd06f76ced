import type { Condition } from "../../iccs/index.ts";
import { conditionHolds, type Guard, type MatterType, type Side, type Transition } from "../definitions/index.ts";
import {
  type Actor,
  authorityIdSchema,
  type EventId,
  eventIdSchema,
  type Instant,
  instantSchema,
  type Json,
  type JsonObject,
  matterIdSchema,
  officeIdSchema,
  personIdSchema,
  type Role,
} from "../words/index.ts";
import { type Command, isRefused } from "./command.ts";
import { decide } from "./decide.ts";
import { exampleValue, exampleValues, valuesThatMeet } from "./example.ts";
import { fold, isFoldProblem } from "./fold.ts";
import { fieldValues, isRunning, type Matter } from "./matter.ts";
import type { Refusal } from "./refusal.ts";

/** What a rehearsal of a matter type brought to light. */
export interface Rehearsal {
  /** For each transition that could be made: the names of the events before it, and its own, on one of the sides. */
  readonly reached: ReadonlyMap<string, readonly string[]>;
  /** Transitions that no sequence of commands makes, with what spoke against them at the nearest point. */
  readonly unreached: readonly { readonly transition: string; readonly refusals: readonly Refusal[] }[];
}

const now: Instant = instantSchema.parse("2026-01-15T09:00:00.000Z");
const office = officeIdSchema.parse("first-office");
const otherAuthority = authorityIdSchema.parse("other-authority");

function uuid(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** A person in a role: the first and the second of each role are different people. */
function person(role: Role, which: 1 | 2): Actor {
  const number = [...role].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 100_000, 7);
  return { kind: "person", person: personIdSchema.parse(uuid(number * 2 + which)), office, role };
}

/**
 * Plays a matter type through with invented people, contents and documents: every transition that is possible is made by
 * commands that the guard accepts, on the side of the sending and of the receiving authority. A definition is sound when
 * `unreached` is empty. Pure and always the same.
 *
 * @param given - Values to start from, such as the instrument that makes a clock run.
 */
export function rehearse(type: MatterType, given: Readonly<Record<string, Json>> = {}): Rehearsal {
  const reached = new Map<string, readonly string[]>();
  const against = new Map<string, readonly Refusal[]>();
  const starts = [given, ...demands(type).map((condition) => ({ ...given, ...valuesThatMeet(type, condition, now) }))];
  for (const side of ["requesting", "requested"] as const) {
    const queue = starts.flatMap((start) => begin(type, side, start) ?? []);
    const mark = (matter: Matter): string => signature(type, matter);
    const seen = new Set(queue.map(mark));
    for (const stage of queue) {
      for (const transition of type.transitions) {
        const tried = attempt(type, stage, transition);
        if (tried.matter === undefined) {
          const best = against.get(transition.name);
          if (best === undefined || tried.refusals.length < best.length) against.set(transition.name, tried.refusals);
          continue;
        }
        if (!reached.has(transition.name))
          reached.set(
            transition.name,
            tried.matter.events.map(({ name }) => name),
          );
        if (seen.has(mark(tried.matter))) continue;
        seen.add(mark(tried.matter));
        queue.push(tried.matter);
      }
    }
  }
  const unreached = type.transitions
    .filter(({ name }) => !reached.has(name))
    .map(({ name }) => ({ transition: name, refusals: against.get(name) ?? [] }));
  return { reached, unreached };
}

/** What transitions demand of the contents. */
function demands(type: MatterType): Condition[] {
  return type.transitions
    .flatMap(({ requires }) => requires.map(demandOf))
    .filter((condition) => condition !== undefined);
}

function demandOf(guard: Guard): Condition | undefined {
  return typeof guard === "object" && "holds" in guard ? guard.holds : undefined;
}

/** Matters in the same state, with the same clocks going, the same demands met and the same events behind them can do the same. */
function signature(type: MatterType, matter: Matter): string {
  const going = matter.clocks.filter(isRunning).map(({ clock }) => clock);
  const values = fieldValues(matter);
  const met = demands(type).map((condition) => String(conditionHolds(condition, values)));
  const asked = type.transitions.flatMap(({ requires }) =>
    requires.flatMap((guard) => (typeof guard === "object" && "event" in guard ? [guard.event] : [])),
  );
  const past = matter.events.map(({ name }) => name).filter((name) => asked.includes(name));
  return [matter.state, String(matter.known), ...new Set(going), ...met, ...new Set(past)].join(" ");
}

function begin(type: MatterType, side: Side, given: Readonly<Record<string, Json>>): Matter | undefined {
  const values = exampleValues(type, now, given);
  const documents = type.fields.filter((field) => field.type === "attachment-list" && values[field.id] !== undefined);
  const later = Object.fromEntries(documents.map(({ id }) => [id, values[id] ?? null]));
  const first = Object.fromEntries(Object.entries(values).filter(([id]) => !(id in later)));
  const actor: Actor =
    side === "requested" ? { kind: "authority", authority: otherAuthority } : person("case-officer", 1);
  const data: JsonObject = {
    type: type.id,
    typeVersion: type.version,
    side,
    values: side === "requested" ? values : first,
  };
  let matter = carryOut(type, undefined, "opened", data, actor, side).matter;
  if (matter === undefined) return undefined;
  matter = withDocuments(type, matter);
  if (side === "requesting" && documents.length > 0) {
    matter = carryOut(type, matter, "fields-set", { values: later }, person("case-officer", 1), side).matter ?? matter;
  }
  return matter;
}

/** The matter with a document for every field and particular that names documents. */
function withDocuments(type: MatterType, matter: Matter): Matter {
  let held = matter;
  for (const field of [...type.fields, ...type.particulars].filter((one) => one.type === "attachment-list")) {
    const digests = exampleValue(type, field, now);
    const digest = Array.isArray(digests) ? digests[0] : undefined;
    if (digest === undefined) continue;
    const data = { digest, name: `${field.id}.pdf`, mediaType: "application/pdf", bytes: 1024, shared: true };
    held = carryOut(type, held, "attachment-added", data, person("case-officer", 1), held.side).matter ?? held;
  }
  return held;
}

interface Attempt {
  readonly matter: Matter | undefined;
  readonly refusals: readonly Refusal[];
}

/** Makes a transition, after the consultation and the proposal that it needs. */
function attempt(type: MatterType, matter: Matter, transition: Transition): Attempt {
  const side = transition.side === "either" || transition.side === matter.side ? matter.side : undefined;
  const data = Object.fromEntries(
    transition.needs.flatMap((name) => {
      const field = type.particulars.find(({ id }) => id === name);
      return field === undefined ? [] : [[name, exampleValue(type, field, now)]];
    }),
  );
  let prepared = matter;
  const consults = transition.requires.some(
    (guard) => typeof guard === "object" && "event" in guard && guard.event === "consultation-held",
  );
  if (consults && matter.known && matter.consultations.length === 0) {
    const held = { held: now.slice(0, 10), summary: "An invented consultation" };
    prepared =
      carryOut(type, matter, "consultation-held", held, person("case-officer", 1), matter.side).matter ?? matter;
  }
  const wanted = transition.requires.map((guard) => valuesThatMeet(type, demandOf(guard) ?? {}, now));
  const contents = exampleValues(type, now, Object.assign({}, fieldValues(matter), ...wanted));
  if (side === undefined) {
    const sent = transition.carries === "contents" ? { ...data, values: contents } : data;
    return carryOut(
      type,
      prepared,
      transition.name,
      sent,
      { kind: "authority", authority: otherAuthority },
      matter.side,
    );
  }
  const editable = type.states.find(({ id }) => id === matter.state)?.editable ?? false;
  if (editable && wanted.some((values) => Object.keys(values).length > 0)) {
    prepared =
      carryOut(type, prepared, "fields-set", { values: contents }, person("case-officer", 1), side).matter ?? prepared;
  }
  const role = transition.roles.find((one) => one !== "system");
  const actor: Actor = role === undefined ? { kind: "system" } : person(role, 2);
  if (transition.fourEyes !== "proposal") return carryOut(type, prepared, transition.name, data, actor, side);
  const proposing = { name: transition.name, data };
  const proposed = carryOut(type, prepared, "proposed", proposing, person("case-officer", 1), side);
  const proposal = proposed.matter?.proposal?.id;
  if (proposed.matter === undefined || proposal === undefined) return proposed;
  return carryOut(type, proposed.matter, transition.name, { proposal }, actor, side);
}

function carryOut(
  type: MatterType,
  matter: Matter | undefined,
  name: string,
  data: JsonObject,
  actor: Actor,
  side: Side,
): Attempt {
  const sequence = matter?.sequence ?? 0;
  const id = (further: number): EventId => eventIdSchema.parse(uuid(1_000_000 + sequence * 2 + further));
  const command: Command = {
    id: id(0),
    matter: matter?.id ?? matterIdSchema.parse(uuid(1)),
    expectedSequence: sequence,
    name,
    data,
  };
  const decision = decide(type, matter, command, { actor, side, now, newEventId: () => id(1) });
  if (isRefused(decision)) return { matter: undefined, refusals: decision.refusals };
  const after = fold(type, [...(matter?.events ?? []), ...decision.events]);
  if (isFoldProblem(after)) throw new TypeError(`${name} was accepted and does not add up: ${after.problem}`);
  return { matter: after, refusals: [] };
}
