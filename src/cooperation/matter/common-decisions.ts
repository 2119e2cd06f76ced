import type { z } from "zod";
import type { MatterType } from "../definitions/index.ts";
import type { Json, JsonObject, PersonId } from "../words/index.ts";
import type { Case } from "./command.ts";
import { type CommonEventName, commonEventData, commonRules, oversightEvents } from "./common-events.ts";
import { custodyRefusals, destructionRefusals, heldItem } from "./custody-rules.ts";
import { erasureHindrances } from "./erasure.ts";
import { isConfidential, isRunning, isSealed, type Matter, type PersonEntry, sideOf } from "./matter.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { particularRefusals, placeRefusals } from "./transition-rules.ts";
import { attachmentRefusals, dayAfter, givenRefusals, partnerRefusals } from "./value-rules.ts";

/** What speaks against an event that all matters share. */
export function commonRefusals(at: Case, name: CommonEventName, data: JsonObject): Refusal[] {
  const role = commonRole(at, name);
  if (!at.matter.open && !afterTheEnd.includes(name)) {
    return [...role, refusal("matter-closed", { found: at.matter.state })];
  }
  const schema: z.ZodType = commonEventData[name];
  const read = schema.safeParse(data);
  if (!read.success) return [...role, ...dataRefusals(read.error)];
  return [...role, ...rules[name](at, data)];
}

/** What may still happen to a matter that has ended: who may know of it goes on, and so do its messages and its evidence. */
const afterTheEnd: readonly CommonEventName[] = [
  "note",
  ...oversightEvents,
  "matter-sealed",
  "matter-unsealed",
  "sending-resumed",
  "failure-settled",
  "custody-recorded",
  "destruction-proposed",
  "destruction-declined",
  "hold-placed",
  "hold-lifted",
  "erasure-proposed",
  "erasure-declined",
];

/** Faults of the shape of an event's data, each at its field. */
export function dataRefusals(error: z.ZodError): Refusal[] {
  return error.issues.map(({ path, message }) =>
    refusal("data-invalid", { field: path.map(String).join("."), expected: message }),
  );
}

function commonRole({ matter, context }: Case, name: CommonEventName): Refusal[] {
  const { actor } = context;
  const { roles, message } = commonRules[name];
  if (actor.kind === "authority" && name === "custody-recorded")
    return matter.known ? [] : [refusal("not-for-the-partner", { found: name })];
  if (actor.kind === "authority") {
    return matter.known && message !== undefined ? [] : [refusal("not-for-the-partner", { found: name })];
  }
  const role = actor.kind === "system" ? "system" : actor.role;
  return roles.includes(role) ? [] : [refusal("role-not-allowed", { found: role, expected: roles.join(", ") })];
}

/** Whether a head of office corrects at once, without a request by another person before. */
export function isDirect({ name, data }: Case["command"], { actor }: Case["context"]): boolean {
  return (
    name === "field-corrected" &&
    data.proposal === undefined &&
    actor.kind === "person" &&
    actor.role === "head-of-office"
  );
}

type Rule = (at: Case, data: JsonObject) => Refusal[];

function rule<S extends z.ZodType>(schema: S, judge: (at: Case, data: z.output<S>) => Refusal[]): Rule {
  return (at, data) => judge(at, schema.parse(data));
}

