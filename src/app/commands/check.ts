import { resolve } from "node:path";
import { folderFiles, formatProblem } from "../../evidence/index.ts";
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
  const { definitions, problems } = await checked(directory, folderFiles(directory));
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (options.json === true) around.terminal.out(`${JSON.stringify({ problems })}\n`);
  else {
    for (const problem of problems) around.terminal.out(`${visible(formatProblem(problem))}\n`);
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
    around.terminal.out(`${what}${errors === 0 ? "No faults" : counted(errors, "fault")}.\n`);
  }
  return errors === 0 ? exitCodes.done : exitCodes.invalid;
}
