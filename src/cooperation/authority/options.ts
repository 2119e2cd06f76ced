import type { Transition } from "../definitions/index.ts";
import { type Command, commonRules, decide, isRefused, type Refusal } from "../matter/index.ts";
import type { EventId, Role } from "../words/index.ts";
import { mayCause } from "./permission.ts";
import { scopeOf } from "./reading.ts";
import type { MatterView, Option, Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** Refusals about what is given together with the step: the person gives it when the step is made. */
const ofParticulars: readonly Refusal["code"][] = ["particular-missing"];

/**
 * The steps of this side that lead out of the state, with what stands in the way of each, or for whom it waits where the
 * person has no right to it. While a proposal waits, only that is for others to do. Pure.
 *
 * @param id - Some identifier that is not used: nothing is kept.
 */
export function optionsOf(workshop: Workshop, view: MatterView, who: Worker, id: EventId): Option[] {
  const { type, matter } = view;
  if (view.emergency !== undefined) return [];
  return type.transitions.flatMap((transition) => {
    const ours = transition.side === "either" || transition.side === matter.side;
    const here = matter.open && (transition.from === "any-open" || transition.from.includes(matter.state));
    if (!ours || !here || rolesOf(transition).length === 0) return [];
    const option = optionOf(workshop, view, who, id, transition);
    const elsewhere = matter.proposal !== undefined && matter.proposal.name !== transition.name;
    return option.waitsFor.length > 0 && elsewhere ? [] : [option];
  });
}

const rolesOf = ({ roles }: Transition): Role[] => roles.filter((role) => role !== "system");

function optionOf(workshop: Workshop, view: MatterView, who: Worker, id: EventId, transition: Transition): Option {
  const { type, matter } = view;
  const { name, label, needs, accepts } = transition;
  const { proposal } = matter;
  const byProposal = transition.fourEyes === "proposal";
  const how = !byProposal ? "command" : proposal?.name === name ? "approve" : "propose";
  const data = how === "approve" && proposal !== undefined ? { proposal: proposal.id } : {};
  const asked: Pick<Command, "name" | "data"> =
    how === "propose" ? { name: "proposed", data: { name, data: {} } } : { name, data };
  const command: Command = { ...asked, id, matter: matter.id, expectedSequence: matter.sequence };
  const now = workshop.parts.now();
  const decision = decide(type, matter, command, { actor: scopeOf(who), side: matter.side, now, newEventId: () => id });
  const refusals = isRefused(decision) ? decision.refusals.filter(({ code }) => !ofParticulars.includes(code)) : [];
  const roles = how === "propose" ? commonRules.proposed.roles : transition.roles;
  const may = roles.includes(who.role) && mayCause(workshop, view.reader, view, asked.name, asked.data).allowed;
  const particulars = how === "approve" ? { needs: [], accepts: [] } : { needs, accepts };
  return may
    ? { name, label, by: how, waitsFor: [], refusals, ...particulars }
    : { name, label, by: how, waitsFor: rolesOf(transition), refusals: [], ...particulars };
}
