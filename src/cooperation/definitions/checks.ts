import { didYouMean, type FieldPath, type Said } from "../../formats/index.ts";
import { columnsOfCondition } from "../../iccs/index.ts";
import { commonEventNames } from "./common-events.ts";
import type { FieldDefinition } from "./field.ts";
import type { Guard, StateDefinition, Transition } from "./life.ts";
import type { MatterType } from "./matter-type.ts";

export interface Fault extends Said {
  readonly code: string;
  readonly path: FieldPath;
}

/** What to do where nothing is near enough to be meant. */
export const change = "Change it to what is expected.";

type Condition = NonNullable<FieldDefinition["requiredWhen"]>;

/** Ends that every matter type has: a transition and a state of the same name. */
const commonEnds = ["withdrawn", "transferred", "closed"] as const;

/** What a matter type says of itself that does not fit: names that do not exist, states without way in or out, contents without an article. */
export function matterTypeFaults(type: MatterType): Fault[] {
  return [
    ...repeated(type),
    ...references(type),
    ...fieldFaults(type),
    ...transitionFaults(type),
    ...clockFaults(type),
    ...type.grounds.flatMap(({ when }, index) => conditionFaults(type, ["grounds", index, "when"], when)),
    ...lifeFaults(type),
  ];
}

/** What a matter type says of those types that it follows and that are known here, and they do not have. */
export function followingFaults(type: MatterType, types: ReadonlyMap<string, MatterType>): Fault[] {
  return (type.follows ?? []).flatMap(({ type: earlier, states, renamed, done }, index) => {
    const from = types.get(earlier);
    if (from === undefined) return [];
    return [
      ...states.flatMap((state, at) => named(["follows", index, "states", at], "state", state, ids(from.states))),
      ...Object.entries(renamed).flatMap(([field, source]) =>
        named(["follows", index, "renamed", field], "field", source, ids(from.fields)),
      ),
      ...named(["follows", index, "done", "step"], "event", done.step, eventNames(from)),
    ];
  });
}

function named(path: FieldPath, what: string, found: string, known: Iterable<string>): Fault[] {
  const names = [...known];
  if (names.includes(found)) return [];
  const message = `There is no ${what} "${found}".`;
  const expected = `one of ${names.join(", ")}`;
  return [{ code: "definition.reference", path, message, found, expected, hint: didYouMean(found, names, change) }];
}

function unfit(path: FieldPath, message: string, hint: string, found = "", expected = ""): Fault {
  return { code: "definition.reference", path, message, found, expected, hint };
}

const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

function repeated(type: MatterType): Fault[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["instruments", ids(type.instruments)],
    ["sections", ids(type.sections)],
    ["fields", ids(type.fields)],
    ["particulars", ids(type.particulars)],
    ["states", ids(type.states)],
    ["transitions", type.transitions.map(({ name }) => name)],
    ["clocks", ids(type.clocks)],
    ["grounds", [...ids(type.grounds), ...ids(type.notAllowed)]],
    ...[...type.fields, ...type.particulars].map(
      (field) => [`choices of ${field.id}`, ids(field.choices ?? [])] as const,
    ),
  ];
  return lists.flatMap(([list, names]) =>
    names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [
            {
              code: "definition.repeated",
              path: [list, index],
              message: `"${name}" stands twice among the ${list}.`,
              found: name,
              expected: "each name once",
              hint: "Rename one of them.",
            },
          ],
    ),
  );
}

/** Names of all events that can happen to a matter of this type. */
function eventNames(type: MatterType): string[] {
  return [...commonEventNames, ...type.transitions.map(({ name }) => name)];
}

function conditionFaults(type: MatterType, path: FieldPath, condition: Condition | undefined): Fault[] {
  return columnsOfCondition(condition ?? {}).flatMap((field) => {
    const faults = named([...path, field], "field", field, ids(type.fields));
    const definition = type.fields.find(({ id }) => id === field);
    if (faults.length > 0 || definition === undefined) return faults;
    const choices = choiceIds(type, definition);
    const tested = condition?.[field];
    if (choices === undefined || tested === undefined) return [];
    return wordsOfTest(tested).flatMap((word) => named([...path, field], `choice of ${field}`, word, choices));
  });
}

