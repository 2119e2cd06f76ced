import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type DefinitionProblem, folderFiles, formatProblem } from "../../evidence/index.ts";
import { definitionFolders, readDefinitions } from "../authority/definitions.ts";
import { notificationFiles, notificationProblems } from "../authority/notification/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { checked } from "../observatory.ts";
import { counted, visible } from "../terminal.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

/** `justitia check`: holds every definition against its schema and against the others, and runs nothing. */
export async function checkCommand(
  folder: string,
  options: CommonOptions,
  around: CommandSurroundings,
): Promise<number> {
  const directory = resolve(folder);
  const { problems, what } = isOfAuthority(directory) ? await ofAuthority(directory) : await ofObservatory(directory);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (options.json === true) around.terminal.out(`${JSON.stringify({ problems })}\n`);
  else {
    for (const problem of problems) around.terminal.out(`${visible(formatProblem(problem))}\n`);
    around.terminal.out(`${what}${errors === 0 ? "No faults" : counted(errors, "fault")}.\n`);
  }
  return errors === 0 ? exitCodes.done : exitCodes.invalid;
}

interface Checked {
  readonly problems: readonly DefinitionProblem[];
  readonly what: string;
}

/** Whether a folder holds matter types, calendars or what says how people are told, and is no observatory. */
function isOfAuthority(directory: string): boolean {
  const holds = (name: string): boolean => existsSync(join(directory, name));
  return !holds("observatory.yaml") && [...definitionFolders, ...notificationFiles].some(holds);
}

async function ofAuthority(directory: string): Promise<Checked> {
  const { types, calendars, problems } = await readDefinitions(directory);
  return {
    problems: [...problems, ...(await notificationProblems(directory))],
    what: `${counted(types.length, "matter type")}, ${counted(calendars.size, "calendar")}. `,
  };
}

async function ofObservatory(directory: string): Promise<Checked> {
  const { definitions, problems } = await checked(directory, folderFiles(directory));
  const what =
    definitions === undefined
      ? ""
      : `${[
          counted(definitions.streams.size, "stream"),
          counted(definitions.crosswalks.size, "crosswalk"),
          counted(definitions.coverages.size, "ledger"),
          counted(definitions.populations.size, "population"),
          counted(definitions.events.size, "event"),
          counted(definitions.indicators.size, "indicator"),
        ].join(", ")}. `;
  return { problems, what };
}
