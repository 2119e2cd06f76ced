import type { MatterType } from "../definitions/index.ts";
import { canonicalText, type EventId, type Instant, type JsonObject, type MatterEvent } from "../words/index.ts";
import type { Case, Command, Context, Decision } from "./command.ts";
import { commonRefusals, dataRefusals, isDirect, openingRefusals } from "./common-decisions.ts";
import { commonEventData, commonRules, isCommonEvent } from "./common-events.ts";
import { askedCustody, completedCustody } from "./custody-rules.ts";
import { leaves } from "./fold.ts";
import type { Matter, Proposal } from "./matter.ts";
import { sharedValues } from "./message.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { transitionRefusals } from "./transition-rules.ts";

/**
 * What a command does to a matter: the events to be added, or every reason why it is refused. Pure; a refused command
 * changes nothing, and a command that was carried out before gives the same events again.
 *
 * @param type - The matter type in the version of the matter.
 * @param matter - The matter, or undefined for the command `opened`.
 * @throws TypeError when matter, type and side do not belong together: a mistake of the program.
 */
export function decide(type: MatterType, matter: Matter | undefined, command: Command, context: Context): Decision {
  if (matter === undefined) return open(type, command, context);
  if (matter.type !== type.id || matter.typeVersion !== type.version)
    throw new TypeError(
      `The matter is of ${matter.type} version ${matter.typeVersion}, not ${type.id} ${type.version}.`,
    );
  if (matter.side !== context.side) throw new TypeError(`The matter is kept on the ${matter.side} side.`);
  if (command.matter !== matter.id) return refused([refusal("matter-unknown", { found: command.matter })]);
  const before = matter.events.find(({ id }) => id === command.id);
  if (before !== undefined) return again(matter, before, command, context);
  if (command.expectedSequence !== matter.sequence) {
    const found = String(matter.sequence);
    return refused([refusal("changed-meanwhile", { found, expected: String(command.expectedSequence) })]);
  }
  return fresh({ type, matter, command, context });
}

function refused(refusals: readonly Refusal[]): Decision {
  return { refusals };
}

function open(type: MatterType, command: Command, context: Context): Decision {
  const { actor } = context;
  if (command.name !== "opened") return refused([refusal("matter-unknown", { found: command.matter })]);
  const read = commonEventData.opened.safeParse(command.data);
  if (!read.success) return refused(dataRefusals(read.error));
  const { data } = read;
  const refusals: Refusal[] = [];
  if (command.expectedSequence !== 0)
    refusals.push(refusal("changed-meanwhile", { found: "0", expected: String(command.expectedSequence) }));
  if (data.type !== type.id || data.typeVersion !== type.version)
    refusals.push(
      refusal("other-type-version", {
        found: `${data.type} ${data.typeVersion}`,
        expected: `${type.id} ${type.version}`,
      }),
    );
  const direction = data.side === "requesting" ? "outgoing" : "incoming";
  if (data.side !== context.side || !type.directions.includes(direction))
    refusals.push(refusal("not-your-side", { found: data.side, expected: context.side }));
  if (actor.kind === "authority" && data.side !== "requested")
    refusals.push(refusal("not-for-the-partner", { found: "opened" }));
  const roles = commonRules.opened.roles;
  if (actor.kind === "system" || (actor.kind === "person" && !roles.includes(actor.role)))
    refusals.push(
      refusal("role-not-allowed", {
        found: actor.kind === "person" ? actor.role : "system",
        expected: roles.join(", "),
      }),
    );
  refusals.push(...openingRefusals(type, data.values ?? {}, actor.kind === "person"));
  if (refusals.length > 0) return refused(refusals);
  return { events: [event(command, context, 1, command.id, command.name, command.data)], repeated: false };
}

/** A command whose id is known: the same one gets the same events; another one under the same id is refused. */
function again(matter: Matter, before: MatterEvent, command: Command, context: Context): Decision {
  const asked = command.data.proposal;
  const approval = asked !== undefined && asked === before.data.proposal && Object.keys(command.data).length === 1;
  const same =
    before.name === command.name &&
    canonicalText({ ...before.by }) === canonicalText({ ...context.actor }) &&
    (approval ||
      canonicalText(before.data) === canonicalText(command.data) ||
      (command.name === "custody-recorded" &&
        canonicalText(askedCustody(before.data)) === canonicalText(askedCustody(command.data))) ||
      sameButContents(matter, before, command));
  if (!same) return refused([refusal("command-reused", { found: command.id })]);
  const caused = matter.events.filter(({ data }) => data.causedBy === command.id);
  return { events: [before, ...caused], repeated: true };
}

