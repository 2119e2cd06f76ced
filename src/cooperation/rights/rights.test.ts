import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import {
  instantSchema,
  type MatterId,
  matterClasses,
  matterIdSchema,
  officeIdSchema,
  type PersonId,
  personIdSchema,
  roles,
} from "../words/index.ts";
import { decideBy } from "./decide.ts";
import {
  actions,
  confidentialities,
  decide,
  type MatterFacts,
  minimumReason,
  type PersonFacts,
  type Question,
  type RightsRow,
  rightsBars,
  rightsPage,
  rightsTable,
  sides,
  stateClasses,
} from "./index.ts";

const slow = process.env.JUSTITIA_SLOW === "1";
const cases = slow ? 100_000 : 20_000;

const person = (n: number): PersonId => personIdSchema.parse(`00000000-0000-7000-8000-00000000000${n}`);
const matterId = (n: number): MatterId => matterIdSchema.parse(`00000000-0000-7000-9000-00000000000${n}`);
const people = [1, 2, 3].map(person);
const offices = ["north", "south"].map((name) => officeIdSchema.parse(name));
const [north = officeIdSchema.parse("north"), south = officeIdSchema.parse("south")] = offices;
const at = (text: string) => instantSchema.parse(text);
const noon = at("2026-03-02T12:00:00.000Z");
const reason = "A child is in danger tonight";

const fewPeople = fc.subarray(people);
const matter: fc.Arbitrary<MatterFacts> = fc.record({
  id: fc.constantFrom(matterId(1), matterId(2)),
  office: fc.constantFrom(...offices),
  assignees: fewPeople,
  granted: fewPeople,
  barred: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fewPeople }),
  preparers: fewPeople,
  confidentiality: fc.constantFrom(...confidentialities),
  matterClass: fc.constantFrom(...matterClasses),
  stateClass: fc.constantFrom(...stateClasses),
  side: fc.constantFrom(...sides),
});
const workingRoles = roles.filter((role) => role !== "auditor" && role !== "administrator");
const person_: fc.Arbitrary<PersonFacts> = fc.record({
  id: fc.constantFrom(...people),
  roles: fc.oneof(
    { weight: 3, arbitrary: fc.subarray(workingRoles, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.subarray([...roles], { maxLength: 3 }) },
  ),
  offices: fc.subarray(offices),
});
const moments = ["2026-03-02T08:00:00.000Z", "2026-03-02T08:00:00.001Z", "2026-03-02T12:00:00.000Z"];
const question: fc.Arbitrary<Question> = fc.record(
  {
    person: person_,
    action: fc.constantFrom(...actions),
    matter,
    whom: fc.constantFrom(...people),
    breakGlass: fc.record({
      person: fc.constantFrom(...people),
      matter: fc.constantFrom(matterId(1), matterId(2)),
      reason: fc.constantFrom(reason, "A child is in dange", "A child is in danger", "urgent              !"),
      since: fc.constantFrom(...[...moments, "2026-03-02T12:00:00.001Z"].map(at)),
    }),
    now: fc.constant(noon),
  },
  { requiredKeys: ["person", "action", "now"] },
);
/** Optional parts are left out half of the time; most questions are about a matter. */
const questions = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(question, matter).map(([asked, about]) => ({ ...asked, matter: about })) },
  { weight: 1, arbitrary: question },
);

