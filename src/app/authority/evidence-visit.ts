import {
  type Authorisation,
  type CommandOutcome,
  custodyStageSchema,
  type EvidenceService,
  type HeldItem,
  type MatterView,
} from "../../cooperation/index.ts";
import {
  type DeskPage,
  deskAddress,
  evidenceItemPage,
  type Fault,
  type FormState,
  type FormValues,
  stageName,
} from "../../publication/index.ts";
import { faultsOf, pageOf, type Reading } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, show, type Visit } from "./visit.ts";

export type Answer = Response | Promise<Response>;

export function evidenceOf({ records }: DeskSurroundings): EvidenceService {
  if (records === undefined) throw new DeskProblem("not-found");
  return records.evidence;
}

export const first = (sent: FormValues, name: string): string => (sent[name]?.[0] ?? "").trim();
export const textOf = (sent: FormValues, name: string): string | undefined => first(sent, name) || undefined;

/** A fault at an input, in the reader's language. */
export const faultAt = (visit: Visit, input: string | undefined, key: Parameters<Visit["words"]["text"]>[0]): Fault => {
  return { input, text: visit.words.text(key), article: undefined };
};

/** Signs that a line about evidence may have. */
const longestLine = 2000;
const lines = [
  "description",
  "reason",
  "from",
  "tool",
  "seal",
  "to.holder",
  "to.place",
  "sourceDevice",
  "collector",
  "place",
  "authorisation.kind",
  "authorisation.reference",
  "authorisation.article",
];

/** A fault at each line that is longer than a chain of custody takes. */
export const tooLong = ({ words }: Pick<Visit, "words">, sent: FormValues): Fault[] =>
  lines
    .filter((name) => first(sent, name).length > longestLine)
    .map((input) => ({
      input,
      text: words.text("evidence.tooLong", { most: longestLine, given: first(sent, input).length }),
      article: undefined,
    }));

/** A page below that of a matter, with the way back to its evidence. */
export const below = (
  visit: Visit,
  view: MatterView,
  page: Pick<DeskPage, "title" | "content"> & Partial<DeskPage>,
  ...path: string[]
): DeskPage => {
  const found = pageOf(visit, view, { ...page, below: path });
  const evidence = {
    title: visit.words.text("evidence.title"),
    address: deskAddress(visit.words, ["matters", view.matter.id, "evidence"]),
  };
  return path.length > 1 && path[0] === "evidence" ? { ...found, trail: [...(found.trail ?? []), evidence] } : found;
};

/** The item of evidence that an address names. */
export function itemOf(visit: Visit, { matter }: MatterView): HeldItem {
  const held = matter.evidence.find(({ id }) => id === visit.context.req.param("item"));
  if (held === undefined) throw new DeskProblem("not-found");
  return held;
}

/** The page of an item, also with what is wrong in its form. */
export function showItemPage(
  around: DeskSurroundings,
  visit: Visit,
  { view, names }: Reading,
  state: FormState,
  status: 200 | 422 = 200,
): Answer {
  const { words, desk } = visit;
  const held = itemOf(visit, view);
  const done = custodyStageSchema.safeParse(visit.context.req.query("done"));
  const permitted = around.service.permitted(view, visit.worker);
  const reading = { view, names, permitted, documents: new Set<string>() };
  return show(
    visit,
    below(
      visit,
      view,
      {
        title: words.text("evidence.exhibitTitle", { number: held.item.exhibitNumber }),
        faults: state.faults,
        done: done.success ? words.text("evidence.done", { what: stageName(done.data, words) }) : undefined,
        content: evidenceItemPage(reading, held, state, desk, words),
      },
      "evidence",
      "items",
      held.id,
    ),
    status,
  );
}

/** What a form says of an authorisation; undefined unless kind and reference are given. */
export function authorisationOf(sent: FormValues): Authorisation | undefined {
  const [kind, reference, article] = ["kind", "reference", "article"].map((part) =>
    textOf(sent, `authorisation.${part}`),
  );
  if (kind === undefined || reference === undefined) return undefined;
  return { kind, reference, ...(article === undefined ? {} : { article }) };
}

/** A fault at what an authorisation lacks that was given in part: nothing typed is left out in silence. */
export function partialAuthorisation(visit: Visit, sent: FormValues): Fault[] {
  const given = (part: string): boolean => textOf(sent, `authorisation.${part}`) !== undefined;
  if (!given("kind") && !given("reference") && !given("article")) return [];
  return ["kind", "reference"]
    .filter((part) => !given(part))
    .map((part) => faultAt(visit, `authorisation.${part}`, "evidence.mandatory"));
}

/** Inputs of the form by the names that the rules of custody give them. */
const inputOfRule: Readonly<Record<string, string>> = {
  authorisation: "authorisation.kind",
  to: "to.holder",
  hashAfter: "found",
  hashBefore: "found",
};

/** The outcome of something done with evidence as faults of its form; undefined when it was done. */
export async function faultsOfEvidence(
  visit: Visit,
  reading: Reading,
  outcome: CommandOutcome,
  inputs: readonly string[],
): Promise<{ readonly faults: readonly Fault[]; readonly status: 409 | 422 } | undefined> {
  if (outcome.kind !== "refused") return await faultsOf(visit, reading, outcome, inputs);
  const refusals = outcome.refusals.map((refusal) => {
    const field = refusal.field?.split(".").at(-1) ?? "";
    return { ...refusal, field: inputOfRule[field] ?? field };
  });
  return await faultsOf(visit, reading, { kind: "refused", refusals }, inputs);
}
