import {
  type CommandOutcome,
  type EventId,
  eventIdSchema,
  type FieldDefinition,
  type Json,
  type JsonObject,
  type MatterId,
  type MatterView,
  matterIdSchema,
  personIdSchema,
  type Role,
} from "../../cooperation/index.ts";
import {
  actorName,
  auditPage,
  type DeskPage,
  deskAddress,
  documentPage,
  type EntryKind,
  entries,
  entryPage,
  eventName,
  type Fault,
  type FormState,
  type FormValues,
  faultOf,
  fieldsOfSection,
  inputsOf,
  matterPage,
  matterTitle,
  type Names,
  sectionPage,
  stepPage,
  typedValue,
} from "../../publication/index.ts";
import { proofAsked } from "./proof-again.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, show, type Visit } from "./visit.ts";

type Answer = Response | Promise<Response>;

/** Auditors and administrators see no matter, so nothing is assigned to who is nothing else. */
export const worksOnMatters = (role: Role): boolean => role !== "auditor" && role !== "administrator";

/** A matter that the person of a visit may see, with the names that its page needs. */
export interface Reading {
  readonly view: MatterView;
  readonly names: Names;
}

export const namesOf = async (around: DeskSurroundings, { people }: Visit): Promise<Names> => {
  return { people, partners: await around.service.partners() };
};

export async function readingOf(around: DeskSurroundings, visit: Visit): Promise<Reading> {
  const id = matterIdSchema.safeParse(visit.context.req.param("matter"));
  const view = id.success ? await around.service.view(visit.worker, id.data) : undefined;
  if (view === undefined) throw new DeskProblem("not-found");
  return { view, names: await namesOf(around, visit) };
}

const isReading = (found: unknown): found is Reading =>
  typeof found === "object" && found !== null && "view" in found && "names" in found;

export const pathOf = (view: MatterView, ...more: string[]): string[] => ["matters", view.matter.id, ...more];

export function pageOf(
  visit: Visit,
  view: MatterView,
  page: Pick<DeskPage, "title" | "content"> & Partial<DeskPage> & { readonly below?: readonly string[] },
): DeskPage {
  const { words } = visit;
  const home = { title: words.text("site.queue"), address: deskAddress(words, []) };
  const matter = { title: matterTitle(view, words), address: deskAddress(words, pathOf(view)) };
  const { below = [], ...rest } = page;
  return { path: pathOf(view, ...below), trail: below.length === 0 ? [home] : [home, matter], ...rest };
}

/** The page of a matter. */
export async function showMatter(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit).catch((error: unknown) => error);
  // Who has done the last thing that was theirs to do need not see the matter any more.
  if (reading instanceof DeskProblem && visit.context.req.query("done") !== undefined)
    return goTo(visit, [], { done: "yes" });
  if (!isReading(reading)) throw reading;
  const { view, names } = reading;
  const { words, desk } = visit;
  const options = around.service.options(view, visit.worker);
  const done = visit.context.req.query("done");
  const known = done !== undefined && view.history.some(({ event }) => event.name === done);
  return await show(
    visit,
    pageOf(visit, view, {
      title: matterTitle(view, words),
      done: known ? words.text("matter.done", { what: eventName(view.type, done, words) }) : undefined,
      content: matterPage(
        {
          view,
          options,
          permitted: around.service.permitted(view, visit.worker),
          names,
          types: around.service.types,
        },
        desk,
        words,
      ),
    }),
  );
}

/** The request as a document. */
export async function showDocument(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view, names } = await readingOf(around, visit);
  const { words, desk } = visit;
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("document.title", { type: matterTitle(view, words) }),
      below: ["document"],
      content: documentPage(view, names, desk, words),
    }),
  );
}

/** The digests of a matter's events, checked. */
export async function showAudit(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { view, names } = await readingOf(around, visit);
  const { words, desk } = visit;
  const looks = await around.looks(visit.worker, view.matter.id);
  return await show(
    visit,
    pageOf(visit, view, {
      title: words.text("audit.title"),
      below: ["audit"],
      content: auditPage({ view, names, looks, complete: true }, desk, words),
    }),
  );
}

