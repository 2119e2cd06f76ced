import { readFile } from "node:fs/promises";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, isIP } from "node:net";
import { type HttpBindings, serve as listen, type ServerType } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { exitCodes, UserError } from "../exit-codes.ts";
import { askerThrough, type Listening } from "./listening.ts";

/** Pages that are being served. */
export interface WebServer {
  /** Where they are reached, such as `https://central.example`. */
  readonly address: string;
  /** Takes no more requests, and waits a while for those that are being answered. */
  stop(): Promise<void>;
}

/** Milliseconds that requests have to be answered when the program ends. */
const patience = 5_000;

async function certificateOf(listening: Listening): Promise<{ key: string; cert: string } | undefined> {
  if (listening.tls === undefined) return undefined;
  const { key, certificate } = listening.tls;
  const read = (path: string, option: string): Promise<string> =>
    readFile(path, "utf8").catch((error: unknown) => {
      throw new UserError(`${option} ${path}: it cannot be read (${String(error)}).`, exitCodes.usage);
    });
  return { key: await read(key, "--https-key"), cert: await read(certificate, "--https-certificate") };
}

const refusalOf = (error: NodeJS.ErrnoException, { hostname, port }: Listening): Error => {
  if (error.code === "EADDRINUSE")
    return new UserError(`Port ${port} is taken by another program. Choose another with --port.`, exitCodes.usage);
  if (error.code === "EACCES")
    return new UserError(`Port ${port} may not be opened by this account. Choose one above 1023.`, exitCodes.usage);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new UserError(`--host ${hostname}: this machine has no such address.`, exitCodes.usage);
  return error;
};

/** Opens the port and serves the pages. @throws UserError where the port or the certificate cannot be used. */
export async function startWebServer(app: Pick<Hono, "fetch">, listening: Listening): Promise<WebServer> {
  const tls = await certificateOf(listening);
  let server: ServerType | undefined;
  const open = (opened: (info: AddressInfo) => void): ServerType => {
    const where = { fetch: app.fetch, hostname: listening.hostname, port: listening.port };
    if (tls === undefined) return listen(where, opened);
    try {
      return listen({ ...where, createServer: createHttps, serverOptions: { ...tls, minVersion: "TLSv1.2" } }, opened);
    } catch (error) {
      throw new UserError(
        `Key and certificate cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        exitCodes.usage,
      );
    }
  };
  const { port } = await new Promise<AddressInfo>((opened, refused) => {
    server = open(opened);
    server.on("error", (error: NodeJS.ErrnoException) => refused(refusalOf(error, listening)));
  });
  const name = isIP(listening.hostname) === 6 ? `[${listening.hostname}]` : listening.hostname;
  return {
    address: listening.publicAddress ?? `${tls === undefined ? "http" : "https"}://${name}:${port}`,
    stop: () => closed(server),
  };
}

async function closed(server: ServerType | undefined): Promise<void> {
  if (server === undefined) return;
  await new Promise<void>((ended) => {
    const cut = setTimeout(() => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    }, patience);
    server.close(() => {
      clearTimeout(cut);
      ended();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}

/**
 * Who asks, for counting attempts; undefined where somebody goes around the proxy that encrypts, and gets nothing.
 */
export function askerOf(
  context: Context<{ Bindings: Partial<HttpBindings> }>,
  listening: Listening,
): string | undefined {
  const peer = context.env?.incoming?.socket.remoteAddress ?? "";
  const forwarded = context.req.header("x-forwarded-for");
  const asker = askerThrough(peer, forwarded, listening.trusts);
  const around = listening.proxied && !listening.trusts(peer.replace(/^::ffff:/i, ""));
  return around ? undefined : asker;
}
