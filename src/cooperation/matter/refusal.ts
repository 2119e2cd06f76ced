/** Why a command is refused. Each code has a message `refusal.<code>` in the catalogues of the pages. */
export const refusalCodes = [
  "access-unchanged",
  "already-attached",
  "already-given",
  "already-open",
  "already-sealed",
  "changed-meanwhile",
  "clock-not-running",
  "clock-paused",
  "command-reused",
  "condition-not-met",
  "conflict-unchanged",
  "consultation-missing",
  "content-missing",
  "custody-not-possible",
  "data-invalid",
  "date-ahead",
  "date-too-early",
  "erasure-waits",
  "event-missing",
  "field-invalid",
  "field-too-long",
  "field-unknown",
  "ground-not-allowed",
  "ground-unknown",
  "hold-unchanged",
  "kept-longer",
  "linked-matter-open",
  "matter-closed",
  "matter-still-open",
  "matter-unknown",
  "message-not-failed",
  "messages-under-way",
  "not-editable",
  "not-for-the-partner",
  "not-from-this-state",
  "not-sealed",
  "not-your-side",
  "nothing-to-propose",
  "on-hold",
  "other-type-version",
  "particular-missing",
  "particular-unknown",
  "partner-does-not-know",
  "person-barred",
  "proposal-needed",
  "question-open",
  "question-unknown",
  "role-not-allowed",
  "same-person",
  "sealed-by-content",
  "unknown-attachment",
  "unknown-event",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** One reason why a command is refused; a refused command changes nothing. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Key of the message in the catalogues. */
  readonly message: `refusal.${RefusalCode}`;
  /** The field or particular at which the message is shown. */
  readonly field: string | undefined;
  /** Where in the value of the field, such as `0.age` in a list of persons; left out when it is the whole value. */
  readonly at?: string;
  /** The guard that was not met, such as `complete`. */
  readonly guard: string | undefined;
  readonly article: string | undefined;
  readonly found: string;
  readonly expected: string;
}

export interface RefusalDetail {
  readonly field?: string | undefined;
  readonly at?: string | undefined;
  readonly guard?: string | undefined;
  readonly article?: string | undefined;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
}

export function refusal(code: RefusalCode, detail: RefusalDetail = {}): Refusal {
  return {
    code,
    message: `refusal.${code}`,
    field: detail.field,
    ...(detail.at === undefined ? {} : { at: detail.at }),
    guard: detail.guard,
    article: detail.article,
    found: detail.found ?? "",
    expected: detail.expected ?? "",
  };
}