/** The rules of rights written a second time, as one would tell them; nothing of the table is used here. */
function mayAccordingToTheRules({ person: who, action, matter: it, whom, breakGlass, now }: Question): boolean {
  const is = (role: PersonFacts["roles"][number]): boolean => who.roles.includes(role);
  // People and the log are no matters; the two offices that watch over them exclude each other.
  if (action === "audit-log") return is("auditor") && !is("administrator");
  if (action === "statistics") return (is("auditor") || is("head-of-office")) && !is("administrator");
  if (it?.barred.includes(who.id)) return false;
  if (action === "manage-people") return is("administrator") && !is("auditor");
  if (is("auditor") || is("administrator") || it === undefined) return false;

  const assigned = it.assignees.includes(who.id);
  const letIn = assigned || it.granted.includes(who.id);
  const colleague = who.offices.includes(it.office);
  const secret = it.confidentiality === "sealed";
  const openColleague = colleague && !secret;
  const head = is("head-of-office") && colleague;
  const headSees = head && (!secret || it.assignees.length === 0);
  const onDuty =
    is("contact-point") && openColleague && ["electronic-evidence", "information"].includes(it.matterClass);
  const handler = is("case-officer") || is("contact-point");
  const prepared = it.preparers.includes(who.id);
  const weAsk = it.side === "requesting";
  const state = it.stateClass;
  const running = state === "open" || state === "executing";
  const worker =
    handler || is("approver") || is("head-of-office") || is("executing-officer") || is("evidence-custodian");
  const emergencyWorker = colleague && (handler || is("head-of-office") || is("executing-officer"));

  switch (action) {
    case "list":
      if (letIn && worker) return true;
      if (headSees || onDuty) return true;
      if (!openColleague) return false;
      if (is("approver") && state === "review") return true;
      return is("evidence-custodian") && (running || state === "closed");
    case "read":
    case "read-sealed": {
      if (secret !== (action === "read-sealed")) return false;
      if (letIn && worker) return true;
      if (headSees || onDuty) return true;
      if (is("approver") && openColleague && state === "review") return true;
      if (!emergencyWorker || breakGlass === undefined) return false;
      if (breakGlass.person !== who.id || breakGlass.matter !== it.id) return false;
      if (breakGlass.reason.replaceAll(/ +/g, " ").length < 20) return false;
      const hours = (Date.parse(now) - Date.parse(breakGlass.since)) / 3_600_000;
      return hours >= 0 && hours < 4;
    }
    case "draft":
      if (!weAsk || state !== "draft") return false;
      return onDuty || (assigned && handler);
    case "prepare":
      if (running)
        return (
          onDuty || (assigned && handler) || (assigned && is("executing-officer") && !weAsk && state === "executing")
        );
      if (state !== "draft") return false;
      return onDuty || (assigned && handler && weAsk);
    case "approve":
      if (state !== "review" || prepared) return false;
      if (!is("approver") && !is("head-of-office")) return false;
      return letIn || openColleague;
    case "send":
      return state === "approved" && (onDuty || (assigned && handler));
    case "acknowledge":
      return running && (onDuty || headSees || (assigned && handler));
    case "decide":
      if (weAsk || it.matterClass === "information" || prepared) return false;
      if (state !== "open" && state !== "review") return false;
      if (head && !secret) return true;
      return letIn && (is("approver") || is("head-of-office"));
    case "assign":
      if (!head || state === "closed") return false;
      if (whom === undefined || it.barred.includes(whom)) return false;
      return headSees || whom !== who.id;
    case "admit":
      return head && whom !== undefined && whom !== who.id && !it.barred.includes(whom);
    case "bar":
      if (whom === undefined) return false;
      return whom === who.id ? worker && (letIn || openColleague) : head;
    case "seal":
      return headSees || (assigned && (handler || is("executing-officer")));
    case "correct":
      if (prepared || !running || !is("head-of-office")) return false;
      return letIn || openColleague;
    case "resend":
      if (state === "draft" || state === "approved") return false;
      return onDuty || (assigned && handler) || (head && !secret);
    case "execute":
      if (weAsk || state !== "executing" || it.matterClass === "information") return false;
      if (assigned && (is("executing-officer") || is("case-officer"))) return true;
      return is("contact-point") && it.matterClass === "electronic-evidence" && !secret && (assigned || colleague);
    case "upload-evidence":
      if (state === "draft") return weAsk && assigned && handler;
      if (!running) return false;
      if (assigned && (handler || is("executing-officer"))) return true;
      return is("evidence-custodian") && (assigned || openColleague);
    case "open-evidence":
      if (assigned && (handler || is("executing-officer") || is("evidence-custodian"))) return true;
      if (head && !secret) return true;
      if (state !== "review") return false;
      return is("approver") ? letIn || openColleague : is("head-of-office") && letIn;
    case "export":
      if (head && !secret) return true;
      if (state === "draft" || state === "review") return false;
      return assigned && (is("case-officer") || is("evidence-custodian"));
    case "close":
      if (state === "closed") return false;
      if (head && !secret) return true;
      return assigned && is("case-officer") && state !== "review" && state !== "approved";
    case "hold":
      return head;
    case "propose-erasure":
      return head && state === "closed";
    case "approve-erasure":
      if (state !== "closed" || prepared) return false;
      return head || (is("approver") && openColleague) || ((is("approver") || is("head-of-office")) && letIn);
    case "break-glass":
      if (!emergencyWorker || breakGlass === undefined) return false;
      if (breakGlass.person !== who.id || breakGlass.matter !== it.id || breakGlass.since !== now) return false;
      return breakGlass.reason.replaceAll(/ +/g, " ").length >= 20;
  }
}

