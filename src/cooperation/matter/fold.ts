import type { z } from "zod";
import { afterCustodyEvent } from "../custody/index.ts";
import type { ClockDefinition, MatterType, Transition } from "../definitions/index.ts";
import { conditionHolds } from "../definitions/index.ts";
import { type Instant, instantSchema, type Json, type MatterEvent, type PersonId } from "../words/index.ts";
import { type CommonEventData, type CommonEventName, commonEventData, isCommonEvent } from "./common-events.ts";
import {
  type ClockRun,
  type FieldState,
  fieldValues,
  type HeldItem,
  holderOf,
  isRunning,
  type Matter,
  type PersonEntry,
  sideOf,
} from "./matter.ts";
import { isContents, partnersOf } from "./message.ts";

/** Why events do not add up to a matter: the record is damaged, or belongs to another version of the type. */
export interface FoldProblem {
  readonly problem:
    | "no-events"
    | "not-opened"
    | "opened-twice"
    | "other-type"
    | "other-matter"
    | "sequence-gap"
    | "unknown-event"
    | "data-unfit"
    | "not-from-this-state"
    | "after-the-end";
  /** Sequence at which the fault was met; 0 when there is no event. */
  readonly sequence: number;
  readonly found: string;
  readonly expected: string;
}

export function isFoldProblem(result: Matter | FoldProblem): result is FoldProblem {
  return "problem" in result;
}

/**
 * The matter that its events add up to, oldest first. Pure: the same events give the same matter, whoever asks when.
 *
 * @param type - The matter type in the version that the first event names.
 * @returns The matter, or where and why the events do not add up.
 */
export function fold(type: MatterType, events: readonly MatterEvent[]): Matter | FoldProblem {
  let matter: Matter | undefined;
  for (const event of events) {
    const next = apply(type, matter, event);
    if (isFoldProblem(next)) return next;
    matter = next;
  }
  return matter ?? { problem: "no-events", sequence: 0, found: "no event", expected: "at least `opened`" };
}

/** The matter after one more event: what `fold` does step by step. The matter that is handed in stays as it is. */
export function apply(type: MatterType, matter: Matter | undefined, event: MatterEvent): Matter | FoldProblem {
  const fault = (problem: FoldProblem["problem"], found: string, expected: string): FoldProblem => ({
    problem,
    sequence: event.sequence,
    found,
    expected,
  });
  const sequence = (matter?.sequence ?? 0) + 1;
  if (event.sequence !== sequence) return fault("sequence-gap", String(event.sequence), String(sequence));
  if (matter === undefined) {
    return event.name === "opened" ? opened(type, event) : fault("not-opened", event.name, "opened");
  }
  if (event.name === "opened") return fault("opened-twice", "opened", "once, at the beginning");
  if (event.matter !== matter.id) return fault("other-matter", event.matter, matter.id);
  const seen: Matter = { ...matter, sequence, changedAt: event.at, events: [...matter.events, event] };
  if (isCommonEvent(event.name)) {
    const next = commonEffects[event.name](seen, event);
    if (next === undefined)
      return fault("data-unfit", JSON.stringify(event.data).slice(0, 80), `data of ${event.name}`);
    return withClocks(type, next, event);
  }
  const transition = type.transitions.find(({ name }) => name === event.name);
  if (transition === undefined) return fault("unknown-event", event.name, `an event of ${type.id}`);
  if (!matter.open) return fault("after-the-end", event.name, `nothing after ${matter.state}`);
  if (!leaves(transition, matter)) return fault("not-from-this-state", matter.state, fromWords(transition));
  return withClocks(type, stepped(type, seen, event, transition), event);
}

/** Whether a transition leads out of the state that the matter is in. */
export function leaves(transition: Transition, matter: Matter): boolean {
  return matter.open && (transition.from === "any-open" || transition.from.includes(matter.state));
}

export function fromWords(transition: Transition): string {
  return transition.from === "any-open" ? "any open state" : transition.from.join(", ");
}

