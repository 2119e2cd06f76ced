import { distance } from "fastest-levenshtein";

/** A fault of a definition file: where, what was found, what was expected, what to do. */
export interface DefinitionProblem {
  /** Stable code, listed in docs/reference/problems.md. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** Name or path of the file, as the reader was given it. */
  readonly file: string;
  /** One-based line and column in the file; 1 when the fault has no place of its own. */
  readonly line: number;
  readonly column: number;
  /** Field as a dotted path, such as `columns.iucr.type`; empty for the whole file. */
  readonly field: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** What to do; holds the nearest valid value where there is one. */
  readonly hint: string;
}

/**
 * The candidate that is nearest to what was found; where none is near enough to be meant, the first that begins with
 * it, or undefined.
 */
export function nearest(found: string, candidates: Iterable<string>): string | undefined {
  const written = found.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  let begun: string | undefined;
  for (const candidate of candidates) {
    const d = distance(written, candidate.toLowerCase());
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
    if (written.length > 1 && candidate.toLowerCase().startsWith(written)) begun ??= candidate;
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.ceil(found.length / 2)) ? best : begun;
}

/** What to do about a word that does not fit: take the nearest candidate, where there is one. */
export function didYouMean(found: string, candidates: Iterable<string>, otherwise: string): string {
  const near = nearest(found, candidates);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
}

/** A found value as it is shown in a problem: short, on one line. */
export function showFound(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** One problem as lines for a terminal: place and message first, then found, expected and what to do. */
export function formatProblem(problem: DefinitionProblem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const field = problem.field === "" ? "" : ` (${problem.field})`;
  const lines = [`${problem.severity}: ${place}${field}: ${problem.message} [${problem.code}]`];
  if (problem.found !== "") lines.push(`  found:    ${problem.found}`);
  if (problem.expected !== "") lines.push(`  expected: ${problem.expected}`);
  if (problem.hint !== "") lines.push(`  hint:     ${problem.hint}`);
  return lines.join("\n");
}
