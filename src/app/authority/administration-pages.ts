import {
  type Administration,
  type AdministrativeOutcome,
  type Administrator,
  introductionFingerprint,
  introductionOf,
  introductionText,
  type KnownPartner,
  type Office,
  type OneTimePassword,
  type PersonDescription,
  type StaffMember,
} from "../../cooperation/index.ts";
import {
  actsPage,
  type DeskPage,
  deskAddress,
  type Fault,
  type FormState,
  introductionPage,
  newPartnerPage,
  newPersonPage,
  officesPage,
  oneTimePasswordPage,
  partnerPage,
  partnersPage,
  peoplePage,
  personPage,
  withResets,
} from "../../publication/index.ts";
import { provedBefore } from "./proof-again.ts";
import type { DeskSurroundings } from "./surroundings.ts";
import { DeskProblem, goTo, roleOf, type SignedIn, show, type Visit } from "./visit.ts";

const actsAtOnce = 100;
const typed = (visit: Visit, name: string): string => visit.sent[name]?.[0] ?? "";
const fresh: FormState = { values: {}, faults: [], command: "" };
const byOf = ({ worker }: Visit): Administrator => ({ kind: "person", worker });

/** Pages on which administrators keep people, offices and partners, and auditors read what was done. */
export function administrationRoutes(plainly: SignedIn, around: DeskSurroundings): void {
  const signedIn = provedBefore(around, plainly);
  const { administration, introduction } = around;
  if (administration === undefined || introduction === undefined) return;
  const keep: Keep = { administration };
  signedIn("get", "/people", (visit) => showPeople(keep, visit));
  signedIn("get", "/people/new", async (visit) => showNewPerson(keep, visit, fresh));
  signedIn("post", "/people/new", (visit) => addPerson(keep, visit));
  signedIn("get", "/people/:person", (visit) => showPerson(keep, visit));
  signedIn("post", "/people/:person", (visit) => changePerson(keep, visit));
  signedIn("post", "/people/:person/password", (visit) => resetPerson(keep, visit));
  for (const [path, active] of [
    ["shut-out", false],
    ["let-in", true],
  ] as const)
    signedIn("post", `/people/:person/${path}`, async (visit) => {
      const outcome = await administration.setPersonActive(byOf(visit), idOf(visit, "person"), active);
      return settled(visit, outcome, ["people", idOf(visit, "person")], (faults) =>
        showPerson(keep, visit, { ...fresh, faults }),
      );
    });
  signedIn("get", "/offices", (visit) => showOffices(keep, visit, { ...fresh, about: undefined }));
  signedIn("post", "/offices", async (visit) => {
    const outcome = await administration.addOffice(byOf(visit), { id: typed(visit, "id"), name: typed(visit, "name") });
    return settled(visit, outcome, ["offices"], (faults) =>
      showOffices(keep, visit, { ...fresh, values: visit.sent, faults, about: undefined }),
    );
  });
  signedIn("post", "/offices/:office", async (visit) => {
    const about = idOf(visit, "office");
    const outcome = await administration.renameOffice(byOf(visit), about, typed(visit, `name-${about}`));
    return settled(visit, outcome, ["offices"], (faults) => {
      const placed = faults.map((one) => ({ ...one, input: one.input === "name" ? `name-${about}` : one.input }));
      return showOffices(keep, visit, { ...fresh, values: visit.sent, faults: placed, about });
    });
  });
  signedIn("get", "/partners", (visit) => showPartners(keep, visit));
  signedIn("get", "/partners/new", async (visit) => showNewPartner(keep, visit, fresh));
  signedIn("post", "/partners/new", async (visit) => {
    const outcome = await administration.addPartner(byOf(visit), {
      ...partnerOf(visit),
      introduction: typed(visit, "introduction"),
      fingerprint: typed(visit, "fingerprint"),
    });
    return settled(visit, outcome, ["partners"], (faults) =>
      showNewPartner(keep, visit, { ...fresh, values: visit.sent, faults }),
    );
  });
  signedIn("get", "/partners/:partner", (visit) => showPartner(keep, visit));
  const partnerAct = (
    path: string,
    act: (visit: Visit, partner: string) => Promise<AdministrativeOutcome<unknown>>,
  ): void =>
    signedIn("post", `/partners/:partner${path}`, async (visit) => {
      const partner = idOf(visit, "partner");
      return settled(visit, await act(visit, partner), ["partners", partner], (faults) =>
        showPartner(keep, visit, { ...fresh, values: visit.sent, faults }),
      );
    });
  partnerAct("", (visit, partner) => administration.changePartner(byOf(visit), partner, partnerOf(visit)));
  partnerAct("/aside", (visit, partner) => administration.setPartnerActive(byOf(visit), partner, false));
  partnerAct("/up", (visit, partner) => administration.setPartnerActive(byOf(visit), partner, true));
  partnerAct("/revoke", (visit, partner) =>
    administration.revokePartnerKey(byOf(visit), partner, typed(visit, "kid"), typed(visit, "reason")),
  );
  signedIn("get", "/introduction", async (visit) => {
    await allowed(administration.offices(visit.worker));
    const letter = introduction();
    const content = introductionPage(
      introductionText(letter),
      introductionFingerprint(introductionOf(letter)),
      visit.words,
    );
    return show(visit, { title: visit.words.text("site.introduction"), path: ["introduction"], content });
  });
  signedIn("get", "/acts", (visit) => showActs(keep, around, visit));
}

