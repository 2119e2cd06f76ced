import { custodyProblems } from "../custody/index.ts";
import type { JsonObject } from "../words/index.ts";
import type { Case } from "./command.ts";
import type { CommonEventData } from "./common-events.ts";
import type { HeldItem, Matter } from "./matter.ts";
import { isContents } from "./message.ts";
import { type Refusal, refusal } from "./refusal.ts";

export function heldItem(matter: Pick<Matter, "evidence">, exhibit: string): HeldItem | undefined {
  return matter.evidence.find(({ item }) => item.exhibitNumber === exhibit);
}

/** A refusal that names the rule of custody; the pages have a sentence for each. */
function broken(rule: string, field: string, expected: string): Refusal {
  return refusal("custody-not-possible", { field, found: rule, expected });
}

/** What the caller leaves to the matter: who, when, and the place in the chain. */
const given = ["id", "at", "by", "sequence", "hashBefore"] as const;

/** The data of a custody event: what was asked, with who, when, its place in the chain, and the hash before. */
export function completedCustody({ matter, command, context }: Case): JsonObject {
  const { custody, ...rest } = command.data;
  if (!isContents(custody)) return command.data;
  const asked: JsonObject = custody;
  const state = heldItem(matter, String(asked.exhibitNumber))?.state;
  const before = state?.digest;
  return {
    ...rest,
    custody: {
      ...asked,
      id: command.id,
      at: context.now,
      by: { ...context.actor },
      sequence: (state?.sequence ?? 0) + 1,
      ...(before === undefined ? {} : { hashBefore: before }),
    },
  };
}

/** What was asked for by the data of a custody event. */
export function askedCustody(data: JsonObject): JsonObject {
  const { custody, ...rest } = data;
  if (!isContents(custody)) return data;
  const asked = Object.fromEntries(Object.entries(custody).filter(([name]) => !given.some((one) => one === name)));
  return { ...rest, custody: asked };
}

/** What speaks against a custody event: the rules of its stage, and for a destruction that a second person is needed. */
export function custodyRefusals(
  { matter, context }: Case,
  { custody, item }: CommonEventData<"custody-recorded">,
): Refusal[] {
  const { actor } = context;
  const held = heldItem(matter, custody.exhibitNumber);
  const described = held?.item ?? item;
  if (described === undefined)
    return [broken("custody.unknown-item", "exhibitNumber", `There is no exhibit ${custody.exhibitNumber}.`)];
  if (held !== undefined && item !== undefined)
    return [broken("custody.number-taken", "exhibitNumber", `There is an exhibit ${custody.exhibitNumber} already.`)];
  if (actor.kind === "authority" && custody.stage !== "received")
    return [refusal("not-for-the-partner", { field: "stage", found: custody.stage })];
  const problems = custodyProblems(described, held?.state, custody).map(({ code, field, message }) =>
    broken(code, field, message),
  );
  return custody.stage === "destroyed" ? [...problems, ...secondPersonRefusals(held, context)] : problems;
}

function secondPersonRefusals(held: HeldItem | undefined, { actor }: Case["context"]): Refusal[] {
  const proposal = held?.destruction;
  if (proposal === undefined)
    return [refusal("proposal-needed", { guard: "four-eyes", expected: "destruction-proposed" })];
  if (actor.kind !== "person" || !["head-of-office", "approver"].includes(actor.role))
    return [
      refusal("role-not-allowed", {
        found: actor.kind === "person" ? actor.role : actor.kind,
        expected: "head-of-office, approver",
      }),
    ];
  const alone = proposal.by.kind === "person" && proposal.by.person === actor.person;
  return alone ? [refusal("same-person", { guard: "four-eyes", found: "proposed it" })] : [];
}

/** What speaks against proposing that the key of an item is destroyed. */
export function destructionRefusals(
  { matter }: Case,
  { exhibitNumber }: CommonEventData<"destruction-proposed">,
): Refusal[] {
  const held = heldItem(matter, exhibitNumber);
  if (held === undefined)
    return [broken("custody.unknown-item", "exhibitNumber", `There is no exhibit ${exhibitNumber}.`)];
  if (held.state.standing === "destroyed" || held.state.standing === "in-transit")
    return [broken("custody.after-end", "exhibitNumber", "The item was destroyed, or is on its way.")];
  return held.destruction === undefined
    ? []
    : [broken("custody.destruction-proposed", "exhibitNumber", "Somebody has proposed it already.")];
}
