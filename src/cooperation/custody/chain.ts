import { z } from "zod";
import {
  actorSchema,
  authorityIdSchema,
  type Digest,
  digestSchema,
  eventIdSchema,
  instantSchema,
} from "../words/index.ts";

/** What may happen to an item of evidence, in the words of ISO/IEC 27037. */
export const custodyStages = [
  "identified",
  "collected",
  "acquired",
  "sealed",
  "received",
  "stored",
  "moved",
  "opened",
  "copied",
  "derived",
  "analysed",
  "transmitted",
  "verified",
  "disclosed",
  "returned",
  "destroyed",
] as const;
export const custodyStageSchema = z.enum(custodyStages);
export type CustodyStage = z.infer<typeof custodyStageSchema>;

const words = z.string().trim().min(1).max(2000);
/** Number of an exhibit, as its authority writes it. */
export const exhibitNumberSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/, "letters, digits and . _ / -")
  .brand<"ExhibitNumber">();
export type ExhibitNumber = z.infer<typeof exhibitNumberSchema>;

/** What allows something to be done: a warrant, an order, a consent. */
export const authorisationSchema = z.strictObject({ kind: words, reference: words, article: words.optional() });

/** Who has an item, or where it lies. The other side need not be a person of this authority. */
export const custodianSchema = z.strictObject({ holder: words, place: words.optional() });
export type Custodian = z.infer<typeof custodianSchema>;

/** An item of evidence, as it was found. What happens to it stands in its custody events. */
export const evidenceItemSchema = z.strictObject({
  exhibitNumber: exhibitNumberSchema,
  /** The exhibit that this one came out of, at the top: the telephone of a picture. */
  rootExhibitNumber: exhibitNumberSchema.optional(),
  kind: z.enum(["physical", "digital"]),
  description: words,
  /** The name that the file had where it came from; never trusted as a name here. */
  fileName: z.string().trim().min(1).max(255).optional(),
  sourceDevice: words.optional(),
  collector: words.optional(),
  place: words.optional(),
  /** Size of a digital item. */
  bytes: z.int().nonnegative().optional(),
});
export type EvidenceItem = z.infer<typeof evidenceItemSchema>;

/** One thing that happened to one item. */
export const custodyEventSchema = z.strictObject({
  id: eventIdSchema,
  exhibitNumber: exhibitNumberSchema,
  /** 1 for the first event of the item, then without a gap. */
  sequence: z.int().positive(),
  stage: custodyStageSchema,
  at: instantSchema,
  by: actorSchema,
  authority: authorityIdSchema,
  reason: words,
  authorisation: authorisationSchema.optional(),
  /** SHA-256 of the content as it must be, from the event before. */
  hashBefore: digestSchema.optional(),
  /** SHA-256 of the content as it was found or made. */
  hashAfter: digestSchema.optional(),
  seal: words.optional(),
  from: custodianSchema.optional(),
  to: custodianSchema.optional(),
  tool: words.optional(),
  /** The exhibit that was made: a working copy, or what was taken out of the item. */
  result: exhibitNumberSchema.optional(),
  /** The file in the vault that holds the content. */
  file: digestSchema.optional(),
  /** An RFC 3161 token over `stampedDigest` of this event, base64. */
  timestamp: z.base64().optional(),
});
export type CustodyEvent = z.infer<typeof custodyEventSchema>;

/** What the events of an item add up to. */
export interface CustodyState {
  readonly item: EvidenceItem;
  readonly sequence: number;
  readonly stage: CustodyStage;
  readonly at: string;
  /** SHA-256 of the content as it was last found; undefined for an item that has none yet. */
  readonly digest: Digest | undefined;
  /** Number of the seal that is on the item now. */
  readonly seal: string | undefined;
  readonly usedSeals: readonly string[];
  readonly custodian: Custodian | undefined;
  readonly results: readonly ExhibitNumber[];
  /** Broken once the content was found to be another. It never becomes intact again. */
  readonly integrity: "intact" | "broken";
  readonly standing: "in-custody" | "in-transit" | "returned" | "destroyed";
}

/** Why a custody event cannot follow. */
export interface CustodyProblem {
  readonly code:
    | "custody.not-a-beginning"
    | "custody.begun-already"
    | "custody.after-end"
    | "custody.other-item"
    | "custody.wrong-sequence"
    | "custody.before-last"
    | "custody.missing"
    | "custody.hash-differs"
    | "custody.hash-unexpected"
    | "custody.content-changed"
    | "custody.integrity-broken"
    | "custody.sealed"
    | "custody.not-sealed"
    | "custody.seal-differs"
    | "custody.seal-used"
    | "custody.from-differs"
    | "custody.in-transit"
    | "custody.by-nobody";
  readonly field: keyof CustodyEvent;
  readonly message: string;
}

type Needed = "authorisation" | "from" | "to" | "seal" | "tool" | "result" | "hashAfter";