test(`the table and the rules written a second time agree in ${cases} generated cases`, (context) => {
  const seen = new Map<string, number>();
  let wronglyAllowed = 0;
  let wronglyRefused = 0;
  const first: Question[] = [];
  fc.assert(
    fc.property(questions, (asked) => {
      const { allowed } = decide(asked);
      const should = mayAccordingToTheRules(asked);
      seen.set(`${asked.action} ${should}`, (seen.get(`${asked.action} ${should}`) ?? 0) + 1);
      if (allowed && !should) wronglyAllowed += 1;
      if (!allowed && should) wronglyRefused += 1;
      if (allowed !== should && first.length < 3) first.push(asked);
    }),
    { numRuns: cases, seed: 20_260_302 },
  );
  context.diagnostic(`wrongly allowed ${wronglyAllowed}, wrongly refused ${wronglyRefused}`);
  assert.deepEqual({ wronglyAllowed, wronglyRefused, first }, { wronglyAllowed: 0, wronglyRefused: 0, first: [] });
  for (const action of actions) {
    for (const outcome of [true, false])
      assert.ok((seen.get(`${action} ${outcome}`) ?? 0) > 0, `no case in which ${action} is ${outcome}`);
  }
});

/** A matter of the north office that person 1 works on and person 2 prepared. */
const plainMatter: MatterFacts = {
  id: matterId(1),
  office: north,
  assignees: [person(1)],
  granted: [],
  barred: [],
  preparers: [person(2)],
  confidentiality: "ordinary",
  matterClass: "assistance",
  stateClass: "open",
  side: "requested",
};
const asked = (
  action: Question["action"],
  role: PersonFacts["roles"][number],
  n: number,
  changes: Partial<MatterFacts> = {},
  more: Partial<Question> = {},
): ReturnType<typeof decide> =>
  decide({
    person: { id: person(n), roles: [role], offices: [north] },
    action,
    matter: { ...plainMatter, ...changes },
    now: noon,
    ...more,
  });

const aboutPeople = ["assign", "admit", "bar"] as const;

