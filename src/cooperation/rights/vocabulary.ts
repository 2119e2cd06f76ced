import type { MatterClass, Role } from "../words/index.ts";

/**
 * What a person may want to do. `read` is for ordinary matters, `read-sealed` for sealed ones; `list` shows no content.
 * `admit` also takes an admission back, `bar` also lifts a bar, and `seal` also unseals. `correct` is the correction of a
 * content without a request before; `resend` has a message tried again, or settles one that failed. `hold` keeps contents
 * from being erased, and lets them go again.
 */
export const actions = [
  "list",
  "read",
  "read-sealed",
  "draft",
  "prepare",
  "approve",
  "send",
  "acknowledge",
  "decide",
  "assign",
  "admit",
  "bar",
  "seal",
  "correct",
  "resend",
  "execute",
  "upload-evidence",
  "open-evidence",
  "export",
  "close",
  "hold",
  "propose-erasure",
  "approve-erasure",
  "audit-log",
  "statistics",
  "manage-people",
  "break-glass",
] as const;
export type Action = (typeof actions)[number];

/** Our side of the matter. */
export const sides = ["requesting", "requested"] as const;
export type Side = (typeof sides)[number];

/**
 * What a state means for rights: `draft` is being written, `review` waits for a second person, `approved` waits to be
 * sent, `open` lies with the two sides, `executing` is being carried out, `closed` has ended.
 */
export const stateClasses = ["draft", "review", "approved", "open", "executing", "closed"] as const;
export type StateClass = (typeof stateClasses)[number];

/** A sealed matter is known to those who work on it; the head of the office sees it until somebody is assigned. */
export const confidentialities = ["ordinary", "sealed"] as const;
export type Confidentiality = (typeof confidentialities)[number];

/** How a person stands to a matter; several may hold at once. `admitted`: let in one by one, to read. */
export const relations = ["assignee", "admitted", "office", "office-unassigned", "anyone"] as const;
export type Relation = (typeof relations)[number];

/** What must hold beyond the cells: see `conditionSentences`. */
export const conditions = ["four-eyes", "reason", "broken-glass", "another-person", "oneself"] as const;
export type Condition = (typeof conditions)[number];

export const conditionSentences: Readonly<Record<Condition, string>> = {
  "four-eyes": "not by a person who prepared what is approved or decided",
  reason: "with a reason of at least 20 characters",
  "broken-glass": "while the glass is broken: for 4 hours, by this person, for this matter",
  "another-person": "about somebody else than oneself",
  oneself: "about oneself",
};

/** One row: who holds one of the roles and stands in one of the relations may do the actions where all else fits too. */
export interface RightsRow {
  readonly id: string;
  readonly actions: readonly Action[];
  readonly roles: readonly Role[];
  readonly relations: readonly Relation[];
  readonly confidentiality: readonly Confidentiality[];
  readonly sides: readonly Side[];
  readonly states: readonly StateClass[];
  readonly classes: readonly MatterClass[];
  readonly conditions: readonly Condition[];
  /** The row as a sentence. */
  readonly says: string;
}

/** A bar beats every row: whom it meets may do nothing but what it excepts. */
export interface RightsBar {
  readonly id: "conflict-of-interest" | "administrator" | "auditor";
  readonly meets: "barred" | Role;
  readonly except: readonly Action[];
  readonly says: string;
}

export const minimumReason = 20;
export const brokenGlassHours = 4;
