import { type CustodyStage, custodyStageSchema } from "../custody/index.ts";
import type { MatterType, Side } from "../definitions/index.ts";
import { type CommonEventName, isCommonEvent, isSealed, type Matter } from "../matter/index.ts";
import type { Action, MatterFacts, StateClass } from "../rights/index.ts";
import { type StoredMatter, storedKind } from "../store/index.ts";
import type { JsonObject, MatterClass, OfficeId, PersonId } from "../words/index.ts";
import { placeOf } from "./projection.ts";

/** States on the sending side before the other side knows of the matter. */
function statesBeforeOpening(type: MatterType): ReadonlySet<string> {
  const found = new Set([type.initial.outgoing]);
  for (const state of found) {
    for (const { name, from, to } of type.transitions) {
      if (name !== type.opening && from !== "any-open" && from.includes(state) && to !== "same") found.add(to);
    }
  }
  return found;
}

/** What a state means for rights. While a proposal waits for a second person, the matter is under review. */
function stateClassOf(
  type: MatterType,
  { side, state, open, proposed }: { side: Side; state: string; open: boolean; proposed: boolean },
): StateClass {
  if (!open) return "closed";
  if (proposed) return "review";
  if (side === "requesting" && statesBeforeOpening(type).has(state)) {
    if (type.states.find(({ id }) => id === state)?.editable === true) return "draft";
    const opens = type.transitions.some(({ name, from }) => name === type.opening && from.includes(state));
    return opens ? "approved" : "review";
  }
  const executes = type.transitions.some(
    ({ from, to, side: by, roles }) =>
      from !== "any-open" &&
      from.includes(state) &&
      to !== "same" &&
      by === "requested" &&
      roles.includes("executing-officer"),
  );
  return executes ? "executing" : "open";
}

/** Matters of one type in one state on one side, as the store tells them apart and as rights see them. */
export interface MatterKind {
  readonly kind: string;
  readonly side: Side;
  readonly matterClass: MatterClass;
  readonly stateClass: StateClass;
  /** While a proposal waits for a second person. */
  readonly proposed: StateClass;
}

/** All kinds of matters that there can be. */
export function kindsOf(types: readonly MatterType[]): readonly MatterKind[] {
  return types.flatMap((type) =>
    (["requesting", "requested"] as const).flatMap((side) =>
      type.states.map(({ id: state, open }) => ({
        kind: storedKind({ type: type.id, typeVersion: String(type.version), side, state }),
        side,
        matterClass: type.class,
        stateClass: stateClassOf(type, { side, state, open, proposed: false }),
        proposed: stateClassOf(type, { side, state, open, proposed: true }),
      })),
    ),
  );
}

/** What rights need to know of a matter. */
export function factsOf(type: MatterType, matter: Matter, intake: OfficeId): MatterFacts {
  const { office, assignee } = placeOf(matter, intake);
  const { proposal } = matter;
  const preparers = proposal?.by.kind === "person" ? [proposal.by.person] : matter.known ? [] : matter.drafters;
  return {
    id: matter.id,
    office,
    assignees: assignee === undefined ? [] : [assignee],
    granted: matter.admitted.map(({ person }) => person),
    barred: matter.conflicts.map(({ person }) => person),
    preparers,
    confidentiality: isSealed(matter) ? "sealed" : "ordinary",
    matterClass: type.class,
    stateClass: stateClassOf(type, { ...matter, proposed: proposal !== undefined }),
    side: matter.side,
  };
}

/** The same from what queues know; whether a proposal waits has to be said. */
export function factsOfStored(type: MatterType, stored: StoredMatter, proposed: boolean): MatterFacts {
  const side = stored.side === "requesting" ? "requesting" : "requested";
  return {
    id: stored.matter,
    office: stored.office,
    assignees: stored.assignee === null ? [] : [stored.assignee],
    granted: stored.granted,
    barred: stored.barred,
    preparers: [],
    confidentiality: stored.restricted ? "sealed" : "ordinary",
    matterClass: type.class,
    stateClass: stateClassOf(type, { side, state: stored.state, open: stored.open, proposed }),
    side,
  };
}

/** A matter that is about to be opened, as rights see it: with its author as assignee. */
export function factsOfNew(
  type: MatterType,
  matter: MatterFacts["id"],
  side: Side,
  who: { readonly person: PersonId; readonly office: OfficeId },
): MatterFacts {
  return {
    id: matter,
    office: who.office,
    assignees: [who.person],
    granted: [],
    barred: [],
    preparers: [],
    confidentiality: "ordinary",
    matterClass: type.class,
    stateClass: side === "requesting" ? "draft" : "open",
    side,
  };
}

const ofCommonEvents: Readonly<Partial<Record<CommonEventName, readonly Action[]>>> = {
  "fields-set": ["draft", "prepare", "acknowledge", "execute"],
  assigned: ["assign"],
  "attachment-added": ["upload-evidence"],
  "consultation-held": ["prepare", "acknowledge", "decide", "execute"],
  "information-asked": ["prepare", "acknowledge", "decide", "execute"],
  "information-supplied": ["prepare", "acknowledge", "execute"],
  note: ["read", "read-sealed"],
  proposed: ["prepare", "execute"],
  "proposal-declined": ["approve", "decide"],
  "matter-sealed": ["seal"],
  "matter-unsealed": ["seal"],
  "access-granted": ["admit"],
  "access-withdrawn": ["admit"],
  "conflict-declared": ["bar"],
  "conflict-lifted": ["bar"],
  "sending-resumed": ["resend"],
  "failure-settled": ["resend"],
  "destruction-proposed": ["open-evidence"],
  "destruction-declined": ["open-evidence"],
  "hold-placed": ["hold"],
  "hold-lifted": ["hold"],
  "erasure-proposed": ["propose-erasure"],
  "erasure-declined": ["approve-erasure", "propose-erasure"],
};

/** Stages by which an item, or a content, comes to the authority; all others are done to what is here. */
const takingIn: readonly CustodyStage[] = ["identified", "collected", "acquired", "received", "stored", "derived"];

function actionsForCustody({ custody }: JsonObject): readonly Action[] {
  const stage = custodyStageSchema.safeParse(
    typeof custody === "object" && custody !== null && "stage" in custody ? custody.stage : undefined,
  );
  return stage.success && takingIn.includes(stage.data) ? ["upload-evidence"] : ["open-evidence"];
}

/** The actions of which one must be allowed before somebody causes an event; roles are judged by the matter type too. */
export function actionsFor(type: MatterType, matter: Matter, name: string, data: JsonObject = {}): readonly Action[] {
  // What another person asked for is approved; without a request it takes a right of its own.
  if (name === "field-corrected") return data.proposal === undefined ? ["correct"] : ["approve"];
  if (name === "custody-recorded") return actionsForCustody(data);
  if (isCommonEvent(name)) return ofCommonEvents[name] ?? [];
  const transition = type.transitions.find((one) => one.name === name);
  if (transition === undefined) return ["read", "read-sealed"];
  if (name === type.opening) return ["send"];
  if (transition.fourEyes === "proposal") return ["approve", "decide"];
  if (transition.fourEyes === "draft") return ["approve"];
  const ends = type.states.find(({ id }) => id === transition.to)?.open === false;
  if (ends) return ["close", "approve"];
  if (!matter.known) return ["prepare", "approve", "close"];
  return transition.side === "requested" || matter.side === "requested"
    ? ["execute", "acknowledge", "prepare", "decide"]
    : ["acknowledge", "prepare"];
}
