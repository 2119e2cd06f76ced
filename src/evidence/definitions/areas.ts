import { type DefinitionProblem, nearest } from "../../formats/index.ts";
import { type Language, type LocalText, languageSchema } from "./words.ts";

/** A place of the observatory. Areas form a tree: a country, its regions, their districts. */
export interface Area {
  readonly code: string;
  readonly parent: string | undefined;
  /** Name of the level, such as `country` or `region`. */
  readonly level: string;
  readonly title: LocalText;
}

/** Rows of a small CSV file, each with its line, keyed by column. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Builds the areas from the rows of the area file. Checks codes, parents and that nothing contains itself. */
export function areasFromRows(
  file: string,
  rows: readonly TableRow[],
): { readonly areas: ReadonlyMap<string, Area>; readonly problems: readonly DefinitionProblem[] } {
  const areas = new Map<string, Area>();
  const lineOf = new Map<string, number>();
  const problems: DefinitionProblem[] = [];
  const problem = (
    line: number,
    field: string,
    message: string,
    found: string,
    expected: string,
    hint: string,
  ): void => {
    problems.push({
      code: "areas.invalid",
      severity: "error",
      file,
      line,
      column: 1,
      field,
      message,
      found,
      expected,
      hint,
    });
  };
  for (const { line, cells } of rows) {
    const code = cells.code?.trim() ?? "";
    const level = cells.level?.trim() ?? "";
    if (code === "") {
      problem(line, "code", "An area has no code.", "", "a code", "Write a code in the column `code`.");
      continue;
    }
    if (areas.has(code)) {
      problem(line, "code", `The area ${code} stands twice.`, code, "each code once", `See line ${lineOf.get(code)}.`);
      continue;
    }
    if (level === "")
      problem(line, "level", `The area ${code} has no level.`, "", "a level such as region", "Name it.");
    const parent = cells.parent?.trim() ?? "";
    areas.set(code, { code, parent: parent === "" ? undefined : parent, level, title: titleFromCells(cells, code) });
    lineOf.set(code, line);
  }
  for (const area of areas.values()) {
    const line = lineOf.get(area.code) ?? 1;
    if (area.parent !== undefined && !areas.has(area.parent)) {
      const near = nearest(area.parent, areas.keys());
      problem(
        line,
        "parent",
        `The area ${area.code} lies in ${area.parent}, which is not in the list.`,
        area.parent,
        "the code of an area in this file",
        near === undefined ? "Add the parent, or leave the column empty." : `Did you mean "${near}"?`,
      );
    }
    const circle = circleFrom(area, areas);
    if (circle !== undefined) {
      problem(line, "parent", "Areas contain each other in a circle.", circle.join(" → "), "a tree", "Mend a parent.");
    }
  }
  return { areas, problems };
}

/** Title columns of a table row, `title_en` and the like; the code itself when there is none. */
function titleFromCells(cells: Readonly<Record<string, string>>, code: string): LocalText {
  const title: Partial<Record<Language, string>> = {};
  for (const language of languageSchema.options) {
    const text = cells[`title_${language}`]?.trim();
    if (text !== undefined && text !== "") title[language] = text;
  }
  return Object.keys(title).length === 0 ? { en: code } : title;
}

function circleFrom(area: Area, areas: ReadonlyMap<string, Area>): string[] | undefined {
  const path = [area.code];
  let parent = area.parent;
  while (parent !== undefined) {
    if (parent === area.code) return [...path, parent];
    if (path.includes(parent)) return undefined;
    path.push(parent);
    parent = areas.get(parent)?.parent;
  }
  return undefined;
}
