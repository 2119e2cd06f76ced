import {
  type Authorisation,
  type CommandOutcome,
  custodyStageSchema,
  digestSchema,
  type HeldItem,
  type JsonObject,
  type MatterView,
} from "../../cooperation/index.ts";
import {
  actName,
  custodyActPage,
  destructionPage,
  evidencePage,
  type Fault,
  type FormState,
  possibleActs,
} from "../../publication/index.ts";
import {
  type Answer,
  authorisationOf,
  below,
  evidenceOf,
  faultAt,
  faultsOfEvidence,
  first,
  itemOf,
  partialAuthorisation,
  showItemPage,
  textOf,
  tooLong,
} from "./evidence-visit.ts";
import { commandOf, type Reading, readingOf, sequenceOf } from "./matter-pages.ts";
import { proofAsked } from "./proof-again.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

/** The evidence and the documents of a matter. */
async function showEvidence(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view, names } = await readingOf(around, visit);
  const { words, desk } = visit;
  const documents = await evidenceOf(around).documents(visit.worker, view.matter.id);
  const permitted = around.service.permitted(view, visit.worker);
  const content = evidencePage({ view, names, permitted, documents }, desk, words);
  const done = visit.context.req.query("done") === undefined ? undefined : words.text("evidence.here");
  return await show(visit, below(visit, view, { title: words.text("evidence.title"), done, content }, "evidence"));
}

/** One item with its chain of custody. */
async function showItem(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  return await showItemPage(around, visit, reading, { values: {}, faults: [], command: "" });
}

function stageOf(visit: Visit, view: MatterView, held: HeldItem) {
  const stage = custodyStageSchema.safeParse(visit.context.req.param("stage"));
  if (!stage.success || !possibleActs(view, held).includes(stage.data)) throw new DeskProblem("not-found");
  return stage.data;
}

function showActForm(visit: Visit, { view, names }: Reading, state: FormState, status: 200 | 409 | 422 = 200): Answer {
  const held = itemOf(visit, view);
  const stage = stageOf(visit, view, held);
  const { words, desk } = visit;
  const title = `${actName(stage, words)}: ${held.item.exhibitNumber}`;
  const content = custodyActPage(view, held, stage, state, names, desk, words);
  const page = { title, faults: state.faults, content };
  return show(visit, below(visit, view, page, "evidence", "items", held.id, "acts", stage), status);
}

/** The form of something that is done to an item. */
async function showAct(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  return await showActForm(visit, reading, { values: {}, faults: [], command: around.newId() });
}

/** Records what was done to an item. */
async function recordAct(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view, names } = reading;
  const { sent, worker } = visit;
  const held = itemOf(visit, view);
  const stage = stageOf(visit, view, held);
  const again = (faults: readonly Fault[], status: 409 | 422, at: Reading = reading): Answer =>
    possibleActs(at.view, itemOf(visit, at.view)).includes(stage)
      ? showActForm(visit, at, { values: sent, faults, command: around.newId() }, status)
      : goTo(visit, ["matters", view.matter.id, "evidence", "items", held.id]);
  const wrong = [...tooLong(visit, sent), ...partialAuthorisation(visit, sent)];
  if (wrong.length > 0) return await again(wrong, 422);
  const reason = textOf(sent, "reason");
  const typed = textOf(sent, "found")?.toLowerCase();
  const found = digestSchema.safeParse(typed);
  if (reason === undefined) return await again([faultAt(visit, "reason", "evidence.mandatory")], 422);
  if (typed !== undefined && !found.success) return await again([faultAt(visit, "found", "evidence.badDigest")], 422);
  const holder = stage === "transmitted" ? partnerOf(view, names) : textOf(sent, "to.holder");
  const outcome = await evidenceOf(around).record(worker, {
    command: commandOf(around, sent),
    matter: view.matter.id,
    expectedSequence: sequenceOf(sent),
    exhibit: held.item.exhibitNumber,
    stage,
    reason,
    authorisation: authorisationOf(sent),
    seal: textOf(sent, "seal"),
    to: holder === undefined ? undefined : { holder, place: textOf(sent, "to.place") },
    tool: textOf(sent, "tool"),
    result: textOf(sent, "result"),
    found: found.data,
  });
  if (outcome.kind === "damaged") {
    const text = visit.words.text("evidence.damaged", { problem: outcome.message });
    return await again([{ input: undefined, text, article: undefined }], 422);
  }
  const inputs = ["reason", "authorisation.kind", "seal", "to.holder", "tool", "result", "found"];
  const refused = await faultsOfEvidence(visit, reading, outcome, inputs);
  if (refused !== undefined)
    return await again(
      refused.faults,
      refused.status,
      refused.status === 409 ? await readingOf(around, visit) : reading,
    );
  around.changed();
  return goTo(visit, ["matters", view.matter.id, "evidence", "items", held.id], { done: stage });
}

