import type { AuthorityTransaction, TrackedMessage } from "../exchange-store/index.ts";
import type { Command, Matter, Refusal } from "../matter/index.ts";

/** Whether the other side will not learn of a message unless somebody acts. */
function hasFailed({ direction, state }: Pick<TrackedMessage, "direction" | "state">): boolean {
  return direction === "outgoing" && (state === "given-up" || state === "rejected" || state === "not-delivered");
}

/** What speaks against having a message tried again, or against settling it: it is another one, or it has not failed. */
export async function messageRefusals(
  transaction: AuthorityTransaction,
  matter: Matter,
  { name, data }: Command,
): Promise<Refusal[]> {
  if (name !== "sending-resumed" && name !== "failure-settled") return [];
  const found = (await transaction.correspondence.messages(matter.id)).find(({ message }) => message === data.message);
  const fits = found !== undefined && (name === "sending-resumed" ? found.state === "given-up" : hasFailed(found));
  if (fits) return [];
  return [
    {
      code: "message-not-failed",
      message: "refusal.message-not-failed",
      field: "message",
      guard: undefined,
      article: undefined,
      found: found?.state ?? "",
      expected: name === "sending-resumed" ? "given-up" : "rejected, given-up, not-delivered",
    },
  ];
}