interface StageRule {
  readonly needs: readonly Needed[];
  /** What happens to the content: nothing is said, it comes to be, it must stay the same, or it is compared. */
  readonly content: "unsaid" | "made" | "same" | "compared";
  /** Whether the seal may be on, must be on, or must be off. */
  readonly seal: "either" | "on" | "off";
  /** Whether an item whose content was found to be another may still go through this. */
  readonly whenBroken: boolean;
}

/** The rules of each stage. Guard, pages and documentation read this one table. */
export const stageRules = {
  identified: { needs: [], content: "unsaid", seal: "off", whenBroken: true },
  collected: { needs: ["authorisation", "from", "to"], content: "unsaid", seal: "off", whenBroken: true },
  acquired: { needs: ["authorisation", "tool", "hashAfter"], content: "made", seal: "off", whenBroken: false },
  sealed: { needs: ["seal"], content: "unsaid", seal: "off", whenBroken: true },
  received: { needs: ["from", "to"], content: "compared", seal: "either", whenBroken: true },
  stored: { needs: ["to"], content: "unsaid", seal: "either", whenBroken: true },
  moved: { needs: ["from", "to"], content: "unsaid", seal: "either", whenBroken: true },
  opened: { needs: ["seal"], content: "unsaid", seal: "on", whenBroken: true },
  copied: { needs: ["tool", "result"], content: "same", seal: "off", whenBroken: false },
  derived: { needs: ["tool", "result"], content: "same", seal: "off", whenBroken: false },
  analysed: { needs: ["tool"], content: "same", seal: "off", whenBroken: false },
  transmitted: { needs: ["authorisation", "from", "to"], content: "same", seal: "either", whenBroken: false },
  verified: { needs: [], content: "compared", seal: "either", whenBroken: true },
  disclosed: { needs: ["authorisation", "to"], content: "same", seal: "either", whenBroken: false },
  returned: { needs: ["authorisation", "from", "to"], content: "same", seal: "either", whenBroken: true },
  destroyed: { needs: ["authorisation"], content: "same", seal: "either", whenBroken: true },
} as const satisfies Record<CustodyStage, StageRule>;

const beginnings: readonly CustodyStage[] = ["identified", "received"];
const movesCustodian: readonly CustodyStage[] = ["collected", "received", "stored", "moved", "transmitted", "returned"];

/** Everything that forbids an event to follow; nothing when it may. Pure. */
export function custodyProblems(
  item: EvidenceItem,
  state: CustodyState | undefined,
  event: CustodyEvent,
): readonly CustodyProblem[] {
  const rule: StageRule = stageRules[event.stage];
  return [
    ...orderProblems(item, state, event),
    ...rule.needs
      .filter((field) => event[field] === undefined)
      .map((field) => problem("custody.missing", field, `"${event.stage}" needs ${field}.`)),
    ...contentProblems(item, state, event, rule),
    ...sealProblems(state, event, rule),
    ...fromProblems(state, event),
  ];
}

function orderProblems(item: EvidenceItem, state: CustodyState | undefined, event: CustodyEvent): CustodyProblem[] {
  const found: CustodyProblem[] = [];
  const { stage } = event;
  if (event.exhibitNumber !== item.exhibitNumber)
    found.push(problem("custody.other-item", "exhibitNumber", `The event is of exhibit ${event.exhibitNumber}.`));
  if (event.sequence !== (state?.sequence ?? 0) + 1)
    found.push(
      problem("custody.wrong-sequence", "sequence", `The next event is number ${(state?.sequence ?? 0) + 1}.`),
    );
  // Only a check that runs by the clock is done by nobody.
  if (event.by.kind === "system" && stage !== "verified")
    found.push(problem("custody.by-nobody", "by", `"${stage}" is done by somebody.`));
  if (state === undefined) {
    if (!beginnings.includes(stage))
      found.push(problem("custody.not-a-beginning", "stage", "The first event of an item is identified or received."));
    return found;
  }
  if (event.at < state.at) found.push(problem("custody.before-last", "at", `The event before was at ${state.at}.`));
  if (stage === "identified")
    found.push(problem("custody.begun-already", "stage", "The item was identified or received before."));
  if (state.standing === "destroyed")
    found.push(problem("custody.after-end", "stage", "The item was destroyed: nothing can happen to it any more."));
  if (state.standing === "returned" && stage !== "received")
    found.push(problem("custody.after-end", "stage", "The item was returned: it must be received again first."));
  if (state.standing === "in-transit" && stage !== "received")
    found.push(problem("custody.in-transit", "stage", "The item is on its way: it must be received first."));
  return found;
}

