/** One fault of delivered data: where it is, what was found, what is expected, and what to do about it. */
export interface FormatProblem {
  /** Stable name, `<format>.<fault>`, such as `csv.ragged-row`. */
  code: string;
  /** One sentence for a person. */
  message: string;
  /** Physical line of a text file, counted from 1. */
  line?: number;
  /** Row of a sheet or of a table, counted from 1. */
  row?: number;
  column?: string;
  /** Byte offset from the start of the decoded stream, counted from 0. */
  offset?: number;
  found: string;
  expected: string;
  hint: string;
}

/** The data cannot be read any further; carries the one problem that stopped the reading. */
export class FormatError extends Error {
  readonly problem: FormatProblem;

  constructor(problem: FormatProblem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = "FormatError";
    this.problem = problem;
  }
}

const longestQuotation = 80;

/** A piece of foreign data, shortened and with control characters escaped, to be quoted in a message. */
export function quotation(text: string): string {
  const shown = text.length > longestQuotation ? `${text.slice(0, longestQuotation)}…` : text;
  return JSON.stringify(shown);
}
