import { sql } from "kysely";
import { z } from "zod";
import { evidenceSchema, type MessageId, messageIdSchema, type SignedEvidence } from "../exchange/index.ts";
import type { StoreTransaction } from "../store/index.ts";
import {
  type AuthorityId,
  authorityIdSchema,
  type Digest,
  digestSchema,
  type EventId,
  eventIdSchema,
  type Instant,
  instantSchema,
  type MatterId,
  matterIdSchema,
} from "../words/index.ts";

const correspondenceSchema = z.object({
  partner: authorityIdSchema,
  request: messageIdSchema,
  matter: matterIdSchema,
  sent: z.int(),
  received: z.int(),
});

/**
 * What two authorities write to each other about one matter. Each has its own identifier of the matter; what both know
 * is the identifier of the message that began it. Each side numbers its messages from 1, so that they are taken in order.
 */
export type Correspondence = z.infer<typeof correspondenceSchema>;

/** A message that belongs to a matter. */
export interface MatterMessage {
  readonly sender: AuthorityId;
  readonly message: MessageId;
  readonly matter: MatterId;
  readonly direction: "outgoing" | "incoming";
  readonly event: string;
  readonly at: Instant;
}

/** A message of a matter, where it stands, and what is attested about it. */
export interface TrackedMessage extends MatterMessage {
  readonly state: "waiting" | "acknowledged" | "rejected" | "given-up" | "delivered" | "not-delivered";
  readonly evidence: readonly SignedEvidence[];
}

/** Which messages belong to which matter; works as the system. */
export interface Correspondences {
  /** Locked until the end of the transaction, so that numbers are given once. */
  of(matter: MatterId): Promise<Correspondence | undefined>;
  with(partner: AuthorityId, request: MessageId): Promise<Correspondence | undefined>;
  begin(correspondence: Correspondence): Promise<void>;
  count(correspondence: Correspondence): Promise<void>;
  addMessage(message: MatterMessage): Promise<void>;
  messages(matter: MatterId): Promise<readonly TrackedMessage[]>;
  /** Outgoing messages of which the other side will not learn unless somebody acts, oldest first. */
  failed(limit: number): Promise<readonly MatterMessage[]>;
  /** Evidences that no matter has taken note of yet, oldest first. */
  unnoted(limit: number): Promise<readonly { readonly evidence: SignedEvidence; readonly matter: MatterId | null }[]>;
  note(evidence: SignedEvidence): Promise<void>;
  /** Whether an event of this identifier is kept already, in whatever matter. */
  knowsEvent(event: EventId): Promise<boolean>;
  evidences(): Promise<readonly SignedEvidence[]>;
  /** Entries of the log from an index on, oldest first. */
  logEntries(from: number, limit: number): Promise<readonly Digest[]>;
}

const messageOf = (row: {
  readonly sender: string;
  readonly message: string;
  readonly matter: string;
  readonly direction: string;
  readonly event: string;
  readonly at: Date;
}): MatterMessage => ({
  sender: authorityIdSchema.parse(row.sender),
  message: messageIdSchema.parse(row.message),
  matter: matterIdSchema.parse(row.matter),
  direction: row.direction === "outgoing" ? "outgoing" : "incoming",
  event: row.event,
  at: instantSchema.parse(row.at.toISOString()),
});

