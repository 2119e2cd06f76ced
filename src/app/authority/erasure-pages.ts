import {
  type CommandOutcome,
  type EndedMatter,
  erasureGroundSchema,
  eventIdSchema,
  type KeepingStep,
  type MatterId,
  matterIdSchema,
} from "../../cooperation/index.ts";
import {
  deskAddress,
  duePage,
  endedPage,
  endedTitle,
  erasedPage,
  type Fault,
  type FormState,
  faultOf,
} from "../../publication/index.ts";
import { commandOf, namesOf } from "./matter-pages.ts";
import { proofAsked } from "./proof-again.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

/** The pages by which contents are kept or erased. */
export function erasureRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/erasure", (visit) => showDue(around, visit));
  signedIn("get", "/matters/:matter/erasure", async (visit) =>
    showEnded(around, visit, await endedOf(around, visit), {
      values: {},
      faults: [],
      command: around.newId(),
    }),
  );
  signedIn("post", "/matters/:matter/erasure", (visit) => decide(around, visit));
}

function idOf(visit: Visit): MatterId {
  const id = matterIdSchema.safeParse(visit.context.req.param("matter"));
  if (!id.success) throw new DeskProblem("not-found");
  return id.data;
}

async function showDue(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, worker } = visit;
  const due = await around.erasures.due(worker);
  if (due === undefined) throw new DeskProblem("not-allowed");
  return await show(visit, {
    title: words.text("erasure.title"),
    path: ["erasure"],
    done: visit.context.req.query("done") === undefined ? undefined : words.text("erasure.done"),
    content: duePage(due, desk, words),
  });
}

async function endedOf(around: DeskSurroundings, visit: Visit): Promise<EndedMatter> {
  const ended = await around.erasures.ended(visit.worker, idOf(visit));
  if (ended === undefined) throw new DeskProblem("not-found");
  return ended;
}

async function showEnded(
  around: DeskSurroundings,
  visit: Visit,
  ended: EndedMatter,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { words, desk } = visit;
  return await show(
    visit,
    {
      title: endedTitle(ended, words),
      path: ["matters", ended.matter, "erasure"],
      trail: [
        { title: words.text("site.queue"), address: deskAddress(words, []) },
        { title: words.text("erasure.title"), address: deskAddress(words, ["erasure"]) },
      ],
      faults: state.faults,
      done: visit.context.req.query("done") === undefined ? undefined : words.text("erasure.done"),
      content: endedPage({ ended, names: await namesOf(around, visit) }, state, desk, words),
    },
    status,
  );
}

/** What a form says is to be done; the faults of what is missing in it. */
function askedOf(visit: Visit): KeepingStep | { readonly erase: true } | readonly Fault[] {
  const { sent, words } = visit;
  const typed = (name: string): string => (sent[name]?.[0] ?? "").trim();
  const needed = (input: string): Fault => ({ input, text: words.text("entry.required"), article: undefined });
  const act = typed("act");
  if (act === "erase")
    return typed("sure") === "yes"
      ? { erase: true }
      : [{ input: "sure", text: words.text("erasure.sureNeeded"), article: undefined }];
  if (act === "hold" || act === "lift") {
    const reason = typed("hold.reason");
    if (reason === "") return [needed("hold.reason")];
    return { name: act === "hold" ? "hold-placed" : "hold-lifted", reason };
  }
  if (act === "decline") {
    const reason = typed("decline.reason");
    const proposal = eventIdSchema.safeParse(typed("proposal"));
    if (!proposal.success) throw new DeskProblem("form");
    return reason === "" ? [needed("decline.reason")] : { name: "erasure-declined", proposal: proposal.data, reason };
  }
  if (act !== "propose") throw new DeskProblem("form");
  const reason = typed("propose.reason");
  const ground = erasureGroundSchema.safeParse(typed("ground"));
  const faults = [...(ground.success ? [] : [needed("ground")]), ...(reason === "" ? [needed("propose.reason")] : [])];
  return faults.length > 0 || !ground.success ? faults : { name: "erasure-proposed", ground: ground.data, reason };
}

async function decide(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { sent, worker } = visit;
  const id = idOf(visit);
  const asked = askedOf(visit);
  const command = commandOf(around, sent);
  if ("length" in asked) {
    const state = { values: sent, faults: asked, command: around.newId() };
    return await showEnded(around, visit, await endedOf(around, visit), state, 422);
  }
  if ("erase" in asked) {
    const proof = await proofAsked(around, visit);
    if (proof !== undefined) return proof;
    const proposal = eventIdSchema.safeParse(sent.proposal?.[0]);
    if (!proposal.success) throw new DeskProblem("form");
    const outcome = await around.erasures.erase(worker, command, id, proposal.data);
    return await answered(around, visit, outcome, () => goTo(visit, ["erasure"], { done: "yes" }));
  }
  const outcome = await around.erasures.step(worker, command, id, asked);
  return await answered(around, visit, outcome, () => goTo(visit, ["matters", id, "erasure"], { done: "yes" }));
}

async function answered(
  around: DeskSurroundings,
  visit: Visit,
  outcome: CommandOutcome,
  done: () => Response,
): Promise<Response> {
  const { words, sent } = visit;
  if (outcome.kind === "done") {
    around.changed();
    return done();
  }
  if (outcome.kind === "unknown-matter") throw new DeskProblem("not-found");
  if (outcome.kind === "not-allowed") throw new DeskProblem("not-allowed");
  const ended = await endedOf(around, visit);
  const faults =
    outcome.kind === "refused"
      ? outcome.refusals.map((refusal) => faultOf(refusal, ended.type, words, ["ground"]))
      : [{ input: undefined, text: words.text("conflict.title"), article: undefined }];
  const state = { values: sent, faults, command: around.newId() };
  return await showEnded(around, visit, ended, state, outcome.kind === "refused" ? 422 : 409);
}

/** The page of a matter whose contents were erased; undefined where they were not, or the person may not see it. */
export async function showErased(around: DeskSurroundings, visit: Visit): Promise<Response | undefined> {
  const { words, desk, worker, context } = visit;
  const id = matterIdSchema.safeParse(context.req.param("matter"));
  const erased = id.success ? await around.erasures.remains(worker, id.data) : undefined;
  if (erased === undefined) return undefined;
  return await show(visit, {
    title: words.text("erasure.erasedTitle", { type: words.label(erased.type.title) }),
    path: ["matters", erased.stored.matter],
    trail: [{ title: words.text("site.queue"), address: deskAddress(words, []) }],
    content: erasedPage({ erased, names: await namesOf(around, visit) }, desk, words),
  });
}