/** The identifier that a form carries, or a new one where it carries none that is right. */
export function commandOf(around: DeskSurroundings, sent: FormValues): EventId {
  const read = eventIdSchema.safeParse(sent.command?.[0]);
  return read.success ? read.data : around.newId();
}

export function sequenceOf(sent: FormValues): number {
  const text = sent.sequence?.[0] ?? "";
  if (!/^\d{1,9}$/.test(text)) throw new DeskProblem("form");
  return Number(text);
}

interface Refused {
  readonly faults: readonly Fault[];
  readonly status: 409 | 422;
}

/** What a command that was not carried out is said to the person as; undefined when it was. */
export async function faultsOf(
  visit: Visit,
  { view, names }: Reading,
  outcome: CommandOutcome,
  inputs: readonly string[],
): Promise<Refused | undefined> {
  const { words } = visit;
  switch (outcome.kind) {
    case "done":
      return undefined;
    case "refused":
      return { faults: outcome.refusals.map((refusal) => faultOf(refusal, view.type, words, inputs)), status: 422 };
    case "conflict": {
      const what = outcome.since
        .map(({ name, by }) => `${eventName(view.type, name, words)} (${actorName(by, names, words)})`)
        .join("; ");
      const text = `${words.text("conflict.title")}. ${words.text("conflict.hint", { what })}`;
      return { faults: [{ input: undefined, text, article: undefined }], status: 409 };
    }
    case "not-allowed":
      return {
        faults: [{ input: undefined, text: words.text("problem.notAllowedHint"), article: undefined }],
        status: 422,
      };
    case "unknown-matter":
      throw new DeskProblem("not-found");
    default:
      return outcome satisfies never;
  }
}

/** Sends a command that a form stands for; goes on when it was carried out, shows the form again when not. */
export async function carryOut(
  around: DeskSurroundings,
  visit: Visit,
  reading: Reading,
  asked: { readonly name: string; readonly data: JsonObject; readonly inputs: readonly string[] },
  then: { readonly done: () => Response; readonly again: (state: FormState, status: 409 | 422, at: Reading) => Answer },
): Promise<Response> {
  const { sent, worker } = visit;
  const outcome = await around.service.command(worker, {
    id: commandOf(around, sent),
    matter: reading.view.matter.id,
    expectedSequence: sequenceOf(sent),
    name: asked.name,
    data: asked.data,
  });
  const refused = await faultsOf(visit, reading, outcome, asked.inputs);
  if (refused === undefined) {
    around.changed();
    return then.done();
  }
  // After a conflict the form goes on from what the matter is now.
  const now = refused.status === 409 ? await readingOf(around, visit) : reading;
  return await then.again({ values: sent, faults: refused.faults, command: around.newId() }, refused.status, now);
}

function sectionOf(visit: Visit, { view }: Reading): MatterView["type"]["sections"][number] {
  const section = view.type.sections.find(({ id }) => id === visit.context.req.param("section"));
  if (section === undefined) throw new DeskProblem("not-found");
  return section;
}