function contentProblems(
  item: EvidenceItem,
  state: CustodyState | undefined,
  event: CustodyEvent,
  rule: StageRule,
): CustodyProblem[] {
  const found: CustodyProblem[] = [];
  const { hashBefore, hashAfter, stage } = event;
  const last = state?.digest;
  if (state?.integrity === "broken" && !rule.whenBroken)
    found.push(
      problem("custody.integrity-broken", "stage", `The content is not what it was; "${stage}" needs an intact item.`),
    );
  if (hashBefore !== undefined && hashBefore !== last)
    found.push(
      last === undefined
        ? problem("custody.hash-unexpected", "hashBefore", "The item has no content that was hashed before.")
        : problem("custody.hash-differs", "hashBefore", `The hash after the last event is ${last}.`),
    );
  if (last !== undefined && hashBefore === undefined && rule.content !== "unsaid")
    found.push(problem("custody.missing", "hashBefore", `"${stage}" needs the hash before.`));
  if (rule.content === "made" && last !== undefined)
    found.push(
      problem("custody.begun-already", "stage", "The content was acquired before; acquire it as another exhibit."),
    );
  if (rule.content === "compared" && hashAfter === undefined && (last !== undefined || item.kind === "digital"))
    found.push(problem("custody.missing", "hashAfter", `"${stage}" needs the hash as it was found.`));
  if ((rule.content === "same" || rule.content === "unsaid") && hashAfter !== undefined && hashAfter !== last)
    found.push(
      last === undefined
        ? problem("custody.hash-unexpected", "hashAfter", `"${stage}" makes no content.`)
        : problem(
            "custody.content-changed",
            "hashAfter",
            `"${stage}" must leave the content as it was; work on a copy.`,
          ),
    );
  if (stage === "verified" && last === undefined && hashAfter !== undefined)
    found.push(problem("custody.hash-unexpected", "hashAfter", "There is no hash to compare with."));
  return found;
}

function sealProblems(state: CustodyState | undefined, event: CustodyEvent, rule: StageRule): CustodyProblem[] {
  const { seal, stage } = event;
  const on = state?.seal;
  if (rule.seal === "on" && on === undefined)
    return [problem("custody.not-sealed", "stage", "There is no seal to open.")];
  if (rule.seal === "off" && on !== undefined)
    return [problem("custody.sealed", "stage", `The item is under seal ${on}: it must be opened first.`)];
  if (stage === "sealed" && seal !== undefined && state?.usedSeals.includes(seal) === true)
    return [problem("custody.seal-used", "seal", `Seal ${seal} was on this item before.`)];
  if (stage !== "sealed" && seal !== undefined && on !== undefined && seal !== on)
    return [problem("custody.seal-differs", "seal", `The seal on the item is ${on}.`)];
  return [];
}

function fromProblems(state: CustodyState | undefined, event: CustodyEvent): CustodyProblem[] {
  const custodian = state?.custodian;
  if (custodian === undefined || event.from === undefined || event.stage === "received") return [];
  if (event.from.holder === custodian.holder && event.from.place === custodian.place) return [];
  const place = custodian.place === undefined ? "" : `, ${custodian.place}`;
  return [problem("custody.from-differs", "from", `The item is with ${custodian.holder}${place}.`)];
}

/** The state after an event that may follow. Pure; asks no questions. */
export function afterCustodyEvent(
  item: EvidenceItem,
  state: CustodyState | undefined,
  event: CustodyEvent,
): CustodyState {
  const { stage, hashBefore, hashAfter } = event;
  const compared = stageRules[stage].content === "compared";
  const differs = compared && hashBefore !== undefined && hashAfter !== undefined && hashBefore !== hashAfter;
  const inTransit = stage === "transmitted" && item.kind === "physical";
  return {
    item,
    sequence: event.sequence,
    stage,
    at: event.at,
    digest: compared || stage === "acquired" ? (hashAfter ?? state?.digest) : state?.digest,
    seal:
      stage === "sealed"
        ? event.seal
        : stage === "opened"
          ? undefined
          : (state?.seal ?? (stage === "received" ? event.seal : undefined)),
    usedSeals:
      event.seal === undefined ? (state?.usedSeals ?? []) : [...new Set([...(state?.usedSeals ?? []), event.seal])],
    // A digital item that is transmitted stays here too.
    custodian:
      movesCustodian.includes(stage) && !(stage === "transmitted" && item.kind === "digital")
        ? (event.to ?? state?.custodian)
        : state?.custodian,
    results: event.result === undefined ? (state?.results ?? []) : [...(state?.results ?? []), event.result],
    integrity: differs ? "broken" : (state?.integrity ?? "intact"),
    standing:
      stage === "destroyed" ? "destroyed" : stage === "returned" ? "returned" : inTransit ? "in-transit" : "in-custody",
  };
}

/** A chain of custody: the state that its events add up to, and every event that should not have been possible. */
export interface CustodyChain {
  readonly state: CustodyState | undefined;
  readonly problems: readonly (CustodyProblem & { readonly event: CustodyEvent["id"] })[];
}

/** Goes through the events of one item, oldest first. Pure. */
export function custodyChain(item: EvidenceItem, events: readonly CustodyEvent[]): CustodyChain {
  const problems: (CustodyProblem & { readonly event: CustodyEvent["id"] })[] = [];
  let state: CustodyState | undefined;
  for (const event of events) {
    for (const found of custodyProblems(item, state, event)) problems.push({ ...found, event: event.id });
    state = afterCustodyEvent(item, state, event);
  }
  return { state, problems };
}

function problem(code: CustodyProblem["code"], field: keyof CustodyEvent, message: string): CustodyProblem {
  return { code, field, message };
}
