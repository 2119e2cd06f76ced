import assert from "node:assert/strict";
import { exampleValues } from "../../matter/index.ts";
import type { JsonObject, MatterId } from "../../words/index.ts";
import type { CommandOutcome } from "../index.ts";
import type { SimulatedAuthority, World } from "./two-authorities.ts";

/** Throws where a command was not carried out. */
export function done(outcome: CommandOutcome): void {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
}

/** A complete request for assistance, drafted by a case officer. */
export async function draftRequest(
  { clock }: World,
  from: SimulatedAuthority,
  to: SimulatedAuthority,
): Promise<MatterId> {
  const officer = from.worker("case-officer");
  const type = from.authority.types.get("mutual-legal-assistance");
  assert.ok(type);
  const opened = await from.authority.open(officer, {
    command: from.newId(),
    type: type.id,
    side: "requesting",
    partner: to.authority.authority,
  });
  assert.ok(opened.kind === "done");
  const values: JsonObject = exampleValues(type, clock.now(), { "legal-bases": ["untoc"] });
  done(await from.act(officer, opened.matter, "fields-set", { values }));
  return opened.matter;
}

/** Has a second person approve a draft, and sends it. */
export async function sendRequest(world: World, from: SimulatedAuthority, matter: MatterId): Promise<void> {
  const officer = from.worker("case-officer");
  done(await from.act(officer, matter, "submitted"));
  done(await from.act(from.worker("approver"), matter, "approved"));
  done(await from.act(officer, matter, "sent"));
  await world.settle();
}

/** The one matter that an authority got from outside. */
export async function arrivedAt({ authority }: SimulatedAuthority): Promise<MatterId> {
  for await (const { matter } of authority.matters()) if (matter.side === "requested") return matter.id;
  throw new Error("nothing arrived");
}

/** Assigns an arrived request and accepts it, so that it is carried out. */
export async function acceptRequest(at: SimulatedAuthority, matter: MatterId): Promise<void> {
  const head = at.worker("head-of-office");
  const officer = at.worker("case-officer");
  done(await at.act(head, matter, "assigned", { person: officer.person, office: officer.office }));
  done(await at.act(officer, matter, "acknowledged"));
  done(await at.together(officer, at.worker("head-of-office", 2), matter, "accepted", {}));
}
