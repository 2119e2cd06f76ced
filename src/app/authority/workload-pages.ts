import { eventIdSchema, instantSchema, matterIdSchema, personIdSchema } from "../../cooperation/index.ts";
import { deskAddress, type Fault, type FormState, givingPage, workloadPage } from "../../publication/index.ts";
import { namesOf, worksOnMatters } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

/** Periods whose ended matters can be shown, in days. */
const periods = [30, 90, 365] as const;

/** The pages by which a head of office watches over the work. */
export function workloadRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/workload", (visit) => showWorkload(around, visit));
  signedIn("get", "/workload/:person", (visit) =>
    showGiving(around, visit, { values: {}, faults: [], command: around.newId() }),
  );
  signedIn("post", "/workload/:person", (visit) => give(around, visit));
}

async function showWorkload(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, worker, context } = visit;
  const days = periods.find((period) => String(period) === context.req.query("days")) ?? 90;
  const since = instantSchema.parse(new Date(Date.parse(around.now()) - days * 86_400_000).toISOString());
  const workload = await around.oversight.workload(worker, since);
  if (workload === undefined) throw new DeskProblem("not-allowed");
  const counted = (name: "done" | "left"): number => {
    const text = context.req.query(name) ?? "";
    return /^\d{1,6}$/.test(text) ? Number(text) : 0;
  };
  const [given, left] = [counted("done"), counted("left")];
  const said = [
    ...(given > 0 ? [words.text("give.done", { count: given })] : []),
    ...(left > 0 ? [words.text("give.left", { count: left })] : []),
  ];
  return await show(visit, {
    title: words.text("workload.title"),
    path: ["workload"],
    query: { days: context.req.query("days") === undefined ? undefined : String(days) },
    done: said.length === 0 ? undefined : said.join(" "),
    content: workloadPage(
      { workload, types: around.service.types, names: await namesOf(around, visit), days, periods },
      desk,
      words,
    ),
  });
}

async function showGiving(
  around: DeskSurroundings,
  visit: Visit,
  state: FormState,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { words, desk, worker } = visit;
  const of = personIdSchema.safeParse(visit.context.req.param("person"));
  const person = visit.people.find((one) => of.success && one.person === of.data);
  if (person === undefined) throw new DeskProblem("not-found");
  const matters = await around.oversight.mattersOf(worker, person.person);
  if (matters === undefined) throw new DeskProblem("not-allowed");
  const people = visit.people.filter(
    (one) =>
      one.active && one.office === worker.office && one.person !== person.person && one.roles.some(worksOnMatters),
  );
  return await show(
    visit,
    {
      title: words.text("give.title", { person: person.name }),
      path: ["workload", person.person],
      trail: [
        { title: words.text("site.queue"), address: deskAddress(words, []) },
        { title: words.text("workload.title"), address: deskAddress(words, ["workload"]) },
      ],
      faults: state.faults,
      content: givingPage({ person: person.person, matters, types: around.service.types, people }, state, desk, words),
    },
    status,
  );
}

async function give(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { sent, words, worker } = visit;
  const chosen = sent.matter ?? [];
  const matters = chosen.flatMap((one) => matterIdSchema.safeParse(one).data ?? []);
  const sealed = chosen.includes("sealed");
  const to = personIdSchema.safeParse(sent.to?.[0]);
  const from = personIdSchema.safeParse(visit.context.req.param("person"));
  const reason = (sent.reason?.[0] ?? "").trim();
  const faults: Fault[] = [
    ...(matters.length === 0 && !sealed
      ? [{ input: "matter", text: words.text("give.nothing"), article: undefined }]
      : []),
    ...(to.success ? [] : [{ input: "to", text: words.text("entry.required"), article: undefined }]),
    ...(reason === "" ? [{ input: "reason", text: words.text("entry.required"), article: undefined }] : []),
  ];
  if (faults.length > 0 || !to.success || !from.success)
    return showGiving(around, visit, { values: sent, faults, command: around.newId() }, 422);
  const command = eventIdSchema.safeParse(sent.command?.[0]);
  const { done, refused } = await around.oversight.reassign(worker, {
    id: command.success ? command.data : around.newId(),
    from: from.data,
    to: to.data,
    reason,
    matters,
    sealed,
  });
  around.changed();
  return goTo(visit, ["workload"], {
    done: String(done),
    ...(refused.length === 0 ? {} : { left: String(refused.length) }),
  });
}