function wordsOfTest(test: Condition[string]): string[] {
  if (typeof test === "string") return [test];
  if (Array.isArray(test)) return test.map(String);
  if (typeof test === "object" && "not" in test)
    return Array.isArray(test.not) ? test.not.map(String) : [String(test.not)];
  return [];
}

function choiceIds(type: MatterType, field: FieldDefinition): string[] | undefined {
  if (field.choicesFrom === "instruments") return ids(type.instruments);
  return field.choices === undefined ? undefined : ids(field.choices);
}

function references(type: MatterType): Fault[] {
  const states = ids(type.states);
  const fields = ids(type.fields);
  const events = eventNames(type);
  const { statistics } = type;
  return [
    ...named(["initial", "outgoing"], "state", type.initial.outgoing, states),
    ...named(["initial", "incoming"], "state", type.initial.incoming, states),
    ...named(
      ["opening"],
      "transition",
      type.opening,
      type.transitions.map(({ name }) => name),
    ),
    ...Object.keys(statistics.outcomes).flatMap((state) =>
      named(["statistics", "outcomes", state], "state", state, states),
    ),
    ...statistics.dimensions.flatMap((field, index) =>
      named(["statistics", "dimensions", index], "field", field, fields),
    ),
    ...(statistics.offences === undefined
      ? []
      : named(["statistics", "offences"], "field", statistics.offences, fields)),
    ...(statistics.persons === undefined ? [] : named(["statistics", "persons"], "field", statistics.persons, fields)),
    ...(type.follows ?? []).flatMap(({ renamed, done, reference }, index) => [
      ...Object.keys(renamed).flatMap((field) => named(["follows", index, "renamed", field], "field", field, fields)),
      ...named(["follows", index, "done", "field"], "field", done.field, fields),
      ...named(["follows", index, "reference"], "field", reference, fields),
    ]),
    ...statistics.stages.flatMap(({ from, to }, index) => [
      ...named(["statistics", "stages", index, "from"], "event", from, events),
      ...named(["statistics", "stages", index, "to"], "event", to, events),
    ]),
  ];
}

function fieldFaults(type: MatterType): Fault[] {
  const inLists = (["fields", "particulars"] as const).flatMap((list) =>
    type[list].flatMap((field, index) => {
      const path = [list, index];
      const faults: Fault[] = [];
      const mandatory = field.required || field.requiredWhen !== undefined;
      if (list === "fields") {
        if (field.section === undefined)
          faults.push(unfit(path, `The field "${field.id}" stands in no section.`, "Add `section`."));
        else faults.push(...named([...path, "section"], "section", field.section, ids(type.sections)));
        if (field.type === "grounds")
          faults.push(
            unfit([...path, "type"], "Grounds are given with a decision.", "Make it a particular.", "grounds"),
          );
        if (mandatory && field.article === undefined)
          faults.push(
            unfit(
              path,
              `The mandatory content "${field.id}" names no article.`,
              "Add `article`: what demands it.",
              "nothing",
            ),
          );
      }
      if (field.orReason && !mandatory)
        faults.push(
          unfit(
            [...path, "orReason"],
            "`orReason` belongs to a mandatory content.",
            "Add `required: true`, or take it out.",
          ),
        );
      faults.push(...conditionFaults(type, [...path, "requiredWhen"], field.requiredWhen));
      const choosing = field.type === "choice" || field.type === "choices";
      const offered = field.choices !== undefined || field.choicesFrom !== undefined;
      if (choosing !== offered)
        faults.push(
          unfit(
            path,
            choosing
              ? `"${field.id}" offers nothing to choose from.`
              : `"${field.id}" has choices, but is of the type ${field.type}.`,
            choosing ? "Add `choices`." : "Take the choices out, or change the type to `choice`.",
          ),
        );
      if ((field.type === "grounds") !== (field.groundKind !== undefined))
        faults.push(
          unfit(path, "`groundKind` and the type `grounds` belong together.", "Add the one or take the other out."),
        );
      if (field.atLeastDaysAhead !== undefined && field.type !== "date")
        faults.push(unfit([...path, "atLeastDaysAhead"], "Only a date can lie ahead.", "Change the type to `date`."));
      if (field.iccs !== undefined && field.type !== "offence-list")
        faults.push(unfit([...path, "iccs"], "Only offences have an ICCS code.", "Change the type to `offence-list`."));
      return faults;
    }),
  );
  return inLists;
}