const rules: Readonly<Record<CommonEventName, Rule>> = {
  opened: ({ matter }) => [refusal("already-open", { found: matter.id })],
  "fields-set": rule(commonEventData["fields-set"], fieldsSet),
  "field-corrected": rule(commonEventData["field-corrected"], (at, { field, value }) => [
    ...corrected(at, field, value),
    ...(isDirect(at.command, at.context) ? aloneRefusals(at) : []),
  ]),
  assigned: rule(commonEventData.assigned, ({ matter }, { person }) => barredRefusals(matter, person)),
  "attachment-added": rule(commonEventData["attachment-added"], ({ matter, context }, { digest, shared }) => [
    ...(matter.attachments.some((one) => one.digest === digest)
      ? [refusal("already-attached", { field: "digest", found: digest })]
      : []),
    ...(context.actor.kind === "authority" && !shared ? [refusal("not-for-the-partner", { field: "shared" })] : []),
  ]),
  "consultation-held": rule(commonEventData["consultation-held"], ({ matter, context }, { held }) => {
    // A day begins up to 14 hours earlier elsewhere than in UTC.
    const latest = dayAfter(context.now, 1);
    return [
      ...knownRefusals(matter),
      ...(held > latest ? [refusal("date-ahead", { field: "held", found: held, expected: latest })] : []),
    ];
  }),
  "information-asked": ({ matter }) => knownRefusals(matter),
  "information-supplied": rule(commonEventData["information-supplied"], ({ type, matter, context }, data) => {
    const question = matter.questions.find(({ id }) => id === data.question);
    if (question === undefined || question.answer !== undefined) {
      return [refusal("question-unknown", { field: "question", found: data.question })];
    }
    const side = sideOf(context.actor, matter.side);
    const values = data.values ?? {};
    const given = Object.keys(values).filter((id) => matter.fields[id] !== undefined);
    return [
      ...(question.side === side
        ? [refusal("not-your-side", { found: side, expected: "the side that was asked" })]
        : []),
      ...givenRefusals(type, context.actor.kind === "authority" ? undefined : matter, values, side),
      ...(context.actor.kind === "authority" ? partnerRefusals(type, values, side) : []),
      ...given.map((id) => refusal("already-given", { field: id, expected: "a correction" })),
      ...Object.keys(values)
        .filter((id) => values[id] === null)
        .map((id) => refusal("field-invalid", { field: id, found: "null", expected: "a value" })),
    ];
  }),
  note: () => [],
  proposed: rule(commonEventData.proposed, (at, { name, data }) => proposedRefusals(at, name, data)),
  "proposal-declined": rule(commonEventData["proposal-declined"], ({ matter }, { proposal }) =>
    matter.proposal?.id === proposal ? [] : [refusal("proposal-needed", { field: "proposal", found: proposal })],
  ),
  "clock-expired": rule(commonEventData["clock-expired"], ({ matter }, { clock }) => {
    const run = matter.clocks.find((one) => one.clock === clock && isRunning(one));
    if (run === undefined) return [refusal("clock-not-running", { field: "clock", found: clock })];
    return run.pauses.some(({ to }) => to === undefined)
      ? [refusal("clock-paused", { field: "clock", found: clock })]
      : [];
  }),
  "matter-sealed": ({ matter }) => (matter.sealing === undefined ? [] : [refusal("already-sealed")]),
  "matter-unsealed": ({ matter }) =>
    isConfidential(matter) ? [refusal("sealed-by-content")] : isSealed(matter) ? [] : [refusal("not-sealed")],
  "access-granted": rule(commonEventData["access-granted"], ({ matter }, { person }) => [
    ...barredRefusals(matter, person),
    ...(names(matter.admitted, person) ? [refusal("access-unchanged", { field: "person" })] : []),
  ]),
  "access-withdrawn": rule(commonEventData["access-withdrawn"], ({ matter }, { person }) =>
    names(matter.admitted, person) ? [] : [refusal("access-unchanged", { field: "person" })],
  ),
  "conflict-declared": rule(commonEventData["conflict-declared"], ({ matter }, { person }) =>
    names(matter.conflicts, person) ? [refusal("conflict-unchanged", { field: "person" })] : [],
  ),
  "conflict-lifted": rule(commonEventData["conflict-lifted"], ({ matter }, { person }) =>
    names(matter.conflicts, person) ? [] : [refusal("conflict-unchanged", { field: "person" })],
  ),
  "sending-resumed": ({ matter }) => knownRefusals(matter),
  "failure-settled": ({ matter }) => knownRefusals(matter),
  "custody-recorded": rule(commonEventData["custody-recorded"], custodyRefusals),
  "destruction-proposed": rule(commonEventData["destruction-proposed"], destructionRefusals),
  "destruction-declined": rule(commonEventData["destruction-declined"], ({ matter }, { exhibitNumber }) =>
    heldItem(matter, exhibitNumber)?.destruction === undefined
      ? [refusal("proposal-needed", { field: "exhibitNumber", found: exhibitNumber })]
      : [],
  ),
  "hold-placed": ({ matter }) => (matter.hold === undefined ? [] : [refusal("hold-unchanged")]),
  "hold-lifted": ({ matter }) => (matter.hold === undefined ? [refusal("hold-unchanged")] : []),
  "erasure-proposed": rule(commonEventData["erasure-proposed"], ({ type, matter, context }, { ground }) => [
    ...(matter.erasure === undefined ? [] : [refusal("erasure-waits")]),
    ...erasureHindrances(type, matter, ground, context.now),
  ]),
  "erasure-declined": rule(commonEventData["erasure-declined"], ({ matter }, { proposal }) =>
    matter.erasure?.event === proposal ? [] : [refusal("proposal-needed", { field: "proposal", found: proposal })],
  ),
};

