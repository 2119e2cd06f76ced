import { type DefinitionProblem, nearest } from "../../formats/index.ts";
import { parseIccsCode } from "../../iccs/index.ts";
import type { DefinitionFile } from "./definition-file.ts";

/** A place in a definition: names of fields and numbers of list items, from the outside in. */
export type Path = readonly (string | number)[];

/** Collects what does not fit between definitions, each fault with its file and line. */
export class ReferenceReport {
  readonly problems: DefinitionProblem[] = [];

  add(from: DefinitionFile<unknown>, path: Path, message: string, found: string, expected: string, hint: string): void {
    this.problems.push({
      code: "definition.reference",
      severity: "error",
      ...from.place(path),
      message,
      found,
      expected,
      hint,
    });
  }

  /** The named thing, or undefined after reporting that it is not there, with the nearest that is. */
  known<T>(
    from: DefinitionFile<unknown>,
    path: Path,
    name: string,
    things: ReadonlyMap<string, T>,
    noun: string,
  ): T | undefined {
    const thing = things.get(name);
    if (thing !== undefined || things.has(name)) return thing;
    const near = nearest(name, things.keys());
    const some = [...things.keys()].slice(0, 8).join(", ");
    this.add(
      from,
      path,
      `There is no ${noun} "${name}".`,
      name,
      things.size === 0 ? `a ${noun}; none is defined` : `one of ${some}${things.size > 8 ? " …" : ""}`,
      near === undefined ? `Define it, or name another ${noun}.` : `Did you mean "${near}"?`,
    );
    return undefined;
  }

  take(
    from: DefinitionFile<unknown>,
    problem: {
      readonly code: string;
      readonly severity: "error" | "warning";
      readonly rule?: number | undefined;
      readonly line?: number | undefined;
      readonly field?: string | undefined;
      readonly message: string;
      readonly found: string;
      readonly expected: string;
      readonly hint: string;
    },
    table?: string,
  ): void {
    const path: (string | number)[] = ["rules"];
    if (problem.rule !== undefined && problem.line === undefined) path.push(problem.rule);
    if (problem.field !== undefined && problem.line === undefined) path.push(problem.field);
    const place = from.place(path);
    const { code, severity, message, found, expected, hint } = problem;
    this.problems.push({
      code,
      severity,
      ...place,
      ...(problem.line === undefined ? {} : { file: table ?? place.file, line: problem.line, column: 1 }),
      field: problem.field ?? place.field,
      message,
      found,
      expected,
      hint,
    });
  }
}

/** Reports a code that the ICCS does not have. */
export function checkIccs(report: ReferenceReport, from: DefinitionFile<unknown>, path: Path, code: string): void {
  const parsed = parseIccsCode(code);
  if (parsed.kind === "problem") {
    report.add(from, path, "This is no code of the ICCS.", code, "an ICCS code of 2, 4, 5 or 6 digits", parsed.hint);
  }
}