function guardFaults(type: MatterType, path: FieldPath, guard: Guard): Fault[] {
  if (typeof guard === "string") return [];
  if ("event" in guard) return named([...path, "event"], "event", guard.event, eventNames(type));
  if ("clockRunning" in guard) return named([...path, "clockRunning"], "clock", guard.clockRunning, ids(type.clocks));
  return conditionFaults(type, [...path, "holds"], guard.holds);
}

function transitionFaults(type: MatterType): Fault[] {
  const states = ids(type.states);
  const known = afterOpening(type);
  const consults = (guard: Guard): boolean =>
    typeof guard === "object" && "event" in guard && guard.event === "consultation-held";
  return type.transitions.flatMap((transition, index) => {
    const path = ["transitions", index];
    const from = transition.from === "any-open" ? [] : transition.from;
    const particulars = [...transition.needs, ...transition.accepts];
    const grounds = type.particulars.filter(
      ({ id, type: kind }) => kind === "grounds" && transition.needs.includes(id),
    );
    const faults: Fault[] = [
      ...from.flatMap((state, at) => named([...path, "from", at], "state", state, states)),
      ...(transition.to === "same" ? [] : named([...path, "to"], "state", transition.to, states)),
      ...transition.needs.flatMap((name, at) =>
        named([...path, "needs", at], "particular", name, ids(type.particulars)),
      ),
      ...transition.accepts.flatMap((name, at) =>
        named([...path, "accepts", at], "particular", name, ids(type.particulars)),
      ),
      ...transition.requires.flatMap((guard, at) => guardFaults(type, [...path, "requires", at], guard)),
    ];
    if (commonEventNames.includes(transition.name))
      faults.push(
        unfit(
          [...path, "name"],
          `"${transition.name}" is an event that all matters share.`,
          "Choose another name.",
          transition.name,
        ),
      );
    for (const state of from.filter((name) => type.states.some(({ id, open }) => id === name && !open)))
      faults.push(
        unfit([...path, "from"], `Nothing leads out of "${state}": it has ended.`, "Take it out of `from`.", state),
      );
    if (new Set(particulars).size < particulars.length)
      faults.push(unfit([...path, "accepts"], "A particular is named twice.", "Name it once, under needs or accepts."));
    if (grounds.length > 0 && !transition.requires.some(consults))
      faults.push(
        unfit(
          path,
          `"${transition.name}" gives grounds, but needs no consultation before.`,
          "Require `event: consultation-held` with its article.",
        ),
      );
    if (grounds.length > 0 && !transition.needs.includes("reasons"))
      faults.push(unfit(path, `"${transition.name}" gives grounds without reasons.`, "Add `reasons` to `needs`."));
    const aloneFrom = transition.from === "any-open" ? [...known] : from;
    const told = transition.message !== undefined || transition.evidence !== undefined;
    if (!told && aloneFrom.some((state) => known.has(state)))
      faults.push(
        unfit(
          path,
          `"${transition.name}" changes a matter that the other side knows, and does not tell it.`,
          "Add `message`.",
        ),
      );
    if (transition.name === type.opening && (transition.carries === undefined || transition.message === undefined))
      faults.push(unfit(path, "The opening tells the other side nothing.", "Add `message` and `carries: contents`."));
    if (transition.fourEyes !== undefined && transition.roles.every((role) => role === "system"))
      faults.push(
        unfit([...path, "fourEyes"], "A machine has no second person.", "Add a role, or take `fourEyes` out."),
      );
    return faults;
  });
}

/** States that the other side can see: all that can follow the opening, and the one in which its own copy begins. */
function afterOpening(type: MatterType): Set<string> {
  const opening = type.transitions.find(({ name }) => name === type.opening);
  return reachable(type, [type.initial.incoming, ...(opening === undefined ? [] : [opening.to])]);
}

/** Fields and particulars that hold a date. */
function dates(type: MatterType): string[] {
  return ids([...type.fields, ...type.particulars].filter(({ type: kind }) => kind === "date" || kind === "instant"));
}