const partnerOf = ({ matter }: MatterView, { partners }: Reading["names"]): string | undefined =>
  partners.find(({ authority }) => authority === matter.partner)?.name ?? matter.partner;

function showDestructionForm(
  visit: Visit,
  { view, names }: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Answer {
  const held = itemOf(visit, view);
  const { words, desk } = visit;
  const page = {
    title: `${actName("destroyed", words)}: ${held.item.exhibitNumber}`,
    faults: state.faults,
    content: destructionPage(view, held, state, names, desk, words),
  };
  return show(visit, below(visit, view, page, "evidence", "items", held.id, "destruction"), status);
}

/** The form by which a destruction is proposed, or another person agrees to it. */
async function showDestruction(around: DeskSurroundings, visit: Visit): Promise<Response> {
  return await showDestructionForm(visit, await readingOf(around, visit), {
    values: {},
    faults: [],
    command: around.newId(),
  });
}

const plainAuthorisation = ({ kind, reference, article }: Authorisation): JsonObject =>
  article === undefined ? { kind, reference } : { kind, reference, article };

/** Proposes a destruction, agrees to it, or declines it. */
async function takeDestruction(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const { sent, worker } = visit;
  const held = itemOf(visit, view);
  const then = first(sent, "then");
  const asks = then === "propose" || then === "decline" ? undefined : await proofAsked(around, visit);
  if (asks !== undefined) return asks;
  const again = (faults: readonly Fault[], status: 409 | 422, now: Reading = reading): Answer =>
    showDestructionForm(visit, now, { values: sent, faults, command: around.newId() }, status);
  const wrong = [...tooLong(visit, sent), ...partialAuthorisation(visit, sent)];
  if (wrong.length > 0) return await again(wrong, 422);
  const reason = textOf(sent, "reason");
  const authorisation = authorisationOf(sent);
  if (reason === undefined) return await again([faultAt(visit, "reason", "evidence.mandatory")], 422);
  if (then === "propose" && authorisation === undefined)
    return await again([faultAt(visit, "authorisation.kind", "evidence.mandatory")], 422);
  const asked = {
    matter: view.matter.id,
    expectedSequence: sequenceOf(sent),
  };
  const command = commandOf(around, sent);
  const { exhibitNumber } = held.item;
  const propose = (name: string, data: Parameters<typeof around.service.command>[1]["data"]): Promise<CommandOutcome> =>
    around.service.command(worker, { ...asked, id: command, name, data });
  const outcome =
    then === "propose" && authorisation !== undefined
      ? await propose("destruction-proposed", {
          exhibitNumber,
          reason,
          authorisation: plainAuthorisation(authorisation),
        })
      : then === "decline"
        ? await propose("destruction-declined", { exhibitNumber, reason })
        : await evidenceOf(around).record(worker, {
            ...asked,
            command,
            exhibit: exhibitNumber,
            stage: "destroyed",
            reason,
            authorisation: held.destruction?.authorisation,
          });
  if (outcome.kind === "damaged") {
    const text = visit.words.text("evidence.damaged", { problem: outcome.message });
    return await again([{ input: undefined, text, article: undefined }], 422);
  }
  const refused = await faultsOfEvidence(visit, reading, outcome, ["reason", "authorisation.kind"]);
  if (refused !== undefined)
    return await again(
      refused.faults,
      refused.status,
      refused.status === 409 ? await readingOf(around, visit) : reading,
    );
  around.changed();
  const done = then === "propose" || then === "decline" ? {} : { done: "destroyed" };
  return goTo(visit, ["matters", view.matter.id, "evidence", "items", held.id], done);
}

/** The pages about items of evidence. */
export function evidenceRoutes(around: DeskSurroundings, signedIn: SignedIn): void {
  const items = "/matters/:matter/evidence/items/:item";
  signedIn("get", "/matters/:matter/evidence", (visit) => showEvidence(around, visit));
  signedIn("get", items, (visit) => showItem(around, visit));
  signedIn("get", `${items}/acts/:stage`, (visit) => showAct(around, visit));
  signedIn("post", `${items}/acts/:stage`, (visit) => recordAct(around, visit));
  signedIn("get", `${items}/destruction`, (visit) => showDestruction(around, visit));
  signedIn("post", `${items}/destruction`, (visit) => takeDestruction(around, visit));
}
