import { type DefinitionProblem, readYamlFile } from "../../formats/index.ts";
import { type Calendar, calendarSchema } from "./calendar.ts";

export interface ReadCalendar {
  readonly calendar: Calendar | undefined;
  readonly problems: readonly DefinitionProblem[];
}

const kind = { noun: "calendar", described: "calendars/README.md" };

/** Reads one calendar file (YAML). All its faults are returned, each with its line; then there is no calendar. */
export function readCalendar(file: string, text: string): ReadCalendar {
  const { read, problems } = readYamlFile(file, text, kind);
  if (read === undefined) return { calendar: undefined, problems };
  const fitted = read.against(calendarSchema);
  return fitted.fits ? { calendar: fitted.value, problems: [] } : { calendar: undefined, problems: fitted.problems };
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
  readonly problems: readonly DefinitionProblem[];
} {
  const calendars = new Map<string, Calendar>();
  const problems: DefinitionProblem[] = [];
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const read = readCalendar(file, text);
    problems.push(...read.problems);
    if (read.calendar === undefined) continue;
    const { calendar: code } = read.calendar;
    if (calendars.has(code))
      problems.push({
        code: "calendar.twice",
        severity: "error",
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
