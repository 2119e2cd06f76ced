import { type CommonEventName, commonEventData, commonRules, isCommonEvent } from "../matter/index.ts";
import type { Decision, PersonFacts } from "../rights/index.ts";
import { type JsonObject, type PersonId, personIdSchema } from "../words/index.ts";
import { actionsFor, factsOf } from "./access.ts";
import { mayOneOf } from "./reading.ts";
import type { MatterView, Worker } from "./service.ts";
import type { TypedMatter, Workshop } from "./workshop.ts";

/** Whether a correction is made at once, not after a request by another person. */
const isDirect = (name: string, data: JsonObject): boolean => name === "field-corrected" && data.proposal === undefined;

const aboutSomebody = new Set([
  "assigned",
  "access-granted",
  "access-withdrawn",
  "conflict-declared",
  "conflict-lifted",
]);

/** The person whom an event is about, where it is about one. */
export function whomOf(name: string, data: JsonObject): PersonId | undefined {
  return aboutSomebody.has(name) ? personIdSchema.safeParse(data.person).data : undefined;
}

/** Whether a person may cause an event, by the table of rights; the rules of the matter type are judged apart. */
export function mayCause(
  workshop: Workshop,
  person: PersonFacts,
  { type, matter }: TypedMatter,
  name: string,
  data: JsonObject,
): Decision {
  const facts = factsOf(type, matter, workshop.parts.intake);
  const whom = whomOf(name, data);
  return mayOneOf(
    workshop,
    person,
    actionsFor(type, matter, name, data),
    isDirect(name, data) ? { ...facts, preparers: matter.drafters } : facts,
    whom === undefined ? {} : { whom },
  );
}

/** Stands for somebody else, where it is asked whether anybody else could be assigned, admitted or barred. */
const somebody = personIdSchema.parse("00000000-0000-7000-8000-000000000000");

const needKnownPartner: readonly CommonEventName[] = [
  "consultation-held",
  "information-asked",
  "field-corrected",
  "sending-resumed",
  "failure-settled",
];
const needOpen = (name: CommonEventName): boolean =>
  !/^(?:note|assigned|access-|conflict-|matter-|sending-|failure-|custody-|destruction-|hold-|erasure-)/.test(name);

/** An event that all matters share, or the approval of a correction that another person asked for. */
export type PermittedAct = CommonEventName | "approve-correction";

/**
 * The events that all matters share which a person may cause now: what is not among them needs no button. A bar is asked
 * about for the person alone; whoever may admit others may bar others too. Pure.
 */
export function permittedIn(workshop: Workshop, view: MatterView, who: Worker): ReadonlySet<PermittedAct> {
  const { matter, reader, emergency } = view;
  if (emergency !== undefined) return new Set();
  const names = Object.keys(commonEventData).filter(isCommonEvent);
  const { proposal } = matter;
  const approves =
    proposal?.name === "field-corrected" &&
    commonRules["field-corrected"].roles.includes(who.role) &&
    mayCause(workshop, reader, view, "field-corrected", { proposal: proposal.id }).allowed;
  return new Set<PermittedAct>([
    ...(approves ? (["approve-correction"] as const) : []),
    ...names.filter((name) => {
      const { roles } = commonRules[name];
      if (!roles.includes(who.role) || (needOpen(name) && !matter.open)) return false;
      if (needKnownPartner.includes(name) && !matter.known) return false;
      const data: JsonObject = { person: name === "conflict-declared" ? who.person : somebody };
      return mayCause(workshop, reader, view, name, data).allowed;
    }),
  ]);
}