function opened(type: MatterType, event: MatterEvent): Matter | FoldProblem {
  const read = commonEventData.opened.safeParse(event.data);
  if (!read.success) {
    return {
      problem: "data-unfit",
      sequence: 1,
      found: JSON.stringify(event.data).slice(0, 80),
      expected: "data of opened",
    };
  }
  const { data } = read;
  if (data.type !== type.id || data.typeVersion !== type.version) {
    const found = `${data.type} version ${data.typeVersion}`;
    return { problem: "other-type", sequence: 1, found, expected: `${type.id} version ${type.version}` };
  }
  const outgoing = data.side === "requesting";
  const bare: Matter = {
    id: event.matter,
    type: type.id,
    typeVersion: type.version,
    side: data.side,
    partner: data.partner,
    follows: data.follows,
    state: outgoing ? type.initial.outgoing : type.initial.incoming,
    open: true,
    sequence: 1,
    openedAt: event.at,
    changedAt: event.at,
    known: !outgoing,
    fields: {},
    corrections: [],
    assignments: [],
    consultations: [],
    questions: [],
    attachments: [],
    evidence: [],
    notes: [],
    proposal: undefined,
    drafters: drafterOf(event),
    sealing: undefined,
    admitted: [],
    conflicts: [],
    hold: undefined,
    erasure: undefined,
    settled: [],
    clocks: [],
    steps: [],
    events: [event],
  };
  return withClocks(type, { ...bare, fields: withValues(bare, data.values ?? {}, event) }, event);
}

function drafterOf(event: MatterEvent): PersonId[] {
  return event.by.kind === "person" ? [event.by.person] : [];
}

function withDrafter(matter: Matter, event: MatterEvent): readonly PersonId[] {
  return [...new Set([...matter.drafters, ...drafterOf(event)])];
}

function withValues(matter: Matter, values: Readonly<Record<string, Json>>, event: MatterEvent): Matter["fields"] {
  const fields: Record<string, FieldState> = { ...matter.fields };
  for (const [id, value] of Object.entries(values)) {
    if (value === null) delete fields[id];
    else fields[id] = { value, at: event.at, by: event.by, event: event.id };
  }
  return fields;
}

type Effect = (matter: Matter, event: MatterEvent) => Matter | undefined;

/** What an event does, with its data read; undefined when the data does not fit. */
function effect<S extends z.ZodType>(
  data: S,
  use: (matter: Matter, event: MatterEvent, data: z.output<S>) => Matter | undefined,
): Effect {
  return (matter, event) => {
    const read = data.safeParse(event.data);
    return read.success ? use(matter, event, read.data) : undefined;
  };
}

const origin = (event: MatterEvent) => ({ at: event.at, by: event.by, event: event.id });

/** The item that a custody event is about, after it; undefined where it was never described. */
function afterCustody(
  matter: Matter,
  { custody, item }: CommonEventData<"custody-recorded">,
): readonly HeldItem[] | undefined {
  const held = matter.evidence.find((one) => one.item.exhibitNumber === custody.exhibitNumber);
  const described = held?.item ?? item;
  if (described === undefined || (held !== undefined && item !== undefined)) return undefined;
  const next: HeldItem = {
    id: held?.id ?? custody.id,
    item: described,
    events: [...(held?.events ?? []), custody],
    state: afterCustodyEvent(described, held?.state, custody),
    destruction: custody.stage === "destroyed" ? undefined : held?.destruction,
  };
  return held === undefined
    ? [...matter.evidence, next]
    : matter.evidence.map((one) => (one.id === held.id ? next : one));
}

function withDestruction(matter: Matter, exhibit: string, destruction: HeldItem["destruction"]): Matter {
  const evidence = matter.evidence.map((held) =>
    held.item.exhibitNumber === exhibit ? { ...held, destruction } : held,
  );
  return { ...matter, evidence };
}

