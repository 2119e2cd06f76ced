import type { AuthorityTransaction } from "../exchange-store/index.ts";
import { followUpValues, isSealed, mayFollow } from "../matter/index.ts";
import type { Json } from "../words/index.ts";
import { commandFor, newestOf, openFor } from "./commanding.ts";
import { eventAfter, matterOpenedBy } from "./identifier.ts";
import { NotSendable } from "./not-sendable.ts";
import { viewFor } from "./reading.ts";
import type { CommandOutcome, FollowRequest, MatterView, Worker } from "./service.ts";
import type { Workshop } from "./workshop.ts";

/** What a draft that follows a matter would begin with; undefined where none of the type can follow now. Pure. */
export function followingOf(
  { parts }: Workshop,
  { type, matter, emergency }: MatterView,
  to: string,
): Readonly<Record<string, Json>> | undefined {
  const next = newestOf(parts.types, to);
  if (next === undefined || emergency !== undefined || !mayFollow(matter, next)) return undefined;
  return followUpValues({ type, matter }, next);
}

/**
 * Opens a request that follows a matter, filled with what the matter says, and notes it there: both or neither.
 *
 * @throws NotSendable where a part of it is refused, so that the whole transaction is taken back.
 */
export async function followFor(
  workshop: Workshop,
  transaction: AuthorityTransaction,
  who: Worker,
  { command, matter, type }: FollowRequest,
): Promise<CommandOutcome> {
  const view = await viewFor(workshop, transaction, who, matter, undefined);
  if (view === undefined) return { kind: "unknown-matter" };
  const id = matterOpenedBy(command);
  // A form that is sent twice finds the matter that it opened, whatever the earlier one says by now.
  if (view.matter.notes.some(({ about }) => about === id))
    return { kind: "done", matter: id, sequence: view.matter.sequence, repeated: true };
  const values = followingOf(workshop, view, type);
  const { partner } = view.matter;
  if (values === undefined || partner === undefined) return { kind: "not-allowed" };
  const follows = { matter, fields: Object.keys(values) };
  const opened = await openFor(workshop, transaction, who, {
    command,
    type,
    side: "requesting",
    partner,
    values,
    follows,
  });
  if (opened.kind !== "done") return opened;
  const sealed = isSealed(view.matter) && values.confidential !== true;
  const next = [
    ...(sealed
      ? [
          {
            id: eventAfter(command, "sealed"),
            matter: id,
            expectedSequence: opened.sequence,
            name: "matter-sealed",
            data: { reason: type },
          },
        ]
      : []),
    {
      id: eventAfter(command, "followed by"),
      matter,
      expectedSequence: view.matter.sequence,
      name: "note",
      data: { text: type, matter: id },
    },
  ];
  for (const one of next) {
    const outcome = await commandFor(workshop, transaction, who, one);
    if (outcome.kind !== "done") throw new NotSendable(outcome.kind === "refused" ? outcome.refusals : []);
  }
  return opened;
}
