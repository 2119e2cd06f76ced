import { digestOf, type Instant, type Json, type JsonObject, type MatterId } from "../words/index.ts";
import type { CustodyEvent, EvidenceItem } from "./chain.ts";

/** Prefixes of CASE and UCO 1.4, and of the identifiers made here. */
const context = {
  kb: "urn:justitia:",
  "case-investigation": "https://ontology.caseontology.org/case/investigation/",
  "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
  "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
  "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
  "uco-location": "https://ontology.unifiedcyberontology.org/uco/location/",
  "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
  "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
  "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
  xsd: "http://www.w3.org/2001/XMLSchema#",
} as const;

/**
 * The custody of the evidence of a matter as CASE JSON-LD: each item an observable with its provenance record, each
 * custody event an investigative action that was informed by the one before. The same events always give the same text.
 *
 * @see https://caseontology.org
 */
export function caseJsonLd(
  matter: MatterId,
  custody: { readonly items: readonly EvidenceItem[]; readonly events: readonly CustodyEvent[] },
): JsonObject {
  const things = new Map<string, JsonObject>();
  const add = (kind: string, key: string, properties: JsonObject): JsonObject => {
    const id = `kb:${kind}-${uuidOf(matter, kind, key)}`;
    if (!things.has(id)) things.set(id, { "@id": id, ...properties });
    return { "@id": id };
  };
  // What was made of an item, and is no item itself, has a record with its number alone.
  const provenance = (exhibit: string): JsonObject =>
    add("provenance-record", exhibit, {
      "@type": "case-investigation:ProvenanceRecord",
      "case-investigation:exhibitNumber": exhibit,
      "uco-core:object": add("observable", exhibit, { "@type": "uco-observable:File" }),
    });
  for (const item of custody.items) {
    const events = custody.events.filter(({ exhibitNumber }) => exhibitNumber === item.exhibitNumber);
    addItem(add, item, events);
  }
  for (const item of custody.items) {
    const events = custody.events.filter(({ exhibitNumber }) => exhibitNumber === item.exhibitNumber);
    let before: JsonObject | undefined;
    for (const event of events) before = addAction(add, provenance, event, before);
  }
  const authorizations = [...things.values()].filter((thing) => thing["@type"] === "case-investigation:Authorization");
  const investigation: JsonObject = {
    "@id": `kb:investigation-${matter}`,
    "@type": "case-investigation:Investigation",
    ...(authorizations.length === 0
      ? {}
      : {
          "case-investigation:relevantAuthorization": authorizations.map((thing) => ({ "@id": thing["@id"] ?? null })),
        }),
    "uco-core:object": [...things.keys()].map((id) => ({ "@id": id })),
  };
  return { "@context": context, "@graph": [investigation, ...things.values()] };
}

type Add = (kind: string, key: string, properties: JsonObject) => JsonObject;

function addItem(add: Add, item: EvidenceItem, events: readonly CustodyEvent[]): void {
  const hash = events.find(({ hashAfter }) => hashAfter !== undefined)?.hashAfter;
  const facet: JsonObject = {
    "@type": "uco-observable:ContentDataFacet",
    ...(hash === undefined
      ? {}
      : {
          "uco-observable:hash": [
            {
              "@type": "uco-types:Hash",
              "uco-types:hashMethod": "SHA256",
              "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": hash },
            },
          ],
        }),
    ...(item.bytes === undefined ? {} : { "uco-observable:sizeInBytes": item.bytes }),
  };
  const observable = add("observable", item.exhibitNumber, {
    "@type": item.kind === "digital" ? "uco-observable:File" : "uco-observable:Device",
    "uco-core:description": item.description,
    ...(item.kind === "digital" || hash !== undefined ? { "uco-core:hasFacet": [facet] } : {}),
  });
  add("provenance-record", item.exhibitNumber, {
    "@type": "case-investigation:ProvenanceRecord",
    "case-investigation:exhibitNumber": item.exhibitNumber,
    ...(item.rootExhibitNumber === undefined ? {} : { "case-investigation:rootExhibitNumber": item.rootExhibitNumber }),
    "uco-core:description": item.description,
    "uco-core:object": observable,
  });
}

function addAction(
  add: Add,
  provenance: (exhibit: string) => JsonObject,
  event: CustodyEvent,
  before: JsonObject | undefined,
): JsonObject {
  const { by, tool, authorisation, to, result } = event;
  const performer =
    by.kind === "person"
      ? add("person", by.person, { "@type": "uco-identity:Person", "uco-core:name": by.person })
      : add("organization", by.kind === "authority" ? by.authority : event.authority, {
          "@type": "uco-identity:Organization",
          "uco-core:name": by.kind === "authority" ? by.authority : event.authority,
        });
  const optional: Record<string, Json> = {};
  if (tool !== undefined)
    optional["uco-action:instrument"] = add("tool", tool, { "@type": "uco-tool:Tool", "uco-core:name": tool });
  if (to?.place !== undefined)
    optional["uco-action:location"] = add("location", to.place, {
      "@type": "uco-location:Location",
      "uco-core:name": to.place,
    });
  if (result !== undefined) optional["uco-action:result"] = provenance(result);
  if (before !== undefined) optional["case-investigation:wasInformedBy"] = before;
  if (authorisation !== undefined)
    add("authorization", `${authorisation.kind} ${authorisation.reference}`, {
      "@type": "case-investigation:Authorization",
      "case-investigation:authorizationIdentifier": authorisation.reference,
      "case-investigation:authorizationType": authorisation.kind,
    });
  return add("investigative-action", event.id, {
    "@type": "case-investigation:InvestigativeAction",
    "uco-core:name": event.stage,
    "uco-core:description": event.reason,
    "uco-action:startTime": dateTime(event.at),
    "uco-action:endTime": dateTime(event.at),
    "uco-action:performer": performer,
    "uco-action:object": [provenance(event.exhibitNumber)],
    ...optional,
  });
}

function dateTime(at: Instant): JsonObject {
  return { "@type": "xsd:dateTime", "@value": at };
}

/** A UUID of version 8 that the same thing of the same matter always has. */
function uuidOf(matter: MatterId, kind: string, key: string): string {
  const digest = digestOf(`${matter}\n${kind}\n${key}`);
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return parts.join("-");
}
