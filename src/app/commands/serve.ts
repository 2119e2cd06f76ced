import { access } from "node:fs/promises";
import { serve as listen } from "@hono/node-server";
import { type Engine, type Manifest, type ObservatoryReader, openReader } from "../../evidence/index.ts";
import { exitCodes, UserError } from "../exit-codes.ts";
import { checked, keptFiles, type OpenObservatory } from "../observatory.ts";
import { createServer } from "../server.ts";
import { timeOf } from "./limits.ts";
import { openedWith } from "./opened.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

export interface ServeOptions extends CommonOptions {
  readonly port?: string;
  readonly host?: string;
  readonly asOf?: string;
  readonly build?: string;
}

/** Which build is to be read: the newest, the newest by a time, or one by its identifier. */
export interface BuildChoice {
  readonly asOf?: string | undefined;
  readonly build?: string | undefined;
}

/** `justitia serve`: the pages of the newest build, or of the newest that was there at a time. */
export async function serveCommand(
  folder: string,
  options: ServeOptions,
  around: CommandSurroundings,
): Promise<number> {
  const observatory = await openedWith(folder, options, around);
  return serveObservatory(observatory, options, around);
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

/** Serves until the user asks to stop. */
export async function serveObservatory(
  observatory: OpenObservatory,
  options: ServeOptions,
  around: CommandSurroundings,
): Promise<number> {
  const { reader, engine } = await readBuild(observatory, options);
  const app = createServer({
    reader,
    report: (error) =>
      around.terminal.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  });
  const hostname = options.host ?? "127.0.0.1";
  const port = options.port === undefined ? 4173 : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`--port ${options.port}: expected a whole number from 0 to 65535.`, exitCodes.usage);
  }
  await new Promise<void>((ended, failed) => {
    const server = listen({ fetch: app.fetch, hostname, port }, (address) => {
      around.terminal.out(`http://${hostname}:${address.port}/\n`);
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      failed(
        error.code === "EADDRINUSE"
          ? new UserError(`Port ${port} is taken by another program. Choose another with --port.`, exitCodes.usage)
          : error,
      );
    });
    const stop = (): void => {
      server.close(() => ended());
      if ("closeAllConnections" in server) server.closeAllConnections();
    };
    if (around.signal.aborted) stop();
    around.signal.addEventListener("abort", stop, { once: true });
  }).finally(() => engine.close());
  return exitCodes.done;
}
