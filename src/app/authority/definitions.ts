import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AuthorityParts,
  type CooperationDatabase,
  type Instant,
  keepMatterTypes,
  readCalendars,
  readMatterTypes,
  type StateCode,
  type TypesAtHand,
} from "../../cooperation/index.ts";
import type { DefinitionProblem } from "../../formats/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { packageFolder } from "../package.ts";

/** Matter types and calendars, as files define them. */
export type CooperationDefinitions = Pick<AuthorityParts, "types" | "calendars">;

const folders = { types: "matter-types", calendars: "calendars" } as const;
/** Folders that hold the definitions of an authority. */
export const definitionFolders: readonly string[] = Object.values(folders);
const ofProgram = fileURLToPath(packageFolder);

/** The YAML files of a folder by name; none where the folder is not there. */
async function yamlFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const yaml = names.filter((name) => name.endsWith(".yaml"));
  return new Map(
    await Promise.all(yaml.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

/** What a folder of definitions holds, and every fault, named by its file below the folder. */
export interface ReadDefinitions extends CooperationDefinitions {
  readonly problems: readonly DefinitionProblem[];
}

/**
 * Reads the matter types and calendars in a folder: `matter-types/*.yaml` and `calendars/*.yaml`. Where the folder has no
 * `matter-types/common.yaml`, its types may take over the common contents that come with the program.
 */
export async function readDefinitions(folder: string): Promise<ReadDefinitions> {
  const own = await yamlFiles(join(folder, folders.types));
  const common = await yamlFiles(join(ofProgram, folders.types));
  const shared = [...common].filter(([name]) => name === "common.yaml");
  const { types, problems } = readMatterTypes(new Map([...(own.size === 0 ? [] : shared), ...own]));
  const read = readCalendars(await yamlFiles(join(folder, folders.calendars)));
  const below = (place: string) => (problem: DefinitionProblem) => ({ ...problem, file: `${place}/${problem.file}` });
  return {
    types: [...types.values()],
    calendars: read.calendars,
    problems: [...problems.map(below(folders.types)), ...read.problems.map(below(folders.calendars))],
  };
}

async function soundDefinitions(folder: string): Promise<CooperationDefinitions> {
  const { types, calendars, problems } = await readDefinitions(folder);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0)
    throw new UserError(
      errors.map(({ file, line, message }) => `${join(folder, file)}:${line}: ${message}`).join("\n"),
      exitCodes.invalid,
    );
  return { types, calendars };
}

/**
 * The matter types and calendars of an authority: those of its folder, and of those that come with the program what the
 * folder does not replace. A type is replaced by one of the same name with another version.
 *
 * @param folder - The folder of the authority; undefined for what comes with the program alone.
 * @throws UserError where a file has a fault.
 */
export async function cooperationDefinitions(folder?: string): Promise<CooperationDefinitions> {
  const shipped = await soundDefinitions(ofProgram);
  if (folder === undefined) return shipped;
  const own = await soundDefinitions(folder);
  const replaced = new Set(own.types.map(({ id }) => id));
  return {
    types: [...shipped.types.filter(({ id }) => !replaced.has(id)), ...own.types],
    calendars: new Map([...shipped.calendars, ...own.calendars]),
  };
}

/**
 * The matter types of an authority with all versions that matters of it began under, which its database keeps.
 *
 * @throws UserError where a file changed a version that is kept.
 */
export async function typesAtHand(
  database: CooperationDatabase,
  types: AuthorityParts["types"],
  now: Instant,
): Promise<TypesAtHand> {
  const kept = await keepMatterTypes(database, types, now);
  if (!("changed" in kept)) return kept;
  throw new UserError(
    kept.changed
      .map(
        ({ id, version }) =>
          `matter-types/${id}.yaml is not what it was as version ${version}: matters began under that version. Write \`version: ${version + 1}\` into it, or put it back as it was.`,
      )
      .join("\n"),
    exitCodes.invalid,
  );
}

/** What is said of States without a calendar; undefined where all have one. */
export function withoutCalendar(
  states: Iterable<StateCode>,
  calendars: CooperationDefinitions["calendars"],
  folder: string,
): string | undefined {
  const missing = [...new Set(states)].filter((state) => !calendars.has(state)).sort();
  return missing.length === 0
    ? undefined
    : `There is no calendar of ${missing.join(", ")}. Clocks that go by it show the earliest end that is possible, warn before it, and bring nothing about by themselves. Put ${missing.map((state) => `${state}.yaml`).join(", ")} into ${join(folder, folders.calendars)}.`;
}
