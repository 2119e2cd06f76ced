import type { FieldDefinition, JsonObject } from "../../cooperation/index.ts";
import {
  askedCorrection,
  correctionApprovalPage,
  correctionPage,
  eventName,
  type Fault,
  type FormState,
  inputsOf,
  messagePage,
  typedValue,
} from "../../publication/index.ts";
import { carryOut, correctable, pageOf, pathOf, type Reading, readingOf } from "./matter-pages.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, type SignedIn, show, type Visit } from "./visit.ts";

const typed = (visit: Visit, name: string): string => (visit.sent[name]?.[0] ?? "").trim();
const needed = (visit: Visit, input: string): Fault => {
  return { input, text: visit.words.text("entry.required"), article: undefined };
};

/** The pages by which something is mended: contents that were sent, and messages that did not come through. */
export function mendingRoutes(signedIn: SignedIn, around: DeskSurroundings): void {
  signedIn("get", "/matters/:matter/corrections", async (visit) =>
    showApproval(around, visit, await readingOf(around, visit), fresh(around)),
  );
  signedIn("post", "/matters/:matter/corrections", (visit) => approve(around, visit));
  signedIn("get", "/matters/:matter/corrections/:field", async (visit) => {
    const reading = await readingOf(around, visit);
    const field = fieldOf(around, visit, reading);
    const values = inputsOf(field, reading.view.matter.fields[field.id]?.value ?? null, visit.desk.timeZone);
    return showCorrection(around, visit, reading, { ...fresh(around), values });
  });
  signedIn("post", "/matters/:matter/corrections/:field", (visit) => correct(around, visit));
  signedIn("get", "/matters/:matter/messages/:message", async (visit) =>
    showMessage(around, visit, await readingOf(around, visit), fresh(around)),
  );
  signedIn("post", "/matters/:matter/messages/:message", (visit) => mendMessage(around, visit));
}

const fresh = (around: DeskSurroundings): FormState => ({ values: {}, faults: [], command: around.newId() });

function fieldOf(around: DeskSurroundings, visit: Visit, { view }: Reading): FieldDefinition {
  const field = view.type.fields.find(({ id }) => id === visit.context.req.param("field"));
  if (field === undefined) throw new DeskProblem("not-found");
  if (!correctable(around, visit, view, field)) throw new DeskProblem("not-allowed");
  return field;
}

const isDirect = (around: DeskSurroundings, visit: Visit, { view }: Reading): boolean =>
  around.service.permitted(view, visit.worker).has("field-corrected");

async function showCorrection(
  around: DeskSurroundings,
  visit: Visit,
  reading: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { view } = reading;
  const field = fieldOf(around, visit, reading);
  const { words } = visit;
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("correct.title", { field: words.label(field.label) }),
      below: ["corrections", field.id],
      faults: state.faults,
      content: correctionPage({ view, field, direct: isDirect(around, visit, reading) }, state, visit.desk, words),
    }),
    status,
  );
}

async function correct(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const field = fieldOf(around, visit, reading);
  const value = typedValue(field, visit.sent, visit.desk.timeZone);
  const reason = typed(visit, "reason");
  const faults = [
    ...(value === null ? [needed(visit, field.id)] : []),
    ...(reason === "" ? [needed(visit, "reason")] : []),
    ...(value !== null && JSON.stringify(value) === JSON.stringify(view.matter.fields[field.id]?.value)
      ? [{ input: field.id, text: visit.words.text("correct.same"), article: undefined }]
      : []),
  ];
  if (faults.length > 0)
    return showCorrection(around, visit, reading, { values: visit.sent, faults, command: around.newId() }, 422);
  const data: JsonObject = { field: field.id, value, reason };
  const direct = isDirect(around, visit, reading);
  const name = direct ? "field-corrected" : "proposed";
  return carryOut(
    around,
    visit,
    reading,
    { name, data: direct ? data : { name: "field-corrected", data }, inputs: [field.id] },
    {
      done: () => goTo(visit, pathOf(view), { done: name }),
      again: (state, status, now) => showCorrection(around, visit, now, state, status),
    },
  );
}

async function showApproval(
  around: DeskSurroundings,
  visit: Visit,
  { view, names }: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { words } = visit;
  const asked = askedCorrection(view);
  if (asked === undefined) throw new DeskProblem("not-found");
  if (!around.service.permitted(view, visit.worker).has("approve-correction")) throw new DeskProblem("not-allowed");
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("correct.approveTitle"),
      below: ["corrections"],
      faults: state.faults,
      content: correctionApprovalPage({ view, asked, names }, state, visit.desk, words),
    }),
    status,
  );
}

async function approve(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const { proposal } = view.matter;
  if (proposal?.name !== "field-corrected") throw new DeskProblem("not-found");
  return carryOut(
    around,
    visit,
    reading,
    { name: "field-corrected", data: { proposal: proposal.id }, inputs: [] },
    {
      done: () => goTo(visit, pathOf(view), { done: "field-corrected" }),
      again: (state, status, now) =>
        askedCorrection(now.view) === undefined
          ? goTo(visit, pathOf(view))
          : showApproval(around, visit, now, state, status),
    },
  );
}

function messageOf(visit: Visit, { view }: Reading): Reading["view"]["exchange"][number] {
  const found = view.exchange.find(({ message }) => message === visit.context.req.param("message"));
  if (found === undefined) throw new DeskProblem("not-found");
  return found;
}

async function showMessage(
  around: DeskSurroundings,
  visit: Visit,
  reading: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { view, names } = reading;
  const { words } = visit;
  const message = messageOf(visit, reading);
  const permitted = around.service.permitted(view, visit.worker);
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("messages.title", { event: eventName(view.type, message.event, words) }),
      below: ["messages", message.message],
      faults: state.faults,
      done: visit.context.req.query("done") === undefined ? undefined : words.text("access.done"),
      content: messagePage({ view, message, names, permitted }, state, visit.desk, words),
    }),
    status,
  );
}

/** Has a message tried again, or settles one that failed. */
async function mendMessage(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { message } = messageOf(visit, reading);
  const act = visit.sent.act?.[0];
  if (act !== "resume" && act !== "settle") throw new DeskProblem("form");
  const reason = typed(visit, `${act}.reason`);
  if (reason === "") {
    const faults = [needed(visit, `${act}.reason`)];
    return showMessage(around, visit, reading, { values: visit.sent, faults, command: around.newId() }, 422);
  }
  return carryOut(
    around,
    visit,
    reading,
    { name: act === "resume" ? "sending-resumed" : "failure-settled", data: { message, reason }, inputs: [] },
    {
      done: () => goTo(visit, pathOf(reading.view, "messages", message), { done: "yes" }),
      again: (state, status, now) => showMessage(around, visit, now, state, status),
    },
  );
}