const commonEffects: Readonly<Record<CommonEventName, Effect>> = {
  opened: (matter) => matter,
  "fields-set": effect(commonEventData["fields-set"], (matter, event, { values }) => ({
    ...matter,
    fields: withValues(matter, values, event),
    drafters: withDrafter(matter, event),
  })),
  "field-corrected": effect(commonEventData["field-corrected"], (matter, event, { field, value, reason }) => {
    const before = matter.fields[field]?.value ?? null;
    return {
      ...matter,
      fields: withValues(matter, { [field]: value }, event),
      corrections: [...matter.corrections, { field, before, after: value, reason, ...origin(event) }],
      proposal: undefined,
    };
  }),
  assigned: effect(commonEventData.assigned, (matter, event, { person, office }) => ({
    ...matter,
    assignments: [...matter.assignments, { person, office, at: event.at, event: event.id }],
  })),
  "attachment-added": effect(commonEventData["attachment-added"], (matter, event, data) => ({
    ...matter,
    attachments: [...matter.attachments, { ...data, ...origin(event) }],
    drafters: matter.known ? matter.drafters : withDrafter(matter, event),
  })),
  "consultation-held": effect(commonEventData["consultation-held"], (matter, event, { held, summary, means }) => ({
    ...matter,
    consultations: [...matter.consultations, { held, summary, means, ...origin(event) }],
  })),
  "information-asked": effect(commonEventData["information-asked"], (matter, event, { text }) => {
    const question = { id: event.id, side: sideOf(event.by, matter.side), text, askedAt: event.at, answer: undefined };
    return { ...matter, questions: [...matter.questions, question] };
  }),
  "information-supplied": effect(
    commonEventData["information-supplied"],
    (matter, event, { question, text, values }) => {
      const answer = { text, at: event.at, event: event.id };
      return {
        ...matter,
        questions: matter.questions.map((one) => (one.id === question ? { ...one, answer } : one)),
        fields: withValues(matter, values ?? {}, event),
      };
    },
  ),
  note: effect(commonEventData.note, (matter, event, { text, matter: about }) => ({
    ...matter,
    notes: [...matter.notes, { text, ...(about === undefined ? {} : { about }), ...origin(event) }],
  })),
  proposed: effect(commonEventData.proposed, (matter, event, { name, data }) => ({
    ...matter,
    proposal: { id: event.id, name, data, by: event.by, at: event.at },
  })),
  "proposal-declined": (matter) => ({ ...matter, proposal: undefined }),
  "clock-expired": effect(commonEventData["clock-expired"], (matter, event, { clock }) => {
    const expire = (run: ClockRun): ClockRun =>
      run.clock === clock && isRunning(run) ? { ...run, expiredAt: event.at } : run;
    return { ...matter, clocks: matter.clocks.map(expire) };
  }),
  "matter-sealed": effect(commonEventData["matter-sealed"], (matter, event, { reason }) => ({
    ...matter,
    sealing: { reason, at: event.at, by: event.by },
  })),
  "matter-unsealed": effect(commonEventData["matter-unsealed"], (matter) => ({ ...matter, sealing: undefined })),
  "access-granted": effect(commonEventData["access-granted"], (matter, event, { person, reason }) => ({
    ...matter,
    admitted: [...without(matter.admitted, person), { person, reason, ...origin(event) }],
  })),
  "access-withdrawn": effect(commonEventData["access-withdrawn"], (matter, _event, { person }) => ({
    ...matter,
    admitted: without(matter.admitted, person),
  })),
  "conflict-declared": effect(commonEventData["conflict-declared"], (matter, event, { person, reason }) => {
    const held = holderOf(matter);
    const left =
      held?.person === person ? [{ person: undefined, office: held.office, at: event.at, event: event.id }] : [];
    return {
      ...matter,
      conflicts: [...without(matter.conflicts, person), { person, reason, ...origin(event) }],
      admitted: without(matter.admitted, person),
      assignments: [...matter.assignments, ...left],
    };
  }),
  "conflict-lifted": effect(commonEventData["conflict-lifted"], (matter, _event, { person }) => ({
    ...matter,
    conflicts: without(matter.conflicts, person),
  })),
  "sending-resumed": effect(commonEventData["sending-resumed"], (matter, _event, { message }) => ({
    ...matter,
    settled: matter.settled.filter((one) => one !== message),
  })),
  "failure-settled": effect(commonEventData["failure-settled"], (matter, _event, { message }) => ({
    ...matter,
    settled: [...new Set([...matter.settled, message])],
  })),
  "custody-recorded": effect(commonEventData["custody-recorded"], (matter, _event, data) => {
    const evidence = afterCustody(matter, data);
    return evidence === undefined ? undefined : { ...matter, evidence };
  }),
  "destruction-proposed": effect(
    commonEventData["destruction-proposed"],
    (matter, event, { exhibitNumber, reason, authorisation }) =>
      withDestruction(matter, exhibitNumber, { reason, authorisation, ...origin(event) }),
  ),
  "destruction-declined": effect(commonEventData["destruction-declined"], (matter, _event, { exhibitNumber }) =>
    withDestruction(matter, exhibitNumber, undefined),
  ),
  "hold-placed": effect(commonEventData["hold-placed"], (matter, event, { reason }) => ({
    ...matter,
    hold: { reason, ...origin(event) },
  })),
  "hold-lifted": effect(commonEventData["hold-lifted"], (matter) => ({ ...matter, hold: undefined })),
  "erasure-proposed": effect(commonEventData["erasure-proposed"], (matter, event, { ground, reason }) => ({
    ...matter,
    erasure: { ground, reason, ...origin(event) },
  })),
  "erasure-declined": effect(commonEventData["erasure-declined"], (matter) => ({ ...matter, erasure: undefined })),
};

