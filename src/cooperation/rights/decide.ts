import {
  type Instant,
  instantSchema,
  type MatterClass,
  type MatterId,
  type OfficeId,
  type PersonId,
  type Role,
} from "../words/index.ts";
import { rightsBars, rightsTable } from "./table.ts";
import {
  type Action,
  brokenGlassHours,
  type Condition,
  type Confidentiality,
  minimumReason,
  type Relation,
  type RightsBar,
  type RightsRow,
  type Side,
  type StateClass,
} from "./vocabulary.ts";

/** What rights need to know of a person. */
export interface PersonFacts {
  readonly id: PersonId;
  readonly roles: readonly Role[];
  readonly offices: readonly OfficeId[];
}

/** What rights need to know of a matter: nothing that a request contains. */
export interface MatterFacts {
  readonly id: MatterId;
  readonly office: OfficeId;
  readonly assignees: readonly PersonId[];
  /** Admitted one by one, from any office. */
  readonly granted: readonly PersonId[];
  readonly barred: readonly PersonId[];
  /** Who wrote or proposed what now waits for approval or decision. */
  readonly preparers: readonly PersonId[];
  readonly confidentiality: Confidentiality;
  readonly matterClass: MatterClass;
  readonly stateClass: StateClass;
  readonly side: Side;
}

/** The record that a person broke the glass of a matter. */
export interface BreakGlass {
  readonly person: PersonId;
  readonly matter: MatterId;
  readonly reason: string;
  readonly since: Instant;
}

export interface Question {
  readonly person: PersonFacts;
  readonly action: Action;
  /** Left out only for what concerns no matter: `audit-log` and `manage-people`. */
  readonly matter?: MatterFacts;
  /** For `assign`, `admit` and `bar`: the person whom it is about. */
  readonly whom?: PersonId;
  readonly breakGlass?: BreakGlass;
  readonly now: Instant;
}

/** The event that must be recorded and shown to the head of the office and the auditors. */
export interface BreakGlassAlarm {
  readonly name: "glass-broken";
  readonly person: PersonId;
  readonly matter: MatterId;
  readonly reason: string;
  readonly since: Instant;
  readonly until: Instant;
}

const dimensions = ["role", "need-to-know", "confidentiality", "side", "matter-class", "state"] as const;
export type RefusalCode = RightsBar["id"] | (typeof dimensions)[number] | Condition | "whom";

export type Decision =
  | {
      readonly allowed: true;
      /** The row that allows it. */
      readonly because: string;
      readonly alarm: BreakGlassAlarm | null;
    }
  | {
      readonly allowed: false;
      readonly because: RefusalCode;
      /** Answer as if the matter did not exist: the person may not even know of it. */
      readonly hidden: boolean;
    };

const millisecondsOfBrokenGlass = brokenGlassHours * 3_600_000;

/** What is done to a person: who is barred is neither assigned nor admitted. */
const aboutSomebody: readonly Action[] = ["assign", "admit", "bar"];

/** Whether a reason for breaking the glass is long enough; white space does not make it longer. */
export const isReason = (reason: string): boolean => [...reason.trim().replace(/\s+/gu, " ")].length >= minimumReason;

function relationsOf(person: PersonFacts, matter: MatterFacts | undefined): readonly Relation[] {
  if (matter === undefined) return ["anyone"];
  const held: Relation[] = ["anyone"];
  if (matter.assignees.includes(person.id)) held.push("assignee");
  if (matter.granted.includes(person.id)) held.push("admitted");
  if (person.offices.includes(matter.office)) {
    held.push("office");
    if (matter.assignees.length === 0) held.push("office-unassigned");
  }
  return held;
}

function glassOf({ person, matter, breakGlass, action, now }: Question): BreakGlassAlarm | null {
  if (breakGlass === undefined || matter === undefined || !isReason(breakGlass.reason)) return null;
  if (breakGlass.person !== person.id || breakGlass.matter !== matter.id) return null;
  const since = Date.parse(breakGlass.since);
  const passed = Date.parse(now) - since;
  if (!(passed >= 0 && passed < millisecondsOfBrokenGlass) || (action === "break-glass" && passed !== 0)) return null;
  const until = instantSchema.parse(new Date(since + millisecondsOfBrokenGlass).toISOString());
  return { name: "glass-broken", ...breakGlass, until };
}