/** Every combination of single role, relation, matter and action: for each row and cell a witness must be among them. */
function* everySituation(): Generator<Question> {
  const relationsToTry: Pick<MatterFacts, "assignees" | "granted" | "office">[] = [];
  for (const assignees of [[], [person(1)], [person(3)]])
    for (const granted of [[], [person(1)]])
      for (const office of [north, south]) relationsToTry.push({ assignees, granted, office });
  const tries = [
    ...actions.map((action) => [action, person(1)] as const),
    ...aboutPeople.map((action) => [action, person(2)] as const),
  ];
  for (const role of roles)
    for (const relation of relationsToTry)
      for (const preparers of [[], [person(1)]])
        for (const confidentiality of confidentialities)
          for (const matterClass of matterClasses)
            for (const stateClass of stateClasses)
              for (const side of sides)
                for (const [action, whom] of tries) {
                  const about = { ...relation, preparers, confidentiality, matterClass, stateClass, side };
                  yield {
                    person: { id: person(1), roles: [role], offices: [north] },
                    action,
                    matter: { id: matterId(1), barred: [], ...about },
                    whom,
                    breakGlass: { person: person(1), matter: matterId(1), reason, since: noon },
                    now: noon,
                  };
                }
}

test("every combination of role, relation, side, state and class of matter is decided as the rules say", () => {
  let count = 0;
  const wrong: Question[] = [];
  const used = new Set<string>();
  for (const situation of everySituation()) {
    count += 1;
    const decision = decide(situation);
    if (decision.allowed !== mayAccordingToTheRules(situation) && wrong.length < 3) wrong.push(situation);
    if (decision.allowed) used.add(decision.because);
  }
  assert.equal(count, 8 * 12 * 2 * 2 * 5 * 6 * 2 * (actions.length + aboutPeople.length));
  assert.deepEqual(wrong, []);
  const idle = rightsTable.map(({ id }) => id).filter((id) => !used.has(id));
  assert.deepEqual(idle, [], "rows that never allow anything");
});

/** The situations of each action, without and with the glass broken, each with what the rules say. */
function judged(): Map<Question["action"], { readonly situation: Question; readonly should: boolean }[]> {
  const byAction = new Map(actions.map((action) => [action, [] as { situation: Question; should: boolean }[]]));
  for (const situation of everySituation()) {
    const { breakGlass: _, whom, ...plain } = situation;
    const about = aboutPeople.some((action) => action === situation.action);
    const unbroken = about && whom !== undefined ? { ...plain, whom } : plain;
    for (const one of /read|glass/.test(situation.action) ? [unbroken, situation] : [unbroken])
      byAction.get(one.action)?.push({ situation: one, should: mayAccordingToTheRules(one) });
  }
  return byAction;
}

const without = <Value>(values: readonly Value[], value: Value): Value[] => values.filter((one) => one !== value);

/** The row with one value taken out of one of its cells. */
function* narrowed(row: RightsRow): Generator<readonly [string, RightsRow]> {
  for (const one of row.actions) yield [`action ${one}`, { ...row, actions: without(row.actions, one) }];
  for (const one of row.roles) yield [`role ${one}`, { ...row, roles: without(row.roles, one) }];
  for (const one of row.relations) yield [`relation ${one}`, { ...row, relations: without(row.relations, one) }];
  for (const one of row.confidentiality)
    yield [`confidentiality ${one}`, { ...row, confidentiality: without(row.confidentiality, one) }];
  for (const one of row.sides) yield [`side ${one}`, { ...row, sides: without(row.sides, one) }];
  for (const one of row.states) yield [`state ${one}`, { ...row, states: without(row.states, one) }];
  for (const one of row.classes) yield [`class ${one}`, { ...row, classes: without(row.classes, one) }];
  for (const one of row.conditions) yield [`condition ${one}`, { ...row, conditions: without(row.conditions, one) }];
}

test("no value of a cell can be taken out of the table without the rules noticing", (context) => {
  const byAction = judged();
  let cells = 0;
  let tried = 0;
  const idle: string[] = [];
  for (const row of rightsTable) {
    for (const [cell, changed] of narrowed(row)) {
      cells += 1;
      if (!slow && cells % 10 !== 0) continue;
      const noticed = row.actions.some((action) => {
        const rows = rightsTable
          .map((one) => (one === row ? changed : one))
          .filter((one) => one.actions.includes(action));
        const wrong = ({ situation, should }: { readonly situation: Question; readonly should: boolean }): boolean =>
          decideBy(rows, rightsBars, situation).allowed !== should;
        return byAction.get(action)?.some(wrong) === true;
      });
      tried += 1;
      if (!noticed) idle.push(`${row.id}: ${cell}`);
    }
  }
  context.diagnostic(`${tried} of ${cells} cells taken out`);
  assert.deepEqual(idle, []);
});

