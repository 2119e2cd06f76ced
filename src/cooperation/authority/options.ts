import type { Transition } from "../definitions/index.ts";
import { type Command, decide, isRefused, type Refusal } from "../matter/index.ts";
import type { EventId, Instant } from "../words/index.ts";
import { scopeOf } from "./reading.ts";
import type { MatterView, Option, Worker } from "./service.ts";

/** Refusals about what is given together with the step: the person gives it when the step is made. */
const ofParticulars: readonly Refusal["code"][] = ["particular-missing"];

/**
 * The steps of this side that lead out of the state, with what stands in the way of each. Pure.
 *
 * @param now - The moment; steps that need a date judge by it.
 * @param id - Some identifier that is not used: nothing is kept.
 */
export function optionsOf(view: MatterView, who: Worker, now: Instant, id: EventId): Option[] {
  const { type, matter } = view;
  return type.transitions.flatMap((transition) => {
    const ours = transition.side === "either" || transition.side === matter.side;
    const here = matter.open && (transition.from === "any-open" || transition.from.includes(matter.state));
    if (!ours || !here || transition.roles.every((role) => role === "system")) return [];
    return [optionOf(view, who, now, id, transition)];
  });
}

function optionOf(view: MatterView, who: Worker, now: Instant, id: EventId, transition: Transition): Option {
  const { type, matter } = view;
  const { name, label, needs, accepts } = transition;
  const { proposal } = matter;
  const byProposal = transition.fourEyes === "proposal";
  const approve = byProposal && proposal?.name === name && transition.roles.some((role) => role === who.role);
  const how = approve ? "approve" : byProposal ? "propose" : "command";
  const data = how === "approve" && proposal !== undefined ? { proposal: proposal.id } : {};
  const asked: Pick<Command, "name" | "data"> =
    how === "propose" ? { name: "proposed", data: { name, data: {} } } : { name, data };
  const command: Command = { ...asked, id, matter: matter.id, expectedSequence: matter.sequence };
  const decision = decide(type, matter, command, { actor: scopeOf(who), side: matter.side, now, newEventId: () => id });
  const refusals = isRefused(decision) ? decision.refusals.filter(({ code }) => !ofParticulars.includes(code)) : [];
  return { name, label, by: how, refusals, needs: approve ? [] : needs, accepts: approve ? [] : accepts };
}