function holds(condition: Condition, question: Question): boolean {
  const { person, matter, whom } = question;
  if (condition === "four-eyes") return matter !== undefined && !matter.preparers.includes(person.id);
  if (condition === "another-person") return whom !== person.id;
  if (condition === "oneself") return whom === person.id;
  return glassOf(question) !== null;
}

/** The first thing in which a row does not fit, and how far the row fitted before it; undefined when all fits. */
function misfit(
  row: RightsRow,
  question: Question,
  held: readonly Relation[],
): { depth: number; code: RefusalCode } | undefined {
  const { person, matter } = question;
  const fits: Record<(typeof dimensions)[number], boolean> = {
    role: row.roles.some((role) => person.roles.includes(role)),
    "need-to-know": row.relations.some((relation) => held.includes(relation)),
    confidentiality: matter === undefined || row.confidentiality.includes(matter.confidentiality),
    side: matter === undefined || row.sides.includes(matter.side),
    "matter-class": matter === undefined || row.classes.includes(matter.matterClass),
    state: matter === undefined || row.states.includes(matter.stateClass),
  };
  const depth = dimensions.findIndex((dimension) => !fits[dimension]);
  const dimension = dimensions[depth];
  if (dimension !== undefined) return { depth, code: dimension };
  const condition = row.conditions.find((name) => !holds(name, question));
  return condition === undefined ? undefined : { depth: dimensions.length, code: condition };
}

function meets(bar: RightsBar, { person, matter }: Question): boolean {
  return bar.meets === "barred" ? matter?.barred.includes(person.id) === true : person.roles.includes(bar.meets);
}

/**
 * Whether a person may do something, by a table and its bars.
 *
 * The same as `decide`, for whoever wants to try another table.
 */
export function decideBy(table: readonly RightsRow[], bars: readonly RightsBar[], question: Question): Decision {
  const refused = (because: RefusalCode): Decision => {
    const listed = question.action !== "list" && decideBy(table, bars, { ...question, action: "list" }).allowed;
    return { allowed: false, because, hidden: question.matter !== undefined && !listed };
  };
  const bar = bars.find((candidate) => meets(candidate, question) && !candidate.except.includes(question.action));
  if (bar !== undefined) return refused(bar.id);
  if (aboutSomebody.includes(question.action)) {
    const { whom, matter, action } = question;
    if (whom === undefined || (action !== "bar" && matter?.barred.includes(whom))) return refused("whom");
  }
  const held = relationsOf(question.person, question.matter);
  let nearest: { depth: number; code: RefusalCode } = { depth: -1, code: "role" };
  for (const row of table) {
    if (!row.actions.includes(question.action)) continue;
    const found = misfit(row, question, held);
    if (found === undefined) {
      const throughGlass = row.conditions.some((name) => name === "reason" || name === "broken-glass");
      return { allowed: true, because: row.id, alarm: throughGlass ? glassOf(question) : null };
    }
    // Nobody who asks to read is told of the glass unless it was broken.
    const counts = question.breakGlass !== undefined || !row.conditions.includes("broken-glass");
    if (counts && found.depth > nearest.depth) nearest = found;
  }
  return refused(nearest.code);
}

/**
 * Whether a person may do something: by the table of rights, unless a bar forbids it; what no row allows is refused.
 *
 * A new matter is asked about as it would be: `draft` with its author as assignee. `assign`, `admit` and `bar` need the
 * person whom they are about.
 * `break-glass` needs the record that would be made, with `since` equal to `now`; later reading needs the record made.
 * The caller must record the alarm of an allowed decision and log every read.
 *
 * @returns the row that allows it, or why not. Never throws for what people may ask.
 */
export function decide(question: Question): Decision {
  return decideBy(rightsTable, rightsBars, question);
}