test("a conflict of interest beats assignment, office and broken glass, and does not show that the matter exists", () => {
  const glass = { person: person(1), matter: matterId(1), reason, since: noon };
  for (const action of actions.filter((name) => name !== "audit-log" && name !== "statistics")) {
    for (const role of workingRoles) {
      const decision = asked(action, role, 1, { barred: [person(1)] }, { breakGlass: glass, whom: person(3) });
      assert.deepEqual(decision, { allowed: false, because: "conflict-of-interest", hidden: true });
    }
  }
  assert.equal(asked("audit-log", "auditor", 1, { barred: [person(1)] }).allowed, true);
});

test("nobody approves or decides what the same person prepared", () => {
  const own = { preparers: [person(3)] };
  assert.deepEqual(asked("approve", "approver", 3, { stateClass: "review", ...own }), {
    allowed: false,
    because: "four-eyes",
    hidden: false,
  });
  assert.equal(asked("approve", "approver", 3, { stateClass: "review" }).allowed, true);
  assert.deepEqual(asked("decide", "head-of-office", 3, own), { allowed: false, because: "four-eyes", hidden: false });
});

test("the head loses sight of a sealed matter once it is assigned, and may give it on but not take it", () => {
  const free = { confidentiality: "sealed", assignees: [] } as const;
  assert.equal(asked("read-sealed", "head-of-office", 3, free).allowed, true);
  const taken = { confidentiality: "sealed" } as const;
  assert.deepEqual(asked("read-sealed", "head-of-office", 3, taken), {
    allowed: false,
    because: "need-to-know",
    hidden: true,
  });
  assert.equal(asked("list", "head-of-office", 3, taken).allowed, false);
  assert.equal(asked("assign", "head-of-office", 3, taken, { whom: person(2) }).allowed, true);
  const toOneself = asked("assign", "head-of-office", 3, taken, { whom: person(3) });
  assert.deepEqual(toOneself, { allowed: false, because: "another-person", hidden: true });
});

test("administrators and auditors see no matter, whatever else they are", () => {
  for (const role of ["administrator", "auditor"] as const) {
    const watching = ["audit-log", "statistics", "manage-people"];
    for (const action of actions.filter((name) => !watching.includes(name))) {
      const decision = decide({
        person: { id: person(1), roles: ["case-officer", "head-of-office", role], offices: [north] },
        action,
        matter: plainMatter,
        whom: person(2),
        now: noon,
      });
      assert.deepEqual(decision, { allowed: false, because: role, hidden: true }, `${role} ${action}`);
    }
  }
  assert.equal(asked("audit-log", "auditor", 2).allowed, true);
  assert.equal(asked("audit-log", "administrator", 2).allowed, false);
  const both = { id: person(1), roles: ["administrator", "auditor"], offices: [] } as const;
  for (const action of ["audit-log", "manage-people"] as const)
    assert.equal(decide({ person: both, action, now: noon }).allowed, false);
});

test("nobody who is barred from a matter can be assigned to it", () => {
  const decision = asked("assign", "head-of-office", 3, { barred: [person(2)] }, { whom: person(2) });
  assert.deepEqual(decision, { allowed: false, because: "whom", hidden: false });
  assert.equal(asked("admit", "head-of-office", 3, { barred: [person(2)] }, { whom: person(2) }).allowed, false);
  assert.equal(asked("assign", "head-of-office", 3).allowed, false);
});

