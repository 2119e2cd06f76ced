import { type AuthorityId, type EvidenceList, evidenceListSchema, releaseCsv } from "../../cooperation/index.ts";
import { type ComparisonReading, comparisonPage, type FormState, statisticsPage } from "../../publication/index.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, type SignedIn, show, type Visit } from "./visit.ts";

/** The pages of what is counted and attested: statistics under disclosure control, and the comparison of records. */
export function statisticsRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/statistics", async (visit) => {
    const { words } = visit;
    const found = await publishedFor(around, visit);
    return await show(visit, {
      title: words.text("statistics.title"),
      path: ["statistics"],
      query: { year: visit.context.req.query("year") },
      content: statisticsPage({ ...found, types: around.service.types }, words),
    });
  });
  signedIn("get", "/statistics/release.csv", async (visit) => {
    const { release } = await publishedFor(around, visit);
    if (release === undefined) throw new DeskProblem("not-found");
    return download(visit, `requests-${release.year}.csv`, "text/csv; charset=utf-8", releaseCsv([release]));
  });
  signedIn("get", "/statistics/release.json", async (visit) => {
    const { release, method } = await publishedFor(around, visit);
    if (release === undefined) throw new DeskProblem("not-found");
    const text = `${JSON.stringify({ ...release, method }, undefined, 2)}\n`;
    return download(visit, `requests-${release.year}.json`, "application/json; charset=utf-8", text);
  });
  signedIn("get", "/comparison", (visit) =>
    showComparison(around, visit, { values: {}, faults: [], command: "" }, undefined),
  );
  signedIn("post", "/comparison", (visit) => compare(around, visit));
  signedIn("get", "/comparison/record.json", async (visit) => {
    const partner = await partnerOf(around, visit);
    const record = partner && (await around.oversight.messageRecord(visit.worker, partner));
    if (record === undefined) throw new DeskProblem("not-allowed");
    const text = `${JSON.stringify(record.list, undefined, 1)}\n`;
    return download(visit, `evidences-with-${partner}.json`, "application/json; charset=utf-8", text);
  });
}

async function publishedFor(around: DeskSurroundings, visit: Visit) {
  const year = visit.context.req.query("year") ?? "";
  const found = await around.oversight.statistics(visit.worker, /^\d{4}$/.test(year) ? Number(year) : undefined);
  if (found === undefined) throw new DeskProblem("not-allowed");
  return found;
}

function download({ context }: Visit, name: string, type: string, text: string): Response {
  return context.body(text, 200, { "content-type": type, "content-disposition": `attachment; filename="${name}"` });
}

async function partnerOf(around: DeskSurroundings, visit: Visit): Promise<AuthorityId | undefined> {
  const partners = await around.service.partners();
  const named = visit.context.req.query("partner");
  return (partners.find(({ authority }) => authority === named) ?? partners[0])?.authority;
}

async function showComparison(
  around: DeskSurroundings,
  visit: Visit,
  state: FormState,
  found: ComparisonReading["found"],
  status: 200 | 422 = 200,
): Promise<Response> {
  const { words, desk, worker } = visit;
  if (worker.role !== "auditor" && worker.role !== "head-of-office") throw new DeskProblem("not-allowed");
  const partner = await partnerOf(around, visit);
  const record = partner === undefined ? undefined : await around.oversight.messageRecord(worker, partner);
  if (partner !== undefined && record === undefined) throw new DeskProblem("not-allowed");
  return await show(
    visit,
    {
      title: words.text("compare.title"),
      path: ["comparison"],
      query: { partner },
      faults: state.faults,
      content: comparisonPage(
        {
          partners: await around.service.partners(),
          partner,
          record: record === undefined ? undefined : { count: record.list.evidences.length, open: record.open },
          found,
        },
        state,
        desk,
        words,
      ),
    },
    status,
  );
}

function listFrom(text: string): EvidenceList | undefined {
  try {
    return evidenceListSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function compare(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const state = { values: visit.sent, faults: [], command: "" };
  const theirs = listFrom(visit.sent.theirs?.[0] ?? "");
  const partner = await partnerOf(around, visit);
  if (theirs === undefined || partner === undefined) {
    const fault = { input: "theirs", text: visit.words.text("compare.unreadable"), article: undefined };
    return showComparison(around, visit, { ...state, faults: [fault] }, undefined, 422);
  }
  const found = await around.oversight.reconcile(visit.worker, partner, theirs);
  if (found === undefined) throw new DeskProblem("not-allowed");
  const { missingHere, missingThere, differing, onTheWay } = found;
  return showComparison(around, visit, state, {
    missingHere,
    missingThere,
    differing: differing.map(({ ours }) => ours),
    onTheWay,
  });
}