const without = (entries: readonly PersonEntry[], person: PersonId): PersonEntry[] =>
  entries.filter((one) => one.person !== person);

function stepped(type: MatterType, matter: Matter, event: MatterEvent, transition: Transition): Matter {
  const to = transition.to === "same" ? matter.state : transition.to;
  const editable = type.states.find(({ id }) => id === matter.state)?.editable ?? false;
  const step = {
    name: event.name,
    from: matter.state,
    to,
    data: event.data,
    at: event.at,
    by: event.by,
    event: event.id,
  };
  const carried = event.by.kind === "authority" && transition.carries === "contents" ? event.data.values : undefined;
  const partner = sideOf(event.by, matter.side);
  return {
    ...matter,
    fields: isContents(carried) ? withValues(matter, partnersOf(type, carried, partner), event) : matter.fields,
    state: to,
    open: type.states.find(({ id }) => id === to)?.open ?? false,
    known: matter.known || transition.name === type.opening,
    proposal: transition.to === "same" && matter.proposal?.name !== transition.name ? matter.proposal : undefined,
    drafters: editable ? withDrafter(matter, event) : matter.drafters,
    steps: [...matter.steps, step],
  };
}

/** Stops, pauses, resumes and starts the clocks that watch for this event; when the matter ends, all stop. */
function withClocks(type: MatterType, matter: Matter, event: MatterEvent): Matter {
  let runs = matter.clocks;
  const values = fieldValues(matter);
  for (const clock of type.clocks) {
    if (clock.runsAt !== "both" && clock.runsAt !== matter.side) continue;
    runs = runs.map((run) => (run.clock === clock.id && isRunning(run) ? tended(run, clock, matter, event) : run));
    // A request begins to be waited for when it arrives, not when its draft is opened.
    const begins = event.name !== "opened" || matter.side === "requested";
    const starts = matter.open && begins && clock.startsOn.includes(event.name);
    if (!starts || (clock.when !== undefined && !conditionHolds(clock.when, values))) continue;
    const begun = clock.from
      .map((moment) => instantSchema.safeParse(event.data[moment]).data)
      .find((at) => at !== undefined);
    const fixed = clock.until.map((date) => event.data[date] ?? values[date]).find((date) => date !== undefined);
    runs = [
      ...runs.map((run) => (run.clock === clock.id ? stopped(run, event) : run)),
      started(clock, event, begun, fixed),
    ];
  }
  return { ...matter, clocks: matter.open ? runs : runs.map((run) => stopped(run, event)) };
}

function started(
  clock: ClockDefinition,
  event: MatterEvent,
  begun: Instant | undefined,
  fixed: Json | undefined,
): ClockRun {
  return {
    clock: clock.id,
    startedAt: begun ?? event.at,
    startedBy: event.id,
    until: typeof fixed === "string" ? fixed : undefined,
    pauses: [],
    stoppedAt: undefined,
    expiredAt: undefined,
  };
}

function stopped(run: ClockRun, event: MatterEvent): ClockRun {
  return isRunning(run) ? { ...run, pauses: ended(run, event), stoppedAt: event.at } : run;
}

function ended(run: ClockRun, event: MatterEvent): ClockRun["pauses"] {
  return run.pauses.map((pause) => (pause.to === undefined ? { ...pause, to: event.at } : pause));
}

function tended(run: ClockRun, clock: ClockDefinition, matter: Matter, event: MatterEvent): ClockRun {
  if (clock.stopsOn.includes(event.name)) return stopped(run, event);
  const paused = run.pauses.some(({ to }) => to === undefined);
  if (clock.pausedOn.includes(event.name) && !paused) {
    return { ...run, pauses: [...run.pauses, { from: event.at, to: undefined }] };
  }
  const waiting = event.name === "information-supplied" && matter.questions.some(({ answer }) => answer === undefined);
  return clock.resumedOn.includes(event.name) && !waiting ? { ...run, pauses: ended(run, event) } : run;
}
