import { readdirSync, readFileSync } from "node:fs";
import { readCalendars, readMatterTypes } from "../../src/cooperation/index.ts";

/** The YAML files of a folder of the repository, by name. */
export const filesIn = (folder: string): Map<string, string> => {
  const place = new URL(`../../${folder}/`, import.meta.url);
  const names = readdirSync(place).filter((name) => name.endsWith(".yaml"));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, place), "utf8")]));
};

/** The matter types and calendars that come with the program. */
export function programDefinitions() {
  const { types } = readMatterTypes(filesIn("matter-types"));
  const { calendars } = readCalendars(filesIn("calendars"));
  return { types: [...types.values()], calendars };
}
