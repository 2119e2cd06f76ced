import {
  brokenGlassHours,
  eventIdSchema,
  isEmergencyReason,
  matterIdSchema,
  type OversightRequest,
  personIdSchema,
} from "../../cooperation/index.ts";
import {
  type AccessAct,
  accessActs,
  accessPage,
  actsFor,
  deskAddress,
  emergencyPage,
  type Fault,
  type FormState,
  faultOf,
  matterPage,
  matterTitle,
  type OversightAct,
  oversightActs,
  oversightPage,
} from "../../publication/index.ts";
import { carryOut, commandOf, namesOf, pageOf, pathOf, type Reading, readingOf } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

const fresh = (around: DeskSurroundings): FormState => ({ values: {}, faults: [], command: around.newId() });
const typed = (visit: Visit, name: string): string => (visit.sent[name]?.[0] ?? "").trim();

/** A fault at each input that was left empty. */
function lacking(visit: Visit, inputs: readonly string[]): Fault[] {
  return inputs
    .filter((input) => typed(visit, input) === "")
    .map((input) => ({ input, text: visit.words.text("entry.required"), article: undefined }));
}

/** The pages about who may know of a matter. */
export function accessRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/matters/:matter/access", async (visit) =>
    showAccess(around, visit, await readingOf(around, visit), fresh(around)),
  );
  signedIn("post", "/matters/:matter/access", (visit) => changeAccess(around, visit));
  signedIn("get", "/oversight", async (visit) => showOversight(visit, fresh(around)));
  signedIn("post", "/oversight", (visit) => oversee(around, visit));
  signedIn("get", "/emergency", async (visit) => showEmergency(visit, fresh(around)));
  signedIn("post", "/emergency", (visit) => breakGlass(around, visit));
  signedIn("get", "/emergency/:matter", (visit) => readInEmergency(around, visit));
}

async function showAccess(
  around: DeskSurroundings,
  visit: Visit,
  { view, names }: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { words, desk } = visit;
  const permitted = around.service.permitted(view, visit.worker);
  const people = visit.people.filter(({ active }) => active);
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("access.title"),
      below: ["access"],
      faults: state.faults,
      done: visit.context.req.query("done") === undefined ? undefined : words.text("access.done"),
      content: accessPage({ view, names, permitted, people }, state, desk, words),
    }),
    status,
  );
}

async function changeAccess(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const permitted = around.service.permitted(view, visit.worker);
  const act: AccessAct | undefined = actsFor({ view, permitted }).find((one) => one === visit.sent.act?.[0]);
  if (act === undefined) throw new DeskProblem("not-allowed");
  const { event, person } = accessActs[act];
  const named = person === "other" || person === "admitted" || person === "barred";
  const again = (faults: readonly Fault[], status: 409 | 422): Promise<Response> =>
    showAccess(around, visit, reading, { values: visit.sent, faults, command: around.newId() }, status);
  const faults = lacking(visit, [...(named ? [`${act}.person`] : []), `${act}.reason`]);
  if (faults.length > 0) return again(faults, 422);
  const reason = typed(visit, `${act}.reason`);
  const done = (): Response => goTo(visit, pathOf(view, "access"), { done: "yes" });
  if (event === "matter-sealed" || event === "matter-unsealed")
    return carryOut(
      around,
      visit,
      reading,
      { name: event, data: { reason }, inputs: [] },
      // Who seals as head of office may have lost sight of the matter by it.
      {
        done: () => (visit.worker.role === "head-of-office" ? goTo(visit, [], { done: "yes" }) : done()),
        again: (state, status, now) => showAccess(around, visit, now, state, status),
      },
    );
  const whom = personIdSchema.safeParse(named ? typed(visit, `${act}.person`) : visit.worker.person);
  if (!whom.success) throw new DeskProblem("form");
  const request = { id: commandOf(around, visit.sent), matter: view.matter.id, person: whom.data, name: event, reason };
  const outcome = await around.service.oversee(visit.worker, request);
  if (outcome.kind === "done") {
    around.changed();
    return act === "declare" ? goTo(visit, [], { done: "yes" }) : done();
  }
  if (outcome.kind === "refused")
    return again(
      outcome.refusals.map((refusal) => ({
        ...faultOf(refusal, view.type, visit.words),
        input: `${act}.${refusal.field === "person" && named ? "person" : "reason"}`,
      })),
      422,
    );
  const text = visit.words.text(outcome.kind === "conflict" ? "refusal.changed-meanwhile" : "problem.notAllowedHint");
  return again([{ input: undefined, text, article: undefined }], outcome.kind === "conflict" ? 409 : 422);
}