test("a head admits and bars others without seeing a sealed matter, and never oneself; who is concerned bars oneself", () => {
  const taken = { confidentiality: "sealed" } as const;
  for (const action of ["admit", "bar"] as const) {
    assert.equal(asked(action, "head-of-office", 3, taken, { whom: person(2) }).allowed, true, action);
    assert.equal(asked("read-sealed", "head-of-office", 3, taken).allowed, false);
  }
  assert.deepEqual(asked("admit", "head-of-office", 3, taken, { whom: person(3) }), {
    allowed: false,
    because: "another-person",
    hidden: true,
  });
  assert.equal(asked("admit", "head-of-office", 3).allowed, false, "nobody is named");
  assert.equal(asked("bar", "approver", 3, {}, { whom: person(3) }).allowed, true);
  assert.equal(asked("bar", "approver", 3, {}, { whom: person(2) }).allowed, false);
  assert.equal(asked("bar", "case-officer", 1, taken, { whom: person(1) }).allowed, true);
  const lifted = { barred: [person(2)] };
  assert.equal(asked("bar", "head-of-office", 3, lifted, { whom: person(2) }).allowed, true);
  assert.equal(
    asked("bar", "case-officer", 2, lifted, { whom: person(2) }).allowed,
    false,
    "a bar is not one's own to lift",
  );
});

test("breaking the glass needs a reason, raises an alarm, and gives reading for four hours", () => {
  const glass = { person: person(3), matter: matterId(1), reason, since: noon };
  const alarm = { name: "glass-broken", ...glass, until: at("2026-03-02T16:00:00.000Z") };
  assert.deepEqual(asked("break-glass", "case-officer", 3, {}, { breakGlass: glass }), {
    allowed: true,
    because: "break-glass",
    alarm,
  });
  const short = { ...glass, reason: "help                  me" };
  const padded = { ...glass, reason: `  ${"x".repeat(minimumReason - 1)}  ` };
  for (const breakGlass of [short, padded])
    assert.equal(asked("break-glass", "case-officer", 3, {}, { breakGlass }).allowed, false);
  assert.deepEqual(asked("break-glass", "case-officer", 3), { allowed: false, because: "reason", hidden: true });

  const later = (now: string, action: Question["action"] = "read") =>
    asked(action, "case-officer", 3, {}, { breakGlass: glass, now: at(now) });
  assert.deepEqual(later("2026-03-02T15:59:59.999Z"), { allowed: true, because: "read-through-broken-glass", alarm });
  assert.equal(later("2026-03-02T16:00:00.000Z").allowed, false);
  assert.equal(later("2026-03-02T11:59:59.999Z").allowed, false);
  for (const action of actions.filter((name) => name !== "read" && name !== "break-glass"))
    assert.equal(later("2026-03-02T13:00:00.000Z", action).allowed, false, action);

  const ofAnother = { ...glass, person: person(2) };
  assert.equal(asked("read", "case-officer", 3, {}, { breakGlass: ofAnother }).allowed, false);
  const elsewhere = { ...glass, matter: matterId(2) };
  assert.equal(asked("read", "case-officer", 3, {}, { breakGlass: elsewhere }).allowed, false);
});

test("a stranger is answered as if the matter did not exist, a colleague who may list it is told why not", () => {
  assert.deepEqual(asked("read", "case-officer", 3), { allowed: false, because: "need-to-know", hidden: true });
  assert.deepEqual(asked("close", "case-officer", 1, { stateClass: "closed" }), {
    allowed: false,
    because: "state",
    hidden: false,
  });
  assert.deepEqual(asked("read", "evidence-custodian", 3), { allowed: false, because: "need-to-know", hidden: false });
});

test("the page of the documentation shows the table that the program uses", () => {
  const file = fileURLToPath(new URL("../../../docs/reference/rights.md", import.meta.url));
  if (process.env.JUSTITIA_WRITE === "1") writeFileSync(file, rightsPage());
  assert.equal(readFileSync(file, "utf8"), rightsPage(), "stale: run this test with JUSTITIA_WRITE=1");
});