function showSectionForm(
  around: DeskSurroundings,
  visit: Visit,
  reading: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Answer {
  const { view } = reading;
  const section = sectionOf(visit, reading);
  const may = maySet(around, visit, view);
  const title = visit.words.label(section.label);
  return show(
    visit,
    pageOf(visit, view, {
      title,
      below: ["sections", section.id],
      faults: state.faults,
      content: sectionPage(
        { view, may, mayCorrect: (field) => correctable(around, visit, view, field) },
        section.id,
        state,
        visit.desk,
        visit.words,
      ),
    }),
    status,
  );
}

/** Whether a person may correct a content of ours that the other side knows already, or ask for it. */
export function correctable(
  around: DeskSurroundings,
  visit: Visit,
  view: MatterView,
  { setBy, id }: FieldDefinition,
): boolean {
  const { matter, type } = view;
  const editable = type.states.find((state) => state.id === matter.state)?.editable === true;
  const own = setBy === "either" || setBy === matter.side;
  if (!matter.known || !matter.open || editable || !own || matter.fields[id] === undefined) return false;
  if (matter.proposal !== undefined) return false;
  const permitted = around.service.permitted(view, visit.worker);
  return permitted.has("field-corrected") || permitted.has("proposed");
}

const maySet = (around: DeskSurroundings, visit: Visit, view: MatterView): boolean =>
  around.service.permitted(view, visit.worker).has("fields-set");

const valueIn = (view: MatterView, field: FieldDefinition): Json => view.matter.fields[field.id]?.value ?? null;

/** One section of the contents. */
export async function showSection(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const { own } = fieldsOfSection(view, sectionOf(visit, reading).id, maySet(around, visit, view));
  const values = Object.assign({}, ...own.map((field) => inputsOf(field, valueIn(view, field), visit.desk.timeZone)));
  return await showSectionForm(around, visit, reading, { values, faults: [], command: around.newId() });
}

/** Keeps what was typed into a section: only what differs from what is kept. */
export async function saveSection(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const section = sectionOf(visit, reading);
  const { own } = fieldsOfSection(view, section.id, maySet(around, visit, view));
  const changed = own.flatMap((field): [string, Json][] => {
    const value = typedValue(field, visit.sent, visit.desk.timeZone);
    return JSON.stringify(value) === JSON.stringify(valueIn(view, field)) ? [] : [[field.id, value]];
  });
  const following = view.type.sections[view.type.sections.indexOf(section) + 1];
  const done = (): Response =>
    visit.sent.then?.[0] === "next" && following !== undefined
      ? goTo(visit, pathOf(view, "sections", following.id))
      : goTo(visit, pathOf(view), changed.length === 0 ? {} : { done: "fields-set" });
  if (changed.length === 0) return done();
  return carryOut(
    around,
    visit,
    reading,
    { name: "fields-set", data: { values: Object.fromEntries(changed) }, inputs: own.map(({ id }) => id) },
    { done, again: (state, status, now) => showSectionForm(around, visit, now, state, status) },
  );
}

function optionOf(around: DeskSurroundings, visit: Visit, { view }: Reading) {
  const name = visit.context.req.param("step");
  const option = around.service.options(view, visit.worker).find((one) => one.name === name);
  if (option === undefined) throw new DeskProblem("not-found");
  return option;
}

async function showStepForm(
  around: DeskSurroundings,
  visit: Visit,
  reading: Reading,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { view, names } = reading;
  const option = optionOf(around, visit, reading);
  return await show(
    visit,
    pageOf(visit, view, {
      title: visit.words.label(option.label),
      below: ["steps", option.name],
      faults: state.faults,
      content: stepPage(view, option, state, names, visit.desk, visit.words),
    }),
    status,
  );
}

/** A step, before it is taken. */
export async function showStep(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  return showStepForm(around, visit, reading, { values: {}, faults: [], command: around.newId() });
}

/** Takes a step, proposes it, or approves what another person proposed. */
export async function takeStep(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const option = optionOf(around, visit, reading);
  const asked = option.by === "approve" ? await proofAsked(around, visit) : undefined;
  if (asked !== undefined) return asked;
  const inputs = [...option.needs, ...option.accepts];
  const particulars: JsonObject = Object.fromEntries(
    view.type.particulars.flatMap((field): [string, Json][] => {
      const value = inputs.includes(field.id) ? typedValue(field, visit.sent, visit.desk.timeZone) : null;
      return value === null ? [] : [[field.id, value]];
    }),
  );
  const { proposal } = view.matter;
  const command =
    option.by === "propose"
      ? { name: "proposed", data: { name: option.name, data: particulars } }
      : option.by === "approve" && proposal !== undefined
        ? { name: option.name, data: { proposal: proposal.id } }
        : { name: option.name, data: particulars };
  return carryOut(
    around,
    visit,
    reading,
    { ...command, inputs },
    {
      done: () => goTo(visit, pathOf(view), { done: command.name }),
      again: async (state, status, now) => {
        const still = around.service.options(now.view, visit.worker).some(({ name }) => name === option.name);
        return still ? showStepForm(around, visit, now, state, status) : goTo(visit, pathOf(view));
      },
    },
  );
}

const isEntryKind = (name: string): name is EntryKind => Object.hasOwn(entries, name);

function entryKind(visit: Visit): EntryKind {
  const kind = visit.context.req.param("entry") ?? "";
  if (!isEntryKind(kind)) throw new DeskProblem("not-found");
  return kind;
}

function askedQuestion(visit: Visit, view: MatterView): MatterView["matter"]["questions"][number] {
  const asked = view.matter.questions.find(({ id }) => id === visit.context.req.query("question"));
  if (asked === undefined) throw new DeskProblem("not-found");
  return asked;
}

function showEntryForm(
  visit: Visit,
  { view }: Reading,
  kind: EntryKind,
  state: FormState,
  status: 200 | 409 | 422 = 200,
): Answer {
  const { words } = visit;
  const question = kind === "answer" ? askedQuestion(visit, view) : undefined;
  const query = question === undefined ? {} : { question: question.id };
  return show(
    visit,
    pageOf(visit, view, {
      title: words.text(entries[kind].title),
      below: ["entries", kind],
      query,
      faults: state.faults,
      content: entryPage(
        kind,
        {
          target: deskAddress(words, pathOf(view, "entries", kind), query),
          back: deskAddress(words, pathOf(view)),
          sequence: view.matter.sequence,
          quoted: question?.text,
          people: visit.people.filter(
            ({ active, office, roles }) => active && office === view.office && roles.some(worksOnMatters),
          ),
        },
        state,
        visit.desk,
        words,
      ),
    }),
    status,
  );
}

/** The form of an entry: a consultation, a question, an answer, a note, an assignment, the refusal of a proposal. */
export async function showEntry(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  return await showEntryForm(visit, reading, entryKind(visit), { values: {}, faults: [], command: around.newId() });
}

/** Keeps an entry. */
export async function saveEntry(around: DeskSurroundings, visit: Visit): Promise<Response> {
  const reading = await readingOf(around, visit);
  const { view } = reading;
  const kind = entryKind(visit);
  const { event, inputs } = entries[kind];
  const typed = new Map(inputs.map(([name]) => [name as string, (visit.sent[name]?.[0] ?? "").trim()]));
  if (kind === "assign") typed.set("person", visit.sent.person?.[0] ?? "");
  const needed = [
    ...inputs.filter(([, , , mandatory]) => mandatory).map(([name]) => name as string),
    ...(kind === "assign" ? ["person"] : []),
  ];
  const lacking = needed.filter((name) => typed.get(name) === "");
  if (lacking.length > 0) {
    const faults = lacking.map((input) => {
      return { input, text: visit.words.text("entry.required"), article: undefined };
    });
    return await showEntryForm(visit, reading, kind, { values: visit.sent, faults, command: around.newId() }, 422);
  }
  const data: Record<string, Json> = Object.fromEntries([...typed].filter(([, text]) => text !== ""));
  if (kind === "answer") data.question = askedQuestion(visit, view).id;
  if (kind === "decline") data.proposal = view.matter.proposal?.id ?? "";
  if (kind === "assign") {
    const person = personIdSchema.safeParse(data.person);
    const found = visit.people.find((one) => person.success && one.person === person.data);
    if (found === undefined) throw new DeskProblem("form");
    data.office = found.office;
  }
  return carryOut(
    around,
    visit,
    reading,
    { name: event, data, inputs: [...typed.keys()] },
    {
      done: () => goTo(visit, pathOf(view), { done: event }),
      again: (state, status, now) => showEntryForm(visit, now, kind, state, status),
    },
  );
}

/** The first page of a new matter is its own. */
export const matterPath = (matter: MatterId): string[] => ["matters", matter];
