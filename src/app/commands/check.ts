import { resolve } from "node:path";
import { folderFiles, formatProblem } from "../../evidence/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { checked } from "../observatory.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

/** `justitia check`: holds every definition against its schema and against the others, and runs nothing. */
export async function checkCommand(
  folder: string,
  options: CommonOptions,
  around: CommandSurroundings,
): Promise<number> {
  const directory = resolve(folder);
  const { definitions, problems } = await checked(directory, folderFiles(directory));
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (options.json === true) around.terminal.out(`${JSON.stringify({ problems })}\n`);
  else {
    for (const problem of problems) around.terminal.out(`${formatProblem(problem)}\n`);
    const counted =
      definitions === undefined
        ? ""
        : `${definitions.streams.size} streams, ${definitions.crosswalks.size} crosswalks, ${definitions.coverages.size} ledgers, ${definitions.populations.size} populations, ${definitions.events.size} events, ${definitions.indicators.size} indicators. `;
    around.terminal.out(
      `${counted}${errors === 0 ? "No faults." : `${errors} ${errors === 1 ? "fault" : "faults"}.`}\n`,
    );
  }
  return errors === 0 ? exitCodes.done : exitCodes.invalid;
}
