import { access } from "node:fs/promises";
import { type Engine, type Manifest, type ObservatoryReader, openReader } from "../../evidence/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { checked, keptFiles, type OpenObservatory } from "../observatory.ts";
import { timeOf } from "./limits.ts";

/** Which build is to be read: the newest, the newest by a time, or one by its identifier. */
interface BuildChoice {
  readonly asOf?: string | undefined;
  readonly build?: string | undefined;
}

/** Opens a build with the definitions that it was made with. Throws a UserError when there is none. */
export async function readBuild(
  observatory: OpenObservatory,
  choice: BuildChoice,
): Promise<{ readonly reader: ObservatoryReader; readonly engine: Engine }> {
  const { asOf, build } = choice;
  const manifest =
    build === undefined
      ? await observatory.builds.current(asOf === undefined ? undefined : timeOf("--as-of", asOf))
      : await observatory.builds.named(build);
  if (manifest === undefined && build !== undefined)
    throw new UserError(
      `There is no build "${build}" in ${observatory.state}. \`build\` says the name of each.`,
      exitCodes.usage,
    );
  if (manifest === undefined) {
    const when = asOf === undefined ? "yet" : `by ${asOf}`;
    const advice =
      asOf === undefined ? `Run \`justitia build ${observatory.directory}\` first.` : "Choose a later time.";
    throw new UserError(`Nothing had been built ${when}. ${advice}`, exitCodes.invalid);
  }
  const texts = await observatory.builds.definitions(manifest.definitions);
  if (texts === undefined)
    throw new UserError(
      `The definitions of the build of ${manifest.builtAt} are not in ${observatory.state}. Build again.`,
      exitCodes.invalid,
    );
  const { definitions } = await checked(observatory.directory, keptFiles(texts));
  if (definitions === undefined)
    throw new UserError(
      `The definitions of the build of ${manifest.builtAt} cannot be read by this version. Build again.`,
      exitCodes.invalid,
    );
  const lacking = await missingResult(`${observatory.state}/steps`, manifest);
  if (lacking !== undefined)
    throw new UserError(
      `Results of the build of ${manifest.builtAt} are not in ${observatory.state} any more (${lacking}). Build again${
        asOf === undefined ? "" : " with --as-of, or leave it out"
      }.`,
      exitCodes.invalid,
    );
  const engine = await observatory.openEngine();
  return {
    reader: openReader({
      manifest,
      definitions,
      engine,
      steps: `${observatory.state}/steps`,
      snapshots: observatory.snapshots,
    }),
    engine,
  };
}

/** The first result that a build names and that somebody has deleted, as `kind/key`. */
async function missingResult(steps: string, manifest: Manifest): Promise<string | undefined> {
  const streams = Object.values(manifest.streams).flatMap(({ rows, records, facts }) => [
    ["rows", rows] as const,
    ["records", records] as const,
    ...Object.values(facts).map((key) => ["facts", key] as const),
  ]);
  const named = [
    ...streams,
    ...Object.values(manifest.coverages).map((key) => ["coverage", key] as const),
    ...Object.values(manifest.indicators).map(({ key }) => ["indicator", key] as const),
  ];
  for (const [kind, key] of named) {
    if (key === null) continue;
    try {
      await access(`${steps}/${kind}/${key}`);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return `${kind}/${key}`;
      throw error;
    }
  }
  return undefined;
}