/** An event of this side that keeps the contents has more data than its command had. */
function sameButContents(matter: Matter, before: MatterEvent, command: Command): boolean {
  const { values, ...rest } = before.data;
  const step = matter.steps.some(({ event: id }) => id === before.id);
  return (
    step &&
    values !== undefined &&
    before.by.kind !== "authority" &&
    canonicalText(rest) === canonicalText(command.data)
  );
}

function fresh(at: Case): Decision {
  const { type, matter, command, context } = at;
  const common = isCommonEvent(command.name) ? command.name : undefined;
  const transition = type.transitions.find(({ name }) => name === command.name);
  if (common === undefined && transition === undefined) {
    return refused([refusal("unknown-event", { found: command.name, expected: `an event of ${type.id}` })]);
  }
  const approving =
    context.actor.kind === "person" &&
    (transition?.fourEyes === "proposal" || (common === "field-corrected" && !isDirect(command, context)));
  const approval = approving ? approved(at) : undefined;
  const data = approval?.data ?? (common === "custody-recorded" ? completedCustody(at) : command.data);
  const judged = approval?.proposal?.data ?? data;
  const refusals = [
    ...(approval?.refusals ?? []),
    // Without the proposal there is nothing yet whose contents could be judged.
    ...(approval !== undefined && approval.proposal === undefined
      ? []
      : common !== undefined
        ? commonRefusals(at, common, judged)
        : transition !== undefined
          ? transitionRefusals(at, transition, judged)
          : []),
  ];
  if (refusals.length > 0) return refused(refusals);
  const carries = transition?.carries === "contents" && context.actor.kind !== "authority";
  const kept = carries ? { ...data, values: sharedValues(type, matter) } : data;
  const first = event(command, context, matter.sequence + 1, command.id, command.name, kept);
  return { events: [first, ...consequences(at, data)], repeated: false };
}

interface Approval {
  readonly proposal: Proposal | undefined;
  readonly data: JsonObject;
  readonly refusals: readonly Refusal[];
}

/** Four eyes: the command names what another person proposed, and takes its contents over unchanged. */
function approved({ matter, command, context }: Case): Approval {
  const { proposal } = matter;
  const { actor } = context;
  const named = command.data.proposal;
  if (
    proposal === undefined ||
    proposal.name !== command.name ||
    proposal.id !== named ||
    Object.keys(command.data).length > 1
  ) {
    const expected = proposal?.name === command.name ? proposal.id : `a proposal of ${command.name}`;
    const lacking = refusal("proposal-needed", { field: "proposal", guard: "four-eyes", expected });
    return { proposal: undefined, data: command.data, refusals: [lacking] };
  }
  const alone = actor.kind === "person" && proposal.by.kind === "person" && proposal.by.person === actor.person;
  return {
    proposal,
    data: { ...proposal.data, proposal: proposal.id },
    refusals: alone ? [refusal("same-person", { guard: "four-eyes", found: "proposed it" })] : [],
  };
}

/** What follows by itself: the transition that the expiry of a clock makes, when the matter is where it leads from. */
function consequences({ type, matter, command, context }: Case, data: JsonObject): MatterEvent[] {
  if (command.name !== "clock-expired") return [];
  const clock = type.clocks.find(({ id }) => id === data.clock);
  const transition = type.transitions.find(({ name }) => name === clock?.atExpiry.transition);
  if (transition === undefined || !leaves(transition, matter)) return [];
  if (transition.side !== "either" && transition.side !== matter.side) return [];
  return [
    event(command, context, matter.sequence + 2, context.newEventId(), transition.name, { causedBy: command.id }),
  ];
}

function event(
  command: Command,
  context: Context,
  sequence: number,
  id: EventId,
  name: string,
  data: JsonObject,
): MatterEvent {
  const at: Instant = context.now;
  return { id, matter: command.matter, sequence, name, at, by: context.actor, data };
}
