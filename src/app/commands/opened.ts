import { type OpenObservatory, openObservatory } from "../observatory.ts";
import { limitsOf } from "./limits.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

/** Opens the observatory of a folder as the options that commands share want it. Throws a UserError when it is faulty. */
export function openedWith(
  folder: string,
  options: CommonOptions,
  around: CommandSurroundings,
): Promise<OpenObservatory> {
  return openObservatory(folder, {
    state: options.state,
    limits: limitsOf(options),
    environment: around.environment,
  });
}