const names = (entries: readonly PersonEntry[], person: PersonId): boolean =>
  entries.some((entry) => entry.person === person);

function barredRefusals(matter: Matter, person: PersonId): Refusal[] {
  return names(matter.conflicts, person) ? [refusal("person-barred", { field: "person" })] : [];
}

function knownRefusals(matter: Matter): Refusal[] {
  return matter.known ? [] : [refusal("partner-does-not-know", { found: matter.state })];
}

function fieldsSet(at: Case, { values }: { readonly values: Readonly<Record<string, Json>> }): Refusal[] {
  const { type, matter } = at;
  const registering = isRegistering(type, matter);
  return [
    ...givenRefusals(type, matter, values, registering ? undefined : matter.side),
    ...Object.keys(values).flatMap((id) => {
      const setBy = type.fields.find((field) => field.id === id)?.setBy;
      const editable = type.states.find((state) => state.id === matter.state)?.editable ?? false;
      const free = registering || editable || setBy !== "requesting";
      return free ? [] : [refusal("not-editable", { field: id, found: matter.state, expected: "a correction" })];
    }),
  ];
}

/** Whether somebody here is registering a request that came on paper: nobody has acted on it yet. */
function isRegistering(type: MatterType, matter: Matter): boolean {
  return (
    matter.side === "requested" && matter.events[0]?.by.kind === "person" && matter.state === type.initial.incoming
  );
}

function corrected({ type, matter, context }: Case, id: string, value: Json): Refusal[] {
  const side = sideOf(context.actor, matter.side);
  const present = context.actor.kind === "authority" ? undefined : matter;
  return [
    ...knownRefusals(matter),
    ...givenRefusals(type, present, { [id]: value }, side),
    ...(present === undefined ? partnerRefusals(type, { [id]: value }, side) : []),
    ...(value === null ? [refusal("field-invalid", { field: id, found: "null", expected: "a value" })] : []),
  ];
}

/** Who corrects without a request before is another person than those who wrote the contents. */
function aloneRefusals({ matter, context }: Case): Refusal[] {
  const { actor } = context;
  return actor.kind === "person" && matter.drafters.includes(actor.person)
    ? [refusal("same-person", { guard: "four-eyes", found: "wrote on this request" })]
    : [];
}

/** What can be proposed is what another person has to approve; the approval is judged again when it is given. */
function proposedRefusals(at: Case, name: string, data: JsonObject): Refusal[] {
  if (name === "field-corrected") {
    const read = commonEventData["field-corrected"].safeParse(data);
    if (!read.success) return dataRefusals(read.error);
    return read.data.proposal === undefined
      ? corrected(at, read.data.field, read.data.value)
      : [refusal("data-invalid", { field: "data.proposal", expected: "nothing" })];
  }
  const transition = at.type.transitions.find((one) => one.name === name && one.fourEyes === "proposal");
  if (transition === undefined) return [refusal("nothing-to-propose", { field: "name", found: name })];
  return [...placeRefusals(at, transition), ...particularRefusals(at, transition, data)];
}

/** Values of a new matter. What the partner sends is judged by kind alone: its documents are still under way. */
export function openingRefusals(
  type: MatterType,
  values: Readonly<Record<string, Json>>,
  byPerson: boolean,
): Refusal[] {
  const faults = givenRefusals(type, undefined, values, undefined);
  if (!byPerson) return [...faults, ...partnerRefusals(type, values, "requesting")];
  const documents = Object.entries(values).flatMap(([id, value]) => {
    const field = type.fields.find((one) => one.id === id);
    return field === undefined ? [] : attachmentRefusals(noAttachments, field, value);
  });
  return [...faults, ...documents];
}

const noAttachments: Pick<Matter, "attachments"> = { attachments: [] };
