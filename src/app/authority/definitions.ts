import { readdir, readFile } from "node:fs/promises";
import { type AuthorityParts, readCalendars, readMatterTypes } from "../../cooperation/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { packageFolder } from "../package.ts";

async function yamlFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const place = new URL(`${folder}/`, packageFolder);
  const names = (await readdir(place)).filter((name) => name.endsWith(".yaml"));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, place), "utf8")] as const)),
  );
}

/** The matter types and calendars that come with the program. Throws a UserError where one has a fault. */
export async function cooperationDefinitions(): Promise<Pick<AuthorityParts, "types" | "calendars">> {
  const { types, problems } = readMatterTypes(await yamlFiles("matter-types"));
  const read = readCalendars(await yamlFiles("calendars"));
  const said = [...problems, ...read.problems].map(({ file, line, message }) => `${file}:${line}: ${message}`);
  if (said.length > 0) throw new UserError(said.join("\n"), exitCodes.invalid);
  return { types: [...types.values()], calendars: read.calendars };
}
