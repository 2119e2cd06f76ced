import { serve as listen } from "@hono/node-server";
import { exitCodes, UserError } from "../exit-codes.ts";
import type { OpenObservatory } from "../observatory.ts";
import { createServer } from "../server.ts";
import { openedWith } from "./opened.ts";
import { readBuild } from "./read-build.ts";
import type { CommandSurroundings, CommonOptions } from "./surroundings.ts";

export interface ServeOptions extends CommonOptions {
  readonly port?: string;
  readonly host?: string;
  readonly asOf?: string;
  readonly build?: string;
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
