import { distance } from "fastest-levenshtein";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { type Calendar, calendarSchema } from "./calendar.ts";

/** A fault of a calendar file: where it stands, what is wrong, what was found and what is expected. */
export interface CalendarProblem {
  readonly code:
    | "calendar.yaml"
    | "calendar.empty"
    | "calendar.unknown-field"
    | "calendar.missing-field"
    | "calendar.invalid-value"
    | "calendar.twice";
  readonly file: string;
  /** One-based. */
  readonly line: number;
  readonly column: number;
  /** Dotted path such as `holidays.0.on`; empty for the whole file. */
  readonly field: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

export interface ReadCalendar {
  readonly calendar: Calendar | undefined;
  readonly problems: readonly CalendarProblem[];
}

type Path = readonly (string | number)[];
const fields = ["calendar", "name", "timeZone", "restDays", "holidays", "workedRestDays", "officeHours", "sources"];
const inner = ["id", "name", "on", "dates", "from", "until", "which", "weekday", "of", "days"];

/** Reads one calendar file (YAML). All its faults are returned, each with its line; then there is no calendar. */
export function readCalendar(file: string, text: string): ReadCalendar {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const whole = { file, line: 1, column: 1, field: "", found: "", expected: "a calendar, see calendars/README.md" };
  if (document.errors.length > 0)
    return {
      calendar: undefined,
      problems: document.errors.map((error) => ({
        ...whole,
        ...at(error.pos[0]),
        code: "calendar.yaml",
        message: `This is not valid YAML: ${error.message}`,
        expected: "YAML 1.2",
        hint: "Compare the indentation of this line with the lines above it.",
      })),
    };
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      calendar: undefined,
      problems: [
        { ...whole, code: "calendar.yaml", message: `This YAML cannot be resolved: ${said}`, hint: "Write it out." },
      ],
    };
  }
  if (plain === null || plain === undefined)
    return {
      calendar: undefined,
      problems: [
        { ...whole, code: "calendar.empty", message: "The file holds no calendar.", hint: "Fill it or remove it." },
      ],
    };
  const checked = calendarSchema.safeParse(plain);
  if (checked.success) return { calendar: checked.data, problems: [] };
  const place = (path: Path) => ({ file, ...at(offsetOf(document, path)), field: path.join(".") });
  return {
    calendar: undefined,
    problems: checked.error.issues.flatMap((issue) => problemsOf(issue, [], plain, place)),
  };
}

/**
 * Reads the calendar files of an authority.
 *
 * @param files - Name of each file and its text.
 * @returns The calendars by their code (`XA`, or `XA-N` for a region) and all problems of all files; a second file for
 *   the same code is a problem, and the first one stays.
 */
export function readCalendars(files: ReadonlyMap<string, string>): {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly problems: readonly CalendarProblem[];
} {
  const calendars = new Map<string, Calendar>();
  const problems: CalendarProblem[] = [];
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const read = readCalendar(file, text);
    problems.push(...read.problems);
    if (read.calendar === undefined) continue;
    const { calendar: code } = read.calendar;
    if (calendars.has(code))
      problems.push({
        code: "calendar.twice",
        file,
        line: 1,
        column: 1,
        field: "calendar",
        message: `There is a calendar of ${code} already.`,
        found: code,
        expected: "one file for each State or region",
        hint: "Join the two files.",
      });
    else calendars.set(code, read.calendar);
  }
  return { calendars, problems };
}

type Place = Pick<CalendarProblem, "file" | "line" | "column" | "field">;
type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, prefix: Path, root: unknown, place: (path: Path) => Place): CalendarProblem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  if (issue.code === "invalid_union") {
    const written = valueAt(root, path);
    const meant = issue.errors.find(
      (branch) => !branch.some((one) => one.path.length === 0 && one.code === "invalid_type"),
    );
    if (written !== undefined && meant !== undefined) return meant.flatMap((one) => problemsOf(one, path, root, place));
  }
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      code: "calendar.unknown-field",
      ...place([...path, key]),
      message: `"${key}" is not a field here.`,
      found: key,
      expected: "a field of calendars/README.md",
      hint: likeliest(key, path.length === 0 ? fields : inner, "Take it out, or see calendars/README.md."),
    }));
  const found = valueAt(root, path);
  const field = path.join(".");
  return [
    {
      code: found === undefined ? "calendar.missing-field" : "calendar.invalid-value",
      ...place(path),
      message: found === undefined ? `"${field}" is missing.` : `The value of "${field}" does not fit.`,
      found: shown(found),
      expected: expectedOf(issue),
      hint:
        found === undefined
          ? "Add it."
          : issue.code === "invalid_value" && typeof found === "string"
            ? likeliest(found, issue.values.map(String), "Change it to what is expected.")
            : "Change it to what is expected.",
    },
  ];
}

function expectedOf(issue: Issue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  return issue.code === "invalid_type" ? issue.expected : issue.message;
}

function likeliest(found: string, candidates: readonly string[], otherwise: string): string {
  const written = found.toLowerCase();
  const far = (candidate: string): number =>
    written.length > 1 && candidate.startsWith(written) ? 0 : distance(written, candidate.toLowerCase());
  const near = [...candidates].sort((a, b) => far(a) - far(b))[0];
  return near !== undefined && far(near) <= Math.max(2, found.length / 2) ? `Did you mean "${near}"?` : otherwise;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Where the key of a field begins, or the nearest thing around it that is written down. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last))
      : undefined;
    const node = pair === undefined ? document.getIn(path.slice(0, length), true) : pair.key;
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return start;
  }
  return document.contents?.range?.[0] ?? 0;
}