async function showOversight(visit: Visit, state: FormState, status: 200 | 409 | 422 = 200): Promise<Response> {
  const { words, desk, worker } = visit;
  if (worker.role !== "head-of-office") throw new DeskProblem("not-allowed");
  const people = visit.people.filter(({ active, person }) => active && person !== worker.person);
  return await show(
    visit,
    {
      title: words.text("oversight.title"),
      path: ["oversight"],
      trail: [{ title: words.text("site.queue"), address: deskAddress(words, []) }],
      faults: state.faults,
      done: visit.context.req.query("done") === undefined ? undefined : words.text("access.done"),
      content: oversightPage(people, state, desk, words),
    },
    status,
  );
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const isOversightAct = (name: string): name is OversightAct => Object.hasOwn(oversightActs, name);

async function oversee(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const again = (faults: readonly Fault[], status: 409 | 422 = 422): Promise<Response> =>
    showOversight(visit, { values: visit.sent, faults, command: around.newId() }, status);
  const faults = lacking(visit, ["matter", "act", "person", "reason"]);
  if (faults.length > 0) return again(faults);
  const act = typed(visit, "act");
  const matter = matterIdSchema.safeParse(uuid.exec(typed(visit, "matter"))?.[0].toLowerCase());
  const whom = personIdSchema.safeParse(typed(visit, "person"));
  if (!isOversightAct(act) || !whom.success) throw new DeskProblem("form");
  const unknown = { input: "matter", text: visit.words.text("oversight.unknown"), article: undefined };
  if (!matter.success) return again([unknown]);
  const command = eventIdSchema.safeParse(visit.sent.command?.[0]);
  const name: OversightRequest["name"] = oversightActs[act];
  const outcome = await around.service.oversee(visit.worker, {
    id: command.success ? command.data : around.newId(),
    matter: matter.data,
    person: whom.data,
    name,
    reason: typed(visit, "reason"),
  });
  if (outcome.kind === "done") {
    around.changed();
    return goTo(visit, ["oversight"], { done: "yes" });
  }
  if (outcome.kind === "refused")
    return again(
      outcome.refusals.map(({ code }) => ({
        input: "person",
        text: visit.words.text(`refusal.${code}`, { field: "", found: "", expected: "", step: "" }),
        article: undefined,
      })),
    );
  return again([unknown]);
}

async function showEmergency(visit: Visit, state: FormState, status: 200 | 422 = 200): Promise<Response> {
  const { words, desk } = visit;
  return await show(
    visit,
    {
      title: words.text("emergency.title"),
      path: ["emergency"],
      trail: [{ title: words.text("site.queue"), address: deskAddress(words, []) }],
      faults: state.faults,
      content: emergencyPage(state, brokenGlassHours, desk, words),
    },
    status,
  );
}

async function breakGlass(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words } = visit;
  const faults = lacking(visit, ["matter", "reason"]);
  const reason = typed(visit, "reason");
  if (reason !== "" && !isEmergencyReason(reason))
    faults.push({ input: "reason", text: words.text("emergency.short"), article: undefined });
  const again = (said: readonly Fault[]): Promise<Response> =>
    showEmergency(visit, { values: visit.sent, faults: said, command: around.newId() }, 422);
  if (faults.length > 0) return again(faults);
  const view = await around.service.emergency(visit.worker, typed(visit, "matter"), reason);
  if (view === undefined)
    return again([{ input: "matter", text: words.text("emergency.unknown"), article: undefined }]);
  return goTo(visit, view.emergency === undefined ? pathOf(view) : ["emergency", view.matter.id]);
}

/** The matter for as long as its glass is broken: every look is logged, and there is nothing to press. */
async function readInEmergency(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk } = visit;
  const id = matterIdSchema.safeParse(visit.context.req.param("matter"));
  // No reason is given here: only the record that was made counts, for as long as it does.
  const who = { ...visit.worker, breakGlass: { reason: "" } };
  const view = id.success ? await around.service.view(who, id.data) : undefined;
  if (view === undefined) throw new DeskProblem("not-found");
  if (view.emergency === undefined) return goTo(visit, pathOf(view));
  const names = await namesOf(around, visit);
  return await show(visit, {
    title: matterTitle(view, words),
    path: ["emergency", view.matter.id],
    trail: [{ title: words.text("site.queue"), address: deskAddress(words, []) }],
    content: matterPage({ view, options: [], permitted: new Set(), names }, desk, words),
  });
}