function clockFaults(type: MatterType): Fault[] {
  const events = eventNames(type);
  return type.clocks.flatMap((clock, index) => {
    const path = ["clocks", index];
    const faults = (["startsOn", "pausedOn", "resumedOn", "stopsOn"] as const).flatMap((list) =>
      clock[list].flatMap((event, at) => named([...path, list, at], "event", event, events)),
    );
    faults.push(...conditionFaults(type, [...path, "when"], clock.when));
    const moments = ids(type.particulars.filter((one) => one.type === "instant"));
    faults.push(...clock.from.flatMap((moment, at) => named([...path, "from", at], "moment", moment, moments)));
    faults.push(...clock.until.flatMap((date, at) => named([...path, "until", at], "date", date, dates(type))));
    if (clock.pausedOn.length > 0 !== clock.resumedOn.length > 0)
      faults.push(
        unfit(
          path,
          "A clock that is paused has to be resumed, and the reverse.",
          "Give both `pausedOn` and `resumedOn`.",
        ),
      );
    const { transition, effect } = clock.atExpiry;
    if (transition !== undefined) {
      const at = [...path, "atExpiry", "transition"];
      const target = type.transitions.find(({ name }) => name === transition);
      if (target === undefined) {
        const names = type.transitions.map(({ name }) => name);
        faults.push(...named(at, "transition", transition, names));
      } else if (!target.roles.includes("system")) {
        faults.push(
          unfit(
            at,
            `"${transition}" cannot be made by a clock.`,
            "Add the role `system` to the transition.",
            transition,
          ),
        );
      } else if (target.needs.length > 0) {
        faults.push(
          unfit(at, `"${transition}" needs what a clock cannot give.`, "Move its `needs` to `accepts`.", transition),
        );
      }
    } else if (effect === "lapse" || effect === "release") {
      faults.push(
        unfit([...path, "atExpiry"], `A clock that ends in ${effect} names no transition.`, "Add `transition`."),
      );
    }
    return faults;
  });
}

/** The states that can follow some states, these included. */
function reachable(type: MatterType, starts: readonly string[]): Set<string> {
  const found = new Set(starts);
  const open = new Set(type.states.filter((state) => state.open).map(({ id }) => id));
  for (const state of found) {
    for (const transition of type.transitions)
      if (transition.to !== "same" && leavesFrom(transition, state, open)) found.add(transition.to);
  }
  return found;
}

function leavesFrom(transition: Transition, state: string, open: ReadonlySet<string>): boolean {
  return open.has(state) && (transition.from === "any-open" || transition.from.includes(state));
}

function lifeFaults(type: MatterType): Fault[] {
  const faults: Fault[] = [];
  const closed = new Set(type.states.filter(({ open }) => !open).map(({ id }) => id));
  const met = reachable(type, [type.initial.outgoing, type.initial.incoming]);
  type.states.forEach((state, index) => faults.push(...stateFaults(type, state, ["states", index], met, closed)));
  for (const end of commonEnds) {
    const transition = type.transitions.find(({ name }) => name === end);
    if (transition === undefined || transition.to !== end || !closed.has(end))
      faults.push(
        unfit(
          ["transitions"],
          `There is no end "${end}".`,
          `Add a state "${end}" with open: false and a transition of that name.`,
        ),
      );
  }
  return faults;
}

function stateFaults(
  type: MatterType,
  state: StateDefinition,
  path: FieldPath,
  met: ReadonlySet<string>,
  closed: ReadonlySet<string>,
): Fault[] {
  const faults: Fault[] = [];
  if (!met.has(state.id))
    faults.push(
      unfit(path, `No transition leads to the state "${state.id}".`, "Add one, or take the state out.", state.id),
    );
  if (state.open && ![...reachable(type, [state.id])].some((after) => closed.has(after)))
    faults.push(
      unfit(path, `From "${state.id}" the matter can never end.`, "Add a transition towards an end.", state.id),
    );
  if (state.open === (state.acts === "none"))
    faults.push(
      unfit(
        [...path, "acts"],
        "Somebody acts as long as a matter is open, and nobody afterwards.",
        "Change `acts` or `open`.",
        state.acts,
      ),
    );
  return faults;
}
