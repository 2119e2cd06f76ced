import { z } from "zod";
import { canonicalText, type Digest, digestOf, jsonSchema, type MatterEvent } from "../words/index.ts";
import { type CustodyEvent, custodyEventSchema, type EvidenceItem, evidenceItemSchema } from "./chain.ts";

/** Name of the matter event that carries a custody event. */
export const custodyEventName = "custody-recorded";

/** What such an event carries: the custody event, and the item itself with its first one. */
export const custodyDataSchema = z.strictObject({ custody: custodyEventSchema, item: evidenceItemSchema.optional() });

/** The evidence of a matter, read out of its events. */
export interface MatterCustody {
  readonly items: readonly EvidenceItem[];
  readonly events: readonly CustodyEvent[];
  /** Events that carry no sound custody event, with what is wrong. */
  readonly unsound: readonly { readonly event: MatterEvent["id"]; readonly message: string }[];
}

/** Reads the custody of a matter out of its events, oldest first. Pure. */
export function custodyOf(events: readonly MatterEvent[]): MatterCustody {
  const items = new Map<string, EvidenceItem>();
  const found: CustodyEvent[] = [];
  const unsound: { readonly event: MatterEvent["id"]; readonly message: string }[] = [];
  for (const event of events) {
    if (event.name !== custodyEventName) continue;
    const parsed = custodyDataSchema.safeParse(event.data);
    if (!parsed.success) {
      unsound.push({ event: event.id, message: "carries no custody event" });
      continue;
    }
    const { custody, item } = parsed.data;
    if (custody.id !== event.id || custody.at !== event.at || !sameActor(custody, event))
      unsound.push({ event: event.id, message: "carries the custody event of another moment or person" });
    if (item !== undefined && items.has(item.exhibitNumber))
      unsound.push({ event: event.id, message: `names exhibit ${item.exhibitNumber} a second time` });
    else if (item !== undefined) items.set(item.exhibitNumber, item);
    if (!items.has(custody.exhibitNumber))
      unsound.push({ event: event.id, message: `is of exhibit ${custody.exhibitNumber}, which was never described` });
    found.push(custody);
  }
  return { items: [...items.values()], events: found, unsound };
}

/** What a time stamp of a custody event stands over: SHA-256 of its canonical text (RFC 8785) without the token itself. */
export function stampedDigest(event: CustodyEvent): Digest {
  const { timestamp: _, ...rest } = event;
  return digestOf(canonicalText(jsonSchema.parse(rest)));
}

function sameActor(custody: CustodyEvent, event: MatterEvent): boolean {
  return canonicalText(jsonSchema.parse(custody.by)) === canonicalText(jsonSchema.parse(event.by));
}
