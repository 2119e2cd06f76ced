import { distance } from "fastest-levenshtein";

/** A fault of a matter type's file: where, what was found, what was expected, what to do. */
export interface MatterTypeProblem {
  /** Stable code, listed in docs/reference/problems.md. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly file: string;
  /** One-based line and column in the file; 1 when the fault has no place of its own. */
  readonly line: number;
  readonly column: number;
  /** Field as a dotted path, such as `transitions.3.to`; empty for the whole file. */
  readonly field: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** What to do; holds the nearest valid value where there is one. */
  readonly hint: string;
}

/** The candidate that is nearest to what was found, or undefined when none is near enough to be meant. */
export function nearest(found: string, candidates: Iterable<string>): string | undefined {
  const near = [...candidates]
    .map((candidate) => ({ candidate, away: distance(found.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away)[0];
  return near !== undefined && near.away <= Math.max(2, Math.ceil(found.length / 2)) ? near.candidate : undefined;
}

/** What to do about a name that does not exist. */
export function didYouMean(found: string, candidates: Iterable<string>): string {
  const near = nearest(found, candidates);
  return near === undefined ? "Change it to what is expected." : `Did you mean "${near}"?`;
}

/** A found value as it is shown in a problem: short, on one line. */
export function showFound(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
