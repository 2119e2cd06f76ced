import { writeFile } from "node:fs/promises";
import {
  type CooperationFact,
  createAuthority,
  methodText,
  type Observation,
  releaseCsv,
  releaseOf,
  type StatisticsRelease,
  usualRule,
  yearsOf,
} from "../../cooperation/index.ts";
import { cooperationDefinitions, typesAtHand } from "../authority/definitions.ts";
import type { AuthorityFolder } from "../authority/folder.ts";
import { now, openDatabase, random } from "../authority/running.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { textTable } from "../terminal.ts";
import { type FolderOptions, openedFolder } from "./authority-folder.ts";
import type { CommandSurroundings } from "./surroundings.ts";

export interface StatisticsOptions extends FolderOptions {
  readonly year?: string;
  readonly threshold?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

/** The closed matters of an authority as they are counted. */
async function factsOf(kept: AuthorityFolder): Promise<CooperationFact[]> {
  const database = await openDatabase(kept, () => undefined);
  try {
    const definitions = await cooperationDefinitions(kept.folder);
    const authority = createAuthority({
      ...definitions,
      ...(await typesAtHand(database, definitions.types, now())),
      authority: kept.authority,
      state: kept.state,
      name: kept.name,
      database,
      intake: kept.office,
      keys: () => kept.keys,
      now,
      random,
      post: async () => ({ problem: "nothing is sent while it is counted" }),
      report: () => undefined,
    });
    const facts: CooperationFact[] = [];
    for await (const fact of authority.closedAsFacts()) facts.push(fact);
    return facts;
  } finally {
    await database.close();
  }
}

function thresholdOf(text: string | undefined): number {
  const threshold = text === undefined ? usualRule.threshold : Number(text);
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > 1000)
    throw new UserError(`--threshold ${text}: expected a whole number from 2 to 1000.`, exitCodes.usage);
  return threshold;
}

/** `justitia authority statistics`: what may be published of the closed matters, under disclosure control. */
export async function authorityStatisticsCommand(
  folder: string,
  options: StatisticsOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { out, err } = around.terminal;
  const threshold = thresholdOf(options.threshold);
  if (options.year !== undefined && !/^\d{4}$/.test(options.year))
    throw new UserError(`--year ${options.year}: expected a year, such as 2026.`, exitCodes.usage);
  if (options.csv === true && options.json === true)
    throw new UserError("--csv and --json: choose one of them.", exitCodes.usage);
  const kept = await openedFolder(folder, options, around);
  const facts = await factsOf(kept);
  const years = yearsOf(facts).filter((year) => options.year === undefined || year === Number(options.year));
  const releases = years.map((year) =>
    releaseOf(facts, { authority: kept.authority, state: kept.state, year }, { threshold, protection: threshold }),
  );
  const text =
    options.csv === true
      ? releaseCsv(releases)
      : options.json === true
        ? `${JSON.stringify(releases.map((release) => ({ ...release, method: methodText(release) })))}\n`
        : releases.map(summary).join("\n");
  if (releases.length === 0) err("No matter is closed in that time.\n");
  if (options.output === undefined) out(text);
  else await writeFile(options.output, text);
  return exitCodes.done;
}

/** The requests of a year by type and direction, as a table for a terminal. */
function summary(release: StatisticsRelease): string {
  const { year, observations, suppressed, cells } = release;
  const byType = observations.filter(
    ({ countUnit, values }) =>
      countUnit === "requests" &&
      (["partner", "legalBasis", "section", "outcome", "ground"] as const).every((other) => values[other] === "_T"),
  );
  const types = [...new Set(byType.map(({ values }) => values.type))].sort((one, other) =>
    one === "_T" ? 1 : other === "_T" ? -1 : one < other ? -1 : 1,
  );
  const count = (type: string, direction: string): string => {
    const found: Observation | undefined = byType.find(
      ({ values }) => values.type === type && values.direction === direction,
    );
    return found === undefined ? "" : found.count === null ? "suppressed" : String(found.count);
  };
  const rows = types.map((type) => [
    type === "_T" ? "all" : type,
    ...["incoming", "outgoing", "_T"].map((direction) => count(type, direction)),
  ]);
  return `${year}: closed requests\n${textTable([["type", "received", "sent", "all"], ...rows])}\n${suppressed} of ${cells} counts are suppressed.\n\n${methodText(release)}\n`;
}
