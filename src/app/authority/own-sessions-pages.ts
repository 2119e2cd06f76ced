import { openSessionsOf, type Session } from "../../cooperation/index.ts";
import { type DeskWords, deskAddress, sessionName, sessionsPage, sinceLastTimePage } from "../../publication/index.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";
import { wantedAddress, wantedPage } from "./wanted-page.ts";

/** What a person sees of the own sessions, and of what happened to the ways to sign in. */
export function ownSessionsRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/account/sessions", (visit) => showSessions(around, visit));
  signedIn("post", "/account/sessions/:session", (visit) => endOwnSession(around, visit));
  signedIn("get", "/account/since", (visit) => showSince(around, visit));
}

const below = ({ words }: Visit) => [{ title: words.text("site.account"), address: deskAddress(words, ["account"]) }];

async function showSessions(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, worker, session, context } = visit;
  const sessions = await openSessionsOf(around.signIn, worker.person, around.now());
  return await show(visit, {
    title: words.text("sessions.title"),
    path: ["account", "sessions"],
    trail: below(visit),
    done: context.req.query("done") === undefined ? undefined : words.text("sessions.done"),
    content: sessionsPage(sessions, session, desk, words),
  });
}

async function endOwnSession(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { worker, session, context } = visit;
  const named = context.req.param("session") ?? "";
  const found = (await openSessionsOf(around.signIn, worker.person, around.now())).find(
    (one) => sessionName(one) === named,
  );
  // One that has ended meanwhile needs no ending; one of somebody else looks the same.
  if (found === undefined) return goTo(visit, ["account", "sessions"]);
  if (found.digest === session.digest) throw new DeskProblem("form");
  await around.signIn.removeSession(found.digest);
  const { means, startedAt, browser } = found;
  const data = { means, startedAt, browser };
  await around.signIn.note({ at: around.now(), person: worker.person, act: "session-ended", data });
  return goTo(visit, ["account", "sessions"], { done: "yes" });
}

async function showSince(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, worker, session, context } = visit;
  const to = wantedPage(context);
  const news = await around.signIn.news(worker.person, session.startedAt);
  return await show(visit, {
    title: words.text("since.title"),
    path: ["account", "since"],
    query: { to },
    trail: below(visit),
    content: sinceLastTimePage(news, wantedAddress(words, to), desk, words),
  });
}

/**
 * Where a person begins after sign-in: with what happened to the own account since the last time, where something did;
 * otherwise at the page that was asked for.
 *
 * @param to - As {@link wantedPage} gives it.
 */
export async function firstAddress(
  around: DeskSurroundings,
  words: DeskWords,
  { person, startedAt }: Pick<Session, "person" | "startedAt">,
  to: string | undefined,
): Promise<string> {
  const { acts } = await around.signIn.news(person, startedAt);
  return acts.length === 0 ? wantedAddress(words, to) : deskAddress(words, ["account", "since"], { to });
}
