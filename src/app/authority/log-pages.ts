import { type Context, Hono } from "hono";
import { recordsPage } from "../../publication/index.ts";
import { namesOf } from "./matter-pages.ts";
import type { DeskSurroundings, RecordsDoor } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

async function forAuditor({ records }: DeskSurroundings, { worker }: Visit) {
  const reading = await records?.reading(worker);
  if (records === undefined || reading === undefined) throw new DeskProblem("not-found");
  return { records, reading };
}

/** Log and vault, for an auditor. */
async function showLog(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { records, reading } = await forAuditor(around, visit);
  const { words, desk } = visit;
  const content = recordsPage(reading, records.checked(), await namesOf(around, visit), desk, words);
  return await show(visit, { title: words.text("log.title"), path: ["log"], content });
}

/** Begins a check of everything. */
async function startCheck(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { records } = await forAuditor(around, visit);
  records.startCheck();
  return goTo(visit, ["log"]);
}

/**
 * The files of the log as C2SP tlog-tiles has them, for auditors who are signed in.
 *
 * @param visitOf - The visit of whoever is signed in; undefined when nobody is.
 */
export function logRoutes(around: DeskSurroundings, visitOf: (context: Context) => Promise<Visit | undefined>): Hono {
  const app = new Hono();
  const door = async (context: Context): Promise<RecordsDoor> => {
    const visit = await visitOf(context);
    if (visit === undefined) throw new DeskProblem("not-found");
    return (await forAuditor(around, visit)).records;
  };
  app.get("/log/checkpoint", async (context) => {
    const bytes = await (await door(context)).logFile("checkpoint");
    if (bytes === undefined) throw new DeskProblem("not-found");
    return context.body(Buffer.from(bytes).toString("utf8"), 200, { "content-type": "text/plain; charset=utf-8" });
  });
  app.get("/log/tile/*", async (context) => {
    const bytes = await (await door(context)).logFile(context.req.path.slice("/log/".length));
    if (bytes === undefined) throw new DeskProblem("not-found");
    return context.body(new Uint8Array(bytes), 200, { "content-type": "application/octet-stream" });
  });
  return app;
}

/** The page of log and vault. */
export function auditorRoutes(around: DeskSurroundings, signedIn: SignedIn): void {
  signedIn("get", "/log", (visit) => showLog(around, visit));
  signedIn("post", "/log/check", (visit) => startCheck(around, visit));
}
