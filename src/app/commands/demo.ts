import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generateExamplia } from "../../../observatories/examplia/generate.ts";
import { exitCodes } from "../exit-codes.ts";
import { packageFolder } from "../package.ts";
import { type BuildOptions, runBuild, summaryText } from "./build.ts";
import { openedWith } from "./opened.ts";
import { type ServeOptions, serveObservatory } from "./serve.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface DemoOptions extends ServeOptions, BuildOptions {
  readonly buildOnly?: boolean;
}

/** `justitia demo`: makes the records of the simulated country, builds its observatory and serves the pages. */
export async function demoCommand(options: DemoOptions, around: CommandSurroundings): Promise<number> {
  const folder = fileURLToPath(new URL("observatories/examplia/", packageFolder));
  const raw = `${folder}raw`;
  if (!(await exists(`${raw}/truth.json`))) {
    around.terminal.err("Making the records of Examplia, a simulated country …\n");
    await generateExamplia({ directory: raw, seed: 20_250_101, scale: 1 });
  }
  const observatory = await openedWith(folder, options, around);
  const result = await runBuild(observatory, options, around);
  around.terminal.err(`${summaryText(result.manifest)}\n`);
  if (options.buildOnly === true) return result.complete ? exitCodes.done : exitCodes.incomplete;
  around.terminal.err("The pages are at the address below. Stop with Ctrl-C.\n");
  return serveObservatory(observatory, options, around);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