interface Keep {
  readonly administration: Administration;
}

const idOf = ({ context }: Visit, name: string): string => context.req.param(name) ?? "";

/** What may be seen, or the page that says that it may not. */
async function allowed<Value>(found: Promise<Value | undefined>): Promise<Value> {
  const value = await found;
  if (value === undefined) throw new DeskProblem("not-allowed");
  return value;
}

function faultsOf({ words }: Visit, outcome: Extract<AdministrativeOutcome<unknown>, { kind: "refused" }>): Fault[] {
  return outcome.objections.map(({ field, code }) => ({
    input: field,
    text: words.text(`objection.${code}`),
    article: undefined,
  }));
}

/** Goes on after an act, or shows the form again with what speaks against it. */
async function settled(
  visit: Visit,
  outcome: AdministrativeOutcome<unknown>,
  next: readonly string[],
  again: (faults: readonly Fault[]) => Promise<Response>,
): Promise<Response> {
  if (outcome.kind === "not-allowed") throw new DeskProblem("not-allowed");
  return outcome.kind === "refused" ? again(faultsOf(visit, outcome)) : goTo(visit, next, { done: "yes" });
}

type PartPage = Pick<DeskPage, "title" | "path" | "content"> & { readonly faults?: readonly Fault[] };

/** A page of a part of the administration; those below it lead back to it. */
function showPart(visit: Visit, part: "people" | "offices" | "partners", page: PartPage): Promise<Response> {
  const { words, context } = visit;
  const { faults = [] } = page;
  const done = context.req.query("done") === undefined || faults.length > 0 ? undefined : words.text("people.changed");
  const trail =
    page.path.length > 1 ? [{ title: words.text(`site.${part}`), address: deskAddress(words, [part]) }] : [];
  return Promise.resolve(show(visit, { ...page, faults, done, trail }, faults.length > 0 ? 422 : 200));
}

async function showPeople({ administration }: Keep, visit: Visit): Promise<Response> {
  const staff = await allowed(administration.staff(visit.worker));
  const offices = await allowed(administration.offices(visit.worker));
  const resets = await allowed(administration.resetsByOthers(visit.worker));
  const content = withResets(resets, staff, peoplePage(staff, offices, visit.words), visit.desk, visit.words);
  return showPart(visit, "people", { title: visit.words.text("site.people"), path: ["people"], content });
}

const officesFor = ({ administration }: Keep, visit: Visit): Promise<readonly Office[]> =>
  allowed(administration.offices(visit.worker));

async function showNewPerson(keep: Keep, visit: Visit, state: FormState): Promise<Response> {
  const { words, desk } = visit;
  const content = newPersonPage(await officesFor(keep, visit), state, desk, words);
  const page = { title: words.text("people.add"), path: ["people", "new"], faults: state.faults, content };
  return showPart(visit, "people", page);
}

const personOf = (visit: Visit): PersonDescription => ({
  name: typed(visit, "name"),
  signInName: typed(visit, "signInName"),
  office: typed(visit, "office"),
  roles: (visit.sent.roles ?? []).flatMap((name) => roleOf(name) ?? []),
});

/** Shows a password once, on the page that answers the form: it stands in no address and no store. */
function showOneTimePassword(visit: Visit, name: string, made: OneTimePassword): Promise<Response> {
  const { words, desk } = visit;
  const title = words.text("people.passwordFor", { name });
  return showPart(visit, "people", { title, path: ["people", "new"], content: oneTimePasswordPage(made, desk, words) });
}

async function addPerson(keep: Keep, visit: Visit): Promise<Response> {
  const given = personOf(visit);
  const outcome = await keep.administration.addPerson(byOf(visit), given);
  if (outcome.kind === "done") return showOneTimePassword(visit, given.name, outcome.value);
  if (outcome.kind === "not-allowed") throw new DeskProblem("not-allowed");
  return showNewPerson(keep, visit, { ...fresh, values: visit.sent, faults: faultsOf(visit, outcome) });
}

