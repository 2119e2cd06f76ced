import { eventIdSchema, type MatterType } from "../../cooperation/index.ts";
import { faultOf, followPage } from "../../publication/index.ts";
import { matterPath, pageOf, type Reading, readingOf } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

/** The pages by which a request of another type follows a matter. */
export function followingRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/matters/:matter/follow/:type", async (visit) =>
    showFollow(around, visit, await chosen(around, visit)),
  );
  signedIn("post", "/matters/:matter/follow/:type", async (visit) =>
    follow(around, visit, await chosen(around, visit)),
  );
}

interface Chosen extends Reading {
  readonly to: MatterType;
}

async function chosen(around: DeskSurroundings, visit: Visit): Promise<Chosen> {
  const reading = await readingOf(around, visit);
  const to = around.service.types.get(visit.context.req.param("type") ?? "");
  if (to === undefined) throw new DeskProblem("not-found");
  return { ...reading, to };
}

async function showFollow(
  around: DeskSurroundings,
  visit: Visit,
  { view, to }: Chosen,
  faults: readonly ReturnType<typeof faultOf>[] = [],
): Promise<Response> {
  const { words, desk } = visit;
  const values = around.service.following(view, to.id);
  if (values === undefined) throw new DeskProblem("not-found");
  const page = pageOf(visit, view, {
    title: words.text("follow.title", { type: words.label(to.title) }),
    below: ["follow", to.id],
    faults,
    content: followPage(view, to, values, around.newId(), desk, words),
  });
  return await show(visit, page, faults.length === 0 ? 200 : 422);
}

async function follow(around: DeskSurroundings, visit: Visit, { view, names, to }: Chosen): Promise<Response> {
  const command = eventIdSchema.safeParse(visit.sent.command?.[0]);
  if (!command.success) throw new DeskProblem("form");
  const outcome = await around.service.follow(visit.worker, {
    command: command.data,
    matter: view.matter.id,
    type: to.id,
  });
  if (outcome.kind === "done") return goTo(visit, matterPath(outcome.matter), { done: "opened" });
  if (outcome.kind === "refused") {
    const faults = outcome.refusals.map((refusal) => faultOf(refusal, to, visit.words, []));
    return showFollow(around, visit, { view, names, to }, faults);
  }
  throw new DeskProblem("not-allowed");
}
