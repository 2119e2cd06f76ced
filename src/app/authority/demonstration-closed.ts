import type { JsonObject, MatterId, Role } from "../../cooperation/index.ts";

/** How the demonstration plays both sides: each act by the first person of a role. */
export interface ClosedPlayers {
  /** Drafts a matter of a type with all its contents, from the first side to the second. */
  readonly complete: (type: string, given: JsonObject, reference: string) => Promise<MatterId>;
  readonly act: (side: "from" | "to", role: Role, matter: MatterId, name: string, data?: JsonObject) => Promise<void>;
  /** The matter of the other side that has this reference; undefined until it has come. */
  readonly arrived: (reference: string) => Promise<MatterId | undefined>;
  /** Both sides do what waits until nothing does any more. */
  readonly settle: () => Promise<void>;
}

const told = ["XA-2025-031", "XA-2025-032", "XA-2025-033", "XA-2025-034", "XA-2025-035"];
const withdrawn = [
  ["XA-2025-041", "untoc"],
  ["XA-2025-042", "untoc"],
  ["XA-2025-043", "untoc"],
  ["XA-2025-044", "untoc"],
  ["XA-2025-045", "uncac"],
  ["XA-2025-046", "uncac"],
] as const;

/**
 * Matters that are over, so that statistics have something to count: information that was told, acknowledged and closed, and
 * requests withdrawn before they were sent. They are just as many as disclosure control lets be seen, but for one base.
 */
export async function playClosed(players: ClosedPlayers): Promise<void> {
  const { complete, act, arrived, settle } = players;
  const sent: MatterId[] = [];
  for (const reference of told) {
    const matter = await complete("spontaneous-information", { "legal-bases": ["untoc"] }, reference);
    await act("from", "case-officer", matter, "submitted");
    await act("from", "approver", matter, "approved");
    await act("from", "case-officer", matter, "sent");
    sent.push(matter);
  }
  for (const [reference, base] of withdrawn) {
    const matter = await complete("mutual-legal-assistance", { "legal-bases": [base] }, reference);
    await act("from", "head-of-office", matter, "withdrawn", { reasons: "The case was closed here (invented)." });
  }
  await settle();
  for (const reference of told) {
    const matter = await arrived(reference);
    if (matter === undefined) throw new Error(`the demonstration could not be made: ${reference} did not come`);
    await act("to", "head-of-office", matter, "acknowledged");
  }
  await settle();
  for (const matter of sent) await act("from", "head-of-office", matter, "closed");
  await settle();
}
