import { noticesPage } from "../../publication/index.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, type SignedIn, show, type Visit } from "./visit.ts";

const mostShown = 200;
const watchers: readonly string[] = ["head-of-office", "administrator", "auditor"];

/** The page that shows what was sent outside the pages because somebody was needed. */
export function noticesRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/notices", (visit) => showNotices(around, visit));
}

async function showNotices({ notification }: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, worker, people } = visit;
  if (!watchers.includes(worker.role)) throw new DeskProblem("not-allowed");
  const reading = await notification?.notices(worker, mostShown);
  if (notification !== undefined && reading === undefined) throw new DeskProblem("not-allowed");
  const faults = worker.role === "administrator" ? (notification?.rosterProblems() ?? []) : [];
  return await show(visit, {
    title: words.text("notices.title"),
    path: ["notices"],
    content: noticesPage({ reading, people, pretended: notification?.pretended === true, faults }, desk, words),
  });
}
