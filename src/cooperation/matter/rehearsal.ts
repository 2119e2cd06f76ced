import type { MatterType, Side, Transition } from "../definitions/index.ts";
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
import { exampleValue, exampleValues } from "./example.ts";
import { fold, isFoldProblem } from "./fold.ts";
import type { Matter } from "./matter.ts";
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
  for (const side of ["requesting", "requested"] as const) {
    const begun = begin(type, side, given);
    if (begun === undefined) continue;
    const seen = new Set([signature(begun)]);
    const queue = [begun];
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
        const mark = signature(tried.matter);
        if (!seen.has(mark)) {
          seen.add(mark);
          queue.push(tried.matter);
        }
      }
    }
  }
  const unreached = type.transitions
    .filter(({ name }) => !reached.has(name))
    .map(({ name }) => ({ transition: name, refusals: against.get(name) ?? [] }));
  return { reached, unreached };
}

/** Matters in the same state, with the same events behind them and the same clocks going, can do the same things. */
function signature(matter: Matter): string {
  const going = matter.clocks.filter((run) => run.stoppedAt === undefined && run.expiredAt === undefined);
  return [matter.state, String(matter.known), ...new Set(going.map(({ clock }) => clock))].join(" ");
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
  if (side === undefined) {
    return carryOut(
      type,
      prepared,
      transition.name,
      data,
      { kind: "authority", authority: otherAuthority },
      matter.side,
    );
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
