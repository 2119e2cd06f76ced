import { cp } from "node:fs/promises";
import { join } from "node:path";

/** Copies the definitions of Examplia, without records and builds, into a folder. */
export async function copyDefinitions(to: string): Promise<void> {
  for (const name of [
    "observatory.yaml",
    "areas.csv",
    "streams",
    "crosswalks",
    "coverage",
    "populations",
    "events",
    "indicators",
  ])
    await cp(join(import.meta.dirname, name), join(to, name), { recursive: true });
}