async function memberOf({ administration }: Keep, visit: Visit): Promise<StaffMember> {
  const staff = await allowed(administration.staff(visit.worker));
  const found = staff.find(({ person }) => person.person === idOf(visit, "person"));
  if (found === undefined) throw new DeskProblem("not-found");
  return found;
}

async function showPerson(keep: Keep, visit: Visit, state?: FormState): Promise<Response> {
  const { words, desk } = visit;
  const member = await memberOf(keep, visit);
  const { person, account } = member;
  const kept = {
    name: [person.name],
    signInName: [account?.name ?? ""],
    office: [person.office],
    roles: person.roles,
  };
  const values = state === undefined || Object.keys(state.values).length === 0 ? kept : state.values;
  const { faults } = state ?? fresh;
  const content = personPage(member, await officesFor(keep, visit), { ...fresh, values, faults }, desk, words);
  return showPart(visit, "people", { title: person.name, path: ["people", person.person], faults, content });
}

async function changePerson(keep: Keep, visit: Visit): Promise<Response> {
  const person = idOf(visit, "person");
  const outcome = await keep.administration.changePerson(byOf(visit), person, personOf(visit));
  return settled(visit, outcome, ["people", person], (faults) =>
    showPerson(keep, visit, { ...fresh, values: visit.sent, faults }),
  );
}

async function resetPerson(keep: Keep, visit: Visit): Promise<Response> {
  const { person } = await memberOf(keep, visit);
  const outcome = await keep.administration.resetPerson(byOf(visit), person.person);
  if (outcome.kind === "done") return showOneTimePassword(visit, person.name, outcome.value);
  return settled(visit, outcome, ["people"], (faults) => showPerson(keep, visit, { ...fresh, faults }));
}

async function showOffices(
  keep: Keep,
  visit: Visit,
  state: FormState & { readonly about: string | undefined },
): Promise<Response> {
  const { words, desk } = visit;
  const content = officesPage(await officesFor(keep, visit), state, desk, words);
  return showPart(visit, "offices", {
    title: words.text("site.offices"),
    path: ["offices"],
    faults: state.faults,
    content,
  });
}

async function showPartners({ administration }: Keep, visit: Visit): Promise<Response> {
  const { words } = visit;
  const content = partnersPage(await allowed(administration.partners(visit.worker)), words);
  return showPart(visit, "partners", { title: words.text("site.partners"), path: ["partners"], content });
}

async function showNewPartner(keep: Keep, visit: Visit, state: FormState): Promise<Response> {
  const { words, desk } = visit;
  await officesFor(keep, visit);
  const content = newPartnerPage(state, desk, words);
  const page = { title: words.text("partners.add"), path: ["partners", "new"], faults: state.faults, content };
  return showPart(visit, "partners", page);
}

const partnerOf = (visit: Visit) => ({
  name: typed(visit, "name"),
  state: typed(visit, "state"),
  address: typed(visit, "address"),
});

async function showPartner({ administration }: Keep, visit: Visit, state?: FormState): Promise<Response> {
  const { words, desk } = visit;
  const partners = await allowed(administration.partners(visit.worker));
  const found: KnownPartner | undefined = partners.find(({ partner }) => partner.authority === idOf(visit, "partner"));
  if (found === undefined) throw new DeskProblem("not-found");
  const { authority, name, state: code, data } = found.partner;
  const kept = { name: [name], state: [code], address: [typeof data.address === "string" ? data.address : ""] };
  const values = { ...kept, ...state?.values };
  const { faults } = state ?? fresh;
  const content = partnerPage(found, { ...fresh, values, faults }, desk, words);
  return showPart(visit, "partners", { title: name, path: ["partners", authority], faults, content });
}

async function showActs({ administration }: Keep, around: DeskSurroundings, visit: Visit): Promise<Response> {
  const { words, desk, context } = visit;
  const asked = context.req.query("before") ?? "";
  const before = /^\d{1,15}$/.test(asked) ? Number(asked) : undefined;
  const acts = await allowed(
    administration.acts(visit.worker, { limit: actsAtOnce, ...(before === undefined ? {} : { before }) }),
  );
  const older = acts.length === actsAtOnce ? acts.at(-1)?.entry : undefined;
  const names = {
    people: visit.people,
    partners: await around.service.partners(),
    offices: await around.service.offices(),
  };
  const content = actsPage(acts, older, names, desk, words);
  return show(visit, {
    title: words.text("site.acts"),
    path: ["acts"],
    query: { before: asked || undefined },
    content,
  });
}