export function correspondences({ sql: tables, enter }: Pick<StoreTransaction, "sql" | "enter">): Correspondences {
  const asSystem = async () => {
    await enter({ kind: "system" });
    return tables;
  };
  const one = (row: unknown): Correspondence | undefined =>
    row === undefined ? undefined : correspondenceSchema.parse(row);
  return {
    of: async (matter) =>
      one(
        await (await asSystem())
          .selectFrom("cooperation.correspondence")
          .selectAll()
          .where("matter", "=", matter)
          .forUpdate()
          .executeTakeFirst(),
      ),
    with: async (partner, request) =>
      one(
        await (await asSystem())
          .selectFrom("cooperation.correspondence")
          .selectAll()
          .where("partner", "=", partner)
          .where("request", "=", request)
          .forUpdate()
          .executeTakeFirst(),
      ),
    begin: async (correspondence) => {
      await (await asSystem()).insertInto("cooperation.correspondence").values(correspondence).execute();
    },
    count: async ({ partner, request, sent, received }) => {
      await (await asSystem())
        .updateTable("cooperation.correspondence")
        .set({ sent, received })
        .where("partner", "=", partner)
        .where("request", "=", request)
        .execute();
    },
    addMessage: async (message) => {
      await (await asSystem()).insertInto("cooperation.matter_message").values(message).execute();
    },
    messages: async (matter) => {
      const rows = await (await asSystem())
        .selectFrom("cooperation.matter_message as m")
        .leftJoin("cooperation.exchange_outbox as o", (join) =>
          join.onRef("o.id", "=", "m.message").on("m.direction", "=", "outgoing"),
        )
        .leftJoin("cooperation.exchange_inbox as i", (join) =>
          join.onRef("i.id", "=", "m.message").onRef("i.from", "=", "m.sender"),
        )
        .select(["m.sender", "m.message", "m.matter", "m.direction", "m.event", "m.at"])
        .select(["o.state as outgoing", "i.state as incoming"])
        .where("m.matter", "=", matter)
        .orderBy("m.place")
        .execute();
      const evidence = await tables
        .selectFrom("cooperation.exchange_evidence as e")
        .innerJoin("cooperation.matter_message as m", (join) =>
          join.onRef("m.message", "=", "e.message").onRef("m.sender", "=", "e.from"),
        )
        .select(["e.from", "e.message", "e.evidence", "e.signed"])
        .where("m.matter", "=", matter)
        .orderBy("e.at")
        .orderBy("e.name")
        .execute();
      return rows.map((row) => {
        const about = evidence
          .filter(({ from, message }) => from === row.sender && message === row.message)
          .map(signedOf);
        return { ...messageOf(row), state: stateOf(row.outgoing, row.incoming, about), evidence: about };
      });
    },
    failed: async (limit) => {
      const rows = await (await asSystem())
        .selectFrom("cooperation.matter_message as m")
        .leftJoin("cooperation.exchange_outbox as o", "o.id", "m.message")
        .leftJoin("cooperation.exchange_evidence as e", (join) =>
          join.onRef("e.message", "=", "m.message").onRef("e.from", "=", "m.sender").on("e.name", "=", "NonDelivery"),
        )
        .select(["m.sender", "m.message", "m.matter", "m.direction", "m.event", "m.at"])
        .where("m.direction", "=", "outgoing")
        .where((where) =>
          where.or([where("o.state", "in", ["rejected", "given-up"]), where("e.message", "is not", null)]),
        )
        // What a person has dealt with needs nobody's look any more.
        .where(
          sql<boolean>`NOT EXISTS (SELECT FROM cooperation.event AS s WHERE s.matter = m.matter
            AND s.name = 'failure-settled' AND s.message = m.message)`,
        )
        .orderBy("m.place")
        .limit(limit)
        .execute();
      return rows.map(messageOf);
    },
    unnoted: async (limit) => {
      const rows = await (await asSystem())
        .selectFrom("cooperation.evidence_to_note as n")
        .innerJoin("cooperation.exchange_evidence as e", (join) =>
          join.onRef("e.from", "=", "n.sender").onRef("e.message", "=", "n.message").onRef("e.name", "=", "n.evidence"),
        )
        .leftJoin("cooperation.matter_message as m", (join) =>
          join.onRef("m.message", "=", "n.message").onRef("m.sender", "=", "n.sender"),
        )
        .select(["e.evidence", "e.signed", "m.matter"])
        .orderBy("n.place")
        .limit(limit)
        .execute();
      return rows.map(({ evidence, signed, matter }) => ({
        evidence: signedOf({ evidence, signed }),
        matter: matterIdSchema.nullable().parse(matter),
      }));
    },
    note: async ({ evidence: { message, evidence } }) => {
      await (await asSystem())
        .deleteFrom("cooperation.evidence_to_note")
        .where("sender", "=", message.from)
        .where("message", "=", message.id)
        .where("evidence", "=", evidence)
        .execute();
    },
    knowsEvent: async (event) => {
      const row = await (await asSystem())
        .selectFrom("cooperation.event")
        .select("id")
        .where("id", "=", eventIdSchema.parse(event))
        .executeTakeFirst();
      return row !== undefined;
    },
    evidences: async () => {
      const rows = await (await asSystem())
        .selectFrom("cooperation.exchange_evidence")
        .select(["evidence", "signed"])
        .orderBy("message")
        .orderBy("name")
        .execute();
      return rows.map(signedOf);
    },
    logEntries: async (from, limit) => {
      const rows = await (await asSystem())
        .selectFrom("cooperation.log_entry")
        .select("digest")
        .where(sql<boolean>`index >= ${from}`)
        .orderBy("index")
        .limit(limit)
        .execute();
      return rows.map(({ digest }) => digestSchema.parse(digest));
    },
  };
}

const stateSchema = z.enum(["waiting", "acknowledged", "rejected", "given-up"]);

function signedOf({ evidence, signed }: { readonly evidence: string; readonly signed: string }): SignedEvidence {
  return { evidence: evidenceSchema.parse(JSON.parse(evidence)), signed };
}

/** What is attested decides; before that, what our own outbox or inbox says. */
function stateOf(
  outgoing: string | null,
  incoming: string | null,
  evidence: readonly SignedEvidence[],
): TrackedMessage["state"] {
  const names = new Set(evidence.map((one) => one.evidence.evidence));
  if (names.has("Delivery")) return "delivered";
  if (names.has("NonDelivery")) return "not-delivered";
  if (outgoing !== null) return stateSchema.parse(outgoing);
  if (incoming === null) return "waiting";
  return incoming === "delivered" || incoming === "not-delivered" ? incoming : "acknowledged";
}
